"""Which characters the document fonts can print, and replacing or removing the others so that no text misleads."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from mediation.documents.families import FAMILIES, coverage, in_order

REPLACEMENT = "\ufffd"
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Finnish, Swedish and English text, which is nearly all: printable without looking it up (a test looks it up).
PLAIN = re.compile("[\n -~\u00a0-\u00ac\u00ae-\u017f‐–—‘’“”„•…€≤≥\u200b]*")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_JOINERS = "\u200c\u200d"
_VIRAMA = 9  # the combining class of the sign that joins two consonants, in the scripts of India and their neighbours
_ALL = frozenset(range(len(FAMILIES)))
_BREAK_POINTS = "\u00ad\u200b"  # soft hyphen, zero-width space: invisible too, but a line may end there


def printable(text: str) -> str:
    """`text` as it can be printed: what the fonts lack becomes U+FFFD, every kind of line end a line feed.

    Removes invisible controls such as marks of writing direction (U+202A–202E, U+2066–2069), which can make a name or a
    promise read as another.
    """
    if PLAIN.fullmatch(text):
        return text
    return "".join(character if families else REPLACEMENT for character, families in _looked_up(text))


def unprintable(text: str) -> list[str]:
    """The characters of `text` for which documents print U+FFFD: each once, in order."""
    if PLAIN.fullmatch(text):
        return []
    return list(dict.fromkeys(character for character, families in _looked_up(text) if not families))


def fonts_for(text: str) -> Sequence[str]:
    """The families in which Typst is to print a printable `text`, in the order in which it looks for a character."""
    needed, of_cluster = set[int](), _ALL
    for character, families in () if PLAIN.fullmatch(text) else _looked_up(text):
        if not _joins(character):
            needed.add(min(of_cluster))
        of_cluster = families or of_cluster
    return in_order(frozenset(needed | {min(of_cluster)}))


def _looked_up(text: str) -> Iterator[tuple[str, frozenset[int]]]:
    """The characters to print, composed where possible, each with the families that can draw it where it stands."""
    around = _families(REPLACEMENT)
    for character in unicodedata.normalize("NFC", "".join(_shown(_BREAKS.sub("\n", text).replace("\t", " ")))):
        if character in "\n" + _BREAK_POINTS:
            yield character, _ALL
            continue
        families = _ALL if character in _JOINERS else _families(character)
        if _joins(character):
            families &= around  # an accent is drawn together with its letter, so one font must have both
        yield character, families
        around = families or _families(REPLACEMENT)


def stays_together(before: str, character: str) -> bool:
    """Whether two neighbouring characters are drawn as one, so that no line may end between them."""
    return _joins(character) or before in _JOINERS or unicodedata.combining(before) == _VIRAMA


def _joins(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character).startswith("M")


def _shown(text: str) -> Iterator[str]:
    """`text` without formatting characters and variation selectors: nothing to see, so nothing is lost."""
    before = ""
    for character in text:
        if character in _JOINERS:  # after a virama and in Arabic they choose the shapes of letters, elsewhere nothing
            formatting = not before or not (unicodedata.combining(before) == _VIRAMA or _is_arabic(before))
        else:
            formatting = unicodedata.category(character) == "Cf" or _SELECTORS.fullmatch(character) is not None
        if not formatting or character in _BREAK_POINTS:
            yield character
            before = character


def _is_arabic(character: str) -> bool:
    return unicodedata.bidirectional(character) == "AL"


@lru_cache(10_000)
def _families(character: str) -> frozenset[int]:
    # Controls, lone surrogates and private-use characters have no meaning that PDF/A could keep, drawn or not.
    if unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn"):
        return frozenset()
    return frozenset(n for n in _ALL if ord(character) in coverage(n))
