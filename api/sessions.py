"""What a session looks like to somebody who takes part in it."""

from datetime import UTC, datetime

from pydantic import Field

from api.acts import Answer
from api.http.problems import View
from mediation.acts.calls import called_to
from mediation.reading.clashes import warnings_of
from mediation.reading.days_off import days_off
from mediation.store.models import Meeting, remaining
from mediation.words.catalogue import say


class SessionView(View):
    """A session: when, where, for which phases and with whom; never what was said."""

    id: str
    kind: str
    serves: list[str]
    whom: str | None = Field(alias="with", description="Whom a separate session or a caucus is with.")
    called: list[str] = Field(description="The companions, and who represents the employer, who are called to it.")
    form: str
    place: str | None
    planned_at: datetime
    planned_minutes: int
    begun_at: datetime | None
    ended_at: datetime | None
    ended_how: str | None
    warning: str | None = Field(
        default=None, description="The holiday it falls on, or that it is a weekend. It does not hinder."
    )
    warnings: list[str] = Field(
        default=[],
        description="That the time is past, or taken by a session that you may see, or the same one twice. It does not hinder.",
    )


_MADE = frozenset({"serves", "whom", "called", "place", "planned_at", "warning", "warnings"})


def shown(to: Answer, row: Meeting) -> SessionView:
    """A session for somebody who takes part in it."""
    own = {name: getattr(row, name) for name in SessionView.model_fields if name not in _MADE}
    serves = row.serves.split(",") if row.serves else []
    planned_at = row.planned_at.astimezone(UTC)  # a row just written still has the zone that it came with
    place = remaining(to.db, row, "place")
    made = {
        "serves": serves,
        "with": row.with_participant,
        "called": list(called_to(to.db, row)),
        "place": place,
        "planned_at": planned_at,
    }
    return SessionView.model_validate(own | made)


def warned(to: Answer, row: Meeting) -> SessionView:
    """A session with a new time, the holiday or weekend on which that falls, and what else its planner is warned of."""
    day = row.planned_at.astimezone(to.db.zone).date()
    off = days_off(to.db, to.seat.case.organisation_id, [day], to.language)
    told = [say(f"warning.{code}", to.language) for code in warnings_of(to.db, to.seat, row)]
    return shown(to, row).model_copy(update={"warning": off.get(day), "warnings": told})
