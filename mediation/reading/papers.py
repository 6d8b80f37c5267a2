"""Papers: the documents that tell of a case in prose, one table of how each is read; their PDF and their page say the same."""

from collections.abc import Mapping
from dataclasses import asdict

from mediation.acts.letterheads import Letterhead, letterhead_of, logo_of
from mediation.case.seat import Seat
from mediation.case.visibility import sees
from mediation.documents.localise import Language
from mediation.documents.papers import paper_in
from mediation.documents.render import Sheet
from mediation.errors import NotFound
from mediation.reading.agreement_view import words_are_gone
from mediation.reading.paper_view import Paper, PaperBlock, PaperLetterhead, PaperLine, PaperPart, PaperView
from mediation.reading.papers_of_amendment import AMENDMENT
from mediation.reading.papers_of_destruction import DESTRUCTION_CERTIFICATE
from mediation.reading.papers_of_evaluation import CLOSING_EVALUATION, INTERIM_EVALUATION
from mediation.reading.papers_of_follow_up import FOLLOW_UP_REPORT
from mediation.reading.papers_of_order import ENGAGEMENT_CONTRACT, STATUS_REPORT
from mediation.reading.papers_of_outcome import OUTCOME_NOTICE
from mediation.reading.papers_of_summary import SUMMARY_TO_ORDERER
from mediation.reading.papers_of_ties import DECLARATION_OF_TIES
from mediation.store.database import Db

PAPERS: Mapping[str, Paper] = {
    "engagement-contract": ENGAGEMENT_CONTRACT,
    "declaration-of-ties": DECLARATION_OF_TIES,
    "amendment": AMENDMENT,
    "follow-up-report": FOLLOW_UP_REPORT,
    "outcome-notice": OUTCOME_NOTICE,
    "status-report": STATUS_REPORT,
    "interim-evaluation": INTERIM_EVALUATION,
    "closing-evaluation": CLOSING_EVALUATION,
    "summary-to-orderer": SUMMARY_TO_ORDERER,
    "destruction-certificate": DESTRUCTION_CERTIFICATE,
}


def list_papers(db: Db, seat: Seat) -> list[PaperLine]:
    """The papers that this seat can read now; no words of them are opened."""
    gone = words_are_gone(db, seat)
    return [
        PaperLine(code=code)
        for code in PAPERS
        if _is_theirs(seat, code) and not (gone and not PAPERS[code].outlasts) and PAPERS[code].ready(db, seat)
    ]


def read_paper(db: Db, seat: Seat, code: str, language: str) -> PaperView:
    """One paper in a language.

    Refuses with `paper-not-found` alike what there is not, not yet, and not for this seat, with `words-gone` what was
    deleted, and with `language-unknown`.
    """
    if not _is_theirs(seat, code):  # before anything is looked up
        raise NotFound("paper-not-found")
    paper, spoken = PAPERS[code], seat.workflow.speaking(language)
    if not paper.outlasts and words_are_gone(db, seat):
        raise NotFound("words-gone")
    if not paper.ready(db, seat):
        raise NotFound("paper-not-found")
    data = {"case": seat.case.number, **paper.read(db, seat, spoken)}
    head = letterhead_of(db, seat.case.id)
    return PaperView(
        code=code,
        case=seat.case.number,
        language=language,
        confidential=paper.confidential,
        blocks=[
            PaperBlock(heading=one["heading"], boxed=one["boxed"], parts=[PaperPart(**part) for part in one["parts"]])
            for one in paper_in(code, spoken, data)
        ]
        + ([] if paper.outlasts else _own_lines(head, language)),
        signatories=paper.signed(data, spoken),
        letterhead=PaperLetterhead(name=head.name, contact=head.contact, controller=head.controller) if head else None,
    )


def _own_lines(head: Letterhead | None, language: str) -> list[PaperBlock]:
    """An organisation's own lines in their box; no line of theirs is a heading or ends the box."""
    lines = head.lines_in(language) if head else []
    if head is None or not lines:
        return []
    said = "\n".join(f"• {one}" for one in lines), str(Language(language).words["shared"]["own_lines_differ"])
    return [PaperBlock(heading=head.name, boxed=True, parts=[PaperPart(words=one, language=None) for one in said])]


def paper_sheet(db: Db, seat: Seat, code: str, language: str) -> Sheet:
    """The same paper to be typeset, dated now. Refuses like `read_paper`."""
    data = asdict(read_paper(db, seat, code, language))
    if data["letterhead"]:
        data["letterhead"]["lines"] = []  # they are a block of the paper
    return Sheet("paper", seat.workflow.speaking(language), data, db.now(), db.zone, logo=logo_of(db, seat.case.id))


def _is_theirs(seat: Seat, code: str) -> bool:
    item = seat.workflow.papers.get(code)
    return item is not None and sees(seat.roles, item) in PAPERS[code].levels
