"""People's names: the form in which they are stored, and when two are the same to whoever types them."""

import unicodedata
from collections.abc import Iterable

_APOSTROPHES = "'`\u00b4\u02b9\u02bb\u02bc\u02bd\u02c8\u2018\u2019\u201b\u2032\uff07"
_HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"
_AS_TYPED = str.maketrans({**dict.fromkeys(_APOSTROPHES, "'"), **dict.fromkeys(_HYPHENS, "-")})


def composed(text: str) -> str:
    """`text` with its letters composed (`a` and a diaeresis become `ä`) and without spaces around it."""
    return unicodedata.normalize("NFC", text).strip()


def folded(name: str | None) -> str:
    """A name without what a keyboard varies: composition, case, spaces, the kind of apostrophe or hyphen, invisible marks.

    For comparing only. `Strauß` and `Strauss` stay two names.
    """
    plain = unicodedata.normalize("NFKC", (name or "").translate(_AS_TYPED)).lower()
    return " ".join("".join(one for one in plain if unicodedata.category(one) != "Cf").split())


def same_name(one: str | None, other: str | None) -> bool:
    """Whether two names are one, however they were typed."""
    return folded(one) == folded(other)


def not_told_apart(people: Iterable[tuple[str | None, str | None]]) -> list[str]:
    """The names that several of `people` have, each with a capacity, whose capacities do not tell them apart.

    Whose name was deleted is nobody's namesake.
    """
    namesakes: dict[str, list[tuple[str, str]]] = {}
    for name, capacity in people:
        if name:
            namesakes.setdefault(folded(name), []).append((name, folded(capacity)))
    return [group[0][0] for group in namesakes.values() if len({one for _, one in group if one}) < len(group) > 1]
