"""What other programs say of a sealed file: whether they refuse it, for the tables of docs/verifying.md."""

import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

from mediation.sealing.standalone import verify
from tests.documents.test_documents import tool

Refuses = Callable[[bytes, bytes, Path], bool]
_JUDGED: dict[bytes, bool] = {}
PYHANKO = Path(sys.executable).with_name("pyhanko")  # pyhanko-cli, from the same environment


def pdfsig_refuses(pdf: bytes, certificate: bytes, folder: Path) -> bool:
    """`pdfsig FILE`, read as its page says: the signature is valid, and it covers the total document."""
    (folder / "it.pdf").write_bytes(pdf)
    ran = subprocess.run([tool("pdfsig"), str(folder / "it.pdf")], capture_output=True, timeout=60, check=False)
    said = ran.stdout.decode("utf-8", "replace")
    return said.count("Signature is Valid") != 1 or "Total document signed" not in said


def pyhanko_refuses(pdf: bytes, certificate: bytes, folder: Path) -> bool:
    """`pyhanko sign validate`, the program itself, which has to end well and to judge one seal."""
    known = sha256(
        pdf + certificate
    ).digest()  # most damage to a bundle leaves its PDF as it was, and each start takes a second
    if known not in _JUDGED:
        _JUDGED[known] = _pyhanko_refuses(pdf, certificate, folder)
    return _JUDGED[known]


def _pyhanko_refuses(pdf: bytes, certificate: bytes, folder: Path) -> bool:
    (folder / "it.pdf").write_bytes(pdf)
    (folder / "it.pem").write_bytes(certificate)
    command = [str(PYHANKO), "sign", "validate", "--trust-replace", "--trust", "it.pem", "it.pdf"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    judged = [line for line in ran.stdout.decode("utf-8", "replace").splitlines() if line.strip()]
    return ran.returncode != 0 or len(judged) != 1 or ":TRUSTED" not in judged[0]


def openssl_refuses(pdf: bytes, certificate: bytes, folder: Path) -> bool:
    """`openssl cms -verify` on the signature that was cut out of the file, over the bytes that its ByteRange names."""
    ranges = re.findall(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]", pdf)
    if len(ranges) != 1:
        return True
    start, end, rest = map(int, ranges[0])
    digits = pdf[start + 1 : end - 1]
    if not re.fullmatch(rb"(?:[0-9a-fA-F]{2})+", digits):
        return True
    return _cms_refuses(bytes.fromhex(digits.decode()), pdf[:start] + pdf[end : end + rest], certificate, folder)


def _cms_refuses(signature: bytes, content: bytes, certificate: bytes, folder: Path) -> bool:
    for name, given in (("it.p7s", signature), ("it", content), ("it.pem", certificate)):
        (folder / name).write_bytes(given)
    command = "cms -verify -binary -inform DER -in it.p7s -content it -CAfile it.pem -purpose any -no_check_time"
    ran = subprocess.run(
        [tool("openssl"), *command.split(), "-out", "/dev/null"], cwd=folder, capture_output=True, check=False
    )
    return ran.returncode != 0


def on_sealed(refuses: Refuses) -> Refuses:
    """The same of the sealed PDF in a bundle, as whoever unpacks it would do."""

    def refuses_inside(content: bytes, certificate: bytes, folder: Path) -> bool:
        parts = unpacked(content)
        sealed = max((one for one in parts if one.endswith(".pdf")), key=lambda one: len(parts[one]))
        return refuses(parts[sealed], certificate, folder)

    return refuses_inside


def openssl_refuses_list(content: bytes, certificate: bytes, folder: Path) -> bool:
    """`openssl cms -verify` on the signed list of a bundle, as its README could say."""
    parts = unpacked(content)
    return _cms_refuses(parts[verify.SIGNATURE], parts[verify.MANIFEST], certificate, folder)


def unpacked(content: bytes) -> dict[str, bytes]:
    """The files of a bundle, as far as any program would unpack them."""
    return verify.unpack(content)


ON_PDF: Mapping[str, Refuses] = {
    "pdfsig": pdfsig_refuses,
    "pyhanko sign validate": pyhanko_refuses,
    "openssl cms -verify": openssl_refuses,
}
ON_BUNDLE: Mapping[str, Refuses] = {
    "pdfsig": on_sealed(pdfsig_refuses),
    "pyhanko sign validate": on_sealed(pyhanko_refuses),
    "openssl cms -verify": openssl_refuses_list,
}
