"""A certificate of one's own for the seal, from a PKCS#12 file: whether it can serve is looked at before anything is sealed."""

import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from mediation.errors import BadSetup
from mediation.sealing.chained_cms import LEAST_RSA, Chain, Sign, is_issued_by, public_key

MOST_BYTES = 1_000_000  # of a file with certificates
MOST_ABOVE = 5  # certificates above the one that seals
LONGEST_PASSPHRASE = 1000


@dataclass(frozen=True)
class OwnCertificate:
    """A certificate with its chain, and what signs with its key; the key itself is never shown."""

    chain: Chain
    with_key: Sign = field(repr=False)

    @property
    def ends(self) -> datetime:
        """Until when it is valid (UTC)."""
        return self.chain.signer.not_valid_after_utc

    @property
    def certificate_pem(self) -> bytes:
        """The chain as people get it, the certificate that seals first."""
        return b"".join(one.public_bytes(Encoding.PEM) for one in self.chain.all)


def load_pkcs12(path: Path, passphrase_file: Path | None, at: datetime) -> OwnCertificate:
    """The certificate, chain and key in a PKCS#12 file, fit to seal `at` that moment (UTC).

    The passphrase is the first line of its file. Refuses with `seal-own-unreadable`, `seal-own-exposed` (others may read a
    file), `seal-own-passphrase` (wrong, or the file is damaged), `seal-own-keyless`, and like `refuse_unfit`. No refusal and no
    log tells of the passphrase.
    """
    passphrase = read_passphrase(passphrase_file) if passphrase_file is not None else None
    try:
        found = pkcs12.load_pkcs12(_read(path), passphrase)
    except (ValueError, TypeError):
        # Without the error that it comes from: what a library tells of a wrong passphrase is not ours to print.
        raise BadSetup("seal-own-passphrase", path=str(path)) from None
    if found.key is None or found.cert is None:
        raise BadSetup("seal-own-keyless", path=str(path))
    if not isinstance(found.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise BadSetup("seal-own-weak", path=str(path), bits=LEAST_RSA)
    chain = ordered(found.cert.certificate, [one.certificate for one in found.additional_certs])
    refuse_unfit(chain, at, path)
    if found.key.public_key() != public_key(chain.signer):
        raise BadSetup("seal-own-keyless", path=str(path))
    return OwnCertificate(chain, signing(found.key))


def signing(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> Sign:
    """What signs with a key that is in memory; the same document gives the same signature (RFC 6979)."""
    if isinstance(key, rsa.RSAPrivateKey):
        return lambda content: key.sign(content, padding.PKCS1v15(), hashes.SHA256())
    return lambda content: key.sign(content, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def ordered(signer: x509.Certificate, others: Iterable[x509.Certificate]) -> Chain:
    """The chain above a certificate, as far as `others` have it, which may lie in any order."""
    above, known = [signer], list(others)
    while len(above) <= MOST_ABOVE and above[-1].issuer != above[-1].subject:
        issuer = next((one for one in known if one not in above and is_issued_by(above[-1], one)), None)
        if issuer is None:
            break
        above.append(issuer)
    return Chain(signer, tuple(above[1:]))


def refuse_unfit(chain: Chain, at: datetime, path: Path) -> None:
    """Require certificates that can seal `at` that moment (UTC).

    Refuses with `seal-own-weak` (neither RSA with 3072 bits, nor P-256 or P-384), `seal-own-usage` (it is not meant for
    signing documents), `seal-own-early` and `seal-own-expired`.
    """
    if public_key(chain.signer) is None:
        raise BadSetup("seal-own-weak", path=str(path), bits=LEAST_RSA)
    if not _is_for_signing(chain.signer):
        raise BadSetup("seal-own-usage", path=str(path))
    for one in chain.all:
        if at < one.not_valid_before_utc:
            raise BadSetup("seal-own-early", path=str(path), day=f"{one.not_valid_before_utc:%Y-%m-%d}")
        if at > one.not_valid_after_utc:
            raise BadSetup("seal-own-expired", path=str(path), day=f"{one.not_valid_after_utc:%Y-%m-%d}")


def read_passphrase(path: Path) -> bytes:
    """The first line of a file that only its owner may read. Refuses with `seal-own-unreadable` and `seal-own-exposed`."""
    return _read(path)[: LONGEST_PASSPHRASE + 1].partition(b"\n")[0].rstrip(b"\r")


def _is_for_signing(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    except ValueError:
        return False
    return usage.digital_signature or usage.content_commitment


def _read(path: Path) -> bytes:
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise BadSetup("seal-own-exposed", path=str(path))
        with path.open("rb") as file:
            return file.read(MOST_BYTES)
    except OSError as error:
        raise BadSetup("seal-own-unreadable", path=str(path), reason=error.strerror or "") from error
