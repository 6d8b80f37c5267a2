"""What stands above the forms of a noun: the options above "propose an option", each with what may be done with it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from api.pages.form_bodies import flattened
from api.pages.option_cards import read_board
from mediation.acts.frames import FRAME, as_sent, newest_frame
from mediation.acts.supervision_shapes import CHOSEN, chosen_in
from mediation.case.seat import Seat
from mediation.case.visibility import Level, sees, sees_full
from mediation.errors import NotFound, NotPermitted, NotYet
from mediation.reading import words
from mediation.reading.agreed import read_agreed_texts
from mediation.reading.agreement import read_agreement
from mediation.reading.budgets import read_budget
from mediation.reading.case import SECTIONS as OF_CASE
from mediation.reading.case import has_section
from mediation.reading.check_ins import read_check_ins
from mediation.reading.complaints import read_own_complaints
from mediation.reading.concerns import read_concerns
from mediation.reading.evaluations import read_evaluations
from mediation.reading.goals import read_goals
from mediation.reading.hours import read_hours
from mediation.reading.linked import read_linked
from mediation.reading.parts import Lines, Part
from mediation.reading.retention import read_holds
from mediation.reading.statuses import status
from mediation.reading.summaries import read_summary
from mediation.reading.time_choices import read_time_choices
from mediation.reading.understandings import read_understandings
from mediation.reading.view import ABSENT
from mediation.store.database import Db
from mediation.workflow.declaration import Trait

Reads = Callable[[Db, Seat], Any]
AT_ONCE = 50  # lines of a long section on one page


@dataclass(frozen=True)
class Section:
    """A template of templates/pages/sections, and who reads what it shows."""

    template: str
    read: Reads
    of_order: bool = False  # for who ordered the case, who has a status of it and no outline
    part: Callable[[Db, Seat, Part], Lines[Any] | None] | None = None  # of one that grows as long as a case goes on

    def newest(self, db: Db, seat: Seat, before: str) -> tuple[Any, str | None]:
        """What the page shows, of a long section its newest lines `before` another; and before which line there are more.

        Refuses like `parts.rows_of`.
        """
        if self.part is None:
            return self.read(db, seat), None
        found = self.part(db, seat, Part(AT_ONCE, before=before))
        return (found.lines, found.lines[0].id if found.more else None) if found else (None, None)


def _of_case(name: str, reads: Callable[[Db, Seat, Level], Any] | None = None) -> Section:
    item, read = OF_CASE[name]

    def section(db: Db, seat: Seat) -> Any:
        level = sees(seat.roles, item)
        return (reads or read)(db, seat, level) if has_section(level) else None

    return Section(name, section)


def _of_long(name: str, reads: Callable[[Db, Seat, Level, Part | None], Lines[Any]]) -> Section:
    item, _ = OF_CASE[name]

    def part(db: Db, seat: Seat, wanted: Part | None) -> Lines[Any] | None:
        level = sees(seat.roles, item)
        return reads(db, seat, level, wanted) if has_section(level) else None

    def whole(db: Db, seat: Seat) -> Any:
        found = part(db, seat, None)
        return found and found.lines

    return Section(name, whole, part=part)


def _where_allowed(template: str, read: Reads) -> Section:
    """A reading that refuses whose it is not: then nothing stands above the form."""

    def section(db: Db, seat: Seat) -> Any:
        try:
            return read(db, seat)
        except (NotFound, NotPermitted, NotYet):
            return None

    return Section(template, section)


def _texts(kind: str) -> Section:
    """The newest text of a kind that this reader agrees to."""

    def read(db: Db, seat: Seat) -> Any:
        texts = [one for one in read_agreed_texts(db, seat) if one.kind.startswith(kind)]
        return texts[-1] if texts else None

    return _where_allowed("agreed_text", read)


@dataclass(frozen=True)
class _Framed:
    """The newest frame of a supervision: its text, and the values that its form begins with."""

    id: str
    kind: str
    words: Any
    values: Mapping[str, Any]


def _framed(db: Db, seat: Seat) -> Any:
    texts, frame = [one for one in read_agreed_texts(db, seat) if one.kind == FRAME], newest_frame(db, seat.case.id)
    return _Framed(texts[-1].id, FRAME, texts[-1].words, as_sent(frame)) if texts and frame else None


@dataclass(frozen=True)
class _Chosen:
    """What was chosen of a supervision, by the fields of its form."""

    form: str
    kind: str
    shape: str
    cap: str


def _chosen(db: Db, seat: Seat) -> Any:
    told = chosen_in(db, seat.case.id) if sees_full(seat.roles, "frame") else {}
    return _Chosen(*(told[one] for one in CHOSEN)) if told else None


def _heard(db: Db, seat: Seat, level: Level, part: Part | None) -> Lines[Any]:
    """Words for the table; a party's own private ones too, but none on a mediator's page that may lie open in the room."""
    leads = seat.is_any(Trait.LEADS)
    return (words.table_statements_of if leads else words.statements_of)(db, seat, level, part)


def _ordered(db: Db, seat: Seat) -> Any:
    """What was ordered last, for who ordered it."""
    return status(db, {seat.workflow.code: seat.workflow}, seat.person_id, seat.case.number).order


_AGREEMENT = _where_allowed("agreement", read_agreement)

SECTIONS: Mapping[str, Section] = {
    "agreement": _AGREEMENT,
    "agreement/signatures": _AGREEMENT,
    "agreement/sending": _AGREEMENT,
    "agreement/today": _AGREEMENT,
    "agreement/draft": _AGREEMENT,
    "order": replace(_where_allowed("order", _ordered), of_order=True),
    "order/own-lines": _of_case("order"),
    "options": _of_case("options", read_board),
    "statements": _of_long("statements", _heard),
    "sessions": _of_case("sessions"),
    "participants": _of_case("participants"),
    "problem-statements": _of_case("problem_statements"),
    "declarations": _of_case("declarations"),
    "screenings": _of_case("screenings"),
    "notes": _of_long("notes", words.notes_of),
    "time-entries": _where_allowed("hours", read_hours),
    "concerns": _where_allowed("concerns", read_concerns),
    "check-ins": _where_allowed("check_ins", read_check_ins),
    "understandings": _where_allowed("understandings", read_understandings),
    "goals/ratings": _where_allowed("goals", read_goals),
    "evaluations": _where_allowed("evaluations", read_evaluations),
    "summary": replace(_where_allowed("summary", read_summary), of_order=True),
    "summary/approvals": _where_allowed("summary", read_summary),
    "complaints": _where_allowed("complaints", read_own_complaints),
    "holds": _where_allowed("holds", read_holds),
    "time-choices": _where_allowed("time_choices", read_time_choices),
    "shares": replace(_where_allowed("budget", read_budget), of_order=True),
    "supervision-requests": _where_allowed("linked", read_linked),
    "consents": _texts("terms"),
    "undertakings": _texts("undertaking-"),
    "confidentiality": _texts("confidentiality"),
    "form": Section("form", _chosen),
    "frame": _where_allowed("agreed_text", _framed),
    "series": _where_allowed("agreed_text", _framed),
    "ground-rules": _texts("ground-rules"),
    "ground-rules/acceptances": _texts("ground-rules"),
}


def written_before(path: str, read: Any) -> Iterator[tuple[str, str]]:
    """The fields of a form as they were written before, where an act writes the whole of something anew."""
    if path == "order" and read is not None and read.readable:
        before = {"terms": read.terms, "final_date": read.final_date, **vars(read.readable)}
        yield from flattened({name: value for name, value in before.items() if value is not ABSENT})
    if path == "frame" and read is not None:
        yield from flattened(read.values)
    if path == "form" and read is not None:
        yield from flattened(vars(read))
    if path == "series" and read is not None:  # as the frame says
        agreed = {name: read.values.get(of) for name, of in _OF_FRAME.items()}
        yield from flattened(agreed)


_OF_FRAME = {"weeks": "weeks", "minutes": "minutes", "how_many": "session_count", "form": "where", "place": "place"}
