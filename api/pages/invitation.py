"""A party's own invitation, whole: on paper it says the same."""

from fastapi import Request, Response

from api.http.dependencies import Reading, ReadSeat
from api.http.languages import language_of
from api.http.pages import page
from api.http.routes import case_router
from api.http.security import settings_of
from mediation.acts.invitations import own_invitation

invitation = case_router("invitation")
routers = (invitation,)


@invitation.get("", include_in_schema=False)
def read_invitation(request: Request, seat: ReadSeat, db: Reading) -> Response:
    """The invitation with what is known now, in the language of its reader."""
    letter = own_invitation(db, seat, settings_of(request), language_of(request))
    return page(request, "invitation", letter=letter, case=f"/cases/{seat.case.number}")
