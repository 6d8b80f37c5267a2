"""What a mediator has before them while the table sits, as an answer: the session, who is there, and what is asked of whom."""

from datetime import datetime

from mediation.reading.people import PersonLine
from mediation.reading.view import view


@view
class SeatedSession:
    """A session that is under way, or may begin."""

    id: str
    kind: str
    planned_at: datetime
    planned_minutes: int
    begun_at: datetime | None
    with_participant: str | None


@view
class AskedOf:
    """Whether somebody has done what is asked; `mark` is what they may take back by a word in the room.

    `open` says that a mediator may record it for them now: they are there, and in no private talk.
    """

    participant: str
    done: bool
    open: bool
    mark: str | None
    value: str | None
    at: datetime | None


@view
class AskedLine:
    """One thing that is asked of everybody: by which act it is done, and of whom.

    `about` is the id of the session or the text, `version` that of the joint text. Where each is asked `alone`, nobody is
    recorded for with one tap; else `together` are those who may be (workflow.md, "Ways").
    """

    act: str
    about: str
    version: int | None
    asked_of: list[AskedOf]
    alone: bool
    together: list[str]


@view
class SittingView:
    """What lies open in the room before who leads: no words, no wish for a private talk, nothing of who was met alone."""

    session: SeatedSession | None
    ahead: list[SeatedSession]
    parties: list[PersonLine]
    others: list[PersonLine]
    apart: dict[str, str]  # whoever is in a private talk now, with the id of its session
    asked: list[AskedLine]
