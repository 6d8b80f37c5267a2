"""The terms: what a party agrees to when they agree to mediate, in versions whose text is kept (workflow.md rule 15)."""

from collections.abc import Mapping, Sequence
from functools import partial

from sqlalchemy import exists, select

from mediation.acts.acting import Acting, act
from mediation.acts.agreed_texts import keep_text, newest_text, shown_text
from mediation.acts.ground_rules import keep_default_rules
from mediation.acts.interpreting import Interpreted, evidence
from mediation.acts.marks import ask_mediators, ask_once_more, end_marks, find_mark, leave_mark
from mediation.acts.quiet_times import refuse_while_quiet
from mediation.case.participants import find_party, those_in
from mediation.case.seat import OWN, Manner
from mediation.documents.texts import text_in_every_language
from mediation.errors import Malformed, NotYet
from mediation.store.database import Db
from mediation.store.models import AgreedText, Agreement, Case, Mark, Office, Order, Organisation, Participant, get
from mediation.words.catalogue import say, say_date
from mediation.words.fields import Id
from mediation.workflow.declaration import Trait
from mediation.workflow.facts import CONSENT

TERMS = "terms"
ASKED_TO_AGREE = ("asked-to-agree", "asked-to-agree-again")


def renew_terms(case: Acting, *, asks: bool = True, joins: bool = False) -> None:
    """Keep the terms as a new version where they say something new; part of an act that records itself.

    Those of a case that has ended stay what they were: nobody is told of a change to what is over. There are none before
    mediation is ordered and somebody leads it. Who had agreed hears that something waits. What does not ask is told; once an
    agreement is sealed, only a new party or mediator asks again (`joins`).
    """
    if case.seat.case.outcome is not None:
        return
    sealed = case.db.scalar(select(exists().where(Agreement.case_id == case.id, Agreement.state == "sealed")))
    asks = asks and (joins or not sealed)
    before = newest_text(case.db, case.id, TERMS)
    agreed = _agreed(case)
    # Who agreed before the texts were kept agreed to the first version: what is new is the second.
    text = _keep(case, asks=asks, first=2 if asks and any(one.about == "" for one in agreed) else 1)
    if text is not before:
        told = [one.participant_id for one in agreed]
        if asks:
            case.ask(told, "decision-waits", about=text.id if text else "")
        else:
            case.tell(told, "reading-waits", about=text.id if text else "")


def keep_first_terms(case: Acting) -> None:
    """Keep what the terms say in a case from before they were kept: who has agreed is asked nothing, and hears nothing."""
    _keep(case, asks=False, first=1)


def _keep(case: Acting, *, asks: bool, first: int) -> AgreedText | None:
    order = case.row(Order, replaced_at=None, waits_since=None)
    if TERMS not in case.seat.workflow.items or order is None or not case.with_trait(Trait.LEADS):
        return None
    keep_default_rules(case)
    return keep_text(case, TERMS, _words(case, order), asks=asks, first=first)


def _agreed(case: Acting) -> Sequence[Mark]:
    mine = select(Mark).filter_by(case_id=case.id, kind=CONSENT, value="given", ended_at=None)
    return case.db.scalars(mine.where(Mark.participant_id.in_(case.with_trait(Trait.CONSENTS)))).all()


def _words(case: Acting, order: Order) -> Mapping[str, Sequence[object]]:
    db, who = case.db, case.seat.workflow.who
    readable = get(db, order, "readable") or {}
    employer = db.scalar(
        select(Organisation.name).join(Case, Case.organisation_id == Organisation.id).where(Case.id == case.id)
    )
    data = {
        "mediators": _names(db, case.id, *who(Trait.LEADS)),
        "parties": _names(db, case.id, *who(Trait.CONSENTS)),
        "companions": (),  # who accompanies is named by the session that they are called to (workflow.md rule 16)
        "organisation": employer,
        "provider": _provider(db, case),
        "payer": readable.get("payer", ""),
        "scope": readable.get("scope", ""),
        "if_fails": readable.get("if_fails", ""),
        "contact": readable.get("contact", ""),
        "words_days": db.keep.words_days,
        "agreement_months": db.keep.agreement_months,
    }
    own_lines = readable.get("own_lines", {})
    own_lines = own_lines if own_lines and own_lines in _shown_lines(case) else {}
    filled = partial(_in, data=data, readable=readable, own_lines=own_lines, order=order)
    return text_in_every_language(TERMS, filled, case.seat.workflow.code)


def _shown_lines(case: Acting) -> Sequence[object]:
    # The organisation's own lines stand in the terms once a mediator has seen them, and stay while the order has the same.
    shown = select(Order).join(Mark, Mark.about == Order.id).where(Mark.kind == "showed-own-lines")
    orders = case.db.scalars(shown.where(Order.case_id == case.id).distinct()).all()
    return [(get(case.db, one, "readable") or {}).get("own_lines") for one in orders]


def _in(
    language: str,
    *,
    data: Mapping[str, object],
    readable: Mapping[str, str],
    own_lines: Mapping[str, Sequence[str]],
    order: Order,
) -> Mapping[str, object]:
    period = readable.get("billing_period")
    lines = own_lines.get(language) or [line for some in own_lines.values() for line in some]
    return {
        **data,
        "billing_period": say(f"billing-period.{period}", language) if period else "",
        "final_date": say_date(order.final_date, language) if order.final_date else "",
        "own_lines": lines,
    }


def _names(db: Db, case_id: str, *roles: str) -> list[str]:
    people = db.scalars(select(Participant).where(Participant.id.in_(those_in(db, case_id, *roles))))
    return sorted((str(get(db, one, "name")) for one in people), key=str.casefold)


def _provider(db: Db, case: Acting) -> str:
    """The organisation of who leads the case alone; of several the first by name."""
    leads = case.those_in(*case.seat.workflow.who(Trait.SOLE))
    offices = (
        select(Organisation.name)
        .join(Office, Office.organisation_id == Organisation.id)
        .join(Participant, Participant.person_id == Office.person_id)
        .where(Participant.id.in_(leads), Office.office == "mediator", Office.until.is_(None))
    )
    return db.scalar(offices.order_by(Organisation.name).limit(1)) or ""


@act("agree-to-mediate", leaves=CONSENT)
def agree_to_mediate(
    case: Acting, text_id: Id | None = None, manner: Manner = OWN, *, interpreted: Interpreted | None = None
) -> Mark:
    """A party agrees to mediate, to the terms that were shown: freely, by own hand, never to be inferred from attendance.

    Who has a language of their own names who `interpreted` the terms to them. Source: workflow.md rules 1, 14 and 15.
    Twice gives the mark that stands. Refuses with `terms-not-ready` while nobody leads the case or it is not ordered, with
    `text-not-named` where no text is named, with `text-not-found`, with `text-replaced` terms that are not the newest, and
    like `interpreting.evidence`.
    """
    if text_id is None and TERMS in case.seat.workflow.items:
        if newest_text(case.db, case.id, TERMS) is None:
            raise NotYet("terms-not-ready")
        raise Malformed("text-not-named", field="text")
    about = _about(case, text_id)
    agreed = find_mark(case.db, case.doer.id, CONSENT, about)
    if agreed is not None and agreed.value == "given":
        return agreed
    said = evidence(case.db, case.seat, case.doer.id, interpreted)
    _end_earlier(case, about)
    return leave_mark(case, about=about, value="given", interpreted=said)


@act("decline-to-mediate", leaves=CONSENT)
def decline_to_mediate(case: Acting, text_id: Id | None = None, manner: Manner = OWN) -> Mark:
    """A party does not agree to mediate; no reason is asked, nor that any terms were read. Later, leaving is a withdrawal.

    Refuses with `withdraw-instead` who has agreed, once the preparation is over.
    """
    stood = Mark.ended_why.is_(None) | (Mark.ended_why != "corrected")  # not what was recorded wrongly
    given = Mark.participant_id == case.doer.id, Mark.kind == CONSENT, Mark.value == "given", stood
    prepares = case.seat.case.phase == case.seat.workflow.initial.code
    if not prepares and case.db.scalar(select(exists().where(*given))):
        raise NotYet("withdraw-instead")
    about = _about(case, text_id)
    _end_earlier(case, about)
    return ask_mediators(case, about=about, value="declined")


def _about(case: Acting, text_id: str | None) -> str:
    return shown_text(case, TERMS, text_id).id if text_id else ""


def _end_earlier(case: Acting, about: str) -> None:
    # One answer of a party stands: what was said of earlier terms is over.
    end_marks(case.db, "changed", Mark.participant_id == case.doer.id, Mark.kind == CONSENT, Mark.about != about)


@act("ask-to-agree", leaves=ASKED_TO_AGREE, correctable=False)
def ask_to_agree(case: Acting, participant_id: str) -> Mark:
    """The mediator asks a party to read the terms; who signed, and was asked twice in vain, stays bound by what they signed.

    Refuses with `not-a-party`, `not-to-be-written-to`, `terms-not-ready` and `asked-too-soon` (seven days between the two).
    """
    party = find_party(case.db, case.seat, participant_id)
    refuse_while_quiet(case, party.id)
    text = newest_text(case.db, case.id, TERMS)
    if text is None:
        raise NotYet("terms-not-ready")
    return ask_once_more(case, ASKED_TO_AGREE, party.id, about=text.id)
