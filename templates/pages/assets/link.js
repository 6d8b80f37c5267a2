// The page of a link from a letter: the secret stands behind the # of its address, which no proxy and no log sees.
const form = document.querySelector("form[data-link]");
const secret = decodeURIComponent(location.hash.slice(1) || location.pathname.split(/%23|#/i)[1] || "");
history.replaceState(null, "", location.pathname.split(/%23/i)[0]);
if (secret) {
  form.elements.secret.value = secret;
  form.hidden = false;
  for (const other of document.querySelectorAll("[data-without-link]")) other.hidden = true;
}
