"""Wrong codes of a second factor, counted per person: else somebody with one sign-in method could guess a code within years."""

from sqlalchemy import case, delete, select, update

from mediation.errors import NotYet
from mediation.people.sign_in_methods import METHOD_OF, tell
from mediation.store.database import Db
from mediation.store.models import Person, SignInSession, WrongCodes
from mediation.store.upsert import upsert

TELL_AFTER = 10
REST_AFTER = 100
TOKEN = "token"


def refuse_tried_out(db: Db, person_id: str) -> None:
    """Refuse with `codes-tried-out` after a hundred wrong codes in a row, until a sign-in by another method."""
    tried = select(WrongCodes.count).where(WrongCodes.person_id == person_id, WrongCodes.count >= REST_AFTER)
    if db.scalar(tried) is not None:
        raise NotYet("codes-tried-out")


def count_wrong(db: Db, person: Person, session: SignInSession | None) -> None:
    """Count one more wrong code, in one statement; at the tenth and the hundredth every address gets a letter."""
    method = _listed(METHOD_OF[session.through] if session is not None else TOKEN)
    ways = case((WrongCodes.ways.contains(method), WrongCodes.ways), else_=WrongCodes.ways + method)
    first, more = {"person_id": person.id, "count": 1, "ways": method}, {"count": WrongCodes.count + 1, "ways": ways}
    if upsert(db, WrongCodes.person_id, first, more, WrongCodes.count) in {TELL_AFTER, REST_AFTER}:
        tell(db, person, "wrong-codes")


def forget_wrong(db: Db, person_id: str) -> None:
    """Reset the count: a right code was typed, or somebody met the person."""
    db.execute(delete(WrongCodes).where(WrongCodes.person_id == person_id))


def came_another_way(db: Db, person_id: str, through: str) -> None:
    """Reset the count at a sign-in by a method by which no wrong code came; each method once until a right code."""
    method = _listed(METHOD_OF[through])
    tried = WrongCodes.person_id == person_id, WrongCodes.count >= REST_AFTER, ~WrongCodes.ways.contains(method)
    anew = update(WrongCodes).where(*tried).values(count=0, ways=WrongCodes.ways + method)
    db.execute(anew.execution_options(synchronize_session=False))


def _listed(method: str) -> str:
    return f",{method},"
