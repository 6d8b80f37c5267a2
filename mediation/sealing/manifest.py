"""What is signed: a list of the documents of one agreement version with their digests, in one canonical form of JSON."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

MANIFEST = "manifest.json"


def canonical(value: object) -> bytes:
    """`value` as JSON in the one way we digest it: keys sorted, nothing between, ASCII only."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode("ascii")


def digest(content: bytes) -> str:
    """The SHA-256 of `content`, in hex."""
    return sha256(content).hexdigest()


@dataclass(frozen=True)
class Document:
    """One file: `name` is a file name that tells nothing of anybody, such as `agreement-fi.pdf`."""

    name: str
    language: str | None
    sha256: str

    @classmethod
    def of(cls, name: str, language: str | None, content: bytes) -> "Document":
        """The entry for a file of this content."""
        return cls(name, language, digest(content))

    def plain(self) -> dict[str, object]:
        """As JSON has it."""
        return {"name": self.name, "language": self.language, "sha256": self.sha256}


@dataclass(frozen=True)
class AnnexManifest:
    """What one employer representative signs: their annex (named `annex`, with their id) and nothing else."""

    case: str
    version: int
    prevailing: str
    annex: str
    documents: tuple[Document, ...]

    @property
    def file_name(self) -> str:
        """Under which it is stored and embedded."""
        return f"{self.annex}-{MANIFEST}"

    def canonical(self) -> bytes:
        """The bytes whose SHA-256 is signed."""
        own = {"case": self.case, "version": self.version, "prevailing": self.prevailing, "annex": self.annex}
        return canonical({**own, "documents": [one.plain() for one in self.documents]})

    @property
    def digest(self) -> str:
        """What is signed: SHA-256, hex."""
        return digest(self.canonical())


@dataclass(frozen=True)
class Manifest:
    """What each party signs: every language's agreement, and by its digest each annex."""

    case: str
    version: int
    prevailing: str
    documents: tuple[Document, ...]
    annexes: tuple[AnnexManifest, ...] = ()

    def canonical(self) -> bytes:
        """The bytes whose SHA-256 is signed."""
        own = {"case": self.case, "version": self.version, "prevailing": self.prevailing}
        annexes = [
            {"name": one.annex, "manifest_sha256": one.digest, "documents": [file.plain() for file in one.documents]}
            for one in self.annexes
        ]
        return canonical({**own, "documents": [one.plain() for one in self.documents], "annexes": annexes})

    @property
    def digest(self) -> str:
        """What is signed: SHA-256, hex."""
        return digest(self.canonical())


def read_manifest(content: bytes) -> Manifest | AnnexManifest:
    """The manifest in these bytes. ValueError unless they are canonical, so that one manifest has one digest."""
    try:
        plain = json.loads(content)
        own: dict[str, Any] = {key: plain[key] for key in ("case", "version", "prevailing")}
        documents = _documents(plain["documents"])
        manifest: Manifest | AnnexManifest
        if "annex" in plain:
            manifest = AnnexManifest(**own, annex=plain["annex"], documents=documents)
        else:
            annexes = [
                AnnexManifest(**own, annex=one["name"], documents=_documents(one["documents"]))
                for one in plain["annexes"]
            ]
            manifest = Manifest(**own, documents=documents, annexes=tuple(annexes))
        if manifest.canonical() != content:  # also catches a stated digest of an annex that is not the annex's
            raise ValueError("not canonical")
    except (LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("not a manifest") from error
    return manifest


def _documents(plain: Iterable[Mapping[str, Any]]) -> tuple[Document, ...]:
    documents = tuple(Document(one["name"], one["language"], one["sha256"]) for one in plain)
    if not all(isinstance(one.name, str) and isinstance(one.sha256, str) for one in documents):
        raise ValueError("not a document")
    return documents
