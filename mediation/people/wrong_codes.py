"""Wrong codes: counted by person, for who holds one way in could else guess the second factor in a year or two."""

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from mediation.errors import NotYet
from mediation.people.ways_in import WAY_OF, tell
from mediation.store.database import Db
from mediation.store.models import Person, SignInSession, WrongCodes

TELL_AFTER = 10
REST_AFTER = 100
TOKEN = "token"


def refuse_tried_out(db: Db, person_id: str) -> None:
    """Refuse with `codes-tried-out` after a hundred wrong codes in a row, until a sign-in another way."""
    tried = select(WrongCodes.count).where(WrongCodes.person_id == person_id, WrongCodes.count >= REST_AFTER)
    if db.scalar(tried) is not None:
        raise NotYet("codes-tried-out")


def count_wrong(db: Db, person: Person, session: SignInSession | None) -> None:
    """Count one more; at the tenth, and at the hundredth, every address is told. One statement, so that each counts."""
    way = _named(WAY_OF[session.through] if session is not None else TOKEN)
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    ways = case((WrongCodes.ways.contains(way), WrongCodes.ways), else_=WrongCodes.ways + way)
    counted = (
        insert(WrongCodes)
        .values(person_id=person.id, count=1, ways=way)
        .on_conflict_do_update(
            index_elements=[WrongCodes.person_id], set_={"count": WrongCodes.count + 1, "ways": ways}
        )
        .returning(WrongCodes.count)
    )
    if db.scalar(counted, execution_options={"synchronize_session": False}) in {TELL_AFTER, REST_AFTER}:
        tell(db, person, "wrong-codes")


def forget_wrong(db: Db, person_id: str) -> None:
    """Begin anew: a right code was typed, or somebody met the person."""
    db.execute(delete(WrongCodes).where(WrongCodes.person_id == person_id))


def came_another_way(db: Db, person_id: str, through: str) -> None:
    """Begin anew with who signs in by an address through which no wrong code has come; each way once until a right code."""
    way = _named(WAY_OF[through])
    tried = WrongCodes.person_id == person_id, WrongCodes.count >= REST_AFTER, ~WrongCodes.ways.contains(way)
    anew = update(WrongCodes).where(*tried).values(count=0, ways=WrongCodes.ways + way)
    db.execute(anew.execution_options(synchronize_session=False))


def _named(way: str) -> str:
    return f",{way},"
