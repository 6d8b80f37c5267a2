"""What is read of a case: check-ins, understandings, one's own copy, the questions, what is kept, who read, the record."""

from fastapi import Response

from api.http.dependencies import Language, Reading, ReadSeat
from api.http.languages import worded
from api.http.problems import View
from api.http.routes import case_router
from api.http.views import files
from mediation.acts.screening import QUESTIONS
from mediation.case import record
from mediation.case.visibility import sees_full
from mediation.errors import NotPermitted
from mediation.reading.check_ins import CheckInsView, read_check_ins
from mediation.reading.export import own_copy
from mediation.reading.reads import ReadView, read_reads
from mediation.reading.retention import ClockView, HoldView, read_holds, read_retention
from mediation.reading.understandings import UnderstandingLine, read_understandings

screenings = case_router("screenings")
check_ins = case_router("check-ins")
understandings = case_router("understandings")
reads = case_router("reads")
records = case_router("record")
clocks = case_router("retention")
holds = case_router("holds")
own_copies = case_router("own-copy")
routers = (screenings, check_ins, understandings, reads, records, clocks, holds, own_copies)


class QuestionView(View):
    """A question in the reader's language, and which further ones a yes asks for."""

    code: str
    question: str
    asks_for: list[str]


@screenings.get("/questions")
def read_questions(seat: ReadSeat, language: Language) -> list[QuestionView]:
    """The eighteen questions."""
    return [
        QuestionView(code=one.code, question=worded(f"screening.{one.code}", language), asks_for=list(one.asks_for))
        for one in QUESTIONS
    ]


@check_ins.get("", name="read")
def read_all_check_ins(seat: ReadSeat, db: Reading) -> CheckInsView:
    """Check-ins, each party's own, never merged."""
    return read_check_ins(db, seat)


@understandings.get("", name="read")
def read_all_understandings(seat: ReadSeat, db: Reading) -> list[UnderstandingLine]:
    """What the table agreed without a text: the sentence that each party accepts, and what others are told."""
    return read_understandings(db, seat)


@reads.get("")
def who_read_my_words(seat: ReadSeat, db: Reading) -> list[ReadView]:
    """Who opened your words, and when."""
    return read_reads(db, seat)


class RecordView(View):
    """Whether the case's record holds; if not, the first entry that does not."""

    holds: bool
    entries: int
    head: str
    broken_at: int | None
    why: str | None


@records.get("")
def verify_record(seat: ReadSeat, db: Reading) -> RecordView:
    """Recompute the case's record (mediators)."""
    if not sees_full(seat.roles, "record"):
        raise NotPermitted("not-yours-to-see")
    return RecordView.model_validate(record.verify(db, seat.case.id))


@clocks.get("")
def read_clocks(seat: ReadSeat, db: Reading) -> list[ClockView]:
    """What of the case will be deleted and when, as far as it is yours (mediators, parties)."""
    return read_retention(db, seat)


@holds.get("")
def read_case_holds(seat: ReadSeat, db: Reading) -> list[HoldView]:
    """The holds on the case: your own; all of them, for mediators."""
    return read_holds(db, seat)


@own_copies.get("", response_class=Response, responses={200: files("application/zip")})
def take(seat: ReadSeat, db: Reading, language: Language) -> Response:
    """Your own documents and statements as one zip, which needs nothing of ours to be read (parties, and who was one)."""
    headers = {"Content-Disposition": 'attachment; filename="own-copy.zip"'}
    return Response(own_copy(db, seat, language), media_type="application/zip", headers=headers)
