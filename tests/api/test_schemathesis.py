"""What the OpenAPI description says of the routes is true for every caller: no answer but those it announces, and never a 5xx.

Schemathesis makes requests out of the description, good ones and bad ones. Where it would make up an id, a tag or a code we
let it choose among those that there are, so that what it asks for comes past the first look-up; what that does is undone.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from zlib import crc32

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.generation.case import Case
from schemathesis.python import asgi
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.asking import described
from tests.houses import House
from tests.role_matrix import MEDIATING, OUTSIDERS, ROLES, UNKNOWN, Scene, asked_at, at_work, routes, rows_of
from tests.world import LiveCase, undoing
from workflows.mediation import MEDIATION

Json = dict[str, Any]
Operation = APIOperation[Any, Any, Any, Any]

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ID = "^[A-Za-z0-9]{1,24}$"
MANNER = ("way", "for", "confirmed_name", "paper")
PARTS = 8  # for several workers, and for as many days
BUSY = "solutions"  # the phase in which most acts are open


def at_large(house: House, phase: str) -> LiveCase:
    """A case in which there is something of everything that there can be in a phase."""
    desk = at_work(house, phase)
    for route in routes():
        asked_at(Scene(MEDIATING, desk, "", phase), route)
    return desk


def known_in(desk: LiveCase) -> dict[str, list[Any]]:
    """What there is to name in a case, by the name of the field that names it."""
    whole = desk.meri.reads()
    moves = [one.code for one in MEDIATION.phase(whole["phase"]).transitions] or ["open"]
    found: dict[str, list[Any]] = {
        name.removesuffix("s"): [one["id"] for one in rows if isinstance(one, dict) and "id" in one]
        for name, rows in whole.items()
        if isinstance(rows, list)
    }
    found |= {name: [one] for name, one in rows_of(desk).items()}
    found |= {"session_id": found["session"], "person": [*desk.people.values()], "number": [desk.number]}
    found |= {"code": moves, "transition": moves, "outcome": [*MEDIATION.outcomes], "version": [1]}
    return found | {"If-Match": [desk.ask("Meri", "GET transitions").headers["ETag"], '"0"']}


def naming(node: Any, known: Mapping[str, Sequence[Any]], name: str = "") -> Any:
    """A part of the description in which what there is is named, and any other id is one of another thing, or unknown."""
    if isinstance(node, list):
        return [naming(one, known, name) for one in node]
    if not isinstance(node, dict):
        return node
    name = node["name"] if "in" in node else name
    if node.get("type") in ("string", "integer") and (known.get(name) or node.get("pattern") == ID):
        ids = [one for value in known.values() for one in value if str(one).isalnum()]
        return {"type": node["type"], "enum": [*(known.get(name) or [*dict.fromkeys(ids), UNKNOWN])]}
    fields = {field: naming(one, known, field) for field, one in node.get("properties", {}).items()}
    rest = {key: naming(one, known, name) for key, one in node.items() if key not in ("properties", "examples")}
    return rest | ({"properties": fields} if fields else {})


def asked_for(description: Json, known: Mapping[str, Sequence[Any]]) -> Json:
    """The description of an API that is asked for what there is; of what it answers it says the same."""
    schemas = description["components"]["schemas"]
    bodies = {name: naming(one, known) for name, one in schemas.items() if name not in answered_with(description)}
    paths = {
        path: {method: of | {"parameters": naming(of.get("parameters", []), known)} for method, of in methods.items()}
        for path, methods in description["paths"].items()
    }
    return description | {"paths": paths, "components": description["components"] | {"schemas": schemas | bodies}}


def answered_with(description: Json) -> set[str]:
    """The names of the schemas that an answer can have, and of those within them."""
    answers = [of["responses"] for methods in description["paths"].values() for of in methods.values()]
    found, left = set[str](), list(references(answers))
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += references(description["components"]["schemas"][name])
    return found


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].rpartition("/")[2]
        node = list(node.values())
    if isinstance(node, list):
        for one in node:
            yield from references(one)


def operations(desk: LiveCase) -> list[Operation]:
    """Every operation, as Schemathesis knows it."""
    generation = GenerationConfig(with_security_parameters=False, database="none")
    config = SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(generation=generation)))
    schema = schemathesis.openapi.from_dict(asked_for(described(), known_in(desk)), config=config)
    schema.app = desk.house.app
    return [one.ok() for one in schema.get_all_operations()]


@dataclass
class Visitors:
    """Somebody in every role, and outsiders, who all send the same requests; what the answers are not, they note."""

    client: Any
    tokens: Mapping[str, str]
    faults: list[str] = field(default_factory=list)
    heard: Counter[int] = field(default_factory=Counter)

    def ask(self, operation: Operation, mode: GenerationMode, examples: int, start: str) -> None:
        """Send some requests to a route."""
        turns = count()

        @seed(crc32(f"{start} {operation.label} {mode.value}".encode()))
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def asked(case: Case) -> None:
            if next(turns) % 3 and isinstance(case.body, dict):  # as most do: by themselves, on their own device
                case.body = {name: value for name, value in case.body.items() if name not in MANNER}
            for role, token in self.tokens.items():
                self._one(role, token, case)

        with suppress(Unsatisfiable):  # where nothing can be asked for, nothing can be asked for badly
            asked()

    def _one(self, role: str, token: str, case: Case) -> None:
        answer = case.call(session=self.client, headers={"Authorization": f"Bearer {token}"})
        self.heard[answer.status_code] += 1
        try:
            case.validate_response(answer, checks=CHECKS)
        except (Failure, FailureGroup) as failure:
            self.faults.append(f"{role}: {failure} {getattr(failure, 'exceptions', '')}")


def visited(house: House, phase: str, part: int, good: int, bad: int) -> Visitors:
    """Everybody has sent requests to every route of a part of the API, in a case in a phase."""
    desk = at_large(house, phase)
    every = operations(desk)
    assert len(every) > 100
    tokens = {role: house.tokens[name] for name, role in {**ROLES, **OUTSIDERS}.items()}
    with undoing(house), asgi.get_client(desk.house.app) as client:
        visitors = Visitors(client, tokens)
        for one in every[part::PARTS]:
            visitors.ask(one, GenerationMode.POSITIVE, good, phase)
            visitors.ask(one, GenerationMode.NEGATIVE, bad, phase)
    return visitors


@pytest.mark.part(PARTS)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_answer_is_as_described(sqlite_house: House, part: int) -> None:
    visitors = visited(sqlite_house, BUSY, part, 1, 1)
    assert not visitors.faults, "\n\n".join(["", *visitors.faults])
    assert len(visitors.heard) > 5  # they got in, and they were refused in all ways


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("phase", [one.code for one in MEDIATION.phases])
@pytest.mark.parametrize("part", range(PARTS))
def test_every_answer_is_as_described_to_many_more_requests(sqlite_house: House, phase: str, part: int) -> None:
    visitors = visited(sqlite_house, phase, part, 40, 20)
    assert not visitors.faults, "\n\n".join(["", *visitors.faults])
