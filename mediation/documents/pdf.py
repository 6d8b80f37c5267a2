"""Reads the structure of a PDF as typst writes it: the table of objects, their dictionaries and streams.

Only for our own files, and for quickly refusing any other. It trusts nothing that it reads.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

MOST_OBJECTS = 200_000  # a long agreement has about a thousand
MOST_FILES = 200
LONGEST_DICTIONARY = 20_000  # of a stream or an embedded file

_START = re.compile(rb"startxref\n(\d{1,10})\n%%EOF\n?\Z")
_TABLE = re.compile(rb"xref\r?\n")
_SECTION = re.compile(rb"(\d{1,7}) (\d{1,7}) ?\r?\n")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])(?: \n| \r|\r\n|\n)")
_PREVIOUS = re.compile(rb"/Prev (\d{1,10})")
_OBJECT = re.compile(rb"(\d{1,7}) 0 obj\r?\n")
_LENGTH = re.compile(rb"/Length (\d{1,10})(?! \d+ R)")
_FILESPEC = re.compile(rb"<</Type/Filespec/F\(([A-Za-z0-9._-]{1,80})\)")
_EMBEDDED = re.compile(rb"/EF<</F (\d{1,7}) 0 R")


class NotOurs(Exception):
    """The file does not have the structure that ours have."""


@dataclass(frozen=True)
class Stream:
    """Where a stream's bytes begin and end in the file, and its dictionary."""

    dictionary: bytes
    start: int
    end: int


def object_offsets(pdf: bytes) -> dict[int, int]:
    """The offset of each object in the newest revision, by its number. Raises NotOurs."""
    offsets: dict[int, int] = {}
    position, seen = _table_position(pdf), set[int]()
    while position not in seen:
        seen.add(position)
        trailer = _read_table(pdf, position, offsets)
        previous = _PREVIOUS.search(pdf, trailer, min(trailer + 2000, len(pdf)))
        if previous:
            position = int(previous[1])
    return offsets


def _table_position(pdf: bytes) -> int:
    found = _START.search(pdf, max(0, len(pdf) - 64))
    if not found:
        raise NotOurs("no table of objects")
    return int(found[1])


def _read_table(pdf: bytes, position: int, offsets: dict[int, int]) -> int:
    """Add the objects of one table to `offsets`; returns where its trailer begins."""
    head = _TABLE.match(pdf, position)
    if not head:
        raise NotOurs("no table of objects")
    position = head.end()
    while section := _SECTION.match(pdf, position):
        position = section.end()
        for number in range(int(section[1]), int(section[1]) + int(section[2])):
            entry = _ENTRY.match(pdf, position)
            if not entry or len(offsets) > MOST_OBJECTS:
                raise NotOurs("a damaged table of objects")
            position = entry.end()
            if entry[3] == b"n":
                offsets.setdefault(number, int(entry[1]))
    return position


def object_start(pdf: bytes, number: int, offset: int) -> int:
    """Where the content of an object begins. Raises NotOurs when the object is not at its offset."""
    head = _OBJECT.match(pdf, offset)
    if not head or int(head[1]) != number:
        raise NotOurs("an object that is not where the table says")
    return head.end()


def stream_of(pdf: bytes, number: int, offset: int) -> Stream | None:
    """The stream of an object, None if it has none. Raises NotOurs."""
    start = object_start(pdf, number, offset)
    end = pdf.find(b"\nstream\n", start, start + LONGEST_DICTIONARY)
    if end < 0 or pdf.find(b"endobj", start, end) >= 0:
        return None
    dictionary = pdf[start:end]
    length = _LENGTH.search(dictionary)
    if not length or end + 8 + int(length[1]) > len(pdf):
        raise NotOurs("a stream of no known length")
    return Stream(dictionary, end + 8, end + 8 + int(length[1]))


def embedded_files(pdf: bytes, most: int) -> Iterator[tuple[str, bytes | None]]:
    """The name and content of each embedded file, `most` bytes in all; content is None if it is damaged or too long.

    Raises NotOurs.
    """
    offsets = object_offsets(pdf)
    starts = (object_start(pdf, number, offset) for number, offset in sorted(offsets.items()))
    filespecs = filter(None, (_FILESPEC.match(pdf, start) for start in starts))
    for count, filespec in enumerate(filespecs):
        inner = _EMBEDDED.search(pdf, filespec.end(), filespec.end() + LONGEST_DICTIONARY)
        if count == MOST_FILES or not inner or int(inner[1]) not in offsets:
            raise NotOurs("files that are not embedded as ours are")
        stream = stream_of(pdf, int(inner[1]), offsets[int(inner[1])])
        content = _content(pdf, stream, most) if stream else None
        most -= len(content or b"")
        yield filespec[1].decode("ascii"), content


def _content(pdf: bytes, stream: Stream, most: int) -> bytes | None:
    raw = pdf[stream.start : stream.end]
    if b"/Filter" not in stream.dictionary:
        return raw if len(raw) <= most else None
    inflate = zlib.decompressobj()
    try:
        content = inflate.decompress(raw, max(most, 1))
    except zlib.error:
        return None
    return content if inflate.eof and not inflate.unused_data else None


def with_unmistakable_stream_ends(pdf: bytes) -> bytes:
    """`pdf` with CR LF, not LF, after every stream whose last byte is a carriage return.

    typst ends each stream with LF. After a CR the two read as one line end, and the stream as one byte shorter than it
    says, which PDF/A forbids (6.1.7.1). By chance this happens in about two documents of a hundred.
    """
    offsets, table = object_offsets(pdf), _table_position(pdf)
    streams = [stream_of(pdf, number, offset) for number, offset in offsets.items()]
    ends = sorted(one.end for one in streams if one and pdf[one.end - 1 : one.end] == b"\r")
    if not ends:
        return pdf

    def moved(entry: re.Match[bytes]) -> bytes:
        offset = int(entry[1])
        return b"%010d" % (offset + sum(end <= offset for end in ends)) + entry[0][10:]

    pieces = [pdf[start:end] for start, end in zip([0, *ends], [*ends, table], strict=True)]
    tail = _ENTRY.sub(lambda entry: moved(entry) if entry[3] == b"n" else entry[0], pdf[table:])
    return b"\r".join(pieces) + _START.sub(b"startxref\n%d\n%%%%EOF" % (table + len(ends)), tail)
