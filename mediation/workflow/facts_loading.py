"""Loading facts: all that guards may know of a case, in one statement."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter

from mediation.store.database import Db
from mediation.workflow.declared import WORKFLOWS
from mediation.workflow.fact_sources import FACTS, FACTS_OF_SEVERAL, STATES, Fact
from mediation.workflow.facts import (
    AgreementFacts,
    CaseState,
    CommitmentFacts,
    Facts,
    Marks,
    ParticipantFacts,
    ProblemFacts,
    ScreeningFacts,
    SessionFacts,
    TextFacts,
    UnderstandingFacts,
)

SHORTLY_BEFORE = timedelta(days=7)  # before the first follow-up: a report made then is for that one


def load_facts(db: Db, case_state: CaseState) -> Facts:
    """All facts of a case, in one statement."""
    return _facts(case_state, map(Fact._make, FACTS.run(db, {"case_id": case_state.id, "today": db.today()}).all()))


def load_facts_of_several(db: Db, case_states: Sequence[CaseState]) -> list[Facts]:
    """All facts of each of several cases, in their order, in one statement for all of them."""
    told = db.execute(FACTS_OF_SEVERAL, {"case_ids": [one.id for one in case_states], "today": db.today()}).all()
    of_case: dict[str, list[Fact]] = {one.id: [] for one in case_states}
    for *row, case_id in told:
        of_case[case_id].append(Fact._make(row))
    return [_facts(one, of_case[one.id]) for one in case_states]


def _facts(case_state: CaseState, told: Iterable[Fact]) -> Facts:
    rows: dict[str, list[Fact]] = {}
    for row in told:
        rows.setdefault(row.source, []).append(row)
    problem = _problem(rows)
    rows["check-in"] = _current_reports(rows, WORKFLOWS[case_state.workflow].follow_up_kinds)
    return Facts(
        case_id=case_state.id,
        phase=case_state.phase,
        participants=_participants(rows),
        ordered="order" in rows,
        final_date_passed=any(row.number for row in rows.get("order", ())),
        screening=_screening(rows),
        declared={row.who: row.id for row in rows.get("declaration", ())},
        suspensions=frozenset(row.code for row in rows.get("suspension", ())),
        sessions=_sessions(rows),
        texts=tuple(
            TextFacts(row.id, row.code, row.number, bool(row.value))
            for row in sorted(rows.get("text", ()), key=lambda row: (row.number, row.id))
        ),
        problem=problem,
        options=len(rows.get("option", ())),
        agreements=_agreements(rows),
        understandings=_understandings(rows),
        open_issues=sum(problem is not None and row.about == problem.id for row in rows.get("issue", ())),
        open_breaches=frozenset(row.value for row in rows.get("breach", ()) if row.code == "open"),
        unresolved_breaches=frozenset(row.value for row in rows.get("breach", ()) if row.code == "left-unresolved"),
        open_concerns=frozenset((row.who, row.about) for row in rows.get("concern", ())),
        in_use=case_state.in_use,
    )


def _codes(text: str | None) -> frozenset[str]:
    return frozenset(text.split(",")) if text else frozenset()


def _participants(rows: Mapping[str, list[Fact]]) -> tuple[ParticipantFacts, ...]:
    roles: dict[str, set[str]] = {}
    for row in rows.get("role", ()):
        roles.setdefault(row.who, set()).add(row.code)
    marks: dict[str, list[tuple[str, str, list[str]]]] = {}
    for row in rows.get("mark", ()):
        marks.setdefault(row.who, []).append((row.code, row.value, row.about.split(",")))
    consented = {row.who for row in rows.get("consent", ())}
    return tuple(
        ParticipantFacts(
            id=row.id,
            roles=frozenset(roles.get(row.id, ())),
            active=bool(row.number),
            supports=row.about or None,
            marks=Marks(marks.get(row.id, ())),
            joined_before=row.value == "before",
            consented=row.id in consented,
            left_how=row.code,
        )
        for row in sorted(rows.get("participant", ()))
    )


def _sessions(rows: Mapping[str, list[Fact]]) -> tuple[SessionFacts, ...]:
    sessions = [
        SessionFacts(one, row.code, serves, row.who or None, row.value or "", STATES[row.number])
        for row in rows.get("session", ())
        for serves in (_codes(row.about),)
        for one in row.id.split(",")
    ]
    return tuple(sorted(sessions, key=attrgetter("month", "id")))


def _screening(rows: Mapping[str, list[Fact]]) -> ScreeningFacts | None:
    newest = max(rows.get("screening", ()), key=lambda row: row.number, default=None)
    return ScreeningFacts(newest.code, _codes(newest.value)) if newest else None


def _problem(rows: Mapping[str, list[Fact]]) -> ProblemFacts | None:
    newest = max(rows.get("problem", ()), key=lambda row: row.number, default=None)
    return ProblemFacts(newest.id, newest.number, int(newest.value)) if newest else None


def _current_reports(rows: Mapping[str, list[Fact]], kinds: Collection[str]) -> list[Fact]:
    """The reports on the last follow-up (a session of one of `kinds`) that was held: each one held asks anew.

    A report that names none is for the last one that was held by then; before the first one, if it came shortly before.
    """
    held = [row for row in rows.get("session", ()) if row.code in kinds and STATES[row.number] == "held"]
    last = max((_moment(row.at) for row in held), default=datetime.min.replace(tzinfo=UTC))
    ids = {one for row in held for one in row.id.split(",")}
    early = SHORTLY_BEFORE if len(ids) == 1 else timedelta(0)

    def is_current(report: Fact) -> bool:
        if report.code in ids:
            return _moment(report.value) >= last
        return _moment(report.at) + (timedelta(0) if report.code else early) >= last

    return [row for row in rows.get("check-in", ()) if is_current(row)]


def _moment(at: datetime | str) -> datetime:
    # The statement is run as text (`CompiledStatement`), and SQLite keeps moments as text.
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment.replace(tzinfo=moment.tzinfo or UTC)


def _whose(rows: Mapping[str, list[Fact]], source: str, about: str) -> frozenset[str]:
    return frozenset(row.who for row in rows.get(source, ()) if row.about == about)


def _understandings(rows: Mapping[str, list[Fact]]) -> tuple[UnderstandingFacts, ...]:
    return tuple(
        UnderstandingFacts(
            id=row.id,
            version=row.number,
            reached=bool(row.value),
            reported_by=_whose(rows, "check-in", row.id),
            told=_whose(rows, "notice", row.id),
        )
        for row in sorted(rows.get("understanding", ()), key=lambda row: row.number)
    )


def _agreements(rows: Mapping[str, list[Fact]]) -> tuple[AgreementFacts, ...]:
    owners: dict[str, set[str]] = {}
    for row in rows.get("owner", ()):
        owners.setdefault(row.about, set()).add(row.who)
    commitments: dict[str, list[CommitmentFacts]] = {}
    for row in sorted(rows.get("commitment", ()), key=lambda row: row.number):
        one = CommitmentFacts(row.id, row.value, frozenset(owners.get(row.id, ())), _codes(row.code))
        commitments.setdefault(row.about, []).append(one)

    return tuple(
        AgreementFacts(
            id=row.id,
            version=row.number,
            state=row.code,
            disclosure_decided=row.value == "decided",
            commitments=tuple(commitments.get(row.id, ())),
            signed_by=_whose(rows, "signature", row.id),
            reported_by=_whose(rows, "check-in", row.id),
            told=_whose(rows, "notice", row.id),
        )
        for row in sorted(rows.get("agreement", ()), key=lambda row: row.number)
    )
