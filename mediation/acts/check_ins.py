"""Check-ins: each party's own report on the commitments or the understanding; what was not carried out, until it is settled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from mediation.acts.acting import Acting, act
from mediation.acts.marks import ask_mediators, ask_once_more, end_mark, find_mark, leave_mark
from mediation.acts.quiet_times import refuse_while_quiet
from mediation.acts.reports import check_reports, lines_to_report
from mediation.acts.sessions import ASKED_TO_REPORT, find_session
from mediation.acts.statements import Audience
from mediation.acts.understandings import followed_up
from mediation.case import record
from mediation.case.participants import find_party
from mediation.case.seat import OWN, Manner
from mediation.errors import Malformed, NotPermitted, NotYet
from mediation.store.models import Agreement, Breach, CheckIn, CheckInAnswer, Commitment, Mark, Understanding, get
from mediation.words.fields import Id, Ids, LanguageCode, Line, Rating, Text, choices, sent
from mediation.workflow.declaration import Trait

REPORTS = ("kept", "partly", "not-kept", "not-yet-due", "no-longer-relevant")
ANSWERS = ("holds", "partly", "not", "rather-not-say")  # to the question whether an understanding holds
SETTLEMENTS = ("resolved", "left-unresolved")
Settlement = Annotated[str, choices(SETTLEMENTS)]


@sent("ReportBody")
@dataclass(frozen=True)
class Report:
    """What a party says of one commitment: a word of REPORTS, a rating 1–5 where it has one, and own words."""

    answer: Annotated[str, choices(REPORTS)]
    rating: Rating | None = None
    words: Line = ""


@act("check-in")
def check_in(
    case: Acting,
    reports: Annotated[Mapping[Id, Report], Field(max_length=50)] | None = None,
    *,
    audience: Audience,
    answer: Annotated[str, choices(ANSWERS)] | None = None,
    language: LanguageCode = "fi",
    atmosphere: Rating | None = None,
    words: Text = "",
    session_id: Id | None = None,
    manner: Manner = OWN,
) -> CheckIn:
    """A party reports on each commitment of the version in force, by commitment id, to `mediator` or `table`.

    Where there is an understanding without a text, the `answer` says whether it holds. An employer representative reports
    on own lines. Atmosphere is 1–5. What is told to the table as not kept opens a breach; what is told to the mediator only
    does not (workflow.md rule 8). A second check-in at the same session to the same audience takes the first one's place.
    Refuses with `report-incomplete`, `commitment-not-found`, `answer-needed` and, where there are commitments instead,
    `answer-without-understanding`.
    """
    db, seat, doer = case.db, case.seat, case.doer
    about, reports = followed_up(db, seat), reports or {}
    commitments = _commitments_to_report(case, about, reports, answer)
    if session_id is not None:
        find_session(case, session_id)
    if audience == "mediator" and case.seat.unproven:
        raise NotPermitted("mailbox-shared")
    row = _in_place_of_earlier(case, about, session_id, audience)
    row.language = language
    case.write(row, words={"atmosphere": atmosphere, "words": words, **({"answer": answer} if answer else {})})
    for commitment in commitments:
        one = CheckInAnswer(check_in_id=row.id, commitment_id=commitment.id)
        case.write(one, words=vars(reports[commitment.id]))
    answers = [f"{one.id}:{reports[one.id].answer}" for one in commitments] + ([answer] if answer else [])
    case.record(row.id, about.id, audience, doer.recorded_by, words=[words, *answers])
    if audience == "table":
        _open_breaches(case, row)
    return row


def _in_place_of_earlier(
    case: Acting, about: Agreement | Understanding, session_id: str | None, audience: str
) -> CheckIn:
    """A new check-in, which replaces the doer's earlier one at the same session to the same audience."""
    mine = {"session_id": session_id, "participant_id": case.doer.id, "audience": audience}
    bound = {"agreement_id" if isinstance(about, Agreement) else "understanding_id": about.id}
    row = CheckIn(id=case.db.new_id(), **bound, **mine)
    if session_id is not None:
        for earlier in case.rows(CheckIn, **mine, replaced_by=None):
            earlier.replaced_by = row.id
    return row


def _commitments_to_report(
    case: Acting, about: Agreement | Understanding, reports: Mapping[str, Report], answer: str | None
) -> Sequence[Commitment]:
    if isinstance(about, Agreement):
        if answer is not None:
            raise Malformed("answer-without-understanding", field="answer")
        commitments = lines_to_report(case.db, case.seat, about, case.doer.id)
        check_reports(reports, {one.id: one.label for one in commitments})
        return commitments
    find_party(case.db, case.seat, case.doer.id)  # who signs own lines alone has none here
    check_reports(reports, {})
    if answer is None:
        raise Malformed("answer-needed", field="answer")
    return ()


def _open_breaches(case: Acting, row: CheckIn) -> None:
    answers = case.db.execute(
        select(CheckInAnswer, Commitment.lineage)
        .join(Commitment, Commitment.id == CheckInAnswer.commitment_id)
        .where(CheckInAnswer.check_in_id == row.id)
        .order_by(Commitment.position)
    )
    not_kept = [lineage for answer, lineage in answers if get(case.db, answer, "words")["answer"] == "not-kept"]
    known = {breach.lineage for breach in case.rows(Breach, state="open")}
    for lineage in not_kept:
        if lineage not in known:
            new = Breach(agreement_id=row.agreement_id, lineage=lineage, state="open", opened_at=case.db.now())
            about = [case.write(new).id, lineage]
            record.append(case.db, case.seat.case, "open-breach", actor=row.participant_id, about=about)


@act("release-check-in", permission="release-words", entry="release-words")
def release_check_in(case: Acting, check_in_id: str, manner: Manner = OWN) -> CheckIn:
    """A party releases an own check-in from the mediator to the table; only then may it open a breach.

    One of an earlier version opens none: what was not carried out then is answered by the version in force.
    Refuses with `check-in-not-found`. Twice changes nothing.
    """
    own = {"participant_id": case.doer.id, "replaced_by": None}
    row = case.find(CheckIn, check_in_id, "check-in-not-found", **own)
    if case.change(row, audience="table") and followed_up(case.db, case.seat).id == row.agreement_id:
        _open_breaches(case, row)
    return row


@act("settle-breach")
def settle_breach(case: Acting, breach_id: str, state: Settlement, *, heard: Ids) -> Breach:
    """The mediator, with the parties, settles what was not carried out: `resolved`, or `left-unresolved`.

    `heard` are the participants who were heard on it: every party, before anything is settled.
    Refuses with `breach-not-found`, `each-must-be-heard` and `breach-settled`. The same again changes nothing.
    """
    breach = case.find(Breach, breach_id, "breach-not-found")
    if set(case.with_trait(Trait.CONSENTS)) - set(heard):
        raise NotYet("each-must-be-heard")
    if breach.state not in {state, "open"}:
        raise NotYet("breach-settled")
    if breach.state == "open":
        case.change(breach, state, state=state, closed_at=case.db.now())
    return breach


@act("ask-to-report", leaves=ASKED_TO_REPORT, correctable=False)
def ask_to_report(case: Acting, participant_id: str) -> Mark:
    """The mediator asks a party who has not reported; after the second time silence is "no answer", never "kept".

    Each follow-up that is held asks anew.
    Refuses with `not-a-party`, `not-to-be-written-to` and `asked-too-soon` (seven days between the two).
    """
    find_party(case.db, case.seat, participant_id)
    refuse_while_quiet(case, participant_id)
    return ask_once_more(case, ASKED_TO_REPORT, participant_id, about=followed_up(case.db, case.seat).id)


@act("ask-for-change", leaves="asked-for-change")
def ask_for_change(case: Acting, manner: Manner = OWN) -> Mark:
    """A signatory asks for the agreement to be changed; when every party does, it may be amended."""
    return leave_mark(case)


@act("ask-for-help", leaves="asked-for-help")
def ask_for_help(case: Acting, manner: Manner = OWN) -> Mark:
    """A signatory asks the mediators for help with the agreement; asked again on another day, they hear of it again."""
    current = find_mark(case.db, case.doer.id, "asked-for-help")
    if current is not None and case.db.now() - current.at >= timedelta(days=1):
        end_mark(case.db, current, "redone")
    return ask_mediators(case)
