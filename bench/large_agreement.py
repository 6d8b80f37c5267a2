"""The largest agreement that we measure: a hundred commitments of eight parties, in three languages, as three ways make it.

Bare Typst gets the source and the data that we hand to it, in this process; WeasyPrint the same words as HTML, where it is
installed beside (`pip install weasyprint`; it needs Pango, and so it is none of our dependencies).
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from subprocess import PIPE, Popen
from sys import executable
from typing import Any

from bench.sealing import DATED
from mediation.documents import render as documents
from mediation.sealing.manifest import ListedFile, Manifest
from mediation.sealing.seal import seal
from mediation.sealing.seal_key import load_seal_key
from mediation.sealing.signature_page import signature_sheet
from tests import document_data

COMMITMENTS, PARTIES = 100, 8
_numbers = count(1)


def large(language: str, number: str) -> dict[str, Any]:
    """What the agreement says in a language, under a number of its own."""
    parties = [{"name": f"Osapuoli {one}", "capacity": "lähihoitaja"} for one in range(1, PARTIES + 1)]
    one = document_data.commitments(language)[0]
    lines = [
        {**one, "label": f"C{number}", "owners": [parties[number % PARTIES]["name"]]}
        for number in range(1, COMMITMENTS + 1)
    ]
    return document_data.agreement(language, case=number, parties=parties, commitments=lines)


def sheets() -> list[documents.Sheet]:
    """The agreement in each language, with other words than before."""
    number = f"2027-{next(_numbers):04}"
    return [documents.Sheet("agreement", code, large(code, number), dated=DATED) for code in document_data.LANGUAGES]


def frozen() -> None:
    """Its three documents, as they are frozen."""
    for one in sheets():
        one.pdf()


def sealing(folder: Path) -> Callable[[], None]:
    """The sealed file: the pages in three languages, who signed, what was signed, and the seal."""
    key = load_seal_key(folder / "seal")
    made = sheets()
    pdfs = {f"agreement-{one.language}.pdf": one.pdf() for one in made}
    pages = [one.part() for one in made]

    def way() -> None:
        number = f"2027-{next(_numbers):04}"
        listed = tuple(ListedFile.of(name, name[-6:-4], pdf) for name, pdf in pdfs.items())
        manifest = Manifest(number, 1, "fi", listed, ())
        page = document_data.signatures("fi", case=number, manifest_digest=manifest.digest)
        seal(signature_sheet(manifest, pdfs, page, pages, at=DATED).pdf(), key, DATED)

    return way


_WEASYPRINT = """
import sys, weasyprint
for line in sys.stdin:
    for html in __import__("json").loads(line):
        weasyprint.HTML(string=html).write_pdf(pdf_variant="pdf/ua-1")
    print("made", flush=True)
"""


def weasyprint(python: str = executable) -> Iterator[Callable[[], None]]:
    """WeasyPrint with the same words as HTML, in a process that is kept; nothing where it is not installed."""
    if python == executable and find_spec("weasyprint") is None:
        return
    with Popen([python, "-c", _WEASYPRINT], stdin=PIPE, stdout=PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        sink, source = process.stdin, process.stdout

        def way() -> None:
            number = f"2027-{next(_numbers):04}"
            pages = [_html(code, large(code, number)) for code in document_data.LANGUAGES]
            sink.write(json.dumps(pages) + "\n")
            sink.flush()
            assert source.readline().strip() == "made"

        yield way
        sink.close()


def _html(language: str, data: Mapping[str, Any]) -> str:
    def row(cells: Sequence[object]) -> str:
        return "<tr>" + "".join(f"<td>{escape(str(one or ''))}</td>" for one in cells) + "</tr>"

    lines = [
        row([one["label"], ", ".join(one["owners"]), one["action"], one["starts"], one["due"], one["measure"]])
        for one in data["commitments"]
    ]
    people = [f"<li>{escape(one['name'])}, {escape(one['capacity'])}</li>" for one in data["parties"]]
    return (
        f"<!doctype html><html lang={language}><title>{data['case']}</title><style>@page {{ size: A4 }} "
        f"td {{ border-bottom: 1px solid }}</style><h1>{data['case']}</h1><ul>{''.join(people)}</ul>"
        f"<p>{escape(data['purpose'])}</p><table>{''.join(lines)}</table></html>"
    )
