"""The outbox and its delivery, on both databases, with a real mail server and with workers that are killed."""

import asyncio
import logging
import shutil
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from ipaddress import ip_address
from itertools import islice
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from threading import Event
from time import monotonic, sleep
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import ColumnElement, delete, event, select, update

from mediation.errors import BadSetup, NotFound, Unavailable
from mediation.keys.key_table import keys as stored_keys
from mediation.keys.keyring import DeletionClock, Keyring
from mediation.keys.master_key import load_master_key
from mediation.letters import claims, outbox, printing
from mediation.letters.delivery import LEASE, Delivered, deliver_due, delivery
from mediation.letters.post import Folder, Smtp, Timeouts, post_for
from mediation.settings import Settings
from mediation.store.database import Database, open_engine
from mediation.store.models import Base, Case, Letter, Organisation, Participant, Person, put
from tests.databases import FreshDatabases, OwnServer, databases, in_full, stoppable_server
from tests.processes import free_port

NOON = datetime(2027, 1, 20, 10, tzinfo=UTC)
CASE = "case1"
CANARY = "Kanarialintu"
ADDRESSES = {"Aino": "aino@example.fi", "Pekka": "pekka@example.fi", "Meri": "meri@example.fi", "Veikko": None}


@dataclass
class Mailroom:
    """A database with one case, in which Veikko has no e-mail address, and a clock that stands still until it is moved."""

    database: Database
    settings: Settings
    now: datetime = NOON

    def announce(self, *to: str, kind: str = "something-waits", **more: Any) -> None:
        with self.database.writing() as db:
            outbox.announce(db, CASE, kind, to, **{"due_at": self.now, **more})

    def letters(self) -> list[Letter]:
        with self.database.reading() as db:
            return list(db.query(Letter).order_by(Letter.participant_id, Letter.due_at))

    def letter(self) -> Letter:
        [letter] = self.letters()
        return letter

    def claim(self, limit: int = 10) -> list[claims.Claimed]:
        with self.database.writing() as db:
            return list(islice(iter(partial(claims.claim, db, lease=LEASE), None), limit))

    def change(self, table: type[Base], **values: object) -> None:
        with self.database.writing() as db:
            db.execute(update(table).values(**values))


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a key store and a SQLite database that has the case, to be copied for every test."""
    home = tmp_path_factory.mktemp("filled")
    with opened(Settings.under(home)) as database:
        database.keyring.prepare()
        fill(database)
    return home


@pytest.fixture(scope="session")
def filled_postgres(filled: Path, lasting_postgres: FreshDatabases) -> str:
    """The same case, under the same keys, on PostgreSQL."""
    url = lasting_postgres()
    with opened(replace(Settings.under(filled), database_url=url)) as database:
        fill(database)
    return url


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    keyring = Keyring(open_engine(settings.keys_url), load_master_key(settings.master_key_file, make=True))
    engine = open_engine(settings.database_url)
    yield Database(engine, keyring)
    engine.dispose()
    keyring.engine.dispose()


@pytest.fixture
def on_sqlite(filled: Path, tmp_path: Path) -> Iterator[Mailroom]:
    with mailroom_in(Settings.under(shutil.copytree(filled, tmp_path / "home"))) as ready:
        yield ready


@pytest.fixture(params=["sqlite", "postgresql"])
def mailroom(request: pytest.FixtureRequest, filled: Path, tmp_path: Path) -> Iterator[Mailroom]:
    settings = Settings.under(shutil.copytree(filled, tmp_path / "home"))
    if request.param == "postgresql":
        template = request.getfixturevalue("filled_postgres")
        settings = replace(settings, database_url=request.getfixturevalue("fresh_postgres")(template=template))
    with mailroom_in(settings) as ready:
        yield ready


@contextmanager
def mailroom_in(settings: Settings) -> Iterator[Mailroom]:
    with opened(settings) as database:
        ready = Mailroom(database, settings)
        database.clock = lambda: ready.now
        yield ready


def fill(database: Database) -> None:
    Base.metadata.create_all(database.engine)
    with database.writing() as db:
        db.add(Organisation(id="org", name="Kaupunki", created_at=NOON))
        db.flush()
        case = Case(id=CASE, number="2027-0001", workflow="mediation", organisation_id="org", language="fi")
        case.phase, case.rung, case.created_at = "preparation", "not-started", NOON
        put(db, case, "referral", {})
        db.add(case)
        for name, address in ADDRESSES.items():
            person = Person(id=f"person-{name}", language="fi", created_at=NOON)
            put(db, person, "name", name)
            db.add(person)
            db.flush()
            one = Participant(
                id=name, case_id=CASE, number="2027-0001", person_id=person.id, language="fi", joined_at=NOON
            )
            put(db, one, "name", f"{name} Laine")
            if address:
                put(db, one, "email", address)
            db.add(one)


@dataclass
class Letterbox:
    """A mail server's end: keeps what it took, and refuses, signs in or delays as a test wants."""

    taken: list[EmailMessage] = field(default_factory=list)
    refused: frozenset[str] = frozenset()
    no: str = "550 nobody is called so here"
    answer: str = "250 taken"
    encrypted: bool = False
    thinks: float = 0  # seconds, after the final dot
    meanwhile: Callable[[], object] = lambda: None  # what happens while it has the letter and has not answered
    farewell: Callable[[], object] = lambda: None  # what happens before it answers a QUIT
    arrived: Event = field(default_factory=Event)
    go_on: Event = field(default_factory=Event)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refused:
            return self.no
        envelope.rcpt_tos.append(address)
        return "250 known"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            message = message_from_bytes(envelope.content, policy=policy.default)
            assert envelope.rcpt_tos == [message["To"]]
            self.taken.append(message)
            self.encrypted = session.ssl is not None
            self.arrived.set()
            await asyncio.to_thread(self.meanwhile)
            await asyncio.sleep(self.thinks)
            while not self.go_on.is_set():
                await asyncio.sleep(0.005)
        return self.answer

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.to_thread(self.farewell)
        return "221 bye"


@contextmanager
def mail_server(box: Letterbox, *, wait: bool = False, port: int = 0, **more: Any) -> Iterator[str]:
    """The address of a mail server on loopback; with `wait` it answers only once `box.go_on` is set."""
    if not wait:
        box.go_on.set()
    controller = Controller(box, hostname="127.0.0.1", port=port or free_port(), **more)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}"
    finally:
        box.go_on.set()
        controller.stop()


def until(is_so: Any, seconds: float = 60) -> None:
    end = monotonic() + seconds
    while not is_so():
        assert monotonic() < end
        sleep(0.01)


def deliver(here: Mailroom, post: Folder | Smtp, **more: Any) -> Delivered:
    return deliver_due(here.database, post, here.settings, **more)


def test_an_act_that_fails_leaves_no_letter(mailroom: Mailroom) -> None:
    with pytest.raises(RuntimeError), mailroom.database.writing() as db:  # noqa: PT012 - the act fails after the letter
        outbox.announce(db, CASE, "something-waits", ["Aino"])
        raise RuntimeError
    assert mailroom.letters() == []
    assert mailroom.claim() == []


def test_a_letter_goes_once_to_its_reader_alone(mailroom: Mailroom) -> None:
    mailroom.announce("Aino", "Pekka")
    with mail_server(box := Letterbox()) as url:
        assert deliver(mailroom, Smtp(url)) == Delivered(2, 0, 0)
        assert deliver(mailroom, Smtp(url)) == Delivered(0, 0, 0)
    assert sorted(one["To"] for one in box.taken) == ["aino@example.fi", "pekka@example.fi"]
    for letter in mailroom.letters():
        assert (letter.delivered_at, letter.attempts, letter.lease_id, letter.error) == (NOON, 1, None, None)


def test_a_reminder_waits_for_its_day(mailroom: Mailroom) -> None:
    mailroom.announce("Aino", kind="reminder", due_at=NOON + timedelta(days=3))
    assert mailroom.claim() == []
    mailroom.now += timedelta(days=3)
    assert len(mailroom.claim()) == 1


def test_a_letter_that_was_called_off_or_given_up_stays(mailroom: Mailroom) -> None:
    mailroom.announce("Aino")
    mailroom.change(Letter, called_off_at=NOON)
    assert mailroom.claim() == []
    mailroom.change(Letter, called_off_at=None, gave_up_at=NOON)
    assert mailroom.claim() == []


def test_a_leaver_gets_no_old_reminders_but_gets_a_letter_written_since(mailroom: Mailroom) -> None:
    mailroom.announce("Aino", kind="reminder", due_at=NOON + timedelta(days=3))
    mailroom.now += timedelta(days=1)
    mailroom.change(Participant, left_at=mailroom.now)
    mailroom.now += timedelta(hours=1)
    mailroom.announce("Aino")
    mailroom.now += timedelta(days=3)
    [claimed] = mailroom.claim()
    with mailroom.database.reading() as db:
        assert db.get_one(Letter, claimed.letter_id).kind == "something-waits"


def test_a_leased_letter_is_nobody_elses_until_the_lease_ends(mailroom: Mailroom) -> None:
    mailroom.announce("Aino")
    [slow] = mailroom.claim()
    assert mailroom.claim() == []
    mailroom.now += LEASE
    [other] = mailroom.claim()
    assert (other.letter_id, other.lease_id != slow.lease_id) == (slow.letter_id, True)
    with mailroom.database.writing() as db:
        assert claims.mark_delivered(db, slow) is False
        assert claims.mark_failed(db, slow, "post-unreachable") is False
        assert claims.mark_delivered(db, other) is True
    assert (mailroom.letter().attempts, mailroom.letter().error) == (1, None)


def test_the_longest_waiting_letters_are_claimed_first(mailroom: Mailroom) -> None:
    mailroom.announce("Aino")
    mailroom.announce("Pekka", due_at=NOON - timedelta(hours=1))
    mailroom.announce("Meri", due_at=NOON - timedelta(hours=2))
    with mailroom.database.reading() as db:
        names = [db.get_one(Letter, one.letter_id).participant_id for one in mailroom.claim(2)]
    assert names == ["Meri", "Pekka"]


def test_two_workers_never_deliver_the_same_letter(mailroom: Mailroom) -> None:
    for _ in range(10):
        mailroom.announce("Aino", "Pekka")
    with mail_server(box := Letterbox()) as url, ThreadPoolExecutor(2) as workers:
        rounds = [workers.submit(deliver, mailroom, Smtp(url)) for _ in range(2)]
        assert sum(one.result().count for one in rounds) == 20
    assert set(Counter(one["Message-ID"] for one in box.taken).values()) == {1}
    assert len(box.taken) == 20


@pytest.mark.parametrize("mailroom", ["postgresql"], indirect=True)
def test_on_postgresql_a_worker_steps_over_what_another_is_claiming(mailroom: Mailroom) -> None:
    mailroom.announce("Aino", "Pekka")
    with mailroom.database.writing() as db:
        first = claims.claim(db, lease=LEASE)
        [second] = mailroom.claim()
    assert first is not None
    assert first.letter_id != second.letter_id


WORKER = """
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from mediation.store.database import Database, open_engine
from mediation.letters.delivery import deliver_due
from mediation.keys.keyring import Keyring
from mediation.keys.master_key import load_master_key
from mediation.letters.post import Smtp
from mediation.settings import Settings

home, database, mail, now = sys.argv[1:]
settings = replace(Settings.under(Path(home)), database_url=database)
keyring = Keyring(open_engine(settings.keys_url), load_master_key(settings.master_key_file))
deliver_due(Database(open_engine(database), keyring, clock=lambda: datetime.fromisoformat(now)), Smtp(mail), settings)
"""


@pytest.mark.seconds
def test_after_kill_9_in_the_middle_another_worker_delivers_with_the_same_message_id(
    mailroom: Mailroom,
) -> None:
    mailroom.announce("Aino")
    settings = mailroom.settings
    with mail_server(box := Letterbox(), wait=True) as url:
        arguments = [str(settings.home), settings.database_url, url, mailroom.now.isoformat()]
        worker = subprocess.Popen([sys.executable, "-c", WORKER, *arguments])
        try:
            until(lambda: box.arrived.is_set() or worker.poll() is not None)
            assert worker.poll() is None
        finally:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        box.go_on.set()
        assert deliver(mailroom, Smtp(url)) == Delivered(0, 0, 0)
        mailroom.now += LEASE
        assert deliver(mailroom, Smtp(url)) == Delivered(1, 0, 0)
    first, again = box.taken
    assert first["Message-ID"] == again["Message-ID"] == f"<{mailroom.letter().id}@localhost>"
    assert mailroom.letter().delivered_at == mailroom.now


def test_a_letter_that_fails_rests_longer_each_time_and_is_given_up_for_all_to_see(mailroom: Mailroom) -> None:
    mailroom.announce("Aino")
    rests = []
    with mail_server(box := Letterbox(refused=frozenset({"aino@example.fi"}), no="450 later, perhaps")) as url:
        for attempt in range(1, claims.ATTEMPTS):
            assert deliver(mailroom, Smtp(url)) == Delivered(0, 1, 0)
            letter = mailroom.letter()
            assert (letter.attempts, letter.error, letter.due_at) == (attempt, "letter-deferred", NOON)
            assert deliver(mailroom, Smtp(url)) == Delivered(0, 0, 0)
            assert letter.lease_until is not None
            rests.append(letter.lease_until - mailroom.now)
            mailroom.now = letter.lease_until
        assert deliver(mailroom, Smtp(url)) == Delivered(0, 0, 1)
        mailroom.now += timedelta(days=30)
        assert deliver(mailroom, Smtp(url)) == Delivered(0, 0, 0)
    assert mailroom.letter().gave_up_at == mailroom.now - timedelta(days=30)
    assert timedelta(minutes=1) <= rests[0] <= timedelta(minutes=1.25)
    assert timedelta(hours=12) <= rests[-1] <= timedelta(hours=15)
    assert sum(rests, timedelta()) > timedelta(days=3)
    assert box.taken == []


def test_rests_of_letters_that_failed_together_differ() -> None:
    assert len({claims.backoff(5) for _ in range(20)}) > 10


def test_one_refused_letter_does_not_hold_up_the_others(on_sqlite: Mailroom) -> None:
    on_sqlite.announce("Aino", "Meri", "Pekka")
    with mail_server(box := Letterbox(refused=frozenset({"aino@example.fi"}))) as url:
        assert deliver(on_sqlite, Smtp(url)) == Delivered(2, 0, 1)
    assert sorted(one["To"] for one in box.taken) == ["meri@example.fi", "pekka@example.fi"]


def test_while_the_mail_server_is_down_no_letter_loses_an_attempt(on_sqlite: Mailroom) -> None:
    """H17. However long it is down, all letters go within minutes after it is back: none has to rest for hours."""
    on_sqlite.announce("Aino", "Meri", "Pekka")
    port = free_port()
    post = Smtp(f"smtp://127.0.0.1:{port}")
    assert deliver(on_sqlite, post) == Delivered(0, 1, 0)
    assert Counter(one.error for one in on_sqlite.letters()) == {"post-unreachable": 1, None: 2}
    for _ in range(30):
        on_sqlite.now += timedelta(hours=2)
        assert deliver(on_sqlite, post) == Delivered(0, 1, 0)
    on_sqlite.now += timedelta(minutes=2)
    with mail_server(box := Letterbox(), port=port):
        assert deliver(on_sqlite, post) == Delivered(3, 0, 0)
    assert len(box.taken) == 3
    assert {one.attempts for one in on_sqlite.letters()} == {1}


def test_a_letter_that_waited_three_days_for_the_mail_server_goes_to_print(on_sqlite: Mailroom) -> None:
    """H17. Not at the first try, for this machine may have been off itself; but then the mediator has to know."""
    on_sqlite.announce("Aino")
    on_sqlite.now += claims.LONGEST_OUTAGE
    post = Smtp(f"smtp://127.0.0.1:{free_port()}")
    assert deliver(on_sqlite, post) == Delivered(0, 1, 0)
    on_sqlite.now += timedelta(minutes=2)
    assert deliver(on_sqlite, post) == Delivered(0, 0, 1)
    with on_sqlite.database.reading() as db:
        assert len(printing.to_print(db, CASE)) == 1


@pytest.mark.parametrize(
    ("answer", "code", "went"),
    [
        ("554 not this", "letter-refused", Delivered(0, 0, 1)),
        ("552 5.3.4 too long", "letter-refused", Delivered(0, 0, 1)),
        ("554 5.7.1 we do not know you", "letter-deferred", Delivered(0, 1, 0)),
        ("451 later", "letter-deferred", Delivered(0, 1, 0)),
        ("421 bye", "post-unreachable", Delivered(0, 1, 0)),
    ],
)
def test_what_the_server_says_against_a_letter_is_kept_as_a_code(
    on_sqlite: Mailroom, answer: str, code: str, went: Delivered
) -> None:
    on_sqlite.announce("Aino")
    with mail_server(Letterbox(answer=f"{answer} {CANARY}")) as url:
        assert deliver(on_sqlite, Smtp(url)) == went
    assert on_sqlite.letter().error == code


@pytest.mark.parametrize(
    ("answer", "code", "went"),
    [
        ("550 no such user", "letter-address-refused", Delivered(2, 0, 1)),
        ("550 5.1.1 no such user", "letter-address-refused", Delivered(2, 0, 1)),
        ("553 5.1.3 bad address", "letter-address-refused", Delivered(2, 0, 1)),
        ("450 4.2.0 greylisted", "letter-deferred", Delivered(2, 1, 0)),
        ("452 4.2.2 mailbox full", "letter-deferred", Delivered(2, 1, 0)),
        ("554 5.7.1 relay access denied", "letter-deferred", Delivered(2, 1, 0)),
        ("530 sign in first", "letter-deferred", Delivered(2, 1, 0)),
        ("421 4.3.2 going down", "post-unreachable", Delivered(0, 1, 0)),
    ],
)
def test_a_letter_to_a_dead_address_is_printed_at_once_and_a_deferred_one_is_tried_again(
    mailroom: Mailroom, answer: str, code: str, went: Delivered
) -> None:
    """H36. A permanent refusal is distinguished from a temporary one, and from one that is about us; 421 ends the round."""
    mailroom.announce("Aino", due_at=NOON - timedelta(hours=1))
    mailroom.announce("Meri", "Pekka")
    with mail_server(Letterbox(refused=frozenset({"aino@example.fi"}), no=f"{answer} {CANARY}")) as url:
        assert deliver(mailroom, Smtp(url)) == went
    aino, *_ = mailroom.letters()
    counted = 0 if code == "post-unreachable" else 1
    assert (aino.error, aino.attempts, aino.gave_up_at) == (code, counted, NOON if went.given_up else None)
    with mailroom.database.reading() as db:
        waits_for_print = [one.id for one in printing.to_print(db, CASE)]
    assert waits_for_print == ([aino.id] if went.given_up else [])


def test_a_letter_without_words_or_with_a_broken_address_does_not_hold_up_the_others(on_sqlite: Mailroom) -> None:
    on_sqlite.announce("Aino", kind="no-such-kind")
    with on_sqlite.database.writing() as db:
        put(db, pekka := db.get_one(Participant, "Pekka"), "email", "pekka@example.fi, vilho@example.fi")
    on_sqlite.announce("Meri", "Pekka")
    with mail_server(box := Letterbox()) as url:
        assert deliver(on_sqlite, Smtp(url)) == Delivered(1, 1, 1)
    assert [one["To"] for one in box.taken] == ["meri@example.fi"]
    assert {one.participant_id: one.error for one in on_sqlite.letters()} == {
        "Aino": "letter-failed",
        "Meri": None,
        pekka.id: "letter-address-unusable",
    }


def test_a_letter_whose_key_was_destroyed_is_not_sent(on_sqlite: Mailroom) -> None:
    on_sqlite.announce("Aino")
    with on_sqlite.database.keyring.engine.begin() as keys:
        keys.execute(update(stored_keys).where(stored_keys.c.clock == DeletionClock.AGREEMENT).values(wrapped=None))
    with mail_server(box := Letterbox()) as url:
        assert deliver(on_sqlite, Smtp(url)) == Delivered(0, 1, 0)
    assert (box.taken, on_sqlite.letter().error) == ([], "words-gone")


def test_a_letter_to_somebody_without_an_address_waits_to_be_printed_and_handed_over(
    mailroom: Mailroom,
) -> None:
    mailroom.announce("Veikko")
    mailroom.announce("Veikko", kind="reminder", due_at=NOON + timedelta(days=3))
    assert mailroom.claim() == []
    with mailroom.database.writing() as db:
        [waiting] = printing.to_print(db, CASE)
        with pytest.raises(NotFound, match="letter-not-found"):
            printing.hand_over(db, "another-case", waiting.id)
        assert printing.hand_over(db, CASE, waiting.id) is True
    mailroom.now += timedelta(days=1)
    with mailroom.database.writing() as db:
        assert printing.hand_over(db, CASE, waiting.id) is False
        assert printing.to_print(db, CASE) == []
    handed, _ = mailroom.letters()
    assert (handed.printed_at, handed.delivered_at) == (NOON, NOON)


def test_a_letter_that_was_given_up_can_be_printed_instead(mailroom: Mailroom) -> None:
    mailroom.announce("Aino")
    mailroom.change(Letter, gave_up_at=NOON, error="letter-address-refused")
    with mailroom.database.writing() as db:
        [waiting] = printing.to_print(db, CASE)
        printing.hand_over(db, CASE, waiting.id)
    assert mailroom.letter().delivered_at == NOON


def test_a_letter_that_was_called_off_is_not_handed_over(on_sqlite: Mailroom) -> None:
    on_sqlite.announce("Veikko")
    on_sqlite.change(Letter, called_off_at=NOON)
    with on_sqlite.database.writing() as db, pytest.raises(NotFound, match="letter-not-found"):
        printing.hand_over(db, CASE, on_sqlite.letter().id)


def test_a_folder_shows_no_more_than_ids_and_never_half_a_letter(on_sqlite: Mailroom) -> None:
    on_sqlite.announce("Aino", params={"words": CANARY})
    folder = on_sqlite.settings.home / "letters"
    assert deliver(on_sqlite, Folder(folder)) == Delivered(1, 0, 0)
    [file] = folder.iterdir()
    assert file.name == f"{on_sqlite.letter().id}.eml"
    assert (file.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["To"] == "aino@example.fi"
    assert CANARY not in file.read_text()


def test_a_folder_that_cannot_be_written_keeps_the_letter_waiting(on_sqlite: Mailroom) -> None:
    on_sqlite.announce("Aino", "Pekka")
    not_a_folder = on_sqlite.settings.home / "file"
    not_a_folder.write_text("")
    assert deliver(on_sqlite, Folder(not_a_folder)) == Delivered(0, 1, 0)
    assert {one.error for one in on_sqlite.letters()} == {"post-folder-unwritable", None}


@dataclass
class Certificate:
    """A certificate for 127.0.0.1 that signs itself, and the file in which a client that trusts it finds it."""

    server: SSLContext
    file: Path


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "key.pem").write_bytes(secret)
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
    return Certificate(context, tmp_path / "certificate.pem")


def signs_in(server: Any, session: Any, envelope: Any, mechanism: str, secret: Any) -> AuthResult:
    right = (secret.login, secret.password) == (b"sovittelu", b"salaisuus")
    return AuthResult(success=right, handled=False)


def test_the_mail_server_is_spoken_to_over_tls_and_signed_in_to(
    on_sqlite: Mailroom, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    on_sqlite.announce("Aino", "Meri", "Pekka")
    secure: Mapping[str, Any] = {"tls_context": certificate.server, "authenticator": signs_in, "auth_required": True}
    with mail_server(box := Letterbox(), **secure) as server:
        url = server.replace("//", "//sovittelu@")
        post = Smtp(url, "salaisuus")
        assert deliver(on_sqlite, post, limit=1) == Delivered(1, 0, 0)
        post.pause()
        assert box.encrypted
        for wrong in ("salaisuutta", "väärä"):
            assert deliver(on_sqlite, Smtp(url, wrong)) == Delivered(0, 1, 0)
    assert Counter(one.error for one in on_sqlite.letters()) == {None: 1, "post-sign-in-refused": 2}


def test_a_server_with_a_certificate_nobody_vouches_for_gets_nothing(
    on_sqlite: Mailroom, certificate: Certificate
) -> None:
    on_sqlite.announce("Aino")
    with mail_server(box := Letterbox(), tls_context=certificate.server) as url:
        assert deliver(on_sqlite, Smtp(url)) == Delivered(0, 1, 0)
    assert (box.taken, on_sqlite.letter().error) == ([], "post-untrusted")


def test_a_password_never_travels_in_the_clear_to_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server(Letterbox()) as url:
        port = url.rpartition(":")[2]
        real = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest: real("127.0.0.1", *rest))
        with pytest.raises(Unavailable, match="post-not-encrypted"):
            Smtp(f"smtp://sovittelu@mail.example.fi:{port}", "salaisuus").send("letter", EmailMessage())


def test_the_post_of_an_installation_is_read_from_its_settings(tmp_path: Path) -> None:
    settings = Settings.under(tmp_path)
    folder = post_for(settings)
    assert isinstance(folder, Folder)
    assert folder.path == tmp_path / "letters"
    mail = replace(settings, mail="smtp://so%40vi@mail.example.fi", mail_from="noreply@example.fi")
    server = post_for(mail)
    assert isinstance(server, Smtp)
    assert (server.host, server.port, server.user, server.hello) == ("mail.example.fi", 587, "so@vi", "example.fi")
    for wrong in ("smtp://", "smtp://host:x", "http://host", "folder:", ""):
        with pytest.raises(BadSetup, match="setting-unknown-mail"):
            post_for(replace(settings, mail=wrong))
    with pytest.raises(BadSetup, match="setting-unusable-mail-from"):
        post_for(replace(settings, mail_from="a@b.fi, c@d.fi"))


def test_the_worker_delivers_while_the_server_runs_and_survives_errors(
    mailroom: Mailroom, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    mailroom.announce("Aino", kind=CANARY, params={"words": CANARY})
    with mail_server(box := Letterbox()) as url:
        worker = delivery(mailroom.database, Smtp(url), mailroom.settings, interval=timedelta(seconds=0.01))
        worker.start()
        worker.start()
        until(lambda: mailroom.letter().error == "letter-failed")
        works, mailroom.database.clock = mailroom.database.clock, lambda: 1 / 0  # type: ignore[assignment,return-value]
        until(lambda: "delivery waits: ZeroDivisionError" in caplog.text)
        mailroom.database.clock = works
        with mailroom.database.writing() as db:
            db.execute(delete(Letter))
        mailroom.announce("Pekka")
        until(lambda: mailroom.letter().delivered_at is not None)
        worker.stop()
        worker.stop()
    assert len(box.taken) == 1
    assert CANARY not in caplog.text
    assert "aino@example.fi" not in caplog.text


def test_the_worker_stops_in_time_even_while_the_mail_server_hangs(on_sqlite: Mailroom) -> None:
    on_sqlite.announce("Aino")
    with mail_server(box := Letterbox(), wait=True) as url:
        worker = delivery(on_sqlite.database, post := Smtp(url), on_sqlite.settings)
        worker.start()
        assert box.arrived.wait(60)
        began = monotonic()
        worker.stop(within=timedelta(seconds=0.1))
        assert monotonic() - began < 2
        box.go_on.set()
        until(lambda: on_sqlite.letter().delivered_at is not None)
        post.pause()


# What expires goes first, retries go last, and a failure holds up nobody.


def write_sign_in(here: Mailroom, name: str, minutes: int = 30) -> None:
    """Put a letter with a sign-in link into the outbox, good for some minutes."""
    with here.database.writing() as db:
        params = {"address": ADDRESSES[name], "secret": "abc"}
        good_until = here.now + timedelta(minutes=minutes)
        outbox.write_to(db, f"person-{name}", "sign-in-link", params, about="link", good_until=good_until)


def kinds_and_attempts(here: Mailroom, claimed: list[claims.Claimed]) -> list[tuple[str, int]]:
    with here.database.reading() as db:
        return [(db.get_one(Letter, one.letter_id).kind, one.attempts) for one in claimed]


def test_21_letters_that_are_refused_hold_up_no_sign_in_link(mailroom: Mailroom) -> None:
    """H36. The worker goes on at once after a failure, and what is good only for a while goes before all else."""
    for _ in range(21):
        mailroom.announce("Aino", due_at=NOON - timedelta(hours=1))
    write_sign_in(mailroom, "Pekka")
    mailroom.announce("Meri")
    with mail_server(box := Letterbox(refused=frozenset({"aino@example.fi"}), no="450 later, perhaps")) as url:
        worker = delivery(mailroom.database, Smtp(url), mailroom.settings, interval=timedelta(hours=1))
        worker.start()
        until(lambda: sum(letter.attempts for letter in mailroom.letters()) == 23)
        worker.stop()
    assert [one["To"] for one in box.taken] == ["pekka@example.fi", "meri@example.fi"]
    assert Counter(letter.error for letter in mailroom.letters()) == {None: 2, "letter-deferred": 21}


def test_letters_go_in_order_those_that_expire_first_and_retries_last(mailroom: Mailroom) -> None:
    """H36. Of each kind the first tries before the retries; a retry does not come before what was never tried."""
    mailroom.announce("Aino", kind="reminder", due_at=NOON - timedelta(days=2))
    write_sign_in(mailroom, "Pekka", minutes=60)
    for claimed in mailroom.claim():
        with mailroom.database.writing() as db:
            claims.mark_failed(db, claimed, "letter-deferred")
    mailroom.now += timedelta(minutes=2)
    mailroom.announce("Meri", kind="something-waits")
    write_sign_in(mailroom, "Meri", minutes=90)
    told = kinds_and_attempts(mailroom, mailroom.claim())
    assert told == [("sign-in-link", 0), ("sign-in-link", 1), ("something-waits", 0), ("reminder", 1)]


def test_a_sign_in_link_that_is_good_no_longer_is_not_posted(mailroom: Mailroom) -> None:
    write_sign_in(mailroom, "Pekka", minutes=10)
    mailroom.now += timedelta(minutes=10)
    assert mailroom.claim() == []


def test_claiming_a_letter_takes_as_long_with_thousands_that_do_not_go(on_sqlite: Mailroom) -> None:
    """H36. Counted in steps of SQLite: called off, to be printed, given up, delivered, resting, left and not due yet."""
    here, many = on_sqlite, 500
    for _ in range(many):
        here.announce("Veikko", "Pekka")
        here.announce("Meri", due_at=NOON + timedelta(days=9))
    for values in (
        {"called_off_at": NOON},
        {"delivered_at": NOON},
        {"gave_up_at": NOON},
        {"lease_until": NOON + LEASE},
    ):
        with here.database.writing() as db:
            some = select(Letter.id).where(Letter.participant_id == "Pekka", *fresh()).limit(many // 4)
            attempts = 1 if "lease_until" in values else 0
            db.execute(update(Letter).where(Letter.id.in_(some)).values(attempts=attempts, **values))
    here.claim()  # sets aside what is for print
    here.announce("Aino")
    with_many = steps_of_a_claim(here)
    with here.database.writing() as db:
        db.execute(delete(Letter))
    here.announce("Aino")
    assert with_many < 1.5 * steps_of_a_claim(here)


def fresh() -> tuple[ColumnElement[bool], ...]:
    stamps = Letter.called_off_at, Letter.delivered_at, Letter.gave_up_at, Letter.lease_until
    return tuple(one.is_(None) for one in stamps)


def steps_of_a_claim(here: Mailroom) -> int:
    """How many instructions SQLite needs to claim the one letter that is due."""
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 1

    with here.database.writing() as db:
        db.connection().connection.driver_connection.set_progress_handler(count, 1)  # type: ignore[union-attr]
        claimed = claims.claim(db, lease=LEASE)
        db.connection().connection.driver_connection.set_progress_handler(None, 1)  # type: ignore[union-attr]
        db.rollback()
    assert claimed is not None
    return steps


def test_a_claim_finds_its_letters_by_the_three_small_indexes_on_postgresql(
    filled_postgres: str, fresh_postgres: FreshDatabases, filled: Path
) -> None:
    """H36. As on SQLite: no index would be used whose condition the statement does not say word for word."""
    settings = replace(Settings.under(filled), database_url=fresh_postgres(template=filled_postgres))
    with mailroom_in(settings) as here:
        said: list[tuple[str, Any]] = []
        event.listen(here.database.engine, "before_cursor_execute", lambda *given: said.append((given[2], given[3])))
        assert here.claim() == []
        with here.database.engine.connect() as connection:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            plans = [
                "\n".join(connection.exec_driver_sql(f"EXPLAIN {one}", given).scalars()) for one, given in said[:3]
            ]
    for plan, index in zip(plans, ("ix_letters_expiring", "ix_letters_waiting", "ix_letters_retried"), strict=True):
        assert index in plan


# Somebody who takes long, and somebody who goes away in the middle.


@pytest.mark.seconds
def test_a_mail_server_that_looks_a_letter_through_for_long_gets_one_copy(on_sqlite: Mailroom) -> None:
    """H30. After the final dot it may take minutes (RFC 5321, 4.5.3.2), here in proportion; before it, it may not."""
    on_sqlite.announce("Aino")
    timeouts = Timeouts(connect=1, answer=1, letter=60)
    with mail_server(box := Letterbox(thinks=3 * timeouts.answer)) as url:
        assert deliver(on_sqlite, Smtp(url, timeouts=timeouts)) == Delivered(1, 0, 0)
        on_sqlite.now += timedelta(days=1)
        assert deliver(on_sqlite, Smtp(url, timeouts=timeouts)) == Delivered(0, 0, 0)
    assert len(box.taken) == 1


def test_the_lease_is_longer_than_the_longest_conversation_with_a_mail_server() -> None:
    """H30. Twenty seconds to connect, ten minutes after the dot, and nobody else takes the letter meanwhile."""
    timeouts = Smtp("smtp://mail.example.fi").timeouts
    assert (timeouts.connect, timeouts.letter) == (20, 600)
    assert LEASE.total_seconds() > timeouts.whole


def test_a_mail_server_that_says_nothing_is_left_and_the_letter_tried_again(on_sqlite: Mailroom) -> None:
    """H30. One that takes the call and does not greet is a server that is down."""
    on_sqlite.announce("Aino")
    with socket.create_server(("127.0.0.1", 0)) as mute:
        post = Smtp(f"smtp://127.0.0.1:{mute.getsockname()[1]}", timeouts=Timeouts(connect=60, answer=0.2))
        assert deliver(on_sqlite, post) == Delivered(0, 1, 0)
    assert on_sqlite.letter().error == "post-unreachable"


def test_a_letter_is_settled_before_a_mail_server_that_is_slow_to_say_goodbye(on_sqlite: Mailroom) -> None:
    """H30. A process killed while it waits for the server's goodbye would send the letter again."""
    on_sqlite.announce("Aino")
    settled = Event()

    def wait_until_settled() -> None:
        until(lambda: on_sqlite.letter().delivered_at is not None, seconds=20)
        settled.set()

    with mail_server(Letterbox(farewell=wait_until_settled)) as url:
        timeouts = Timeouts(connect=1, answer=60, letter=60)
        assert deliver(on_sqlite, Smtp(url, timeouts=timeouts)) == Delivered(1, 0, 0)
        assert settled.wait(20)


@pytest.fixture(scope="module")
def own() -> Iterator[OwnServer]:
    """A PostgreSQL of these tests alone."""
    with stoppable_server() as running:
        yield running


@pytest.fixture
def server(own: OwnServer) -> Iterator[OwnServer]:
    """The same, to be stopped and started; after the test it runs again."""
    yield own
    own.start()


@pytest.fixture
def empty_on_own_server(server: OwnServer) -> Iterator[str]:
    """The URL of a new database there."""
    with databases(in_full(server.url)) as fresh:
        yield fresh()
        server.start()


@pytest.fixture
def on_own_server(empty_on_own_server: str, filled: Path, tmp_path: Path) -> Iterator[Mailroom]:
    """The case on a PostgreSQL that can be stopped."""
    home = shutil.copytree(filled, tmp_path / "home")
    settings = replace(Settings.under(home), database_url=empty_on_own_server)
    with opened(settings) as database:
        fill(database)
    with mailroom_in(settings) as ready:
        yield ready


def test_what_was_sent_while_the_database_went_away_is_settled_when_it_is_back(
    on_own_server: Mailroom, server: OwnServer, caplog: pytest.LogCaptureFixture
) -> None:
    """H17. PostgreSQL stops between sending and settling: no letter twice, none rests, none loses an attempt."""
    here = on_own_server
    for _ in range(3):
        here.announce("Aino", "Pekka")
    stopped = Event()

    def stop_once() -> None:
        if not stopped.is_set():
            server.stop()
            stopped.set()

    with mail_server(box := Letterbox(meanwhile=stop_once)) as url:
        worker = delivery(here.database, Smtp(url), here.settings, interval=timedelta(seconds=0.05))
        worker.start()
        until(lambda: caplog.text.count("delivery waits: database-unreachable") > 2)
        assert len(box.taken) == 1
        server.start()
        until(lambda: all(letter.delivered_at for letter in here.letters()))
        worker.stop()
    assert Counter(Counter(one["Message-ID"] for one in box.taken).values()) == {1: 6}
    assert {(letter.attempts, letter.error, letter.lease_id) for letter in here.letters()} == {(1, None, None)}


@pytest.mark.seconds
@pytest.mark.parametrize("moment", ["as it is claimed", "as the claim is committed", "as it is opened"])
def test_a_letter_in_hand_when_the_database_goes_away_does_not_rest(
    on_own_server: Mailroom, server: OwnServer, caplog: pytest.LogCaptureFixture, moment: str
) -> None:
    """H17. At any step of the worker, the letter is free again as soon as the database is back."""
    here, engine, stopped = on_own_server, on_own_server.database.engine, Event()
    here.announce("Aino", "Pekka")

    def stop_once() -> None:
        if not stopped.is_set():
            stopped.set()
            server.stop()

    def about_to_say(*given: Any) -> None:
        claiming, opening = given[2].startswith("UPDATE letters"), "FROM letters \nWHERE letters.id" in given[2]
        if (moment, claiming) == ("as it is claimed", True) or (moment, opening) == ("as it is opened", True):
            stop_once()
        if claiming and moment == "as the claim is committed":
            event.listen(engine, "commit", lambda _: stop_once())

    event.listen(engine, "before_cursor_execute", about_to_say)
    with mail_server(box := Letterbox()) as url:
        worker = delivery(here.database, Smtp(url), here.settings, interval=timedelta(seconds=0.05))
        worker.start()
        until(lambda: caplog.text.count("delivery waits: database-unreachable") > 2)
        assert (stopped.is_set(), box.taken) == (True, [])
        server.start()
        until(lambda: all(letter.delivered_at for letter in here.letters()))
        worker.stop()
    assert len(box.taken) == 2
    assert {(letter.attempts, letter.error) for letter in here.letters()} == {(1, None)}


def test_one_round_by_hand_waits_for_a_database_that_is_restarted(on_own_server: Mailroom, server: OwnServer) -> None:
    """H17. `mediation deliver` has no next round: it settles what it sent as soon as the database answers again."""
    on_own_server.announce("Aino")
    begun = Event()

    def restart() -> None:
        server.stop()
        begun.set()

    with mail_server(box := Letterbox(meanwhile=restart)) as url, ThreadPoolExecutor(1) as hand:
        went = hand.submit(deliver, on_own_server, Smtp(url))
        assert begun.wait(60)
        sleep(0.2)
        server.start()
        assert went.result(60) == Delivered(1, 0, 0)
    assert len(box.taken) == 1
    assert on_own_server.letter().attempts == 1


def test_while_the_key_store_is_away_no_letter_loses_an_attempt(
    server: OwnServer, empty_on_own_server: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """H17. Its words cannot be read now, which is not the letter's fault: all go once the store is back."""
    settings = replace(Settings.under(tmp_path / "home"), keys_url=empty_on_own_server)
    settings.home.mkdir()
    with opened(settings) as database:
        database.keyring.prepare()
        fill(database)
    with mailroom_in(settings) as here:
        here.announce("Aino", "Meri", "Pekka")
        server.stop()
        with mail_server(box := Letterbox()) as url:
            with pytest.raises(Unavailable, match="database-unreachable"):
                deliver(here, Smtp(url))
            worker = delivery(here.database, Smtp(url), here.settings, interval=timedelta(seconds=0.01))
            worker.start()
            until(lambda: caplog.text.count("delivery waits: database-unreachable") > 5)
            assert {(letter.attempts, letter.error) for letter in here.letters()} == {(0, None)}
            server.start()
            until(lambda: all(letter.delivered_at for letter in here.letters()))
            worker.stop()
        assert len(box.taken) == 3
        assert {letter.attempts for letter in here.letters()} == {1}


def test_a_letter_whose_words_are_damaged_still_fails_alone(on_sqlite: Mailroom) -> None:
    """H17. Only a store that is away ends a round; one damaged letter does not hold up those behind it."""
    on_sqlite.announce("Aino")
    on_sqlite.change(Letter, params=b"not what was written")
    on_sqlite.announce("Meri")
    with mail_server(box := Letterbox()) as url:
        assert deliver(on_sqlite, Smtp(url)) == Delivered(1, 1, 0)
    assert [one["To"] for one in box.taken] == ["meri@example.fi"]
    assert {letter.error for letter in on_sqlite.letters()} == {"words-damaged", None}
