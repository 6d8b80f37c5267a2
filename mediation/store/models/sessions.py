"""Sessions: the meetings of a case. (The class is called Meeting because a Session is already the database's.)"""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from mediation.keys.keyring import DeletionClock
from mediation.store.models.base import CODE, ID, CaseRow, case_key, encrypted


class Meeting(CaseRow):
    """A session: information, separate, joint, caucus or follow-up.

    `serves` holds the codes of the phases it serves, with commas between them: one session may serve several.
    `month` is that of its planned start in the workplace's time zone; HR may see the next one.
    """

    __tablename__ = "sessions"
    kind: Mapped[str] = mapped_column(CODE)
    serves: Mapped[str] = mapped_column(String(200), default="")
    with_participant: Mapped[str | None] = mapped_column(ID)  # whom a separate session or a caucus is with
    form: Mapped[str] = mapped_column(CODE, default="on-site")  # on-site, remote
    place: Mapped[bytes | None] = encrypted(case_key(DeletionClock.CONTENT), optional=True)
    planned_at: Mapped[datetime]
    planned_minutes: Mapped[int]
    month: Mapped[str] = mapped_column(String(7))
    planned_by: Mapped[str] = mapped_column(ID)
    begun_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_how: Mapped[str | None] = mapped_column(CODE)  # held, ended-early, cancelled
