"""The command that checks a sealed file offline: the sealed PDF by our own rules, the bundle as the program in it does."""

import json
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from mediation.installation.named_files import read_given
from mediation.sealing.own_certificate import ordered
from mediation.sealing.seal_key import CERTIFICATE_FILE, known_certificates
from mediation.sealing.standalone import verify
from mediation.sealing.verification import MOST_BYTES, verify_sealed
from mediation.settings import Settings


def verify_file(arguments: Namespace, settings: Settings) -> int:
    """Check a sealed PDF or a bundle against the certificate that was given, print the result, and give the exit status.

    Where none is given, against all that this installation has had. For machines it prints the report of
    `mediation/sealing/standalone/verify.py`, the same of both programs. Refuses with `file-unreadable`.
    """
    given, path, roots = arguments.certificate, arguments.file, arguments.roots or settings.timestamp_roots
    own = [] if given else known_certificates(settings.seal_folder)
    certificates = own or [read_given(given or settings.seal_folder / CERTIFICATE_FILE, MOST_BYTES)]
    report = check_file(
        read_given(path, MOST_BYTES), *certificates, roots=read_given(Path(roots), MOST_BYTES) if roots else b""
    )
    if arguments.json:
        print(json.dumps(report.told(), indent=1, sort_keys=True))
    else:
        print("\n".join(_in_words(report, path)))
    return verify.HOLDS if report.holds else verify.FAILS


def _in_words(report: verify.Report, path: Path) -> Iterator[str]:
    says, stamp = report.says, report.says.get("time_stamp")
    for part, code in report.findings:
        yield f"{path} does not hold: {part}: {code}"
    if report.holds:
        agreed = f"case {says['case']}, version {says['version']}"
        yield f"{path} holds: {agreed}, {len(says['signatures'])} signatures, sealed {says['sealed_at']}"
    if report.holds and stamp is not None:
        unchecked = "" if stamp["known"] else " (its certificate was not checked: --roots)"
        yield f"time-stamped {stamp['at']} by {stamp['authority']}{unchecked}"


def check_file(content: bytes, *certificates: bytes, roots: bytes = b"") -> verify.Report:
    """The report on a sealed PDF or a bundle that has to be sealed by one of these certificates (PEM or DER). Never raises.

    `roots` (PEM) are those of a time-stamp authority.
    """
    known = [certificate for one in certificates for certificate in verify.certificates_in(one)[:1]]
    if content[:2] != b"PK" or not known:
        reports = [_check_pdf(content, one, roots) for one in certificates]
        return next((one for one in reports if ("seal", "not-by-this-key") not in one.findings), reports[0])
    report = verify.check(content, known)
    name = str(report.says.get("sealed"))
    sealed = _sealed_in(content, name)
    # The program in the bundle reads any signature; ours knows in which one form the seal makes them.
    if sealed is not None and report.sealed_by:
        chain = ordered(report.sealed_by[-1], report.chain)
        inner = _check_pdf(sealed, b"".join(one.public_bytes(Encoding.PEM) for one in chain.all), roots)
        for part, code in inner.findings:
            report.found(f"{name}: {part}", code)
        report.says |= {one: inner.says[one] for one in ("time_stamp",) if one in inner.says}
    return report


def _sealed_in(content: bytes, name: str) -> bytes | None:
    try:
        return verify.unpack(content).get(name)
    except verify.Damaged:
        return None


def _check_pdf(content: bytes, certificate: bytes, roots: bytes) -> verify.Report:
    result, report = verify_sealed(content, certificate, roots), verify.Report("sealed-pdf")
    for finding in result.findings:
        report.found(finding.part, finding.code)
    report.says["trust"] = "given"
    if result.manifest is not None:
        report.says |= {one: getattr(result.manifest, one) for one in ("case", "version", "prevailing")}
        report.says |= {"sealed_at": result.sealed_at, "signatures": [*result.signatures]}
        listed = [one for part in (result.manifest, *result.manifest.annexes) for one in part.documents]
        report.says["documents"] = [asdict(one) for one in listed]
    if result.stamp is not None:
        at, authority, known = result.stamp.at, result.stamp.authority, result.stamp.known
        report.says["time_stamp"] = {"at": at.isoformat(), "authority": authority, "known": known}
    report.sealed_by = verify.certificates_in(certificate)[:1] if result.ok else []
    return report
