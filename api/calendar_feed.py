"""Routes of a mediator's calendar feed: to make, renew and revoke it, and the address that a calendar asks by itself."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Path as PathPart
from fastapi import Request, Response
from pydantic import Field

from api.http.callers import active
from api.http.dependencies import Reading, ReadSession, WriteSession, Writing
from api.http.problems import View, problems
from api.http.routes import public, router_for
from api.http.security import client_of
from mediation.letters.calendar import PUBLISH, calendar_file
from mediation.people import calendar_feeds
from mediation.reading.booked_times import read_booked_times
from workflows import WORKFLOWS

AGAIN_AFTER = timedelta(hours=1)

router = router_for("/calendar-feed", "calendar-feed")
feeds = router_for("/calendar", "calendar-feed")

Secret = Annotated[str, PathPart(max_length=100)]


class FeedView(View):
    """Since when your calendar feed has its address; empty while you have none."""

    since: datetime | None


class MadeFeedView(View):
    """Where your calendar feed is on this server. It is shown only now."""

    path: str = Field(description="Whoever has it sees when your times are, and nothing else.")


@router.get("")
def read(caller: ReadSession, db: Reading) -> FeedView:
    """Whether you have a calendar feed."""
    return FeedView(since=calendar_feeds.feed_since(db, caller.person.id))


@router.post("", status_code=201, responses=problems(403))
def make(caller: WriteSession, db: Writing) -> MadeFeedView:
    """Give your calendar feed a new address; an earlier one gives nothing from now on. For mediators.

    Show a second factor first, if you have one.
    """
    secret = calendar_feeds.make_own_feed(db, active(caller), caller.proof())
    return MadeFeedView(path=f"/calendar/{secret}.ics")


@router.delete("", status_code=204)
def revoke(caller: WriteSession, db: Writing) -> None:
    """Revoke your calendar feed. Twice changes nothing."""
    calendar_feeds.revoke_feed(db, caller.person.id)


@feeds.api_route("/{secret}.ics", methods=["GET", "HEAD"], include_in_schema=False)  # some calendars look first
@public
def feed(secret: Secret, request: Request, db: Writing) -> Response:
    """The times that a mediator has booked, for a calendar that knows the address."""
    owner = calendar_feeds.owner_of_feed(db, secret, client=client_of(request))
    times = read_booked_times(db, WORKFLOWS, owner.id)
    content = calendar_file(times, owner.language, method=PUBLISH, written_at=db.now(), again_after=AGAIN_AFTER)
    return Response(content, media_type=f"text/calendar; method={PUBLISH}; charset=utf-8")
