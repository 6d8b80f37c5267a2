"""Views and opening turns: what is not sent as the act takes it."""

from pydantic import ConfigDict, Field

from api.http.bodies import Body, Recorded
from api.http.dependencies import WriteSeat, Writing
from api.http.routes import case_router, does
from api.http.views import IdsView
from mediation.acts import marks, statements
from mediation.words.fields import Flag, Ids, LanguageCode, Text

views = case_router("views")
opening_turns = case_router("opening-turns")
routers = (views, opening_turns)


class ViewBody(Recorded):
    """A party's own view of causes and effects; `passed` when they do not wish to speak. Empty words: said in the room."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"words": "Viestit jäävät lukematta.", "language": "fi"}]}
    )
    passed: Flag = False
    words: Text = ""
    language: LanguageCode = "fi"


class TurnsBody(Body):
    """Who has had their opening turn."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"participants": ["pT5aQx0LkWm2Bc7DfGhJ"]}]})
    participants: Ids = Field(min_length=1)


@views.post("", status_code=201, openapi_extra=does("state-view", "pass-view"))
def state_view(body: ViewBody, seat: WriteSeat, db: Writing) -> IdsView:
    """State your own view, or pass; gives what was stated, nothing where you passed or said it in the room."""
    if body.passed:
        for one in body.manners():
            statements.pass_view(db, seat, one)
        return IdsView(ids=[])
    rows = [statements.state_view(db, seat, body.words, language=body.language, manner=one) for one in body.manners()]
    return IdsView(ids=[row.id for row in rows if row is not None])


@opening_turns.post("", status_code=201, openapi_extra=does("mark-opening-turn"))
def mark_turns(body: TurnsBody, seat: WriteSeat, db: Writing) -> IdsView:
    """Mark that parties have told their own view and feelings, uninterrupted (mediators)."""
    return IdsView(ids=[marks.mark_opening_turn(db, seat, one).id for one in body.participants])
