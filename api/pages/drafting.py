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

_RECORDED = "recorded/"
_VALUE = re.compile(r"fields\.(\d+)\.value")

# What belongs to a text that was read above the form, or proves who somebody is: it is asked anew.
_ASKED_ANEW = frozenset({"text", "digest", "proof", "confirmed_name", "paper"})


def form_of(request: Request, act: str, path: str = "") -> str:
    """The name of a form under which its draft is kept: its act and, below the case, where it is done."""
    number = request.path_params["number"]
    return f"{act} {path or request.scope['path'].removeprefix(f'/cases/{number}/')}"


def recorded_for(path: str, whose: str) -> str:
    """Where an act at `path` is done for somebody else, as a form has it in its name."""
    return f"{_RECORDED}{path}/{whose}"


def page_of_form(form: str) -> str:
    """The page of a form below its case, by the name of the form."""
    path = form.partition(" ")[2]
    if not path.startswith(_RECORDED):
        return path
    where, _, whose = path.rpartition("/")
    return f"{where}?for={whose}"


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
    form, case = first(sent, "_draft"), f"/cases/{request.path_params['number']}"
    return await keep_at(request, sent, f"/api{case}/drafts", {"form": form}, case, f"{case}/{page_of_form(form)}")


async def keep_at(request: Request, sent: Sent, path: str, body: dict[str, Any], below: str, where: str) -> Response:
    """Keep a draft, or throw it away, at a `path` of the API; then the form again, which is `where`, or a line below it.

    `below` is the page from which the addresses of drafts begin, and to which one goes back.
    """
    body |= {"fields": [] if first(sent, "_drop") else _fields(sent)}
    if once := first(sent, "_once"):
        body["once"] = once
    done = await send(request, "PUT", path, body, token=first(sent, "_token"))
    done = _named(done, body["fields"], language_of(request))
    if request.headers.get("hx-request-type") == "partial":
        return _line(request, done, below)
    if not done.succeeded:
        return await again_or_kept(request, sent, done, below, lambda: kept_words(request, sent, done, below))
    if after := first(sent, "_after"):
        return see_other(own_path(after))
    to = own_path(first(sent, "_to"))
    return see_other(where if to == "/" else f"{where}{'&' if '?' in where else '?'}to={to}")


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


def _line(request: Request, done: Done, below: str) -> Response:
    at = done.told["at"] if done.succeeded else None
    return page(
        request,
        "draft",
        status=200 if done.succeeded else done.status,
        case=below,
        at=datetime.fromisoformat(at) if at else None,
        refusal=refusal_of(done),
        signed_out=is_signed_out(done),
    )
