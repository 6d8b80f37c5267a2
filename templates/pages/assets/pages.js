// A page on which one writes says so when nothing reaches the server, so that nobody believes that something was sent.
const alarm = document.querySelector("[data-unreached]");
const say = (words) => { if (alarm) alarm.textContent = words; };
addEventListener("htmx:error", () => say(alarm?.dataset.unreached));
addEventListener("htmx:after:request", () => say(""));
addEventListener("submit", (event) => {
  if (navigator.onLine) return;
  event.preventDefault();
  say(alarm?.dataset.unreached);
});

// Who goes back to a form that was sent finds it as it is now, and sends nothing twice.
addEventListener("submit", (event) => {
  if (!event.defaultPrevented) history.replaceState("sent", "");
});
addEventListener("pageshow", () => {
  if (history.state !== "sent") return;
  history.replaceState(null, "");
  for (const one of document.forms) one.reset();
});

// What is too long or too large is said before it is sent, and nothing of it is cut off.
const tooMuch = ({ files, value, dataset: { limit } }) => {
  if (files) return [...files].some((one) => one.size > limit) ? alarm?.dataset.tooLarge : "";
  const over = [...value].length - limit;
  return over > 0 ? alarm?.dataset.tooLong.replace("{number}", over).replace("{limit}", limit) : "";
};
addEventListener("input", ({ target }) => {
  if (!target.dataset.limit) return;
  const before = target.validationMessage;
  target.setCustomValidity(tooMuch(target) ?? "");
  if (!before) target.reportValidity();
});
