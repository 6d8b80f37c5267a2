"""A certificate of one's own whose key stays in a token (PKCS#11): a smart card, a module, or SoftHSM."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import unquote

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pkcs11.constants import Attribute, ObjectClass
from pkcs11.exceptions import PinIncorrect, PinInvalid, PinLenRange, PKCS11Error
from pkcs11.mechanisms import Mechanism

from mediation.errors import BadSetup, Unavailable
from mediation.sealing import chained_cms
from mediation.sealing.chained_cms import Chain, public_key
from mediation.sealing.own_certificate import OwnCertificate, ordered, read_passphrase, refuse_unfit

T = TypeVar("T")
MOST_CERTIFICATES = 20
_URI = re.compile(r"pkcs11:(?P<path>[^?]{1,300})\?module-path=(?P<module>[^&]{1,300})")


@dataclass(frozen=True)
class Place:
    """Where a key lies: the module that speaks to the token, the label of the token, and that of the key."""

    module: str
    token: str
    key: str


def place_of(uri: str) -> Place:
    """The place that a PKCS#11 URI names (RFC 7512), as `pkcs11:token=LABEL;object=LABEL?module-path=FILE`.

    Refuses with `setting-unusable-pkcs11`. A PIN in it is refused, too: it would be printed with the address.
    """
    found = _URI.fullmatch(uri)
    parts = dict(one.partition("=")[::2] for one in found["path"].split(";")) if found is not None else {}
    if found is None or parts.keys() != {"token", "object"} or not all(parts.values()):
        raise BadSetup("setting-unusable-pkcs11")
    return Place(unquote(found["module"]), unquote(parts["token"]), unquote(parts["object"]))


def load_token(uri: str, pin_file: Path, at: datetime) -> OwnCertificate:
    """The certificate and chain in a token, and what signs with the key that stays there, fit to seal `at` (UTC).

    The PIN is the first line of its file. Refuses with `seal-own-unreadable` (the module or token does not answer),
    `seal-own-passphrase`, `seal-own-keyless`, and like `place_of`, `read_passphrase` and `refuse_unfit`. No refusal and no log
    tells of the PIN.
    """
    place, pin = place_of(uri), read_passphrase(pin_file).decode("utf-8", "replace")
    in_token = _opener(place, pin)
    try:
        certificates = in_token(_certificates)
    except (PinIncorrect, PinInvalid, PinLenRange):
        raise BadSetup("seal-own-passphrase", path=place.token) from None
    except (PKCS11Error, RuntimeError, OSError, ValueError) as error:
        raise BadSetup("seal-own-unreadable", path=place.token, reason=type(error).__name__) from None
    for one in certificates:
        chain = ordered(one, certificates)
        own = OwnCertificate(chain, _signing(in_token, place, chain))
        if public_key(one) is not None and _fits(own):
            refuse_unfit(chain, at, Path(place.token))
            return own
    raise BadSetup("seal-own-keyless", path=place.token)


def _opener(place: Place, pin: str) -> Callable[[Callable[[Any], T]], T]:
    # A token counts who is signed in by process, not by session: one at a time.
    lock = Lock()

    def in_token(do: Callable[[Any], T]) -> T:
        with lock:
            token = pkcs11.lib(place.module).get_token(token_label=place.token)
            with token.open(user_pin=pin) as session:
                return do(session)

    return in_token


def _certificates(session: Any) -> list[x509.Certificate]:
    found = session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})
    values = [one[Attribute.VALUE] for one, _ in zip(found, range(MOST_CERTIFICATES), strict=False)]
    return [x509.load_der_x509_certificate(one) for one in values]


def _signing(
    in_token: Callable[[Callable[[Any], bytes]], bytes], place: Place, chain: Chain
) -> Callable[[bytes], bytes]:
    is_curve = isinstance(public_key(chain.signer), ec.EllipticCurvePublicKey)

    def signed(content: bytes) -> Callable[[Any], bytes]:
        def do(session: Any) -> bytes:
            key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=place.key)
            if not is_curve:
                return bytes(key.sign(content, mechanism=Mechanism.SHA256_RSA_PKCS))
            raw = bytes(key.sign(sha256(content).digest(), mechanism=Mechanism.ECDSA))
            half = len(raw) // 2
            return encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))

        return do

    def sign(content: bytes) -> bytes:
        try:
            return in_token(signed(content))
        except (PKCS11Error, RuntimeError, OSError) as error:
            raise Unavailable("seal-token-silent") from error

    return sign


def _fits(own: OwnCertificate) -> bool:
    """Whether the key in the token is that of the certificate, tried by signing nothing."""
    try:
        chained_cms.sign(bytes(32), own.chain, own.with_key)
    except (ValueError, Unavailable):
        return False
    return True
