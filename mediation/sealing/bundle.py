"""The bundle of a sealed agreement: its PDFs, a signed list of them, what checks it without us, and how, in three languages."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from string import Template

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mediation.documents.localise import Language
from mediation.documents.pdf import embedded_files
from mediation.sealing import chained_cms, cms
from mediation.sealing.manifest import canonical, digest
from mediation.sealing.seal import Sealer
from mediation.sealing.seal_key import SealKey
from mediation.sealing.standalone import verify
from mediation.templates import TEMPLATES

README, VERIFIER, PUBLIC_KEY = "README.txt", "verify.py", "public-key.pem"
LANGUAGES = ("fi", "sv", "en")


@dataclass(frozen=True)
class _Part:
    """A file of the bundle; `what` says of which kind it is, as in `templates/bundle/words.toml`."""

    name: str
    what: str
    content: bytes = b""
    language: str | None = None

    def listed(self) -> Mapping[str, object]:
        told = {name: value for name, value in asdict(self).items() if name != "content"}
        return {**told, "sha256": digest(self.content), "bytes": len(self.content)}


def bundle(name: str, sealed: bytes, sealer: Sealer, *, head: str | None = None) -> bytes:
    """The zip of the sealed PDF `name` and of the PDFs attached to it, the same bytes for the same arguments.

    `sealer` signs the list of the files, too: deterministically (RFC 6979, PKCS #1 v1.5), so that nothing has to be kept;
    a token that draws its own numbers gives another signature each time, and the rest the same. Where another seal made the
    PDF, since renewed or lost, the certificates of both are in it. `head` is the digest of the record (hex) from when the
    case was sealed; a representative, who may not know of what others did, gets none.
    ValueError when the PDF does not hold.
    """
    report = verify.check_sealed(sealed)
    if not report.holds:
        raise ValueError(f"a sealed file that does not hold: {report.findings}")
    says = report.says
    own = sealer.chain
    certificates = list(dict.fromkeys([*own.all, *report.sealed_by, *report.chain]))
    parts = [
        _Part(name, "sealed", sealed),
        *_frozen(sealed, says["documents"]),
        _Part(verify.CERTIFICATES, "certificates", b"".join(one.public_bytes(Encoding.PEM) for one in certificates)),
        _Part(PUBLIC_KEY, "public-key", _public_key(own.signer)),
        _Part(VERIFIER, "verifier", verifier()),
    ]
    record = {"head": head, "case": says["case"]} if head else None
    sealing = list(dict.fromkeys([own.signer, *report.sealed_by]))
    parts.insert(0, _Part(README, "readme", _readme(parts, sealing, record)))
    listed = {
        **{one: says[one] for one in ("case", "version", "prevailing")},
        "form": verify.FORM,
        "dated": says["sealed_at"],
        "sealed": name,
        "record": record,
        "files": [one.listed() for one in parts],
    }
    manifest = canonical(listed)
    signature = _signature(sha256(manifest).digest(), sealer)
    contents = {one.name: one.content for one in parts} | {verify.MANIFEST: manifest, verify.SIGNATURE: signature}
    return verify.pack(contents, says["sealed_at"])


def _signature(digest: bytes, sealer: Sealer) -> bytes:
    if isinstance(sealer.key, SealKey):
        return cms.sign(digest, sealer.key.private, sealer.key.certificate)
    signature = chained_cms.sign(digest, sealer.chain, sealer.key.with_key)
    return chained_cms.assemble(digest, sealer.chain, signature)


@cache
def verifier() -> bytes:
    """The stand-alone program, as it is put into every bundle."""
    return Path(verify.__file__).read_bytes()


def _frozen(sealed: bytes, documents: Sequence[Mapping[str, str]]) -> Iterator[_Part]:
    """The PDFs that were signed, by the names that the manifest has for them."""
    attached = dict(embedded_files(sealed, verify.MOST_BYTES))
    for one in documents:
        yield _Part(one["name"], "frozen", attached[one["name"]] or b"", one["language"])


def _public_key(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _readme(
    parts: Sequence[_Part], certificates: Sequence[x509.Certificate], record: Mapping[str, object] | None
) -> bytes:
    all_parts = [*parts, _Part(README, "readme"), _Part(verify.MANIFEST, "list"), _Part(verify.SIGNATURE, "signature")]
    prints = "\n".join(f"   {verify.fingerprint(one)}" for one in certificates)
    texts = []
    for code in LANGUAGES:
        words, language = _words()[code], Language(code)
        files = [f"   {one.name}: {words[one.what].format(language=language.name(one.language))}" for one in all_parts]
        told = f"\n{words['record'].format_map(record)}\n" if record else ""
        texts.append(_template(code).substitute(files="\n".join(files), fingerprints=prints, record=told))
    return "\n\n".join(texts).encode()


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((TEMPLATES / "bundle" / "words.toml").read_text("utf-8"))


@cache
def _template(language: str) -> Template:
    return Template((TEMPLATES / "bundle" / f"readme.{language}.txt").read_text("utf-8"))
