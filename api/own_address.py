"""An address of one's own: which stays when the employer ends the account, and to which a code can go."""

from fastapi import Request
from pydantic import ConfigDict, Field

from api.http.bodies import Body
from api.http.dependencies import Language, WriteSession, Writing
from api.http.problems import View, problems
from api.http.routes import public, router_for
from api.http.security import OwnPages, client_of
from api.sign_in import SecretBody
from mediation.people import accounts
from mediation.words.catalogue import say
from mediation.words.fields import Email

router = router_for("/own-address", "own-address")


class AddressBody(Body):
    """An e-mail address that is yours, not your employer's."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "aino.aalto@example.net"}]})
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

    model_config = ConfigDict(json_schema_extra={"examples": [{"confirmed": True}]})
    confirmed: bool


@router.post("", status_code=202, responses=problems(429))
def give(body: AddressBody, caller: WriteSession, db: Writing, language: Language) -> AddressView:
    """Have a link sent to an address of your own. Show a second factor first, if you have one."""
    accounts.give_own_address(db, caller.person, body.email, caller.proof())
    minutes = accounts.ADDRESS_GOOD_FOR.seconds // 60
    return AddressView(minutes=minutes, notice=say("own-address.full-way-in", language))


@router.post("/confirmations", status_code=201)
@public
def confirm(request: Request, body: SecretBody, db: Writing, _: OwnPages) -> ConfirmedView:
    """Confirm an address with the secret of the link that went there."""
    accounts.confirm_own_address(db, body.secret, client=client_of(request))
    return ConfirmedView(confirmed=True)


@router.delete("", status_code=204)
def drop(caller: WriteSession, db: Writing) -> None:
    """Forget your own address. Show a second factor first, if you have one."""
    accounts.drop_own_address(db, caller.person, caller.proof())
