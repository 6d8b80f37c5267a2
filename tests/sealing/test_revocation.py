"""A seal that is to last asks whether its certificates were revoked: at a list and a responder on loopback, which may lie."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from mediation.errors import Unavailable
from mediation.sealing.chained_cms import Chain
from mediation.sealing.own_certificate import load_pkcs12
from mediation.sealing.revocation import revocations
from mediation.sealing.seal import Sealer, seal_with
from mediation.sealing.time_stamps import Authority, load_roots
from mediation.sealing.verification import verify_sealed
from tests.sealing.authorities import certificate, own_file, time_stamp_authority
from tests.sealing.test_own_certificate import to_seal

NOW = datetime.now(UTC).replace(microsecond=0)
ROOT_KEY, SIGNER_KEY, OTHER_KEY = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
ROOT = certificate("Juuri", ROOT_KEY, ca=True)
OTHER_ROOT = certificate("Juuri", OTHER_KEY, ca=True)  # of the same name


@dataclass
class Answers:
    """What the server answers: at `/crl` and at `/ocsp`; nothing is a refusal."""

    url: str = ""
    crl: bytes = b""
    ocsp: bytes = b""
    redirect: str = ""
    asked: int = 0


@contextmanager
def answering() -> Iterator[Answers]:
    told = Answers()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(told.crl)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.answer(told.ocsp)

        def answer(self, content: bytes) -> None:
            told.asked += 1
            self.send_response(302 if told.redirect else 200 if content else 503)
            if told.redirect:
                self.send_header("Location", told.redirect)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *given: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def told() -> Iterator[Answers]:
    with answering() as answers:
        yield answers


def chain(told: Answers, *kinds: str) -> Chain:
    where = {"revoked_at": f"{told.url}/crl" if "crl" in kinds else ""}
    where |= {"answers_at": f"{told.url}/ocsp" if "ocsp" in kinds else ""}
    return Chain(certificate("Esimerkkilä Oy", SIGNER_KEY, (ROOT, ROOT_KEY), **where), (ROOT,))  # type: ignore[arg-type]


def crl(
    *revoked: x509.Certificate, key: ec.EllipticCurvePrivateKey = ROOT_KEY, days: int = 7, issuer: str = "Juuri"
) -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)])
    made = x509.CertificateRevocationListBuilder().issuer_name(name)
    made = made.last_update(NOW - timedelta(days=30)).next_update(NOW + timedelta(days=days))
    for one in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(one.serial_number).revocation_date(NOW)
        made = made.add_revoked_certificate(entry.build())
    return made.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def answer(
    of: x509.Certificate,
    *,
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
    key: ec.EllipticCurvePrivateKey = ROOT_KEY,
    by: x509.Certificate = ROOT,
    issuer: x509.Certificate = ROOT,
    days: int = 7,
) -> bytes:
    gone = NOW if status == ocsp.OCSPCertStatus.REVOKED else None
    made = ocsp.OCSPResponseBuilder().add_response(
        cert=of,
        issuer=issuer,
        algorithm=hashes.SHA1(),
        cert_status=status,
        this_update=NOW - timedelta(days=30),
        next_update=NOW + timedelta(days=days),
        revocation_time=gone,
        revocation_reason=None,
    )
    made = made.responder_id(ocsp.OCSPResponderEncoding.HASH, by).certificates([by])
    return made.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def refusal(of: Chain) -> str:
    with pytest.raises(Unavailable) as found:
        revocations(of, NOW)
    return found.value.code


def test_a_list_and_an_answer_of_the_issuer_are_kept(told: Answers) -> None:
    with_list, with_answer = chain(told, "crl"), chain(told, "ocsp")
    told.crl, told.ocsp = crl(), answer(with_answer.signer)
    assert revocations(with_list, NOW).lists == [told.crl]
    assert revocations(with_answer, NOW).answers == [told.ocsp]
    assert revocations(chain(told), NOW).lists == []  # who names nobody is asked about at nobody's


def test_where_the_responder_is_silent_the_list_serves(told: Answers) -> None:
    both = chain(told, "crl", "ocsp")
    told.crl = crl()
    assert revocations(both, NOW).lists == [told.crl]


def test_whom_the_issuer_lets_answer_is_believed_and_nobody_else(told: Answers) -> None:
    asked = chain(told, "ocsp")
    helper = certificate("Vastaaja", OTHER_KEY, (ROOT, ROOT_KEY), answers=True)
    told.ocsp = answer(asked.signer, key=OTHER_KEY, by=helper)
    assert revocations(asked, NOW).answers == [told.ocsp]
    not_let = certificate("Vastaaja", OTHER_KEY, (ROOT, ROOT_KEY))
    told.ocsp = answer(asked.signer, key=OTHER_KEY, by=not_let)
    assert refusal(asked) == "revocation-missing"


def test_a_certificate_that_was_revoked_seals_nothing(told: Answers) -> None:
    by_list, by_answer = chain(told, "crl"), chain(told, "ocsp", "crl")
    told.crl, told.ocsp = crl(by_list.signer), answer(by_answer.signer, status=ocsp.OCSPCertStatus.REVOKED)
    assert refusal(by_list) == refusal(by_answer) == "seal-revoked"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no list",
        b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n",
        crl(key=OTHER_KEY),
        crl(days=-1),
        crl(issuer="Joku muu"),
    ],
    ids=["none", "damaged", "damaged PEM", "another's key", "old", "another's"],
)
def test_a_list_that_cannot_be_used_is_refused_in_words(told: Answers, content: bytes) -> None:
    told.crl = content
    assert refusal(chain(told, "crl")) == "revocation-missing"


def test_an_answer_that_cannot_be_used_is_refused_in_words(told: Answers) -> None:
    asked, another = chain(told, "ocsp"), chain(told, "ocsp")
    unsuccessful = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    whole = answer(asked.signer)
    for content in (
        b"",
        b"no answer",
        whole.replace(asked.signer.serial_number.to_bytes(20, "big")[-8:], bytes(8)),
        unsuccessful.public_bytes(Encoding.DER),
        answer(another.signer),
        answer(asked.signer, days=-1),
        answer(asked.signer, key=OTHER_KEY, by=OTHER_ROOT),
        answer(asked.signer, status=ocsp.OCSPCertStatus.UNKNOWN),
    ):
        told.ocsp = content
        assert refusal(asked) == "revocation-missing"


def test_an_answer_that_leads_elsewhere_is_none(told: Answers) -> None:
    with answering() as elsewhere:
        elsewhere.crl = crl()
        told.redirect = f"{elsewhere.url}/crl"
        assert refusal(chain(told, "crl")) == "revocation-missing"
        assert elsewhere.asked == 0


@pytest.mark.seconds
@pytest.mark.parametrize("kind", ["crl", "ocsp"])
def test_what_was_answered_is_in_the_file_that_is_to_last(told: Answers, tmp_path: Path, kind: str) -> None:
    where = {"crl": {"revoked_at": f"{told.url}/crl"}, "ocsp": {"answers_at": f"{told.url}/ocsp"}}[kind]
    made = own_file(tmp_path / "own", "p256", **where)
    own = load_pkcs12(made.file, made.passphrase_file, NOW)
    told.crl = crl(key=made.root_key)
    told.ocsp = answer(made.signer, key=made.root_key, by=made.root, issuer=made.root)
    with time_stamp_authority(tmp_path / "tsa") as tsa:
        sealer = Sealer(own, Authority(tsa.url, load_roots(tsa.roots)), lasting=True)
        pdf = seal_with(to_seal(), sealer, NOW)
        told.crl = told.ocsp = b""
        with pytest.raises(Unavailable) as refused:
            seal_with(to_seal(), sealer, NOW)
    assert refused.value.code == "revocation-missing"
    assert (b"/CRLs" if kind == "crl" else b"/OCSPs") in pdf
    certificates = b"".join(one.public_bytes(Encoding.PEM) for one in own.chain.all)
    assert verify_sealed(pdf, certificates, tsa.roots.read_bytes()).findings == ()
