// The page of a link from a letter. Its secret stands behind the #, which no proxy and no log sees; mail gateways write that as
// %23, %2523 or =23, and append what they like. It is sent when the button is pressed, and kept here while nobody answers.
const form = document.querySelector("form[data-link]"), said = form.querySelector("output");

function secretHere() {
  const clean = new URL(form.action), rest = location.pathname.slice(clean.pathname.length) + location.search;
  let found = location.hash || rest;
  for (let times = 0; times < 3; times++)
    found = found.replace(/%([0-9a-f]{2})/gi, (_, code) => String.fromCharCode(parseInt(code, 16)));
  found = found.replace(/=23/g, "#").replace(/=3D/gi, "");
  return (found.slice(found.indexOf("#") + 1 || found.length).match(/[\w-]{8,}/) || [""])[0];
}

function show() {
  const secret = secretHere();
  if (!secret) return;
  form.elements.secret.value = secret;
  form.hidden = false;
  for (const other of document.querySelectorAll("[data-without-link]")) other.hidden = true;
  history.replaceState(null, "", form.action);
}
show();
addEventListener("hashchange", show); // a link pasted where the page was open already
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
