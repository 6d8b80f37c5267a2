"""The same act requested twice gives the same answer, and has happened once."""

from collections.abc import Sequence
from functools import partial

import pytest
from sqlalchemy import func, select

from mediation.keys.keyring import DeletionClock, KeyName
from mediation.store.models import Case, RecordEntry
from tests.acts.test_concurrency import at_once
from tests.asking import ASKS, SAME, SECOND, Ask, desk_in, writing_routes
from tests.asking_of_supervision import ASKS_OF_SUPERVISION, EVERY_ASK, desk_for
from tests.houses import House
from tests.world import LiveCase, asked_at, rows

OF_MEDIATION = ("preparation", "opening", "problem-definition", "dialogue", "solutions", "follow-up")
PHASES = OF_MEDIATION + tuple(dict.fromkeys(ask.phase for ask in ASKS_OF_SUPERVISION))


def asked_in(phase: str) -> list[Ask]:
    found = [ask for ask in EVERY_ASK if ask.phase == phase and ask.route != "POST mediators"]
    assert found
    return found


def test_every_act_that_writes_is_asked_for_here() -> None:
    assert {ask.route.partition("?")[0] for ask in EVERY_ASK} == writing_routes()


class Desks:
    """Cases for one act after the other: the same for those that leave it as it is, else a new one."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._shared: dict[bool, LiveCase] = {}

    def for_ask(self, ask: Ask) -> LiveCase:
        if ask.breaks:
            return desk_for(self.house, ask)
        if ask.ready not in self._shared:
            self._shared[ask.ready] = desk_for(self.house, ask)
        return self._shared[ask.ready]


def told(faults: Sequence[str]) -> None:
    assert not faults, "\n".join(["", *faults])


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("house", ["postgresql"], indirect=True)
@pytest.mark.part(6)
def test_what_is_done_twice_has_happened_once(house: House, phase: str) -> None:
    desks, faults = Desks(house), []
    for ask in asked_in(phase):
        desk = desks.for_ask(ask)
        who, route, body = ask.of(desk)
        headers = ask.headers(desk)
        one = desk.ask(who, route, body, **headers)
        after = rows(house)
        two = desk.ask(who, route, body, **headers)
        grown = {table: number - after[table] for table, number in rows(house).items() if number != after[table]}
        if not one.is_success:
            faults.append(f"{ask}: {one.text}")
        elif ask.again == SAME:
            if (two.status_code, two.content) != (one.status_code, one.content) or grown:
                faults.append(f"{ask} is not the same again: {grown} {one.text} {two.text}")
        elif ask.again == SECOND:
            if two.status_code != one.status_code or not grown:
                faults.append(f"{ask} makes no second one: {grown} {two.text}")
        elif two.is_success or two.json()["type"] != f"/problems/{ask.again}" or grown:
            faults.append(f"{ask} is not refused with {ask.again}: {grown} {two.text}")
    told(faults)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.part(6)
def test_what_is_asked_twice_at_the_same_moment_has_happened_once(house: House, phase: str) -> None:
    desks, faults = Desks(house), []
    for ask in asked_in(phase):
        desk = desks.for_ask(ask)
        who, route, body = ask.of(desk)
        headers, (method, path) = ask.headers(desk), asked_at(route, desk.number)
        sent = {"content": body} if isinstance(body, bytes) else {"json": body}
        two = [partial(house.client(who).request, method, path, headers=headers, **sent) for _ in range(2)]
        answers = sorted(at_once(two), key=lambda one: one.status_code)
        after = rows(house)
        last = desk.ask(who, route, body, **headers)
        grown = rows(house) != after
        good = [one for one in answers if one.is_success]
        if not good or any(one.status_code >= 500 for one in answers):
            faults.append(f"{ask}: {[one.text for one in answers]}")
        elif ask.again == SAME and ({one.content for one in [*answers, last]} != {good[0].content} or grown):
            faults.append(f"{ask} is not the same: {[one.text for one in [*answers, last]]}")
        elif ask.again not in {SAME, SECOND} and (len(good) != 1 or last.is_success or grown):
            faults.append(f"{ask} is not refused the second time: {[one.text for one in [*answers, last]]}")
    told(faults)


WORDS = {"words", "reason", "notices", "texts", "lines", "settlement", "interpreted", "service"}


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.part(6)
def test_what_people_write_leaves_a_digest_of_it_in_the_record(sqlite_house: House, phase: str) -> None:
    desks, faults = Desks(sqlite_house), []
    for ask in asked_in(phase):
        desk = desks.for_ask(ask)
        who, route, body = ask.of(desk)
        if not isinstance(body, dict) or not any(body.get(one) for one in WORDS):
            continue
        with desk.writing() as db:
            case_id = db.scalars(select(Case.id).where(Case.number == desk.number)).one()
            before = db.scalar(select(func.count()).select_from(RecordEntry).where(RecordEntry.case_id == case_id)) or 0
        desk.ask(who, route, body, **ask.headers(desk))
        with desk.writing() as db:
            empty = db.keys.keyed_digest(KeyName(case_id, DeletionClock.RECORD), b"[]")
            new = select(RecordEntry.digest).where(RecordEntry.case_id == case_id, RecordEntry.position > before)
            digests = db.scalars(new).all()
        if digests and set(digests) <= {empty}:
            faults.append(f"{ask} leaves no digest of {sorted(WORDS & {*body})}")
    told(faults)


def test_a_mediator_who_is_assigned_twice_gets_one_letter(sqlite_house: House) -> None:
    [ask] = [one for one in ASKS if one.route == "POST mediators"]
    desk = desk_in(sqlite_house, ask)
    one = desk.ask(*ask.of(desk))
    after = rows(sqlite_house)
    assert desk.ask(*ask.of(desk)).content == one.content
    assert rows(sqlite_house) == after


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.part(6)
def test_what_is_done_twice_under_one_key_has_happened_once(sqlite_house: House, phase: str) -> None:
    desks, faults = Desks(sqlite_house), []
    for number, ask in enumerate(asked_in(phase)):
        desk = desks.for_ask(ask)
        who, route, body = ask.of(desk)
        headers = {**ask.headers(desk), "Idempotency-Key": f"key-{number}"}
        one = desk.ask(who, route, body, **headers)
        after = rows(sqlite_house)
        two = desk.ask(who, route, body, **headers)
        if not one.is_success:
            faults.append(f"{ask}: {one.text}")
        if ask.again == "case-not-found":  # a person without a seat gets nothing, not even the earlier answer
            assert two.status_code == 404
        elif (two.status_code, two.content) != (one.status_code, one.content):
            faults.append(f"{ask} is not the same again: {one.text} {two.text}")
        if rows(sqlite_house) != after:
            faults.append(f"{ask} has happened twice")
    told(faults)
