"""The process that looks into one scan of a paper: run as a script by `mediation.documents.scans`, it imports nothing of ours.

It takes the kind (`pdf`, `jpeg`, `png`) as its argument and the file on standard input, and answers on standard output:
one line, `ok` or the code of a refusal, and then the file as it is to be kept. It may use so much memory and time and no
more: a file made to exhaust whoever opens it ends this process, not the server.
"""

import contextlib
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from PIL import Image
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject
from pyhanko.pdf_utils.reader import PdfFileReader

with contextlib.suppress(ImportError):
    import resource  # not on every system

MEMORY_LIMIT = 1024**3  # bytes of address space; a photograph of the most pixels takes a third
CPU_SECONDS = 30
MOST_PIXELS = 50_000_000  # a page of A4 at 600 dots an inch has 35 million
MOST_OBJECTS = 500_000  # of a PDF, counted with what they hold
MOST_ACTIONS = 100  # begun by one dictionary
HEADER = b"%PDF-"
HEADER_WITHIN = 1024  # bytes that readers of PDF pass over to find it

# What does something when a page is opened or clicked, and what carries another file along.
ACTIVE_KEYS = frozenset({"/JS", "/JavaScript", "/XFA", "/EF", "/EmbeddedFiles", "/RichMediaContent"})
ACTIVE_KINDS = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/SubmitForm",
        "/ImportData",
        "/GoToR",
        "/GoToE",
        "/Rendition",
        "/RichMedia",
        "/RichMediaExecute",
        "/Movie",
        "/Sound",
        "/Screen",
        "/3D",
        "/FileAttachment",
        "/EmbeddedFile",
    }
)
# In the bytes, for who puts an object where only a reader that mends the file will find it.
WRITTEN = frozenset({b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/EmbeddedFiles", b"/RichMedia", b"/SubmitForm"})
NAME = re.compile(rb"/(?:[A-Za-z]|#[0-9A-Fa-f]{2}){6,20}")
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
BY_ITSELF = ("/OpenAction", "/AA")  # what happens without a click; to show a certain page is harmless


class Refused(Exception):
    """The file is not to be kept; the message is the code of the refusal."""


def limit_myself() -> None:
    """Let the system refuse more memory and time than any honest file takes, and every file written."""
    with contextlib.suppress(NameError, OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def kept_pdf(content: bytes) -> bytes:
    """The PDF, beginning at its header, after looking at every object in it. Raises Refused."""
    names = {ESCAPED.sub(lambda digits: bytes([int(digits[1], 16)]), one) for one in NAME.findall(content)}
    if names & WRITTEN:
        raise Refused("scan-active")
    for candidate in from_the_header(content):
        with contextlib.suppress(Exception):  # whatever it is that the library finds wrong with it
            pages = look_into(PdfFileReader(BytesIO(candidate), strict=False))
            if pages:
                return candidate
    raise Refused("scan-unreadable")


def from_the_header(content: bytes) -> Iterator[bytes]:
    """The file from its header on; if something stands before that, also with the header moved to the beginning.

    The places of objects may be counted from either: so one of the two is a PDF that any reader opens.
    """
    start = content.find(HEADER, 0, HEADER_WITHIN + len(HEADER))
    yield content[start:]
    if start > 0:
        end = start + len(HEADER) + 3
        yield content[start:end] + b"\n" * start + content[end:]


def look_into(reader: Any) -> int:
    """How many pages it has. Raises Refused when it is encrypted or something in it acts."""
    if "/Encrypt" in reader.trailer:
        raise RefusedAtOnce("scan-encrypted")
    todo: list[Any] = [reader.trailer.raw_get("/Root"), *every_object(reader)]
    seen, count, pages = set[tuple[int, int]](), 0, 0
    while todo:
        one, count = todo.pop(), count + 1
        if count > MOST_OBJECTS:
            raise RefusedAtOnce("scan-unreadable")
        if isinstance(one, IndirectObject):
            place = one.reference.idnum, one.reference.generation
            if place not in seen:
                seen.add(place)
                todo.append(reader.get_object(one.reference))
        elif isinstance(one, DictionaryObject):  # a stream is one, too
            refuse_active(one)
            pages += one.get("/Type", None) == "/Page"
            todo.extend(dict.values(one))
        elif isinstance(one, ArrayObject):
            todo.extend(list.__iter__(one))
    return pages


def every_object(reader: Any) -> list[Any]:
    """All that the file says it holds, reached from its root or not: another reader may go another way."""
    revisions = range(reader.xrefs.total_revisions)
    refs = {ref for one in revisions for ref in reader.xrefs.explicit_refs_in_revision(one)}
    return [IndirectObject(ref.idnum, ref.generation, reader) for ref in refs]  # type: ignore[no-untyped-call]


def refuse_active(one: Any) -> None:
    """Raise Refused when this dictionary makes something happen, or carries or fetches another file."""
    kinds = {str(value(one, key)) for key in ("/S", "/Subtype", "/Type")}
    if ACTIVE_KEYS & one.keys() or ACTIVE_KINDS & kinds:
        raise RefusedAtOnce("scan-active")
    if isinstance(one, StreamObject) and "/F" in one:
        raise RefusedAtOnce("scan-active")
    for count, action in enumerate(begun_by_itself(one)):
        if count == MOST_ACTIONS or value(action, "/S") not in {None, "/GoTo"}:
            raise RefusedAtOnce("scan-active")


def value(one: Any, key: str) -> Any:
    """What a dictionary holds under `key`, wherever in the file it is kept (`get` would give only where); None for nothing."""
    try:
        return one[key]
    except KeyError:
        return None


def begun_by_itself(one: Any) -> Iterator[Any]:
    """The actions that a dictionary begins without a click, and those that follow them: without an end, if they go round."""
    begun, at_events = (value(one, key) for key in BY_ITSELF)
    todo = [begun, *(at_events.values() if isinstance(at_events, DictionaryObject) else ())]
    while todo:
        action = todo.pop(0)
        if isinstance(action, IndirectObject):
            action = action.get_object()  # type: ignore[no-untyped-call]
        if isinstance(action, DictionaryObject):
            yield action
            todo.append(value(action, "/Next"))
        elif isinstance(action, ArrayObject):  # several; or the place of a page, which does nothing
            todo += list.__iter__(action)


class RefusedAtOnce(BaseException):
    """As Refused, of a file that could be read: no other way of reading it is tried."""


def kept_image(content: bytes, kind: str) -> bytes:
    """The picture drawn anew: its points, and of all that came with them only which side is up. Raises Refused.

    Nothing of the file itself is kept: neither where and when it was taken nor what else it may be. Each point keeps its
    value in a PNG, and its coefficients in a JPEG but for rounding.
    """
    drawn = BytesIO()
    try:
        with Image.open(BytesIO(content), formats=[kind.upper()]) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Refused("scan-unreadable")
            image.load()
            up = Image.Exif()
            if (side := image.getexif().get(0x0112)) in range(2, 9):
                up[0x0112] = side
            if kind == "png":
                image.save(drawn, "PNG", exif=up, icc_profile=None, compress_level=4)
            else:
                quality: Any = "keep" if image.format == "JPEG" else 92  # several pictures in one keep none
                image.save(drawn, "JPEG", quality=quality, exif=up, comment=b"")
    except Refused:
        raise
    except Exception as error:  # a damaged picture fails in many ways
        raise Refused("scan-unreadable") from error
    return drawn.getvalue()


def main(kind: str) -> None:
    """Look into the file on standard input and answer."""
    content = sys.stdin.buffer.read()
    limit_myself()
    try:
        kept = kept_pdf(content) if kind == "pdf" else kept_image(content, kind)
        answer = b"ok\n" + kept
    except (Refused, RefusedAtOnce) as refusal:
        answer = str(refusal).encode() + b"\n"
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1])
