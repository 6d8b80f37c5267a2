"""The commitments of an agreement form as rows, which are added, moved and dropped before anything is saved."""

import re
from collections.abc import Sequence

from api.pages.forms import Sent

_ROW = re.compile(r"commitments\.(\d{1,2})\.(.+)")
_BESIDE = frozenset({"owners", "lineage", "label", "ended"})  # fields that alone are nothing written


def rearranged(sent: Sent, wish: str, row: int) -> Sent:
    """A form with a row `dropped`, or moved `up` or `down`; rows in which nothing is written are left out."""
    rows = _rows(sent)
    if wish == "drop":
        rows = [one for one in rows if one != row]
    elif row in rows:
        at = rows.index(row)
        to = min(max(at + (1 if wish == "down" else -1), 0), len(rows) - 1)
        rows[at], rows[to] = rows[to], rows[at]
    return _numbered(sent, rows)


def compact(sent: Sent) -> Sent:
    """A form without the rows in which nothing is written, numbered from 0: then a refusal names the row that is meant."""
    return _numbered(sent, _rows(sent))


def _rows(sent: Sent) -> list[int]:
    found = [(int(match[1]), match[2], value) for name, value in sent if (match := _ROW.fullmatch(name))]
    return sorted({row for row, field, value in found if value.strip() and field not in _BESIDE})


def _numbered(sent: Sent, rows: Sequence[int]) -> Sent:
    rest = [(name, value) for name, value in sent if not _ROW.fullmatch(name)]
    of_row = [
        (f"commitments.{number}.{match[2]}", value)
        for number, row in enumerate(rows)
        for name, value in sent
        if (match := _ROW.fullmatch(name)) and int(match[1]) == row
    ]
    return [*rest, *of_row]
