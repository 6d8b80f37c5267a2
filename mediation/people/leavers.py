"""Leavers: the end of an account, of its offices, links, sessions and tokens; what a party has stays theirs."""

from contextlib import suppress

from sqlalchemy import ColumnElement, delete, select, update

from mediation.case.access import with_trait
from mediation.errors import NotFound
from mediation.people import referral_drafts
from mediation.people.directory import revoke_tokens
from mediation.people.links import revoke_links
from mediation.store.database import Db
from mediation.store.models import CalendarFeed, Case, Office, Participant, Person, RoleHeld, SignInSession, get, put
from mediation.workflow.declaration import Trait
from mediation.workflow.declared import WORKFLOWS


def deactivate(db: Db, person: Person) -> None:
    """End an account: offices, links, sessions, tokens, a calendar feed and a draft end now, and the work address is removed.

    The employer may give that mailbox to somebody else: it signs nobody in any more, and a person added with it is a new
    person. What they did in cases stays; a party, or former party, still signs in by their private address.
    """
    person.active = False
    person.email = person.email_hash = None
    revoke_links(db, person.id)
    signed_in = SignInSession.person_id == person.id, SignInSession.ended_at.is_(None)
    db.execute(update(SignInSession).where(*signed_in).values(ended_at=db.now()))
    revoke_tokens(db, person.id)
    db.execute(delete(CalendarFeed).where(CalendarFeed.person_id == person.id))
    referral_drafts.throw_away(db, person.id)
    _readdress(db, person, get(db, person, "private_email"))
    db.execute(update(Office).where(Office.person_id == person.id, Office.until.is_(None)).values(until=db.now()))
    db.flush()


def forget_address(db: Db, person: Person, column: str) -> None:
    """Remove an address (`email` or `private_email`); letters of cases that went there go to the other one.

    Where there is no other, they wait to be printed and handed over.
    """
    gone = get(db, person, column)
    setattr(person, column, None)
    setattr(person, f"{column}_hash", None)
    _readdress(db, person, get(db, person, "private_email") or get(db, person, "email"), only=gone)
    db.flush()


def _readdress(db: Db, person: Person, to: str | None, *, only: str | None = None) -> None:
    # Also in their cases. Without an address, letters wait to be printed and handed over.
    here = Participant.person_id == person.id, Participant.left_at.is_(None), Participant.email.is_not(None)
    for one in db.scalars(select(Participant).where(*here)):
        with suppress(NotFound):  # the words of the case are destroyed already
            if only is None or get(db, one, "email") == only:
                one.email = None
                if to is not None:
                    put(db, one, "email", to)


def has_own_documents() -> ColumnElement[bool]:
    """Of a `Person`: whether they are, or were, a party to a case and so have documents that stay theirs."""
    here = (
        select(RoleHeld.id)
        .join(Participant, Participant.id == RoleHeld.participant_id)
        .join(Case, Case.id == Participant.case_id)
    )
    theirs = Participant.person_id == Person.id, Participant.left_at.is_(None), RoleHeld.until.is_(None)
    return here.where(*theirs, with_trait(WORKFLOWS, Trait.LASTS)).correlate(Person).exists()
