"""What a quarter that is not published yet needs and no case tells: kept under the key of the quarter until then."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import func, select

from mediation.acts.case_facts import case_as_json, read_facts, read_reports, report_as_json
from mediation.store.database import Db
from mediation.store.models import Case, PublishedStatistics, UnpublishedFact, get, put
from mediation.words.quarters import Quarter, quarter_named, quarter_of
from mediation.workflow.declaration import Workflow


def keep_fact(db: Db, quarter: Quarter, workflow: str, kind: str, fact: Mapping[str, Any]) -> None:
    """Keep a fact until its quarter is published; one of a quarter that was is counted no more. Needs a writing transaction."""
    if is_published(db, quarter):
        return
    row = UnpublishedFact(id=db.new_id(), quarter=quarter.code, workflow=workflow, kind=kind)
    put(db, row, "words", fact)
    db.add(row)
    db.flush()


def kept_facts(
    db: Db, workflow: str | None, kind: str, quarter: Quarter, *, later: bool = False
) -> Iterator[Mapping[str, Any]]:
    """The facts of one kind that were kept of a workflow, or of all, for a quarter; also for those `later` on."""
    when = UnpublishedFact.quarter >= quarter.code if later else UnpublishedFact.quarter == quarter.code
    kept = select(UnpublishedFact).where(when, UnpublishedFact.kind == kind)
    for row in db.scalars(kept if workflow is None else kept.where(UnpublishedFact.workflow == workflow)):
        yield get(db, row, "words")


def last_published(db: Db) -> Quarter | None:
    """The newest quarter whose figures are published."""
    newest = db.scalar(select(func.max(PublishedStatistics.quarter)))
    return quarter_named(newest) if newest is not None else None


def is_published(db: Db, quarter: Quarter) -> bool:
    """Whether the figures of a quarter are published, or too late to be."""
    newest = last_published(db)
    return newest is not None and quarter <= newest


def keep_reports(db: Db, workflows: Mapping[str, Workflow], case: Case) -> None:
    """Keep what the parties of a case reported, before its words are deleted; part of that."""
    workflow = workflows.get(case.workflow)
    for one in read_reports(db, workflow, case) if workflow else ():
        keep_fact(db, quarter_of(one.on), case.workflow, "report", report_as_json(one))


def keep_case(db: Db, workflows: Mapping[str, Workflow], case: Case) -> None:
    """Keep the few days and numbers of a case that has ended, before its rows are deleted; part of that."""
    workflow = workflows.get(case.workflow)
    facts = read_facts(db, workflow, case) if workflow else None
    if facts is not None and facts.ended is not None:
        keep_fact(db, quarter_of(facts.ended.on), case.workflow, "case", case_as_json(facts))
