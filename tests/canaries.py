"""Canaries: marked words, each planted in one field, and a search that finds them in every encoding.

aviary = Aviary(house)
words = aviary.sing("note", "Meri")      # "Sanat KANARIA0007.": from now on known as a note of Meri's
traces(content)                          # {"KANARIA0007"}, also inside a zip, a mail or a stream of a PDF
"""

import logging
import re
import shutil
import subprocess
import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zipfile import BadZipFile, ZipFile

import httpx
from sqlalchemy import Engine, select

from api.http import refusals
from mediation.errors import MediationError
from mediation.logs import JsonLines
from mediation.store.models import Base, Row, StoredFile, get_bytes
from mediation.store.models.base import cell, key_name
from tests.bodies import dotted, texts
from tests.houses import House, application
from tests.walked_routes import WalkedRoute, walk_routes
from tests.world import LiveCase

Json = dict[str, Any]

MARK = "KANARIA"
HIDDEN = "encoded: "  # before the name of an encoding: nobody may have a word in such a shape

_WORD = re.compile(rb"KANARIA(?:\d{4}|-\d[A-Z]\d[A-Z]|-\d[A-Z]\d|-\d[A-Z])?", re.IGNORECASE)
_STREAM = re.compile(rb"stream\r?\n")
_CARRIED = re.compile(rb"/Length (\d+)/Type/EmbeddedFile[^\n]*\nstream\r?\n")
_BROKEN_LINE = re.compile(r"[-\u00ad]?\s*\n\s*")


# Searching.


def _in_base64(word: bytes) -> Iterator[bytes]:
    """What is certain to stand in the base64 of a text that holds `word`, wherever in the text it stands."""
    for before in range(3):
        whole = b64encode(b"\0" * before + word)
        last = (before + len(word)) // 3 * 4
        yield whole[4 if before else 0 : last]


def _shapes() -> dict[str, tuple[bytes, ...]]:
    spellings = (MARK, MARK.lower())
    wide = {code: tuple(one.encode(code) for one in spellings) for code in ("utf-16-le", "utf-16-be")}
    plain = [one.encode() for one in spellings]
    hexes = [one.hex() for texts in (plain, *wide.values()) for one in texts]
    return {
        **wide,
        "hex": tuple(form.encode() for one in hexes for form in (one, one.upper())),
        "base64": tuple(form for one in plain for form in _in_base64(one)),
        "backwards": tuple(one[::-1] for one in plain),
    }


_SHAPES = _shapes()


def traces(content: bytes) -> set[str]:
    """The canaries in some bytes, zips and streams of PDFs opened, and the encodings that hide any."""
    found = {one.decode().upper() for one in _WORD.findall(content)}
    found |= {HIDDEN + name for name, forms in _SHAPES.items() if any(form in content for form in forms)}
    for inner in (*_zipped(content), *_inflated(content)):
        found |= traces(inner)
    return found


def quoting(lines: Iterable[str]) -> list[str]:
    """Those of the lines in which there is a canary."""
    told = list(lines)
    return [one for one in told if traces(one.encode())] if traces("\n".join(told).encode()) else []


def _zipped(content: bytes) -> Iterator[bytes]:
    if not content.startswith(b"PK"):
        return
    try:
        with ZipFile(BytesIO(content)) as archive:
            for one in archive.infolist():
                yield one.filename.encode()
                yield archive.read(one)
    except BadZipFile:
        return


def _inflated(content: bytes) -> Iterator[bytes]:
    if b"%PDF-" not in content[:1024]:
        return
    for start in _STREAM.finditer(content):
        try:
            yield zlib.decompressobj().decompress(content[start.end() :])
        except zlib.error:
            continue  # not compressed: its bytes were looked at with the file


def about_itself(pdf: bytes) -> bytes:
    """A PDF without the contents of the files that it carries: their names and descriptions stay."""
    rest, at = b"", 0
    for file in _CARRIED.finditer(pdf):
        if file.start() >= at:
            rest, at = rest + pdf[at : file.end()] + b"\n", file.end() + int(file[1])
    return rest + pdf[at:]


def printed_in(pdf: bytes) -> set[str]:
    """The canaries that a reader of a PDF sees on its pages, where the words are drawn and stand in no readable bytes."""
    program = shutil.which("pdftotext")
    assert program is not None
    text = subprocess.run([program, "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    return traces(_BROKEN_LINE.sub("", text).encode())


def headers_of(letter: EmailMessage) -> str:
    return "\n".join(f"{name}: {value}" for name, value in letter.items())


def body_of(letter: EmailMessage) -> str:
    """Everything that a mail says below its headers, decoded."""
    return "\n".join(str(part.get_content()) for part in letter.walk() if not part.is_multipart())


def letters_in(folder: Path) -> dict[Path, EmailMessage]:
    return {one: message_from_bytes(one.read_bytes(), policy=policy.default) for one in sorted(folder.rglob("*.eml"))}


# What is kept.


def held_in(engine: Engine) -> Iterator[tuple[str, bytes]]:
    """Everything that a database holds, as those who can copy it get it: by table, as text and as bytes."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            lines = connection.connection.driver_connection.iterdump()  # type: ignore[union-attr]
            yield "dump", "\n".join(lines).encode("utf-8", "surrogatepass")
        return
    with engine.connect() as connection:
        tables = connection.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").scalars()
        for table in tables.all():
            for form in ("text", "binary"):
                cursor = connection.connection.cursor()
                with cursor.copy(f'COPY "{table}" TO STDOUT (FORMAT {form})') as rows:
                    yield table, b"".join(bytes(one) for one in rows)


def files_under(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for one in sorted(folder.rglob("*")):
        if one.is_file():
            yield one, one.read_bytes()


def encrypted_columns() -> dict[str, type[Row]]:
    """Every column whose values are encrypted, as `table.column`, with its class."""
    classes = [one.class_ for one in Base.registry.mappers]
    return {
        f"{one.__tablename__}.{column.name}": one
        for one in classes
        for column in one.__table__.columns
        if "key_of" in column.info
    }


def words_kept(house: House, column: str) -> set[str]:
    """The canaries in an encrypted column, read with the keys."""
    table, name = encrypted_columns()[column], column.partition(".")[2]
    found: set[str] = set()
    with house.installation.database.reading() as db:
        for row in db.scalars(select(table)):
            value = getattr(row, name)
            if value is not None:
                found |= traces(db.keys.decrypt(key_name(row, name), cell(row, name), value))
    return found


def documents_of(house: House) -> list[tuple[str, str, bytes]]:
    with house.installation.database.reading() as db:
        return [(one.kind, one.name, get_bytes(db, one, "content")) for one in db.scalars(select(StoredFile))]


# What is said meanwhile.


class Listener(logging.Handler):
    """Keeps every line that is logged, as our server writes it and as the library that logged it would."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.setFormatter(JsonLines())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.partition(".")[0] not in {"httpx", "httpcore"}:  # they are the client's, not the server's
            self.lines += [self.format(record), record.getMessage()]


@contextmanager
def listening() -> Iterator[Listener]:
    """Let every logger say whatever it can say; of the database every statement, for its rows are searched where they lie."""
    root, listener = logging.getLogger(), Listener()
    levels = dict.fromkeys(("", "uvicorn", "uvicorn.error", "uvicorn.access", "mediation.requests"), logging.DEBUG)
    levels |= {"sqlalchemy.engine": logging.INFO, "sqlalchemy.pool": logging.INFO}
    before = {one: logging.getLogger(one).level for one in levels}
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    try:
        with patch.object(root, "handlers", [listener]):
            yield listener
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


@contextmanager
def catching() -> Iterator[list[Exception]]:
    """Every exception that a route turned into a refusal meanwhile."""
    caught: list[Exception] = []
    answer = refusals.answer

    def noting(request: Any, error: Exception) -> Any:
        caught.append(error)
        return answer(request, error)

    with patch.object(refusals, "answer", noting):
        yield caught


def words_of_exception(error: BaseException | None) -> Iterator[str]:
    """What an exception of ours and those that led to it say, and hold to be said."""
    while error is not None:
        if isinstance(error, MediationError):
            yield f"{error!r} {error} {error.details!r}"
        error = error.__cause__ or error.__context__


# Planting.


@dataclass(frozen=True)
class Canary:
    """A marked word: what it stands in, whose that is, and who else may have it in any case."""

    word: str
    item: str
    whose: str
    also: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Heard:
    reader: str
    route: str
    status: int
    head: str
    content: bytes


@dataclass
class Aviary(LiveCase):
    """A case in which canaries are planted through the API: each is known, and so is every field that had one."""

    canaries: dict[str, Canary] = field(default_factory=dict)
    planted: set[tuple[str, str]] = field(default_factory=set)  # route and field
    lines: list[str] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    def sing(self, item: str, whose: str, *also: str) -> str:
        """A new canary, as words to plant."""
        word = f"{MARK}{len(self.canaries) + 1:04}"
        self.canaries[word] = Canary(word, item, whose, frozenset(also))
        return word

    def client(self, name: str | None = None) -> httpx.Client:
        """Somebody's client; nobody's, for a name without a token."""
        return super().client(name if name in self.house.tokens or name in self.clients else None)

    def ask(self, who: str | None, route: str, body: Any = None, **headers: str) -> httpx.Response:
        """Ask, and note which fields held a canary."""
        response = super().ask(who, route, body, **headers)
        pattern = f"{response.request.method} {_pattern_of(response.request.url.path)}"
        self.planted |= {(pattern, dotted(pointer)) for pointer, text in texts(body) if MARK in text}
        return response

    def hear(self, reader: str, path: str, method: str = "GET") -> Heard:
        response = self.client(reader).request(method, path)
        head = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
        return Heard(reader, f"{method} {path}", response.status_code, head, response.content)


@cache
def routes() -> tuple[WalkedRoute, ...]:
    return tuple(walk_routes(application()))


def _pattern_of(path: str) -> str:
    fitting = [one.path for one in routes() if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one.path), path)]
    return min(fitting, key=lambda one: one.count("{"))
