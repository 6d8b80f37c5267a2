"""How much anybody may write, and where it is checked."""

from mediation.errors import Malformed

SHORT = 200  # a name, a place, a capacity
LINE = 2_000  # a commitment, a goal, a reason
TEXT = 10_000  # a statement, a problem statement
PEOPLE = 50  # who take part in a case, and so also in any list of them


def checked(text: str, field: str, limit: int = TEXT, *, optional: bool = False) -> str:
    """`text` as it was written. Refuses with `text-empty`, `text-too-long` and `text-not-unicode`, naming the field."""
    if not optional and not text.strip():
        raise Malformed("text-empty", field=field)
    if len(text) > limit:
        raise Malformed("text-too-long", field=field, limit=limit, length=len(text))
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise Malformed("text-not-unicode", field=field)
    return text


def one_of(value: str, choices: tuple[str, ...] | frozenset[str], field: str) -> str:
    """`value`, when it is one of `choices`. Refuses with `choice-unknown`, listing them."""
    if value not in choices:
        raise Malformed("choice-unknown", field=field, choices=", ".join(sorted(choices)))
    return value
