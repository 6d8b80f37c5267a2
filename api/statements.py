"""A party's own view: stated or passed at one address, by a body of its own; the other statements are in addresses.py."""

from api.http.bodies import Recorded
from api.http.dependencies import WriteSeat, Writing
from api.http.routes import case_router, does
from api.http.views import IdsView
from mediation.acts import statements
from mediation.words.fields import Flag, LanguageCode, Text

views = case_router("views")
routers = (views,)


class ViewBody(Recorded):
    """A party's own view of causes and effects; `passed` when they do not wish to speak. Empty words: said in the room."""

    passed: Flag = False
    words: Text = ""
    language: LanguageCode = "fi"


@views.post("", status_code=201, openapi_extra=does("state-view", "pass-view"))
def state_view(body: ViewBody, seat: WriteSeat, db: Writing) -> IdsView:
    """State your own view, or pass; gives what was stated, nothing where you passed or said it in the room."""
    if body.passed:
        for one in body.manners():
            statements.pass_view(db, seat, one)
        return IdsView(ids=[])
    rows = [statements.state_view(db, seat, body.words, language=body.language, manner=one) for one in body.manners()]
    return IdsView(ids=[row.id for row in rows if row is not None])
