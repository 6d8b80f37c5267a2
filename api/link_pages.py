"""The pages that links in letters lead to: they take the secret out of the URL, and send it when a button is pressed.

They wait for the button because mail scanners follow links too, and would use them up. After a failure the button can be
pressed again: the page still has the secret.
"""

from fastapi import Request
from fastapi.responses import HTMLResponse

from api.http.languages import language_of
from api.http.pages import answer_page, render_page
from api.http.routes import public, router_for
from mediation.letters.texts import SENDER
from mediation.words.catalogue import say

router = router_for("", "links")


def _page(request: Request, post: str, family: str) -> HTMLResponse:
    """The page that sends the secret to `post`; `family` begins the codes of its words."""
    language = language_of(request)
    words = {
        "button": say(f"{family}.button", language),
        "done": say(f"{family}.done", language),
        "missing": say("sign-in.link-missing", language),
        "unreached": say("sign-in.unreached", language),
        "needs_script": say("sign-in.script-missing", language),
    }
    page = render_page("link", language=language, title=SENDER[language], post=post, **words)
    return answer_page("link", page, language=language, connects=True)


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


@router.get("/new-address", include_in_schema=False)
@public
async def new_address(request: Request) -> HTMLResponse:
    """The page of the link that proves a new address of somebody who has never signed in."""
    return _page(request, "/api/new-address/confirmations", "new-address")


@router.get("/opening", include_in_schema=False)
@public
async def opening(request: Request) -> HTMLResponse:
    """The page of the printed address that opens sign-ins which were closed on a call."""
    return _page(request, "/api/sign-in/openings", "way-back")


@router.get("/stop", include_in_schema=False)
@public
async def stop(request: Request) -> HTMLResponse:
    """The page of the link that stops the suspension of a sign-in method."""
    return _page(request, "/api/sign-in/suspensions/stops", "stop")
