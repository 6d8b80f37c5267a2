"""Hostile words in every field of every document at once: nothing is executed, nothing goes missing, the form still holds."""

import re
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from mediation.documents.render import DOCUMENTS, Sheet
from tests.document_data import DATED, data_of
from tests.documents.test_documents import HOSTILE, every_word, failures, flowing, text_of

FIELD = "\ue000field\ue000"  # stands for each text that a person could have written, until it is given its own
BEGINS, ENDS = re.compile(r"zq(\d+)x"), re.compile(r"zr(\d+)x")

# A name or a capacity is one line of 200 characters at most, a label less; all else may be as long as a text is.
NAMES = frozenset(
    {"label", "name", "names", "signatory", "recipient", "capacity", "attested_by", "owners", "parties", "mediators"}
)
IN_NAMES = "王小明 {{ 7*7 }} #eval(1) $x$ <script>alert(1)</script> *b* (*]){ 😀 \u202eevil\u202c a\x00b\x1b[0m"
ANYWHERE = " ".join([IN_NAMES, *HOSTILE, "</w:t>"])
READ = ("王小明", "{{7*7}}", "#eval(1)", "<script>", "(*]){")  # what is to be read of both, wherever lines break

Fill = Callable[[int, bool], str]  # the text of a field, by its number and whether it is a name


def fields_filled(data: Any, fill: Fill, numbers: Iterator[int], *, name: bool = False) -> Any:
    """The same data with a text of its own in each field."""
    if data == FIELD:
        return fill(next(numbers), name)
    if isinstance(data, dict):
        return {key: fields_filled(value, fill, numbers, name=name or key in NAMES) for key, value in data.items()}
    if isinstance(data, list):
        return [fields_filled(value, fill, numbers, name=name) for value in data]
    return data


def printed(document: str, language: str, fill: Fill) -> str:
    """What a document prints with these texts in its fields, after its form was validated."""
    data = fields_filled(every_word(data_of(document, language), FIELD), fill, count())
    pdf = Sheet(document, language, data, dated=DATED).pdf()
    assert failures(pdf, "pdf/a-2a", "pdf/ua-1") == [], document
    assert not re.search(rb"/JavaScript|/OpenAction|/Launch|/URI", pdf), document
    return flowing(text_of(pdf))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_field_of_a_document_goes_missing_whatever_stands_in_it(document: str) -> None:
    plain = printed(document, "sv", lambda number, _: f"zq{number}x zr{number}x")
    hostile = printed(document, "sv", lambda number, name: f"zq{number}x {IN_NAMES if name else ANYWHERE} zr{number}x")
    fields = {*BEGINS.findall(plain)}
    assert fields
    assert {*BEGINS.findall(hostile)} == {*ENDS.findall(hostile)} == fields
    together = re.sub(r"[\s\u200b]", "", hostile)  # a narrow column breaks a line within a word
    assert [one for one in READ if one not in together] == []
    assert together.count("王小明") >= len(fields)
    assert "root:" not in hostile


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_longest_words_are_printed_to_the_last(document: str) -> None:
    names, plain = set[int](), printed(document, "fi", lambda number, _: f"zq{number}x")
    printed(document, "fi", lambda number, name: names.add(number) or "x" if name else "x")
    fields = [int(one) for one in BEGINS.findall(plain)]
    longest = next((one for one in fields if one not in names), fields[0])
    counted = [f"{number:05}" for number in range((200 if longest in names else 20_000) // 6 - 2)]
    text = f"zq{longest}x {' '.join(counted)}"
    told = printed(document, "fi", lambda number, _: text if number == longest else f"zq{number}x")
    assert {*map(int, BEGINS.findall(told))} == {*fields}
    assert [one for one in counted if one not in told] == []
