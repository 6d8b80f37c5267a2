"""The day in the room: one page for one laptop. Each tap is a form of its own, and the route of the API does what it asks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from fastapi import Request, Response

from api.http.dependencies import Reading, ReadSeat
from api.http.pages import page
from api.http.problems import UnmetGuard
from api.http.routes import case_router
from api.http.views import reader_of
from api.pages.case import in_order_of_doing, page_of
from api.pages.taps import Fields, Tap, said_by, taken_back
from mediation.case import engine
from mediation.case.in_room import beside_others
from mediation.case.seat import Seat
from mediation.reading.people import PersonLine
from mediation.reading.sitting import read_sitting
from mediation.reading.sitting_view import AskedLine, AskedOf, SeatedSession, SittingView
from mediation.reading.table import has_table
from mediation.store.database import Db
from mediation.workflow.facts import Facts
from mediation.workflow.facts_loading import load_facts

sitting = case_router("sitting")
routers = (sitting,)

# What is written together in the room, by the act that opens it, and the words of its link.
_TEXTS = (
    ("write-ground-rules", "ground-rules", "page.text-ground-rules"),
    ("draft-problem-statement", "problem-statements", "page.joint-text"),
    ("propose-option", "options", "page.options"),
    ("draft-agreement", "agreement", "page.agreement"),
    ("propose-understanding", "understandings", "page.understanding"),
)


@dataclass(frozen=True)
class Row:
    """Somebody in the room: what can be tapped for them, and what is so without a tap."""

    person: PersonLine
    taps: Sequence[Tap]
    facts: Sequence[tuple[str, bool]]  # words, and whether it came from their own hand
    talk: Tap | None
    is_apart: bool


@dataclass(frozen=True)
class Move:
    """A move onward: what it still waits for beside the taps."""

    code: str
    unmet: Sequence[UnmetGuard]
    ready: bool


@sitting.get("", include_in_schema=False)
def show(request: Request, seat: ReadSeat, db: Reading) -> Response:
    """The session under way, who is there, what the next move asks of each, and each of it with one tap."""
    facts = load_facts(db, seat.case)
    seen = read_sitting(db, seat, facts)
    may, acts = seat.may_do(), seat.workflow.acts()
    return page(
        request,
        "sitting",
        number=seat.case.number,
        phase=seat.case.phase,
        phases=[one.code for one in seat.workflow.phases if one is not seat.workflow.final],
        suspended=seat.suspended,
        seen=seen,
        sessions=list(_sessions(db, seen)),
        together=list(_together(db, seen)),
        rows=[_row(db, seen, one, _talk(db, seen, one) if "open-caucus" in acts else None) for one in seen.parties],
        others=[_row(db, seen, one) for one in seen.others],
        alone=any(one.alone and not each.done for one in seen.asked for each in one.asked_of),
        moves=_moves(request, seat, facts, seen),
        texts=[(words, path) for act, path, words in _TEXTS if act in may],
        may=may,
        has_table=has_table(seat),
        page_of=page_of,
    )


def _moves(request: Request, seat: Seat, facts: Facts, seen: SittingView) -> list[Move]:
    """The moves onward, each with what is missing and not asked for on this page already."""
    reader = replace(reader_of(request), seat=beside_others(seat))  # this page lies open in the room
    plans = engine.plans_onward(seat, facts, reader.db.today())
    missing = [[one for one in plan.unmet if not _is_asked(one, seen)] for plan in plans]
    reader.names(who for some in missing for one in some for who in one.missing)
    return [
        Move(plan.transition.code, in_order_of_doing(seat.workflow, reader.explain(some)), not plan.unmet)
        for plan, some in zip(plans, missing, strict=True)
    ]


def _is_asked(unmet: engine.Unmet, seen: SittingView) -> bool:
    """Whether all that a guard waits for can be tapped on this page."""
    lines = [one for one in seen.asked if one.act in unmet.guard.met_by]
    waited = {each.participant for one in lines for each in one.asked_of if not each.done}
    return bool(unmet.missing) and set(unmet.missing) <= waited


def _together(db: Db, seen: SittingView) -> Iterator[Tap]:
    """What one tap records for all who are there and in no private talk."""
    for one in seen.asked:
        if len(one.together) > 1:
            yield _said(db, one, one.together, anchor="all")


def _sessions(db: Db, seen: SittingView) -> Iterator[tuple[SeatedSession, Sequence[Tap]]]:
    """The session under way with how it ends; without one, those that may begin."""
    if seen.session is not None:
        path = f"sessions/{seen.session.id}/ending"
        ways: Sequence[tuple[Fields, str]] = (((), "page.held-to-end"), ([("early", "yes")], "page.broken-off"))
        yield seen.session, [Tap(path, "end-session", fields, words, db.new_id()) for fields, words in ways]
        return
    for one in seen.ahead:
        yield one, [Tap(f"sessions/{one.id}/beginning", "begin-session", (), "act.begin-session", db.new_id())]


def _row(db: Db, seen: SittingView, person: PersonLine, talk: Tap | None = None) -> Row:
    asked_of = [(asked, one) for asked in seen.asked for one in asked.asked_of if one.participant == person.id]
    taps = [tap for asked, one in asked_of for tap in _taps(db, asked, one, person)]
    facts = [(_words(asked, one), one.value is not None) for asked, one in asked_of if one.done and one.mark is None]
    return Row(person, taps, facts, talk, person.id in seen.apart)


def _talk(db: Db, seen: SittingView, person: PersonLine) -> Tap | None:
    """A private talk, begun or ended: with whoever is in one, or is in the room."""
    name, at, once = person.name or "", _at(person), db.new_id()
    if (talk := seen.apart.get(person.id)) is not None:
        return Tap(f"caucuses/{talk}/ending", "close-caucus", (), "act.close-caucus", once, name, anchor=at)
    if seen.session is None:
        return None
    return Tap("caucuses", "open-caucus", [("participant", person.id)], "act.open-caucus", once, name, anchor=at)


def _taps(db: Db, asked: AskedLine, one: AskedOf, person: PersonLine) -> Iterator[Tap]:
    name, at = person.name or "", _at(person)
    if one.mark is not None:
        yield taken_back(one.mark, person.id, _words(asked, one), db.new_id(), whose=name, anchor=at)
    if one.open and not one.done:
        yield _said(db, asked, [person.id], whose=name, anchor=at, pressed=False)
        if asked.act == "state-view":
            fields = [*said_by(person.id), ("passed", "yes")]
            yield Tap("views", "state-view", fields, "tap.pass-view", db.new_id(), name, False, at)
        if asked.act == "mark-attendance" and person.id in asked.together:
            path, _ = _address(asked, [person.id])
            fields = [(f"attendance.{person.id}", "absent")]
            yield Tap(path, asked.act, fields, "tap.absent", db.new_id(), name, False, at)


def _words(asked: AskedLine, one: AskedOf) -> str:
    return _WORDS.get(one.value or "", f"tap.{asked.act}")


_WORDS = {"passed": "tap.pass-view", "absent": "tap.absent", "left": "tap.left", "caught-up": "tap.caught-up"}


def _said(
    db: Db, asked: AskedLine, whom: Sequence[str], *, whose: str = "", anchor: str = "", pressed: bool | None = None
) -> Tap:
    path, fields = _address(asked, whom)
    return Tap(path, asked.act, fields, f"tap.{asked.act}", db.new_id(), whose, pressed, anchor)


def _address(asked: AskedLine, whom: Sequence[str]) -> tuple[str, Fields]:
    """Where an act is done for these, and what is sent there."""
    if asked.act == "mark-attendance":
        return f"sessions/{asked.about}/attendance", [(f"attendance.{one}", "present") for one in whom]
    if asked.act == "hear-undertaking":
        return f"sessions/{asked.about}/undertakings", [("participant", one) for one in whom]
    if asked.act == "mark-opening-turn":
        return "opening-turns", [("participants", one) for one in whom]
    text = [("text", asked.about)] if asked.act == "accept-ground-rules" and asked.about else []
    return _PATHS[asked.act].format(about=asked.about, version=asked.version), [*said_by(*whom), *text]


_PATHS: Mapping[str, str] = {
    "accept-ground-rules": "ground-rules/acceptances",
    "state-view": "views",
    "accept-problem-statement": "problem-statements/{version}/acceptances",
    "say-ready": "readiness",
    "accept-understanding": "understandings/{about}/acceptances",
}


def _at(person: PersonLine) -> str:
    return f"p-{person.id}"
