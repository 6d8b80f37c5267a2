"""Complaints: a door past the mediator, to whoever the organisation that provides the mediation has named (rule 25).

No entry of the record tells of one, no letter of the case and no mark: whatever mediators read is the same with and without.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Select, select
from sqlalchemy import case as when

from mediation.acts.acting import Acting, act
from mediation.case.access import EMPLOYERS_OFFICES
from mediation.errors import NotFound, NotYet
from mediation.letters import outbox
from mediation.people.directory import COMPLAINTS
from mediation.people.rate_limit import RateLimit, count_or_refuse
from mediation.store.database import Db
from mediation.store.models import Complaint, Office, Participant, Person, RoleHeld, get
from mediation.words.fields import Id, LanguageCode, NeededText
from mediation.workflow.declaration import Trait, Workflow
from mediation.workflow.facts import CaseState

COMPLAINING = RateLimit("complaining", 5, timedelta(hours=1))  # by participant


@act("complain")
def complain(
    case: Acting, words: NeededText, *, mediator_id: Id | None = None, contact: str = "", language: LanguageCode = "fi"
) -> Complaint:
    """Complain of a mediator, or object to them, to whoever the provider has named; no mediator learns of it.

    It is about the mediator of now, unless `mediator` says which one of now or before. The answer is the receipt; one goes
    by letter, too, where there is an address. `contact` says how to be reached. Refuses with `mediator-not-found`, with
    `complaints-to-nobody` where the provider has named nobody who takes no part in the case, and with `asked-too-often`.
    """
    about = _mediator(case, mediator_id)
    organisation, receivers = receivers_of(case.db, case.seat.workflow, case.seat.case, about)
    if not receivers:
        raise NotYet("complaints-to-nobody")
    count_or_refuse(case.db, COMPLAINING, case.doer.id)
    row = Complaint(participant_id=case.doer.id, about=about.id, organisation_id=organisation, language=language)
    case.write(row, words=words, **({"contact": contact} if contact.strip() else {}))
    for one in receivers:
        to = "email" if one.email is not None else "private_email"
        outbox.write_to(case.db, one.id, "complaint-waits", {"to": to})
    # Not as a letter of the case: mediators print those for who has no mailbox.
    address = get(case.db, case.db.get_one(Participant, case.doer.id), "email")
    if address is not None:
        told = {"address": address, "moment": row.at.isoformat()}
        outbox.write_to(case.db, case.seat.person_id, "complaint-received", told)
    return row


def _mediator(case: Acting, mediator_id: str | None) -> Participant:
    who = case.seat.workflow.who
    held = select(Participant).join(RoleHeld, RoleHeld.participant_id == Participant.id)
    here = held.where(Participant.case_id == case.id)
    if mediator_id is None:
        found = case.db.scalar(here.where(RoleHeld.role.in_(who(Trait.SOLE)), RoleHeld.until.is_(None)))
    else:
        found = case.db.scalar(here.where(RoleHeld.role.in_(who(Trait.LEADS)), Participant.id == mediator_id).limit(1))
    if found is None:
        raise NotFound("mediator-not-found")
    return found


def provider_of(db: Db, case: CaseState, person_id: str) -> str | None:
    """The organisation for which a mediator mediates at a case, by id: the employer itself where they are of its staff."""
    return next(iter(db.scalars(_provides(case, person_id))), None)


def _provides(case: CaseState, person_id: str) -> Select[str]:
    provides = select(Office.organisation_id).where(Office.person_id == person_id, Office.office == "mediator")
    own_staff = when((Office.organisation_id == case.organisation_id, 0), else_=1)
    last = when((Office.until.is_(None), 0), else_=1)
    return provides.order_by(last, own_staff, Office.since, Office.id)


def receivers_of(db: Db, workflow: Workflow, case: CaseState, mediator: Participant) -> tuple[str, Sequence[Person]]:
    """The organisation for which a mediator mediates, and who it has named for complaints and takes no part in the case.

    Nobody of the employer's office of hr or admin: what a party says of the mediation is not for them to read. The employer
    itself where the mediator is of its staff. Of several the first that has named somebody; "" for none.
    """
    takes_part = select(Participant.id).where(Participant.case_id == case.id, Participant.person_id == Person.id)
    employs = select(Office.id).where(Office.organisation_id == case.organisation_id, Office.person_id == Person.id)
    employs = employs.where(Office.office.in_(EMPLOYERS_OFFICES), Office.until.is_(None)).correlate(Person)
    for organisation in db.scalars(_provides(case, mediator.person_id)).all():
        receivers = db.scalars(
            select(Person)
            .join(Office, Office.person_id == Person.id)
            .where(Office.organisation_id == organisation, Office.office == COMPLAINTS, Office.until.is_(None))
            .where(Person.active.is_(True), ~takes_part.exists(), ~employs.exists())
            .order_by(Person.id)
        ).all()
        if receivers:
            return organisation, receivers
    return "", ()
