"""The signature (CMS) of a seal with a certificate of one's own: with its chain, and a time-stamp where there is an authority.

Like `cms.py`, which the installation's own seal uses, it has one fixed form, and is checked by building it again: of all its
bytes only the signature and the time-stamp are not computed from the document and the certificates.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from mediation.sealing.der import CONTEXT_0, CONTEXT_1, NULL, OCTETS, SEQUENCE, SET, algorithm, der, integer, oid

LEAST_RSA = 3072  # bits: good until after 2030 (SOG-IS agreed mechanisms, NIST SP 800-57)

_DATA = "1.2.840.113549.1.7.1"
_SIGNED_DATA = "1.2.840.113549.1.7.2"
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.47"
_TIME_STAMP = "1.2.840.113549.1.9.16.2.14"
_SHA256 = "2.16.840.1.101.3.4.2.1"
_ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2"
_RSA_WITH_SHA256 = "1.2.840.113549.1.1.11"

# By curve its order: of the two signatures that are valid with every (r, s), only the one with the smaller s is ours.
_ORDERS = {
    "secp256r1": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "secp384r1": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
}

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
Sign = Callable[[bytes], bytes]  # over the SHA-256 of what is given: PKCS #1 v1.5, or ECDSA in DER


@dataclass(frozen=True)
class Chain:
    """The certificate that seals, and those above it, each the issuer of the one before."""

    signer: x509.Certificate
    above: tuple[x509.Certificate, ...] = ()

    @property
    def all(self) -> tuple[x509.Certificate, ...]:
        """Every certificate, the one that seals first."""
        return self.signer, *self.above


def public_key(certificate: x509.Certificate) -> PublicKey | None:
    """The key of a certificate; None unless it is RSA with 3072 bits or more, or on the curve P-256 or P-384."""
    try:
        key = certificate.public_key()
    except UnsupportedAlgorithm:
        return None
    if isinstance(key, rsa.RSAPublicKey):
        return key if key.key_size >= LEAST_RSA else None
    return key if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _ORDERS else None


def sign(digest: bytes, chain: Chain, with_key: Sign) -> bytes:
    """The signature itself, over a document whose SHA-256 is `digest`. ValueError unless it is of the chain's key."""
    attributes, key = _attributes(digest, chain.signer), public_key(chain.signer)
    made = with_key(der(SET, *attributes))
    signature = _smaller(made, key) if isinstance(key, ec.EllipticCurvePublicKey) else made
    if key is None or not _is_valid(signature, der(SET, *attributes), key):
        raise ValueError("the key does not belong to its certificate")
    return signature


def assemble(digest: bytes, chain: Chain, signature: bytes, time_stamp: bytes | None = None) -> bytes:
    """The whole (DER), with the token of a time-stamp authority over `signature` where there is one."""
    is_rsa = isinstance(public_key(chain.signer), rsa.RSAPublicKey)
    later = [_attribute(_TIME_STAMP, time_stamp)] if time_stamp is not None else []
    signer = der(
        SEQUENCE,
        integer(1),
        der(SEQUENCE, chain.signer.issuer.public_bytes(), integer(chain.signer.serial_number)),
        algorithm(_SHA256),
        der(CONTEXT_0, *_attributes(digest, chain.signer)),
        algorithm(_RSA_WITH_SHA256, NULL) if is_rsa else algorithm(_ECDSA_WITH_SHA256),
        der(OCTETS, signature),
        *([der(CONTEXT_1, *later)] if later else []),
    )
    certificates = sorted(one.public_bytes(Encoding.DER) for one in chain.all)
    signed_data = der(
        SEQUENCE,
        integer(1),
        der(SET, algorithm(_SHA256)),
        der(SEQUENCE, oid(_DATA)),
        der(CONTEXT_0, *certificates),
        der(SET, signer),
    )
    return der(SEQUENCE, oid(_SIGNED_DATA), der(CONTEXT_0, signed_data))


def is_signature(signed: bytes, digest: bytes, chain: Chain, signature: bytes, time_stamp: bytes | None) -> bool:
    """Whether `signed` is, to the last bit, what `assemble` gives, and `signature` is of the chain's key."""
    key = public_key(chain.signer)
    if key is None or signed != assemble(digest, chain, signature, time_stamp):
        return False
    return _is_valid(signature, der(SET, *_attributes(digest, chain.signer)), key)


def is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether one certificate was signed with the key of the other."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def chain_of(certificates: Sequence[x509.Certificate]) -> Chain:
    """The chain of certificates in their order. ValueError where one is not the issuer of the one before."""
    if not certificates:
        raise ValueError("no certificate")
    for one, issuer in pairwise(certificates):
        if not is_issued_by(one, issuer):
            raise ValueError("not a chain")
    return Chain(certificates[0], tuple(certificates[1:]))


def _attributes(digest: bytes, signer: x509.Certificate) -> list[bytes]:
    own = der(OCTETS, sha256(signer.public_bytes(Encoding.DER)).digest())
    made = [
        _attribute(_CONTENT_TYPE, oid(_DATA)),
        _attribute(_MESSAGE_DIGEST, der(OCTETS, digest)),
        _attribute(_SIGNING_CERTIFICATE, der(SEQUENCE, der(SEQUENCE, der(SEQUENCE, own)))),
    ]
    return sorted(made)


def _attribute(kind: str, value: bytes) -> bytes:
    return der(SEQUENCE, oid(kind), der(SET, value))


def _smaller(signature: bytes, key: ec.EllipticCurvePublicKey) -> bytes:
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, min(s, _ORDERS[key.curve.name] - s))


def _is_valid(signature: bytes, signed: bytes, key: PublicKey) -> bool:
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
            return True
        key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
        return _smaller(signature, key) == signature
    except (InvalidSignature, ValueError):
        return False
