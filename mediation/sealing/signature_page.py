"""The file that is sealed: the pages of what was signed, who signed it, and what was signed as attachments."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from mediation.documents.localise import Language, Localised
from mediation.documents.logos import Logo
from mediation.documents.render import Attachment, Sheet
from mediation.sealing.manifest import MANIFEST, AnnexManifest, Manifest, canonical, digest
from mediation.sealing.verification import SIGNATURES
from mediation.settings import HELSINKI
from mediation.words.workflow_words import WorkflowLanguage


def signature_sheet(
    manifest: Manifest | AnnexManifest,
    files: Mapping[str, bytes],
    signature_page: Mapping[str, object],
    pages: Sequence[Localised] = (),
    *,
    at: datetime,
    zone: ZoneInfo = HELSINKI,
    logo: Logo | None = None,
    workflow: str = "",
) -> Sheet:
    """The file (PDF/A-3a) of a signed agreement version, to be sealed `at` the moment (UTC) that it prints.

    It shows the `pages` of what was signed in each language, the prevailing one first, and then who signed. A `logo` stands on
    them as on the frozen ones. `files` are the frozen PDFs by name, `signature_page` is the data of the document `signatures`.
    For the copy of an employer representative give their AnnexManifest, their files and pages, and their signature alone.
    It is worded as the `workflow` of that code words it. ValueError when a file is not the one that the manifest lists.
    """
    attachments = tuple(enclosures(manifest, files, signature_page, workflow))
    before = [{**one, "data": {**one["data"], "sealed": True}} for one in pages]
    language = WorkflowLanguage(manifest.prevailing, workflow)
    return Sheet("signatures", language, signature_page, at, zone, "a-3a", attachments, before, logo)


def enclosures(
    manifest: Manifest | AnnexManifest,
    files: Mapping[str, bytes],
    signature_page: Mapping[str, object],
    workflow: str = "",
) -> Sequence[Attachment]:
    """The attachments: the frozen PDFs, the manifests and the data of the signature page."""
    language = Language(WorkflowLanguage(manifest.prevailing, workflow))
    own = "attached_agreement" if isinstance(manifest, Manifest) else "attached_annex"
    listed = [(one, own) for one in manifest.documents]
    listed += [(file, "attached_annex") for one in manifest.annexes for file in one.documents]
    if any(digest(files[one.name]) != one.sha256 for one, _ in listed):
        raise ValueError("a file is not the one that was signed")
    pdfs = [
        Attachment(
            one.name,
            "application/pdf",
            _described(language, kind, one.language),
            files[one.name],
            "supplement",
        )
        for one, kind in listed
    ]
    data = [
        (MANIFEST, "attached_manifest", manifest.canonical()),
        *((one.file_name, "attached_annex_manifest", one.canonical()) for one in manifest.annexes),
        (SIGNATURES, "attached_signatures", canonical(signature_page)),
    ]
    return pdfs + [
        Attachment(name, "application/json", language.say(kind), content, "data") for name, kind, content in data
    ]


def _described(language: Language, kind: str, code: str | None) -> str:
    return language.say(kind, language=language.name(code))
