"""Where lines may end inside long words, so that nothing anybody wrote runs off the page."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from mediation.documents.glyphs import stays_together

# A word wider than its line would run off the page. Finnish compounds are hyphenated, and web addresses break at their
# slashes (and can still be copied whole). Other long words, mostly noise, get invisible points where lines may break.
# Thai, Lao, Tibetan, Burmese, Khmer (U+0E01–U+109F, U+1780–U+17FF) and what is written in East Asia need none: Typst knows
# where their lines may end, unless what is written is no words at all.
_COLUMNS = {"commitments", "follow_ups", "signatures", "documents"}
_COLUMNS |= {"parties", "mediators", "employer_representatives", "representative"}
_IN_A_COLUMN = re.compile(
    r"[^\s/\u0e01-\u109f\u1780-\u17ff\u2e80-\ua4cf\uac00-\ud7af\U00020000-\U0003ffff-]{16,}"
    r"|[/-]{16,}|[\u0e01-\u109f\u1780-\u17ff]{200,}"
)
_ON_A_LINE = re.compile(
    r"[^\s/\u0e01-\u109f\u1780-\u17ff\u2e80-\ua4cf\uac00-\ud7af\U00020000-\U0003ffff-]{40,}"
    r"|[/-]{16,}|[\u0e01-\u109f\u1780-\u17ff]{200,}"
)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_NOISE = re.compile(r"(.)\1{3}|[^aeiouyåäöéü\W]{7}|^.{61}|[A-ZÅÄÖ]{12}")
BREAK_POINT = "\u200b"


def with_break_points(value: Any, longest: re.Pattern[str] = _ON_A_LINE) -> Any:
    """`value` with invisible points in every text inside it where a line may end, so that no word is wider than its line."""
    if isinstance(value, str):
        return longest.sub(_breakable, value)
    if isinstance(value, Mapping):
        return {key: with_break_points(one, _IN_A_COLUMN if key in _COLUMNS else longest) for key, one in value.items()}
    return [with_break_points(one, longest) for one in value] if isinstance(value, list | tuple) else value


def _breakable(word: re.Match[str]) -> str:
    if _DIGEST.fullmatch(word[0]):
        return word[0]
    parts = _split(word[0], lambda part: not part[-1].isalnum() and part[-1] != "_")
    return BREAK_POINT.join(
        BREAK_POINT.join(_split(part, lambda piece: len(piece) >= 8)) if _NOISE.search(part) else part for part in parts
    )


def _split(word: str, is_whole: Callable[[str], bool]) -> list[str]:
    """`word` in pieces, each of which ends where it `is_whole`, but never inside a letter with its accents and vowel signs."""
    pieces = [word[0]]
    for character in word[1:]:
        if is_whole(pieces[-1]) and not stays_together(pieces[-1][-1], character):
            pieces.append("")
        pieces[-1] += character
    return pieces


def without_break_points(value: Any) -> Any:
    """`value` without the points in any text of it, for a page: a browser finds them itself, and nobody copies them along."""
    if isinstance(value, str):
        return value.replace(BREAK_POINT, "")
    if isinstance(value, Mapping):
        return {key: without_break_points(one) for key, one in value.items()}
    return [without_break_points(one) for one in value] if isinstance(value, list | tuple) else value
