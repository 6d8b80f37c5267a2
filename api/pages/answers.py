"""What a page shows of a refusal: its sentence, its faults at their fields, and what is still missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from api.http.dependencies import SeatReader
from api.http.request_lines import PATH_LIMIT
from api.http.security import own_pages_only, page_credentials
from api.pages.posting import Done


@dataclass(frozen=True)
class Refusal:
    """A refusal for a page: the same problem details that a program reads."""

    code: str
    title: str
    detail: str
    errors: Sequence[Mapping[str, Any]] = ()
    unmet: Sequence[Mapping[str, Any]] = ()
    faults: Mapping[str, str] = field(default_factory=dict)


def refusal_of(done: Done) -> Refusal | None:
    """The refusal that an answer is, or None."""
    if done.succeeded:
        return None
    told = done.told
    errors = told.get("errors") or ()
    return Refusal(
        done.code,
        told["title"],
        told["detail"],
        errors,
        told.get("unmet") or (),
        {one["field"]: one["detail"] for one in errors},
    )


def see_other(path: str, headers: Mapping[str, str] | None = None) -> Response:
    """Go on to a page that states what is so now: reloading it sends nothing again."""
    return RedirectResponse(path, 303, headers=dict(headers or {}))


async def check_form(request: Request) -> None:
    """Refuse a form of another site's page with `origin-foreign`, and one in an encoding of its own with `body-unreadable`.

    What another site wrote must not even come back on a page of ours, where one press would send it.
    """
    await own_pages_only(request)
    media_type = request.headers.get("content-type", "").lower()
    if media_type.startswith("multipart/") and "charset" in media_type:  # browsers name none
        raise HTTPException(400)


async def sent_form(request: Request) -> list[tuple[str, str]]:
    """The fields of a form in the order in which they were sent; files are not taken here. Refuses like `check_form`."""
    await check_form(request)
    form = await request.form(max_files=0, max_fields=2_000)
    return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]


def reader_at(request: Request) -> SeatReader:
    """Reads from the seat of who sent a form, to show a page after what the form was handed on to."""
    installation = request.app.state.installation
    return SeatReader(request, request.path_params["number"], page_credentials(request), installation)


def first(sent: Sequence[tuple[str, str]], name: str) -> str:
    """The first value of a field, or nothing."""
    return next((value for field_name, value in sent if field_name == name), "")


def own_path(wished: str) -> str:
    """A path of ours to go on to; the start where it is an address of somebody else's."""
    is_ours = wished.startswith("/") and not wished.startswith(("//", "/\\")) and wished.isprintable()
    return wished if is_ours and len(wished) <= PATH_LIMIT else "/"
