"""The high-water mark of time, against which a clock that is wrong is noticed."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from mediation.store.models.base import CODE, Base


class HighWater(Base):
    """The latest moment at which something that depends on the clock ran; `name` says what (`round`)."""

    __tablename__ = "high_water"
    name: Mapped[str] = mapped_column(CODE, primary_key=True)
    at: Mapped[datetime]
