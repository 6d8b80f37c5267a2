// The page of a link from a letter. Its secret stands behind the # of the address, which no proxy and no log sees; some mail
// gateways write the # as %23. It is sent when the button is pressed, and kept here while nobody answers.
const form = document.querySelector("form[data-link]"), said = form.querySelector("output");
const [path, mangled] = location.pathname.split(/\/?%(?:25)*23/i);
const secret = decodeURIComponent(location.hash.slice(1) || mangled || "");
history.replaceState(null, "", path);
if (secret) {
  form.elements.secret.value = secret;
  form.hidden = false;
  for (const other of document.querySelectorAll("[data-without-link]")) other.hidden = true;
}
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (answer.redirected) return location.assign(answer.url);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.querySelector("main").replaceChildren(...page.querySelector("main").childNodes);
  } catch {
    said.textContent = form.dataset.unreached;
  }
});
