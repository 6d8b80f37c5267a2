"""What is printed, as PDFs: letters for people without e-mail, what is agreed to, and the closing report."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query, Response

from api.http.dependencies import ONE_AT_A_TIME, BriefSeat, Reading, ReadSeat
from api.http.languages import language_of
from api.http.problems import View, problems
from api.http.routes import case_router
from api.http.views import files
from mediation.acts import printed_letters
from mediation.acts.closing import closing_report
from mediation.reading.agreed import agreed_sheet
from mediation.words.fields import Id, LanguageCode

letters = case_router("letters")
closing = case_router("closing-report")
agreed = case_router("agreed-texts")
routers = (letters, closing, agreed)

_PDF = files("application/pdf")


class LetterView(View):
    """A letter that waits to be printed."""

    id: str
    participant: str
    kind: str
    due_at: datetime


@letters.get("", responses=problems(409))
def read_letters(seat: ReadSeat, db: Reading) -> list[LetterView]:
    """The letters that wait to be printed and handed over (mediators)."""
    waiting = printed_letters.letters_to_print(db, seat)
    return [
        LetterView(id=one.id, participant=str(one.participant_id), kind=one.kind, due_at=one.due_at) for one in waiting
    ]


def typeset_letter(letter: Id, seat: BriefSeat) -> bytes:
    """A letter as a PDF: its words are read in a transaction, and typeset after that has ended."""
    settings = seat.installation.settings
    return seat.read(lambda db, its: printed_letters.letter_sheet(db, its, letter, settings)).pdf()


@letters.get(
    "/{letter}/paper",
    response_class=Response,
    responses={200: _PDF, **problems(409)},
)
def print_letter(pdf: Annotated[bytes, Depends(typeset_letter, max_concurrency=ONE_AT_A_TIME)]) -> Response:
    """A letter as a PDF to print (mediators)."""
    return Response(pdf, media_type="application/pdf")


# A page hands on the language that was chosen on it: a browser's wish is often only its maker's.
Printed = Annotated[LanguageCode | None, Query(description="In which language; left out: in yours.")]


def typeset_agreed(text: Id, seat: BriefSeat, language: Printed = None) -> bytes:
    """A text that is agreed to as a PDF, typeset after its transaction."""
    return seat.read(lambda db, its: agreed_sheet(db, its, text, language or language_of(seat.request))).pdf()


@agreed.get("/{text}/paper", response_class=Response, responses={200: _PDF, **problems(409)})
def print_agreed_text(pdf: Annotated[bytes, Depends(typeset_agreed, max_concurrency=ONE_AT_A_TIME)]) -> Response:
    """Terms, ground rules or an undertaking as a PDF in your language: the newest, and what you agreed to."""
    return Response(pdf, media_type="application/pdf")


def typeset_report(seat: BriefSeat, language: Printed = None) -> bytes:
    """The closing report as a PDF, typeset after its transaction, too."""
    return seat.read(lambda db, its: closing_report(db, its, language or language_of(seat.request))).pdf()


@closing.get(
    "",
    response_class=Response,
    responses={200: _PDF, **problems(409)},
)
def read_closing_report(pdf: Annotated[bytes, Depends(typeset_report, max_concurrency=ONE_AT_A_TIME)]) -> Response:
    """What you keep of a case that ended: what was agreed, what others are told and when what is deleted, as a PDF."""
    return Response(pdf, media_type="application/pdf")
