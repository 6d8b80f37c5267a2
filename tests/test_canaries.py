"""Canaries: a marked word in every text appears nowhere it may not: in no answer, letter, log, file name or raw byte.

A case of each workflow is played through the API with a canary in every column and every field that holds words. Then
everything that comes out of the house is searched, and each canary found is held against who may have it: the tables are
written by hand from the page that decides, in `tests/planted_mediation.py` and `tests/planted_supervision.py`.
"""

import logging
import os
import re
import shutil
import socket
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile
from zlib import compress

import httpx
import pytest
from sqlalchemy import JSON, Column, DateTime, LargeBinary, MetaData, String, Table, Text, event, select, text

from demo import breach, smooth
from demo.stage import Stage
from mediation.__main__ import main
from mediation.acts.acting import Acting
from mediation.documents.render import Attachment, Sheet
from mediation.errors import Malformed
from mediation.installation.installation import open_installation
from mediation.letters.delivery import deliver_due
from mediation.letters.post import post_for
from mediation.settings import Settings
from mediation.store.models import Base, CheckIn
from mediation.store.models.base import cell, key_name
from tests.asking import ASKS, SAME, Ask, described, desk_in, operation_of
from tests.asking_of_supervision import EVERY_ASK, desk_for
from tests.bodies import dotted, strings_of
from tests.canaries import (
    HIDDEN,
    MARK,
    Aviary,
    Heard,
    about_itself,
    body_of,
    catching,
    documents_of,
    encrypted_columns,
    files_under,
    headers_of,
    held_in,
    letters_in,
    listening,
    printed_in,
    quoting,
    traces,
    words_kept,
    words_of_exception,
)
from tests.databases import FreshDatabases
from tests.document_data import DATED, data_of
from tests.documents.test_documents import tool
from tests.houses import House, SettableClock, counting
from tests.planted_mediation import MediationPlanting
from tests.planted_supervision import SupervisionPlanting
from tests.planting import Json, Planting, routes_of_others, sweep
from tests.stories.test_smooth_story import stage_in
from tests.world import problem, served, undoing

# Encrypted like all others, but holding nothing that anybody wrote.
WORDLESS = {
    "agreed_texts.digest": "a digest",
    "agreements.manifest": "digests and names of files",
    "documents.sha256": "a digest",
    "screening_answers.answer": "yes, no or unknown",
    "authenticators.secret": "made by us, and not told again",
    "participants.own_language": "the code of a language",
    "goal_ratings.ratings": "ids of goals, and numbers",
    "goal_spreads.spread": "ids, and numbers",
    "unpublished_facts.words": "ids, codes, days and numbers",
}
# Longer than a code, and in the clear: all but those of organisations are filled by us alone.
IN_THE_CLEAR = {
    "organisations.name": "which employers there are is known to whoever runs the installation",
    "organisations.letters_from": "the name that an organisation gives its letters",
    "organisations.letters_contact": "how an organisation is to be reached, as it says itself",
    "organisations.logo": "a picture that an organisation shows to everybody",
    "organisations.logo_kind": "png or svg",
    "organisations.paper_contact": "how an organisation is to be reached, as its papers say",
    "organisations.paper_lines": "what an organisation says to everybody on its papers",
    "organisations.paper_controller": "who is the controller of the data, as its papers say",
    "organisations.complaint_route": "where an organisation takes complaints, as it says itself",
    "drafts.form": "an act and where it is done",
    "letters.error": "the code of what went wrong",
    "record_entries.about": "ids and codes",
    "record_entries.wrote": "names of tables, ids and digests of codes and times",
    "certificates.what": "names of tables, and numbers",
    "published_statistics.figures": "codes and numbers of no single case",
    "screenings.safeguards": "codes",
    "series.skipped": "days: Mondays of weeks without a session",
    "sessions.serves": "codes",
    "commitments.lacks": "codes",
    "holds.clocks": "codes",
    "documents.name": "made by us of ids and languages",
    "documents.mime": "one of three",
}
LENGTHS_OF_CODES = {2, 4, 7, 8, 12, 24, 40, 64}
# Fields of requests that hold a code, an id or a secret, and are refused otherwise.
CODES = re.compile(
    r"\.(for(\[\])?|after|way|basis|ground|billing_period|transition|outcome|own_language|answers\.\*|safeguards\[\]|serves\[\]|scopes\[\]|kind|wished_form|wished_kind|asked_for|code|secret|proof|attendance\.\*|can_come\.\*|form|once|digits|fields\[\]\.name)"
    r"|\.commitments\[\]\.(label|ended)"
)


STORIES: dict[str, type[Planting]] = {"mediation": MediationPlanting, "supervision": SupervisionPlanting}


@pytest.fixture(
    scope="module",
    params=[pytest.param(one, marks=pytest.mark.part(2, walk="canaries", together=one)) for one in STORIES],
)
def story(request: pytest.FixtureRequest) -> type[Planting]:
    """The story that is played: one of them a day."""
    return STORIES[request.param]


@pytest.fixture(scope="module")
def on_sqlite(
    story: type[Planting], sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Planting]:
    """The story on SQLite."""
    home = shutil.copytree(sqlite_template, tmp_path_factory.mktemp("aviary") / "var")
    yield from _played(story, Settings.under(home))


@pytest.fixture(scope="module")
def on_postgresql(
    story: type[Planting],
    postgres_template: tuple[Path, str],
    lasting_postgres: FreshDatabases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Planting]:
    """The story on PostgreSQL."""
    home, template = postgres_template
    copy = shutil.copytree(home, tmp_path_factory.mktemp("aviary") / "var")
    yield from _played(story, Settings.under(copy, {"database_url": lasting_postgres(template=template)}))


def _played(story: type[Planting], settings: Settings) -> Iterator[Planting]:
    clock = SettableClock()
    installation = open_installation(settings, clock=clock, draw=counting())
    sqlite = settings.database_url.startswith("sqlite")  # what the API answers does not depend on it
    planting = story(House(installation, clock), sweeps_on_the_way=sqlite)
    with listening() as listener, catching() as caught:
        planting.lines, planting.errors = listener.lines, caught
        planting.play()
    yield planting
    installation.close()


@pytest.fixture(params=["on_sqlite", "on_postgresql"])
def aviary(request: pytest.FixtureRequest, story: type[Planting]) -> Planting:
    """A story; the test runs once on each database."""
    played: Planting = request.getfixturevalue(request.param)
    assert isinstance(played, story)
    return played


# Nothing that holds words is without a canary.


@pytest.mark.seconds
def test_every_column_that_holds_words_is_encrypted_and_holds_a_canary(aviary: Planting) -> None:
    columns = encrypted_columns()
    assert len(columns) > 30
    silent = {one for one in columns if not words_kept(aviary.house, one)}
    assert silent == {*WORDLESS, *aviary.wordless}


def test_what_one_story_leaves_empty_another_one_fills() -> None:
    assert set.intersection(*(set(one.wordless) for one in STORIES.values())) == set()
    assert set.intersection(*(set(one.unsaid) for one in STORIES.values())) == set()


def test_only_the_columns_named_here_contain_unencrypted_words() -> None:
    assert words_in_the_clear(Base.metadata) == set(IN_THE_CLEAR)


def words_in_the_clear(metadata: MetaData) -> set[str]:
    """The columns in which a sentence would have room, and stand as it was written."""
    return {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if "key_of" not in column.info
        and isinstance(column.type, (String, LargeBinary, JSON))
        and not (isinstance(column.type, String) and column.type.length in LENGTHS_OF_CODES)
    }


def test_every_field_of_every_request_that_takes_words_has_a_canary(aviary: Planting) -> None:
    document = described()
    fields = {
        (f"{method.upper()} {path}", where)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        for media, content in operation.get("requestBody", {}).get("content", {}).items()
        if media == "application/json"
        for where in map(dotted, strings_of(content["schema"]))
    }
    assert len(fields) > 150
    planted = {
        (
            route,
            re.sub(r"\.(fi|sv|en|\w{20}|(?<=notices\.)[a-z-]+|(?<=notices\.\w\w\.)[a-z-]+)(?=$|\.|\[)", ".*", where),
        )
        for route, where in aviary.planted
    }
    others = routes_of_others(aviary.workflow)
    ours = {(route, where) for route, where in fields if route not in others and aviary.says.search(route)}
    silent = {(route, where) for route, where in ours - planted if not CODES.fullmatch(where)}
    # One name is typed in one way for every confirmation, and with a code the address that it came to.
    typed_once = {".confirmed_name", ".email"}
    assert {where for _, where in silent} == typed_once | aviary.unsaid
    assert typed_once < {where for _, where in planted}


# Answers.


@pytest.mark.seconds
def test_every_answer_that_is_searched_is_one_of_ours_and_no_error(on_sqlite: Planting) -> None:
    heard = [*on_sqlite.answers, *on_sqlite.before_all_agreed]
    assert {(one.reader, one.route) for one in heard if one.status >= 500} == set()


def test_nobody_reads_a_word_that_they_may_not_read(on_sqlite: Planting) -> None:
    assert len(on_sqlite.answers) > 500
    found = on_sqlite.leaks(on_sqlite.answers)
    assert found == []


@pytest.mark.long
def test_nobody_reads_a_word_that_they_may_not_read_on_postgresql_either(on_postgresql: Planting) -> None:
    assert len(on_postgresql.answers) > 500
    assert on_postgresql.leaks(on_postgresql.answers) == []


def test_nobody_reads_what_all_have_to_agree_to_before_they_have(on_sqlite: Planting) -> None:
    assert len(on_sqlite.before_all_agreed) > 200
    found = on_sqlite.leaks(on_sqlite.before_all_agreed, not_yet=True)
    assert found == []


def test_every_word_that_somebody_may_have_reaches_somebody(on_sqlite: Planting) -> None:
    posted = [str(one).encode() for one in letters_in(on_sqlite.letters).values()]
    read = set().union(*(traces(one) for one in (*posted, *(one.content for one in on_sqlite.answers))))
    silent = {
        (one.item, one.whose)
        for one in on_sqlite.canaries.values()
        if on_sqlite.allowed[one.item] and one.word not in read
    }
    assert silent <= on_sqlite.unread


# Where a participant is named, and yet the words are not theirs to take along, in any story.
NOT_OWN = {
    "documents.printed": "what the pages of a frozen file say, and the copy has the file",
    "letters.params": "they got the letter",
}


def own_columns() -> set[str]:
    """The encrypted columns of tables that name a participant: each is somebody's own, or said above why not."""
    named = {"participants", "check_in_answers", "documents"}  # themselves, by the check-in, by an owner without a key
    named |= {
        table.name
        for table in Base.metadata.sorted_tables
        if any(one.column.table.name == "participants" for column in table.columns for one in column.foreign_keys)
    }
    return {one for one in encrypted_columns() if one.partition(".")[0] in named} - set(WORDLESS)


def owner_of(row: Any, check_ins: dict[str, str]) -> str | None:
    """The participant whose words a row holds; nobody where they were corrected, for the new ones stand for them."""
    if getattr(row, "replaced_by", None) is not None:
        return None
    if row.__tablename__ == "participants":
        return str(row.id) if row.left_at is None else None
    if row.__tablename__ == "check_in_answers":
        return check_ins[row.check_in_id]
    names = ("participant_id", "owner", "author", "respondent", "proposed_by", "ordered_by")
    return next(getattr(row, name) for name in names if hasattr(row, name))


def test_everybody_takes_along_every_word_of_their_own_and_no_table_is_forgotten(on_sqlite: Planting) -> None:
    apart = {*NOT_OWN, *on_sqlite.not_own}
    assert apart <= own_columns()
    names = {identifier: name for name, identifier in on_sqlite.ids.items()}
    copies = {
        name: traces(on_sqlite.hear(name, f"/api/cases/{on_sqlite.number}/own-copy").content)
        for name in on_sqlite.seats
    }
    missing, looked_at = [], set()
    with on_sqlite.house.installation.database.reading() as db:
        check_ins = {one.id: one.participant_id for one in db.scalars(select(CheckIn))}
        for column in sorted(own_columns() - apart):
            name = column.partition(".")[2]
            for row in db.scalars(select(encrypted_columns()[column])):
                whose, value = names.get(owner_of(row, check_ins) or ""), getattr(row, name)
                if whose in copies and value is not None:
                    words = traces(db.keys.decrypt(key_name(row, name), cell(row, name), value))
                    looked_at |= {column} if words else set()
                    missing += [f"{column} of {whose}: {word}" for word in words - copies[whose]]
    assert missing == []
    assert looked_at == own_columns() - apart - set(on_sqlite.wordless)


def test_the_names_of_files_and_all_other_headers_say_nothing(on_sqlite: Planting) -> None:
    heads = [one.head for one in on_sqlite.answers]
    assert any("filename=" in one for one in heads)
    assert set().union(*(traces(one.encode()) for one in heads)) == set()


@pytest.mark.seconds
def test_a_printed_page_shows_each_reader_their_own_part(on_sqlite: Planting) -> None:
    tool("pdftotext")
    answered = [one for one in on_sqlite.answers if one.content.startswith(b"%PDF-")]
    words = {one.content: printed_in(one.content) for one in answered}
    known = on_sqlite.canaries
    told = [(word, one) for one in answered for word in words[one.content]]
    assert {known[word].item for word, _ in told} >= on_sqlite.printed
    wrong = [
        (word, one.reader, one.route)
        for word, one in told
        if not (on_sqlite.may_have(known[word], one.reader) or on_sqlite.agreed_before(word, one))
    ]
    assert wrong == []


# Letters.


def test_a_letter_bears_its_address_its_greeting_and_an_agreed_notice_and_nothing_else(aviary: Planting) -> None:
    letters = letters_in(aviary.letters)
    assert len(letters) > 20
    addressees = {f"{one.word}@example.org": one.whose for one in aviary.canaries.values() if one.item == "address"}
    addressees |= {f"{name.lower()}@example.org": name for name in aviary.house.people}
    addressees |= {"kysyja@example.net": "whoever inquires, who has no seat"}
    read = set()
    for path, letter in letters.items():
        who = addressees[str(letter["To"])]
        assert traces(path.name.encode()) == set()
        assert traces(headers_of(letter).replace(str(letter["To"]), "").encode()) == set()
        for word in traces(body_of(letter).encode()) - {aviary.names.get(who)}:
            read.add(aviary.canaries[word].item)
            assert aviary.may_have(aviary.canaries[word], who), (word, who)
    assert read == aviary.told_in_letters


# What is written down, raised and kept.


def test_no_line_of_any_log_holds_a_word(aviary: Planting) -> None:
    assert len(aviary.lines) > 1000
    assert any('"route"' in one for one in aviary.lines)
    assert any("INSERT INTO statements" in one for one in aviary.lines)
    assert quoting(aviary.lines) == []


def test_no_refusal_repeats_a_word(on_sqlite: Planting) -> None:
    said = list(chain.from_iterable(words_of_exception(one) for one in on_sqlite.errors))
    assert len(said) > 50
    assert quoting(said) == []


def test_a_copy_of_the_database_reveals_no_word_except_the_employers_name(aviary: Planting) -> None:
    found = {
        (place, word)
        for place, content in held_in(aviary.house.installation.database.engine)
        for word in traces(content)
    }
    assert {word for _, word in found} == {aviary.employer}
    assert {place for place, _ in found} <= {"dump", "organisations"}


def test_no_file_of_the_installation_holds_a_word_in_its_name_or_in_its_bytes(aviary: Planting) -> None:
    home = aviary.house.installation.settings.home
    files = dict(files_under(home))
    names = {one.name for one in files}
    assert {"keys.db", "master.key", "keys.db-wal"} <= names
    assert "postgresql" in aviary.house.installation.settings.database_url or "mediation.db-wal" in names
    assert traces("\n".join(str(one.relative_to(home)) for one in files).encode()) == set()
    found = {one.name: traces(content) for one, content in files.items() if aviary.letters not in one.parents}
    assert {name: words for name, words in found.items() if words - {aviary.employer}} == {}
    assert {name for name, words in found.items() if words} <= {"mediation.db", "mediation.db-wal"}


def test_no_file_of_the_installation_holds_a_document_that_can_be_read(aviary: Planting) -> None:
    home = aviary.house.installation.settings.home
    kept = chain(files_under(home), held_in(aviary.house.installation.database.engine))
    assert [str(place) for place, content in kept if b"%PDF-" in content or b"255044462d" in content.lower()] == []


def test_what_a_pdf_says_of_itself_and_of_its_attachments_holds_no_word(aviary: Planting) -> None:
    documents = documents_of(aviary.house)
    kinds = {kind for kind, _, _ in documents}
    assert kinds >= aviary.documents
    # On a page the words are drawn, letter by letter: what can be read in the file is said about it.
    found = {
        name: traces(name.encode()) | traces(about_itself(content))
        for kind, name, content in documents
        if kind != "scan"
    }
    assert {name: words for name, words in found.items() if words} == {}


# What is sent wrongly, and what goes wrong.

STRAY = f"{MARK}9999"
STRAY_NAME = f"{STRAY} loppuu"  # of a field: a name that could be one of ours, such as a mistyped one, is sent back


def stray(schema: Json, components: Json) -> Any:
    """A body with a canary wherever anything may stand, and as the name of a field that is not there."""
    if "$ref" in schema:
        return stray(components[schema["$ref"].rpartition("/")[2]], components)
    if "properties" in schema:
        return {name: stray(one, components) for name, one in schema["properties"].items()} | {STRAY_NAME: STRAY}
    return [STRAY, {STRAY_NAME: STRAY}] if schema.get("type") == "array" else STRAY


@pytest.mark.seconds
def test_what_cannot_be_understood_is_not_repeated(sqlite_house: House) -> None:
    desk = desk_in(sqlite_house, next(one for one in ASKS if one.phase == "opening"))
    document = described()
    with listening() as listener, catching() as caught:
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                sent = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
                for who in ("Meri", "Vilho") if sent else ():
                    body = stray(sent, document["components"]["schemas"])
                    headers = {"If-Match": f'"{STRAY}"', "Idempotency-Key": STRAY, "Accept-Language": STRAY}
                    address = re.sub(r"\{number\}", desk.number, re.sub(r"\{(?!number)\w+\}", "x", path))
                    response = desk.client(who).request(
                        method, f"{address}?{STRAY}={STRAY}", json=body, headers=headers
                    )
                    told = response.content + str(response.headers).encode()
                    assert (response.status_code < 500, traces(told)) == (True, set()), response.text
    assert len(caught) > 100
    assert quoting(listener.lines) == []
    assert {one for error in caught for one in words_of_exception(error) if traces(one.encode())} == set()


@contextmanager
def written_in(house: House) -> Iterator[list[str]]:
    """Every value that is written to the databases meanwhile, with its statement; nothing of it stays."""
    database, written = house.installation.database, list[str]()

    def note(connection: Any, cursor: Any, statement: str, values: Any, *more: Any) -> None:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            written.append(f"{statement} {values!r}")

    engines = (database.engine, database.keyring.engine)
    for one in engines:
        event.listen(one, "before_cursor_execute", note)
    with undoing(house):
        yield written
    for one in engines:
        event.remove(one, "before_cursor_execute", note)


def variants(body: Any) -> Iterator[Any]:
    """The body again and again, each time with a canary in the place of another of its texts, or as another key."""
    if isinstance(body, str):
        yield STRAY
        yield STRAY[:8]
    elif isinstance(body, dict):
        for name, value in body.items():
            yield from ({**body, name: one} for one in variants(value))
            yield {key if key != name else STRAY_NAME: one for key, one in body.items()}
    elif isinstance(body, list):
        for at, value in enumerate(body):
            yield from ([*body[:at], one, *body[at + 1 :]] for one in variants(value))


def optional(ask: Ask, body: Json) -> Iterator[Json]:
    """The body with a canary in one more field, for each that may be there."""
    document = described()
    sent = operation_of(ask)["requestBody"]["content"]["application/json"]["schema"]
    schema = document["components"]["schemas"][sent["$ref"].rpartition("/")[2]]
    for name in schema["properties"].keys() - body.keys():
        yield body | {name: STRAY}
        yield body | {name: [STRAY]}


@pytest.mark.long
@pytest.mark.parametrize("ask", [one for one in EVERY_ASK if "?" not in one.route], ids=str)
def test_a_word_where_a_code_belongs_is_nowhere_written_in_the_clear(sqlite_house: House, ask: Ask) -> None:
    desk = desk_for(sqlite_house, ask)
    who, route, body = ask.of(desk)
    headers = ask.headers(desk)
    tries = [*variants(body), *optional(ask, body)] if isinstance(body, dict) else []
    with written_in(sqlite_house) as written, listening() as listener:
        done = desk.ask(who, route, body, **headers)
        assert done.is_success, done.text
        assert written or ask.again == SAME
        for one in tries:
            response = desk.ask(who, route, one, **headers)
            assert response.status_code < 500, (one, response.text)
            assert response.is_success or traces(response.content) == set(), (one, response.text)
    assert quoting((*written, *listener.lines)) == []


def test_an_unexpected_error_reveals_no_word(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = desk_in(house, next(one for one in ASKS if one.route == "POST notes"))

    def broken(case: Acting, row: object, *, words: str) -> None:
        try:
            raise KeyError(words)
        except KeyError as error:
            raise RuntimeError(f"cannot keep {words!r}") from error

    monkeypatch.setattr(Acting, "write", broken)
    with listening() as listener, catching() as caught:
        response = desk.ask("Meri", "POST notes", {"words": STRAY, "language": "fi"})
    assert problem(response, 500, "unexpected")
    assert traces(response.content) == set()
    assert STRAY in str(caught[0])
    assert any("RuntimeError" in one for one in listener.lines)
    assert quoting(listener.lines) == []


def test_a_post_that_quotes_a_letter_is_not_repeated(house: House) -> None:
    desk_in(house, next(one for one in ASKS if one.phase == "follow-up"))
    house.clock.at += timedelta(hours=6)  # nobody sits in a session any more, and what was gathered goes

    class Quoting:
        def send(self, letter_id: str, message: EmailMessage) -> None:
            raise RuntimeError(f"{STRAY} {message}")

        def pause(self) -> None:
            pass

    with listening() as listener:
        went = deliver_due(house.installation.database, Quoting(), house.installation.settings)
    assert went.failed
    assert any("RuntimeError" in one for one in listener.lines)
    assert quoting(listener.lines) == []
    assert {place for place, content in held_in(house.installation.database.engine) if traces(content)} == set()


def test_a_server_writes_down_nothing_of_what_it_is_asked(on_sqlite: Planting) -> None:
    with listening() as listener, served(on_sqlite.house.app) as address, httpx.Client(base_url=address) as client:
        token = {"Authorization": f"Bearer {next(iter(on_sqlite.house.tokens.values()))}"}
        for path in (
            f"/api/cases/{STRAY}?after={STRAY}",
            f"/{STRAY}",
            on_sqlite.path(""),
            on_sqlite.path(f"documents/{STRAY}"),
        ):
            client.get(path, headers={**token, "X-Note": STRAY, "User-Agent": STRAY, "Cookie": f"a={STRAY}"})
        client.post(on_sqlite.path("statements"), content=f'{{"words": "{STRAY}'.encode(), headers=token)
        with socket.create_connection((client.base_url.host, client.base_url.port or 80)) as plain:
            plain.sendall(f"{STRAY} / HTTP/9 {STRAY}\r\n\r\n".encode())
            assert plain.recv(100)
    assert sum('"route"' in one for one in listener.lines) >= 10
    assert quoting(listener.lines) == []


@pytest.mark.parametrize("command", ["verify --case 2027-0001", "retention preview --days 3650", "keys check"])
def test_the_operator_of_the_machine_reads_no_word(
    on_sqlite: Planting, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    monkeypatch.setenv("MEDIATION_HOME", str(on_sqlite.house.installation.settings.home))
    main(command.split())
    said = capsys.readouterr()
    assert said.out
    assert traces(f"{said.out} {said.err}".encode()) == set()


@pytest.mark.long
def test_the_files_and_the_log_of_a_postgresql_hold_no_word(on_postgresql: Planting) -> None:
    engine = on_postgresql.house.installation.database.engine
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CHECKPOINT")
        folder = Path(str(connection.exec_driver_sql("SHOW data_directory").scalar_one()))
    if not os.access(folder, os.R_OK | os.X_OK):
        pytest.skip("the files of this server are not ours to read")
    found = {one: traces(content) for one, content in files_under(folder)}
    assert any(one.parent.name == "pg_wal" for one in found)
    ours = {one.word for one in on_postgresql.canaries.values()} - {on_postgresql.employer}
    assert on_postgresql.employer in set().union(*found.values())
    assert {one: words for one, words in found.items() if words & ours or any(HIDDEN in word for word in words)} == {}


# The stories as they are told.

MARKED = {
    "smooth": {
        "KANARIA-1A": {"A", "sovittelija"},
        "KANARIA-1B": {"B", "sovittelija"},
        "KANARIA-1M": {"sovittelija"},
    },
    "breach": {
        "KANARIA-3P1": {"P1", "sovittelija"},
        "KANARIA-3P2": {"P2", "sovittelija"},
        "KANARIA-3P2B": {"P2", "sovittelija"},
    },
}
PLAYED: dict[str, Callable[[Stage], str]] = {"smooth": smooth.play, "breach": breach.play}


@pytest.mark.part(2)
@pytest.mark.parametrize("told_as", MARKED)
def test_what_was_said_in_confidence_in_a_story_stays_confidential(sqlite_house: House, told_as: str) -> None:
    told: list[str] = []
    stage, home = stage_in(sqlite_house, told), sqlite_house.installation.settings.home
    with listening() as listener:
        number = PLAYED[told_as](stage)
        stage.person("muu henkilöstöasiantuntija", organisation=_employer(sqlite_house), office="hr")
        stage.person("ylläpitäjä", organisation=_employer(sqlite_house), office="admin")
        aviary = Aviary(sqlite_house, clients={name: one.client for name, one in stage.actors.items()})
        swept = sweep(aviary, tuple(stage.actors), number, paper="outcome-notice")
        heard = {(word, one.reader) for one in swept for word in traces(one.content)}
    assert heard == {(word, name) for word, names in MARKED[told_as].items() for name in names}
    settings = sqlite_house.installation.settings
    deliver_due(sqlite_house.installation.database, post_for(settings), settings, limit=1000)
    assert len(letters_in(home / "letters")) > 5  # several that wait for one reader are one
    assert quoting((*told, *listener.lines)) == []
    kept = chain(held_in(sqlite_house.installation.database.engine), files_under(home))
    assert {place for place, content in kept if traces(content) | traces(str(place).encode())} == set()


def _employer(house: House) -> str:
    with house.installation.database.reading() as db:
        return str(db.scalar(text("SELECT organisation_id FROM cases")))


# The search finds what is there.

BIRD = f"ennen {MARK}0007 jälkeen"


def zipped(name: str, content: str) -> bytes:
    whole = BytesIO()
    with ZipFile(whole, "w", ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return whole.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        BIRD.encode(),
        BIRD.lower().encode(),
        f"{MARK}-3P2B".encode(),
        BIRD.encode("utf-16"),
        BIRD.encode("utf-16-be"),
        BIRD.encode().hex().encode(),
        BIRD.encode("utf-16-be").hex().upper().encode(),
        b64encode(BIRD.encode()),
        b64encode(b"x" + BIRD.encode()),
        b64encode(b"xy" + BIRD.lower().encode()),
        BIRD[::-1].encode(),
        zipped("own-words.txt", BIRD),
        zipped(f"{MARK}0007.pdf", ""),
        b"%PDF-1.7\nstream\n" + compress(BIRD.encode()) + b"\nendstream",
        zipped("a.pdf", "") + b"%PDF-1.7\nstream\r\n" + compress(BIRD.encode()),
    ],
)
def test_the_search_finds_a_word_in_every_shape(content: bytes) -> None:
    assert traces(b"\0\xff" * 9 + content if not content.startswith((b"PK", b"%PDF")) else content)
    assert traces(b"Kanaalin linnut, MTIzNDU2Nzg5") == set()


def test_the_search_finds_a_word_in_a_header_a_body_and_a_name(tmp_path: Path) -> None:
    letter = EmailMessage()
    letter["Subject"] = f"Ääkkösiä {BIRD}"
    letter.set_content(f"Ääkkösiä {BIRD}", cte="base64")
    path = tmp_path / f"{MARK}0007.eml"
    path.write_bytes(bytes(letter))
    [(found, read)] = letters_in(tmp_path).items()
    assert traces(found.name.encode()) == traces(headers_of(read).encode()) == traces(body_of(read).encode())
    assert traces(found.name.encode()) == {f"{MARK}0007"}
    assert [one for one, _ in files_under(tmp_path)] == [path]


def carrying(name: str, description: str) -> bytes:
    """A PDF that carries a file, in which there is a canary."""
    carried = Attachment(name, "application/json", description, BIRD.encode(), "data")
    data = data_of("signatures", "fi")
    return Sheet("signatures", "fi", data, dated=DATED, standard="a-3a", attachments=[carried]).pdf()


@pytest.mark.parametrize(
    ("name", "description"), [(f"{MARK}0007.json", "x"), ("x.json", f"{BIRD} ää"), ("x.json", BIRD)]
)
def test_the_search_finds_a_word_in_what_a_pdf_says_of_a_file_that_it_carries(name: str, description: str) -> None:
    assert traces(about_itself(carrying(name, description))) != set()


def test_the_search_finds_a_word_on_the_pages_of_a_pdf() -> None:
    tool("pdftotext")
    data = data_of("agreement", "fi") | {"purpose": BIRD}
    assert printed_in(Sheet("agreement", "fi", data, dated=DATED).pdf()) == {f"{MARK}0007"}


def test_what_a_pdf_carries_is_not_what_it_says_of_itself() -> None:
    pdf = carrying("x.json", "x")
    assert (traces(pdf), traces(about_itself(pdf))) == ({f"{MARK}0007"}, set())


def test_the_search_finds_a_word_that_is_kept_in_the_clear(house: House) -> None:
    desk_in(house, next(one for one in ASKS if one.phase == "opening"))
    engine = house.installation.database.engine
    with house.installation.database.writing() as db:
        db.execute(text("UPDATE letters SET error = :words"), {"words": BIRD})
        db.execute(text("UPDATE statements SET words = :words"), {"words": BIRD.encode()})
        db.execute(text("UPDATE orders SET terms = :words"), {"words": b"\xff" + BIRD.encode()})
    found = {place: traces(content) for place, content in held_in(engine) if traces(content)}
    assert found.keys() in ({"dump"}, {"letters", "orders"})
    files = [one.name for one, content in files_under(house.installation.settings.home) if traces(content)]
    assert files == ([] if engine.dialect.name == "postgresql" else ["mediation.db-wal"])


def test_the_search_finds_a_word_in_a_log_and_in_a_refusal() -> None:
    with listening() as listener:
        logging.getLogger("mediation.letters.delivery").debug("letter %s", BIRD)
        logging.getLogger("uvicorn.error").info("GET %s", BIRD)
    assert [bool(traces(one.encode())) for one in listener.lines] == [True, True, False, True]
    refusal = Malformed("choice-unknown", field=BIRD)
    refusal.__context__ = Malformed("text-empty", given=BIRD)
    assert [traces(one.encode()) for one in words_of_exception(refusal)] == [{f"{MARK}0007"}] * 2


def test_the_search_finds_readers_who_may_not_have_a_word(on_sqlite: Planting) -> None:
    note, other = (one for one in on_sqlite.canaries.values() if one.item == "note")
    heard = [Heard(name, "GET /", 200, "", note.word.encode()) for name in on_sqlite.everybody]
    assert note.whose != other.whose == on_sqlite.leader
    assert len(on_sqlite.leaks(heard)) == len(on_sqlite.everybody) - 1
    assert on_sqlite.leaks([Heard(other.whose, "GET /", 200, f"x: {other.word}", b"")])
    assert on_sqlite.leaks([Heard(other.whose, "GET /", 200, "", b64encode(other.word.encode()))])


def test_a_new_column_for_words_is_noticed() -> None:
    columns = Column("id", String(24)), Column("remark", Text), Column("scan", LargeBinary), Column("data", JSON)
    table = Table("remarks", MetaData(), *columns, Column("line", String(80)), Column("at", DateTime))
    assert words_in_the_clear(table.metadata) == {"remarks.remark", "remarks.scan", "remarks.data", "remarks.line"}
