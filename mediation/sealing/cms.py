"""The seal's signature (CMS, RFC 5652, as PAdES wants it) in one fixed form, so that it is checked by building it again.

No library builds it, because a file sealed today will be compared byte for byte with what this module builds for as long
as anybody keeps it. Another form needs another module beside this one.
"""

from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from mediation.sealing.der import CONTEXT_0, OCTETS, SEQUENCE, SET, algorithm, der, integer, oid

# RFC 6979: the same document and key give the same signature, and no weak random number reveals the key.
_ECDSA = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)

# Of the curve P-256. If (r, s) is a valid signature, so is (r, order - s), which anybody can compute. We accept only the
# smaller s, in one encoding, so that no other valid file can be made from a sealed one.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

_DATA = "1.2.840.113549.1.7.1"
_SIGNED_DATA = "1.2.840.113549.1.7.2"
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.47"  # version 2, RFC 5035: binds the certificate to the signature
_SHA256 = "2.16.840.1.101.3.4.2.1"
_ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2"


def public_key(certificate: x509.Certificate) -> ec.EllipticCurvePublicKey | None:
    """The key of a certificate; None unless it is of the only kind that seals have (P-256)."""
    try:
        key = certificate.public_key()
    except UnsupportedAlgorithm:
        return None
    return key if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1) else None


def sign(digest: bytes, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> bytes:
    """A detached signature (DER) over a document whose SHA-256 is `digest`."""
    r, s = decode_dss_signature(key.sign(der(SET, *_attributes(digest, certificate)), _ECDSA))
    return _assemble(digest, certificate, encode_dss_signature(r, min(s, _ORDER - s)))


def is_signature(signed: bytes, digest: bytes, certificate: x509.Certificate) -> bool:
    """Whether `signed` is, to the last bit, what `sign` gives for this digest and the key of this certificate."""
    key = public_key(certificate)
    if key is None:
        return False
    # The ECDSA signature comes last, after its tag and length. It is the only part that we cannot compute.
    for length in range(8, 73):
        signature = signed[-length:]
        if signed[-length - 2 : -length] == bytes([OCTETS, length]) and signed == _assemble(
            digest, certificate, signature
        ):
            return _is_valid(signature, der(SET, *_attributes(digest, certificate)), key)
    return False


def _is_valid(signature: bytes, signed: bytes, key: ec.EllipticCurvePublicKey) -> bool:
    try:
        key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
        r, s = decode_dss_signature(signature)
        return encode_dss_signature(r, min(s, _ORDER - s)) == signature
    except (InvalidSignature, ValueError):
        return False


def _assemble(digest: bytes, certificate: x509.Certificate, signature: bytes) -> bytes:
    signer = der(
        SEQUENCE,
        integer(1),
        der(SEQUENCE, certificate.issuer.public_bytes(), integer(certificate.serial_number)),
        algorithm(_SHA256),
        der(CONTEXT_0, *_attributes(digest, certificate)),
        algorithm(_ECDSA_WITH_SHA256),
        der(OCTETS, signature),
    )
    signed_data = der(
        SEQUENCE,
        integer(1),
        der(SET, algorithm(_SHA256)),
        der(SEQUENCE, oid(_DATA)),
        der(CONTEXT_0, certificate.public_bytes(Encoding.DER)),
        der(SET, signer),
    )
    return der(SEQUENCE, oid(_SIGNED_DATA), der(CONTEXT_0, signed_data))


def _attributes(digest: bytes, certificate: x509.Certificate) -> list[bytes]:
    # No signing time: PAdES takes it from the signature dictionary of the PDF (ETSI EN 319 142-1, 5.3).
    own = der(OCTETS, sha256(certificate.public_bytes(Encoding.DER)).digest())
    values = {
        _CONTENT_TYPE: oid(_DATA),
        _MESSAGE_DIGEST: der(OCTETS, digest),
        _SIGNING_CERTIFICATE: der(SEQUENCE, der(SEQUENCE, der(SEQUENCE, own))),
    }
    # DER wants the members of a set in the order of their bytes.
    return sorted(der(SEQUENCE, oid(kind), der(SET, value)) for kind, value in values.items())
