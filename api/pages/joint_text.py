"""The editor of the joint text: in the languages that the parties read, with the version before it and what each one changed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api.http.dependencies import Reading, ReadSeat
from api.http.languages import language_of
from api.http.pages import page
from api.http.routes import case_router, handed_on
from api.pages.acts import sent_body, went_well
from api.pages.answers import first, own_path, reader_at, refusal_of, sent_form
from api.pages.doors import Door, case_path
from api.pages.drafting import drafts_at, form_of, written_in
from api.pages.form_bodies import flattened
from api.pages.forms import Form, FormField, Sent
from api.pages.kept import again_or_kept
from api.pages.posting import Done, send
from api.pages.sections import SECTIONS
from api.pages.taps import Tap
from mediation.acts.problem_statements import accept_problem_statement
from mediation.case.seat import Seat
from mediation.case.visibility import Level
from mediation.errors import NotPermitted
from mediation.reading.people import languages_read, read_marks
from mediation.reading.words import ProblemLine, ProblemWords
from mediation.store.database import Db
from mediation.words.catalogue import LANGUAGES

PATH = "problem-statements"
joint_text = case_router(PATH)
routers = (joint_text,)


@dataclass(frozen=True)
class Piece:
    """Some words of a text, and what became of them."""

    kind: str  # same, gone, new
    words: str


@joint_text.get("", include_in_schema=False)
def show(request: Request, seat: ReadSeat, db: Reading) -> Response:
    """The joint text in its versions and, for who writes it, the next one."""
    return _shown(request, seat, db)


@joint_text.post("", include_in_schema=False)
@handed_on
async def write(request: Request) -> Response:
    """Write the next version; or one more row or language in the form, and nothing else yet."""
    sent, door = await sent_form(request), _door(request)
    if first(sent, "_more"):
        return await run_in_threadpool(_again, request, sent, None)
    done = await send(
        request,
        door.method,
        f"/api{request.scope['path']}",
        sent_body(request, door, sent),
        token=first(sent, "_token"),
        once=first(sent, "_once"),
        draft=form_of(request, door.name),
    )
    if done.succeeded:
        return went_well(request, door, done, own_path(first(sent, "_to") or case_path(request)))
    return await again_or_kept(request, sent, done, case_path(request), lambda: _again(request, sent, done))


def _door(request: Request) -> Door:
    doors: Mapping[str, Sequence[Door]] = request.app.state.doors
    return doors[PATH][0]


def _again(request: Request, sent: Sent, done: Done | None) -> Response:
    return reader_at(request).read(lambda db, seat: _shown(request, seat, db, sent, done))


def _shown(request: Request, seat: Seat, db: Db, sent: Sent = (), done: Done | None = None) -> Response:
    versions: list[ProblemLine] | None = SECTIONS[PATH].read(db, seat)
    if versions is None:
        raise NotPermitted("not-yours-to-see")
    door, may, refusal = _door(request), seat.may_do(), refusal_of(done) if done else None
    form, is_open = form_of(request, door.name), door.is_open(may)
    drafts = drafts_at(db, seat, [form] if is_open else [])
    draft = drafts.get(form)
    before = sent or written_in(draft) or (_written(versions[-1]) if versions else ())
    languages = _languages(db, seat, before, first(sent, "_more"))
    faults = refusal.faults if refusal else {}
    return page(
        request,
        "joint-text",
        status=done.status if done else 200,
        number=seat.case.number,
        case=case_path(request),
        section=versions,
        changed=_changes(versions[-2:]),
        accepted=_has_accepted(db, seat, versions),
        acceptance=_acceptance(db, versions) if versions and "accept-problem-statement" in may else None,
        may=may,
        door=door,
        fields=_fields(request, door, before, languages, faults, first(sent, "_more")) if is_open else [],
        others=[one for one in LANGUAGES if one not in languages],
        refusal=refusal,
        drafts={door.name: (form, draft)} if drafts else {},
        overtaken=bool(draft and not sent and versions and draft.at < versions[-1].at),
        tried=door.name if sent else "",
        once=db.new_id(),
        to=first(sent, "_to") or own_path(request.query_params.get("to", case_path(request))),
    )


def _has_accepted(db: Db, seat: Seat, versions: Sequence[ProblemLine]) -> bool:
    """Whether this reader has accepted the newest version."""
    own = read_marks(db, seat, Level.OWN) if versions else ()
    return any(one.kind in accept_problem_statement.leaves and one.about == versions[-1].id for one in own)


def _acceptance(db: Db, versions: Sequence[ProblemLine]) -> Tap:
    path = f"{PATH}/{versions[-1].version}/acceptances"
    return Tap(path, accept_problem_statement.code, (), "page.accept-version", db.new_id())


def _written(version: ProblemLine) -> Sent:
    """A version as the fields of the form: the next one begins with its words. Where they are deleted, it begins anew."""
    texts = {code: {"words": text.words, "goals": text.goals} for code, text in version.texts.items()}
    return list(flattened({"texts": texts, "issues": [one.words for one in version.issues if one.words]}))


def _languages(db: Db, seat: Seat, before: Sent, more: str) -> list[str]:
    """Those that the parties read, in which something is written already, or that are asked for now."""
    written = {name.split(".")[1] for name, _ in before if name.startswith("texts.")}
    wanted = {*languages_read(db, seat), *written, more}
    return [one for one in LANGUAGES if one in wanted] or [seat.case.language]


def _fields(
    request: Request, door: Door, before: Sent, languages: Sequence[str], faults: Mapping[str, str], more: str
) -> list[FormField]:
    """The fields of the text, of which each goal is a row of its own."""
    assert door.schema is not None
    fields = Form(door.schema, language_of(request), {}, languages).fields(before, faults)
    return [replace(one, parts=[_with_rows(part, more) for part in one.parts]) for one in fields]


def _with_rows(one: FormField, more: str) -> FormField:
    """A text in a language, with its goals a row each, and an empty one where one more may come."""
    return replace(
        one, parts=[replace(part, values=_rows(part, more)) if part.kind == "lines" else part for part in one.parts]
    )


def _rows(one: FormField, more: str) -> list[str]:
    written = one.value.splitlines() if "\n" in one.value else [*one.values]
    return [*written, ""] if more == "goals" or not written or all(written) else written


def _changes(versions: Sequence[ProblemLine]) -> dict[str, list[Piece]]:
    """What the newest version changed in the one before it, by language: the text and, a line each, the goals."""
    if len(versions) < 2:
        return {}
    old, new = versions
    return {one: compared(_told(old.texts.get(one)), _told(text)) for one, text in new.texts.items()}


def _told(text: ProblemWords | None) -> str:
    return "\n".join([text.words or "", *(text.goals or ())]) if text else ""


def compared(before: str, now: str) -> list[Piece]:
    """Two texts word by word: what stayed, what went and what came."""
    old, new = (_WORDS.findall(one) for one in (before, now))
    pieces = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(new[c:d])))
        else:
            pieces += [Piece(one, "".join(words)) for one, words in (("gone", old[a:b]), ("new", new[c:d])) if words]
    return pieces


_WORDS = re.compile(r"\S+\s*|\s+")  # a word with the space after it, so that neighbours stay together
