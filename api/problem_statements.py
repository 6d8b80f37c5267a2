"""The joint problem statement: its texts are nested, so its draft is sent in a form of its own."""

from pydantic import ConfigDict, Field

from api.http.bodies import Body
from api.http.dependencies import WriteSeat, Writing
from api.http.problems import View
from api.http.routes import case_router, does
from mediation.acts import problem_statements as acts
from mediation.words.fields import LanguageCode, Line, Text

problem_statements = case_router("problem-statements")
routers = (problem_statements,)


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


@problem_statements.post("", status_code=201, openapi_extra=does("draft-problem-statement"))
def draft(body: ProblemStatementBody, seat: WriteSeat, db: Writing) -> VersionView:
    """Write the next version of the joint text (mediators)."""
    texts = {language: acts.ProblemWords(one.words, tuple(one.goals)) for language, one in body.texts.items()}
    row = acts.draft_problem_statement(db, seat, texts, issues=body.issues)
    return VersionView(id=row.id, version=row.version)
