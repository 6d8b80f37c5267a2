"""A seal that is the same every time, so that the same damage hits the same bytes."""

from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mediation.sealing.seal_key import SealKey


@cache
def fixed_seal() -> SealKey:
    """A key and a certificate that protect nothing."""
    private = ec.derive_private_key(14, ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sovittelijat")])
    years = datetime(2020, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)
    usage = {"digital_signature": True, "content_commitment": True}
    others = "key_encipherment data_encipherment key_agreement key_cert_sign crl_sign encipher_only decipher_only"
    builder = x509.CertificateBuilder(name, name, private.public_key(), 14, *years)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(x509.KeyUsage(**usage, **dict.fromkeys(others.split(), False)), critical=True)
    return SealKey(private, builder.sign(private, hashes.SHA256(), ecdsa_deterministic=True))
