"""Departures: an account ends, and with it offices, links, sessions and tokens; what a party has stays theirs."""

from contextlib import suppress

from sqlalchemy import ColumnElement, select, update

from mediation.case.seat import with_trait
from mediation.errors import NotFound
from mediation.people.directory import revoke_tokens
from mediation.people.links import spoil_links
from mediation.store.database import Db
from mediation.store.models import Case, Office, Participant, Person, RoleHeld, SignInSession, get, put
from mediation.workflow.declaration import Trait
from mediation.workflow.declared import WORKFLOWS


def deactivate(db: Db, person: Person) -> None:
    """End an account: offices, links, sessions and tokens end now, and the work address is theirs no longer.

    The employer may give that mailbox to somebody else: it opens nothing any more, and whoever is added with it is a new
    person. What they did in cases stays; and a party, or former party, still signs in through an address of their own.
    """
    person.active = False
    person.email = person.email_hash = None
    spoil_links(db, person.id)
    signed_in = SignInSession.person_id == person.id, SignInSession.ended_at.is_(None)
    db.execute(update(SignInSession).where(*signed_in).values(ended_at=db.now()))
    revoke_tokens(db, person.id)
    _write_elsewhere(db, person)
    db.execute(update(Office).where(Office.person_id == person.id, Office.until.is_(None)).values(until=db.now()))
    db.flush()


def _write_elsewhere(db: Db, person: Person) -> None:
    # At their cases, too: letters go to an address of their own, else they wait to be printed and handed over.
    private = get(db, person, "private_email")
    here = Participant.person_id == person.id, Participant.left_at.is_(None), Participant.email.is_not(None)
    for one in db.scalars(select(Participant).where(*here)):
        one.email = None
        if private is not None:
            with suppress(NotFound):  # the words of the case are gone already
                put(db, one, "email", private)


def forget_address(db: Db, person: Person, column: str) -> None:
    """Let an address (`email` or `private_email`) be nobody's; letters of cases that went there go to the other one.

    Where there is no other, they wait to be printed and handed over.
    """
    gone = get(db, person, column)
    setattr(person, column, None)
    setattr(person, f"{column}_hash", None)
    other = get(db, person, "private_email") or get(db, person, "email")
    here = Participant.person_id == person.id, Participant.left_at.is_(None), Participant.email.is_not(None)
    for one in db.scalars(select(Participant).where(*here)):
        with suppress(NotFound):  # the words of the case are gone already
            if get(db, one, "email") == gone:
                one.email = None
                if other is not None:
                    put(db, one, "email", other)
    db.flush()


def has_own_documents() -> ColumnElement[bool]:
    """Of a `Person`: whether they are, or were, a party to a case and so have documents that stay theirs."""
    here = (
        select(RoleHeld.id)
        .join(Participant, Participant.id == RoleHeld.participant_id)
        .join(Case, Case.id == Participant.case_id)
    )
    theirs = Participant.person_id == Person.id, Participant.left_at.is_(None), RoleHeld.until.is_(None)
    return here.where(*theirs, with_trait(WORKFLOWS, Trait.LASTS)).correlate(Person).exists()
