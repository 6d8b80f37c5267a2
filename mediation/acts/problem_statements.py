"""Problem statements: the joint text with the common goals, in numbered versions, and its issues."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from mediation.acts.marks import leave_mark
from mediation.case import record
from mediation.case.seat import OWN, Manner, Seat, holders, permit
from mediation.errors import CaseChanged, Malformed, NotFound
from mediation.letters import outbox
from mediation.store.database import Db
from mediation.store.models import Issue, Mark, ProblemStatement, ProblemText, put
from mediation.words.catalogue import known_language
from mediation.words.fields import LINE, TEXT, checked, one_of
from mediation.workflow.declaration import Role

ISSUE_STATES = ("agreed", "open")


@dataclass(frozen=True)
class ProblemWords:
    """The shared question and the common goals in one language."""

    words: str
    goals: Sequence[str] = ()


def draft_problem_statement(
    db: Db, seat: Seat, texts: Mapping[str, ProblemWords], *, issues: Sequence[Mapping[str, str]] = ()
) -> ProblemStatement:
    """The mediator writes the next version, by language; every acceptance of an earlier version counts no more.

    `issues` are the single questions within it, each by language. Refuses with `text-needed`, `goals-differ`
    (another number of goals in another language), `too-many` (20 goals, 20 issues) and texts over their limits.
    """
    doer = permit(db, seat, "draft-problem-statement")
    goals = _checked(texts, issues)
    newest = current_problem_statement(db, seat)
    row = ProblemStatement(
        id=db.new_id(), case_id=seat.case.id, version=newest.version + 1 if newest else 1, goal_count=goals, at=db.now()
    )
    db.add(row)
    db.flush()
    for language, text in texts.items():
        one = ProblemText(id=db.new_id(), case_id=seat.case.id, problem_statement_id=row.id, language=language)
        put(db, one, "words", text.words)
        put(db, one, "goals", list(text.goals))
        db.add(one)
    for position, words in enumerate(issues, start=1):
        issue = Issue(
            id=db.new_id(), case_id=seat.case.id, problem_statement_id=row.id, position=position, state="open"
        )
        put(db, issue, "words", dict(words))
        db.add(issue)
    db.flush()
    written = [part for language in sorted(texts) for part in (texts[language].words, *texts[language].goals)]
    record.append(
        db, seat.case, "draft-problem-statement", actor=doer.id, about=[row.id, str(row.version)], words=written
    )
    outbox.announce(db, seat.case.id, "something-waits", holders(db, seat.case.id, Role.PARTY), about=row.id)
    return row


def _checked(texts: Mapping[str, ProblemWords], issues: Sequence[Mapping[str, str]]) -> int:
    if not texts:
        raise Malformed("text-needed", field="texts")
    for language, text in texts.items():
        known_language(language, "texts")
        checked(text.words, f"texts.{language}.words", TEXT)
        for goal in text.goals:
            checked(goal, f"texts.{language}.goals", LINE)
    counts = {len(text.goals) for text in texts.values()}
    if len(counts) > 1:
        raise Malformed("goals-differ", field="texts")
    if max(counts) > 20 or len(issues) > 20:
        raise Malformed("too-many", field="texts", limit=20)
    for issue in issues:
        if not issue:
            raise Malformed("text-needed", field="issues")
        for language, words in issue.items():
            checked(words, f"issues.{known_language(language, 'issues')}", LINE)
    return counts.pop()


def current_problem_statement(db: Db, seat: Seat) -> ProblemStatement | None:
    """The newest version, if there is one."""
    of_case = select(ProblemStatement).where(ProblemStatement.case_id == seat.case.id)
    return db.scalar(of_case.order_by(ProblemStatement.version.desc()).limit(1))


def accept_problem_statement(db: Db, seat: Seat, version: int, manner: Manner = OWN) -> Mark:
    """A party accepts the version they read. Refuses with `text-changed` when there is a newer one, `text-not-found`."""
    doer = permit(db, seat, "accept-problem-statement", manner)
    current = current_problem_statement(db, seat)
    if current is None or version > current.version:
        raise NotFound("text-not-found")
    if version != current.version:
        raise CaseChanged("text-changed", version=current.version)
    return leave_mark(db, seat, doer, "accept-problem-statement", "accepted-problem-statement", about=current.id)


def mark_issue(db: Db, seat: Seat, issue_id: str, state: str) -> Issue:
    """The mediator marks one question as agreed or open. The same again changes nothing. Refuses with `issue-not-found`."""
    doer = permit(db, seat, "mark-issue")
    one_of(state, ISSUE_STATES, "state")
    issue = db.get(Issue, issue_id)
    if issue is None or issue.case_id != seat.case.id:
        raise NotFound("issue-not-found")
    if issue.state != state:
        issue.state = state
        db.flush()
        record.append(db, seat.case, "mark-issue", actor=doer.id, about=[issue.id, state])
    return issue
