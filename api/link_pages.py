"""The pages that links in letters lead to: they take the secret out of the URL, and send it when a button is pressed.

They wait for the button because mail scanners follow links too, and would use them up. After a failure the button can be
pressed again: the page still has the secret.
"""

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment

from api.http.content_policy import page_policy
from api.http.languages import language_of
from api.http.routes import public, router_for
from mediation.letters.texts import SENDER
from mediation.words.catalogue import say

router = router_for("", "links")

_STYLE = """
body { font: 1.125rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 4rem auto; padding: 0 1rem }
button { font: inherit; padding: .75rem 1.5rem; min-height: 44px }
@media (prefers-color-scheme: dark) { body { background: #111; color: #eee } }
"""
_SCRIPT = """
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
"""
_PAGE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
    """\
<!doctype html>
<html lang="{{ language }}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{ title }}</title>
<style>{{ style | safe }}</style>
<body data-post="{{ post }}" data-done="{{ done }}" data-missing="{{ missing }}" data-unreached="{{ unreached }}">
<main>
<h1>{{ title }}</h1>
<p><button type="button">{{ button }}</button></p>
<p><output></output></p>
<noscript><p>{{ needs_script }}</p></noscript>
</main>
<script>{{ script | safe }}</script>
</body>
</html>
"""
)


def _page(request: Request, post: str, family: str) -> HTMLResponse:
    """The page that sends the secret to `post`; `family` begins the codes of its words."""
    language = language_of(request)
    page = _PAGE.render(
        language=language,
        title=SENDER[language],
        button=say(f"{family}.button", language),
        done=say(f"{family}.done", language),
        missing=say("sign-in.link-missing", language),
        unreached=say("sign-in.unreached", language),
        needs_script=say("sign-in.script-missing", language),
        post=post,
        style=_STYLE,
        script=_SCRIPT,
    )
    policy = page_policy(style=_STYLE, script=_SCRIPT, connects=True)
    return HTMLResponse(page, headers={"Content-Security-Policy": policy, "Content-Language": language})


@router.get("/sign-in", include_in_schema=False)
@public
async def sign_in(request: Request) -> HTMLResponse:
    """The page of the sign-in link."""
    return _page(request, "/api/sign-in/sessions", "sign-in")


@router.get("/own-address", include_in_schema=False)
@public
async def own_address(request: Request) -> HTMLResponse:
    """The page of the link that confirms a private address."""
    return _page(request, "/api/own-address/confirmations", "own-address")


@router.get("/stop", include_in_schema=False)
@public
async def stop(request: Request) -> HTMLResponse:
    """The page of the link that stops the suspension of a sign-in method."""
    return _page(request, "/api/sign-in/suspensions/stops", "stop")
