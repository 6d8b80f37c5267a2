"""Which characters the document fonts can print, and replacing or removing the others so that no text misleads."""

import io
import mmap
import re
import struct
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

import typst
from fontTools.ttLib import TTFont

from mediation.errors import BadSetup

# The fonts that the templates use, by family in the order in which Typst looks; all are built into typst.
FAMILIES = (
    ("Libertinus Serif Regular", "Libertinus Serif Semibold"),
    ("DejaVu Sans Mono", "DejaVu Sans Mono Bold"),
)
REPLACEMENT = "\ufffd"
_SFNT = (b"OTTO", b"\x00\x01\x00\x00")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Finnish, Swedish and English text, which is nearly all: printable without looking it up (a test looks it up).
PLAIN = re.compile("[\n -~\u00a0-\u00ac\u00ae-\u017f‐–—‘’“”„•…€≤≥\u200b]*")
_BREAK_POINTS = "\u00ad\u200b"  # soft hyphen, zero-width space: invisible too, but a line may end there


@cache
def coverage() -> tuple[frozenset[int], ...]:
    """The code points that all fonts of a family can draw, for each family, read from the fonts inside typst itself.

    Refuses with `document-fonts-missing` when they are not where typst 0.15 has them.
    """
    wanted = {name for family in FAMILIES for name in family}
    found: dict[str, frozenset[int]] = {}
    for font in _fonts():
        name = str(font["name"].getDebugName(4))
        if name in wanted:
            found[name] = frozenset(font.getBestCmap())
        if len(found) == len(wanted):
            return tuple(frozenset.intersection(*(found[name] for name in family)) for family in FAMILIES)
    raise BadSetup("document-fonts-missing")


def _fonts() -> Iterator[TTFont]:
    # typst does not give its fonts out, but its library contains them uncompressed. Each begins with a table directory:
    # 12 bytes and then 16 bytes for each table, one of which is named cmap.
    [library] = Path(typst.__file__).parent.glob("_typst*")
    with library.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        position = data.find(b"cmap")
        while position >= 0:
            for start in range(position - 12, max(position - 12 - 16 * 40, 0), -16):
                if data[start : start + 4] in _SFNT and (length := _length(data, start)):
                    yield TTFont(io.BytesIO(data[start : start + length]), lazy=True)
                    break
            position = data.find(b"cmap", position + 4)


def _length(data: mmap.mmap, start: int) -> int:
    """The length of the font at `start` in bytes; 0 if there is none."""
    (tables,) = struct.unpack(">H", data[start + 4 : start + 6])
    directory = [struct.unpack(">4sLLL", data[start + 12 + 16 * n : start + 28 + 16 * n]) for n in range(tables)]
    end = max((offset + length for _, _, offset, length in directory), default=0)
    return end if start + end <= len(data) and b"name" in {tag for tag, *_ in directory} else 0


def printable(text: str) -> str:
    """`text` as it can be printed: what the fonts lack becomes U+FFFD, every kind of line end a line feed.

    Removes invisible controls such as marks of writing direction (U+202A–202E, U+2066–2069), which can make a name or a
    promise read as another.
    """
    if PLAIN.fullmatch(text):
        return text
    return "".join(character if shown else REPLACEMENT for character, shown in _looked_up(text))


def unprintable(text: str) -> list[str]:
    """The characters of `text` for which documents print U+FFFD: each once, in order."""
    if PLAIN.fullmatch(text):
        return []
    return list(dict.fromkeys(character for character, shown in _looked_up(text) if not shown))


def _looked_up(text: str) -> Iterator[tuple[str, bool]]:
    """The characters to print, composed where possible, each with whether a font can draw it."""
    text = _BREAKS.sub("\n", text).replace("\t", " ")
    around = _families(REPLACEMENT)
    for character in unicodedata.normalize("NFC", "".join(c for c in text if not _invisible(c))):
        if character in "\n" + _BREAK_POINTS:
            yield character, True
            continue
        families = _families(character)
        if unicodedata.category(character).startswith("M"):
            families &= around  # an accent is drawn together with its letter, so one font must have both
        yield character, bool(families)
        around = families or _families(REPLACEMENT)


def _invisible(character: str) -> bool:
    # Formatting characters and variation selectors: nothing to see, so nothing is lost.
    formatting = unicodedata.category(character) == "Cf" or "\ufe00" <= character <= "\ufe0f"
    return formatting and character not in _BREAK_POINTS


@lru_cache(10_000)
def _families(character: str) -> frozenset[int]:
    # Controls, lone surrogates and private-use characters have no meaning that PDF/A could keep, drawn or not.
    if unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn"):
        return frozenset()
    return frozenset(n for n, family in enumerate(coverage()) if ord(character) in family)
