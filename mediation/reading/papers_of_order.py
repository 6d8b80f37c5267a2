"""Papers for who ordered the mediation: the engagement contract with the employer, and the report on where it stands."""

from collections.abc import Mapping

from sqlalchemy import exists, select

from mediation.case.seat import Seat
from mediation.case.visibility import Level
from mediation.documents.papers import Quoted, written_in
from mediation.errors import NotFound
from mediation.reading.order import read_order
from mediation.reading.paper_view import Paper, PaperSignatory
from mediation.reading.papers_of_ties import organisation_of
from mediation.reading.statuses import status
from mediation.store.database import Db
from mediation.store.models import Case, Order, Organisation
from mediation.words.catalogue import say


def _is_ordered(db: Db, seat: Seat) -> bool:
    return bool(db.scalar(select(exists().where(Order.case_id == seat.case.id, Order.replaced_at.is_(None)))))


def _read_contract(db: Db, seat: Seat, language: str) -> Mapping[str, object]:
    order = read_order(db, seat, Level.FULL)
    if order is None:
        raise NotFound("paper-not-found")
    readable = order.readable
    return {
        "organisation": organisation_of(db, seat),
        "provider": _provider(db, seat),
        "ordered": order.at.astimezone(db.zone).date(),
        "terms": Quoted(order.terms or "", order.language),
        "scope": Quoted(readable.scope if readable else "", order.language),
        "if_fails": Quoted(readable.if_fails if readable else "", order.language),
        "payer": readable.payer if readable else "",
        "contact": readable.contact if readable else "",
        "billing_period": readable.billing_period if readable else "quarter",
        "final_date": order.final_date,
        "words_days": db.keep.words_days,
        "agreement_months": db.keep.agreement_months,
    }


def _provider(db: Db, seat: Seat) -> str:
    """Who provides the mediation; the mediator is named to nobody who ordered: a change would show (visibility.md rule 2)."""
    named = select(Organisation.name).join(Case, Case.provider_id == Organisation.id)
    return db.scalar(named.where(Case.id == seat.case.id)) or ""


def _signed(data: Mapping[str, object], language: str) -> list[PaperSignatory]:
    client, provider = (say(f"paper.{one}", language) for one in ("client", "provider"))
    named = str(data["provider"])
    return [
        PaperSignatory(name=str(data["organisation"]), capacity=client),
        PaperSignatory(name=named or provider, capacity=provider if named else ""),
    ]


def _read_status(db: Db, seat: Seat, language: str) -> Mapping[str, object]:
    # What the commissioner's own page shows, and so nothing more: who said, missed, withdrew or signed is in no part of it.
    line = status(db, {seat.workflow.code: seat.workflow}, seat.person_id, seat.case.number)
    return {**vars(line), "today": db.today(), "notice": written_in(line.notice or {}, language)}


ENGAGEMENT_CONTRACT = Paper({Level.FULL}, _is_ordered, _read_contract, _signed)
STATUS_REPORT = Paper({Level.STATUS}, lambda db, seat: True, _read_status, outlasts=True)
