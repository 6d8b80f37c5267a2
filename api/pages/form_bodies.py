"""What a browser sends of a form, as the JSON body of its act; and a body as the fields that a form shows it in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from api.pages.forms import FormField, Sent, below


def body_of(fields: Sequence[FormField], sent: Sent, zone: ZoneInfo) -> dict[str, Any]:
    """The JSON body that a browser's form amounts to: what was left empty is left out, unless it is a needed text."""
    body: dict[str, Any] = {}
    for one in fields:
        value = _value(one, [value for name, value in sent if name == one.name], sent, zone)
        if value is not None:
            body[one.name.rpartition(".")[2]] = value
    return body


def _value(one: FormField, values: Sequence[str], sent: Sent, zone: ZoneInfo) -> Any:
    if one.kind in _MANY:
        many = _MANY[one.kind](one, values, below(one, sent), zone)
        return many if many or one.needed else None
    value = values[0].replace("\r\n", "\n") if values else ""
    if not value.strip():
        return "" if one.needed and one.kind in {"line", "text"} else None
    return _ONE[one.kind](value, zone) if one.kind in _ONE else value


def _rows(one: FormField, values: Sequence[str], sent: Sent, zone: ZoneInfo) -> list[Any]:
    """The rows in which something was written; a choice alone, such as a language, is nothing written."""
    parts = [(row, below(row, sent)) for row in one.parts]
    written = [(row, its) for row, its in parts if any(value.strip() for name, value in its if _is_text_of(row, name))]
    return [body_of(row.parts, its, zone) for row, its in written]


def _is_text_of(row: FormField, name: str) -> bool:
    return any(
        (part.name == name and part.kind not in {"choice", "flag"}) or (part.parts and _is_text_of(part, name))
        for part in row.parts
    )


def _lines(one: FormField, values: Sequence[str], sent: Sent, zone: ZoneInfo) -> list[str]:
    return [line for value in values for line in value.splitlines() if line.strip()]


def _counts(one: FormField, values: Sequence[str], sent: Sent, zone: ZoneInfo) -> list[int | str]:
    return [_number(line.strip(), zone) for line in _lines(one, values, sent, zone)]


_MANY: Mapping[str, Callable[[FormField, Sequence[str], Sent, ZoneInfo], Any]] = {
    "group": lambda one, values, sent, zone: body_of(one.parts, sent, zone),
    "rows": _rows,
    "choices": lambda one, values, sent, zone: [line for value in values for line in value.splitlines() if line],
    "lines": _lines,
    "counts": _counts,
}


def _number(value: str, zone: ZoneInfo) -> int | str:
    return int(value) if value.strip().isdecimal() and len(value) < 12 else value


def _moment(value: str, zone: ZoneInfo) -> str:
    """A local time of the workplace as a moment; what is none is sent on as it is, and refused there."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).isoformat()


_ONE: Mapping[str, Callable[[str, ZoneInfo], Any]] = {
    "flag": lambda value, _: {"yes": True, "no": False}.get(value, value),
    "count": _number,
    "number": _number,
    "moment": _moment,
}


def flattened(body: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """A JSON body as the fields that a form shows it in: what was written before, to be changed."""
    for name, value in body.items():
        yield from _flat(f"{before}{name}", value)


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        yield from flattened(value, f"{name}.")
    elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        yield from flattened({str(number): one for number, one in enumerate(value)}, f"{name}.")
    elif isinstance(value, list):
        yield name, "\n".join(map(str, value))  # a text area shows it so, and boxes are ticked by its lines
    elif isinstance(value, bool):
        yield name, "yes" if value else "no"
    elif value is not None:
        yield name, str(value)
