"""That no certificate of a chain was revoked, asked when a seal is to last: later the addresses may be gone.

A certificate names whom to ask: a responder (OCSP), a list (CRL), or nobody, as those that one makes oneself. An answer is used
only if its issuer gave it, it is of this certificate and still good; an own certificate that was revoked seals nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from mediation.errors import Unavailable
from mediation.sealing.asking import ask
from mediation.sealing.chained_cms import Chain, is_issued_by

MOST_BYTES = 5_000_000
MOST_ADDRESSES = 3  # of one kind, of one certificate
CLOCKS_APART = timedelta(minutes=5)
_HEADERS = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}


@dataclass(frozen=True)
class Revocations:
    """What was answered (DER): lists, and answers of responders."""

    lists: Sequence[bytes]
    answers: Sequence[bytes]


class _Revoked(Exception):
    """The certificate was revoked."""


def revocations(chain: Chain, at: datetime) -> Revocations:
    """What the issuers of a chain say of its certificates `at` a moment (UTC).

    Refuses (Unavailable) with `revocation-missing` where a certificate names whom to ask and nobody gives an answer that can be
    used, and with `seal-revoked` where one was revoked.
    """
    lists, answers = list[bytes](), list[bytes]()
    for one, issuer in zip(chain.all, (*chain.above, None), strict=True):
        responders, points = list(_responders(one)) if issuer is not None else [], list(_points(one))
        if not responders and not points:
            continue
        try:
            if answer := _first(responders, partial(_answered, certificate=one, issuer=issuer, at=at)):
                answers.append(answer)
            elif found := _first(points, partial(_listed, certificate=one, issuer=issuer, at=at)):
                lists.append(found)
            else:
                raise Unavailable("revocation-missing")
        except _Revoked:
            raise Unavailable("seal-revoked") from None
    return Revocations(lists, answers)


def _first(addresses: Sequence[str], asked: Callable[[str], bytes]) -> bytes | None:
    for address in addresses[:MOST_ADDRESSES]:
        try:
            return asked(address)
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature):
            continue
    return None


def _responders(certificate: x509.Certificate) -> Iterator[str]:
    try:
        told = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return
    yield from _urls(one.access_location for one in told if one.access_method == AuthorityInformationAccessOID.OCSP)


def _points(certificate: x509.Certificate) -> Iterator[str]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (x509.ExtensionNotFound, ValueError):
        return
    yield from _urls(name for point in points for name in point.full_name or ())


def _urls(names: Iterator[x509.GeneralName]) -> Iterator[str]:
    for name in names:
        if isinstance(name, x509.UniformResourceIdentifier) and name.value.startswith(("http://", "https://")):
            yield name.value


def _listed(url: str, certificate: x509.Certificate, issuer: x509.Certificate | None, at: datetime) -> bytes:
    """The list at an address, without this certificate. Raises ValueError where it is none of its issuer, or an old one."""
    content = ask(url, MOST_BYTES)
    load = x509.load_pem_x509_crl if content.startswith(b"-----BEGIN") else x509.load_der_x509_crl
    found = load(content)
    if found.issuer != certificate.issuer or not _is_good(found.next_update_utc, at):
        raise ValueError("another's list, or an old one")
    key = issuer.public_key() if issuer is not None else None
    if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) and not found.is_signature_valid(key):
        raise ValueError("not the issuer's list")
    if found.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None:
        raise _Revoked
    return found.public_bytes(Encoding.DER)


def _answered(url: str, certificate: x509.Certificate, issuer: x509.Certificate | None, at: datetime) -> bytes:
    """What a responder answers of this certificate. Raises ValueError where it is no such answer, or neither."""
    if issuer is None:
        raise ValueError("nobody to ask about")
    # SHA-1 only names the issuer here, and is what every responder knows (RFC 5019).
    query = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1()).build()
    content = ask(url, MOST_BYTES, query.public_bytes(Encoding.DER), _HEADERS)
    told = ocsp.load_der_ocsp_response(content)
    if told.response_status != ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise ValueError("no answer")
    _check_signer(told, issuer)
    same = (told.serial_number, told.issuer_key_hash) == (certificate.serial_number, query.issuer_key_hash)
    if not same or not _is_good(told.next_update_utc, at):
        raise ValueError("of another certificate, or an old answer")
    if told.certificate_status == ocsp.OCSPCertStatus.REVOKED:
        raise _Revoked
    if told.certificate_status != ocsp.OCSPCertStatus.GOOD:
        raise ValueError("unknown to the responder")
    return content


def _check_signer(told: ocsp.OCSPResponse, issuer: x509.Certificate) -> None:
    """Raises ValueError unless the issuer gave the answer, or whom the issuer lets answer."""
    signers = [one for one in told.certificates if is_issued_by(one, issuer) and _may_answer(one)]
    for one in (issuer, *signers):
        try:
            _verify(told, one)
        except (InvalidSignature, TypeError):
            continue
        return
    raise ValueError("not the issuer's answer")


def _verify(told: ocsp.OCSPResponse, signer: x509.Certificate) -> None:
    key, kind = signer.public_key(), told.signature_hash_algorithm
    if kind is None or isinstance(kind, hashes.SHA1 | hashes.MD5):
        raise TypeError("a weak digest, or none")
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(told.signature, told.tbs_response_bytes, padding.PKCS1v15(), kind)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(told.signature, told.tbs_response_bytes, ec.ECDSA(kind))
    else:
        raise TypeError("a key of another kind")


def _may_answer(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in usage


def _is_good(until: datetime | None, at: datetime) -> bool:
    return until is None or until > at - CLOCKS_APART
