"""What may stand on a wall of the room: the phase, the newest joint text and the options, as everybody at the table sees them."""

from collections.abc import Sequence

from mediation.case.seat import Seat
from mediation.case.visibility import sees, sees_full
from mediation.errors import NotPermitted
from mediation.reading.view import view
from mediation.reading.words import OptionLine, ProblemLine, read_options, read_problem_statements
from mediation.store.database import Db

_SHOWN = ("phase", "problem-statement", "option")


@view
class TableOption:
    """An option by its number, and whether it is open, adopted or set aside: never who answered what, nor why not."""

    number: int
    words: str | None
    language: str
    state: str


@view
class TableView:
    """What is projected."""

    phase: str
    joint: ProblemLine | None
    options: list[TableOption]


def has_table(seat: Seat) -> bool:
    """Whether this seat may open the table view."""
    return all(sees_full(seat.roles, one) for one in _SHOWN)


def read_table(db: Db, seat: Seat) -> TableView:
    """What the whole table may see at once; opening it is recorded as a reading of joint texts and options.

    Refuses with `not-yours-to-see` whoever does not sit at the table.
    """
    if not has_table(seat):
        raise NotPermitted("not-yours-to-see")
    joint = read_problem_statements(db, seat, sees(seat.roles, "problem-statement"))
    options = read_options(db, seat, sees(seat.roles, "option"))
    return TableView(phase=seat.case.phase, joint=joint[-1] if joint else None, options=_told(options))


def _told(options: Sequence[OptionLine]) -> list[TableOption]:
    return [TableOption(number=one.number, words=one.words, language=one.language, state=one.state) for one in options]
