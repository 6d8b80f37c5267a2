"""Tokens: by which a program of yours comes in your name, made and revoked only by yourself, signed in."""

from datetime import datetime

from pydantic import ConfigDict, Field

from api.http.bodies import Body
from api.http.callers import active
from api.http.dependencies import Reading, ReadSession, WriteSession, Writing
from api.http.problems import View, problems
from api.http.routes import router_for
from mediation.people import accounts
from mediation.people.directory import LONGEST_TOKEN, SCOPES
from mediation.words.fields import Id

router = router_for("/tokens", "tokens")


class TokenBody(Body):
    """What the token may do, and for how many days. Leave `write` out for a program that only looks."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Kalenteri", "scopes": ["read"], "days": 90}]})
    name: str = ""
    scopes: list[str] = Field(default=list(SCOPES), max_length=2, json_schema_extra={"items": {"enum": list(SCOPES)}})
    days: int = Field(default=90, ge=1, le=LONGEST_TOKEN, strict=True)


class MadeTokenView(View):
    """A new token. It is shown only now."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"token": "mt_Yk3vW0bqE8m1cHc5n9o2Jt7xRzL4uA6sPdGfQiVhKwM"}]}
    )
    token: str


class TokenView(View):
    """A token that is good."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "tO5aQx0LkWm2Bc7DfGhJ",
                    "name": "Kalenteri",
                    "scopes": ["read"],
                    "created_at": "2027-01-20T07:00:00Z",
                    "expires_at": "2027-04-20T07:00:00Z",
                }
            ]
        }
    )
    id: str
    name: str | None
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None


@router.get("")
def read_tokens(caller: ReadSession, db: Reading) -> list[TokenView]:
    """Your tokens that are good."""
    return [
        TokenView(
            id=one.id,
            name=name,
            scopes=one.scopes.split(","),
            created_at=one.created_at,
            expires_at=one.expires_at,
        )
        for one, name in accounts.own_tokens(db, caller.person.id)
    ]


@router.post("", status_code=201)
def make(body: TokenBody, caller: WriteSession, db: Writing) -> MadeTokenView:
    """Make a token. Show a second factor first, if you have one. It cannot make others, nor settle how you sign in."""
    given = body.days, body.scopes, body.name or None
    return MadeTokenView(token=accounts.make_own_token(db, active(caller), *given, caller.proof()))


@router.delete("/{token}", status_code=204, responses=problems(404))
def revoke(token: Id, caller: WriteSession, db: Writing) -> None:
    """Make a token worthless, by its id."""
    accounts.revoke_own_token(db, caller.person.id, token)
