"""A seal whose key stays in a token, with SoftHSM where it is installed (on Debian: apt-get install softhsm2)."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mediation.documents.render import Sheet
from mediation.errors import BadSetup
from mediation.sealing.token import Place, load_token, place_of
from mediation.sealing.verification import verify_sealed
from tests.document_data import DATED, SEALED_AT, agreement
from tests.sealing.authorities import certificate, key_of

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so")
MODULE = next((one for one in MODULES if Path(one).exists()), "")
NEEDS_SOFTHSM = pytest.mark.skipif(
    not MODULE or not shutil.which("softhsm2-util"), reason="softhsm2 is missing: apt-get install softhsm2"
)
PIN = "481516"
MAKE = """
import sys, pkcs11
from pkcs11 import Attribute, ObjectClass
from pkcs11.constants import CertificateType
module, pin, *certificates = sys.argv[1:]
token = pkcs11.lib(module).get_token(token_label="mediation")
with token.open(rw=True, user_pin=pin) as session:
    for path in certificates:
        value = open(path, "rb").read()
        session.create_object({
            Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
            Attribute.TOKEN: True, Attribute.LABEL: "seal", Attribute.SUBJECT: b"x", Attribute.VALUE: value,
        })
"""
USE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from mediation.sealing.seal import Sealer, seal_with
from mediation.sealing.token import load_token
uri, pin, pdf, out, at = sys.argv[1:]
own = load_token(uri, Path(pin), datetime.now(UTC))
Path(out).write_bytes(seal_with(Path(pdf).read_bytes(), Sealer(own), datetime.fromisoformat(at)))
Path(out + ".pem").write_bytes(own.certificate_pem)
"""


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "pkcs11:token=a",
        "pkcs11:token=a;object=b",
        "pkcs11:token=;object=b?module-path=/x",
        "pkcs11:token=a;object=b?module-path=/x&pin-value=1234",
        "pkcs11:token=a;object=b;pin-value=1?module-path=/x",
    ],
)
def test_an_address_that_names_no_key_or_holds_a_pin_is_refused(uri: str) -> None:
    with pytest.raises(BadSetup, match="setting-unusable-pkcs11"):
        place_of(uri)
    assert place_of("pkcs11:token=oma%20avain;object=b?module-path=/x.so") == Place("/x.so", "oma avain", "b")


@contextmanager
def a_token(folder: Path, kind: str) -> Iterator[tuple[str, Path, dict[str, str]]]:
    """A token with a key, its certificate and the root; its address, the file of its PIN, and the environment it needs."""
    (folder / "tokens").mkdir(parents=True)
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n")
    environment = {**os.environ, "SOFTHSM2_CONF": str(folder / "softhsm2.conf")}
    over, key = ec.generate_private_key(ec.SECP256R1()), key_of(kind)
    root = certificate("Juuri", over, ca=True)
    signer = certificate("Esimerkkilä Oy", key, (root, over))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    for name, one in (("signer", signer), ("root", root)):
        (folder / f"{name}.der").write_bytes(one.public_bytes(Encoding.DER))
    util = ["softhsm2-util", "--token", "mediation", "--pin", PIN]
    made = [
        ["softhsm2-util", "--init-token", "--free", "--label", "mediation", "--pin", PIN, "--so-pin", "0000"],
        [*util, "--import", str(folder / "key.pem"), "--label", "seal", "--id", "01"],
    ]
    kept = [str(folder / f"{name}.der") for name in ("root", "signer")]
    for command in (*made, [sys.executable, "-c", MAKE, MODULE, PIN, *kept]):
        subprocess.run(command, env=environment, check=True, capture_output=True)
    pin = folder / "pin"
    pin.write_text(f"{PIN}\n")
    pin.chmod(0o600)
    yield f"pkcs11:token=mediation;object=seal?module-path={MODULE}", pin, environment


@pytest.mark.seconds
@NEEDS_SOFTHSM
@pytest.mark.parametrize("kind", ["rsa3072", "p256"])
def test_a_key_in_a_token_seals_and_never_leaves_it(tmp_path: Path, kind: str) -> None:
    from_sheet = tmp_path / "agreement.pdf"
    from_sheet.write_bytes(Sheet("agreement", "fi", agreement("fi"), DATED).pdf())
    with a_token(tmp_path / "hsm", kind) as (uri, pin, environment):
        out = tmp_path / "sealed.pdf"
        command = [sys.executable, "-c", USE, uri, str(pin), str(from_sheet), str(out), SEALED_AT.isoformat()]
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        pem = out.with_name("sealed.pdf.pem").read_bytes()
        assert pem.count(b"BEGIN CERTIFICATE") == 2
        report = verify_sealed(out.read_bytes(), pem)
        assert {one.code for one in report.findings} == {"missing"}  # it has no manifest, and is sealed all the same
        for wrong, code in (("999999", "seal-own-passphrase"), ("", "seal-own-passphrase")):
            pin.write_text(f"{wrong}\n")
            ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            assert ran.returncode != 0
            assert code in ran.stderr
            assert PIN not in ran.stderr
        pin.write_text(f"{PIN}\n")
        for place in (uri.replace("object=seal", "object=other"), uri.replace("token=mediation", "token=other")):
            ran = subprocess.run(
                [*command[:3], place, *command[4:]], env=environment, capture_output=True, text=True, check=False
            )
            assert "seal-own-keyless" in ran.stderr or "seal-own-unreadable" in ran.stderr


def test_a_module_that_is_not_there_is_refused(tmp_path: Path) -> None:
    pin = tmp_path / "pin"
    pin.write_text("1234\n")
    pin.chmod(0o600)
    with pytest.raises(BadSetup, match="seal-own-unreadable"):
        load_token("pkcs11:token=a;object=b?module-path=/nowhere.so", pin, datetime.now(UTC))
