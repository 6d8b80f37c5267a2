"""Drafts on pages: a form is filled in with what its writer had begun, and saves itself while they write or by a button."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from fastapi import Request, Response

from api.http.languages import language_of, worded
from api.http.pages import page
from api.http.routes import case_router, handed_on
from api.pages.answers import first, own_path, refusal_of, see_other, sent_form
from api.pages.forms import FormField, Sent
from api.pages.kept import again_or_kept, is_signed_out, kept_words
from api.pages.posting import Done, send
from mediation.case.drafts import Kept, may_keep, read_drafts
from mediation.case.seat import Seat
from mediation.store.database import Db
from mediation.words.fields import SHORT

drafting = case_router("drafts")

_VALUE = re.compile(r"fields\.(\d+)\.value")

# What belongs to a text that was read above the form, or proves who somebody is: it is asked anew.
_ASKED_ANEW = frozenset({"text", "digest", "proof", "confirmed_name", "paper"})


def form_of(request: Request, act: str, path: str = "") -> str:
    """The name of a form under which its draft is kept: its act and, below the case, where it is done."""
    number = request.path_params["number"]
    return f"{act} {path or request.scope['path'].removeprefix(f'/cases/{number}/')}"


def drafts_at(db: Db, seat: Seat, forms: Iterable[str]) -> Mapping[str, Kept | None]:
    """The draft of each form, None where there is none yet; nothing at all for who can keep none."""
    wanted = [*forms]
    if not wanted or not may_keep(seat):
        return {}
    found = read_drafts(db, seat, wanted)
    return {one: found.get(one) for one in wanted}


def takes_words(fields: Sequence[FormField]) -> bool:
    """Whether a form has a field in which one writes freely."""
    return any(_is_written(one) or takes_words(one.parts) for one in fields)


def _is_written(one: FormField) -> bool:
    # Lines that are short are the ids and codes of what is chosen elsewhere.
    return one.kind == "text" or (one.kind == "lines" and (one.limit or 0) > SHORT)


def written_in(draft: Kept | None) -> Sent:
    """The fields of a form as its draft has them."""
    return draft.written if draft else ()


@drafting.post("", include_in_schema=False)
@handed_on
async def keep(request: Request) -> Response:
    """Keep what is written in a form so far, or throw it away; then the form again, or a line below it."""
    sent = await sent_form(request)
    form, dropped = first(sent, "_draft"), bool(first(sent, "_drop"))
    body: dict[str, Any] = {"form": form, "fields": [] if dropped else _fields(sent)}
    if once := first(sent, "_once"):
        body["once"] = once
    done = await send(
        request, "PUT", f"/api/cases/{request.path_params['number']}/drafts", body, token=first(sent, "_token")
    )
    done = _named(done, body["fields"], language_of(request))
    if request.headers.get("hx-request-type") == "partial":
        return _line(request, done)
    case = f"/cases/{request.path_params['number']}"
    if not done.succeeded:
        return await again_or_kept(request, sent, done, case, lambda: kept_words(request, sent, done, case))
    if after := first(sent, "_after"):
        return see_other(own_path(after))
    where, to = f"{case}/{form.partition(' ')[2]}", own_path(first(sent, "_to"))
    return see_other(where if to == "/" else f"{where}?to={to}")


def _fields(sent: Sent) -> list[dict[str, str]]:
    kept = [(name, value.replace("\r\n", "\n")) for name, value in sent if name == "_tag" or not name.startswith("_")]
    if not any(value.strip() for _, value in kept):
        return []
    return [{"name": name, "value": value} for name, value in kept if name not in _ASKED_ANEW]


def _named(done: Done, fields: Sequence[Mapping[str, str]], language: str) -> Done:
    """A refusal that says which field of the form is too long, not which of the fields that were kept of it."""
    told = done.told if isinstance(done.told, dict) else {}
    wrong = [(_VALUE.fullmatch(one["field"]), one) for one in told.get("errors") or ()]
    sentences = [
        worded(f"error.{one['code']}", language, field=fields[int(found[1])]["name"], limit=one.get("limit"))
        for found, one in wrong
        if found and one["code"] == "text-too-long"
    ]
    return replace(done, told={**told, "detail": " ".join(sentences), "errors": None}) if sentences else done


def _line(request: Request, done: Done) -> Response:
    at = done.told["at"] if done.succeeded else None
    return page(
        request,
        "draft",
        status=200 if done.succeeded else done.status,
        case=f"/cases/{request.path_params['number']}",
        at=datetime.fromisoformat(at) if at else None,
        refusal=refusal_of(done),
        signed_out=is_signed_out(done),
    )
