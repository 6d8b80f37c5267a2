"""Long answers that are the same for everybody are sent packed (gzip), made once.

Nothing else is: the length of a packed answer tells whoever may write a part of it what its other parts are like.
"""

import gzip
import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from fastapi import Request, Response

LONG = 20 * 1024  # bytes
_GZIP = re.compile(r"(?:^|,)\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[^,]*)?(?=,|$)", re.IGNORECASE)


def same_for_all(
    request: Request, content: bytes, media_type: str, headers: Mapping[str, str] = MappingProxyType({})
) -> Response:
    """An answer with `content` that tells nothing of any person or case, packed where it is long and the client unpacks it."""
    if len(content) < LONG:
        return Response(content, media_type=media_type, headers=dict(headers))
    given = {**headers, "Vary": "Accept-Encoding"}
    if not _GZIP.search(request.headers.get("accept-encoding", "")):
        return Response(content, media_type=media_type, headers=given)
    return Response(_packed(content), media_type=media_type, headers={**given, "Content-Encoding": "gzip"})


@lru_cache(maxsize=32)
def _packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
