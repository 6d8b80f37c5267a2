"""Logos: the picture that an organisation puts on its papers, checked whole before it is kept."""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from mediation.documents.scans import look_into
from mediation.documents.typst import TypstRefused, typeset
from mediation.errors import Malformed, TooLarge, Unavailable

LOGO_BYTES = 200_000
MOST_SHAPES = 5_000
SECONDS = 5.0  # far more than any logo takes to be set
_PNG = b"\x89PNG\r\n\x1a\n"
_SVG = "{http://www.w3.org/2000/svg}"
# Shapes and colours. What is left out runs, loads, repeats without end, or needs a font that is not there.
_DRAWN = frozenset({"svg", "g", "defs", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "clipPath"})
_DRAWN |= {"linearGradient", "radialGradient", "stop", "title", "desc"}
_LOADS = re.compile(r"url\s*\(\s*['\"]?(?!#)|@import|expression\s*\(|javascript:", re.IGNORECASE)
_TRIAL = """\
#set document(title: "Logo", date: datetime(year: 2027, month: 1, day: 1))
#image("/logo.{kind}", alt: "Logo", height: 14mm)
"""


@dataclass(frozen=True)
class Logo:
    """A checked logo."""

    kind: str  # png or svg
    content: bytes

    @property
    def file(self) -> str:
        """The name under which templates find it."""
        return f"logo.{self.kind}"

    def as_words(self) -> dict[str, str]:
        """The same as plain JSON, to be kept beside the words that it stands with."""
        return {"kind": self.kind, "content": b64encode(self.content).decode("ascii")}


def kept_logo(words: Mapping[str, str]) -> Logo:
    """A logo that was kept as words."""
    return Logo(words["kind"], b64decode(words["content"]))


def look_into_logo(content: bytes) -> Logo:
    """Check a PNG or SVG. Takes up to a minute: never call it while a transaction is open.

    A PNG is encoded again, so that nothing but the picture is kept; an SVG has shapes and colours alone, and so can load and run
    nothing. Refuses with `logo-too-large` (200 kB), `logo-unknown` (neither), `logo-unreadable` (damaged, or not to be
    printed) and `logo-active`, which names the part of an SVG that is no shape.
    """
    if len(content) > LOGO_BYTES:
        raise TooLarge("logo-too-large", limit=LOGO_BYTES)
    if content.startswith(_PNG):
        scan = look_into("image/png", content)
        if scan.refusal is not None:
            raise Malformed("logo-unreadable")
        return _printed(Logo("png", scan.content))
    if b"<svg" not in content:
        raise Malformed("logo-unknown")
    for part in _other_than_shapes(content):
        raise Malformed("logo-active", part=part[:80])
    return _printed(Logo("svg", content))


def _other_than_shapes(content: bytes) -> Iterator[str]:
    try:
        text = content.decode("utf-8")
        declared = re.search(
            r"<!(?!--)\w*|<\?(?!xml )\S*", text
        )  # entities can grow without end, a style sheet is loaded
        if declared:
            yield declared[0]
            return
        root = ElementTree.fromstring(text)
    except (UnicodeDecodeError, ElementTree.ParseError, RecursionError) as error:
        raise Malformed("logo-unreadable") from error
    for number, one in enumerate(root.iter()):
        name = str(one.tag).removeprefix(_SVG)
        if number >= MOST_SHAPES or name not in _DRAWN or not str(one.tag).startswith(_SVG):
            yield name.rpartition("}")[2]
        for attribute, value in one.items():
            plain = attribute.rpartition("}")[2].lower()
            if plain.startswith("on") or plain == "href" or _LOADS.search(value):
                yield plain


def _printed(logo: Logo) -> Logo:
    """`logo`, once it was printed as papers print it."""
    try:
        typeset(_TRIAL.format(kind=logo.kind), {logo.file: logo.content}, ["a-2a", "ua-1"], seconds=SECONDS)
    except (TypstRefused, Unavailable) as error:
        raise Malformed("logo-unreadable") from error
    return logo
