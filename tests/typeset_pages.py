"""Sending and signing as the API does it, for tests that call the acts without it: what is stored is typeset beforehand."""

from datetime import date

from mediation.acts.interpreting import Interpreted
from mediation.acts.sending import prepare_sending, send_agreement
from mediation.acts.sheets import sealed, typeset
from mediation.acts.signing import prepare_signing, sign
from mediation.case.seat import OWN, Manner, Seat
from mediation.sealing.seal import Sealer
from mediation.sealing.seal_key import SealKey
from mediation.store.database import Db
from mediation.store.models import Agreement, Signature


def send_typeset(db: Db, seat: Seat, *, sign_by: date | None = None) -> Agreement:
    return send_agreement(db, seat, typeset(prepare_sending(db, seat, sign_by=sign_by)), sign_by=sign_by)


def sign_typeset(
    db: Db, seat: Seat, digest: str, seal_key: SealKey, manner: Manner = OWN, interpreted: Interpreted | None = None
) -> Signature:
    pages = typeset(prepare_signing(db, seat, digest, manner, interpreted=interpreted))
    return sign(db, seat, digest, manner, interpreted=interpreted, pages=sealed(pages, Sealer(seal_key)))
