"""The style and scripts of our pages: each at an address with its digest, so that a browser asks for it once."""

from fastapi import Request, Response

from api.http.packed import same_for_all
from api.http.pages import ASSETS_PATH, assets
from api.http.routes import public, router_for
from mediation.errors import NotFound

router = router_for(ASSETS_PATH, "assets")
_FOR_EVER = "public, max-age=31536000, immutable"


@router.get("/{digest}/{name}", include_in_schema=False)
@public
async def read_asset(digest: str, name: str, request: Request) -> Response:
    """A file that pages load. Refuses with `address-unknown` another digest than that of the file we have."""
    found = assets().get(name)
    if found is None or found.path.split("/")[2] != digest:
        raise NotFound("address-unknown")
    return same_for_all(request, found.content, found.media_type, {"Cache-Control": _FOR_EVER})
