"""Publishing the figures of a closed quarter, once: they are frozen from then on, whatever becomes of the cases."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain

from sqlalchemy import delete, select

from mediation.acts.case_facts import Report, case_of_json, read_facts, read_reports, report_of_json
from mediation.acts.unpublished import is_published, kept_facts, last_published
from mediation.keys.keyring import DeletionClock
from mediation.statistics.figures import Answer, Figure, QuarterFacts, figures, shape_of
from mediation.store.database import Database, Db
from mediation.store.models import Case, CheckIn, HighWater, PublishedStatistics, UnpublishedFact
from mediation.words.quarters import Quarter, quarter_named, quarter_of
from mediation.workflow.declaration import Workflow

GRACE = timedelta(days=14)  # after a quarter has closed, in which what happened in it can still be recorded
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_SINCE = "statistics-since"  # before then cases were removed uncounted


def due_quarters(db: Db) -> list[str]:
    """The codes of the quarters to publish now, in their order."""
    last = quarter_of(db.today() - GRACE).before
    newest = last_published(db)
    if newest is not None and newest >= last:
        return []
    quarter = newest.following if newest is not None else _first(db)
    found = []
    while quarter is not None and quarter <= last:
        found.append(quarter.code)
        quarter = quarter.following
    return found


def _first(db: Db) -> Quarter | None:
    """The quarter of the first case; where cases were removed before there were statistics, the first one after that."""
    # The first from a day long ago on, by its index: asked for the least of all, PostgreSQL might walk through it.
    first_case = select(Case.created_at).where(Case.created_at > _LONG_AGO).order_by(Case.created_at).limit(1)
    begun = [at.astimezone(db.zone).date() for at in db.scalars(first_case)]
    begun += [case_of_json(one).begun for one in kept_facts(db, None, "case", Quarter(1, 1), later=True)]
    first = quarter_of(min(begun)) if begun else None
    since = db.scalar(select(HighWater.at).where(HighWater.name == _SINCE))
    if first is None or since is None:
        return first
    return max(first, quarter_of(since.astimezone(db.zone).date()).following)


def publish_due(database: Database, workflows: Mapping[str, Workflow]) -> int:
    """Publish each quarter that is due, in order; returns how many. Refuses like `Database.writing`.

    The figures are counted in a transaction that only reads, so that nobody waits.
    """
    with database.reading() as db:
        due = due_quarters(db)
    for code in due:
        with database.reading() as db:
            tables = {one: table_of(db, workflow, quarter_named(code)) for one, workflow in workflows.items()}
        with database.writing() as db:
            freeze(db, code, tables)
    if due:
        destroy_keys(database)
    return len(due)


def table_of(db: Db, workflow: Workflow, quarter: Quarter) -> list[Figure]:
    """The figures of a workflow in a quarter, as they would be published now."""
    return list(figures(shape_of(workflow), quarter, facts_of(db, workflow, quarter)))


def freeze(db: Db, code: str, tables: Mapping[str, Sequence[Figure]]) -> None:
    """Publish the tables of a quarter, by workflow, and delete what was kept for them. Part of a writing transaction.

    One that is published stays as it is.
    """
    if is_published(db, quarter_named(code)):
        return
    for workflow, table in tables.items():
        row = PublishedStatistics(id=db.new_id(), quarter=code, workflow=workflow, at=db.now())
        row.figures = json.dumps(table, separators=(",", ":"))
        db.add(row)
    db.execute(delete(UnpublishedFact).where(UnpublishedFact.quarter <= code))
    db.flush()


def destroy_keys(database: Database) -> None:
    """Destroy the keys of the quarters that are published. Twice changes nothing. Refuses like `Database.reading`."""
    with database.reading() as db:
        newest = last_published(db)
        kept = database.keyring.destroyed("")  # of each key when it was destroyed
        ours = [name for name, gone in kept.items() if name.clock == DeletionClock.STATISTICS and gone is None]
        over = [name for name in ours if newest is not None and name.owner <= newest.code]
    if over:
        database.keyring.destroy(over, database.clock().isoformat())
        database.keyring.purge()


def facts_of(db: Db, workflow: Workflow, quarter: Quarter) -> QuarterFacts:
    """What the figures of a quarter are made of: cases that are there, and what was kept of others."""
    begins, ends = _moment(db, quarter.first), _moment(db, quarter.following.first)
    cases = [read_facts(db, workflow, one) for one in _open_then(db, workflow, begins, ends)]
    cases += [case_of_json(one) for one in kept_facts(db, workflow.code, "case", quarter, later=True)]
    kept = [report_of_json(one) for one in kept_facts(db, workflow.code, "report", quarter)]
    told = list(kept_facts(db, workflow.code, "answer", quarter))
    answers = [
        Answer(one["case"], frozenset(one["knowers"]), question, points)
        for one in told
        for question, points in one["answers"].items()
    ]
    return QuarterFacts(cases, [*chain(_reports(db, workflow, begins, ends), kept)], answers)


def _open_then(db: Db, workflow: Workflow, begins: datetime, ends: datetime) -> Iterator[Case]:
    # Not in order: SQLite would walk through all to find them so.
    then = select(Case).where(Case.workflow == workflow.code, Case.created_at < ends)
    for when in (
        Case.closed_at.is_(None),
        Case.closed_at >= begins,
    ):  # one index is asked twice; for both at once, it is not
        yield from db.scalars(then.where(when))


def _reports(db: Db, workflow: Workflow, begins: datetime, ends: datetime) -> Iterator[Report]:
    reported = select(CheckIn.case_id).where(CheckIn.at >= begins, CheckIn.at < ends).distinct()
    those = Case.id.in_(db.scalars(reported).all())
    for case in db.scalars(select(Case).where(Case.workflow == workflow.code, those)):
        yield from read_reports(db, workflow, case)


def _moment(db: Db, day: date) -> datetime:
    return datetime.combine(day, time(), db.zone).astimezone(UTC)


def as_figures(told: str) -> list[Figure]:
    """The figures of a row of `PublishedStatistics`."""
    return [Figure(*one) for one in json.loads(told)]
