"""One's own copy of a case: all that is a party's own, to take away."""

from fastapi import Response

from api.http.dependencies import Language, Reading, ReadSeat
from api.http.routes import case_router
from api.http.views import files
from mediation.reading.export import own_copy

router = case_router("own-copy")


@router.get("", response_class=Response, responses={200: files("application/zip")})
def take(seat: ReadSeat, db: Reading, language: Language) -> Response:
    """Your own documents and statements as one zip, which needs nothing of ours to be read (parties, and who was one)."""
    headers = {"Content-Disposition": 'attachment; filename="own-copy.zip"'}
    return Response(own_copy(db, seat, language), media_type="application/zip", headers=headers)
