"""One's own account: where one is signed in, how one signs in, tokens for programs, and a mediator's calendar feed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from pydantic import Field

from api.account import AddressBody, TokenBody, WayBody
from api.http.callers import Caller, identify_by_session
from api.http.dependencies import Reading, ReadSession
from api.http.pages import page
from api.http.routes import handed_on, router_for
from api.http.security import page_credentials, settings_of
from api.pages.deeds import Deed, Tried, deeds_page, do_one
from api.pages.posting import Done
from mediation.people import accounts, sign_in, sign_in_methods
from mediation.people.authenticators import find_authenticator
from mediation.people.calendar_feeds import feed_since, may_have_feed
from mediation.people.directory import SCOPES
from mediation.store.database import Db

router = router_for("", "account-pages")


@dataclass(frozen=True)
class AccountPage:
    """A page of one's own account: what can be done there, and what it shows."""

    path: str
    template: str
    deeds: Sequence[Deed]
    read: Callable[[Db, Caller], Mapping[str, Any]]

    def shown(self, request: Request, db: Db, caller: Caller, tried: Tried | None = None) -> Response:
        """The page for its owner."""
        context = {"mediates": may_have_feed(db, caller.person.id), **self.read(db, caller)}
        return deeds_page(request, self.template, self.deeds, tried=tried, **context)

    def add_to(self, account: Any) -> None:
        """Let the page be asked for, and its forms be sent."""

        def show(request: Request, caller: ReadSession, db: Reading) -> Response:
            return self.shown(request, db, caller)

        @handed_on
        async def do(request: Request) -> Response:
            return await do_one(request, self.deeds, lambda tried: self.again(request, tried))

        account.add_api_route(self.path, show, methods=["GET"], include_in_schema=False, name=self.template)
        account.add_api_route(self.path, do, methods=["POST"], include_in_schema=False, name=f"{self.template}-sent")

    def again(self, request: Request, tried: Tried | None) -> Response:
        """The page with a form that was refused."""
        with request.app.state.installation.database.reading() as db:
            caller = identify_by_session(db, request, page_credentials(request), writing=False)
            return self.shown(request, db, caller, tried)


def _devices(db: Db, caller: Caller) -> Mapping[str, Any]:
    current = caller.session.id if caller.session is not None else ""
    return {
        "devices": [
            {"id": one.id, "name": device_name(device), "since": one.created_at, "seen": one.seen_at}
            for one, device in sign_in.own_sessions(db, caller.person.id)
        ],
        "current": current,
    }


_BROWSERS = (
    "Firefox",
    "Edg",
    "OPR",
    "SamsungBrowser",
    "Chrome",
    "Safari",
)  # of those that claim to be others, those first
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "CrOS", "Linux")
_CALLED = {"Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet", "Macintosh": "Mac", "CrOS": "ChromeOS"}


def device_name(user_agent: str) -> str:
    """What somebody would call a device, from what its browser says of itself (`Firefox, Windows`), or nothing."""
    found = [next((one for one in some if one in user_agent), None) for some in (_BROWSERS, _SYSTEMS)]
    return ", ".join(_CALLED.get(one, one) for one in found if one)


def _methods(db: Db, caller: Caller) -> Mapping[str, Any]:
    person = caller.person
    suspended = sign_in_methods.suspensions(db, person.id)
    has = sign_in_methods.addresses(person)
    return {
        "methods": [
            *(one for one in (sign_in_methods.WORK_ADDRESS, sign_in_methods.OWN_ADDRESS) if one in has),
            *([sign_in_methods.APP] if find_authenticator(db, person.id) is not None else []),
        ],
        "suspended": {one.way: one.at + sign_in_methods.TIME_TO_STOP for one in suspended},
        "came": sign_in_methods.METHOD_OF[caller.session.through] if caller.session is not None else "",
        "waits": accounts.address_waits(db, person.id),
    }


def _tokens(db: Db, caller: Caller) -> Mapping[str, Any]:
    return {"tokens": accounts.own_tokens(db, caller.person.id), "active": caller.person.active}


def _new_token(request: Request, done: Done) -> Response:
    return page(request, "token", token=done.told["token"])


def _feed(db: Db, caller: Caller) -> Mapping[str, Any]:
    return {"since": feed_since(db, caller.person.id), "active": caller.person.active}


def _new_feed(request: Request, done: Done) -> Response:
    return page(request, "calendar-made", address=settings_of(request).base_url.rstrip("/") + done.told["path"])


class TokenForm(TokenBody):
    """A new token as its form asks for it: with nothing chosen it is refused, where a program gets all there is."""

    scopes: list[str] = Field(max_length=2, json_schema_extra={"items": {"enum": list(SCOPES)}})


PAGES = (
    AccountPage("/devices", "devices", (Deed("end", "DELETE", "/api/sign-in/sessions/{named}"),), _devices),
    AccountPage(
        "/account",
        "account",
        (
            Deed("give", "POST", "/api/own-address", AddressBody),
            Deed("drop", "DELETE", "/api/own-address"),
            Deed("suspend", "POST", "/api/sign-in/suspensions", WayBody, {"way": "page.which-method"}),
        ),
        _methods,
    ),
    AccountPage(
        "/tokens",
        "tokens",
        (
            Deed("make", "POST", "/api/tokens", TokenForm, {"name": "page.token-name"}, went=_new_token),
            Deed("revoke", "DELETE", "/api/tokens/{named}"),
        ),
        _tokens,
    ),
    AccountPage(
        "/calendar",
        "calendar",
        (
            Deed("make", "POST", "/api/calendar-feed", went=_new_feed),
            Deed("revoke", "DELETE", "/api/calendar-feed"),
        ),
        _feed,
    ),
)
for _one in PAGES:
    _one.add_to(router)
