"""Changes the code, one place at a time, and asks whether a test notices: `make mutate`.

Cosmic Ray writes each change into the file itself, so that it reaches decorated functions and what is declared at import.
All of it happens in the current folder, which has to be a copy of the house. Each change is tried in a process of its
own, forked from this one after it has imported what the change cannot touch: that saves most of the time.
"""

import ast
import json
import os
import signal
import subprocess
import sys
import time
import warnings
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import unified_diff
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import parso
import pytest
from cosmic_ray.commands import init
from cosmic_ray.mutating import use_mutation
from cosmic_ray.operators.operator import Operator
from cosmic_ray.operators.provider import OperatorProvider
from cosmic_ray.plugins import OPERATOR_PROVIDERS, get_operator
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec

from tests.test_house import PACKAGES, rank, room

# For each module the tests that are asked: first those that need no database, which take half a second.
TESTS: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "workflows/guards.py": (
        ["tests/workflow/test_guard_meanings.py", "tests/workflow/test_workflow.py"],
        ["tests/workflow/test_guards.py", "tests/acts/test_sending.py"],
    ),
    "workflows/standing_guards.py": (
        ["tests/workflow/test_guard_meanings.py", "tests/workflow/test_workflow.py"],
        ["tests/workflow/test_guards.py", "tests/acts/test_sending.py"],
    ),
    "workflows/mediation.py": (
        [
            "tests/workflow/test_workflow.py",
            "tests/workflow/test_sessions_and_ends.py",
            "tests/workflow/test_guard_meanings.py",
        ],
        ["tests/api/test_transitions.py"],
    ),
    "workflows/mediation_outcomes.py": (["tests/workflow/test_sessions_and_ends.py"], ["tests/acts/test_closing.py"]),
    "workflows/mediation_sessions.py": (["tests/workflow/test_sessions_and_ends.py"], ["tests/acts/test_joining.py"]),
    "workflows/__init__.py": (["tests/workflow/test_workflow.py"], ["tests/api/test_transitions.py"]),
    "mediation/case/engine.py": ([], ["tests/case/test_engine.py", "tests/api/test_transitions.py"]),
    "workflows/mediation_roles.py": (
        [],
        ["tests/test_docs.py", "tests/case/test_open_acts.py", "tests/case/test_seats.py"],
    ),
    "workflows/mediation_visibility.py": ([], ["tests/test_docs.py", "tests/case/test_open_acts.py"]),
    "mediation/case/seat.py": (
        [],
        ["tests/case/test_seats.py", "tests/case/test_open_acts.py", "tests/case/test_statuses.py", "tests/reading"],
    ),
    "mediation/case/access.py": ([], ["tests/case/test_seats.py", "tests/case/test_statuses.py", "tests/reading"]),
    "mediation/case/participants.py": ([], ["tests/case/test_seats.py", "tests/acts/test_rules.py"]),
    "mediation/case/permission.py": (
        [],
        ["tests/case/test_seats.py", "tests/case/test_open_acts.py"],
    ),
    "mediation/case/visibility.py": (
        [],
        ["tests/test_docs.py", "tests/case/test_open_acts.py", "tests/case/test_visibility.py", "tests/reading"],
    ),
    "mediation/acts/understandings.py": ([], ["tests/acts/test_understandings.py", "tests/acts/test_closing.py"]),
    "mediation/acts/terms.py": ([], ["tests/acts/test_terms.py", "tests/acts/test_agreed_texts.py"]),
    "mediation/acts/concerns.py": ([], ["tests/acts/test_joining.py"]),
    "mediation/acts/companions.py": ([], ["tests/acts/test_joining.py", "tests/acts/test_own_languages.py"]),
    "mediation/acts/undertakings.py": ([], ["tests/acts/test_joining.py", "tests/acts/test_own_languages.py"]),
    "mediation/acts/particulars.py": ([], ["tests/acts/test_particulars.py", "tests/acts/test_own_languages.py"]),
    "mediation/acts/interpreting.py": ([], ["tests/acts/test_own_languages.py"]),
    "mediation/acts/screening.py": ([], ["tests/acts/test_screening.py", "tests/acts/test_rules.py"]),
    "mediation/acts/signing_day.py": ([], ["tests/acts/test_signing_day.py"]),
    "mediation/acts/safeguards.py": ([], ["tests/acts/test_screening.py", "tests/workflow/test_guards.py"]),
    "mediation/acts/leaving.py": (
        [],
        [
            "tests/acts/test_who_left.py",
            "tests/acts/test_quiet_times.py",
            "tests/acts/test_rules.py",
            "tests/acts/test_exceptions.py",
        ],
    ),
    "mediation/acts/session_ends.py": (
        [],
        ["tests/acts/test_session_ends.py", "tests/acts/test_who_left.py", "tests/letters/test_calendar.py"],
    ),
    "mediation/acts/session_letters.py": (
        [],
        [
            "tests/acts/test_letters_and_sessions.py",
            "tests/acts/test_session_ends.py",
            "tests/acts/test_who_left.py",
            "tests/letters/test_calendar.py",
        ],
    ),
    "mediation/acts/wellbeing.py": ([], ["tests/acts/test_wellbeing.py", "tests/acts/test_leaving_a_session.py"]),
    "mediation/acts/quiet_times.py": ([], ["tests/acts/test_quiet_times.py"]),
    "mediation/acts/complaints.py": ([], ["tests/acts/test_complaints.py"]),
    "mediation/acts/closing.py": ([], ["tests/acts/test_closing.py", "tests/acts/test_understandings.py"]),
    "mediation/acts/new_addresses.py": ([], ["tests/acts/test_new_addresses.py"]),
    "mediation/people/new_addresses.py": ([], ["tests/acts/test_new_addresses.py"]),
    "mediation/workflow/facts.py": ([], ["tests/workflow/test_facts.py"]),
    "mediation/workflow/fact_sources.py": ([], ["tests/workflow/test_facts.py"]),
    "mediation/workflow/facts_loading.py": ([], ["tests/workflow/test_facts.py"]),
}

# Of Cosmic Ray's own operators those whose changes differ from each other and mean something here. Left out: every other
# operator for every operator (`==` for `is`, `//` for `|`), which repeats them or is always a TypeError.
CHOSEN = str.split(
    "AddNot ReplaceTrueWithFalse ReplaceFalseWithTrue ReplaceAndWithOr ReplaceOrWithAnd NumberReplacer "
    "RemoveDecorator ZeroIterationForLoop ReplaceUnaryOperator_Delete_Not ReplaceBinaryOperator_BitOr_BitAnd "
    "ReplaceBinaryOperator_BitAnd_BitOr ReplaceBinaryOperator_Add_Sub ReplaceComparisonOperator_Eq_NotEq "
    "ReplaceComparisonOperator_NotEq_Eq ReplaceComparisonOperator_Is_IsNot ReplaceComparisonOperator_IsNot_Is "
    "ReplaceComparisonOperator_Lt_LtE ReplaceComparisonOperator_LtE_Lt ReplaceComparisonOperator_LtE_GtE "
    "ReplaceComparisonOperator_Gt_GtE ReplaceComparisonOperator_GtE_Gt ReplaceComparisonOperator_GtE_LtE"
)


# Of calls, what is named is left out, and what is not named only where a call takes any number of such things; elsewhere
# it is always a TypeError.
TAKES_ANY_NUMBER = {"phase", "each", "holding", "holds", "where", "or_", "_from", "union_all"}


# What Cosmic Ray does not change, and this house is made of: codes, lists of codes, questions of all and any.


class Word(Operator):
    """A string loses its first letter; one of capitals, a cell of the table of visibility, each of its letters."""

    def mutation_positions(self, node: Any) -> Iterator[Any]:
        """Of strings that are not documentation."""
        if node.type == "string" and node.parent.type != "simple_stmt":
            text = ast.literal_eval(node.value)
            yield from [(node.start_pos, node.end_pos)] * (len(text) if text.isupper() else 1)

    def mutate(self, node: Any, index: int) -> Any:
        """Without the letter; an empty one gets a letter."""
        text = ast.literal_eval(node.value)
        node.value = repr(text[:index] + text[index + 1 :] if text else "x")
        return node

    @classmethod
    def examples(cls) -> tuple[()]:
        """None: they serve Cosmic Ray's own tests."""
        return ()


class LeftOut(Word):
    """One of the things in a list, set, mapping or call is left out."""

    def mutation_positions(self, node: Any) -> Iterator[Any]:
        """Of the things between commas, and of the only one in brackets that are not a call's."""
        for one in _can_go(node):
            yield one[0].start_pos, one[-1].end_pos

    def mutate(self, node: Any, index: int) -> Any:
        if node.type == "atom":
            del node.children[1]
            return node
        commas = [one for one in node.children if one.type == "operator" and one.value == ","]
        gone = _can_go(node)[index]
        others = [one for one in _things(node) if one != gone]
        node.children = [leaf for number, one in enumerate(others) for leaf in (*one, *commas[number : number + 1])]
        return node


def _can_go(node: Any) -> list[list[Any]]:
    if node.type != "arglist" or node.get_previous_sibling().get_previous_leaf().value in TAKES_ANY_NUMBER:
        return _things(node)
    return [one for one in _things(node) if one[0].type == "argument"]


def _things(node: Any) -> list[list[Any]]:
    if node.type == "atom" and len(node.children) == 3 and node.children[0].value in "[{":
        return [] if node.children[1].type in {"testlist_comp", "dictorsetmaker"} else [[node.children[1]]]
    if node.type not in {"arglist", "testlist_comp", "dictorsetmaker"}:
        return []
    if any(one.type in {"comp_for", "sync_comp_for"} for one in node.children):
        return []
    things: list[list[Any]] = [[]]
    for one in node.children:
        if one.type == "operator" and one.value == ",":
            things.append([])
        else:
            things[-1].append(one)
    return [one for one in things if one]


class Otherwise(Word):
    """All for any, the least for the greatest, not in for in."""

    opposite: Mapping[str, str] = {"any": "all", "all": "any", "min": "max", "max": "min", "in": "not in"}

    def mutation_positions(self, node: Any) -> Iterator[Any]:
        called = node.type == "name" and node.value in self.opposite and node.get_next_leaf().value == "("
        within = node.type == "keyword" and node.value == "in" and node.parent.type == "comparison"
        if called or within or (node.type == "comp_op" and node.children[0].value == "not"):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        if node.type == "comp_op":
            del node.children[0]
        else:
            node.value = self.opposite[node.value]
        return node


class Unfiltered(Word):
    """A comprehension takes everything."""

    def mutation_positions(self, node: Any) -> Iterator[Any]:
        if node.type == "comp_if":
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        node.children[1] = parso.parse(" True")
        return node


OPERATOR_PROVIDERS.clear()
OPERATOR_PROVIDERS["core"] = {name: OperatorProvider()[name] for name in CHOSEN}
OPERATOR_PROVIDERS["house"] = {one.__name__: one for one in (Word, LeftOut, Otherwise, Unfiltered)}


def changes(module: str) -> list[MutationSpec]:
    """Every change to a module, but for those to annotations: nobody runs these."""
    written = [
        place
        for node in ast.walk(ast.parse(Path(module).read_text("utf-8")))
        for name in ("annotation", "returns")
        if (place := getattr(node, name, None)) is not None
    ]
    spans = [((one.lineno, one.col_offset), (one.end_lineno, one.end_col_offset)) for one in written]
    with use_db("mutations.sqlite", WorkDB.Mode.create) as session:
        init([Path(module)], session, {})
        every = [one for item in session.work_items for one in item.mutations]
    return [one for one in every if not any(start <= one.start_pos < end for start, end in spans)]


# Trying them.


@dataclass
class Tests:
    """The tests of one module, as a plugin of pytest: what killed most comes first."""

    pure: Sequence[str]
    others: Sequence[str]
    kills: Counter[str]
    failed: str = ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """File by file, or what a file's tests share would be made again and again."""
        items.sort(key=lambda item: (-self.kills[_file(item.nodeid)], -self.kills[item.nodeid]))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed = self.failed or (report.nodeid if report.failed else "")

    def run(self) -> bool:
        """Whether all of them pass, in this process; what failed, and what was imported, is left in a file."""
        options = ["-x", "-q", "-n0", "--tb=no", "--assert=plain", "--basetemp=scratch"]
        options += ["-p", "no:cacheprovider", "-p", "no:unraisableexception"]  # which collects garbage, at leisure
        runs = [["--noconftest", *self.pure]] if self.pure else []
        runs.append(["-k", "not postgresql", *self.others])
        passed = all(pytest.main([*options, *run], plugins=[self]) == pytest.ExitCode.OK for run in runs)
        Path("heard.json").write_text(json.dumps([self.failed, list(sys.modules)]))
        return passed

    def run_apart(self, seconds: float) -> str:
        """`survived`, `killed` or `timeout`, from a process of its own."""
        Path("heard.json").write_text('["", []]')
        child = os.fork()
        if child == 0:
            with suppress(BaseException):
                os.setsid()
                nowhere = os.open(os.devnull, os.O_RDWR)
                for stream in (0, 1, 2):
                    os.dup2(nowhere, stream)
                if self.run():
                    os._exit(0)
            os._exit(1)
        answer = _end_of(child, seconds)
        failed, _ = json.loads(Path("heard.json").read_text())
        self.kills.update([failed, _file(failed)] if failed else [])
        return answer


def _file(nodeid: str) -> str:
    return nodeid.split("::", maxsplit=1)[0]


def _end_of(child: int, seconds: float) -> str:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return "killed" if status else "survived"
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "timeout"


def import_what_cannot_be_touched(names: Sequence[str], module: str) -> None:
    """Of everything the tests import: what is not ours, and the rooms before the module's own."""
    own = rank(Path(Path(module).parts[1]).stem) if module.startswith("mediation/") else 99
    for name in names:
        ours = name.split(".")[0] in {*PACKAGES, "tests", "conftest"}
        if not ours or (name.startswith("mediation.") and 0 <= rank(room(name)) < own):
            with suppress(Exception), warnings.catch_warnings(action="ignore"):
                import_module(name)


def prepared(module: str) -> tuple[Tests, float]:
    """The tests of a module, after they passed without a change; and how long they may take with one."""
    tests, began = Tests(*TESTS[module], Counter()), time.monotonic()
    sys.dont_write_bytecode = False
    answer = tests.run_apart(600)
    failed, imported = json.loads(Path("heard.json").read_text())
    if answer != "survived":
        sys.exit(f"{module}: without any change the tests fail: {failed}")
    import_what_cannot_be_touched(imported, module)
    sys.dont_write_bytecode = True  # or a change made within the same second would not be seen
    return tests, 10 + 3 * (time.monotonic() - began)


def mutate(module: str, most: int | None) -> None:
    """Try every change to one module, or `most` of them, taken at random; print what survives, and the score."""
    tests, longest = prepared(module)
    every = changes(module)
    tally, began = Counter[str](), time.monotonic()
    for one in Random(0).sample(every, min(most or len(every), len(every))):
        with use_mutation(one.module_path, get_operator(one.operator_name)(), one.occurrence) as (before, after):
            answer = tests.run_apart(longest)
        tally[answer] += 1
        if answer == "survived":
            print(f"\n{module}:{one.start_pos[0]} survives {one.operator_name}")
            print(
                *list(unified_diff(before.split("\n"), after.split("\n"), n=0, lineterm=""))[3:], sep="\n", flush=True
            )
        if tally.total() % 50 == 0:
            print(f"{module}: {tally.total()} of {len(every)} tried", file=sys.stderr)
    total, survived, took = tally.total(), tally["survived"], time.monotonic() - began
    print(
        f"\n{module}: {total} of {len(every)} changes, {total - survived} noticed ({1 - survived / total:.1%}),",
        end=" ",
    )
    print(f"{tally['timeout']} of them by running out of time, {survived} survive;", end=" ")
    print(f"{took / 60:.0f} minutes, {took / total:.1f} s each\n", flush=True)


def main() -> None:
    """One module, or all of them: each from a process of its own, which has imported nothing that it changes."""
    options = ArgumentParser(description=__doc__)
    options.add_argument("module", nargs="?", choices=TESTS)
    options.add_argument("--most", type=int, help="try so many changes, taken at random")
    given = options.parse_args()
    if given.module:
        mutate(given.module, given.most)
        return
    for module in TESTS:
        subprocess.run([sys.executable, "-m", "tests.mutations", module, *sys.argv[1:]], check=True)


if __name__ == "__main__":
    main()
