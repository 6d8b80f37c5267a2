"""The worker process that checks one scan: run as a script by `mediation.documents.scans`, it imports nothing of ours.

It takes the kind (`pdf`, `jpeg`, `png`) as its argument and the file on standard input, and answers on standard output:
one line, `ok` or the code of a refusal, and then the file as it is to be kept. Its memory and time are limited, so a file
made to exhaust its reader ends this process and not the server.
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
MOST_OBJECTS = 500_000  # of a PDF, counting what they contain
MOST_ACTIONS = 100  # begun by one dictionary
HEADER = b"%PDF-"
HEADER_WITHIN = 1024  # bytes that readers of PDF pass over to find it

# What acts when a page is opened or clicked, and what contains another file.
ACTIVE_KEYS = frozenset({"/JS", "/JavaScript", "/XFA", "/EF", "/EmbeddedFiles", "/RichMediaContent"})
ACTIVE_KINDS = frozenset({"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition"})
ACTIVE_KINDS |= {"/RichMedia", "/RichMediaExecute", "/Movie", "/Sound", "/Screen", "/3D"}
ACTIVE_KINDS |= {"/FileAttachment", "/EmbeddedFile"}
# Searched for in the raw bytes, too: an object may be hidden where only a reader that repairs the file finds it.
WRITTEN = frozenset({b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/EmbeddedFiles", b"/RichMedia", b"/SubmitForm"})
NAME = re.compile(rb"/(?:[A-Za-z]|#[0-9A-Fa-f]{2}){6,20}")
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
BY_ITSELF = ("/OpenAction", "/AA")  # actions without a click; showing a certain page is harmless


class Refused(BaseException):
    """The file is not to be kept; the message is the code of the refusal.

    No Exception: those are what the libraries raise about a file that they cannot read.
    """


def limit_resources() -> None:
    """Limit memory and time to what any honest file takes, and forbid writing files."""
    with contextlib.suppress(NameError, OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def kept_pdf(content: bytes) -> bytes:
    """The PDF from its header on, after checking every object in it. Raises Refused."""
    names = {ESCAPED.sub(lambda digits: bytes([int(digits[1], 16)]), one) for one in NAME.findall(content)}
    if names & WRITTEN:
        raise Refused("scan-active")
    for candidate in from_the_header(content):
        with contextlib.suppress(Exception):  # the library raises many kinds of errors
            if look_into(PdfFileReader(BytesIO(candidate), strict=False)):
                return candidate
    raise Refused("scan-unreadable")


def from_the_header(content: bytes) -> Iterator[bytes]:
    """The file from its header on; if something precedes the header, also with the header moved to the beginning.

    Offsets may be counted from either, so one of the two is a PDF that any reader opens.
    """
    start = content.find(HEADER, 0, HEADER_WITHIN + len(HEADER))
    yield content[start:]
    if start > 0:
        end = start + len(HEADER) + 3
        yield content[start:end] + b"\n" * start + content[end:]


def look_into(reader: Any) -> int:
    """Check every object and count the pages. Raises Refused when it is encrypted or contains actions."""
    if "/Encrypt" in reader.trailer:
        raise Refused("scan-encrypted")
    todo: list[Any] = [reader.trailer.raw_get("/Root"), *every_object(reader)]
    seen, count, pages = set[tuple[int, int]](), 0, 0
    while todo:
        one, count = todo.pop(), count + 1
        if count > MOST_OBJECTS:
            raise Refused("scan-unreadable")
        if isinstance(one, IndirectObject):
            number = one.reference.idnum, one.reference.generation
            if number not in seen:
                seen.add(number)
                todo.append(reader.get_object(one.reference))
        elif isinstance(one, DictionaryObject):  # a stream is one, too
            refuse_active(one)
            pages += one.get("/Type", None) == "/Page"
            todo.extend(dict.values(one))
        elif isinstance(one, ArrayObject):
            todo.extend(list.__iter__(one))
    return pages


def every_object(reader: Any) -> list[Any]:
    """All objects of the file, also those that the root does not reach: another reader may reach them."""
    revisions = range(reader.xrefs.total_revisions)
    refs = {ref for one in revisions for ref in reader.xrefs.explicit_refs_in_revision(one)}
    return [IndirectObject(ref.idnum, ref.generation, reader) for ref in refs]  # type: ignore[no-untyped-call]


def refuse_active(one: Any) -> None:
    """Raise Refused when this dictionary starts an action, or contains or fetches another file."""
    kinds = {str(value(one, key)) for key in ("/S", "/Subtype", "/Type")}
    fetches = isinstance(one, StreamObject) and "/F" in one
    if ACTIVE_KEYS & one.keys() or ACTIVE_KINDS & kinds or fetches:
        raise Refused("scan-active")
    for count, action in enumerate(begun_by_itself(one)):
        if count == MOST_ACTIONS or value(action, "/S") not in {None, "/GoTo"}:
            raise Refused("scan-active")


def value(one: Any, key: str) -> Any:
    """The value of `key` in a dictionary, references resolved (which `get` does not do); None if there is none."""
    try:
        return one[key]
    except KeyError:
        return None


def begun_by_itself(one: Any) -> Iterator[Any]:
    """The actions that a dictionary starts without a click, and those that follow them; endless if they form a circle."""
    begun, at_events = (value(one, key) for key in BY_ITSELF)
    todo = [begun, *(at_events.values() if isinstance(at_events, DictionaryObject) else ())]
    while todo:
        action = todo.pop(0)
        if isinstance(action, IndirectObject):
            action = action.get_object()  # type: ignore[no-untyped-call]
        if isinstance(action, DictionaryObject):
            yield action
            todo.append(value(action, "/Next"))
        elif isinstance(action, ArrayObject):  # several actions; or a page to show, which is harmless
            todo += list.__iter__(action)


def kept_image(content: bytes, kind: str) -> bytes:
    """The picture encoded again: its pixels, and of its metadata only the orientation. Raises Refused.

    So the file does not say where and when it was taken, and contains nothing else. A PNG keeps the value of each pixel,
    a JPEG its coefficients except for rounding.
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
                quality: Any = "keep" if image.format == "JPEG" else 92  # a file of several pictures cannot keep it
                image.save(drawn, "JPEG", quality=quality, exif=up, comment=b"")
    except Exception as error:  # a damaged picture raises many kinds of errors
        raise Refused("scan-unreadable") from error
    return drawn.getvalue()


def main(kind: str) -> None:
    content = sys.stdin.buffer.read()
    limit_resources()
    try:
        answer = b"ok\n" + (kept_pdf(content) if kind == "pdf" else kept_image(content, kind))
    except Refused as refusal:
        answer = str(refusal).encode() + b"\n"
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1])
