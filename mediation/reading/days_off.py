"""Which days are public holidays or weekends where a case is: nothing is refused for it, one is told."""

from collections.abc import Iterable
from datetime import date

from mediation.store.database import Db
from mediation.store.models import Organisation
from mediation.words.dates import day_off


def days_off(db: Db, organisation_id: str, days: Iterable[date], language: str) -> dict[date, str]:
    """Those of `days` that are off in the organisation's country, in order, each with its name from `day_off`."""
    country = db.get_one(Organisation, organisation_id).country
    named = ((day, day_off(day, country, language)) for day in sorted({*days}))
    return {day: name for day, name in named if name is not None}
