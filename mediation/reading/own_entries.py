"""What one's own copy is made of: entries, and for whom they are told."""

from dataclasses import dataclass
from datetime import datetime

from mediation.case.seat import Seat
from mediation.errors import NotFound
from mediation.store.database import Db
from mediation.store.models import CaseRow, get
from mediation.words.catalogue import say


@dataclass(frozen=True)
class Entry:
    """One thing of one's own: when it came about (UTC), a line that says what it is, and its words, if any."""

    at: datetime
    line: str
    words: str = ""


@dataclass(frozen=True)
class Reader:
    """Whose own it is, and in which language it is told."""

    db: Db
    seat: Seat
    language: str

    def say(self, code: str, **blanks: object) -> str:
        return say(code, self.language, **blanks)

    def field(self, name: str, value: object) -> str:
        return f"{self.say(f'field.{name}')}: {value}"

    def text(self, row: CaseRow, column: str = "words") -> str:
        """The words of a row, or that they have been deleted."""
        try:
            return str(get(self.db, row, column) or "")
        except NotFound as gone:
            return self.say(f"error.{gone.code}")
