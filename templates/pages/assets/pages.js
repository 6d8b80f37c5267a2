// A page says so when nothing reaches the server: nobody is to believe that something was sent.
const alarm = document.querySelector("[data-unreached]");
const say = (words) => { if (alarm) alarm.textContent = words; };
const unreached = () => say(alarm?.dataset.unreached);
addEventListener("htmx:error", unreached);
addEventListener("htmx:after:request", () => say(""));

// Words that one goes back to are sent again under the same key: nothing is done twice.
const of = (form) => form.action + form._act?.value;
addEventListener("submit", (event) => {
  const form = event.target;
  if (navigator.onLine) return history.replaceState({ ...history.state, [of(form)]: form._once?.value }, "");
  event.preventDefault();
  unreached();
});
addEventListener("pageshow", () => {
  for (const form of document.forms) {
    const once = history.state?.[of(form)];
    if (once && [...form].some((one) => one.value !== (one.defaultValue ?? one.value))) form._once.value = once;
  }
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
