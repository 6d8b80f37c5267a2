"""The key and certificate of an installation's electronic seal: made once, and refused when anything is wrong with them."""

import stat
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
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
SUBJECT = "Mediation electronic seal"

# The certificate says which key is this installation's, not for how long: a sealed agreement is checked years later, and a
# demonstration may be set in another year. (The end is RFC 5280's "no end", 4.1.2.5.)
_FROM, _UNTIL = datetime(2000, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


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
    def certificate_pem(self) -> bytes:
        """The certificate as people get it."""
        return self.certificate.public_bytes(Encoding.PEM)


def load_seal_key(folder: Path, secret: bytes | None = None, *, make: bool = True) -> SealKey:
    """The seal key of `folder`; with `make`, made if there is none (ECDSA P-256, self-signed certificate, mode 0600).

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
            _make(path, secret, allowed=make)
        mode, content = path.stat().st_mode, path.read_bytes()
    except OSError as error:
        raise BadSetup("seal-key-unreadable", path=str(path)) from error
    if stat.S_IMODE(mode) & 0o077:
        raise BadSetup("seal-key-exposed", path=str(path))
    key = _read(path, content, secret)
    _write_certificate(folder / CERTIFICATE_FILE, key)
    return key


def set_aside(folder: Path) -> None:
    """Rename the certificate of a lost seal, so that another seal can be made and old files can still be verified."""
    with suppress(FileNotFoundError):
        path = folder / CERTIFICATE_FILE
        digest = sha256(path.read_bytes()).hexdigest()[:12]
        files.move(path, path.with_stem(f"{path.stem}-{digest}"))


def _make(path: Path, secret: bytes | None, *, allowed: bool) -> None:
    if path.with_name(CERTIFICATE_FILE).exists() and not path.exists():
        raise BadSetup("seal-key-missing", path=str(path))
    if not allowed:
        raise BadSetup("seal-missing", path=str(path.parent))
    path.parent.mkdir(parents=True, exist_ok=True)
    private, passphrase = ec.generate_private_key(ec.SECP256R1()), _passphrase(secret)
    encryption = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    files.write_once(path, pem + _certify(private).public_bytes(Encoding.PEM))


def _certify(private: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    public = private.public_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SUBJECT)])
    others = "key_encipherment data_encipherment key_agreement key_cert_sign crl_sign encipher_only decipher_only"
    usage = {"digital_signature": True, "content_commitment": True, **dict.fromkeys(others.split(), False)}
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
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
