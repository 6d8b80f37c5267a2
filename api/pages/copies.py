"""One's own copy of the sealed agreement by a code on paper: a page with one field, which hands the file on."""

from fastapi import Request, Response

from api.copies import BUNDLE, PDF
from api.http.pages import page
from api.http.routes import public, router_for
from api.pages.answers import first, refusal_of, sent_form
from api.pages.posting import Done, send

router = router_for("/copy", "copy-pages")

_OF_FILE = ("content-disposition", "content-security-policy", "content-type")


@router.api_route("", methods=["GET", "HEAD"], include_in_schema=False)
@public
async def ask(request: Request) -> Response:
    """Ask for the code."""
    return _asked(request)


@router.post("", include_in_schema=False)
@public
async def take(request: Request) -> Response:
    """The copy, as a PDF or as a bundle."""
    sent = await sent_form(request)
    what = BUNDLE if first(sent, "what") == BUNDLE else PDF
    done = await send(request, "POST", "/api/copies", {"code": first(sent, "code"), "what": what})
    if not done.succeeded:
        return _asked(request, done)
    return Response(done.content, headers={name: done.headers[name] for name in _OF_FILE if name in done.headers})


def _asked(request: Request, done: Done | None = None) -> Response:
    refusal = refusal_of(done) if done else None
    return page(request, "copy", status=done.status if done else 200, refusal=refusal, this_page="/copy")
