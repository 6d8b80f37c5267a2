"""Closing all sign-ins of somebody on a call: nobody signs in as them until they are met, or type a code that came on paper.

Who calls may be anybody, so nothing becomes readable by it, and every address gets a letter (workflow.md rule 24).
"""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import or_, select

from mediation.errors import NotSignedIn, NotYet
from mediation.people.directory import digest_of, find_person
from mediation.people.drawn_codes import draw_code, plain_code
from mediation.people.links import WRONG, use_link
from mediation.people.mailboxes import email_hashes, is_at, mailbox
from mediation.people.rate_limit import RateLimit, count_or_refuse
from mediation.people.sign_in_methods import end_access, tell
from mediation.store.database import Db
from mediation.store.models import Case, Link, Office, Participant, Person, get

AT_A_CASE, ADMINISTRATOR = "case", "administrator"  # who took the call: who leads a case, or an administrator
PAPER_CODE = "paper-code"  # the purpose of the link whose secret is such a code
CODE_GOOD_FOR = timedelta(days=30)
CALLS = RateLimit("calls", 10, timedelta(minutes=6))  # by administrator
_GROUPS = 4  # of a code: sixteen signs cannot be guessed


def close_sign_ins(db: Db, person: Person, *, by: str) -> bool:
    """Let nobody sign in as a person any more: sessions, tokens, links and codes end now. False where it was so already."""
    if person.sign_ins_closed_at is not None:
        return False
    person.sign_ins_closed_at, person.sign_ins_closed_by = db.now(), by
    db.flush()
    end_access(db, person.id)
    tell(db, person, "sign-ins-closed")
    return True


def open_sign_ins(db: Db, person: Person) -> bool:
    """Let a person sign in again who was met, or who typed their code. False where nothing was closed."""
    if person.sign_ins_closed_at is None:
        return False
    person.sign_ins_closed_at = person.sign_ins_closed_by = None
    db.flush()
    end_access(db, person.id)  # also what began at the moment of closing
    tell(db, person)
    return True


def new_paper_code(db: Db, person: Person) -> tuple[Link, str]:
    """A code that opens the sign-ins of a person, once and within thirty days; those made before open nothing any more.

    Gives the row of its digest, and the code in the clear. Refuses with `sign-ins-open` where nothing is closed.
    """
    if person.sign_ins_closed_at is None:
        raise NotYet("sign-ins-open")
    end_access(db, person.id)
    code = draw_code(_GROUPS)
    digest = digest_of(plain_code(code))
    link = Link(id=db.new_id(), person_id=person.id, purpose=PAPER_CODE, through="paper", digest=digest)
    link.created_at, link.expires_at = db.now(), db.now() + CODE_GOOD_FOR
    db.add(link)
    db.flush()
    return link, code


def open_by_code(db: Db, code: str, *, client: str) -> None:
    """Open the sign-ins of whose code it is; signing in then takes a link, as ever.

    Refuses with `paper-code-unusable`, and with `asked-too-often` a client that keeps sending unusable ones.
    """
    link = use_link(db, plain_code(code), PAPER_CODE)
    if link is None:
        count_or_refuse(db, WRONG, client)
        raise NotSignedIn("paper-code-unusable").keeping()
    open_sign_ins(db, find_person(db, link.person_id))


def close_on_a_call(db: Db, organisation_ids: Collection[str], email: str, *, by: str) -> None:
    """Close the sign-ins of whoever has this address, if they hold an office or take part in a case of an organisation.

    `by` is the administrator who took the call. Whether there is anybody shows nowhere. Refuses with `email-malformed`
    and `asked-too-often`.
    """
    for person in _known_here(db, organisation_ids, email, by):
        close_sign_ins(db, person, by=ADMINISTRATOR)


def open_after_meeting(db: Db, organisation_ids: Collection[str], email: str, *, by: str) -> None:
    """Open them for somebody whom the administrator has met. Refuses like `close_on_a_call`.

    What a mediator closed stays closed: an employer's administrator may be who it was closed against.
    """
    for person in _known_here(db, organisation_ids, email, by):
        if person.sign_ins_closed_by == ADMINISTRATOR:
            open_sign_ins(db, person)


def _known_here(db: Db, organisation_ids: Collection[str], email: str, by: str) -> Sequence[Person]:
    same, box = email_hashes(db, email), mailbox(email)
    count_or_refuse(db, CALLS, by)
    here = sorted(organisation_ids)
    office = Office.person_id == Person.id, Office.organisation_id.in_(here), Office.until.is_(None)
    part = select(Participant.id).join(Case, Case.id == Participant.case_id).where(Case.organisation_id.in_(here))
    known = or_(select(Office.id).where(*office).exists(), part.where(Participant.person_id == Person.id).exists())
    theirs = or_(Person.email_hash.in_(same), Person.private_email_hash.in_(same))
    found = db.scalars(select(Person).where(theirs, known).order_by(Person.id).with_for_update()).all()
    return [one for one in found if is_at(get(db, one, "email"), box) or is_at(get(db, one, "private_email"), box)]
