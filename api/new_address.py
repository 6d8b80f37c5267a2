"""Routes that prove a new address: by the link of its letter, or by the code of the same letter, typed while signed in."""

from typing import Annotated

from fastapi import Request
from pydantic import Field

from api.account import ConfirmedView
from api.http.bodies import Body
from api.http.dependencies import WriteSession, Writing
from api.http.problems import problems
from api.http.routes import public, router_for
from api.http.security import OwnPages, client_of
from api.sign_in import SecretBody
from mediation.people import new_addresses

router = router_for("/new-address", "new-address")


class AddressCodeBody(Body):
    """The code of the letter; spaces, hyphens and small letters make no difference."""

    code: Annotated[str, Field(max_length=40, description="The code that came to the new address.")]


@router.post("/confirmations", status_code=201)
@public
def confirm(request: Request, body: SecretBody, db: Writing, _: OwnPages) -> ConfirmedView:
    """Prove a new address with the secret of the link that went there, if you have never signed in before."""
    new_addresses.prove_by_link(db, body.secret, client=client_of(request))
    return ConfirmedView(confirmed=True)


@router.post("/codes", status_code=201, responses=problems(404))
def type_code(body: AddressCodeBody, caller: WriteSession, db: Writing) -> ConfirmedView:
    """Prove a new address of yours with the code that went there. Show a second factor first, if you have one.

    Here you stay signed in; everywhere else you are signed out, and your tokens end.
    """
    new_addresses.prove_by_code(db, caller.person, body.code, caller.proof())
    return ConfirmedView(confirmed=True)
