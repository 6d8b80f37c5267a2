"""Time-stamps of an authority (RFC 3161): asking for one, and checking it offline."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.sign.general import SigningError
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext

from mediation.errors import BadSetup, Unavailable
from mediation.sealing.asking import ask
from mediation.sealing.chained_cms import is_issued_by

TRIES = 2
MOST_BYTES = 64 * 1024  # of an answer; they take about six thousand
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
_IMPRINTS = ("sha256", "sha384", "sha512")


@dataclass(frozen=True)
class Stamp:
    """When (UTC) an authority saw a signature, and the authority's name; `known` if its certificate leads to known roots."""

    at: datetime
    authority: str
    known: bool


class NoStamp(Exception):
    """The token is none, is damaged, or is of something else."""


class Authority(TimeStamper):
    """A time-stamp authority at a URL, whose certificates lead to `roots`."""

    def __init__(self, url: str, roots: Sequence[asn1.Certificate]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.url, self.roots = url, tuple(roots)

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """One answer of the authority. Raises OSError or ValueError where there is none."""
        answer = ask(self.url, MOST_BYTES, req.dump(), {"Content-Type": QUERY, "Accept": REPLY})
        return tsp.TimeStampResp.load(answer, strict=True)

    def stamp(self, content: bytes) -> bytes:
        """A token (DER) for `content`, checked. Refuses with `time-stamp-missing` (Unavailable): it is to be tried again."""
        digest = hashlib.sha256(content).digest()
        token: bytes = self.tried(lambda: self.async_timestamp(digest, "sha256")).dump()
        try:
            if check_token(token, lambda kind: hashlib.new(kind, content).digest(), self.roots).known:
                return token
        except NoStamp:
            pass
        raise Unavailable("time-stamp-missing")

    def tried(self, ask: Callable[[], Any]) -> Any:
        """What a coroutine that asks the authority gives, tried twice. Refuses like `stamp`."""
        for _ in range(TRIES):
            try:
                return asyncio.run(ask())
            except (OSError, ValueError, TypeError, SigningError):
                continue
        raise Unavailable("time-stamp-missing")


def check_token(token: bytes, digest: Callable[[str], bytes], roots: Sequence[asn1.Certificate] = ()) -> Stamp:
    """What a token (DER) says of the content whose `digest` by algorithm is given. Raises NoStamp.

    The authority's certificate is looked at for the moment that the token states: a token outlives it.
    """
    try:
        signed = cms.ContentInfo.load(token, strict=True)["content"]
        return check_signed(signed, digest, roots)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise NoStamp from error


def check_signed(signed: cms.SignedData, digest: Callable[[str], bytes], roots: Sequence[asn1.Certificate]) -> Stamp:
    """The same of a token that was read already."""
    _refuse_loose(signed)
    told = signed["encap_content_info"]["content"].parsed
    if told["message_imprint"]["hash_algorithm"]["algorithm"].native not in _IMPRINTS:
        raise NoStamp
    at: datetime = told["gen_time"].native
    context = ValidationContext(trust_roots=list(roots), allow_fetching=False, moment=at, revocation_mode="soft-fail")
    try:
        status = asyncio.run(validate_tst_signed_data(signed, context, digest))
    except Exception as error:  # whatever a library makes of bytes that somebody made up
        raise NoStamp from error
    if not (status["intact"] and status["valid"]):
        raise NoStamp
    named = status["signing_cert"].subject.human_friendly
    return Stamp(at, str(named), status.get("validation_path") is not None)


def _refuse_loose(signed: cms.SignedData) -> None:
    """Look at what no signature covers: versions, algorithms and the certificates that came along. Raises NoStamp.

    The authority's own certificate is bound by the signature. One above it is believed only where its issuer is there, too, or
    nobody is above it; of an authority that sends no root, the uppermost certificate cannot be looked at here.
    """
    [signer] = signed["signer_infos"]
    algorithms = [one["algorithm"].native for one in signed["digest_algorithms"]]
    if (signed["version"].native, signer["version"].native) != ("v3", "v1"):
        raise NoStamp
    if algorithms != [signer["digest_algorithm"]["algorithm"].native]:
        raise NoStamp
    certificates = [x509.load_der_x509_certificate(one.chosen.dump()) for one in signed["certificates"]]
    for one in certificates:
        above = [each for each in certificates if each.subject == one.issuer]
        if above and not any(is_issued_by(one, each) for each in above):
            raise NoStamp
        if not above and len(certificates) > 1 and _serial(signer) != one.serial_number and _is_root_named(one):
            raise NoStamp


def _serial(signer: cms.SignerInfo) -> int:
    number: int = signer["sid"].chosen["serial_number"].native
    return number


def _is_root_named(one: x509.Certificate) -> bool:
    """Whether a certificate says that its key is also that of its issuer."""
    try:
        own = one.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
        above = one.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    except (x509.ExtensionNotFound, ValueError):
        return False
    return own == above


def load_roots(path: Path) -> tuple[asn1.Certificate, ...]:
    """The certificates in a PEM file. Refuses with `time-stamp-roots-unreadable`."""
    try:
        found = tuple(load_certs_from_pemder_data(path.read_bytes()[:1_000_000]))
    except (OSError, ValueError) as error:
        raise BadSetup("time-stamp-roots-unreadable", path=str(path)) from error
    if not found:
        raise BadSetup("time-stamp-roots-unreadable", path=str(path))
    return found
