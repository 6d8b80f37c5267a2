// The agreement editor: while it is open, the document below shows what is being written. Nothing is saved by that; without
// this script a button opens the same in a tab of its own.
const shown = document.querySelector("[data-preview]"), form = shown.closest("form"), into = shown.querySelector("div");
let waiting, asked = 0;
const show = async () => {
  if (!shown.open) return;
  const mine = ++asked;
  try {
    const answer = await fetch(shown.dataset.preview, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.ok && mine === asked) into.replaceChildren(...page.querySelectorAll("main article"));
  } catch {
    // Nobody answers: what was shown before stays.
  }
};
shown.hidden = false;
shown.addEventListener("toggle", show);
form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(show, 1200);
});
