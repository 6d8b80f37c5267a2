"""The joint problem statement in its versions, and the issues within it."""

from pydantic import ConfigDict, Field

from api.bodies import Body, ByParticipant
from api.dependencies import WriteSeat, Writing
from api.door import case_doors, does
from api.problems import View
from api.views import IdsView, IdView
from mediation.acts import problem_statements as acts
from mediation.words.fields import Id, LanguageCode, Line, Text, choices

problem_statements = case_doors("problem-statements")
issues = case_doors("issues")
routers = (problem_statements, issues)


class ProblemTextBody(Body):
    """The shared question and the common goals in one language."""

    words: Text
    goals: list[Line] = Field(default=[], max_length=20)


class ProblemStatementBody(Body):
    """The next version, by language, with its single questions."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"texts": {"fi": {"words": "Tieto ei kulje meillä.", "goals": ["Kumpikin tietää, mikä on kesken."]}}}
            ]
        }
    )
    texts: dict[LanguageCode, ProblemTextBody] = Field(min_length=1, max_length=3)
    issues: list[dict[LanguageCode, Line]] = Field(default=[], max_length=20)


class VersionView(View):
    """A version of the joint text."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": "pT5aQx0LkWm2Bc7DfGhJ", "version": 1}]})
    id: str
    version: int


class IssueBody(Body):
    """Whether a question is agreed or open."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"state": "agreed"}]})
    state: str = choices(acts.ISSUE_STATES)


@problem_statements.post("", status_code=201, openapi_extra=does("draft-problem-statement"))
def draft(body: ProblemStatementBody, seat: WriteSeat, db: Writing) -> VersionView:
    """Write the next version of the joint text (mediators)."""
    texts = {language: acts.ProblemWords(one.words, tuple(one.goals)) for language, one in body.texts.items()}
    row = acts.draft_problem_statement(db, seat, texts, issues=body.issues)
    return VersionView(id=row.id, version=row.version)


@problem_statements.post("/{version}/acceptances", status_code=201, openapi_extra=does("accept-problem-statement"))
def accept(version: int, body: ByParticipant, seat: WriteSeat, db: Writing) -> IdsView:
    """Accept the version you read."""
    return IdsView(ids=[acts.accept_problem_statement(db, seat, version, one).id for one in body.manners()])


@issues.put("/{issue}", openapi_extra=does("mark-issue"))
def mark_issue(issue: Id, body: IssueBody, seat: WriteSeat, db: Writing) -> IdView:
    """Mark one question as agreed or open (mediators)."""
    return IdView(id=acts.mark_issue(db, seat, issue, body.state).id)
