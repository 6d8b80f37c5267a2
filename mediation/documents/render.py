"""Sheets: what one PDF is made of, and making it: tagged, archivable, and the same bytes for the same words."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from mediation.documents.glyphs import fonts_for, unprintable
from mediation.documents.localise import DOCUMENTS, TEMPLATES, Language, Localised, localise, strings_in
from mediation.documents.logos import Logo
from mediation.documents.pdf import with_unmistakable_stream_ends
from mediation.documents.typst import TypstRefused, typeset
from mediation.errors import Unavailable
from mediation.settings import HELSINKI

__all__ = ["DOCUMENTS", "Attachment", "Sheet", "unprintable"]

DATA = ".json"  # the file that templates read; no attachment can have this name
SECONDS = 20.0  # far more than any document takes: the longest that people sign takes under one
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
        # Plain names are safe to save as files, and let the PDF be checked without a PDF library.
        if not _FILE_NAME.fullmatch(self.name):
            raise ValueError(f"not a name for an attachment: {self.name!r}")


@dataclass(frozen=True)
class Sheet:
    """What one PDF is made of: gathered while a transaction is open, and made into the PDF when none is.

    `document` is one of DOCUMENTS and `data` has its keys (templates/documents/README.md); its texts may contain anything.
    `dated` is UTC; it dates the file and is printed as a day of `zone`. `before` are the parts of other sheets, whose pages
    come first. Attachments need the standard `a-3a` and a template that carries them, a `logo` one that has a place
    for it. Equal sheets give the same bytes.
    """

    document: str
    language: str
    data: Mapping[str, object]
    dated: datetime
    zone: ZoneInfo = HELSINKI
    standard: Literal["a-2a", "a-3a"] = "a-2a"
    attachments: Sequence[Attachment] = ()
    before: Sequence[Localised] = ()
    logo: Logo | None = None

    def part(self) -> Localised:
        """What the pages of this sheet print, as plain JSON: kept, they can be printed again in another file.

        `document`, `language`, `region`, `title`, `words` and `data`. Refuses with `language-unknown`.
        """
        language = Language(self.language)
        code, region = language.locale.split("_")
        localised = localise(self.document, language, self.data, self.dated.astimezone(self.zone).date())
        return {"document": self.document, "language": code, "region": region, **localised}

    def pdf(self) -> bytes:
        """The PDF (PDF/A and PDF/UA-1), ending with a line feed so that a seal can follow.

        Takes up to SECONDS: never call it while a transaction is open.
        Refuses with `language-unknown`, `document-too-slow` and `document-failed`.
        """
        parts = [*self.before, self.part()]
        files = {one.name: one.content for one in self.attachments}
        if self.logo is not None:
            files[self.logo.file] = self.logo.content
        files[DATA] = json.dumps(self._template_data(parts)).encode()
        source = _source(tuple(dict.fromkeys(one["document"] for one in parts)))
        try:
            pdf = typeset(source, files, [self.standard, "ua-1"], seconds=SECONDS)
        except TypstRefused as error:
            raise Unavailable("document-failed", document=self.document) from error
        return with_unmistakable_stream_ends(pdf) + b"\n"

    def _template_data(self, parts: Sequence[Localised]) -> Localised:
        moment = self.dated.astimezone(UTC)
        return {
            "title": parts[-1]["title"],
            "fonts": fonts_for("\n".join(strings_in(parts))),
            "dated": {part: getattr(moment, part) for part in ("year", "month", "day", "hour", "minute", "second")},
            "parts": parts,
            "logo": f"/{self.logo.file}" if self.logo else None,
            "attachments": [
                {"name": one.name, "mime": one.mime, "description": one.description, "relationship": one.relationship}
                for one in self.attachments
            ],
        }


@cache
def _source(documents: tuple[str, ...]) -> str:
    # Static Typst that reads JSON, not a template filled in by Jinja: no text of a person ever becomes source, so there is
    # nothing to escape. The compiler's folder contains the data and attachments of this one document and nothing else, so no
    # document can read a file of the machine.
    files = [(TEMPLATES / f"{name}.typ").read_text("utf-8") for name in ("layout", *documents)]
    pages = ", ".join(f'"{name}": {name}' for name in documents)
    return "\n".join([*files, f"#for part in doc.parts {{ pages-of(part, ({pages}).at(part.document)) }}"])
