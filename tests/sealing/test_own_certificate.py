"""A certificate of one's own and a time-stamp authority: what serves, what is refused, and what every tool says of the file."""

import random
import re
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from mediation.errors import BadSetup, Unavailable
from mediation.installation.installation import open_installation
from mediation.sealing.own_certificate import OwnCertificate, load_pkcs12
from mediation.sealing.seal import Sealer, seal_with
from mediation.sealing.seal_key import known_certificates, load_seal_key
from mediation.sealing.time_stamps import Authority, load_roots
from mediation.sealing.verification import Finding, verify_sealed
from mediation.settings import Settings
from tests.document_data import SEALED_AT
from tests.documents.test_documents import failures, tool
from tests.houses import House
from tests.sealing.authorities import PASSPHRASE, Issuer, own_file, time_stamp_authority
from tests.sealing.test_seal import frozen_files, pages_of_the_agreement, signature_page, signature_sheet, the_manifest
from tests.world import LiveCase, almost_signed

NOW = datetime.now(UTC)


def to_seal() -> bytes:
    manifest = the_manifest()
    page = signature_page(manifest)
    return signature_sheet(manifest, frozen_files(), page, pages_of_the_agreement(), at=SEALED_AT).pdf()


@pytest.fixture(scope="module")
def unsealed() -> bytes:
    return to_seal()


def own(folder: Path, kind: str = "rsa3072") -> tuple[Issuer, OwnCertificate]:
    made = own_file(folder, kind)
    return made, load_pkcs12(made.file, made.passphrase_file, NOW)


def signature_in(pdf: bytes) -> tuple[bytes, bytes]:
    """The detached signature of the first seal, and what it covers."""
    start, rest, length = map(int, re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]", pdf).groups())
    der = bytes.fromhex(pdf[start + 1 : rest - 1].decode())
    return der, pdf[:start] + pdf[rest : rest + length]


@pytest.mark.parametrize("kind", ["rsa3072", "p256", "p384"])
def test_a_seal_with_an_own_certificate_brings_its_chain_and_holds(tmp_path: Path, unsealed: bytes, kind: str) -> None:
    made, certificate = own(tmp_path, kind)
    sealer = Sealer(certificate)
    sealed = seal_with(unsealed, sealer, SEALED_AT)
    assert sealer.level == "B-B"
    assert sealed == seal_with(unsealed, sealer, SEALED_AT)
    report = verify_sealed(sealed, certificate.certificate_pem)
    assert report.findings == ()
    assert (report.manifest, report.stamp) == (the_manifest(), None)
    assert Finding("not-by-this-key", "seal") in verify_sealed(sealed, own(tmp_path / "x")[1].certificate_pem).findings
    assert made.root.public_bytes(Encoding.DER) in signature_in(sealed)[0]
    for standard in ("pdf/a-3a", "pdf/ua-1"):
        assert failures(sealed, standard) == []


def test_other_tools_find_an_own_certificate_good(tmp_path: Path, unsealed: bytes) -> None:
    for one in ("pdfsig", "openssl", "qpdf"):
        tool(one)
    made, certificate = own(tmp_path)
    sealed = seal_with(unsealed, Sealer(certificate), SEALED_AT)
    path, root = tmp_path / "sealed.pdf", tmp_path / "root.pem"
    path.write_bytes(sealed)
    root.write_bytes(made.root.public_bytes(Encoding.PEM))
    der, covered = signature_in(sealed)
    (tmp_path / "seal.der").write_bytes(der)
    (tmp_path / "covered").write_bytes(covered)
    said = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid." in said
    assert "Esimerkkilä Oy" in said
    command = [
        "openssl",
        "cms",
        "-verify",
        "-binary",
        "-inform",
        "DER",
        "-in",
        tmp_path / "seal.der",
        "-out",
        "/dev/null",
    ]
    command += ["-content", tmp_path / "covered", "-CAfile", root, "-purpose", "any"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert subprocess.run(["qpdf", "--check", path], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("kind", "of", "code"),
    [
        ("rsa2048", {}, "seal-own-weak"),
        ("k256", {}, "seal-own-weak"),
        ("p256", {"days": (-30, -1)}, "seal-own-expired"),
        ("p256", {"days": (1, 30)}, "seal-own-early"),
        ("p256", {"signs": False}, "seal-own-usage"),
        ("p256", {"passphrase": "toinen"}, "seal-own-passphrase"),
    ],
)
def test_what_cannot_serve_is_refused_and_tells_no_secret(tmp_path: Path, kind: str, of: dict, code: str) -> None:
    made = own_file(tmp_path, kind, **of)
    with pytest.raises(BadSetup, match=code) as refused:
        load_pkcs12(made.file, made.passphrase_file, NOW)
    told = repr(refused.value) + str(refused.value.details) + str(refused.value.__context__ or "")
    assert PASSPHRASE not in told
    made.passphrase_file.chmod(0o644)
    with pytest.raises(BadSetup, match="seal-own-exposed"):
        load_pkcs12(made.file, made.passphrase_file, NOW)
    with pytest.raises(BadSetup, match="seal-own-unreadable"):
        load_pkcs12(tmp_path / "nothing.p12", None, NOW)


@pytest.mark.seconds
@pytest.mark.parametrize("lasting", [False, True], ids=["B-T", "B-LTA"])
@pytest.mark.parametrize("whose", ["own", "house"])
def test_an_authority_stamps_the_time_and_all_agree(tmp_path: Path, unsealed: bytes, lasting: bool, whose: str) -> None:
    tool("openssl")
    with time_stamp_authority(tmp_path / "tsa") as server:
        key = own(tmp_path)[1] if whose == "own" else load_seal_key(tmp_path / "seal", at=NOW)
        sealer = Sealer(key, Authority(server.url, load_roots(server.roots)), lasting)
        sealed = seal_with(unsealed, sealer, SEALED_AT)
    assert sealer.level == ("B-LTA" if lasting else "B-T")
    report = verify_sealed(sealed, key.certificate_pem, server.roots.read_bytes())
    assert report.findings == ()
    assert report.stamp is not None
    assert (report.stamp.known, "Aikaleimapalvelu" in report.stamp.authority) == (True, True)
    assert abs((report.stamp.at - datetime.now(UTC)).total_seconds()) < 300
    unchecked = verify_sealed(sealed, key.certificate_pem)
    assert unchecked.ok
    assert unchecked.stamp is not None
    assert not unchecked.stamp.known
    if not lasting:
        for standard in ("pdf/a-3a", "pdf/ua-1"):
            assert failures(sealed, standard) == []
    drawn = random.Random(sha256(sealed).digest())
    for _ in range(40):
        changed = bytearray(sealed)
        changed[drawn.randrange(len(changed))] ^= 1 << drawn.randrange(8)
        assert not verify_sealed(bytes(changed), key.certificate_pem).ok
    for changed in (sealed + b"\n", sealed + b"%x\n%%EOF\n", sealed[:-1]):
        assert not verify_sealed(changed, key.certificate_pem).ok


def test_where_the_authority_does_not_answer_or_is_another_nothing_is_sealed(tmp_path: Path, unsealed: bytes) -> None:
    tool("openssl")
    key = load_seal_key(tmp_path / "seal", at=NOW)
    with time_stamp_authority(tmp_path / "tsa") as server, time_stamp_authority(tmp_path / "other") as other:
        server.silent = True
        with pytest.raises(Unavailable, match="time-stamp-missing"):
            seal_with(unsealed, Sealer(key, Authority(server.url, load_roots(server.roots))), SEALED_AT)
        assert server.asked == 2
        with pytest.raises(Unavailable, match="time-stamp-missing"):
            seal_with(unsealed, Sealer(key, Authority(other.url, load_roots(server.roots))), SEALED_AT)
    with pytest.raises(Unavailable, match="time-stamp-missing"):
        seal_with(unsealed, Sealer(key, Authority(server.url, load_roots(server.roots))), SEALED_AT)


@pytest.mark.seconds
def test_an_agreement_waits_for_the_authority_and_nothing_is_half_done(sqlite_house: House, tmp_path: Path) -> None:
    tool("openssl")
    case, digests = almost_signed(sqlite_house, "Aino", "Kaarina")
    with time_stamp_authority(tmp_path / "tsa") as server:
        key = sqlite_house.installation.seal_key
        sealer = Sealer(key, Authority(server.url, load_roots(server.roots)))
        stamped = House(
            replace(sqlite_house.installation, sealer=sealer),
            sqlite_house.clock,
            sqlite_house.people,
            sqlite_house.tokens,
            sqlite_house.organisations,
        )
        room = LiveCase(stamped, case.number, dict(case.ids))
        server.silent = True
        told = room.pekka.refused("agreement/signatures", {"digest": digests["Pekka"]}, 503, "time-stamp-missing")
        assert "Mitään ei allekirjoitettu" in told["detail"]
        assert room.pekka.reads("agreement")["own_signature"] is None
        server.silent = False
        assert room.pekka.does("agreement/signatures", {"digest": digests["Pekka"]})["sealed"]
    [line] = [one for one in room.pekka.reads("agreement")["documents"] if one["kind"] == "sealed"]
    report = verify_sealed(room.pekka.asks(f"GET documents/{line['id']}").content, key.certificate_pem)
    assert report.ok
    assert report.stamp is not None


def test_an_installation_with_an_own_certificate_seals_with_it_and_keeps_it_for_verifying(tmp_path: Path) -> None:
    made = own_file(tmp_path / "own")
    chosen = {"seal_pkcs12": str(made.file), "seal_passphrase_file": str(made.passphrase_file)}
    settings = Settings.under(tmp_path / "var", chosen)
    opened = open_installation(settings)
    opened.close()
    own = opened.sealer.key
    assert isinstance(own, OwnCertificate)
    assert known_certificates(settings.seal_folder) == [opened.seal_key.certificate_pem, own.certificate_pem]
    again = open_installation(replace(settings, seal_pkcs12="", seal_passphrase_file=""))
    again.close()
    assert again.sealer.key == again.seal_key  # without it, the installation's own seals again
    made.passphrase_file.write_text("väärä\n")
    with pytest.raises(BadSetup, match="seal-own-passphrase"):
        open_installation(settings)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"SEAL_LEVEL": "b-x"}, "setting-unknown-seal-level"),
        ({"SEAL_LEVEL": "b-t"}, "setting-missing-timestamp"),
        ({"TIMESTAMP_URL": "http://tsa.example.org/"}, "setting-missing-timestamp"),
        ({"TIMESTAMP_ROOTS": "roots.pem"}, "setting-missing-timestamp"),
        ({"TIMESTAMP_URL": "http://user:word@tsa.example.org/"}, "setting-unusable-timestamp-url"),
        ({"TIMESTAMP_URL": "ftp://tsa.example.org/"}, "setting-unusable-timestamp-url"),
    ],
)
def test_settings_of_the_seal_that_cannot_be_are_refused(given: dict[str, str], code: str) -> None:
    with pytest.raises(BadSetup, match=code):
        Settings.from_environment({f"MEDIATION_{name}": value for name, value in given.items()})
