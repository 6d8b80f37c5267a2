"""A paper as an answer shows it: prose in one language, what somebody wrote set apart, and who signs it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from mediation.case.seat import Seat
from mediation.case.visibility import Level
from mediation.reading.view import view
from mediation.store.database import Db


@view
class PaperPart:
    """A paragraph; with a `language` it is what somebody wrote, in that language."""

    words: str
    language: str | None


@view
class PaperBlock:
    """A heading and the paragraphs under it."""

    heading: str
    boxed: bool
    parts: list[PaperPart]


@view
class PaperSignatory:
    """Who signs a paper, and as what."""

    name: str
    capacity: str


@view
class PaperLetterhead:
    """Who provides the mediation, whom to ask, and who is the controller of the data; what is not said is empty."""

    name: str
    contact: str
    controller: str


@view
class PaperView:
    """A paper in one language, as its PDF prints it. The first block holds the title."""

    code: str
    case: str
    language: str
    confidential: bool
    blocks: list[PaperBlock]
    signatories: list[PaperSignatory]
    letterhead: PaperLetterhead | None


@view
class PaperLine:
    """A paper that can be read now."""

    code: str


@dataclass(frozen=True)
class Paper:
    """How a paper is read: at which levels of its row of who sees what, when it is there, and what fills its template.

    `ready` opens no words. `read` gives what fills `templates/papers/<code>.<language>.txt`; `signed` names who signs, if
    anybody does.
    """

    levels: Collection[Level]
    ready: Callable[[Db, Seat], bool]
    read: Callable[[Db, Seat, str], Mapping[str, object]]
    signed: Callable[[Mapping[str, object], str], list[PaperSignatory]] = lambda data, language: []
    confidential: bool = True
    outlasts: bool = False  # readable also when the words of what was agreed were deleted
