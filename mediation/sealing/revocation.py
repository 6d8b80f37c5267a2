"""The revocation lists of a chain, fetched when a seal is to last: later their addresses may be gone."""

from collections.abc import Iterator

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mediation.errors import Unavailable
from mediation.sealing.asking import ask
from mediation.sealing.chained_cms import Chain

MOST_BYTES = 5_000_000
MOST_ADDRESSES = 3  # of one certificate


def revocation_lists(chain: Chain) -> list[bytes]:
    """The lists (DER) that the certificates of a chain name; none where they name none, as those that one makes oneself.

    Refuses with `revocation-missing` (Unavailable) where no address of a certificate gives a list.
    """
    return [_fetched(addresses) for one in chain.all if (addresses := list(_addresses(one)))]


def _addresses(certificate: x509.Certificate) -> Iterator[str]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (x509.ExtensionNotFound, ValueError):
        return
    for point in points:
        for name in point.full_name or ():
            if isinstance(name, x509.UniformResourceIdentifier) and name.value.startswith(("http://", "https://")):
                yield name.value


def _fetched(addresses: list[str]) -> bytes:
    for address in addresses[:MOST_ADDRESSES]:
        try:
            return _read(ask(address, MOST_BYTES))
        except (OSError, ValueError):
            continue
    raise Unavailable("revocation-missing")


def _read(content: bytes) -> bytes:
    load = x509.load_pem_x509_crl if content.startswith(b"-----BEGIN") else x509.load_der_x509_crl
    return load(content).public_bytes(Encoding.DER)
