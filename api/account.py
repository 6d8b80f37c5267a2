"""Routes of one's own account: a private address, suspended sign-in methods, and tokens for programs."""

from datetime import datetime

from fastapi import Request
from pydantic import ConfigDict, Field

from api.http.bodies import Body
from api.http.callers import active
from api.http.dependencies import Language, Reading, ReadSession, WriteSession, Writing
from api.http.problems import View, problems
from api.http.routes import public, router_for
from api.http.security import OwnPages, client_of
from api.sign_in import SecretBody
from mediation.people import accounts
from mediation.people import sign_in_methods as acts
from mediation.people.directory import LONGEST_TOKEN, SCOPES
from mediation.store.models import SuspendedWay
from mediation.words.catalogue import say
from mediation.words.fields import Email, Id, choices

own_address = router_for("/own-address", "own-address")
suspensions = router_for("/sign-in/suspensions", "sign-in")
tokens = router_for("/tokens", "tokens")
routers = (own_address, suspensions, tokens)


class AddressBody(Body):
    """An e-mail address that is yours, not your employer's."""

    email: Email


class AddressView(View):
    """For how many minutes the link in the letter is good, and what it means to give an address."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"minutes": 60, "notice": say("own-address.full-way-in", "en")}]}
    )
    minutes: int
    notice: str = Field(description="That whoever reads its mailbox signs in as you, in your language.")


class ConfirmedView(View):
    """That the address is its owner's now."""

    confirmed: bool


@own_address.post("", status_code=202, responses=problems(429))
def give(body: AddressBody, caller: WriteSession, db: Writing, language: Language) -> AddressView:
    """Have a link sent to an address of your own. Show a second factor first, if you have one."""
    accounts.give_own_address(db, caller.person, body.email, caller.proof())
    minutes = accounts.ADDRESS_GOOD_FOR.seconds // 60
    return AddressView(minutes=minutes, notice=say("own-address.full-way-in", language))


@own_address.post("/confirmations", status_code=201)
@public
def confirm(request: Request, body: SecretBody, db: Writing, _: OwnPages) -> ConfirmedView:
    """Confirm an address with the secret of the link that went there."""
    accounts.confirm_own_address(db, body.secret, client=client_of(request))
    return ConfirmedView(confirmed=True)


@own_address.delete("", status_code=204)
def drop(caller: WriteSession, db: Writing) -> None:
    """Forget your own address. Show a second factor first, if you have one."""
    accounts.drop_own_address(db, caller.person, caller.proof())


class WayBody(Body):
    """The sign-in method to suspend: `work-address`, `own-address` or `app`."""

    way: str = choices(acts.METHODS)


class WayView(View):
    """The sign-in method that is suspended now."""

    way: str


class SuspensionView(View):
    """A suspended sign-in method, and when it is removed unless somebody stops that."""

    way: str
    suspended_at: datetime
    removed_at: datetime = Field(description="From when on it is removed.")


class StoppedView(View):
    """That the suspended sign-in method works again."""

    stopped: bool


def _view(one: SuspendedWay) -> SuspensionView:
    return SuspensionView(way=one.way, suspended_at=one.at, removed_at=one.at + acts.TIME_TO_STOP)


@suspensions.get("")
def read_suspensions(caller: ReadSession, db: Reading) -> list[SuspensionView]:
    """Which of your sign-in methods are suspended."""
    return [_view(one) for one in acts.suspensions(db, caller.person.id)]


@suspensions.post("", status_code=201, responses=problems(429))
def suspend(body: WayBody, caller: WriteSession, db: Writing) -> SuspensionView:
    """Suspend an address or an app that somebody else holds, signed in another way or with your app just shown."""
    assert caller.session is not None
    return _view(accounts.suspend_own_method(db, caller.person, body.way, caller.session))


@suspensions.post("/stops", status_code=201)
@public
def stop(request: Request, body: SecretBody, db: Writing, _: OwnPages) -> StoppedView:
    """Stop the suspension, with the secret of the link in the letter about it."""
    acts.stop(db, body.secret, client=client_of(request))
    return StoppedView(stopped=True)


class TokenBody(Body):
    """What the token may do, and for how many days. Leave `write` out for a program that only looks."""

    name: str = ""
    scopes: list[str] = Field(default=list(SCOPES), max_length=2, json_schema_extra={"items": {"enum": list(SCOPES)}})
    days: int = Field(default=90, ge=1, le=LONGEST_TOKEN, strict=True)


class MadeTokenView(View):
    """A new token. It is shown only now."""

    token: str


class TokenView(View):
    """A valid token."""

    id: str
    name: str | None
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None


@tokens.get("")
def read_tokens(caller: ReadSession, db: Reading) -> list[TokenView]:
    """Your valid tokens."""
    return [
        TokenView(
            id=one.id, name=name, scopes=one.scopes.split(","), created_at=one.created_at, expires_at=one.expires_at
        )
        for one, name in accounts.own_tokens(db, caller.person.id)
    ]


@tokens.post("", status_code=201)
def make(body: TokenBody, caller: WriteSession, db: Writing) -> MadeTokenView:
    """Make a token. Show a second factor first, if you have one. It cannot make others, nor change how you sign in."""
    given = body.days, body.scopes, body.name or None
    return MadeTokenView(token=accounts.make_own_token(db, active(caller), *given, caller.proof()))


@tokens.delete("/{token}", status_code=204, responses=problems(404))
def revoke(token: Id, caller: WriteSession, db: Writing) -> None:
    """Revoke a token, by its id."""
    accounts.revoke_own_token(db, caller.person.id, token)
