"""Showing a second factor on a page of its own: ask for a code, type it, and go back to what it is needed for."""

from typing import Annotated
from urllib.parse import quote

from fastapi import Query, Request, Response

from api.http.dependencies import Reading, ReadOwn
from api.http.modes import also_in
from api.http.pages import page
from api.http.routes import handed_on, router_for
from api.pages.answers import Refusal, first, own_path, refusal_of, see_other, sent_form
from api.pages.posting import Done, send
from mediation.case.in_room import MEDIATORS
from mediation.people.second_factor import KINDS, has_second_factors

router = router_for("/proof", "proof")


@router.get("", include_in_schema=False)
@also_in(*MEDIATORS)
def ask(request: Request, caller: ReadOwn, db: Reading, to: Annotated[str, Query(max_length=200)] = "/") -> Response:
    """Which ways there are to show that it is you; nothing is sent before one is chosen."""
    has = has_second_factors(db, caller.person, caller.session)
    return _step(request, to=own_path(to), kinds=[one for one in KINDS if has[one]])


@router.post("", include_in_schema=False)
@handed_on
async def answer(request: Request) -> Response:
    """Ask for a code, or show one; with the right one, back to what it is needed for."""
    sent = await sent_form(request)
    to, kind, challenge = own_path(first(sent, "_to")), first(sent, "kind"), first(sent, "challenge")
    if kind not in KINDS:
        return see_other(f"/proof?to={quote(to, safe='/')}")
    if not challenge.isalnum():
        asked = await _send(request, "challenges", {"kind": kind}, sent)
        told = asked.told if asked.succeeded else {}
        return _step(request, to=to, kinds=[kind], kind=told.get("kind", ""), challenge=told.get("id", ""), done=asked)
    code = first(sent, "code").replace(" ", "")
    done = await _send(request, f"challenges/{challenge}/proofs", {"code": code}, sent)
    if done.succeeded:
        return see_other(to)
    over = done.code == "challenge-over"
    return _step(request, to=to, kinds=[kind], kind=kind, challenge="" if over else challenge, done=done)


async def _send(request: Request, path: str, body: dict[str, str], sent: list[tuple[str, str]]) -> Done:
    return await send(request, "POST", f"/api/second-factor/{path}", body, token=first(sent, "_token"))


def _step(
    request: Request,
    *,
    to: str,
    kinds: list[str],
    kind: str = "",
    challenge: str = "",
    done: Done | None = None,
) -> Response:
    refusal: Refusal | None = refusal_of(done) if done else None
    status = done.status if done and not done.succeeded else 200
    return page(
        request,
        "proof",
        status=status,
        to=to,
        kinds=kinds,
        kind=kind,
        challenge=challenge,
        refusal=refusal,
        signs=to.endswith("/signatures"),
    )
