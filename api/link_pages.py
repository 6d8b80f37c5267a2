"""The pages that links in letters lead to: they take the secret out of the address, and send it on when a button is pressed.

Pressed, and not by themselves: programs that look through mail follow links, too, and would use them up. Where nothing was
done, the button can be pressed again, for by then the page alone has the secret.
"""

from dataclasses import dataclass

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


@dataclass(frozen=True)
class _Link:
    """Where the secret goes, and the family of the words for it."""

    post: str
    family: str


def _page(request: Request, link: _Link) -> HTMLResponse:
    language = language_of(request)
    page = _PAGE.render(
        language=language,
        title=SENDER[language],
        button=say(f"{link.family}.button", language),
        done=say(f"{link.family}.done", language),
        missing=say("sign-in.link-missing", language),
        unreached=say("sign-in.unreached", language),
        needs_script=say("sign-in.script-missing", language),
        post=link.post,
        style=_STYLE,
        script=_SCRIPT,
    )
    policy = page_policy(style=_STYLE, script=_SCRIPT, connects=True)
    return HTMLResponse(page, headers={"Content-Security-Policy": policy, "Content-Language": language})


@router.get("/sign-in", include_in_schema=False)
@public
async def sign_in(request: Request) -> HTMLResponse:
    """Where the link for signing in leads."""
    return _page(request, _Link("/api/sign-in/sessions", "sign-in"))


@router.get("/own-address", include_in_schema=False)
@public
async def own_address(request: Request) -> HTMLResponse:
    """Where the link leads that confirms an address of one's own."""
    return _page(request, _Link("/api/own-address/confirmations", "own-address"))


@router.get("/stop", include_in_schema=False)
@public
async def stop(request: Request) -> HTMLResponse:
    """Where the link leads that stops the suspension of a way in."""
    return _page(request, _Link("/api/sign-in/suspensions/stops", "stop"))
