const secret = location.hash.slice(1), { post, done, missing, unreached } = document.body.dataset;
history.replaceState(null, "", location.pathname);
const button = document.querySelector("button"), said = document.querySelector("output");
if (!secret) { button.hidden = true; said.textContent = missing; }
button.addEventListener("click", async () => {
  button.disabled = true;
  try {
    const answer = await fetch(post, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang },
      body: JSON.stringify({ secret }),
    });
    const told = await answer.json();
    said.textContent = answer.ok ? [done, told.name].filter(Boolean).join(" ") : told.detail || unreached;
    button.hidden = answer.status < 500;
  } catch {
    said.textContent = unreached;
  }
  button.disabled = false;
});
