"""Manifests: what is signed. They list the files of one agreement version with their digests, in one canonical JSON form."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, ClassVar

MANIFEST = "manifest.json"


def canonical(value: object) -> bytes:
    """`value` as JSON in the form that we digest: keys sorted, no spaces, ASCII only."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode("ascii")


def digest(content: bytes) -> str:
    """The SHA-256 of `content`, in hex."""
    return sha256(content).hexdigest()


@dataclass(frozen=True)
class ListedFile:
    """One file of a manifest. `name` reveals nobody: `sopimus-fi.pdf`."""

    name: str
    language: str | None
    sha256: str

    @classmethod
    def of(cls, name: str, language: str | None, content: bytes) -> "ListedFile":
        return cls(name, language, digest(content))


@dataclass(frozen=True)
class _Signed:
    """A version of the agreement of a case, and the digest that is signed."""

    case: str
    version: int
    prevailing: str

    def canonical(self) -> bytes:
        """The bytes whose SHA-256 is signed."""
        return canonical(asdict(self))

    @property
    def digest(self) -> str:
        """The SHA-256 (hex) that is signed."""
        return digest(self.canonical())


@dataclass(frozen=True)
class AnnexManifest(_Signed):
    """What one employer representative signs: their annex (`annex` is its name) and nothing else."""

    annex: str
    documents: tuple[ListedFile, ...]
    annexes: ClassVar[tuple["AnnexManifest", ...]] = ()

    @property
    def file_name(self) -> str:
        """The name under which it is stored and embedded."""
        return f"{self.annex}-{MANIFEST}"


@dataclass(frozen=True)
class Manifest(_Signed):
    """What each party signs: the agreement in every language, and each annex by its digest."""

    documents: tuple[ListedFile, ...]
    annexes: tuple[AnnexManifest, ...] = ()

    def canonical(self) -> bytes:
        """The bytes whose SHA-256 is signed."""
        annexes = [
            {"name": one.annex, "manifest_sha256": one.digest, "documents": asdict(one)["documents"]}
            for one in self.annexes
        ]
        return canonical({**asdict(self), "annexes": annexes})


def read_manifest(content: bytes) -> Manifest | AnnexManifest:
    """The manifest in these bytes. ValueError unless they are in canonical form, so that no manifest has two digests."""
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
        if manifest.canonical() != content:  # also if the stated digest of an annex is wrong
            raise ValueError("not canonical")
    except (LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("not a manifest") from error
    return manifest


def _documents(plain: Iterable[Mapping[str, Any]]) -> tuple[ListedFile, ...]:
    documents = tuple(ListedFile(one["name"], one["language"], one["sha256"]) for one in plain)
    if not all(isinstance(one.name, str) and isinstance(one.sha256, str) for one in documents):
        raise ValueError("not a list of files")
    return documents
