"""Acts at their addresses: the body, the route and the OpenAPI text of an act all come from its signature."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from inspect import Parameter, Signature
from typing import Any, cast, get_type_hints

from fastapi import APIRouter
from pydantic import create_model

from api.http.bodies import Body, ByParticipant, OneParticipant, Recorded, bounded
from api.http.dependencies import Language, WriteSeat, Writing
from api.http.problems import View
from api.http.routes import does, router_for
from api.http.views import IdsView, IdView
from mediation.acts.acting import Act
from mediation.case.seat import Seat
from mediation.store.database import Db
from mediation.words.fields import choices, one_of


@dataclass(frozen=True)
class Answer:
    """What an answer is made with: the transaction, the reader's seat and language."""

    db: Db
    seat: Seat
    language: str


Shows = type[View] | View | Callable[[Answer, Any], View]
Parse = Callable[[Any], Mapping[str, Any]]


@dataclass(frozen=True)
class Address:
    """The address of an act, or of several between which the field `chosen_by` chooses.

    `path` lies below `/cases/{number}/`; its parts in braces are the first arguments of the act. `body` names what is sent,
    in OpenAPI and in examples.json; if its shape differs from the arguments of the act, `parse` makes
    them of a form of its own. The answer is what `shows` makes of what the act gives (the view itself is always the same),
    or `nothing`: by default ids, one for each participant for whom the act was recorded, or the only one where it is one
    participant's `alone`. `seat` is who may ask.
    """

    path: str
    act: Act[..., Any] | Mapping[str, Act[..., Any]]
    body: str = ""
    method: str = "POST"
    chosen_by: str = ""
    alone: bool = False
    parse: Parse | None = None
    seat: Any = WriteSeat
    shows: Shows | None = None
    nothing: bool = False

    @property
    def acts(self) -> Sequence[Act[..., Any]]:
        """Every act that may be done here."""
        return (self.act,) if isinstance(self.act, Act) else tuple(self.act.values())

    def chosen(self, given: Mapping[str, Any]) -> Act[..., Any]:
        """The act that is asked for. Refuses with `choice-unknown`."""
        if isinstance(self.act, Act):
            return self.act
        return self.act[one_of(given[self.chosen_by], tuple(self.act), self.chosen_by)]

    @property
    def named(self) -> Sequence[str]:
        """The parts of the path that name things."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]

    @property
    def several(self) -> bool:
        """Whether it can be recorded for several participants at once."""
        return not self.alone and all(one.recordable for one in self.acts)

    @cached_property
    def model(self) -> type[Body] | None:
        """What a request brings: the arguments of the act, and how it came about where another may record it."""
        if self.parse:
            form = next(iter(get_type_hints(self.parse).values()))
            return cast(type[Body], form if issubclass(form, Body) else bounded(form))
        fields: dict[str, Any] = {}
        for one in self.acts:
            for name, field in list(one.takes.items())[len(self.named) :]:
                fields.setdefault(name, field)
        if self.chosen_by:
            fields = {self.chosen_by: (str, choices(tuple(self.act)))} | fields  # type: ignore[arg-type]
        base = Recorded if all(one.recordable for one in self.acts) else Body
        if not fields:
            return ByParticipant if base is Recorded else None
        if list(fields) == ["participant"] and base is Body:
            return OneParticipant
        return create_model(self.body, __base__=base, __doc__=self.acts[0].says, **fields)

    @property
    def view(self) -> Any:
        """What an answer shows."""
        if self.nothing:
            return None
        if isinstance(self.shows, View):
            return type(self.shows)
        if self.shows is None:
            return IdsView if self.several else IdView
        return self.shows if isinstance(self.shows, type) else get_type_hints(self.shows)["return"]

    @property
    def status(self) -> int:
        """The HTTP status of having done it."""
        return 204 if self.nothing else 201 if self.method == "POST" else 200


def do(address: Address, to: Answer, names: Sequence[Any], body: Body | None) -> Any:
    """Do the act at an address with what was sent: once, or once for each participant for whom it is recorded."""
    given = {} if body is None else vars(body)
    act = address.chosen(given)
    if address.parse is None:
        arguments = {act.sent[name]: value for name, value in given.items() if name in act.sent}
    else:
        arguments = dict(address.parse(body))
    if not isinstance(body, Recorded):
        rows = [act(to.db, to.seat, *names, **arguments)]
    else:
        manners = body.manners() if address.several else [body.manner()]
        rows = [act(to.db, to.seat, *names, **arguments, manner=one) for one in manners]
    if address.nothing:
        return None
    if address.shows is not None:
        return _shown(address.shows, to, rows[0])
    return IdsView(ids=[row.id for row in rows]) if address.several else IdView(id=rows[0].id)


def _shown(shows: Shows, to: Answer, done: Any) -> View:
    if isinstance(shows, View):
        return shows
    if isinstance(shows, type) and issubclass(shows, View):
        return shows.model_validate(done)
    return cast(Callable[[Answer, Any], View], shows)(to, done)


def endpoint_of(address: Address) -> Callable[..., Any]:
    """The endpoint of an address, with the signature that FastAPI reads."""

    def endpoint(*, seat: Seat, db: Db, language: str, body: Any = None, **named: Any) -> Any:
        return do(address, Answer(db, seat, language), [named[name] for name in address.named], body)

    taken: dict[str, Any] = {} if address.model is None else {"body": address.model}
    kinds = [kind for kind, _ in address.acts[0].takes.values()]
    taken |= {**dict(zip(address.named, kinds, strict=False)), "seat": address.seat, "db": Writing}
    taken["language"] = Language
    parameters = [Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind) for name, kind in taken.items()]
    endpoint.__signature__ = Signature(parameters, return_annotation=address.view)  # type: ignore[attr-defined]
    endpoint.__name__ = address.acts[0].code.replace("-", "_")
    endpoint.__doc__ = " ".join(one.says for one in address.acts)
    return endpoint


def routers_of(*addresses: Address) -> tuple[APIRouter, ...]:
    """A router for each noun of these addresses."""
    routers: dict[str, APIRouter] = {}
    for one in addresses:
        noun = one.path.partition("/")[0]
        router = routers.setdefault(noun, router_for("/cases/{number}", noun))
        router.add_api_route(
            f"/{one.path}",
            endpoint_of(one),
            methods=[one.method],
            status_code=one.status,
            openapi_extra=does(*(act.code for act in one.acts if act.code == act.permission)),
        )
    return tuple(routers.values())
