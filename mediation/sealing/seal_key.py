"""The key and certificate of an installation's electronic seal: made once, and refused when anything is wrong with them."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat
from cryptography.x509.oid import NameOID

from mediation import files
from mediation.errors import BadSetup
from mediation.sealing import cms

KEY_FILE = "seal-key.pem"  # private key and certificate, in one file so that neither exists without the other
CERTIFICATE_FILE = "seal-certificate.pem"  # the certificate alone, to give to people
SUBJECT = "Mediation electronic seal"  # where neither an organisation nor the installation has a name
LONGEST_NAME = 64  # bytes of a name in a certificate (X.520 has so many characters; the library counts bytes)

VALID = timedelta(days=4 * 365 + 1)
RENEWED_BEFORE = timedelta(days=180)  # of its end: long enough that every server is started anew meanwhile
# Until 2026 every seal had the same name, and an end that RFC 5280 calls none (4.1.2.5).
_NO_END = 9999


@dataclass(frozen=True)
class SealKey:
    """The key that seals, and the certificate with which anybody verifies."""

    private: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def digest(self) -> str:
        """The SHA-256 of the certificate (hex), which distinguishes one seal from another."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    @property
    def ends(self) -> datetime | None:
        """Until when its certificate is valid (UTC); None for one of a former kind, without an end."""
        end = self.certificate.not_valid_after_utc
        return None if end.year == _NO_END else end

    @property
    def name(self) -> str:
        """Whose seal it is, as its certificate says."""
        [named] = self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(named.value)

    def is_due(self, at: datetime) -> bool:
        """Whether it is time for the next one. A seal without an end is renewed by hand: people were given its certificate."""
        return self.ends is not None and at > self.ends - RENEWED_BEFORE

    @property
    def certificate_pem(self) -> bytes:
        """The certificate as people get it."""
        return self.certificate.public_bytes(Encoding.PEM)


def load_seal_key(
    folder: Path, secret: bytes | None = None, *, make: bool = True, name: str = SUBJECT, at: datetime | None = None
) -> SealKey:
    """The seal key of `folder`; with `make`, made if there is none (ECDSA P-256, self-signed certificate, mode 0600).

    The certificate of a new one says the `name` and is valid for four years from `at` (UTC; default: now).

    Several processes may do so at once; all get the same key. With `secret` (32 bytes) the private key is stored encrypted.
    The certificate is also written to a file of its own.

    Refuses with `seal-missing` (there is none, and `make` is false), `seal-key-missing` (there is only its certificate: a
    new key would verify nothing that was sealed before), `seal-key-unreadable` (the file cannot be read or written),
    `seal-key-exposed` (others may read it), `seal-key-locked` (another secret, or none, was given) and `seal-key-damaged`
    (truncated, not a key, or key and certificate do not belong together).
    """
    path = folder / KEY_FILE
    try:
        if not path.exists():
            _make(path, secret, _Named(name, at or datetime.now(UTC)), allowed=make)
        mode, content = path.stat().st_mode, path.read_bytes()
    except OSError as error:
        raise BadSetup("seal-key-unreadable", path=str(path)) from error
    if stat.S_IMODE(mode) & 0o077:
        raise BadSetup("seal-key-exposed", path=str(path))
    key = _read(path, content, secret)
    _write_certificate(folder / CERTIFICATE_FILE, key)
    return key


def fitting_name(name: str) -> str:
    """As much of a name as a certificate can hold: 64 bytes, in which `ä` counts for two."""
    return " ".join(name.split()).encode()[:LONGEST_NAME].decode(errors="ignore")


def renew_seal(folder: Path, secret: bytes | None, name: str, at: datetime, *, due: bool = True) -> SealKey:
    """Put a new key and certificate in the place of those of `folder`; the old certificate is kept beside, for verifying.

    With `due`, only where it is time: of several processes one renews, and all get the same. Refuses like `load_seal_key`.
    """
    with _one_at_a_time(folder):
        old = load_seal_key(folder, secret, make=False)
        if due and not old.is_due(at):
            return old
        try:
            files.write_once(_aside(folder, old.certificate_pem), old.certificate_pem)
            files.replace(folder / KEY_FILE, _new_pem(secret, _Named(name, at)))
        except OSError as error:
            raise BadSetup("seal-key-unreadable", path=str(folder / KEY_FILE)) from error
        return load_seal_key(folder, secret, make=False)


def keep_certificate(folder: Path, certificate: bytes) -> None:
    """Keep a certificate (PEM, with its chain) beside the installation's. Refuses with `seal-key-unreadable`."""
    path = _aside(folder, certificate)
    try:
        files.write_once(path, certificate)
    except OSError as error:
        raise BadSetup("seal-key-unreadable", path=str(path)) from error


def known_certificates(folder: Path) -> list[bytes]:
    """The certificates (PEM) of all seals that an installation has had, the present one first."""
    present = folder / CERTIFICATE_FILE
    stem = present.stem
    return [one.read_bytes() for one in (present, *sorted(folder.glob(f"{stem}-*.pem"))) if one.is_file()]


def was_ours(folder: Path, digest: str) -> bool:
    """Whether the certificate with this digest is one that was kept aside."""
    loaded = (x509.load_pem_x509_certificate(one) for one in known_certificates(folder)[1:])
    return digest in {one.fingerprint(hashes.SHA256()).hex() for one in loaded}


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise BadSetup("seal-missing", path=str(folder)) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _aside(folder: Path, certificate: bytes) -> Path:
    path = folder / CERTIFICATE_FILE
    return path.with_stem(f"{path.stem}-{sha256(certificate).hexdigest()[:12]}")


def set_aside(folder: Path) -> None:
    """Rename the certificate of a lost seal, so that another seal can be made and old files can still be verified."""
    with suppress(FileNotFoundError):
        path = folder / CERTIFICATE_FILE
        files.move(path, _aside(folder, path.read_bytes()))


@dataclass(frozen=True)
class _Named:
    """What the certificate of a new seal says: a name, and from when on it is valid."""

    name: str
    at: datetime


def _make(path: Path, secret: bytes | None, named: _Named, *, allowed: bool) -> None:
    if path.with_name(CERTIFICATE_FILE).exists() and not path.exists():
        raise BadSetup("seal-key-missing", path=str(path))
    if not allowed:
        raise BadSetup("seal-missing", path=str(path.parent))
    path.parent.mkdir(parents=True, exist_ok=True)
    files.write_once(path, _new_pem(secret, named))


def _new_pem(secret: bytes | None, named: _Named) -> bytes:
    private, passphrase = ec.generate_private_key(ec.SECP256R1()), _passphrase(secret)
    encryption = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    return pem + _certify(private, named).public_bytes(Encoding.PEM)


def _certify(private: ec.EllipticCurvePrivateKey, named: _Named) -> x509.Certificate:
    public, today = private.public_key(), datetime.now(UTC)
    kinds = (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
    name = x509.Name([x509.NameAttribute(kind, named.name) for kind in kinds])
    others = "key_encipherment data_encipherment key_agreement key_cert_sign crl_sign encipher_only decipher_only"
    usage = {"digital_signature": True, "content_commitment": True, **dict.fromkeys(others.split(), False)}
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        # A demonstration may be set in another year; whoever looks at its files does so today.
        .not_valid_before(min(named.at, today) - timedelta(days=1))
        .not_valid_after(max(named.at, today) + VALID)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(private, hashes.SHA256())
    )


def _read(path: Path, content: bytes, secret: bytes | None) -> SealKey:
    try:
        certificate = x509.load_pem_x509_certificate(content)
        private = serialization.load_pem_private_key(content, _passphrase(secret))
    except TypeError as error:  # encrypted and no secret given, or the other way round
        raise BadSetup("seal-key-locked", path=str(path)) from error
    except ValueError as error:
        locked = b"BEGIN ENCRYPTED PRIVATE KEY" in content and b"END CERTIFICATE" in content
        raise BadSetup("seal-key-locked" if locked else "seal-key-damaged", path=str(path)) from error
    if not isinstance(private, ec.EllipticCurvePrivateKey) or private.public_key() != cms.public_key(certificate):
        raise BadSetup("seal-key-damaged", path=str(path))
    return SealKey(private, certificate)


def _passphrase(secret: bytes | None) -> bytes | None:
    return None if secret is None else secret.hex().encode()  # so that openssl can open it too


def _write_certificate(path: Path, key: SealKey) -> None:
    try:
        if not path.exists() or path.read_bytes() != key.certificate_pem:
            files.replace(path, key.certificate_pem)
    except OSError as error:
        raise BadSetup("seal-key-unreadable", path=str(path)) from error
