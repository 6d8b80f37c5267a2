"""Checks a sealed file offline against the installation's certificate, and names every part that is wrong."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice, starmap
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.keys import load_certs_from_pemder_data

from mediation.documents.pdf import NotOurs, embedded_files, object_offsets, object_start
from mediation.sealing import cms
from mediation.sealing.chained_cms import Chain, chain_of, public_key
from mediation.sealing.chained_verification import check_chained, is_chained
from mediation.sealing.manifest import MANIFEST, AnnexManifest, ListedFile, Manifest, digest, read_manifest
from mediation.sealing.time_stamps import Stamp

MOST_BYTES = 64 * 1024**2  # of a file, and of all that is embedded in it; ours have less than one
MOST_CANDIDATES = 1000
CONTENTS_DIGITS = 4096  # reserved for the signature, in hexadecimal digits; ours takes under half of it

SIGNATURES = "signatures.json"
_BYTE_RANGE = re.compile(rb"/ByteRange \[0 (\d{1,10}) (\d{1,10}) (\d{1,10})\]")


@dataclass(frozen=True)
class Finding:
    """Something that is wrong: `code` says what, `part` where.

    Parts are `file`, `certificate`, `seal`, `manifest`, `signatures` and `attachment:` with a file's name. Codes:
    `too-large`, `not-a-pdf`, `not-a-certificate`, `no-seal`, `several-seals`, `not-covered` (something was added or
    is missing), `not-by-this-key`, `changed`, `damaged`, `missing`, `not-listed`, `twice`, `not-what-was-signed`.
    """

    code: str
    part: str


@dataclass(frozen=True)
class SealedReport:
    """The result of a check. Trust the rest only if there are no findings.

    `signatures` and `sealed_at` are what the signature page says, `stamp` what a time-stamp authority says of the seal.
    """

    findings: tuple[Finding, ...]
    manifest: Manifest | AnnexManifest | None = None
    signatures: tuple[Mapping[str, Any], ...] = ()
    sealed_at: str | None = None
    stamp: Stamp | None = None

    @property
    def ok(self) -> bool:
        return not self.findings


def verify_sealed(pdf: bytes, certificate: bytes, roots: bytes = b"") -> SealedReport:
    """Whether `pdf` was sealed with the key of `certificate` (PEM or DER) and is unchanged and complete.

    A certificate of one's own comes with its chain (PEM, the one that seals first); `roots` (PEM) are those of a time-stamp
    authority, without which its name is told unchecked. Needs nothing but these, and no network. Never raises, for any input.
    """
    try:
        chain = _certificates(certificate)
        authority = tuple(load_certs_from_pemder_data(roots)) if roots else ()
    except ValueError:
        return SealedReport((Finding("not-a-certificate", "certificate"),))
    if len(pdf) > MOST_BYTES:
        return SealedReport((Finding("too-large", "file"),))
    if not pdf.startswith(b"%PDF-"):
        return SealedReport((Finding("not-a-pdf", "file"),))
    checked = check_chained(pdf, chain, authority) if is_chained(pdf) else None
    seal = tuple(_check_seal(pdf, chain.signer)) if checked is None else tuple(starmap(Finding, checked.wrong))
    if Finding("no-seal", "seal") in seal:
        return SealedReport(seal)
    try:
        report = _check_contents(pdf if checked is None else pdf[: checked.end], seal)
        return report if checked is None else replace(report, stamp=checked.stamp)
    except NotOurs:
        return SealedReport((*seal, Finding("damaged", "file")))


def _certificates(given: bytes) -> Chain:
    """The certificate in these bytes with its chain. ValueError unless its key is of a kind that seals have."""
    if b"-----BEGIN" in given:
        chain = chain_of(x509.load_pem_x509_certificates(given))
    else:
        chain = Chain(x509.load_der_x509_certificate(given))
    if public_key(chain.signer) is None:
        raise ValueError("not a seal's certificate")
    return chain


def _check_seal(pdf: bytes, certificate: x509.Certificate) -> Iterator[Finding]:
    found = islice(_BYTE_RANGE.finditer(pdf), MOST_CANDIDATES + 1)
    ranges = [(int(one[1]), int(one[2]), int(one[3])) for one in found]
    covering = [(start, end) for start, end, rest in ranges if _is_gap(pdf, start, end) and end + rest == len(pdf)]
    if not ranges:
        yield Finding("no-seal", "seal")
    elif len(covering) > 1 or len(ranges) > MOST_CANDIDATES:
        yield Finding("several-seals", "seal")
    elif not covering:
        yield Finding("not-covered", "seal")
    else:
        yield from _check_signature(pdf, *covering[0], certificate)


def _is_gap(pdf: bytes, start: int, end: int) -> bool:
    return end - start == CONTENTS_DIGITS + 2 and pdf[start : start + 1] + pdf[end - 1 : end] == b"<>"


def _check_signature(pdf: bytes, start: int, end: int, certificate: x509.Certificate) -> Iterator[Finding]:
    digits = pdf[start + 1 : end - 1]
    if not re.fullmatch(rb"[0-9a-f]+", digits):  # in capitals the same signature would be other bytes
        yield Finding("damaged", "seal")
        return
    contents = bytes.fromhex(digits.decode("ascii"))
    length = 4 + int.from_bytes(contents[2:4], "big")  # a tag, the mark of a two-byte length, the length
    signature, padding = contents[:length], contents[length:]
    content = sha256(pdf[:start] + pdf[end:]).digest()
    if not any(padding) and cms.is_signature(signature, content, certificate):
        return
    if certificate.public_bytes(Encoding.DER) not in signature:
        yield Finding("not-by-this-key", "seal")
    yield Finding("damaged" if content in signature else "changed", "seal")


def _check_contents(pdf: bytes, findings: tuple[Finding, ...]) -> SealedReport:
    # Also if the seal is wrong already: this shows which part was changed.
    found, files = list(findings), dict[str, bytes | None]()
    for name, content in embedded_files(pdf, MOST_BYTES):
        if name in files:
            found.append(Finding("twice", f"attachment:{name}"))
        files[name] = content
    if not findings and _seals(pdf) != 1:
        found.append(Finding("several-seals", "seal"))
    if MANIFEST not in files:
        return SealedReport((*found, Finding("missing", "manifest")))
    try:
        manifest = read_manifest(files.pop(MANIFEST) or b"")
    except ValueError:
        return SealedReport((*found, Finding("damaged", "manifest")))
    page = _plain(files.pop(SIGNATURES, None))
    found += _check_page(manifest, page)
    found += _check_files(manifest, files)
    return SealedReport(tuple(found), manifest, _signatures(page), page.get("sealed_at"))


def _seals(pdf: bytes) -> int:
    """The number of signatures in the table of objects, for a file whose bytes the seal has confirmed."""
    starts = [object_start(pdf, number, offset) for number, offset in object_offsets(pdf).items()]
    return sum(b"/ByteRange" in pdf[start : pdf.find(b"endobj", start)] for start in starts)


def _check_page(manifest: Manifest | AnnexManifest, page: Mapping[str, Any]) -> Iterator[Finding]:
    """Whether each signature is on this manifest or on an annex of it."""
    if not page:
        yield Finding("missing", "signatures")
        return
    annexes = manifest.annexes if isinstance(manifest, Manifest) else (manifest,)
    allowed = {(one.digest, True) for one in annexes}
    if isinstance(manifest, Manifest):
        allowed.add((manifest.digest, False))
    signed = [(one.get("digest"), one.get("annex")) for one in _signatures(page)]
    stated = (page.get("manifest_digest"), page.get("case"), page.get("version"))
    if stated != (manifest.digest, manifest.case, manifest.version) or not signed or not allowed.issuperset(signed):
        yield Finding("not-what-was-signed", "signatures")


def _check_files(manifest: Manifest | AnnexManifest, files: Mapping[str, bytes | None]) -> Iterator[Finding]:
    """Whether the files are those that the manifest lists."""
    listed = [*manifest.documents, *(file for one in manifest.annexes for file in one.documents)]
    listed += [ListedFile(one.file_name, None, one.digest) for one in manifest.annexes]
    for one in listed:
        content = files.get(one.name)
        if one.name not in files:
            yield Finding("missing", f"attachment:{one.name}")
        elif content is None:
            yield Finding("damaged", f"attachment:{one.name}")
        elif digest(content) != one.sha256:
            yield Finding("changed", f"attachment:{one.name}")
    for name in sorted(files.keys() - {one.name for one in listed}):
        yield Finding("not-listed", f"attachment:{name}")


def _plain(content: bytes | None) -> Mapping[str, Any]:
    try:
        plain = json.loads(content or b"")
    except (ValueError, RecursionError):
        return {}
    return plain if isinstance(plain, dict) else {}


def _signatures(page: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    signatures = page.get("signatures")
    return tuple(one for one in signatures if isinstance(one, dict)) if isinstance(signatures, list) else ()
