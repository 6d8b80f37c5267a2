"""An administrator's pages: people and their offices, sign-ins closed on a call, orders to keep, and how the letters do.

Of cases they tell no more than the number that an order names.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from api.account import WayBody
from api.addresses import ADDRESSES
from api.admin import CallerBody, LetterheadBody, LettersBody, OfficeInvitationBody, SecondFactorBody
from api.holds import AuthorityOrderBody
from api.http.dependencies import Officeholder, ReadAdmin, Reading, ReadOffice
from api.http.languages import language_of
from api.http.pages import page
from api.http.routes import handed_on, router_for
from api.http.security import page_credentials
from api.inquiries import InquiriesBody
from api.pages.deeds import Deed, Tried, deeds_page, do_one
from api.pages.forms import Choice, Known
from api.pages.posting import Done
from mediation.acts import holds
from mediation.errors import NotFound
from mediation.installation.backup import last_backup
from mediation.installation.readiness import faults
from mediation.keys.recovery_kit import is_confirmed
from mediation.letters import printing
from mediation.people import accounts
from mediation.reading.me import list_mediators
from mediation.retention import run as retention
from mediation.store.database import Db
from mediation.store.models import Organisation
from mediation.words.catalogue import say

router = router_for("/admin", "admin-pages")

_MEDIATORS = 100  # to choose from

Context = Mapping[str, Any]


@dataclass(frozen=True)
class AdminPage:
    """A page of an administrator: what can be done there, and what it shows."""

    path: str
    template: str
    deeds: Sequence[Deed]
    read: Callable[[Request, Db, Officeholder], Context]
    named: Callable[[Db, Officeholder], Known] = lambda db, holder: {}

    def shown(self, request: Request, db: Db, holder: Officeholder, tried: Tried | None = None) -> Response:
        """The page for an administrator."""
        context = self.read(request, db, holder)
        only = [("organisation", one) for one in holder.organisations if len(holder.organisations) == 1]
        return deeds_page(request, self.template, self.deeds, self.named(db, holder), tried, only, **context)

    def again(self, request: Request, tried: Tried | None) -> Response:
        """The page with a form that was refused."""
        with request.app.state.installation.database.reading() as db:
            holder = ReadOffice("admin").holder(db, request, page_credentials(request), writing=False)
            return self.shown(request, db, holder, tried)

    def add_to(self, admin: APIRouter) -> None:
        """Let the page be asked for, and its forms be sent."""

        def show(request: Request, holder: ReadAdmin, db: Reading) -> Response:
            return self.shown(request, db, holder)

        @handed_on
        async def do(request: Request) -> Response:
            return await do_one(request, self.deeds, partial(self.again, request))

        admin.add_api_route(self.path, show, methods=["GET"], include_in_schema=False, name=self.template)
        if self.deeds:
            admin.add_api_route(self.path, do, methods=["POST"], include_in_schema=False, name=f"{self.template}-sent")


def _states(heading: str, fact: str, request: Request, done: Done) -> Response:
    """A page that says what was done, where no other page shows it."""
    language = language_of(request)
    return page(request, "stated", heading=say(heading, language), fact=say(fact, language))


def _stated(heading: str, fact: str) -> Callable[[Request, Done], Response]:
    return partial(_states, heading, fact)


def _named(db: Db, holder: Officeholder) -> dict[str, str]:
    """The organisations that somebody administers, by id."""
    found = ((one, db.get_one(Organisation, one).name) for one in holder.organisations)
    return dict(sorted(found, key=lambda one: one[1].casefold()))


def _organisations(db: Db, holder: Officeholder) -> Known:
    return {"organisation": [Choice(one, name) for one, name in _named(db, holder).items()]}


def _people(request: Request, db: Db, holder: Officeholder) -> Context:
    held: dict[str, list[accounts.Officeholding]] = {}
    for one in accounts.officeholders(db, holder.organisations):
        held.setdefault(one.person, []).append(one)
    return {"people": held, "organisations": _named(db, holder), "you": holder.person_id}


def _person(request: Request, db: Db, holder: Officeholder) -> Context:
    person = request.path_params["person"]
    held = [one for one in accounts.officeholders(db, holder.organisations) if one.person == person]
    if not held:
        raise NotFound("person-not-found")
    return {"held": held, "organisations": _named(db, holder), "you": holder.person_id}


def _organisation(request: Request, db: Db, holder: Officeholder) -> Context:
    organisation = request.path_params["organisation"]
    if organisation not in holder.organisations:
        raise NotFound("organisation-not-found")
    row = db.get_one(Organisation, organisation)
    return {"organisation": row, "own_lines": json.loads(row.paper_lines or "{}")}


def _orders(request: Request, db: Db, holder: Officeholder) -> Context:
    return {"orders": holds.orders_held(db, holder.person_id)}


def _state(request: Request, db: Db, holder: Officeholder) -> Context:
    waiting, since = printing.overdue(db)
    installation = request.app.state.installation
    settings = installation.settings
    return {
        "works": not faults(installation),
        "waiting": waiting,
        "since": since,
        "undelivered": sum(printing.given_up(db).values()),
        "kit": is_confirmed(settings.master_key_file, installation.keyring.master),
        "backup": last_backup(settings),
        "deleted": retention.last_run(db),
        "odd": retention.time_is_odd(db) is not None,
        "keep": settings.keep,
    }


def _nothing(request: Request, db: Db, holder: Officeholder) -> Context:
    return {}


def _mediators(db: Db, holder: Officeholder) -> Known:
    people = list_mediators(db, holder.organisations, limit=_MEDIATORS)
    return {"person": [Choice(one.person, f"{one.name}, {one.organisation_name}") for one in people]}


_WAY = {"way": "page.which-method"}
_ASSIGNED = next(one.model for one in ADDRESSES if one.path == "mediators" and one.method == "POST")

PAGES = (
    AdminPage("", "admin", (), _people),
    AdminPage(
        "/invitations",
        "admin-invitations",
        (
            Deed(
                "invite",
                "POST",
                "/api/invitations",
                OfficeInvitationBody,
                went=_stated("page.invited", "page.invited-what"),
            ),
        ),
        _nothing,
        _organisations,
    ),
    AdminPage(
        "/people/{person}",
        "admin-person",
        (
            Deed("confirm", "POST", "/api/people/{named}/confirmations", WayBody, _WAY),
            Deed("let-go", "POST", "/api/people/{named}/departure", to="/admin"),
        ),
        _person,
    ),
    AdminPage(
        "/closings",
        "admin-closings",
        (
            Deed(
                "close",
                "POST",
                "/api/sign-in-closings",
                CallerBody,
                went=_stated("page.closed-on-call", "page.closed-on-call-what"),
            ),
        ),
        _nothing,
    ),
    AdminPage(
        "/openings",
        "admin-openings",
        (
            Deed(
                "open",
                "POST",
                "/api/sign-in-openings",
                CallerBody,
                went=_stated("page.opened-after-meeting", "page.opened-after-meeting-what"),
            ),
        ),
        _nothing,
    ),
    AdminPage(
        "/organisations/{organisation}",
        "admin-organisation",
        (
            Deed("ask", "PUT", "/api/organisations/{named}/second-factor", SecondFactorBody),
            Deed("letters", "PUT", "/api/organisations/{named}/letters", LettersBody),
            Deed("letterhead", "PUT", "/api/organisations/{named}/letterhead", LetterheadBody),
            Deed("inquiries", "PUT", "/api/organisations/{named}/inquiries", InquiriesBody),
        ),
        _organisation,
    ),
    AdminPage(
        "/mediators",
        "admin-mediators",
        (
            Deed(
                "assign",
                "POST",
                "/api/cases/{named}/mediators",
                _ASSIGNED,
                went=_stated("page.assigned", "page.assigned-what"),
            ),
        ),
        _nothing,
        _mediators,
    ),
    AdminPage(
        "/holds",
        "admin-holds",
        (
            Deed("hold", "POST", "/api/holds", AuthorityOrderBody),
            Deed("lift", "POST", "/api/holds/{named}/lifting"),
        ),
        _orders,
    ),
    AdminPage("/state", "admin-state", (), _state),
)
for _one in PAGES:
    _one.add_to(router)
