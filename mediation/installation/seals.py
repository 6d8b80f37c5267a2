"""The seal of an installation as it opens: whose name it bears, and renewing it in time."""

from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Engine, select

from mediation.errors import BadSetup
from mediation.keys.keyring import Keyring
from mediation.sealing.own_certificate import OwnCertificate, load_pkcs12
from mediation.sealing.seal import Sealer
from mediation.sealing.seal_key import (
    SUBJECT,
    SealKey,
    fitting_name,
    keep_certificate,
    load_seal_key,
    renew_seal,
    was_ours,
)
from mediation.sealing.time_stamps import Authority, load_roots
from mediation.sealing.token import load_token
from mediation.settings import B_B, B_LTA, Settings
from mediation.store.models import Case, Organisation

SEAL = "seal"  # the fact that says which seal is the installation's, and what its secret is derived for


def open_seal(settings: Settings, content: Engine, keyring: Keyring, at: datetime, *, has_people: bool) -> SealKey:
    """The seal of this installation, made where there is none yet, and renewed where its certificate ends soon.

    Refuses with `seal-foreign` the seal of another installation, and like `load_seal_key`.
    """
    folder, secret, known = settings.seal_folder, keyring.derive(SEAL), keyring.fact(SEAL)
    making = known is None and not has_people
    name = seal_name(settings, content) if making else SUBJECT
    key = load_seal_key(folder, secret, make=making, name=name, at=at)
    # Where a renewal was cut short, what is known is a certificate that was kept aside.
    if known not in {None, key.digest} and not was_ours(folder, str(known)):
        raise BadSetup("seal-foreign", path=str(folder))
    if key.is_due(at):
        key = renew_seal(folder, secret, seal_name(settings, content), at)
    if known != key.digest:
        keyring.keep_fact(SEAL, key.digest)
    return key


def open_sealer(settings: Settings, key: SealKey, at: datetime) -> Sealer:
    """What seals: a certificate of one's own by setting, else the installation's key; with a time-stamp authority, if any.

    The chain of an own certificate is kept beside the installation's, for verifying. Refuses like `load_pkcs12`,
    `load_token` and `load_roots`.
    """
    own = _own_certificate(settings, at)
    if own is not None:
        keep_certificate(settings.seal_folder, own.certificate_pem)
    authority = None
    if settings.timestamp_url and settings.seal_level != B_B:
        authority = Authority(settings.timestamp_url, load_roots(Path(settings.timestamp_roots)))
    return Sealer(own or key, authority, lasting=settings.seal_level == B_LTA)


def _own_certificate(settings: Settings, at: datetime) -> OwnCertificate | None:
    secret = Path(settings.seal_passphrase_file) if settings.seal_passphrase_file else None
    if settings.seal_pkcs11:
        if secret is None:
            raise BadSetup("setting-unusable-pkcs11")
        return load_token(settings.seal_pkcs11, secret, at)
    return load_pkcs12(Path(settings.seal_pkcs12), secret, at) if settings.seal_pkcs12 else None


def seal_name(settings: Settings, content: Engine) -> str:
    """Whom the certificate of a new seal names: by setting, else who provides the mediations, else where people reach them."""
    if settings.seal_name:
        return settings.seal_name
    with content.connect() as connection:
        providers = select(Organisation.name).where(Organisation.id == Case.provider_id).distinct().limit(2)
        named = connection.scalars(providers).all()
    host = urlsplit(settings.base_url).hostname if settings.base_url_given else None
    return fitting_name(named[0] if len(named) == 1 else host or SUBJECT)
