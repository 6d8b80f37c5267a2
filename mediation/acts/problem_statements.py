"""Problem statements: the joint text with the common goals, in numbered versions, and its issues."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from sqlalchemy import select

from mediation.acts.acting import Acting, act
from mediation.acts.marks import leave_mark
from mediation.case.seat import OWN, Manner, Seat
from mediation.errors import CaseChanged, Malformed, NotFound
from mediation.store.database import Db
from mediation.store.models import Issue, Mark, ProblemStatement, ProblemText
from mediation.words.catalogue import known_language
from mediation.words.fields import LINE, TEXT, checked, choices, one_of
from mediation.workflow.declaration import Trait

ISSUE_STATES = ("agreed", "open")
IssueState = Annotated[str, choices(ISSUE_STATES)]


@dataclass(frozen=True)
class ProblemWords:
    """The shared question and the common goals in one language."""

    words: str
    goals: Sequence[str] = ()


@act("draft-problem-statement")
def draft_problem_statement(
    case: Acting, texts: Mapping[str, ProblemWords], *, issues: Sequence[Mapping[str, str]] = ()
) -> ProblemStatement:
    """The mediator writes the next version, by language; every acceptance of an earlier version counts no more.

    `issues` are the single questions within it, each by language. Refuses with `text-needed`, `goals-differ`
    (another number of goals in another language), `too-many` (20 goals, 20 issues) and texts over their limits.
    """
    goals = _checked(texts, issues)
    newest = current_problem_statement(case.db, case.seat)
    row = case.write(ProblemStatement(version=newest.version + 1 if newest else 1, goal_count=goals))
    for language, text in texts.items():
        one = ProblemText(problem_statement_id=row.id, language=language)
        case.write(one, words=text.words, goals=list(text.goals))
    for position, words in enumerate(issues, start=1):
        case.write(Issue(problem_statement_id=row.id, position=position, state="open"), words=dict(words))
    written = [part for language in sorted(texts) for part in (texts[language].words, *texts[language].goals)]
    case.record(row.id, str(row.version), words=written)
    case.tell(case.with_trait(Trait.CONSENTS), about=row.id)
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


@act("accept-problem-statement", leaves="accepted-problem-statement")
def accept_problem_statement(case: Acting, version: int, manner: Manner = OWN) -> Mark:
    """A party accepts the version they read. Refuses with `text-changed` when there is a newer one, `text-not-found`."""
    current = current_problem_statement(case.db, case.seat)
    if current is None or version > current.version:
        raise NotFound("text-not-found")
    if version != current.version:
        raise CaseChanged("text-changed", version=current.version)
    return leave_mark(case, about=current.id)


@act("mark-issue")
def mark_issue(case: Acting, issue_id: str, state: IssueState) -> Issue:
    """The mediator marks one question as agreed or open. The same again changes nothing. Refuses with `issue-not-found`."""
    one_of(state, ISSUE_STATES, "state")
    issue = case.db.get(Issue, issue_id)
    if issue is None or issue.case_id != case.id:
        raise NotFound("issue-not-found")
    if issue.state != state:
        issue.state = state
        case.db.flush()
        case.record(issue.id, state)
    return issue
