"""The agreement editor: the whole draft on one page, its languages side by side, its commitments as rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api.agreements import DraftBody
from api.http.dependencies import Reading, ReadSeat
from api.http.languages import language_of
from api.http.pages import page
from api.http.routes import case_router, handed_on
from api.http.security import settings_of
from api.pages.agreement_rows import compact, rearranged
from api.pages.agreement_written import Written, read_written
from api.pages.answers import Refusal, first, reader_at, refusal_of, see_other, sent_form
from api.pages.choices import known_to
from api.pages.doors import case_path
from api.pages.drafting import drafts_at, form_of
from api.pages.form_bodies import body_of
from api.pages.forms import Choice, Form, FormField, Sent, schema_of
from api.pages.kept import again_or_kept
from api.pages.posting import Done, send
from mediation.acts.agreements import ENDINGS, draft_agreement
from mediation.acts.commitment_hints import hints_in
from mediation.acts.leaver_mentions import mentions_of_leavers
from mediation.case.permission import permit
from mediation.case.seat import Seat
from mediation.reading.days_off import days_off
from mediation.reading.outline import read_outline
from mediation.reading.people import languages_read
from mediation.store.database import Db
from mediation.words.catalogue import LANGUAGES, say

editor = case_router("agreement/edit")
routers = (editor,)
_WISHES = ("up", "down", "drop")


@dataclass(frozen=True)
class Row:
    """A commitment in the form: its fields by name, its words by language, and what is worth a thought about it."""

    number: int
    label: str
    parts: Mapping[str, FormField]
    texts: Mapping[str, Mapping[str, FormField]]
    lacks: Sequence[str]
    hints: Sequence[str]
    days_off: Sequence[str]

    @property
    def is_new(self) -> bool:
        """Whether nothing is written in it yet."""
        return not any(one.value for words in self.texts.values() for one in words.values())


@editor.get("", include_in_schema=False)
def edit(request: Request, seat: ReadSeat, db: Reading) -> Response:
    """The draft, to be written on."""
    return _editor(request, seat, db)


@editor.post("", include_in_schema=False)
@handed_on
async def save(request: Request) -> Response:
    """Save the draft by the route of the API; or add, move or drop a row, and save nothing yet."""
    sent: Sent = await sent_form(request)
    for wish in _WISHES:
        row = first(sent, f"_{wish}")
        if row.isdecimal():
            return await run_in_threadpool(_again, request, rearranged(sent, wish, int(row)), None)
    if first(sent, "_more"):
        return await run_in_threadpool(_again, request, sent, None)
    sent = compact(sent)
    done = await send(
        request,
        "PUT",
        f"/api{case_path(request)}/agreement",
        body_written(request, sent),
        token=first(sent, "_token"),
        once=first(sent, "_once"),
        tag=first(sent, "_tag"),
        draft=form_of(request, draft_agreement.code),
    )
    if done.succeeded:
        return _saved(request, done)
    return await again_or_kept(request, sent, done, case_path(request), lambda: _again(request, sent, done))


def body_written(request: Request, sent: Sent) -> dict[str, Any]:
    """What the form holds, as the body that drafts it."""
    language = language_of(request)
    owners = {value for name, value in sent if name.endswith(".owners")}
    form = Form(schema_of(DraftBody), language, {"owners": [Choice(one, "") for one in owners]})
    body = body_of(form.fields(sent), sent, settings_of(request).zone)
    # A language that only a commitment is written in is a text without its own words: refused at their field.
    used = {code for one in body.get("commitments", ()) for code in one.get("texts", ())}
    texts = body.setdefault("texts", {})
    for code in sorted(used - texts.keys()) + [one for one in (body.get("prevailing"),) if one and not texts]:
        texts.setdefault(code, {})
    for one in texts.values():
        one.setdefault("purpose", "")
    return body


def _saved(request: Request, done: Done) -> Response:
    """Go on with the draft as it is saved; what cannot be printed is told first, for no other page finds it."""
    back = f"{case_path(request)}/agreement/edit"
    characters = done.told["unprintable"]
    if not characters:
        return see_other(back)
    told = say("page.unprintable", language_of(request), characters=" ".join(characters))
    return page(request, "done", act="page.draft-saved", warnings=[told], told=[], to=back)


def _again(request: Request, sent: Sent, done: Done | None) -> Response:
    return reader_at(request).read(lambda db, seat: _editor(request, seat, db, sent, done))


def _editor(request: Request, seat: Seat, db: Db, sent: Sent | None = None, done: Done | None = None) -> Response:
    permit(db, seat, draft_agreement.permission)
    form, tried = form_of(request, draft_agreement.code), sent is not None
    drafts = drafts_at(db, seat, [form])
    draft = drafts.get(form)
    sent = draft.written if sent is None and draft else sent
    language, outline = language_of(request), read_outline(db, seat)
    languages = languages_read(db, seat) or [seat.case.language]
    written = read_written(db, seat, languages)
    newest = written.newest
    languages = [one for one in LANGUAGES if one in {*languages, *((newest and newest.texts) or ())}]
    refusal = refusal_of(done) if done else None
    known = known_to(seat, outline, "agreement", language, settings_of(request).zone)
    known["ended"] = [Choice(code, say(f"page.commitment-{code}", language)) for code in ENDINGS]
    fields = Form(schema_of(DraftBody), language, known, languages)
    shown = {
        one.name: one
        for one in fields.fields(written.fields if sent is None else sent, refusal.faults if refusal else None)
    }
    saved = [one.lacks or () for one in newest.commitments] if newest and sent is None else []
    rows = _rows(db, seat, shown["commitments"], saved, language)
    if not written.amends:  # before anything is sealed a commitment is called by its place
        rows = [replace(one, label="") for one in rows]
    words = [one.value for row in rows for texts in row.texts.values() for one in texts.values()]
    return page(
        request,
        "agreement-editor",
        status=done.status if done else 200,
        case=case_path(request),
        written=written,
        drafted_in=languages,
        prevailing=replace(
            shown["prevailing"], choices=[one for one in shown["prevailing"].choices if one.value in languages]
        ),
        contract=seat.workflow.contract,
        disclosure=shown["disclosure_decided"],
        texts=(texts := _by_language(shown["texts"])),
        told_somebody=any(part.value or part.fault for one in texts.values() for part in one["notices"].parts),
        rows=rows,
        mentions=mentions_of_leavers(db, seat, words),
        refusal=refusal,
        once=db.new_id(),
        tag=(tag := _tag(written, sent, refusal)),
        drafts={draft_agreement.code: (form, draft)} if drafts else {},
        overtaken=bool(not tried and newest and newest.tag and tag != newest.tag),
        tried=draft_agreement.code if tried else "",
        row_fault=shown["commitments"].fault,
    )


def _tag(written: Written, sent: Sent | None, refusal: Refusal | None) -> str:
    """The tag of the draft that was read; of the newest one, once its writer was told that it has changed."""
    read = first(sent, "_tag") if sent is not None else ""
    newest = written.newest.tag if written.newest and written.newest.tag else ""
    return read if read and not (refusal and refusal.code == "case-changed") else newest


def _by_language(group: FormField) -> Mapping[str, Mapping[str, FormField]]:
    return {one.name.rpartition(".")[2]: _by_name(one.parts) for one in group.parts}


def _by_name(parts: Sequence[FormField]) -> Mapping[str, FormField]:
    return {one.name.rpartition(".")[2]: one for one in parts}


def _rows(db: Db, seat: Seat, commitments: FormField, saved: Sequence[Sequence[str]], language: str) -> list[Row]:
    rows = []
    for number, one in enumerate(commitments.parts):
        parts = _by_name(one.parts)
        texts = _by_language(parts["texts"])
        said = [text.value for words in texts.values() for text in words.values()]
        hints = [code for each in said for code in hints_in(each)]
        days = [
            date.fromisoformat(value) for value in (parts["starts_on"].value, parts["due_on"].value) if _is_day(value)
        ]
        off = days_off(db, seat.case.organisation_id, days, language)
        lacks = saved[number] if number < len(saved) else ()
        label = parts["label"].value
        rows.append(Row(number, label, parts, texts, lacks, list(dict.fromkeys(hints)), [*off.values()]))
    return rows


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
