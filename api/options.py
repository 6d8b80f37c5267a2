"""Options: ways out that somebody proposes, what parties say to them, and what becomes of them."""

from pydantic import ConfigDict

from api.bodies import Body, Recorded
from api.dependencies import WriteSeat, Writing
from api.door import case_doors, does
from api.problems import View
from api.views import IdsView, IdView
from mediation.acts import options as acts
from mediation.words.fields import Id, LanguageCode, Line, choices, one_of

options = case_doors("options")
routers = (options,)


class OptionBody(Recorded):
    """A way out."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"words": "Vuoronvaihto klo 14.50", "language": "fi"}]})
    words: Line
    language: LanguageCode = "fi"


class OptionView(View):
    """An option with its number."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": "pT5aQx0LkWm2Bc7DfGhJ", "number": 1, "state": "open"}]}
    )
    id: str
    number: int
    state: str


class ResponseBody(Recorded):
    """What a party says to an option."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"response": "yes"}]})
    response: str = choices(acts.RESPONSES)


class OutcomeBody(Body):
    """What becomes of an option."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"state": "adopted"}, {"state": "set-aside", "reason": ""}]}
    )
    state: str = choices(acts.SETTLED)
    reason: Line = ""


@options.post("", status_code=201, openapi_extra=does("propose-option"))
def propose(body: OptionBody, seat: WriteSeat, db: Writing) -> OptionView:
    """Propose a way out."""
    row = acts.propose_option(db, seat, body.words, language=body.language, manner=body.manner())
    return OptionView(id=row.id, number=row.number, state=row.state)


@options.post("/{option}/responses", status_code=201, openapi_extra=does("respond-to-option"))
def respond(option: Id, body: ResponseBody, seat: WriteSeat, db: Writing) -> IdsView:
    """Say yes, maybe or no to an option."""
    return IdsView(ids=[acts.respond_to_option(db, seat, option, body.response, one).id for one in body.manners()])


@options.put("/{option}/state", openapi_extra=does("adopt-option", "set-aside-option"))
def settle(option: Id, body: OutcomeBody, seat: WriteSeat, db: Writing) -> IdView:
    """Adopt an option that every party says yes to, or set it aside (mediators)."""
    if one_of(body.state, acts.SETTLED, "state") == "adopted":
        return IdView(id=acts.adopt_option(db, seat, option).id)
    return IdView(id=acts.set_aside_option(db, seat, option, body.reason).id)
