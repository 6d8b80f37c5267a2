"""Renders a document of a case to PDF in a language: tagged, archivable, and the same bytes for the same words."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from mediation.documents.glyphs import unprintable
from mediation.documents.localise import DOCUMENTS, TEMPLATES, Language, Phrases, phrase
from mediation.documents.pdf import with_unmistakable_stream_ends
from mediation.documents.typst import TypstRefused, typeset
from mediation.errors import Unavailable
from mediation.settings import HELSINKI

__all__ = ["DOCUMENTS", "Attachment", "Sheet", "render", "unprintable"]

DATA = ".json"  # the file that a template reads; no attachment can have this name
SECONDS = 20.0  # far more than any document takes: the longest that people sign needs under one
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


@dataclass(frozen=True)
class Attachment:
    """A file embedded in a PDF/A-3a. `name` is ASCII letters, digits, dot, hyphen and underscore, 80 at most."""

    name: str
    mime: str
    description: str
    content: bytes
    relationship: Literal["source", "data", "alternative", "supplement"]

    def __post_init__(self) -> None:
        # Plain names keep the PDF simple enough to be checked without a PDF library, and safe to save as files.
        if not _FILE_NAME.fullmatch(self.name):
            raise ValueError(f"not a name for an attachment: {self.name!r}")


@dataclass(frozen=True)
class Sheet:
    """What one PDF is made of, as `render` takes it: gathered while a transaction is open, typeset when none is.

    Two sheets that are equal give the same bytes.
    """

    document: str
    language: str
    data: Mapping[str, object]
    dated: datetime
    zone: ZoneInfo = HELSINKI
    standard: Literal["a-2a", "a-3a"] = "a-2a"
    attachments: Sequence[Attachment] = ()

    def pdf(self) -> bytes:
        """The PDF. Takes up to seconds: never while a transaction is open. Refuses as `render` does."""
        return render(
            self.document,
            self.language,
            self.data,
            dated=self.dated,
            standard=self.standard,
            attachments=self.attachments,
            zone=self.zone,
        )


def render(
    document: str,
    language: str,
    data: Mapping[str, object],
    *,
    dated: datetime,
    standard: Literal["a-2a", "a-3a"] = "a-2a",
    attachments: Sequence[Attachment] = (),
    zone: ZoneInfo = HELSINKI,
    seconds: float = SECONDS,
) -> bytes:
    """The PDF (PDF/A and PDF/UA-1) of `document`, one of DOCUMENTS, in `language` (fi, sv, en).

    `data` has the document's own keys (templates/documents/README.md); its texts may hold anything and print
    harmlessly. `dated` is UTC, dates the file and is printed as a day of `zone`. The same arguments give the same
    bytes. Attachments need `a-3a` and a template that carries them. Ends with a line feed, so that a seal can follow.

    Refuses with `language-unknown`, `document-too-slow` after `seconds`, and `document-failed`.
    """
    given = _given(document, Language(language), data, dated.astimezone(UTC), zone)
    given["attachments"] = [
        {"name": one.name, "mime": one.mime, "description": one.description, "relationship": one.relationship}
        for one in attachments
    ]
    files = {one.name: one.content for one in attachments} | {DATA: json.dumps(given).encode()}
    try:
        pdf = typeset(_source(document), files, [standard, "ua-1"], seconds=seconds)
    except TypstRefused as error:
        raise Unavailable("document-failed", document=document) from error
    return with_unmistakable_stream_ends(pdf) + b"\n"


def _given(document: str, language: Language, data: Mapping[str, object], moment: datetime, zone: ZoneInfo) -> Phrases:
    """All that the template reads."""
    tongue, region = language.locale.split("_")
    return {
        **phrase(document, language, data, moment.astimezone(zone).date()),
        "language": tongue,
        "region": region,
        "dated": {part: getattr(moment, part) for part in ("year", "month", "day", "hour", "minute", "second")},
    }


@cache
def _source(document: str) -> str:
    # Static Typst that reads JSON, rather than a template filled in by Jinja: no word of a person ever becomes source,
    # so there is nothing to escape and no escape to forget. One source for one compile: the compiler's folder holds this
    # document's data and attachments and nothing else, so nothing of the machine can be read from a document.
    return "\n".join((TEMPLATES / f"{part}.typ").read_text("utf-8") for part in ("paper", document))
