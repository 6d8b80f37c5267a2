"""How those who take part in a supervision rate the goals of their contract, and how the group's ratings spread."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from mediation.keys.keyring import DeletionClock
from mediation.store.models.base import ID, CaseRow, case_key, encrypted

CONTENT = case_key(DeletionClock.CONTENT)


class GoalRating(CaseRow, table="goal_ratings"):
    """How one person rates the goals of the contract in force then, for an evaluation session or beside one.

    `ratings` are numbers 1–5 by the lineage of a goal, as JSON. They are nobody's but that person's. `replaced_by` is the id
    of their later rating of the same occasion.
    """

    participant_id: Mapped[str] = mapped_column(ID, ForeignKey("participants.id"), index=True)
    agreement_id: Mapped[str] = mapped_column(ID, ForeignKey("agreements.id"), index=True)
    session_id: Mapped[str | None] = mapped_column(ID, ForeignKey("sessions.id"), index=True)
    ratings: Mapped[bytes] = encrypted(CONTENT)
    replaced_by: Mapped[str | None] = mapped_column(ID)
    at: Mapped[datetime]


class GoalSpread(CaseRow, table="goal_spreads"):
    """How the group's ratings of one evaluation session spread, counted once when the rating was closed, and never again.

    `spread` has the `raters` that were counted, and `goals`: for each that enough of them rated how many gave 1, 2 … 5, by its
    lineage, as JSON. Who was counted is told to nobody.
    """

    session_id: Mapped[str] = mapped_column(ID, ForeignKey("sessions.id"), unique=True)
    agreement_id: Mapped[str] = mapped_column(ID, ForeignKey("agreements.id"), index=True)
    spread: Mapped[bytes] = encrypted(CONTENT)
    at: Mapped[datetime]
