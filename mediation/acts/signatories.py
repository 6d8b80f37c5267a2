"""Signatories: who signs the agreement, what each of them signs, and what one does who does not sign it yet."""

from datetime import timedelta

from mediation.acts.acting import Acting, act
from mediation.acts.agreement_versions import newest_in
from mediation.acts.marks import ask_mediators, mark_and_tell
from mediation.acts.stored_files import stored
from mediation.case.participants import those_in
from mediation.case.seat import OWN, Manner, Seat
from mediation.errors import NotPermitted
from mediation.store.database import Db
from mediation.store.models import Agreement, Mark, get
from mediation.workflow.declaration import Trait, Who
from mediation.workflow.facts import Facts
from mediation.workflow.facts_loading import load_facts

TIME_TO_THINK = timedelta(days=7)


def signatories(seat: Seat, facts: Facts) -> frozenset[str]:
    """Those who sign the version being worked on, by id."""
    return facts.signatories(seat.workflow.signing(facts), seat.workflow.who(Trait.REPRESENTS))


def signing_roles(db: Db, seat: Seat) -> Who:
    """The roles in which the whole is signed now; where all who consent sign, no facts are loaded for it."""
    if seat.workflow.contract.signed_by is None:
        return seat.workflow.who(Trait.CONSENTS)
    return seat.workflow.signing(load_facts(db, seat.case))


def digest_to_sign(db: Db, seat: Seat, agreement: Agreement, participant_id: str) -> str:
    """What a participant signs (SHA-256, hex): the manifest, or for an employer representative that of the own annex.

    Refuses with `not-a-signatory`.
    """
    for row in stored(db, seat, "annex-manifest", agreement.id):
        if row.owner == participant_id:
            return str(get(db, row, "sha256"))
    if agreement.digest is None or participant_id not in those_in(db, seat.case.id, *signing_roles(db, seat)):
        raise NotPermitted("not-a-signatory")
    return agreement.digest


@act("take-time", leaves="took-time")
def take_time(case: Acting, manner: Manner = OWN) -> Mark:
    """A signatory takes time to think (seven days); nobody else sees it, and a reminder comes at its end."""
    about, again = _theirs(case).id, case.db.now() + TIME_TO_THINK
    return mark_and_tell(case, about=about, to=[case.doer.id], letter="reminder", due_at=again)


@act("ask-to-talk", leaves="asked-to-talk")
def ask_to_talk(case: Acting, manner: Manner = OWN) -> Mark:
    """A signatory wants to talk first; the mediators are told that something waits."""
    return ask_mediators(case, about=_theirs(case).id)


@act("decline-to-sign", leaves="declined-to-sign")
def decline_to_sign(case: Acting, manner: Manner = OWN) -> Mark:
    """A signatory does not sign; no reason is asked. A declined text can be signed later, or changed as a new version."""
    return ask_mediators(case, about=_theirs(case).id)


def _theirs(case: Acting) -> Agreement:
    """The version that waits for the doer's signature. Refuses with `nothing-to-sign` and `not-a-signatory`."""
    agreement = newest_in(case.db, case.seat, ("sent",), "nothing-to-sign")
    digest_to_sign(case.db, case.seat, agreement, case.doer.id)
    return agreement
