"""What an address of acts shows: what there is of its noun, and the forms of the acts that are open to this reader now."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import Request, Response

from api.http.languages import language_of
from api.http.pages import page
from api.http.security import settings_of
from api.pages.answers import Refusal, first, own_path, refusal_of
from api.pages.arranging import GROUPS, answered, arranged, in_groups, marks_to_choose, of_interpreting, said_of
from api.pages.choices import (
    commitments_to_report,
    goals_to_name,
    known_to,
    known_to_commissioner,
    offered_times,
    sentences_to_release,
)
from api.pages.doors import OWN_PAGES, PUT_RIGHT, Door, case_path, links_of_items, page_of, sees_case
from api.pages.drafting import drafts_at, form_of, takes_words
from api.pages.forms import Form, FormField, Known, Sent, line_of
from api.pages.letters_and_scans import recorded_by_others
from api.pages.offered import IN_SECTION, has_form_here, is_given
from api.pages.posting import Done
from api.pages.sections import SECTIONS, written_before
from api.pages.steps import FIRST, in_steps
from mediation.acts.particulars import asks_who_reports
from mediation.acts.signatories import signing_roles
from mediation.acts.taking_part import evaluating
from mediation.case.drafts import Kept
from mediation.case.seat import Seat
from mediation.case.visibility import sees
from mediation.reading.agreed import printed_texts
from mediation.reading.interpreted import has_own_language
from mediation.reading.meetings import SessionLine, read_sessions
from mediation.reading.outline import Outline, read_outline
from mediation.reading.own_ties import OwnTie, compared_ties
from mediation.reading.people import MarkLine, PersonLine
from mediation.reading.words import unread_by_leaders
from mediation.store.database import Db
from mediation.words.catalogue import has_words, say
from mediation.workflow.declaration import Trait
from workflows import WORKFLOWS

# Fields that are asked only where the workflow has a row of who sees what that they are about.
_ONLY_WITH = {"cancellation_hours": "budget", "if_fails": "terms", "own_lines": "terms"}
_ABOUT_GOALS = frozenset({"goals/ratings", "evaluations"})


@dataclass(frozen=True)
class Tried:
    """A form that was sent and not done: its door, what was sent, and the answer (None: it only asks for more).

    `preview` is what would be done.
    """

    door: Door
    sent: Sent
    done: Done | None
    preview: Any = None

    @property
    def asks_again(self) -> bool:
        """Whether what follows is to be said once more before anything is done."""
        return first(self.sent, "_sure") == "asked"


@dataclass
class _Shown:
    """The forms of a page, each with its fields; and the name and the draft of those in which one writes."""

    forms: list[tuple[Door, list[FormField]]] = field(default_factory=list)
    drafts: dict[str, tuple[str, Kept | None]] = field(default_factory=dict)


def forms_page(request: Request, seat: Seat, db: Db, doors: Sequence[Door], tried: Tried | None = None) -> Response:
    """What there is of a noun, and the forms of the acts that this seat may do; one with what was sent and refused."""
    path, may, language = doors[0].path, seat.may_do(), language_of(request)
    outline = read_outline(db, seat) if sees_case(seat) else None
    people = (outline.participants if outline else None) or []
    section = SECTIONS.get(path)
    before = request.query_params.get("before", "")
    read, earlier = section.newest(db, seat, before) if section and (outline or section.of_order) else (None, None)
    refusal = refusal_of(tried.done) if tried and tried.done else None
    sent = tried.sent if tried else ()
    said = answered(db, seat, path) if outline else []
    shown = _shown(request, seat, db, doors, read, outline, tried, said)
    framed = {**_framed(request, db, people, seat, may), "of_session": _of_session(request, seat, db)}
    if tried and tried.asks_again and shown.forms:
        [(door, fields), *_], to = shown.forms, own_path(first(sent, "_to"))
        return page(
            request,
            "sure",
            **framed,
            door=door,
            these=fields,
            sent=sent,
            once=db.new_id(),
            to=to,
            preview=tried.preview,
        )
    return page(
        request,
        "acts",
        status=tried.done.status if tried and tried.done else 200,
        **framed,
        section=read,
        compared=_compared(db, seat, path, may),
        earlier=earlier,
        section_template=f"sections/{section.template}.html" if section and read is not None else None,
        leads=seat.is_any(Trait.LEADS),
        suspended=seat.suspended,
        follows_up=bool(seat.workflow.follow_up_kinds),
        calls_more=bool(seat.workflow.who(Trait.ACCOMPANIES, Trait.REPRESENTS)),  # than a session calls by itself
        printed=printed_texts(db, seat) if section and section.template == "agreement" and read is not None else [],
        spare=db.new_id(),
        now=db.now(),
        item_links=links_of_items(request, path, may),
        forms=shown.forms,
        answered=[(said_of(one, language), one) for one in said],
        given=is_given(read, said),
        unread=unread_by_leaders(db, seat) if "renew-statement" in may and path == "statements" else (),
        elsewhere=[(one.words, f"{case_path(request)}/{OWN_PAGES[one.name]}") for one in doors if _elsewhere(one, may)],
        refusal=refusal and as_asked(refusal, [field for _, fields in shown.forms for field in fields]),
        drafts=shown.drafts,
        tried=tried.door.name if tried and sent else "",
        once=[db.new_id() for _ in shown.forms],
        tag=_tag(sent, refusal, read),
        to=first(sent, "_to") or own_path(request.query_params.get("to", page_of(request, seat))),
    )


def _compared(db: Db, seat: Seat, path: str, may: Collection[str]) -> Sequence[OwnTie]:
    """For who declares ties, whom they know from cases of their own; nobody else, and no other screen, shows it."""
    is_asked = path == "declarations" and "declare-ties" in may and "own-ties" not in seat.closed
    return compared_ties(db, WORKFLOWS, seat) if is_asked and "own-ties" in seat.workflow.items else ()


def _elsewhere(door: Door, may: Collection[str]) -> bool:
    return door.name in OWN_PAGES and door.is_open(may)


def _tag(sent: Sent, refusal: Refusal | None, read: Any) -> str:
    """The tag of what was read; of what there is now, once its reader was told that it has changed."""
    was = "" if refusal and refusal.code == "case-changed" else first(sent, "_tag")
    return was or getattr(read, "tag", None) or ""


def _shown(
    request: Request,
    seat: Seat,
    db: Db,
    doors: Sequence[Door],
    read: Any,
    outline: Outline | None,
    tried: Tried | None,
    said: Sequence[MarkLine],
) -> _Shown:
    language, may, path = language_of(request), seat.may_do(), doors[0].path
    people = (outline.participants if outline else None) or []
    known = _known_here(request, seat, db, path, outline)
    given = _read_here(read, language, path)
    before = [*given, *(("session", one.value) for one in known.get("newest", ())), *written_before(path, read)]
    asked = [one for one in ([tried.door] if tried and tried.asks_again else doors) if one.is_open(may)]
    drafts = drafts_at(db, seat, [form_of(request, one.name) for one in asked if one.schema])
    interpreted, named = has_own_language(db, seat.participant_id), _named(request, people)
    shown = _Shown()
    for one in asked:
        form, again = form_of(request, one.name), tried if tried and one is tried.door else None
        writes = one.name in IN_SECTION
        if has_form_here(seat, one, read, said, tried=again is not None):
            filled = again.sent if again else _begun(given, drafts.get(form), before)
            faults = refusal_of(again.done) if again and again.done else None
            fields = of_interpreting(fields_of(seat, one, known, filled, faults, language), asked=interpreted)
            fields = _fitting(seat, named, fields)
            writes = writes or takes_words(fields)
            chosen = _chosen(request, one, again.sent if again else (), filled)
            shown.forms.append((one, in_steps(seat, one.name, fields, chosen, people, language)))
        if writes and form in drafts:
            shown.drafts[one.name] = form, drafts[form]
    return shown


def _known_here(request: Request, seat: Seat, db: Db, path: str, outline: Outline | None) -> Known:
    """Whom and what the forms of a page can name."""
    language, zone = language_of(request), settings_of(request).zone
    known = (
        known_to(seat, outline, path, language, zone, db.now())
        if outline
        else known_to_commissioner(db, seat, path, language)
    )
    if path == "check-ins":
        known |= commitments_to_report(db, seat, language)
    if path in _ABOUT_GOALS and outline:
        known |= goals_to_name(db, seat, outline, language, zone, db.now())
    if path == "corrections":
        known |= {"mark": marks_to_choose(db, seat, language)}
    if path.startswith("time-choices/{choice}"):
        known |= offered_times(db, seat, request.path_params["choice"], language, zone)
    if path == "statements/{statement}/releases":
        known |= sentences_to_release(db, seat, request.path_params["statement"])
    return known


def _read_here(read: Any, language: str, path: str) -> Sent:
    """What the forms of a page name of what is read above them; one writes in one's own language, as a rule."""
    read_id = getattr(read, "id", "")
    return [
        *([] if path == PUT_RIGHT else [("language", language)]),  # who is put right keeps theirs unless it is chosen
        ("text", read_id),
        ("order", read_id),
        ("digest", getattr(read, "digest", None) or ""),
        ("shown", _shown_in(read, language)),
    ]


def _shown_in(read: Any, language: str) -> str:
    """The language in which the text above the form is shown, as its section chooses it; empty where there is none."""
    return language if (getattr(read, "texts", None) or {}).get(language) else getattr(read, "prevailing", None) or ""


def _begun(given: Sent, draft: Kept | None, before: Sent) -> Sent:
    """What a form is filled in with: a draft wins over what was written before, but not over what was read above the form."""
    read = [(name, value) for name, value in given if name != "language"]
    return [*read, *draft.written] if draft else before


def _chosen(request: Request, door: Door, sent: Sent, filled: Sent) -> str:
    field = FIRST.get(door.name, "")
    return first(sent, field) or request.query_params.get(field, "") or first(filled, field)


def _named(request: Request, people: Sequence[PersonLine]) -> PersonLine | None:
    return next((one for one in people if one.id == request.path_params.get("participant")), None)


def _fitting(seat: Seat, named: PersonLine | None, fields: Sequence[FormField]) -> list[FormField]:
    """Who reports to whom is not asked of a companion, nor where nobody represents an employer."""
    is_asked = named is None or asks_who_reports(seat.workflow, named.roles)
    return [one for one in fields if is_asked or one.name != "subordinate"]


def _framed(request: Request, db: Db, people: Sequence[PersonLine], seat: Seat, may: Collection[str]) -> dict[str, Any]:
    signing = signing_roles(db, seat)
    return {
        "by": {one.id: one.name for one in people},
        "you": seat.participant_id,
        "may": may,
        "case": case_path(request),
        "named": _named(request, people),
        "led_by_others": any(
            {*one.roles} & seat.workflow.who(Trait.LEADS) for one in people if one.id != seat.participant_id
        ),
        "releasable": [one.id for one in people if one.roles and {*one.roles} <= seat.workflow.who(Trait.RELEASABLE)],
        "parties": [one.id for one in people if {*one.roles} & seat.workflow.who(Trait.CONSENTS)],
        "signing": [one.id for one in people if {*one.roles} & signing],
        "representatives": [one.id for one in people if {*one.roles} & seat.workflow.who(Trait.REPRESENTS)],
        "papers": seat.workflow.papers,
        "evaluating": evaluating(seat.workflow),
        "waiting": [one.id for one in people if {*one.roles} & seat.workflow.who(Trait.WAITS)],
        "recorded": [one.id for one in recorded_by_others(seat, people)],
    }


def _of_session(request: Request, seat: Seat, db: Db) -> SessionLine | None:
    """The session that the forms are about, which they name: there may be several of a kind."""
    session_id = request.path_params.get("session_id")
    sessions = read_sessions(db, seat, sees(seat.roles, "session-plan")) if session_id and sees_case(seat) else ()
    return next((one for one in sessions if one.id == session_id), None)


def _with_parts(fields: Sequence[FormField]) -> Iterator[FormField]:
    for one in fields:
        yield one
        yield from _with_parts(one.parts)


def _asked(door: Door, one: FormField, language: str) -> FormField:
    """A field in the words of this act, where it has some."""
    own = f"asks.{door.name}.{one.name}"
    return replace(one, label=say(own, language)) if has_words(own, language) else one


def as_asked(refusal: Refusal, fields: Sequence[FormField]) -> Refusal:
    """A refusal whose faults are those of the fields: each leads to its field, and says once more what is said there."""
    at_fields = {one.name: one.fault for one in _with_parts(fields) if one.fault}
    rest = {name: fault for name, fault in refusal.faults.items() if not {name, line_of(name)} & at_fields.keys()}
    detail = "" if refusal.detail in refusal.faults.values() else refusal.detail
    return replace(refusal, detail=detail, faults={**at_fields, **rest})


def fields_of(
    seat: Seat, door: Door, known: Known, sent: Sent, refusal: Refusal | None, language: str
) -> list[FormField]:
    """The fields of an act for this seat, filled with what was sent or written before: only who leads records for others."""
    if door.schema is None:
        return []
    fields = Form(door.schema, language, known).fields(sent, refusal.faults if refusal else {})
    items = seat.workflow.items
    fields = [
        _asked(door, one, language) for one in fields if one.name not in _ONLY_WITH or _ONLY_WITH[one.name] in items
    ]
    shown = arranged(seat, door.path, fields, understood=door.path == "check-ins" and not known.get("reports"))
    return in_groups(shown, GROUPS.get(door.path, ()), language)
