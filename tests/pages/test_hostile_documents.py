"""Hostile words in every field of every document, as its page shows them: nothing is executed, nothing goes missing."""

import html
import re
from itertools import count
from typing import Any

import pytest
from fastapi import Request

from api.http.pages import page
from mediation.documents.line_breaks import without_break_points
from mediation.documents.render import Sheet
from mediation.reading.paper_view import PaperBlock, PaperLetterhead, PaperPart, PaperSignatory, PaperView
from mediation.reading.signed_documents import DocumentPart, SignedDocument
from tests import document_data
from tests.document_data import DATED, LANGUAGES, data_of
from tests.documents.test_documents import every_word
from tests.documents.test_hostile_words import FIELD, fields_filled
from tests.houses import House
from tests.pages.test_html import unsound

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>\"'> {{ 7*7 }} {% raw %} &lt;b&gt; </article></body> 王小明"
)
PAPERS = ("engagement-contract", "declaration-of-ties", "follow-up-report", "status-report", "outcome-notice")


def shown(house: House, template: str, **context: Any) -> str:
    scope = {"type": "http", "method": "GET", "path": "/cases/2027-0001/papers", "headers": [], "query_string": b""}
    request = Request({**scope, "app": house.client().app, "state": {"language": "fi"}})
    return bytes(
        page(request, template, case="/cases/2027-0001", back="/cases/2027-0001/papers", **context).body
    ).decode()


def of_document(house: House, document: str, language: str) -> str:
    """The page of a document with hostile words in each field."""
    numbers = count()

    def fill(number: int, name: bool) -> str:
        return f"zq{number}x {HOSTILE} zr{number}x"

    data = fields_filled(every_word(data_of(document, language), FIELD), fill, numbers)
    part = without_break_points(Sheet(document, language, data, dated=DATED).part())
    told = DocumentPart(*(part[name] for name in ("document", "language", "title", "words", "data")))
    if document == "closing-report":
        return shown(house, "closing-report", **part)
    if document == "evidence":
        return shown(house, "evidence", code="evidence-1", **part)
    if document == "signatures":
        return shown(house, "signed-document", told=SignedDocument(1, [], told))
    return shown(house, "signed-document", told=SignedDocument(1, [told], None))


def faults(read: str) -> list[str]:
    executed = re.findall(r"<script>alert|<img src=x|onerror=alert\(1\)>(?!&)|\b49\b", read)
    return [*executed, *unsound(read)]


@pytest.mark.parametrize("document", ["agreement", "annex", "signatures", "evidence", "closing-report"])
def test_no_field_of_a_page_goes_missing_whatever_stands_in_it(sqlite_house: House, document: str) -> None:
    for language in LANGUAGES:
        read = of_document(sqlite_house, document, language)
        assert faults(read) == []
        text = html.unescape(read)
        begun, ended = ({*re.findall(sign, text)} for sign in (r"zq(\d+)x", r"zr(\d+)x"))
        data = Sheet(document, language, _numbered(document, language), DATED).part()["data"]
        assert begun == ended
        assert {*re.findall(r"zq(\d+)x", str(data))} - begun == set()


def _numbered(document: str, language: str) -> Any:
    return fields_filled(every_word(data_of(document, language), FIELD), lambda number, _: f"zq{number}x", count())


def test_no_word_of_a_paper_is_executed_on_its_page(sqlite_house: House) -> None:
    head = PaperLetterhead(name=HOSTILE, contact=HOSTILE, controller=HOSTILE)
    for code, language in ((code, language) for code in PAPERS for language in LANGUAGES):
        blocks = [
            PaperBlock(heading=one["heading"], boxed=one["boxed"], parts=[PaperPart(**part) for part in one["parts"]])
            for one in document_data.paper(language, code, word=HOSTILE)["blocks"]
        ]
        told = PaperView(
            code=code,
            case="2027-0001",
            language=language,
            confidential=True,
            blocks=blocks,
            signatories=[PaperSignatory(name=HOSTILE, capacity=HOSTILE)],
            letterhead=head,
        )
        read = shown(sqlite_house, "paper", paper=told)
        assert faults(read) == []
        assert html.unescape(read).count("王小明") >= 5
