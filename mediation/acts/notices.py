"""Notices: what audiences away from the table are told, in the exact words that were agreed or the neutral default."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from mediation.acts.acting import Acting, act
from mediation.acts.understandings import followed_up
from mediation.case.seat import Seat
from mediation.store.database import Db
from mediation.store.models import Agreement, AgreementText, Case, Notice, Understanding, get, put
from mediation.words.catalogue import in_every_language
from mediation.workflow.declaration import Workflow
from mediation.workflow.facts import Facts


@act("give-notice")
def give_notice(case: Acting) -> Sequence[Notice]:
    """Tell each audience the exact words agreed for it, in the version in force or with the understanding, or the default.

    The commissioner is always told; where a party asked for a neutral end, only once the case has ended. Who was given the
    same words before gets nothing new. Twice changes nothing.
    """
    db, workflow, about = case.db, case.seat.workflow, followed_up(case.db, case.seat)
    told = select(Notice).where(Notice.case_id == case.id).order_by(Notice.at, Notice.id)
    given = {row.audience: row for row in db.scalars(told)}
    for audience in workflow.contract.audiences:
        words = agreed_words(db, workflow, about.id, audience, neutral=case.seat.case.neutral_rung is not None)
        if not words:
            continue
        if audience not in given or get(db, given[audience], "words") != words:
            given[audience] = _tell(case, about, audience, words)
        elif (given[audience].agreement_id or given[audience].understanding_id) != about.id:
            _bind(given[audience], about)
            case.record(given[audience].id, audience)
    return list(given.values())


def agreed_words(
    db: Db, workflow: Workflow, about: str, audience: str | None, *, neutral: bool = False
) -> Mapping[str, str]:
    """What was agreed to tell an audience, by language, `about` (the id of) an agreement or an understanding.

    Who ordered gets at least the default; after a `neutral` end the one that says no more than that it ended. The audience is
    None for who ordered where the workflow lets nothing be agreed for them.
    """
    texts = select(AgreementText).where(AgreementText.agreement_id == about).order_by(AgreementText.language)
    clauses = {row.language: get(db, row, "words")["notices"] for row in db.scalars(texts)}
    understanding = db.get(Understanding, about)
    if understanding is not None:
        clauses = get(db, understanding, "words")["notices"]
    words = {language: clause[audience] for language, clause in clauses.items() if audience in clause}
    default = "notice.ended" if neutral else "notice.default"
    return words or (in_every_language(default, workflow.code) if audience == workflow.contract.told_always else {})


def tell_at_the_end(db: Db, seat: Seat, facts: Facts) -> None:
    """Let the commissioner read now what was agreed for them, where a neutral end kept it back while the case was open."""
    if seat.case.neutral_rung is not None and facts.followed_up is not None:
        told_always = seat.workflow.contract.told_always
        words = agreed_words(db, seat.workflow, facts.followed_up.id, told_always, neutral=True)
        put(db, db.get_one(Case, seat.case.id), "notice", dict(words))


def _tell(case: Acting, about: Agreement | Understanding, audience: str, words: Mapping[str, str]) -> Notice:
    row = Notice(id=case.db.new_id(), audience=audience, given_by=case.doer.id)
    _bind(row, about)
    contract = case.seat.workflow.contract
    ordered = audience == contract.told_always
    kept_back = ordered and case.seat.case.neutral_rung is not None
    if ordered and not kept_back:
        put(case.db, case.db.get_one(Case, case.id), "notice", dict(words))
    case.write(row, words=dict(words))
    case.record(row.id, audience, words=words.values())
    if not kept_back:
        # Who ordered may have ten cases, and knows their numbers.
        params = {"words": dict(words), **({"case": case.seat.case.number} if ordered else {})}
        case.tell(case.those_in(contract.audiences[audience]), "notice", params=params, about=row.id)
    return row


def _bind(row: Notice, about: Agreement | Understanding) -> None:
    agreed = isinstance(about, Agreement)
    row.agreement_id, row.understanding_id = (about.id, None) if agreed else (None, about.id)
