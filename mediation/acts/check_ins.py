"""Check-ins: each party's own report on each commitment; what was not carried out, until it is settled; the agreed notice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, select

from mediation.acts import statements
from mediation.acts.acting import Acting
from mediation.acts.agreements import AUDIENCES, agreement_in_force
from mediation.acts.annexes import agreement_in_use, reads_annexes
from mediation.acts.marks import ask_mediators, end_mark, find_mark, leave_mark, mark_and_tell
from mediation.acts.sessions import find_session
from mediation.case import engine, record
from mediation.case.seat import OWN, Doer, Manner, Seat, find_party, holders, permit
from mediation.errors import Malformed, NotFound, NotYet
from mediation.letters import outbox
from mediation.store.database import Db
from mediation.store.models import (
    Agreement,
    Breach,
    Case,
    CheckIn,
    CheckInAnswer,
    Commitment,
    CommitmentOwner,
    Mark,
    Notice,
    RoleHeld,
    get,
    put,
)
from mediation.words.catalogue import known_language
from mediation.words.fields import LINE, TEXT, checked, one_of
from mediation.workflow.declaration import Role

REPORTS = ("kept", "partly", "not-kept", "not-yet-due", "no-longer-relevant")
BETWEEN_REQUESTS = timedelta(days=7)
SETTLEMENTS = ("resolved", "left-unresolved")
TOLD = {"commissioner": Role.COMMISSIONER, "work-community": Role.COMMUNITY_MEMBER, "initiator": Role.INITIATOR}


@dataclass(frozen=True)
class Report:
    """What a party says of one commitment: a word of REPORTS, a rating 1–5 where it has one, and own words."""

    answer: str
    rating: int | None = None
    words: str = ""


def check_in(
    db: Db,
    seat: Seat,
    reports: Mapping[str, Report],
    *,
    audience: str,
    language: str,
    atmosphere: int | None = None,
    words: str = "",
    session_id: str | None = None,
    manner: Manner = OWN,
) -> CheckIn:
    """A party reports on each commitment of the version in force, by commitment id, to `mediator` or `table`.

    An employer representative reports on own lines. Atmosphere is 1–5. What is told to the table as not kept opens
    a breach; what is told to the mediator only does not (workflow.md rule 8). A second check-in at the same session
    to the same audience takes the first one's place. Refuses with `report-incomplete`, `commitment-not-found`,
    `choice-unknown` and `rating-out-of-range`.
    """
    one_of(audience, statements.AUDIENCES, "audience")
    if reads_annexes(seat):  # what they can know comes before anything that they cannot: the phase
        _check(reports, _lines_in_use(db, seat), atmosphere)
    doer = permit(db, seat, "check-in", manner)
    agreement = agreement_in_force(db, seat)
    commitments = _own_lines(db, seat, agreement, doer.id)
    _check(reports, commitments, atmosphere)
    if session_id is not None:
        find_session(db, seat, session_id)
    row = CheckIn(
        id=db.new_id(),
        case_id=seat.case.id,
        agreement_id=agreement.id,
        session_id=session_id,
        participant_id=doer.id,
        audience=audience,
        language=known_language(language),
        way=doer.way,
        recorded_by=doer.recorded_by,
        at=db.now(),
    )
    put(db, row, "words", {"atmosphere": atmosphere, "words": checked(words, "words", TEXT, optional=True)})
    _replace_earlier(db, row)
    db.add(row)
    db.flush()
    for commitment in commitments:
        _write_answer(db, row, commitment.id, reports[commitment.id])
    said = [words, *(f"{one.id}:{reports[one.id].answer}" for one in commitments)]
    about = [row.id, agreement.id, audience, doer.recorded_by]
    record.append(db, seat.case, "check-in", actor=doer.id, way=doer.way, about=about, words=said)
    if audience == "table":
        _open_breaches(db, seat, row)
    return row


def _lines_in_use(db: Db, seat: Seat) -> Sequence[Commitment]:
    agreement = agreement_in_use(db, seat)
    lines = _own_lines(db, seat, agreement, seat.participant_id) if agreement else ()
    if not lines:
        raise NotYet("act-not-open")
    return lines


def _own_lines(db: Db, seat: Seat, agreement: Agreement, participant_id: str) -> Sequence[Commitment]:
    binding = (
        Commitment.agreement_id == agreement.id,
        Commitment.ended.is_(None),
        Commitment.id.in_(_with_counterpart()),
    )
    query = select(Commitment).where(*binding).order_by(Commitment.position)
    party = select(RoleHeld.id).where(
        RoleHeld.participant_id == participant_id, RoleHeld.role == Role.PARTY, RoleHeld.until.is_(None)
    )
    if db.scalar(party) is None:
        own = select(CommitmentOwner.commitment_id).where(CommitmentOwner.participant_id == participant_id)
        query = query.where(Commitment.id.in_(own))
    return db.scalars(query).all()


def _with_counterpart() -> Select[str]:
    """The commitments that somebody who is still there made: those of who left have lapsed."""
    still_there = RoleHeld.role.in_([Role.PARTY, Role.EMPLOYER_REPRESENTATIVE]), RoleHeld.until.is_(None)
    owners = select(CommitmentOwner.commitment_id).join(
        RoleHeld, RoleHeld.participant_id == CommitmentOwner.participant_id
    )
    return owners.where(*still_there)


def _check(reports: Mapping[str, Report], commitments: Sequence[Commitment], atmosphere: int | None) -> None:
    known = {one.id: one.label for one in commitments}
    if set(reports) - set(known):
        raise NotFound("commitment-not-found")
    missing = [label for key, label in known.items() if key not in reports]
    if missing:
        raise Malformed("report-incomplete", field="reports", missing=", ".join(missing))
    for one in reports.values():
        one_of(one.answer, REPORTS, "reports.answer")
        checked(one.words, "reports.words", LINE, optional=True)
    if any(
        number is not None and not 1 <= number <= 5
        for number in (atmosphere, *(one.rating for one in reports.values()))
    ):
        raise Malformed("rating-out-of-range", field="rating", least=1, most=5)


def _replace_earlier(db: Db, row: CheckIn) -> None:
    if row.session_id is None:
        return
    earlier = select(CheckIn).where(
        CheckIn.session_id == row.session_id,
        CheckIn.participant_id == row.participant_id,
        CheckIn.audience == row.audience,
        CheckIn.replaced_by.is_(None),
    )
    for one in db.scalars(earlier):
        one.replaced_by = row.id


def _write_answer(db: Db, row: CheckIn, commitment_id: str, report: Report) -> None:
    answer = CheckInAnswer(id=db.new_id(), case_id=row.case_id, check_in_id=row.id, commitment_id=commitment_id)
    put(db, answer, "words", {"answer": report.answer, "rating": report.rating, "words": report.words})
    db.add(answer)
    db.flush()


def _open_breaches(db: Db, seat: Seat, row: CheckIn) -> None:
    answers = db.execute(
        select(CheckInAnswer, Commitment.lineage)
        .join(Commitment, Commitment.id == CheckInAnswer.commitment_id)
        .where(CheckInAnswer.check_in_id == row.id)
        .order_by(Commitment.position)
    )
    not_kept = [lineage for answer, lineage in answers if get(db, answer, "words")["answer"] == "not-kept"]
    known = set(db.scalars(select(Breach.lineage).where(Breach.case_id == seat.case.id, Breach.state == "open")))
    for lineage in not_kept:
        if lineage in known:
            continue
        breach = Breach(
            id=db.new_id(),
            case_id=seat.case.id,
            agreement_id=row.agreement_id,
            lineage=lineage,
            state="open",
            opened_at=db.now(),
        )
        db.add(breach)
        db.flush()
        record.append(db, seat.case, "open-breach", actor=row.participant_id, about=[breach.id, lineage])


def release_check_in(db: Db, seat: Seat, check_in_id: str, manner: Manner = OWN) -> CheckIn:
    """A party releases an own check-in from the mediator to the table; only then may it open a breach.

    One of an earlier version opens none: what was not carried out then is answered by the version in force.
    Refuses with `check-in-not-found`. Twice changes nothing.
    """
    doer = permit(db, seat, "release-words", manner)
    row = db.get(CheckIn, check_in_id)
    if row is None or row.case_id != seat.case.id or row.participant_id != doer.id or row.replaced_by is not None:
        raise NotFound("check-in-not-found")
    if row.audience != "table":
        row.audience = "table"
        db.flush()
        record.append(db, seat.case, "release-words", actor=doer.id, way=doer.way, about=[row.id])
        if agreement_in_force(db, seat).id == row.agreement_id:
            _open_breaches(db, seat, row)
    return row


def settle_breach(db: Db, seat: Seat, breach_id: str, state: str, *, heard: Sequence[str]) -> Breach:
    """The mediator, with the parties, settles what was not carried out: `resolved`, or `left-unresolved`.

    `heard` are the participants who were heard on it: every party, before anything is settled.
    Refuses with `breach-not-found`, `each-must-be-heard` and `breach-settled`. The same again changes nothing.
    """
    permit(db, seat, "settle-breach")
    one_of(state, SETTLEMENTS, "state")
    breach = db.get(Breach, breach_id)
    if breach is None or breach.case_id != seat.case.id:
        raise NotFound("breach-not-found")
    if set(holders(db, seat.case.id, Role.PARTY)) - set(heard):
        raise NotYet("each-must-be-heard")
    if breach.state != state:
        if breach.state != "open":
            raise NotYet("breach-settled")
        breach.state, breach.closed_at = state, db.now()
        db.flush()
        record.append(db, seat.case, "settle-breach", actor=seat.participant_id, about=[breach.id, state])
    return breach


def ask_to_report(db: Db, seat: Seat, participant_id: str) -> Mark:
    """The mediator asks a party who has not reported; after the second time silence is "no answer", never "kept".

    Refuses with `not-a-party` and `asked-too-soon` (seven days between the two).
    """
    doer = permit(db, seat, "ask-to-report")
    find_party(db, seat, participant_id)
    agreement = agreement_in_force(db, seat)
    first = find_mark(db, participant_id, "asked-to-report", agreement.id)
    if first is not None and db.now() - first.at < BETWEEN_REQUESTS:
        raise NotYet("asked-too-soon")
    kind = "asked-to-report" if first is None else "asked-to-report-again"
    return mark_and_tell(
        Acting(db, seat, "ask-to-report", doer),
        kind,
        about=agreement.id,
        whose=participant_id,
        to=[participant_id],
        letter="reminder",
    )


def ask_for_change(db: Db, seat: Seat, manner: Manner = OWN) -> Mark:
    """A signatory asks for the agreement to be changed; when every party does, it may be amended."""
    if reads_annexes(seat):
        _lines_in_use(db, seat)
    doer = permit(db, seat, "ask-for-change", manner)
    return leave_mark(Acting(db, seat, "ask-for-change", doer), "asked-for-change")


def ask_for_help(db: Db, seat: Seat, manner: Manner = OWN) -> Mark:
    """A signatory asks the mediators for help with the agreement; asked again on another day, they hear of it again."""
    if reads_annexes(seat):
        _lines_in_use(db, seat)
    doer = permit(db, seat, "ask-for-help", manner)
    standing = find_mark(db, doer.id, "asked-for-help")
    if standing is not None and db.now() - standing.at >= timedelta(days=1):
        end_mark(db, standing, "redone")
    return ask_mediators(Acting(db, seat, "ask-for-help", doer), "asked-for-help")


def give_notice(db: Db, seat: Seat) -> list[Notice]:
    """Tell each audience the exact words that the disclosure clause of the version in force gives it, or the default.

    The commissioner is always told. Who was given the same words of an earlier version hears nothing new. Twice
    changes nothing.
    """
    doer = permit(db, seat, "give-notice")
    agreement = agreement_in_force(db, seat)
    told = select(Notice).where(Notice.case_id == seat.case.id).order_by(Notice.at, Notice.id)
    given = {row.audience: row for row in db.scalars(told)}
    for audience in AUDIENCES:
        words = engine.agreed_words(db, agreement.id, audience)
        if not words:
            continue
        if audience not in given or get(db, given[audience], "words") != words:
            given[audience] = _tell(db, seat, doer, agreement, audience, words)
        elif given[audience].agreement_id != agreement.id:
            given[audience].agreement_id = agreement.id
            record.append(db, seat.case, "give-notice", actor=doer.id, about=[given[audience].id, audience])
    return list(given.values())


def _tell(db: Db, seat: Seat, doer: Doer, agreement: Agreement, audience: str, words: Mapping[str, str]) -> Notice:
    row = Notice(
        id=db.new_id(),
        case_id=seat.case.id,
        agreement_id=agreement.id,
        audience=audience,
        given_by=doer.id,
        at=db.now(),
    )
    put(db, row, "words", dict(words))
    db.add(row)
    if audience == "commissioner":
        put(db, db.get_one(Case, seat.case.id), "notice", dict(words))
    db.flush()
    record.append(db, seat.case, "give-notice", actor=doer.id, about=[row.id, audience], words=words.values())
    outbox.announce(
        db,
        seat.case.id,
        "notice",
        holders(db, seat.case.id, TOLD[audience]),
        params={"words": dict(words)},
        about=row.id,
    )
    return row
