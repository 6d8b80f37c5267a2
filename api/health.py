"""Health checks for monitoring: is the process alive, can it work? The reasons of a failure are in the log only."""

import logging
from time import monotonic

from fastapi import Request
from sqlalchemy import select

from api.http.dependencies import Reading
from api.http.problems import View
from api.http.routes import public, router_for
from mediation.errors import Unavailable
from mediation.installation.readiness import faults
from mediation.store.models import Case

router = router_for("", "health")

_CACHED = 1.0  # seconds for which a result is reused: frequent checks must not hold the write lock
_log = logging.getLogger(__name__)


class HealthView(View):
    """That all is well."""

    status: str


@router.get("/livez")
@public
async def read_life() -> HealthView:
    """Whether the process is alive. If this fails, restart it."""
    return HealthView(status="ok")


@router.get("/readyz")
@router.get("/healthz", name="read_health", description="The same as `/readyz`, under its older name.")
@public
def read_readiness(request: Request, db: Reading) -> HealthView:
    """Whether it can do its work: the database answers, a key opens, and something can be written. Nothing is changed."""
    db.execute(select(Case.id).limit(1))
    state = request.app.state
    until, found = getattr(state, "looked", (0.0, []))
    if monotonic() >= until:
        found = faults(state.installation)
        state.looked = monotonic() + _CACHED, found
    if found:
        _log.error("not ready: %s", ", ".join(found))
        raise Unavailable("not-ready")
    return HealthView(status="ok")
