"""The questions of the screening."""

from api.http.dependencies import Language, ReadSeat
from api.http.languages import worded
from api.http.problems import View
from api.http.routes import case_router
from mediation.acts import screening as acts

screenings = case_router("screenings")
routers = (screenings,)


class QuestionView(View):
    """A question in the reader's language, and which further ones a yes asks for."""

    code: str
    question: str
    asks_for: list[str]


@screenings.get("/questions")
def read_questions(seat: ReadSeat, language: Language) -> list[QuestionView]:
    """The eighteen questions."""
    return [
        QuestionView(code=one.code, question=worded(f"screening.{one.code}", language), asks_for=list(one.asks_for))
        for one in acts.QUESTIONS
    ]
