"""What a referral says besides its subject, whether its initiator is named, and what a party needs to take part."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, NamedTuple

from pydantic import Field
from sqlalchemy import exists, select

from mediation.acts.acting import Acting, act
from mediation.acts.marks import leave_mark
from mediation.acts.participants import Someone
from mediation.acts.stored_files import keep_in_confidence
from mediation.case.seat import OWN, Manner
from mediation.errors import Malformed
from mediation.store.database import Db
from mediation.store.models import Mark, Needs, Participant, Referral, RoleHeld, get, put, remaining
from mediation.words.fields import LINE, SHORT, Flag, LanguageCode, Line, checked, choices, one_of, sent
from mediation.workflow.declaration import Trait
from mediation.workflow.facts import CaseState

CONSULTED = ("parties", "line-manager", "management", "health-and-safety")
Consulted = Annotated[list[Annotated[str, choices(CONSULTED)]], Field(max_length=len(CONSULTED))]
Phone = Annotated[str, Field(max_length=SHORT)]


class FormField(NamedTuple):
    """A field of the referral: its code, the row of who sees what that it belongs to, and whether the party fills it.

    One that is `of_party` is filled of each party: of the referral, they read it about themselves.
    """

    code: str
    item: str
    by_party: bool = False
    of_party: bool = False


# Only the party writes about health, a union and access needs: whoever refers has no field for them.
FORM = (
    FormField("subject", "referral"),
    FormField("wished_outcome", "referral"),
    FormField("done_so_far", "referral-rest"),
    FormField("consulted", "referral-rest"),
    FormField("parties_know", "referral-rest"),
    FormField("availability", "referral-rest"),
    FormField("phone", "referral-rest", of_party=True),
    FormField("availability", "referral-rest", of_party=True),
    *(
        FormField(code, "needs", by_party=True, of_party=True)
        for code in ("phone", "availability", "access", "health", "union")
    ),
)


@dataclass(frozen=True)
class ReferralDetails:
    """What a referral may say besides its subject. `parties_know` is whether those named know of it."""

    wished_outcome: str = ""
    done_so_far: str = ""
    consulted: Sequence[str] = ()
    parties_know: bool | None = None
    availability: str = ""


@sent("ReferredPartyBody")
@dataclass(frozen=True, kw_only=True)
class ReferredParty(Someone):
    """A party as the referral names them, how they are reached, and when they can come."""

    phone: Annotated[Phone, Field(description="Read by the mediators and by the party.")] = ""
    availability: Annotated[Line, Field(description="Read by the mediators and by the party.")] = ""


def write_referral(
    db: Db,
    case: CaseState,
    author: Participant,
    details: ReferralDetails,
    parties: Sequence[tuple[Participant, Someone]],
    language: str,
) -> Sequence[str]:
    """Keep what a referral says besides its subject, if anything; part of the referral, which records itself.

    Gives the words. Refuses texts over their limits, and with `choice-unknown`.
    """
    for code in details.consulted:
        one_of(code, CONSULTED, "consulted")
    told = {name: value for name, value in asdict(details).items() if value not in ("", (), [], None)}
    words = [checked(value, name, LINE) for name, value in told.items() if isinstance(value, str)]
    about = [
        {
            "participant": participant.id,
            "name": get(db, participant, "name"),
            "phone": one.phone,
            "availability": one.availability,
        }
        for participant, one in parties
        if isinstance(one, ReferredParty) and (one.phone.strip() or one.availability.strip())
    ]
    if told or about:
        row = Referral(id=db.new_id(), case_id=case.id, author=author.id, language=language, at=db.now())
        put(db, row, "words", {**told, "parties": about})
        db.add(row)
        db.flush()
    return words


@act("permit-naming", leaves="permitted-naming", correctable=False)
def permit_naming(case: Acting, permitted: Flag, *, manner: Manner = OWN) -> Mark:
    """The initiator decides whether the other participants may see who brought the matter up; own hand only.

    Without permission only the mediators and the author of the referral know.
    """
    return leave_mark(case, value="yes" if permitted else "no")


@dataclass(frozen=True)
class NeedsWords:
    """What a party tells the mediators about taking part."""

    phone: str = ""
    availability: str = ""
    access: str = ""
    health: str = ""
    union: str = ""


@act("tell-needs")
def tell_needs(
    case: Acting,
    *,
    phone: Phone = "",
    availability: Line = "",
    access: Line = "",
    health: Line = "",
    union: Line = "",
    language: LanguageCode = "fi",
    manner: Manner = OWN,
) -> Needs:
    """A party tells only the mediators how to reach them, when they can come, and what they need to take part.

    Each time replaces everything written before; a field that is left out is then empty. The same again changes nothing,
    unless somebody mediates who did not when it was told, and so does not read it: then it is told anew. Refuses with
    `needs-empty` if every field is empty and there is nothing to replace.
    """
    told = NeedsWords(phone, availability, access, health, union)
    words = {name: text for name, text in asdict(told).items() if text.strip()}
    row = case.row(Needs, participant_id=case.doer.id)
    if row is None and not words:
        raise Malformed("needs-empty", field="access")
    keep_in_confidence(case.db, case.doer)
    if row is None:
        row = case.write(Needs(participant_id=case.doer.id, language=language), words=words)
    elif (row.language, remaining(case.db, row, "words")) == (language, words) and _all_were_told(case, row):
        return row
    else:
        put(case.db, row, "words", words)
        row.language, row.at, row.way = language, case.db.now(), case.doer.way
        row.recorded_by = case.doer.recorded_by
    case.record(row.id, words=words.values())
    return row


def _all_were_told(case: Acting, row: Needs) -> bool:
    """Whether everybody who mediates did so already when these needs were told, and so reads them."""
    leading = RoleHeld.case_id == case.id, RoleHeld.role.in_(case.seat.workflow.who(Trait.LEADS))
    later = RoleHeld.until.is_(None), RoleHeld.since > row.at
    return not case.db.scalar(select(exists().where(*leading, *later)))
