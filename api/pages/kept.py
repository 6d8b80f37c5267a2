"""The words of a form that came to nothing: given back whole, to be sent again or copied, whatever it was that refused them."""

import re
from collections.abc import Callable
from contextlib import suppress

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api.http.callers import identify
from api.http.languages import language_of
from api.http.pages import page
from api.http.security import page_credentials
from api.pages.answers import refusal_of
from api.pages.forms import Sent
from api.pages.posting import Done
from mediation.errors import MediationError
from mediation.words.catalogue import has_words, say

# What a choice sends: a code, an id, a digest, a day or a time. All else is words.
_CHOSEN = re.compile(r"[a-z-]*|[A-Za-z0-9]{20}|[0-9a-f]{64}|[0-9T:.+Z-]*")


def is_signed_out(done: Done) -> bool:
    """Whether a form was refused because its sign-in is over, or is another's than the form was made for."""
    return done.status == 401 or done.code == "form-token-missing"


def kept_words(request: Request, sent: Sent, done: Done, back: str = "/") -> Response:
    """The words of a form as fields that are filled in, to be sent again: nothing was done, and nothing is lost."""
    kept = [(name, value) for name, value in sent if name not in {"_token", "_once"}]
    return page(
        request,
        "kept",
        status=done.status,
        kept=[(name, value) for name, value in kept if not _is_words(name, value)],
        shown=words_in(request, kept),
        refusal=None if is_signed_out(done) else refusal_of(done),
        once=request.app.state.installation.database.new_id(),
        back=back,
    )


def words_in(request: Request, sent: Sent) -> list[tuple[str, str, str]]:
    """What was written in a form: the name of each field, its label, and the words."""
    return [_labelled(request, name, value) for name, value in sent if _is_words(name, value)]


def _is_words(name: str, value: str) -> bool:
    is_choice = _CHOSEN.fullmatch(value.strip()) is not None and not name.endswith("words")
    return not name.startswith("_") and bool(value.strip()) and not is_choice


def _labelled(request: Request, name: str, value: str) -> tuple[str, str, str]:
    code, language = f"field.{name.rpartition('.')[2]}", language_of(request)
    return name, say(code if has_words(code, language) else "field.words", language), value


async def again_or_kept(request: Request, sent: Sent, done: Done, back: str, again: Callable[[], Response]) -> Response:
    """The form `again`, with what is wrong with it; its words alone where the sign-in is over or there is no such form now."""
    if is_signed_out(done):
        await run_in_threadpool(_find_who_is_here, request)
        return kept_words(request, sent, done)
    try:
        return await run_in_threadpool(again)
    except MediationError:  # not theirs any more, or nobody can read it at the moment
        return kept_words(request, sent, done, back)


def _find_who_is_here(request: Request) -> None:
    """Let the page name who is signed in now: on a laptop that several use, it may be another than who wrote."""
    with suppress(MediationError), request.app.state.installation.database.reading() as db:
        identify(db, request, page_credentials(request), writing=False)
