"""Input is read in time linear in its length: by every pattern in the code, every header, every body."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from itertools import product
from pathlib import Path
from time import thread_time
from typing import Any

import httpx
import pytest
from starlette.requests import cookie_parser

from api.app import create_app
from api.http.bodies import Body
from api.http.languages import negotiated
from api.http.problems import MEDIA_TYPE
from api.http.request_lines import HEADER_LIMIT, HEADERS_LIMIT, PATH_LIMIT, QUERY_LIMIT, check_lines, only_our_cookies
from mediation.acts.leaver_mentions import _names as named_in
from mediation.letters.plain_text import flowed
from mediation.words.fields import PEOPLE
from tests.asking import described
from tests.houses import House
from tests.test_house import HOUSE, PACKAGES
from tests.world import problem, served

# Input twice as long takes less than three times the work; so sixteen times as long, less than 3⁴ = 81 times. A quadratic
# reader takes 256 times, a linear one 16: no noise of the machine takes one for the other.
SHORT, LONG, MOST = 500, 8_000, 81
SUSPICIOUS = 0.004  # seconds of processor for LONG characters; what takes less is not measured again


def seconds(work: Callable[[str], object], text: str, times: int = 1) -> float:
    """Processor time of this thread, the least of several: what others do on this machine does not count."""
    taken = []
    for _ in range(times):
        began = thread_time()
        work(text)
        taken.append(thread_time() - began)
    return min(taken)


def is_linear(work: Callable[[str], object], build: Callable[[int], str]) -> bool:
    """Whether work on an input sixteen times as long stays under 81 times as much."""
    if seconds(work, build(LONG)) < SUSPICIOUS:
        return True
    return seconds(work, build(LONG), 3) < MOST * max(seconds(work, build(SHORT), 9), 1e-6)


# Every pattern.


@dataclass(frozen=True)
class Pattern:
    """A pattern in the code, and how it is used there."""

    module: str
    source: str | bytes
    flags: int
    ways: frozenset[str]


# A participant's name, escaped: a plain text that is looked for (with endings, in a draft: it has a test of its own below).
# And names of files, which no input gives, in our own folder.
MADE_AT_RUN_TIME = {
    "mediation/acts/commitment_hints.py",
    "mediation/acts/leaver_mentions.py",
    "mediation/acts/sending.py",
    "mediation/files.py",
}
# What a reader is sure of before the pattern is asked: then the reader itself is tried.
ASKED_BY = {("mediation/letters/texts.py", " *[^ ]+ *"): flowed}
WAYS = {"match", "fullmatch", "search", "findall", "finditer", "sub", "split"}


def code() -> Iterator[tuple[str, str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((HOUSE / package).rglob("*.py")):
            text = Path(path).read_text("utf-8")
            yield str(path.relative_to(HOUSE)), text, ast.parse(text)


@cache
def patterns() -> tuple[Pattern, ...]:
    return tuple(_patterns())


def _patterns() -> Iterator[Pattern]:
    for module, text, tree in code():
        named = {id(one.value): one.targets[0].id for one in ast.walk(tree) if is_named(one)}
        for node in ast.walk(tree):
            if not is_call_of_re(node):
                continue
            source = source_of(node.args[0], module, named.get(id(node)))
            if source is None:
                assert module in MADE_AT_RUN_TIME, f"{module}:{node.lineno} makes a pattern at run time"
                continue
            way = node.func.attr
            used = set(re.findall(rf"\b{named.get(id(node), '-')}\.(\w+)\(", text)) & WAYS
            yield Pattern(
                module,
                source,
                flags_of(node),
                frozenset((used or {"search", "sub"}) if way == "compile" else {way}),
            )


def source_of(node: ast.expr, file: str, name: str | None) -> str | bytes | None:
    if isinstance(node, ast.Constant):
        return node.value
    module = import_module(file.removesuffix(".py").replace("/", "."))
    if isinstance(node, ast.Name):
        return getattr(module, node.id)
    made = getattr(
        module, name or "", None
    )  # put together of others, but once and for all, when the module is imported
    return made.pattern if isinstance(made, re.Pattern) else None


def is_named(node: ast.AST) -> bool:
    return isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)


def is_call_of_re(node: ast.AST) -> bool:
    asked = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return asked and isinstance(node.func.value, ast.Name) and node.func.value.id == "re" and node.func.attr != "escape"


def flags_of(call: ast.Call) -> int:
    given = [*call.args[1:], *(one.value for one in call.keywords)]
    names = [one.attr for one in given if isinstance(one, ast.Attribute) and hasattr(re.RegexFlag, one.attr)]
    return sum(re.RegexFlag[name] for name in names)


def asks_of(one: Pattern) -> Iterator[tuple[str, Callable[[str], object]]]:
    compiled = re.compile(one.source, one.flags)
    encoded: Callable[[str], Any] = (
        (lambda text: text.encode("latin-1", "replace")) if isinstance(one.source, bytes) else str
    )
    blank = b"" if isinstance(one.source, bytes) else ""
    for way in sorted(one.ways):
        ask = partial(compiled.sub, blank) if way == "sub" else getattr(compiled, way)
        drained = (
            (lambda text, ask=ask: list(ask(encoded(text))))
            if way == "finditer"
            else lambda text, ask=ask: ask(encoded(text))
        )
        yield way, ASKED_BY.get((one.module, str(one.source)), drained)


def attacks(source: str | bytes) -> Iterator[Callable[[int], str]]:
    """Long runs of each sign that the pattern may know, after and before each other one."""
    text = source.decode("latin-1") if isinstance(source, bytes) else source
    signs = sorted({*re.sub(r"\\.|[\[\](){}|?*+^$]", "", text), *" \t\naA0-/.,;:'\"\\"})[:40]
    for before, run, after in product(["", "a", "0"], signs, ["\0", "x"]):
        yield lambda length, before=before, run=run, after=after: f"{before}{run * length}{after}"
    for pair, after in product(["a ", " a", "a-", "; ", "0 ", "a,", "AAAA ", "\n\n ", "--", "aA"], ["", "\0"]):
        yield lambda length, pair=pair, after=after: f"{pair * (length // len(pair))}{after}"


@pytest.mark.parametrize("module", sorted({one.module for one in patterns()}))
def test_every_pattern_reads_in_linear_time(module: str) -> None:
    """H1. Wherever a pattern stands in the code: what it meets was often written by somebody."""
    faults = [
        f"{one.source!r}.{way}({build(4)!r}…)"
        for one in patterns()
        if one.module == module
        for way, ask in asks_of(one)
        for build in attacks(one.source)
        if not is_linear(ask, build)
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("name", ["Aino", "Daavid", "Virtanen", "Markus", "Aa", "aaa", "Iii", "(a+)+$", "Sss"])
def test_a_draft_is_searched_for_a_name_in_linear_time(name: str) -> None:
    for one in (name, name.lower(), name.lower() + "n", name.lower() + ":", name[0].lower()):
        for between in ("", " ", "\n"):
            run = one + between
            assert is_linear(partial(named_in, name), lambda length, run=run: run * (length // len(run)) + "x"), run


def test_the_search_for_patterns_finds_them_and_detects_a_quadratic_one() -> None:
    found = patterns()
    assert len(found) > 40
    assert {"api/http/languages.py", "mediation/words/fields.py", "mediation/people/directory.py"} <= {
        one.module for one in found
    }
    backtracking = re.compile(r"\s*([a-z]{1,8})(?:-[a-z0-9-]{1,30})?\s*(?:;\s*q=1)?\s*")
    assert not is_linear(backtracking.fullmatch, lambda length: "a" + " " * length + "x")


def test_the_patterns_of_fields_are_read_by_an_engine_that_never_backtracks_and_every_text_has_a_limit() -> None:
    assert Body.model_config.get("regex_engine", "rust-regex") == "rust-regex"
    assert Body.model_config.get("str_max_length")
    text = "".join(text for _, text, _ in code())
    assert "python-re" not in text


# Headers, before anybody is known.


def read_cookies(text: str) -> dict[str, str]:
    [(_, ours)] = only_our_cookies([(b"cookie", text.encode())])
    return cookie_parser(ours.decode())


def refused_or_not(headers: dict[str, str]) -> str:
    lines = [(name.encode(), value.encode()) for name, value in headers.items()]
    try:
        check_lines({"path": "/", "query_string": b"", "headers": lines})
    except Exception as refusal:
        return str(refusal)
    return ""


LINES: dict[str, tuple[Callable[[str], object], Callable[[int], str]]] = {
    "Accept-Language, spaces": (lambda text: negotiated(text, "fi"), lambda n: "a" + " " * n + "x"),
    "Accept-Language, wishes": (lambda text: negotiated(text, "fi"), lambda n: "en;q=0.1," * (n // 9)),
    "Accept-Language, weights": (lambda text: negotiated(text, "fi"), lambda n: "fi;" + " " * n + "q=1"),
    "Cookie, backslashes": (read_cookies, lambda n: 'session="' + "\\" * n + '"'),
    "Cookie, parts": (read_cookies, lambda n: "a=b;" * (n // 4)),
    "Host": (lambda text: refused_or_not({"host": text}), lambda n: "[" + ":" * n),
}


@pytest.mark.parametrize("line", LINES)
def test_every_header_is_read_in_linear_time(line: str) -> None:
    """H1. Also where a library reads it: Python's own reader of cookies is quadratic in backslashes."""
    work, build = LINES[line]
    assert is_linear(work, build)


def test_a_cookie_of_somebody_elses_on_the_same_host_is_not_read() -> None:
    ours = [(b"cookie", b'other="a\\\\b"; __Host-session=k1; session=k2; theme=dark'), (b"accept", b"*/*")]
    assert only_our_cookies(ours) == [(b"cookie", b"__Host-session=k1; session=k2"), (b"accept", b"*/*")]


def test_a_line_over_its_limit_is_refused_by_name_before_it_is_read(sqlite_house: House) -> None:
    """H1. Bounded before anything reads it."""
    nobody = sqlite_house.client()
    for headers, field, limit in (
        ({"Accept-Language": "a" + " " * HEADER_LIMIT + "x"}, "accept-language", HEADER_LIMIT),
        ({"Cookie": "a" * (HEADER_LIMIT + 1)}, "cookie", HEADER_LIMIT),
        ({f"X-{one}": "a" * HEADER_LIMIT for one in range(4)}, "headers", HEADERS_LIMIT),
    ):
        [error] = problem(nobody.get("/healthz", headers=headers), 422, "text-too-long")["errors"]
        assert (error["field"], error["limit"]) == (field, limit)
    [error] = problem(nobody.get("/healthz?" + "a" * (QUERY_LIMIT + 1)), 422, "text-too-long")["errors"]
    assert (error["field"], error["limit"]) == ("query", QUERY_LIMIT)
    problem(nobody.get("/healthz/" + "a" * PATH_LIMIT), 404, "address-unknown")


def test_one_header_of_60_000_spaces_is_refused_by_its_length_at_a_real_server(sqlite_house: House) -> None:
    """H1. At 3d9dcf8 it was read, for 23 seconds, while everybody else waited."""
    with served(create_app(sqlite_house.installation)) as address:
        answer = httpx.get(f"{address}/healthz", headers={"Accept-Language": "a" + " " * 60_000 + "x"}, timeout=120)
    assert (answer.status_code, answer.headers["content-type"]) in {
        (422, MEDIA_TYPE),
        (400, "text/plain; charset=utf-8"),
    }


def test_every_operation_describes_limits_of_its_lists_and_texts() -> None:
    """H2. No list and no map without a greatest length: what is validated is bounded by what is declared."""
    faults: list[str] = []
    for name, schema in described()["components"]["schemas"].items():
        if name.endswith("Body"):
            faults += [f"{name}.{one}" for one, field in schema["properties"].items() if is_unbounded(field)]
    assert not faults


def is_unbounded(field: dict[str, Any]) -> bool:
    if "anyOf" in field:
        return any(is_unbounded(one) for one in field["anyOf"])
    if field.get("type") == "array":
        return "maxItems" not in field
    return field.get("type") == "object" and field.get("maxProperties", 1_000) > PEOPLE
