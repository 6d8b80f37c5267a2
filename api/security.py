"""The bearer token of a request, as it comes: whose it is, `mediation.people` knows."""

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from mediation.errors import NotSignedIn

_SCHEME = HTTPBearer(auto_error=False, description="A token made by `mediation people add … --token`.")


async def bearer_token(given: Annotated[HTTPAuthorizationCredentials | None, Depends(_SCHEME)]) -> str:
    """The token in `Authorization: Bearer …`. Refuses with `token-missing` where there is none, or none of that kind."""
    if given is None or not given.credentials:
        raise NotSignedIn("token-missing")
    return given.credentials


BearerToken = Annotated[str, Depends(bearer_token)]
