"""How late it has been: a mark by which a clock that is wrong is told."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from mediation.store.database import Instant
from mediation.store.models.base import CODE, Base


class HighWater(Base):
    """The latest moment that something which goes by the clock has seen; `name` says what (`round`)."""

    __tablename__ = "high_water"
    name: Mapped[str] = mapped_column(CODE, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
