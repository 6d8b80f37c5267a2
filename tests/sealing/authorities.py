"""Certificates of one's own, a certification authority and a time-stamp authority on loopback, made for the tests."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

PASSPHRASE = "Salainen lause äö"
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@cache
def rsa_key(bits: int, which: str = "") -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def key_of(kind: str) -> Key:
    if kind.startswith("rsa"):
        return rsa_key(int(kind.removeprefix("rsa")))
    return ec.generate_private_key({"p256": ec.SECP256R1, "p384": ec.SECP384R1, "k256": ec.SECP256K1}[kind]())


def certificate(
    name: str,
    key: Key,
    issuer: tuple[x509.Certificate, Key] | None = None,
    *,
    ca: bool = False,
    days: tuple[int, int] = (-30, 1000),
    signs: bool = True,
    stamps: bool = False,
    revoked_at: str = "",
    answers_at: str = "",
    answers: bool = False,
) -> x509.Certificate:
    now, subject = datetime.now(UTC), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    over, with_key = (issuer[0].subject, issuer[1]) if issuer else (subject, key)
    usage = dict.fromkeys(("key_agreement", "encipher_only", "decipher_only", "data_encipherment"), False)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(over)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(with_key.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(
                **usage,
                digital_signature=signs and not ca,
                content_commitment=signs and not ca,
                key_encipherment=not signs,
                key_cert_sign=ca,
                crl_sign=ca,
            ),
            critical=True,
        )
    )
    if stamps:
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    if revoked_at:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(revoked_at)], None, None, None)
        made = made.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    if answers_at:
        asked = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(answers_at))
        made = made.add_extension(x509.AuthorityInformationAccess([asked]), critical=False)
    if answers:
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
    return made.sign(with_key, hashes.SHA256())


@dataclass(frozen=True)
class Issuer:
    """A root, what it issued to the organisation, and the file and passphrase file that hold it."""

    root: x509.Certificate
    signer: x509.Certificate
    file: Path
    passphrase_file: Path
    root_key: ec.EllipticCurvePrivateKey


def own_file(folder: Path, kind: str = "rsa3072", *, passphrase: str = PASSPHRASE, **of: Any) -> Issuer:
    """A PKCS#12 file with a certificate of a root of our own."""
    over, key = ec.generate_private_key(ec.SECP256R1()), key_of(kind)
    root = certificate("Juuri", over, ca=True)
    signer = certificate("Esimerkkilä Oy", key, (root, over), **of)
    folder.mkdir(exist_ok=True)
    file, secret = folder / "own.p12", folder / "passphrase"
    packed = pkcs12.serialize_key_and_certificates(
        b"seal", key, signer, [root], BestAvailableEncryption(passphrase.encode())
    )
    for path, content in ((file, packed), (secret, f"{PASSPHRASE}\n".encode())):
        path.write_bytes(content)
        path.chmod(0o600)
    return Issuer(root, signer, file, secret, over)


@dataclass
class StampServer:
    """A time-stamp authority: openssl answers. `silent` makes it answer with an error, `asked` counts."""

    url: str
    roots: Path
    silent: bool = False
    asked: int = 0


@contextmanager
def time_stamp_authority(folder: Path) -> Iterator[StampServer]:
    """A time-stamp authority on loopback, as long as the block goes on."""
    folder.mkdir(exist_ok=True)
    over, key = rsa_key(3072, f"root of {folder.name}"), rsa_key(3072, "stamps")
    root = certificate("Aikaleimojen juuri", over, ca=True)
    stamper = certificate("Aikaleimapalvelu", key, (root, over), stamps=True)
    (folder / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    (folder / "tsa.pem").write_bytes(stamper.public_bytes(Encoding.PEM))
    (folder / "tsa.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(
        "[tsa]\ndefault_tsa = one\n[one]\n"
        f"serial = {folder}/serial\nsigner_cert = {folder}/tsa.pem\nsigner_key = {folder}/tsa.key\n"
        f"certs = {folder}/root.pem\n"
        "signer_digest = sha256\ndefault_policy = 1.2.3.4.1\ndigests = sha256, sha384, sha512\n"
        "accuracy = secs:1\nordering = no\ntsa_name = no\ness_cert_id_chain = no\ness_cert_id_alg = sha256\n"
    )
    made = StampServer("", folder / "root.pem")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.asked += 1
            query = self.rfile.read(int(self.headers["Content-Length"]))
            (folder / "query").write_bytes(query)
            command = ["openssl", "ts", "-reply", "-config", folder / "tsa.cnf", "-queryfile", folder / "query"]
            ran = subprocess.run([*command, "-out", folder / "reply"], capture_output=True, check=False)
            self.send_response(503 if made.silent or ran.returncode else 200)
            self.end_headers()
            self.wfile.write(b"" if made.silent else (folder / "reply").read_bytes())

        def log_message(self, *given: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}/"
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
