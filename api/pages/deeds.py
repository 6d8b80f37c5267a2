"""What the pages of an account and of an office can have done at routes of the API: a form for each, and its sending."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api.http.languages import language_of
from api.http.pages import page
from api.http.security import settings_of
from api.pages.answers import first, refusal_of, see_other, sent_form
from api.pages.form_bodies import body_of
from api.pages.forms import Form, FormField, Known, Schema, Sent, schema_of
from api.pages.kept import again_or_kept
from api.pages.posting import Done, send
from mediation.words.catalogue import say

_NAMED = re.compile(r"[A-Za-z0-9-]{0,24}")


@dataclass(frozen=True)
class Deed:
    """Something to be done at a route of the API.

    `{named}` in its path is what the form is about, such as one device. `body` is what the route takes, `labels` the codes
    of words for fields that are called otherwise here. `went` is where to go on, where that depends on the answer.
    """

    name: str
    method: str
    path: str
    body: Any = None
    labels: Mapping[str, str] = field(default_factory=dict)
    to: str = ""
    went: Callable[[Request, Done], Response] | None = None

    @property
    def schema(self) -> Schema | None:
        """The JSON schema of what is sent."""
        return schema_of(self.body) if self.body is not None else None


@dataclass(frozen=True)
class Tried:
    """A form that was sent and did not go through."""

    deed: Deed
    sent: Sent
    done: Done


def deeds_page(
    request: Request,
    template: str,
    deeds: Sequence[Deed],
    known: Known | None = None,
    tried: Tried | None = None,
    given: Sent = (),
    **context: Any,
) -> Response:
    """A page with a form for each deed; one that was refused has what was sent, and is refused at its fields."""
    refusal, language = refusal_of(tried.done) if tried else None, language_of(request)
    forms = {}
    for one in deeds:
        again = tried is not None and tried.deed.name == one.name
        sent = tried.sent if tried is not None and again else [("language", language), *given]
        forms[one.name] = _fields(one, language, known or {}, sent, refusal.faults if refusal and again else {})
    return page(
        request,
        template,
        status=tried.done.status if tried else 200,
        refusal=refusal,
        forms=forms,
        named_before=first(tried.sent, "_named") if tried else "",
        once={one.name: request.app.state.installation.database.new_id() for one in deeds},
        **context,
    )


def _fields(deed: Deed, language: str, known: Known, sent: Sent, faults: Mapping[str, str]) -> list[FormField]:
    if deed.schema is None:
        return []
    fields = Form(deed.schema, language, known).fields(sent, faults)
    return [
        replace(one, label=say(deed.labels[one.name], language)) if one.name in deed.labels else one for one in fields
    ]


async def do_one(request: Request, deeds: Sequence[Deed], again: Callable[[Tried | None], Response]) -> Response:
    """Do what a form asks for; `again` makes the page where that is refused, or where the form is none of the page's."""
    sent = await sent_form(request)
    deed = next((one for one in deeds if one.name == first(sent, "_act")), None)
    named = first(sent, "_named")
    if deed is None or not _NAMED.fullmatch(named):
        return await run_in_threadpool(again, None)
    body = None
    if deed.schema is not None:
        zone, form = settings_of(request).zone, Form(deed.schema, language_of(request))
        body = body_of(form.fields(sent), sent, zone)
    path = deed.path.format(named=named)
    done = await send(request, deed.method, path, body, token=first(sent, "_token"), once=first(sent, "_once"))
    if done.succeeded:
        return deed.went(request, done) if deed.went else see_other(deed.to or request.scope["path"])
    return await again_or_kept(request, sent, done, "/", lambda: again(Tried(deed, sent, done)))
