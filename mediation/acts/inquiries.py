"""Inquiries about work supervision: asked without an account, read by nobody before a letter's link confirmed the address.

Whether an address is known, an inquiry came twice or a letter was held back shows in no answer. Nothing in it names anybody:
names come from each at the mapping.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update

from mediation.acts.new_cases import add_under_a_number, new_case
from mediation.acts.participants import Someone, join
from mediation.acts.supervision_shapes import FORMS, KINDS, PARENT_GUIDANCE
from mediation.case import record
from mediation.errors import Malformed, NotFound
from mediation.letters import outbox
from mediation.people.directory import add_person, checked_name, digest_of
from mediation.people.links import refused_link
from mediation.people.mailboxes import checked_email, email_hash
from mediation.people.rate_limit import RateLimit, count_if_within, count_or_refuse
from mediation.store.database import Db
from mediation.store.models import Case, Inquiry, Letter, Office, Organisation, Person, get, put
from mediation.words.catalogue import known_language
from mediation.words.fields import checked, one_of
from mediation.workflow.declaration import Trait, Workflow
from mediation.workflow.facts import case_state

EMPLOYER, OWN = "employer", "own"
ASKED_FOR = (EMPLOYER, OWN)
SIZE = 4 * 1024  # bytes of all words together
CONFIRMED_WITHIN = timedelta(hours=48)

ASKING = RateLimit("inquiring", 5, timedelta(minutes=2))  # by client
LETTERS = RateLimit("inquiry-letters", 3, timedelta(hours=1))  # by mailbox
TO_ONE = RateLimit("inquiries-to", 100, timedelta(minutes=1))  # by organisation


@dataclass(frozen=True)
class Asked:
    """What an inquiry says in its own words: the need, the field of work and the times that are wished for."""

    need: str
    work_field: str = ""
    wished_times: str = ""


@dataclass(frozen=True)
class Wish:
    """What is wished for, chosen from lists, and for how many people."""

    wished_form: str
    wished_kind: str
    people: int
    asked_for: str = EMPLOYER


def organisation_at(db: Db, address: str) -> Organisation:
    """The organisation that takes inquiries at an address. Refuses with `address-unknown`, also where it takes none now."""
    here = Organisation.inquiry_address == address, Organisation.takes_inquiries.is_(True)
    found = db.scalar(select(Organisation).where(*here))
    if found is None:
        raise NotFound("address-unknown")
    return found


def inquire(db: Db, address: str, asked: Asked, wish: Wish, email: str, *, language: str, client: str) -> None:
    """Keep an inquiry unread, and write to who asked for a link that confirms it within `CONFIRMED_WITHIN`.

    Refuses with `address-unknown`, `email-malformed`, `email-beyond-ascii`, `text-empty`, `inquiry-too-long` (`SIZE`),
    and `choice-unknown`, and with `asked-too-often` a client that keeps asking or an organisation that is
    asked too much at once. A mailbox that was just written to gets no further letter, and what was asked is not kept.
    """
    organisation = organisation_at(db, address)
    email = checked_email(email)
    _check(asked, wish, email)
    known_language(language)
    count_or_refuse(db, ASKING, client)
    count_or_refuse(db, TO_ONE, organisation.id)
    if not count_if_within(db, LETTERS, email_hash(db, email)):
        return
    secret, now = secrets.token_urlsafe(32), db.now()
    nobody = Person(id=db.new_id(), language=language, created_at=now, active=False)
    put(db, nobody, "name", email)
    row = Inquiry(id=db.new_id(), organisation_id=organisation.id, person_id=nobody.id, language=language, at=now)
    row.digest, row.expires_at = digest_of(secret), now + CONFIRMED_WITHIN
    row.asked_for = OWN if wish.wished_kind == PARENT_GUIDANCE else wish.asked_for  # no employer is part of that
    row.wished_form, row.wished_kind, row.people = wish.wished_form, wish.wished_kind, wish.people
    put(db, row, "words", {**asdict(asked), "email": email})
    db.add(nobody)
    db.flush()
    db.add(row)
    db.flush()
    told = {"address": email, "language": language, "secret": secret, "until": row.expires_at.isoformat()}
    outbox.write_to(db, nobody.id, "inquiry-asked", told, about=row.id, good_until=row.expires_at)


def _check(asked: Asked, wish: Wish, email: str) -> None:
    for name, words in asdict(asked).items():
        if words or name == "need":
            checked(words, name, SIZE)
    size = sum(len(one.encode()) for one in (*asdict(asked).values(), email))
    if size > SIZE:
        raise Malformed("inquiry-too-long", field="need", limit=SIZE, length=size)
    one_of(wish.wished_form, FORMS, "wished_form")
    one_of(wish.wished_kind, KINDS, "wished_kind")
    one_of(wish.asked_for, ASKED_FOR, "asked_for")


def confirm_inquiry(db: Db, workflow: Workflow, secret: str, name: str, *, client: str) -> None:
    """Let who asked confirm an inquiry, with the name that they go by: it becomes a case, and whoever takes them hears of it.

    An employer's becomes a case that they order; in another they are supervised themselves. Again changes nothing. Refuses
    like `checked_name` and `refused_link`.
    """
    name = checked_name(name)
    good = Inquiry.digest == digest_of(secret), Inquiry.expires_at > db.now()
    once = update(Inquiry).where(*good, Inquiry.confirmed_at.is_(None)).values(confirmed_at=db.now())
    found = db.scalar(once.returning(Inquiry.id).execution_options(synchronize_session=False))
    if found is None:
        if db.scalar(select(Inquiry.id).where(Inquiry.digest == digest_of(secret), Inquiry.case_id.is_not(None))):
            return
        raise refused_link(db, client)
    row = db.get_one(Inquiry, found, populate_existing=True)
    asked, nobody = get(db, row, "words"), row.person_id
    person = add_person(db, name, row.language, asked.pop("email"))
    case = begin_case(db, workflow, row, str(asked["need"]))
    row.case_id, row.person_id = case.id, person.id
    put(db, row, "words", asked)
    db.flush()
    join_who_asked(db, workflow, case, row, asked)
    _forget_nobody(db, [nobody])


def begin_case(db: Db, workflow: Workflow, row: Inquiry, need: str, *, linked_to: str | None = None) -> Case:
    """A case of the organisation that was asked. Where it has no office of hr it is nobody's employer, and only provides."""
    case = new_case(db, workflow, row.organisation_id, row.language)
    employs = select(Office.id).filter_by(organisation_id=row.organisation_id, office="hr", until=None)
    if db.scalar(employs.limit(1)) is None:
        case.from_outside = True
    case.provider_id, case.linked_to = row.organisation_id, linked_to
    put(db, case, "referral", {"subject": need, "language": row.language, "parties": []})
    add_under_a_number(db, case)
    return case


def join_who_asked(db: Db, workflow: Workflow, case: Case, row: Inquiry, asked: Mapping[str, str]) -> None:
    """Let who asked take part in the case of an inquiry, as who orders it or is supervised, and tell who takes inquiries."""
    role = workflow.first(Trait.ORDERS if row.asked_for == EMPLOYER else Trait.CONSENTS)
    joined = join(db, workflow, case_state(case), Someone(person_id=row.person_id), role)
    record.append(db, case_state(case), "inquire", actor=joined.id, about=[row.id], words=asked.values())
    for one in _receivers(db, row.organisation_id):
        outbox.write_to(db, one.id, "inquiry-waits", {"to": "email" if one.email is not None else "private_email"})


def _receivers(db: Db, organisation_id: str) -> Sequence[Person]:
    """Who takes inquiries: the administrators of an organisation and who may lead a case for it."""
    offices = (
        Office.organisation_id == organisation_id,
        Office.office.in_(("admin", "mediator")),
        Office.until.is_(None),
    )
    held = Person.id.in_(select(Office.person_id).where(*offices))  # asked of each person, it would be of all there are
    return db.scalars(select(Person).where(Person.active.is_(True), held).order_by(Person.id)).all()


def forget_unconfirmed(db: Db) -> None:
    """Delete what nobody confirmed in time, and the letters that asked for it."""
    over = select(Inquiry.person_id).where(Inquiry.confirmed_at.is_(None), Inquiry.expires_at <= db.now())
    _forget_nobody(db, db.scalars(over).all())


def _forget_nobody(db: Db, people: Sequence[str]) -> None:
    # In the order in which one refers to another; of what was confirmed the inquiry is its case's by now.
    if people:
        quietly = {"synchronize_session": False}
        for table in (Inquiry, Letter):
            db.execute(delete(table).where(table.person_id.in_(people)), execution_options=quietly)
        db.execute(delete(Person).where(Person.id.in_(people)), execution_options=quietly)
