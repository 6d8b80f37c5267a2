"""What is read of a case: check-ins, understandings, concerns, one's own copy, what is kept, the record."""

from typing import Annotated

from fastapi import Depends, Request, Response

from api.http.dependencies import ONE_AT_A_TIME, BriefSeat, Language, ReadComplaintsOffice, Reading, ReadSeat
from api.http.languages import language_of, worded
from api.http.problems import View, problems
from api.http.routes import case_router, router_for
from api.http.security import settings_of
from api.http.views import files
from mediation.acts.invitations import own_invitation
from mediation.acts.wellbeing import ANSWERS as WELLBEING
from mediation.case.seat import level_of
from mediation.letters.texts import PrintedLetter
from mediation.reading.agreed import AgreedTextLine, BasisLine, read_agreed_texts, read_bases
from mediation.reading.check_ins import CheckInsView, read_check_ins
from mediation.reading.complaints import OwnComplaints, ReceivedComplaint, read_own_complaints, read_received_complaints
from mediation.reading.concerns import ConcernLine, read_concerns
from mediation.reading.export import own_copy
from mediation.reading.hours import HoursView, read_hours
from mediation.reading.linked import LinkedCase, read_linked
from mediation.reading.quiet_times import QuietLine, read_quiet_times
from mediation.reading.reads import ReadView, read_reads
from mediation.reading.records import read_record
from mediation.reading.retention import ClockView, HoldView, read_holds, read_retention
from mediation.reading.understandings import UnderstandingLine, read_understandings

agreed_texts = case_router("agreed-texts")
attendance_bases = case_router("attendance-bases")
concerns = case_router("concerns")
hours = case_router("hours")
check_ins = case_router("check-ins")
quiet_times = case_router("quiet-times")
invitation = case_router("invitation")
wellbeing = case_router("wellbeing")
complaints = case_router("complaints")
received_complaints = router_for("/complaints", "complaints")
supervision_requests = case_router("supervision-requests")
understandings = case_router("understandings")
reads = case_router("reads")
records = case_router("record")
clocks = case_router("retention")
holds = case_router("holds")
own_copies = case_router("own-copy")
routers = (
    agreed_texts,
    attendance_bases,
    concerns,
    hours,
    check_ins,
    understandings,
    quiet_times,
    invitation,
    wellbeing,
    complaints,
    received_complaints,
    supervision_requests,
    reads,
    records,
    clocks,
    holds,
    own_copies,
)


class WellbeingView(View):
    """The question in the reader's language, and the answers by code."""

    question: str
    answers: dict[str, str]


@wellbeing.get("/question")
def read_wellbeing_question(seat: ReadSeat, language: Language) -> WellbeingView:
    """What each party is asked two weeks after a joint session; the answer reaches the mediators alone."""
    level_of(seat, "private-statement")
    return WellbeingView(
        question=worded("wellbeing.question", language),
        answers={one: worded(f"wellbeing.{one}", language) for one in WELLBEING},
    )


@concerns.get("")
def read_all_concerns(seat: ReadSeat, db: Reading) -> list[ConcernLine]:
    """Concerns about who is to join: your own; all of them, for mediators."""
    return read_concerns(db, seat)


@hours.get("")
def read_all_hours(seat: ReadSeat, db: Reading) -> HoursView:
    """Hours for billing, and time entries: your own; all of them, for the mediator."""
    return read_hours(db, seat)


@agreed_texts.get("")
def read_all_agreed_texts(seat: ReadSeat, db: Reading) -> list[AgreedTextLine]:
    """The texts that are agreed to: terms, ground rules, undertakings; mediators read every version, others the newest."""
    return read_agreed_texts(db, seat)


@attendance_bases.get("")
def read_attendance_bases(seat: ReadSeat, db: Reading) -> list[BasisLine]:
    """On what attendance rests: your own; every party's, for mediators."""
    return read_bases(db, seat)


@check_ins.get("", name="read")
def read_all_check_ins(seat: ReadSeat, db: Reading) -> CheckInsView:
    """Check-ins, each party's own, never merged."""
    return read_check_ins(db, seat)


@invitation.get("", name="read", responses=problems(404))
def read_my_invitation(request: Request, seat: ReadSeat, db: Reading, language: Language) -> PrintedLetter:
    """Your invitation, whole and in your language, with what is known now: who mediates, who pays, when and where you meet."""
    return own_invitation(db, seat, settings_of(request), language)


@quiet_times.get("", name="read")
def read_who_is_not_written_to(seat: ReadSeat, db: Reading) -> list[QuietLine]:
    """Who is not to be written to now or soon: for mediators everybody, for others themselves."""
    return read_quiet_times(db, seat)


@complaints.get("", name="read")
def read_my_complaints(seat: ReadSeat, db: Reading) -> OwnComplaints:
    """What you complained of about a mediator, and who would hear a complaint of yours. No mediator sees this."""
    return read_own_complaints(db, seat)


@received_complaints.get("", name="received")
def read_complaints(holder: ReadComplaintsOffice, db: Reading) -> list[ReceivedComplaint]:
    """The complaints about mediators of the organisations that named you for them."""
    return read_received_complaints(db, holder.person_id, holder.organisations)


@understandings.get("", name="read")
def read_all_understandings(seat: ReadSeat, db: Reading) -> list[UnderstandingLine]:
    """What the table agreed without a text: the sentence that each party accepts, and what others are told."""
    return read_understandings(db, seat)


@reads.get("")
def who_read_my_words(seat: ReadSeat, db: Reading) -> list[ReadView]:
    """Who opened your words, and when."""
    return read_reads(db, seat)


class RecordView(View):
    """Whether the case's record holds; if not, the first entry that does not.

    `entries` and `head` are as of the last entry of which the reader may know: how somebody rates the goals or whether they
    approved a summary is not counted.
    """

    holds: bool
    entries: int
    head: str
    broken_at: int | None
    why: str | None


@records.get("")
def verify_record(seat: ReadSeat, db: Reading) -> RecordView:
    """Recompute the case's record (mediators)."""
    return RecordView.model_validate(read_record(db, seat))


@clocks.get("")
def read_clocks(seat: ReadSeat, db: Reading) -> list[ClockView]:
    """What of the case will be deleted and when, as far as it is yours (mediators, parties)."""
    return read_retention(db, seat)


@holds.get("")
def read_case_holds(seat: ReadSeat, db: Reading) -> list[HoldView]:
    """The holds on the case: your own; all of them, for mediators."""
    return read_holds(db, seat)


def gathered_copy(seat: BriefSeat) -> bytes:
    """The copy: gathered in a transaction, and the evidence in it typeset after that has ended."""
    return seat.read(lambda db, its: own_copy(db, its, language_of(seat.request))).zip()


@own_copies.get("", response_class=Response, responses={200: files("application/zip"), **problems(409)})
def take(whole: Annotated[bytes, Depends(gathered_copy, max_concurrency=ONE_AT_A_TIME)]) -> Response:
    """Your own words, answers, consents and documents as one zip, which needs nothing of ours to be read."""
    headers = {"Content-Disposition": 'attachment; filename="own-copy.zip"'}
    return Response(whole, media_type="application/zip", headers=headers)


@supervision_requests.get("")
def read_what_you_asked_for(seat: ReadSeat, db: Reading) -> list[LinkedCase]:
    """The work supervision that you asked for after this case; nobody else sees that it is linked."""
    return read_linked(db, seat)
