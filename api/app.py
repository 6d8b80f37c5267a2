"""The application: all routes of one installation."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware

from api import (
    account,
    addresses,
    admin,
    agreements,
    budgets,
    bundles,
    calendar_feed,
    cases,
    copies,
    documentation,
    drafts,
    evaluating,
    evidence,
    health,
    holds,
    inquiries,
    me,
    new_address,
    own_hours,
    papers,
    printing,
    reads,
    referral_drafts,
    referrals,
    room_sign_ins,
    screenings,
    second_factors,
    sections,
    series,
    session_mode,
    sign_in,
    statements,
    statistics,
    statuses,
    transitions,
)
from api.http import assets, refusals
from api.http.anonymous import ANONYMOUS_BODY_LIMIT, INQUIRY_LIMIT
from api.http.envelope import FORM_LIMIT, BodyLimit, Envelope, body_limit
from api.http.problems import problem_schemas
from api.http.routes import authority, paths_of_acts
from api.pages import (
    about,
    agreement_editor,
    case,
    day_papers,
    documents,
    drafting,
    inquiring,
    invitation,
    joint_text,
    letters_and_scans,
    ordering,
    own,
    private,
    proof,
    received_complaints,
    recording,
    referring,
    second_factor,
    sitting,
    start,
    table,
    timeline,
    week,
)
from api.pages import account as account_pages
from api.pages import admin as admin_pages
from api.pages import copies as copy_pages
from api.pages import own_hours as own_hours_pages
from api.pages import room_sign_ins as room_pages
from api.pages import session_mode as session_mode_pages
from api.pages import sign_in as getting_in
from api.pages import statistics as statistics_pages
from api.pages.acts import act_pages
from api.pages.doors import doors_of
from mediation.case.anchors import anchoring, copy_all
from mediation.installation.due import due_jobs
from mediation.installation.installation import Installation
from mediation.letters.delivery import delivery
from mediation.letters.post import Post
from workflows import WORKFLOWS

_DESCRIPTION = """
Workplace mediation, from a referral to a sealed and followed-up agreement.

Send a token as `Authorization: Bearer …`, or sign in with a link by letter and send the cookie of the session, with
`X-Form-Token` beside it where something changes. What is refused is refused with a problem (RFC 9457) whose `type` ends in a
code, in the language of `Accept-Language` or the caller's own. A case is moved with the ETag of its transitions in
`If-Match`. What changes something of a case or of an office can carry an `Idempotency-Key`, and is then not carried out again
when it is sent again within 24 hours; what is about your own signing in (links, sessions, tokens, second factor, own address)
cannot, for its answers are not kept.
"""

# FastAPI would pass request bodies, exception messages and stack traces to any telemetry that it finds.
_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}

_EXAMPLES = Path(__file__).with_name("examples.json")  # of every body and answer, by the name of its schema

ROUTERS: tuple[APIRouter, ...] = (
    statuses.router,
    statistics.router,
    *cases.routers,
    transitions.router,
    *statements.routers,
    *addresses.routers,
    *agreements.routers,
    *bundles.routers,
    *evidence.routers,
    *printing.routers,
    papers.router,
    *reads.routers,
    *evaluating.routers,
    *sections.routers,
    *drafts.routers,
    *referral_drafts.routers,
    *screenings.routers,
    *me.routers,
    own_hours.router,
    *budgets.routers,
    *series.routers,
    *referrals.routers,
    *inquiries.routers,
    holds.router,
    sign_in.router,
    copies.router,
    session_mode.router,
    *room_sign_ins.routers,
    second_factors.router,
    *account.routers,
    calendar_feed.router,
    new_address.router,
    *admin.routers,
)
PAGES = (
    start.router,
    week.router,
    statistics_pages.router,
    account_pages.router,
    own_hours_pages.router,
    second_factor.router,
    session_mode_pages.router,
    admin_pages.router,
    received_complaints.router,
    *agreement_editor.routers,
    *documents.routers,
    *case.routers,
    *ordering.routers,
    *inquiring.routers,
    referring.router,
    *letters_and_scans.routers,
    recording.recorded,
    *private.routers,
    *joint_text.routers,
    drafting.drafting,
    *sitting.routers,
    *room_pages.routers,
    *day_papers.routers,
    *invitation.routers,
    *table.routers,
    timeline.timeline,
    *own.routers,
    proof.router,
)
_AT_ROOT = (health.router, assets.router, about.router, getting_in.router, copy_pages.router, calendar_feed.feeds)
_PUBLIC = tuple(
    one
    for router in (*_AT_ROOT, *PAGES, getting_in.mangled, documentation.router, *ROUTERS)
    for one in router.routes
    if isinstance(one, APIRoute) and authority(one.endpoint, one.dependant) == "public"
)


class Application(FastAPI):
    """FastAPI with the schema of our problems and our examples in its description."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        if self.openapi_schema is None:
            schemas = super().openapi()["components"]["schemas"]
            schemas.update(problem_schemas())
            for name, examples in json.loads(_EXAMPLES.read_text("utf-8")).items():
                schemas[name]["examples"] = examples
        return super().openapi()


def create_app(installation: Installation, post: Post | None = None) -> FastAPI:
    """The application of an installation. With a `post` it also runs the background jobs, delivery of letters among them."""
    app = Application(
        title="Mediation",
        version=version("mediation"),
        description=_DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        openapi_url=None,  # FastAPI would make half a megabyte again for every request: see documentation.py
        docs_url=None,  # FastAPI's own pages load scripts from other servers: see documentation.py
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
        middleware=[Middleware(Envelope), Middleware(BodyLimit, limit_for)],
        lifespan=_lifespan,
        telemetry=_NO_TELEMETRY,
    )
    app.state.installation = installation
    app.state.post = post
    refusals.install(app)
    for router in _AT_ROOT:
        app.include_router(router)
    app.include_router(documentation.router, prefix="/api")
    for router in ROUTERS:
        app.include_router(router, prefix="/api")
    app.state.addresses = paths_of_acts(app)
    app.state.doors = doors_of(app)
    # A page of its own wins over that of its acts.
    for router in (*PAGES, act_pages(app.state.doors), getting_in.mangled):
        app.include_router(router)
    return app


def limit_for(path: str) -> int:
    """How many bytes a request to `path` may bring: few where no sign-in is needed, else like `body_limit`."""
    if path.removeprefix("/api").startswith("/inquiries/"):
        return INQUIRY_LIMIT
    if any(one.path_regex.match(path.removeprefix("/api")) for one in _PUBLIC):
        return ANONYMOUS_BODY_LIMIT
    # The page of a scan knows who may attach one before it receives it, as the API does.
    return body_limit(path) if path.startswith("/api/") or path.endswith("/scans") else FORM_LIMIT


def _operation_id(route: APIRoute) -> str:
    return "-".join([*map(str, route.tags[:1]), route.name]).replace("_", "-")


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    installation: Installation = app.state.installation
    post: Post | None = app.state.post
    if post is None:
        yield
        return
    database = installation.database
    jobs = delivery(database, post, installation.settings), due_jobs(database, WORKFLOWS), anchoring(database)
    for one in jobs:
        one.start()
    yield
    for one in jobs:
        await run_in_threadpool(one.stop)
    await run_in_threadpool(copy_all, database)
