"""A booked time: whether it is ahead, or still to come."""

from datetime import timedelta

from mediation.reading.meetings import BookedLine
from tests.houses import MONDAY


def test_a_booked_time_is_ahead_until_it_begins_and_to_come_until_it_is_over() -> None:
    booked = BookedLine(id="m", kind="joint", form="on-site", planned_at=MONDAY, planned_minutes=90)
    seconds = (-1, 0, 90 * 60 - 1, 90 * 60)
    told = [(booked.is_ahead(at), booked.is_to_come(at)) for at in (MONDAY + timedelta(seconds=one) for one in seconds)]
    assert told == [(True, True), (False, True), (False, True), (False, False)]
