"""The command that checks a sealed file offline: the sealed PDF by our own rules, the bundle as the program in it does."""

import json
from dataclasses import asdict
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from mediation.installation.named_files import read_given
from mediation.sealing.seal_key import CERTIFICATE_FILE, known_certificates
from mediation.sealing.standalone import verify
from mediation.sealing.verification import MOST_BYTES, verify_sealed


def verify_file(path: Path, given: Path | None, folder: Path, *, as_json: bool) -> int:
    """Check a sealed PDF or a bundle against a `given` certificate, print the result, and give the exit status.

    Where none is given, against all that this installation has had, in the `folder` of its seal. For machines it prints the
    report of `mediation/sealing/standalone/verify.py`, the same of both programs. Refuses with `file-unreadable`.
    """
    own = [] if given else known_certificates(folder)
    report = check_file(
        read_given(path, MOST_BYTES), *(own or [read_given(given or folder / CERTIFICATE_FILE, MOST_BYTES)])
    )
    if as_json:
        print(json.dumps(report.told(), indent=1, sort_keys=True))
    else:
        for part, code in report.findings:
            print(f"{path} does not hold: {part}: {code}")
        if report.holds:
            says = report.says
            agreed = f"case {says['case']}, version {says['version']}"
            print(f"{path} holds: {agreed}, {len(says['signatures'])} signatures, sealed {says['sealed_at']}")
    return verify.HOLDS if report.holds else verify.FAILS


def check_file(content: bytes, *certificates: bytes) -> verify.Report:
    """The report on a sealed PDF or a bundle that has to be sealed by one of these certificates (PEM or DER). Never raises."""
    known = [certificate for one in certificates for certificate in verify.certificates_in(one)]
    if content[:2] != b"PK" or not known:
        reports = [_check_pdf(content, one) for one in certificates]
        return next((one for one in reports if ("seal", "not-by-this-key") not in one.findings), reports[0])
    report = verify.check(content, known)
    name = str(report.says.get("sealed"))
    sealed = _sealed_in(content, name)
    # The program in the bundle reads any signature; ours knows in which one form the seal makes them.
    if sealed is not None and report.sealed_by:
        for part, code in _check_pdf(sealed, report.sealed_by[-1].public_bytes(Encoding.DER)).findings:
            report.found(f"{name}: {part}", code)
    return report


def _sealed_in(content: bytes, name: str) -> bytes | None:
    try:
        return verify.unpack(content).get(name)
    except verify.Damaged:
        return None


def _check_pdf(content: bytes, certificate: bytes) -> verify.Report:
    result, report = verify_sealed(content, certificate), verify.Report("sealed-pdf")
    for finding in result.findings:
        report.found(finding.part, finding.code)
    report.says["trust"] = "given"
    if result.manifest is not None:
        report.says |= {one: getattr(result.manifest, one) for one in ("case", "version", "prevailing")}
        report.says |= {"sealed_at": result.sealed_at, "signatures": [*result.signatures]}
        listed = [one for part in (result.manifest, *result.manifest.annexes) for one in part.documents]
        report.says["documents"] = [asdict(one) for one in listed]
    report.sealed_by = verify.certificates_in(certificate) if result.ok else []
    return report
