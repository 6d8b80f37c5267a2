"""Problem statements: the joint text with the common goals, in numbered versions, and its issues."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from mediation.acts.acting import Acting, act
from mediation.acts.marks import leave_mark
from mediation.case.seat import OWN, Manner, Seat
from mediation.documents.localise import unprintable_at
from mediation.errors import CaseChanged, Malformed, NotFound
from mediation.store.database import Db
from mediation.store.models import Issue, Mark, ProblemStatement, ProblemText, get
from mediation.words.fields import LanguageCode, NeededLine, NeededText, choices, must, sent
from mediation.workflow.declaration import Trait

ISSUE_STATES = ("agreed", "open")
IssueState = Annotated[str, choices(ISSUE_STATES)]


Issues = Annotated[
    Sequence[Annotated[Mapping[LanguageCode, NeededLine], must(bool, "text-needed")]], Field(max_length=20)
]


@sent("ProblemTextBody")
@dataclass(frozen=True)
class ProblemWords:
    """The shared question and the common goals in one language."""

    words: NeededText
    goals: Annotated[Sequence[NeededLine], Field(max_length=20)] = ()


@act("draft-problem-statement")
def draft_problem_statement(
    case: Acting,
    texts: Annotated[Mapping[LanguageCode, ProblemWords], Field(min_length=1, max_length=3)],
    *,
    issues: Issues = (),
) -> ProblemStatement:
    """The mediator writes the next version, by language; acceptances of earlier versions no longer count.

    `issues` are the single questions within it, each by language. Refuses with `text-needed` and `goals-differ`
    (another number of goals in another language), and with `text-unprintable` an issue with a character that no font
    draws: agreements print the issues, and then they can be worded no more.
    """
    goals, *others = {len(text.goals) for text in texts.values()}
    if others:
        raise Malformed("goals-differ", field="texts")
    if fields := unprintable_at("issues", issues):
        raise Malformed("text-unprintable", field=fields)
    newest = current_problem_statement(case.db, case.seat)
    row = case.write(ProblemStatement(version=newest.version + 1 if newest else 1, goal_count=goals))
    for language, text in texts.items():
        one = ProblemText(problem_statement_id=row.id, language=language)
        case.write(one, words=text.words, goals=list(text.goals))
    for position, words in enumerate(issues, start=1):
        case.write(Issue(problem_statement_id=row.id, position=position, state="open"), words=dict(words))
    written = [part for language in sorted(texts) for part in (texts[language].words, *texts[language].goals)]
    case.record(row.id, str(row.version), words=written)
    case.ask(case.with_trait(Trait.CONSENTS), about=row.id)
    return row


def current_problem_statement(db: Db, seat: Seat) -> ProblemStatement | None:
    """The newest version, if there is one."""
    of_case = select(ProblemStatement).where(ProblemStatement.case_id == seat.case.id)
    return db.scalar(of_case.order_by(ProblemStatement.version.desc()).limit(1))


def words_of_version(db: Db, version: ProblemStatement) -> list[str]:
    """All that is written in a version: its words and goals in every language, and its single questions."""
    texts = db.scalars(select(ProblemText).filter_by(problem_statement_id=version.id)).all()
    issues = db.scalars(select(Issue).filter_by(problem_statement_id=version.id)).all()
    goals = [goal for one in texts for goal in get(db, one, "goals")]
    asked = [words for one in issues for words in get(db, one, "words").values()]
    return [*(get(db, one, "words") for one in texts), *goals, *asked]


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
    issue = case.find(Issue, issue_id, "issue-not-found")
    case.change(issue, state, state=state)
    return issue
