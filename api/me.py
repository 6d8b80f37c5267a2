"""Who you are here and which offices you hold, and whom those who assign mediators may choose from."""

from typing import Annotated

from fastapi import Depends, Query

from api.http.dependencies import Limit, Officeholder, Reading, ReadOffice, ReadOwn
from api.http.problems import View
from api.http.routes import router_for
from api.http.views import onward
from mediation.reading.me import MediatorLine, MeView, list_mediators, read_me
from mediation.words.fields import Id

me = router_for("/me", "me")
mediators = router_for("/mediators", "mediators")
routers = (me, mediators)


class MediatorsView(View):
    """A page of the list. `next` is where the rest is."""

    mediators: list[MediatorLine]
    next: str | None


@me.get("")
def who_am_i(caller: ReadOwn, db: Reading) -> MeView:
    """Who you are, and the offices that you hold, with the ids of their organisations."""
    return read_me(db, caller.person)


@mediators.get("")
def read_mediators(
    holder: Annotated[Officeholder, Depends(ReadOffice("hr", "admin"))],
    db: Reading,
    after: Annotated[Id | None, Query(description="The last person you have.")] = None,
    limit: Limit = 50,
) -> MediatorsView:
    """Mediators to choose from, for whoever orders or administers: your own, and those of mediators' offices."""
    lines = list_mediators(db, holder.organisations, after=after or "", limit=limit + 1)
    return MediatorsView(mediators=lines[:limit], next=onward("/api/mediators", [one.person for one in lines], limit))
