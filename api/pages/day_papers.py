"""The papers of the day in one print: who is there, and each text with lines to sign at, for when the net or the battery fails.

What is signed on them is taken in afterwards as paper, with its scan.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request, Response

from api.http.dependencies import Reading, ReadSeat
from api.http.pages import page
from api.http.routes import case_router
from mediation.acts.signatories import signing_roles
from mediation.case.in_room import beside_others
from mediation.case.seat import Seat
from mediation.case.visibility import sees, sees_full
from mediation.errors import NotFound, NotPermitted
from mediation.reading.agreed import UNDERTAKING, TextBlock, read_agreed_texts
from mediation.reading.agreement import read_agreement
from mediation.reading.agreement_view import AgreementView
from mediation.reading.people import PersonLine, languages_read, read_people
from mediation.reading.table import has_table, read_table
from mediation.store.database import Db
from mediation.workflow.declaration import Trait

papers = case_router("day-papers")
routers = (papers,)


@dataclass(frozen=True)
class Paper:
    """A text in the languages that are read, and who signs it."""

    title: str  # the code of its words
    texts: Sequence[tuple[str, Sequence[TextBlock]]]  # by language
    signed_by: Sequence[PersonLine]
    role: str = ""  # of who undertakes confidentiality


@papers.get("", include_in_schema=False)
def read(request: Request, seat: ReadSeat, db: Reading) -> Response:
    """The attendance list, the texts that are agreed to, the joint text, and lines to sign the agreement at."""
    if not sees_full(seat.roles, "unmet-guard"):  # who leads
        raise NotPermitted("not-yours-to-see")
    people = read_people(db, beside_others(seat), sees(seat.roles, "participants"))  # the papers lie on the table
    there = [one for one in people if _is_there(seat, one)]
    agreement = _agreement(db, seat)
    return page(
        request,
        "day-papers",
        case=f"/cases/{seat.case.number}",
        number=seat.case.number,
        now=db.now(),
        there=there,
        texts=_texts(db, seat, there),
        joint=read_table(db, seat).joint if has_table(seat) else None,
        agreement=agreement,
        parties=[one for one in there if seat.workflow.who(Trait.CONSENTS) & set(one.roles)],
        signing=[one for one in there if signing_roles(db, seat) & set(one.roles)],
        takes_scans="attach-scan" in seat.may_do(),
        represent=_with_annex(seat, there, agreement),
    )


def _with_annex(seat: Seat, there: Sequence[PersonLine], agreement: AgreementView | None) -> list[PersonLine]:
    """Who signs own lines only, on a sheet apart: what the others signed is not theirs to read."""
    owners = {who for one in agreement.commitments for who in one.owners or ()} if agreement else set[str]()
    return [one for one in there if seat.workflow.who(Trait.REPRESENTS) & set(one.roles) and one.id in owners]


def _is_there(seat: Seat, one: PersonLine) -> bool:
    traits = Trait.LEADS, Trait.CONSENTS, Trait.ACCOMPANIES, Trait.REPRESENTS
    return bool(seat.workflow.who(*traits) & set(one.roles))


def _texts(db: Db, seat: Seat, there: Sequence[PersonLine]) -> list[Paper]:
    """The newest of each text that is agreed to, and those there who agree to it; one that nobody there signs is left out."""
    languages = languages_read(db, seat)
    newest = {one.kind: one for one in read_agreed_texts(db, seat) if one.words}
    parties = [one for one in there if seat.workflow.who(Trait.CONSENTS) & set(one.roles)]
    found = []
    for kind, text in sorted(
        newest.items(), key=lambda one: (one[0].startswith(UNDERTAKING), one[0] != "terms", one[0])
    ):
        role = kind.removeprefix(UNDERTAKING)
        signed_by = [one for one in there if role in one.roles] if role != kind else parties
        words = text.words or {}
        said = [(code, words[code]) for code in languages if code in words] or [*words.items()][:1]
        if signed_by:
            undertakes = role != kind
            title = f"page.text-{'undertaking' if undertakes else kind}"
            found.append(Paper(title, said, signed_by, role if undertakes else ""))
    return found


def _agreement(db: Db, seat: Seat) -> AgreementView | None:
    """The agreement that waits to be signed."""
    try:
        newest = read_agreement(db, seat, None)
    except NotFound:
        return None
    return newest if newest.state == "sent" else None
