"""What takes long happens while no transaction is open: a document that is typeset or a file that is sent stops nobody."""

import json
import logging
import socket
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from threading import Barrier, Event
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import select

from api.app import create_app
from mediation.acts import agreements, signing
from mediation.acts.agreement_versions import draft_tag, newest_agreement
from mediation.acts.sessions import plan_session
from mediation.documents import typst as typesetting
from mediation.logs import REQUESTS
from mediation.sealing.verification import verify_sealed
from mediation.settings import HELSINKI
from mediation.store.models import Agreement, Signature, Statement, StoredFile, get_bytes
from tests.cases import Table, case_in, draft
from tests.houses import House
from tests.world import almost_signed, little_pdf, problem, served

PATIENCE = 60  # seconds until a test that hangs says so; nothing is timed


@dataclass
class Press:
    """The worker that typesets, under control of the test: each document waits until it may go on."""

    began: Event = field(default_factory=Event)
    may_go_on: Event = field(default_factory=Event)
    printed: int = 0

    def hold(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def held(*given: Any, **named: Any) -> Any:
            self.printed += 1
            self.began.set()
            assert self.may_go_on.wait(PATIENCE)
            return work(*given, **named)

        return held


@pytest.fixture
def press(monkeypatch: pytest.MonkeyPatch) -> Iterator[Press]:
    press = Press()
    monkeypatch.setattr(typesetting.typesetter, "ask", press.hold(typesetting.typesetter.ask))
    yield press
    press.may_go_on.set()


def ready_to_send(house: House) -> Table:
    """A case with a whole draft and a follow-up session planned."""
    table = case_in(house, "solutions", ready=False)
    with table.writing() as db:
        table.does(db, "Meri", plan_session, "follow-up", db.now() + timedelta(days=30))
        draft(db, table)
    return table


@contextmanager
def asking(house: House) -> Iterator[Callable[..., httpx.Response]]:
    """Somebody's request to a real server: `ask("Meri", "POST", path, body)`."""
    with served(create_app(house.installation)) as address, httpx.Client(base_url=address, timeout=PATIENCE) as client:

        def ask(name: str, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
            headers = {"Authorization": f"Bearer {house.tokens[name]}", **headers}
            return client.request(method, path, json=body, headers=headers)

        yield ask


def another_case(house: House) -> dict[str, Any]:
    """A referral, which makes another case."""
    parties = [{"person": house.people[name]} for name in ("Aino", "Pekka")]
    return {"organisation": house.organisation("Esimerkkilä"), "subject": "Toinen asia", "parties": parties}


def while_it_is_typeset(house: House, press: Press, act: Callable[..., Any], do: Callable[..., Any]) -> httpx.Response:
    """Let `act` begin, and while it is typeset let somebody `do` something else; the answer of the act."""
    with asking(house) as ask, ThreadPoolExecutor(1) as pool:
        slow: Future[httpx.Response] = pool.submit(act, ask)
        assert press.began.wait(PATIENCE)
        try:
            do(ask)
        finally:
            press.may_go_on.set()
        return slow.result()


def send(table: Table, ask: Callable[..., httpx.Response]) -> httpx.Response:
    return ask("Meri", "POST", f"/api/cases/{table.number}/agreement/sending", {})


def sign(table: Table, name: str, digest: str, ask: Callable[..., httpx.Response]) -> httpx.Response:
    return ask(name, "POST", f"/api/cases/{table.number}/agreement/signatures", {"digest": digest})


def refer_another(house: House, ask: Callable[..., httpx.Response]) -> None:
    answer = ask("Vilho", "POST", "/api/cases", another_case(house))
    assert answer.status_code == 201, answer.text


def say_in_the_same_case(table: Table, ask: Callable[..., httpx.Response]) -> None:
    said = {"audience": "mediator", "words": "Tulen vähän myöhässä."}
    answer = ask("Aino", "POST", f"/api/cases/{table.number}/statements", said)
    assert answer.status_code == 201, answer.text


def rows(table: Table, kind: type[Any]) -> list[Any]:
    with table.house.installation.database.reading() as db:
        return list(db.scalars(select(kind).where(kind.case_id == table.seat(db, "Meri").case.id)))


@pytest.mark.seconds
def test_another_case_and_the_same_one_are_written_while_an_agreement_is_typeset_to_be_sent(
    house: House, press: Press
) -> None:
    """H4."""
    table = ready_to_send(house)

    def others_write(ask: Callable[..., httpx.Response]) -> None:
        refer_another(house, ask)
        say_in_the_same_case(table, ask)

    sent = while_it_is_typeset(house, press, partial(send, table), others_write)
    assert (sent.status_code, sent.json()["state"]) == (201, "sent"), sent.text
    [agreement] = rows(table, Agreement)
    assert (agreement.state, agreement.digest) == ("sent", sent.json()["digest"])


@pytest.mark.seconds
def test_another_case_and_the_same_one_are_written_while_the_last_signature_is_typeset(
    house: House, press: Press
) -> None:
    """H4."""
    press.may_go_on.set()
    table, digests = almost_signed(house, "Kaarina", "Pekka")
    press.began.clear()
    press.may_go_on.clear()

    def others_write(ask: Callable[..., httpx.Response]) -> None:
        refer_another(house, ask)
        say_in_the_same_case(table, ask)

    signed = while_it_is_typeset(house, press, partial(sign, table, "Aino", digests["Aino"]), others_write)
    assert (signed.status_code, signed.json()["sealed"]) == (201, True), signed.text
    assert sealed_files(table) == 1


def sealed_files(table: Table) -> int:
    """How many sealed agreements there are; each holds, and says of every signature what the case says."""
    installation, count = table.house.installation, 0
    signed_on = sorted(one.at.astimezone(HELSINKI).date().isoformat() for one in rows(table, Signature))
    with installation.database.reading() as db:
        for row in db.scalars(select(StoredFile).where(StoredFile.kind == "sealed")):
            report = verify_sealed(get_bytes(db, row, "content"), installation.seal_key.certificate_pem)
            assert report.ok, report.findings
            assert sorted(one["signed_on"] for one in report.signatures) == signed_on
            count += 1
    return count


def test_a_draft_changed_while_it_is_typeset_is_not_sent(house: House, press: Press) -> None:
    """H4."""
    table = ready_to_send(house)

    def write_anew(ask: Callable[..., httpx.Response]) -> None:
        with table.writing() as db:
            newest = newest_agreement(db, table.seat(db, "Meri"))
            assert newest is not None
            draft(db, table, if_match=draft_tag(newest))

    problem(while_it_is_typeset(house, press, partial(send, table), write_anew), 409, "case-changed")
    [agreement] = rows(table, Agreement)
    assert (agreement.state, agreement.digest, rows(table, StoredFile)) == ("draft", None, [])
    with asking(house) as ask:
        assert send(table, ask).status_code == 201


@pytest.mark.seconds
def test_what_else_an_agreement_says_is_typeset_again_when_it_changes_meanwhile(house: House, press: Press) -> None:
    """H4. Another follow-up session is planned, which the agreement names: what is sent names it, too."""
    table = ready_to_send(house)
    moment = (house.clock.at + timedelta(days=60)).isoformat()

    def plan_another(ask: Callable[..., httpx.Response]) -> None:
        plan = {"kind": "follow-up", "planned_at": moment}
        answer = ask("Meri", "POST", f"/api/cases/{table.number}/sessions", plan)
        assert answer.status_code == 201, answer.text

    sent = while_it_is_typeset(house, press, partial(send, table), plan_another)
    assert sent.status_code == 201, sent.text
    files = [row for row in rows(table, StoredFile) if row.kind in {"agreement", "annex"}]
    assert press.printed == 2 * len(files)  # all of it once more, and no third time
    with asking(house) as ask:
        assert ask("Meri", "POST", f"/api/cases/{table.number}/agreement/sending", {}).json() == sent.json()
    assert press.printed == 2 * len(files)  # and twice is once


def test_of_the_last_two_signatures_given_at_once_one_seals(
    house: House, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H4. Each has read that the other has not signed yet, when neither has begun to write."""
    press.may_go_on.set()
    table, digests = almost_signed(house, "Kaarina")
    press.printed = 0
    both, prepare, tries = Barrier(2, timeout=PATIENCE), signing.prepare_signing, list[object]()

    def prepared(*given: Any, **named: Any) -> Any:
        sheets = prepare(*given, **named)
        tries.append(sheets)
        if len(tries) <= 2:
            both.wait()
        return sheets

    monkeypatch.setattr(signing, "prepare_signing", prepared)
    with asking(house) as ask, ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(sign, table, name, digests[name], ask) for name in ("Aino", "Pekka")]
        answers = [one.result() for one in asked]
    assert [one.status_code for one in answers] == [201, 201], [one.text for one in answers]
    assert sorted(one.json()["sealed"] for one in answers) == [False, True]
    assert tries[:2] == [None, None]
    assert (len(tries), press.printed) == (3, 1)  # the second tried again, and one page was typeset
    assert (sealed_files(table), len(rows(table, Signature))) == (1, 3)


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "once"}])
def test_no_connection_to_the_database_is_held_while_anything_is_typeset(
    house: House, monkeypatch: pytest.MonkeyPatch, key: dict[str, str]
) -> None:
    """H4, and its siblings: a letter for print, the closing report, a representative's own annex."""
    typeset, work = list[int](), typesetting.typesetter.ask
    pool = house.installation.database.engine.pool

    def watched(*given: Any, **named: Any) -> Any:
        typeset.append(pool.checkedout())  # type: ignore[attr-defined]
        return work(*given, **named)

    table = ready_to_send(house)
    path = f"/api/cases/{table.number}"
    monkeypatch.setattr(typesetting.typesetter, "ask", watched)
    meri = house.client("Meri")
    assert meri.post(f"{path}/agreement/sending", json={}, headers=key).status_code == 201
    assert len(typeset) == 2
    for count, name in ((3, "Kaarina"), (3, "Aino"), (4, "Pekka")):
        client = house.client(name)
        digest = client.get(f"{path}/agreement").json()["digest"]
        for _ in range(2):
            signed = client.post(f"{path}/agreement/signatures", json={"digest": digest}, headers=key)
            assert signed.status_code == 201, signed.text
        assert len(typeset) == count
    on_paper = {"participant": table.ids["Pekka"], "on_paper": True}
    assert meri.post(f"{path}/invitations", json=on_paper).is_success
    [letter, *_] = meri.get(f"{path}/letters").json()
    assert meri.get(f"{path}/letters/{letter['id']}/paper").content.startswith(b"%PDF-")
    other = case_in(house, "opening")
    ended = house.client("Meri").post(f"/api/cases/{other.number}/discontinuation", json={"outcome": "no-agreement"})
    assert ended.status_code in {200, 201, 204}, ended.text
    report = house.client("Aino").get(f"/api/cases/{other.number}/closing-report")
    assert report.content.startswith(b"%PDF-"), report.text
    assert typeset == [0] * 6


def test_no_connection_is_held_while_a_draft_is_looked_through_for_what_cannot_be_printed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H4's sibling: two megabytes of text took a second, and the fonts another, inside the transaction that writes."""
    looked, work = list[int](), agreements.unprintable_characters
    pool = house.installation.database.engine.pool

    def watched(*given: Any) -> list[str]:
        looked.append(pool.checkedout())  # type: ignore[attr-defined]
        return work(*given)

    monkeypatch.setattr(agreements, "unprintable_characters", watched)
    table = case_in(house, "solutions", ready=False)
    path, body = f"/api/cases/{table.number}/agreement", {"prevailing": "fi", "texts": {"fi": {"purpose": "𓀀"}}}
    drafted = house.client("Meri").put(path, json=body)
    assert (drafted.status_code, drafted.json()["unprintable"], looked) == (200, ["𓀀"], [0]), drafted.text
    problem(house.client("Aino").put(path, json=body), 403, "act-not-yours")
    assert looked == [0]  # and no text is checked for somebody who may not write it


@pytest.mark.seconds
def test_nobody_waits_for_a_scan_that_comes_slowly(house: House) -> None:
    """H4's sibling: the case was locked (on SQLite all cases) while a file trickled in."""
    table = case_in(house, "opening", ready=False)
    content, whose = little_pdf(), table.ids["Aino"]
    head = (
        f"POST /api/cases/{table.number}/scans?whose={whose} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Authorization: Bearer {house.tokens['Meri']}\r\nContent-Type: application/pdf\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    with (
        served(create_app(house.installation)) as address,
        httpx.Client(base_url=address, timeout=PATIENCE) as client,
        connected(address) as line,
    ):
        line.sendall(head.encode() + content[:100])
        # An answer to a later request shows that the earlier one has got as far as it gets.
        assert client.get("/healthz").status_code == 200
        headers = {"Authorization": f"Bearer {house.tokens['Vilho']}"}
        for _ in range(5):
            made = client.post("/api/cases", json=another_case(house), headers=headers)
            assert made.status_code == 201, made.text
        said = {"audience": "mediator", "words": "Tulen vähän myöhässä."}
        headers = {"Authorization": f"Bearer {house.tokens['Aino']}"}
        told = client.post(f"/api/cases/{table.number}/statements", json=said, headers=headers)
        assert told.status_code == 201, told.text
        line.sendall(content[100:])
        assert status_of(line) == 201


@pytest.mark.parametrize("path", ["statements", "scans?whose={}"])
def test_who_leaves_while_sending_is_no_error_of_ours_and_nothing_is_done(
    sqlite_house: House, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    caplog.set_level(logging.INFO, REQUESTS)  # a command run before may have left another one
    table = case_in(sqlite_house, "opening", ready=False)
    path = f"/api/cases/{table.number}/{path.format(table.ids['Aino'])}"
    said = leaves(
        sqlite_house, f"POST {path}", "Content-Type: application/json\r\nContent-Length: 300\r\n\r\n{{", caplog
    )
    assert [(one["method"], one["status"]) for one in said] == [("POST", 0)]
    assert (rows(table, Statement), rows(table, StoredFile)) == ([], [])


@pytest.mark.seconds
def test_who_leaves_while_being_answered_is_no_error_of_ours_and_what_was_asked_is_done(
    sqlite_house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, REQUESTS)  # a command run before may have left another one
    table = case_in(sqlite_house, "opening", ready=False)
    path = f"/api/cases/{table.number}"
    body = json.dumps({"audience": "mediator", "words": "Tulen vähän myöhässä."})
    sent = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    assert [one["status"] for one in leaves(sqlite_house, f"POST {path}/statements", sent, caplog)] == [201]
    assert [one["status"] for one in leaves(sqlite_house, f"GET {path}", "\r\n", caplog)] == [200]
    assert len(rows(table, Statement)) == 1


def leaves(house: House, asks: str, sends: str, caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """What is written down of a request whose sender is gone as soon as so much is sent; none of it is an error."""
    caplog.clear()
    name = "Aino" if asks.endswith("statements") else "Meri"
    shown = f"Host: localhost\r\nAuthorization: Bearer {house.tokens[name]}"
    with served(create_app(house.installation)) as address, connected(address) as line:
        line.sendall(f"{asks} HTTP/1.1\r\n{shown}\r\n{sends}".encode())
        # An answer to a later request shows that the earlier one has got as far as it gets.
        assert httpx.get(f"{address}/healthz", timeout=PATIENCE).status_code == 200
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # no farewell
        line.close()
    assert [one.getMessage() for one in caplog.records if one.levelno > logging.INFO] == []
    said = [json.loads(one.getMessage()) for one in caplog.records if one.name == REQUESTS]
    return [one for one in said if one["route"] != "/healthz"]


@pytest.mark.seconds
@pytest.mark.parametrize("key", ["", "Idempotency-Key: once\r\n"])
def test_outsiders_and_people_who_may_attach_no_file_are_refused_before_it_is_read(house: House, key: str) -> None:
    """H2's sibling for files: twelve megabytes were read from anybody with just a header."""
    table = case_in(house, "opening", ready=False)
    with served(create_app(house.installation)) as address:
        for name, status in ((None, 401), ("Aino", 403), ("Vilho", 403)):
            shown = f"Authorization: Bearer {house.tokens[name]}\r\n" if name else ""
            head = (
                f"POST /api/cases/{table.number}/scans?whose={table.ids['Aino']} HTTP/1.1\r\nHost: localhost\r\n{shown}"
                f"{key}Content-Type: application/pdf\r\nContent-Length: 9000000\r\n\r\n"
            )
            with connected(address) as line:
                line.sendall(head.encode())  # and nothing of the file
                assert status_of(line) == status


@contextmanager
def connected(address: str) -> Iterator[socket.socket]:
    place = urlsplit(address)
    with socket.create_connection((place.hostname, place.port), timeout=PATIENCE) as line:
        yield line


def status_of(line: socket.socket) -> int:
    return int(line.recv(4096).split()[1])
