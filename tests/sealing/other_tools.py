"""What other programs say of a sealed file: whether they refuse it, for the tables of docs/verifying.md."""

import re
import subprocess
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

from asn1crypto.x509 import Certificate
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from mediation.sealing.standalone import verify
from tests.documents.test_documents import tool

Refuses = Callable[[bytes, bytes, Path], bool]


def pdfsig_refuses(pdf: bytes, certificate: bytes, folder: Path) -> bool:
    """`pdfsig FILE`, read as its page says: the signature is valid, and it covers the total document."""
    (folder / "it.pdf").write_bytes(pdf)
    ran = subprocess.run([tool("pdfsig"), str(folder / "it.pdf")], capture_output=True, timeout=60, check=False)
    said = ran.stdout.decode("utf-8", "replace")
    return said.count("Signature is Valid") != 1 or "Total document signed" not in said


def pyhanko_refuses(pdf: bytes, certificate: bytes, folder: Path) -> bool:
    """What stands behind `pyhanko sign validate --trust CERTIFICATE FILE`: its verdict on every signature in the file."""
    [known] = verify.certificates_in(certificate)
    trusted = Certificate.load(known.public_bytes(Encoding.DER))
    try:
        found = PdfFileReader(BytesIO(pdf)).embedded_signatures
        context = ValidationContext(trust_roots=[trusted], allow_fetching=False)
        return len(found) != 1 or not validate_pdf_signature(found[0], context).bottom_line
    except Exception:  # whatever it stumbles over, it does not call the file good
        return True


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
