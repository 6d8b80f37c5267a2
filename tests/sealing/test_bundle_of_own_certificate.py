"""Bundles sealed with a certificate of one's own and with time-stamps: checked by the program in them as by ours."""

from pathlib import Path
from random import Random

import pytest

from mediation.installation.sealed_files import check_file
from mediation.sealing.bundle import bundle
from mediation.sealing.seal import Sealer, seal_with
from mediation.sealing.standalone import verify
from mediation.sealing.time_stamps import Authority, load_roots
from tests.document_data import SEALED_AT
from tests.sealing.authorities import time_stamp_authority
from tests.sealing.test_own_certificate import own, to_seal

NAME = "sopimus.pdf"


@pytest.fixture(scope="module")
def unsealed() -> bytes:
    return to_seal()


def in_use(pdf: bytes) -> tuple[int, int]:
    """Where the digits of the first seal begin and end, without the filling."""
    start = pdf.index(b"<30") + 1
    return start, start + len(pdf[start : pdf.index(b">", start)].rstrip(b"0"))


@pytest.mark.parametrize("kind", ["rsa3072", "p384"])
def test_the_chain_of_an_own_certificate_is_known_by_its_root_and_comes_along(
    tmp_path: Path, unsealed: bytes, kind: str
) -> None:
    made, certificate = own(tmp_path, kind)
    sealer = Sealer(certificate)
    pdf = seal_with(unsealed, sealer, SEALED_AT)
    content = bundle(NAME, pdf, sealer)
    assert bundle(NAME, pdf, sealer) == content
    assert verify.certificates_in(verify.unpack(content)["certificates.pem"]) == [made.signer, made.root]
    for known in ([], [made.signer], [made.root]):
        assert verify.check(content, known).findings == []
        assert verify.check(pdf, known).findings == []
    assert check_file(content, certificate.certificate_pem).findings == []
    other = own(tmp_path / "other", kind)[0].root
    assert ("bundle.p7s", "not-by-this-key") in verify.check(content, [other]).findings
    assert ("seal", "not-by-this-key") in verify.check(pdf, [other]).findings


@pytest.mark.seconds
def test_a_time_stamp_is_told_and_every_bit_of_it_counts(tmp_path: Path, unsealed: bytes) -> None:
    with time_stamp_authority(tmp_path / "authority") as server:
        sealer = Sealer(own(tmp_path)[1], Authority(server.url, load_roots(server.roots)))
        pdf = seal_with(unsealed, sealer, SEALED_AT)
        lasting = seal_with(unsealed, Sealer(sealer.key, sealer.authority, lasting=True), SEALED_AT)
    pem = sealer.key.certificate_pem
    for one in (bundle(NAME, pdf, sealer), bundle(NAME, lasting, sealer)):
        alone, ours = verify.check(one, []), check_file(one, pem, roots=server.roots.read_bytes())
        assert (alone.findings, ours.findings) == ([], [])
        for report in (alone, ours):
            assert "Aikaleimapalvelu" in report.says["time_stamp"]["authority"]
        assert alone.says["time_stamp"]["at"] == ours.says["time_stamp"]["at"]
        assert (alone.says["time_stamp"]["known"], ours.says["time_stamp"]["known"]) == (False, True)
    assert verify.check(pdf, []).findings == []
    assert verify.check(lasting, []).findings == [("seal", "stamped-after")]
    chance = Random(7)
    start, end = in_use(pdf)
    for _ in range(150):
        at, bit = chance.randrange(start, end), 1 << chance.randrange(4)
        changed = pdf[:at] + b"%x" % (int(pdf[at : at + 1], 16) ^ bit) + pdf[at + 1 :]
        assert not verify.check(changed, []).holds, (at - start, bit)
