"""The fonts of the documents: which families there are, which characters each can draw, and which ones a text needs."""

import io
import mmap
import struct
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import typst
from fontTools.ttLib import TTFont

from mediation.errors import BadSetup

# The first two are built into typst, with these fonts; whoever sees no other script sees only them.
BUILT_IN = {
    "Libertinus Serif": ("Libertinus Serif Regular", "Libertinus Serif Semibold"),
    "DejaVu Sans Mono": ("DejaVu Sans Mono", "DejaVu Sans Mono Bold"),
}
FOLDER = Path(__file__).with_name("fonts")  # the others: files, one for each family (its README.md tells of them)
FAMILIES = (
    *BUILT_IN,
    *("Noto Serif", "Noto Naskh Arabic", "Noto Serif Hebrew", "Noto Serif Armenian", "Noto Serif Georgian"),
    *("Noto Serif Ethiopic", "Noto Serif Devanagari", "Noto Serif Bengali", "Noto Serif Gurmukhi"),
    *("Noto Serif Gujarati", "Noto Sans Oriya", "Noto Serif Tamil", "Noto Serif Telugu", "Noto Serif Kannada"),
    *("Noto Serif Malayalam", "Noto Serif Sinhala", "Noto Serif Thai", "Noto Serif Lao", "Noto Serif Khmer"),
    *("Noto Serif Myanmar", "Noto Serif Tibetan", "Noto Sans Syriac", "Noto Sans Thaana", "Noto Sans NKo"),
    *("Noto Sans Tifinagh", "Noto Sans Adlam", "Noto Sans Hanifi Rohingya", "Noto Sans Mongolian"),
    *("Noto Sans Cherokee", "Noto Sans CanAborig", "Noto Sans Ol Chiki", "Noto Sans MeeteiMayek"),
    *("Noto Sans Chakma", "Noto Sans Yi", "Noto Sans Vai", "Noto Sans Javanese", "Noto Sans CJK SC"),
)
_SFNT = (b"OTTO", b"\x00\x01\x00\x00")
# DejaVu has only some letters of these, all of one width: Armenian and Georgian, Arabic, Lao.
_POORLY_DRAWN = frozenset([*range(0x530, 0x590), *range(0x600, 0x700), *range(0xE80, 0xF00), *range(0x10A0, 0x1100)])


def coverage(family: int) -> frozenset[int]:
    """The code points that all fonts of a family, given by its place in FAMILIES, can draw.

    Refuses with `document-fonts-missing` when they are not where typst 0.15 has them, or not in FOLDER.
    """
    name = FAMILIES[family]
    if name not in BUILT_IN:
        return _shipped(name)
    return _built_in()[name] - _POORLY_DRAWN


def in_order(families: frozenset[int]) -> Sequence[str]:
    """The names of the families that a document needs, in the order in which Typst is to look for a character."""
    # DejaVu last: where it has only some letters of a script, the words stay in one font.
    return [FAMILIES[0], *(FAMILIES[n] for n in sorted(families) if n > 1), FAMILIES[1]]


@cache
def _shipped(name: str) -> frozenset[int]:
    found = [*FOLDER.glob(f"{name.replace(' ', '')}-Regular.[ot]tf")]
    if len(found) != 1:
        raise BadSetup("document-fonts-missing")
    with TTFont(found[0], lazy=True) as font:
        font.setGlyphOrder(
            [""] * font["maxp"].numGlyphs
        )  # the glyphs' own names, which take longest to read, say nothing
        return frozenset(font.getBestCmap())


@cache
def _built_in() -> dict[str, frozenset[int]]:
    wanted = {font for fonts in BUILT_IN.values() for font in fonts}
    found: dict[str, frozenset[int]] = {}
    for font in _fonts():
        name = str(font["name"].getDebugName(4))
        if name in wanted:
            found[name] = frozenset(font.getBestCmap())
        if len(found) == len(wanted):
            return {
                family: frozenset.intersection(*map(found.__getitem__, fonts)) for family, fonts in BUILT_IN.items()
            }
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
