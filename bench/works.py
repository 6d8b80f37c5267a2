"""What is asked again and again of an installation with many cases, each as the product does it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any

import httpx
from sqlalchemy import select, update

from bench.filling import fill
from mediation.acts.inquiries import Asked, Wish, confirm_inquiry, inquire
from mediation.acts.series import plan_series
from mediation.installation.due import do_what_is_due
from mediation.installation.installation import open_installation
from mediation.letters import claims
from mediation.letters.delivery import deliver_due
from mediation.letters.outbox import announce
from mediation.people.directory import digest_of
from mediation.people.sign_in import ask_for_link, sign_in
from mediation.reading.statuses import status, statuses
from mediation.retention import run as retention
from mediation.settings import Settings
from mediation.store.models import Case, Inquiry, Link, RecordEntry, put
from tests.cases import Table, case_in
from tests.houses import House, SettableClock
from tests.inquired import settled_supervision
from tests.supervised import SUPERVISION
from tests.world.letters import Pigeonhole
from workflows import WORKFLOWS

LEASE, SOON, SINCE_THE_END = timedelta(hours=1), timedelta(days=1), timedelta(days=60)
PAGE = 50
FIRST = "3000-"  # the numbers of copies come after this
SECRET = "a link that somebody got by letter"


@dataclass
class Filled:
    """An installation with many cases, and those played in it: one that ended, one whose record goes, two under way."""

    house: House
    over: Table
    going: Table
    open: Table
    supervised: Table
    cases: int
    meri: httpx.Client = field(init=False)
    raili: httpx.Client = field(init=False)
    anna: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.meri, self.raili, self.anna = (self.house.client(name) for name in ("Meri", "Raili", "Anna"))

    @property
    def database(self) -> Any:
        return self.house.installation.database


@contextmanager
def filled(home: Path, url: str | None, cases: int) -> Iterator[Filled]:
    """An installation with so many cases."""
    settings = Settings.under(home, {"database_url": url} if url else {})
    clock = SettableClock()
    house = House(open_installation(settings, clock=clock), clock)
    supervised = settled_supervision(house)
    over, going, open_ = (case_in(house, phase) for phase in ("closed", "closed", "solutions"))
    _live(house, over, going, open_)
    clock.at += SINCE_THE_END
    retention.run(house.installation.database)
    _live_on(house, open_)
    do_what_is_due(house.installation.database, WORKFLOWS)
    under_way = case_id(open_), case_id(supervised, "Raili")
    fill(house, case_id(over), under_way, cases, [house.people["Vilho"]])
    place = Filled(house, over, going, open_, supervised, cases)
    _prepare(place)
    yield place
    house.installation.close()


def case_id(table: Table, name: str = "Vilho") -> str:
    """The id of a case that somebody has a seat at."""
    with table.writing() as db:
        return table.seat(db, name).case.id


def _live(house: House, *tables: Table) -> None:
    """Let what was written be sent and read."""
    installation = house.installation
    for days in (0, 1):
        house.clock.at += timedelta(days=days)
        deliver_due(installation.database, Pigeonhole(), installation.settings, limit=10_000)
    for table in tables:
        for name in ("Meri", "Aino", "Pekka"):
            assert house.client(name).get(f"/api/cases/{table.number}").is_success


def _live_on(house: House, table: Table) -> None:
    """Let people sign in, and send with keys, today."""
    database = house.installation.database
    for name in ("Meri", "Aino", "Pekka"):
        with database.writing() as db:
            _link(db, house.people[name], f"{SECRET} {name}")
            sign_in(db, f"{SECRET} {name}", client="here")
            ask_for_link(db, f"{name.lower()}@example.org", client=name)
    _enter_time(house.client("Meri"), table.number, house.clock.at.date().isoformat())


def _link(db: Any, person: str, secret: str) -> None:
    now = db.now()
    of_time = {"created_at": now, "expires_at": now + SOON}
    db.add(
        Link(id=db.new_id(), person_id=person, purpose="sign-in", through="email", digest=digest_of(secret), **of_time)
    )
    db.flush()


def _prepare(place: Filled) -> None:
    """Let something be due: a link, a letter, and the record of one case."""
    database = place.database
    do_what_is_due(database, WORKFLOWS)
    retention.run(database)
    deliver_due(database, Pigeonhole(), place.house.installation.settings, limit=10_000)
    with database.writing() as db:
        _link(db, place.house.people["Aino"], SECRET)
        announce(db, _id_in(db, place.open), "order-changed", [place.open.ids["Meri"]], due_at=db.now())
        going = _id_in(db, place.going)
        listed = select(Case).where(Case.number > FIRST, Case.closed_at.is_not(None)).order_by(Case.number).limit(PAGE)
        for case in db.scalars(listed):
            put(db, case, "notice", {"fi": "Sovittelu päättyi."})
    keyring = place.house.installation.keyring
    keyring.destroy(keyring.destroyed(going), place.house.clock.at.isoformat())


def _id_in(db: Any, table: Table) -> str:
    return str(db.scalars(select(Case.id).where(Case.number == table.number)).one())


def remove(place: Filled) -> None:
    with place.going.undone() as db:
        assert retention.certify(db, _id_in(db, place.going)) > 0
        assert db.scalar(select(RecordEntry.position).where(RecordEntry.case_id == _id_in(db, place.going))) is None


def claim(place: Filled) -> None:
    with place.open.undone() as db:
        assert claims.claim(db, lease=LEASE) is not None


def ask_link(place: Filled) -> None:
    with place.open.undone() as db:
        ask_for_link(db, "pekka@example.org", client=token_hex(4))


def use_link(place: Filled) -> None:
    with place.open.undone() as db:
        sign_in(db, SECRET, client="here")


def go_round(place: Filled) -> None:
    do_what_is_due(place.database, WORKFLOWS, whole=False)


def send_with_key(place: Filled) -> None:
    _enter_time(place.meri, place.open.number, place.house.clock.at.date().isoformat())


def _enter_time(client: httpx.Client, number: str, day: str) -> None:
    body = {"day": day, "minutes": 30, "work": "contacts"}
    answer = client.post(f"/api/cases/{number}/time-entries", json=body, headers={"Idempotency-Key": token_hex(8)})
    assert answer.is_success, answer.text


def read_status(place: Filled) -> None:
    with place.database.reading() as db:
        assert status(db, WORKFLOWS, place.house.people["Vilho"], place.over.number).number == place.over.number


def read_page(place: Filled) -> None:
    with place.database.reading() as db:
        assert len(statuses(db, WORKFLOWS, place.house.people["Vilho"], after=FIRST, limit=PAGE)) == PAGE


def read_own_cases(place: Filled) -> None:
    assert place.meri.get("/api/led-cases").is_success


def preview(place: Filled) -> None:
    with place.database.reading() as db:
        retention.preview(db, db.now() + SOON)


def run_retention(place: Filled) -> None:
    retention.run(place.database, whole=False)


def ask_for_supervision(place: Filled) -> None:
    with place.supervised.undone() as db:
        asked, wish = Asked("Tiimi tarvitsee tilan."), Wish("group", "client-work", 6)
        inquire(db, "ohjaajat", asked, wish, f"{token_hex(4)}@example.org", language="fi", client=token_hex(4))
        newest = Inquiry.confirmed_at.is_(None), Inquiry.at == db.now()
        db.execute(update(Inquiry).where(*newest).values(digest=digest_of(SECRET)))
        confirm_inquiry(db, SUPERVISION, SECRET, "Leena Laine", client=token_hex(4))


def read_who_waits(place: Filled) -> None:
    answer = place.anna.get("/api/inquiries")
    assert (answer.status_code, answer.json()) == (200, [])


def plan_sessions(place: Filled) -> None:
    with place.supervised.undone() as db:
        place.supervised.does(db, "Raili", plan_series, db.now() + SOON, how_many=10)


def read_sums(place: Filled) -> None:
    for path in (f"/api/cases/{place.supervised.number}/budget", "/api/me/hours"):
        assert (answer := place.raili.get(path)).is_success, answer.text


WORKS: dict[str, Callable[[Filled], None]] = {
    "removing a case": remove,
    "claiming a letter": claim,
    "asking for a link": ask_link,
    "signing in": use_link,
    "a round": go_round,
    "a POST with a key": send_with_key,
    "one status": read_status,
    "a page of the HR list, 50 that ended": read_page,
    "a mediator's list": read_own_cases,
    "retention, preview": preview,
    "retention, a round": run_retention,
    "an inquiry, confirmed": ask_for_supervision,
    "who waits for a supervisor": read_who_waits,
    "planning a series": plan_sessions,
    "a budget, and one's own hours": read_sums,
}
