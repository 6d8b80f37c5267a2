"""Ways in that somebody else holds: suspended from another one, told to every address, and stopped with one tap."""

from datetime import datetime

from fastapi import Request
from pydantic import ConfigDict, Field

from api.http.bodies import Body
from api.http.dependencies import Reading, ReadSession, WriteSession, Writing
from api.http.problems import View, problems
from api.http.routes import public, router_for
from api.http.security import OwnPages, client_of
from api.sign_in import SecretBody
from mediation.people import accounts
from mediation.people import ways_in as acts
from mediation.store.models import SuspendedWay
from mediation.words.fields import choices

router = router_for("/sign-in/suspensions", "sign-in")


class WayBody(Body):
    """Which way in is to be one no more."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"way": "own-address"}]})
    way: str = choices(acts.WAYS)


class WayView(View):
    """A way in that is one no more."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"way": "own-address"}]})
    way: str


class SuspensionView(View):
    """A way in that is one no more, and when it is removed unless somebody stops that."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"way": "own-address", "suspended_at": "2027-01-20T07:00:00Z", "removed_at": "2027-01-27T07:00:00Z"}
            ]
        }
    )
    way: str
    suspended_at: datetime
    removed_at: datetime = Field(description="From when on it is removed.")


class StoppedView(View):
    """That what was suspended is a way in again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"stopped": True}]})
    stopped: bool


def _view(one: SuspendedWay) -> SuspensionView:
    return SuspensionView(way=one.way, suspended_at=one.at, removed_at=one.at + acts.TIME_TO_STOP)


@router.get("")
def read_suspensions(caller: ReadSession, db: Reading) -> list[SuspensionView]:
    """Which of your ways in are suspended."""
    return [_view(one) for one in acts.suspensions(db, caller.person.id)]


@router.post("", status_code=201, responses=problems(429))
def suspend(body: WayBody, caller: WriteSession, db: Writing) -> SuspensionView:
    """Suspend an address or an app that somebody else holds, signed in another way or with your app just shown."""
    assert caller.session is not None
    return _view(accounts.suspend_way(db, caller.person, body.way, caller.session))


@router.post("/stops", status_code=201)
@public
def stop(request: Request, body: SecretBody, db: Writing, _: OwnPages) -> StoppedView:
    """Stop it, with the secret of the link that the letter about it brought."""
    acts.stop(db, body.secret, client=client_of(request))
    return StoppedView(stopped=True)
