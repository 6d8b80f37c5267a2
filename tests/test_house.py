"""The rules of the house: who imports whom, who commits, which names there are, that every code has words."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
PACKAGES = ("mediation", "workflows", "api", "demo")

# A room imports only from rooms in lines above its own; inside a room imports are free.
ROOMS = (
    ("errors",),
    ("settings", "files", "logs", "templates", "unhurried"),
    ("jobs", "keys", "words"),
    ("store",),
    ("workflow", "letters", "documents"),
    ("case", "sealing"),
    ("people",),
    ("acts",),
    ("retention", "statistics"),
    ("reading",),
    ("installation",),
)


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((HOUSE / package).rglob("*.py")):
            yield path, ast.parse(path.read_text("utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{one.name}" for one in node.names] if node.module == "mediation" else [node.module]
            yield from names
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names)


def room(name: str) -> str:
    return name.split(".")[1] if name.startswith("mediation.") else name


def rank(one: str) -> int:
    return next((number for number, line in enumerate(ROOMS) if one in line), -1)


def test_a_room_imports_only_from_rooms_above_it() -> None:
    seen = 0
    for path, tree in modules():
        if path.parts[len(HOUSE.parts)] != "mediation" or path.name == "__main__.py":
            continue
        own = path.relative_to(HOUSE).with_suffix("").parts[1]
        if own == "__init__":
            continue
        assert rank(own) >= 0, f"{own} is no room of the house"
        for name in imported(tree):
            if not name.startswith("mediation."):
                continue
            seen += 1
            other = room(name)
            assert other == own or rank(other) < rank(own), f"{path.relative_to(HOUSE)} imports {name}"
    assert seen > 200


def floor_of(module: str) -> str:
    """The room of a module, as the house is drawn: api is http, the routes, the pages and the application above them."""
    package, *inside = module.split(".")
    if package == "mediation":
        return inside[0] if inside else package
    if package == "api" and inside:
        return {"http": "http", "pages": "pages", "app": "application", "commands": "application"}.get(
            inside[0], "routes"
        )
    return package


def test_the_house_has_at_most_fourteen_floors_and_no_arrow_leads_back_up() -> None:
    below: dict[str, set[str]] = {}
    for path, tree in modules():
        module = ".".join(path.relative_to(HOUSE).with_suffix("").parts).removesuffix(".__init__")
        if module in {"mediation", "mediation.__main__"} or "versions" in path.parts:
            continue
        ours = {floor_of(name) for name in imported(tree) if name.split(".")[0] in PACKAGES}
        below.setdefault(floor_of(module), set()).update(ours - {floor_of(module)})
    below.pop("mediation", None)
    floors = 0
    while below:
        lowest = {one for one, others in below.items() if not others & set(below)}
        assert lowest, f"these import each other in a circle: {sorted(below)}"
        below = {one: others for one, others in below.items() if one not in lowest}
        floors += 1
    assert 10 < floors <= 14


def test_the_domain_knows_no_workflow_and_no_route() -> None:
    for path, tree in modules():
        package = path.parts[len(HOUSE.parts)]
        if package == "mediation" and path.name != "__main__.py":
            assert not [
                name for name in imported(tree) if name.split(".")[0] in {"workflows", "api", "demo", "fastapi"}
            ], path
        if package == "workflows":
            assert not [name for name in imported(tree) if name.split(".")[0] in {"api", "demo", "sqlalchemy"}], path
        if package == "api":
            assert not [name for name in imported(tree) if name.split(".")[0] == "demo"], path


def test_what_routes_stand_on_knows_none_of_them_and_only_the_application_knows_the_pages() -> None:
    """Inside api: http, then the routes, then the pages, then the application that has them all, and what serves it."""
    seen = 0
    for path, tree in modules():
        if path.parts[len(HOUSE.parts)] != "api":
            continue
        floor = next((one for one in ("http", "pages") if one in path.parts[len(HOUSE.parts) :]), path.stem)
        names = {name for name in imported(tree) if name.startswith("api.")}
        seen += len(names)
        if floor == "http":
            assert all(name.startswith("api.http") for name in names), path
        elif floor not in {"pages", "app", "commands"}:
            assert not [name for name in names if name.startswith("api.pages")], path
        assert floor == "commands" or "api.app" not in names, path
    assert seen > 100


def test_nothing_is_imported_inside_a_function_or_for_types_only() -> None:
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.If):
                inside = [one for one in ast.walk(node) if isinstance(one, ast.Import | ast.ImportFrom)]
                assert not inside, f"{path}:{node.lineno}"


def test_only_the_table_of_commands_loads_a_module_when_it_is_needed() -> None:
    """H24. The one exception to the rule above: `mediation --help` does not import what a command needs."""
    loading = set()
    for path, tree in modules():
        named = {one.id for one in ast.walk(tree) if isinstance(one, ast.Name)}
        named |= {one.attr for one in ast.walk(tree) if isinstance(one, ast.Attribute)}
        if named & {"import_module", "__import__"}:
            loading.add(str(path.relative_to(HOUSE)))
    assert loading == {"mediation/__main__.py"}


def test_only_one_place_opens_and_commits_a_transaction() -> None:
    opened = set()
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit":
                pytest.fail(f"{path}:{node.lineno} commits")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Db":
                opened.add(path.name)
    assert opened == {"database.py"}


def test_nothing_is_called_by_a_name_that_says_nothing() -> None:
    for path, _ in modules():
        assert path.stem not in {"utils", "helpers", "common", "manager", "service", "misc"}, path


def test_only_one_file_knows_the_library_of_state_machines() -> None:
    users = {
        path.name for path, tree in modules() if any(name.split(".")[0] == "transitions" for name in imported(tree))
    }
    assert users == {"declaration.py"}


def test_every_module_every_act_and_every_route_says_what_it_is() -> None:
    """What an act or a route says is its text in OpenAPI. Elsewhere a docstring stands where name and types do not say it all."""
    silent, described = [], 0
    for path, tree in modules():
        if "versions" not in path.parts and ast.get_docstring(tree) is None:
            silent.append(str(path))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _is_described(node):
                described += 1
                if not ast.get_docstring(node):
                    silent.append(f"{path}:{node.lineno} {node.name}")
    assert not silent
    assert described > 60


def _is_described(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    called = [one.func for one in node.decorator_list if isinstance(one, ast.Call)]
    return any(
        (isinstance(one, ast.Name) and one.id == "act")
        or (isinstance(one, ast.Attribute) and one.attr in {"get", "post", "put", "delete"})
        for one in called
    )


# Codes that make a rule which several have to follow: each stands in one module, and who follows the rule asks there.
TOLD_IN = {
    "suitable-with-safeguards": "mediation/acts/screening.py",
    "separate-meetings": "mediation/acts/safeguards.py",
    "did-not-begin": "mediation/case/status.py",
}


def test_a_rule_that_several_follow_is_written_in_one_file() -> None:
    told: dict[str, set[str]] = {}
    for path, tree in modules():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Constant)
                and node.value in TOLD_IN
                and path.parts[len(HOUSE.parts)] in {"mediation", "workflows"}
            ):
                told.setdefault(str(node.value), set()).add(str(path.relative_to(HOUSE)))
    assert told == {code: {where} for code, where in TOLD_IN.items()}


def test_what_is_shown_instead_of_a_phase_is_decided_in_one_file() -> None:
    choosing = {
        str(path.relative_to(HOUSE))
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.IfExp) and {"'final'", "rung'"} <= set(re.findall(r"'final'|rung'", ast.dump(node)))
    }
    assert choosing == {"mediation/case/status.py"}


def test_every_part_of_the_bench_can_be_loaded() -> None:
    """It stands on the tests' own support, and nothing else notices when that changes."""
    names = [path.stem for path in (HOUSE / "bench").glob("*.py") if not path.stem.startswith("__")]
    assert len(names) > 5
    for name in names:
        import_module(f"bench.{name}")
