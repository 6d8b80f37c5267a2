"""What the letter about a complaint leads to: the complaints that somebody was named to receive."""

from fastapi import Request, Response

from api.http.dependencies import ReadComplaintsOffice, Reading
from api.http.pages import page
from api.http.routes import router_for
from mediation.reading.complaints import read_received_complaints

router = router_for("/complaints", "complaint-pages")


@router.get("", include_in_schema=False)
def received(request: Request, holder: ReadComplaintsOffice, db: Reading) -> Response:
    """The complaints about mediators, newest first. Who made one sees that it was opened."""
    complaints = read_received_complaints(db, holder.person_id, holder.organisations)
    return page(request, "received-complaints", complaints=complaints)
