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
