"""The digests of documents made from the same data: tests/document_digests.txt, which is the same on every machine.

Made on one machine and kept, the page shows on each other one that the same input gives the same bytes there, too. What changes
templates, fonts or the typesetter on purpose changes it: `python -m tests.document_digests` writes it anew.
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from mediation.documents.render import DOCUMENTS, Sheet
from tests.document_data import DATED, LANGUAGES, agreement, data_of
from tests.documents.test_scripts import NAMES
from tests.sealing.fixed_seal import fixed_seal
from tests.sealing.test_seal import sealed_once

PAGE = Path(__file__).with_suffix(".txt")


def digests() -> Iterator[tuple[str, str]]:
    """What was made, and its digest: each document in each language, names in every script, a sealed agreement."""
    for document in DOCUMENTS:
        for language in LANGUAGES:
            sheet = Sheet(document, language, data_of(document, language), dated=DATED)
            yield f"{document} {language}", _digest(sheet.pdf())
    people = [{"name": name, "capacity": ""} for name in NAMES.values()]
    in_scripts = Sheet("agreement", "fi", agreement("fi", parties=people), dated=DATED).pdf()
    yield "every script", _digest(in_scripts)
    yield "sealed agreement", _digest(sealed_once(fixed_seal()))


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def told() -> str:
    """The page: a line for each."""
    return "".join(f"{digest}  {what}\n" for what, digest in digests())


if __name__ == "__main__":
    PAGE.write_text(told(), encoding="utf-8")
