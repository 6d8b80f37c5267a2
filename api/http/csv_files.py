"""Tables as CSV files, as spreadsheets open them: with the signs of the reader's language, and never with a formula."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from babel.numbers import format_decimal
from fastapi import Response

from mediation.words.catalogue import LOCALES

MEDIA_TYPE = "text/csv"
_SEPARATORS = {"en": ","}  # where numbers have a decimal comma, a semicolon
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # with which a spreadsheet takes a text for something to carry out

Cell = str | int | float | None


def csv_answer(rows: Iterable[Sequence[Cell]], language: str, name: str) -> Response:
    """A table as a file to save: numbers as the language writes them, a byte order mark so that spreadsheets know it is UTF-8."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(csv_file(rows, language), media_type=f"{MEDIA_TYPE}; charset=utf-8", headers=headers)


def csv_file(rows: Iterable[Sequence[Cell]], language: str) -> bytes:
    """The bytes of the file: lines end as RFC 4180 says; a text that begins like a formula gets an apostrophe before it."""
    text = StringIO()
    writer = csv.writer(text, delimiter=_SEPARATORS.get(language, ";"), lineterminator="\r\n")
    for row in rows:
        writer.writerow([_cell(one, language) for one in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _cell(value: Cell, language: str) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return format_decimal(value, "0.00", locale=LOCALES[language])
    if isinstance(value, int):
        return str(value)
    return f"'{value}" if value.lstrip(" \ufeff").startswith(_FORMULAS) or value.startswith(_FORMULAS) else value
