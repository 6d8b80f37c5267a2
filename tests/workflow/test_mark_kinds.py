"""The kinds of marks: declared by the acts that leave them, asked for by guards, taken back where they may be."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest

from mediation.acts.acting import ACTS, Acting
from mediation.workflow.declaration import DeclarationError
from mediation.workflow.mark_kinds import MARK_KINDS, correctable, declare_mark, mark_kind
from workflows import guards, mediation_marks

HOUSE = Path(__file__).parents[2]

# What a participant said or attended. What the mediator asked of them or marked of the case is not theirs.
THEIRS = {
    *("accepted-ground-rules", "accepted-problem-statement", "accepted-understanding", "agreed-to-mediate"),
    *("asked-for-another-time", "asked-for-caucus", "asked-for-neutral-end"),
    *("asked-for-change", "asked-for-help", "asked-to-talk", "attended", "declined-to-sign", "had-opening-turn"),
    *("let-table-go-on", "permitted-clarification", "ready-for-solutions", "renewed", "responded", "stated-view"),
    *(
        "ties-answered",
        "today-suits",
        "took-time",
        "undertook-confidentiality",
        "undertook-for-session",
        "waived-follow-ups",
    ),
    "waived-separate-meeting",
    "approved-summary",
}
NOT_THEIRS = {  # `invited` is declared where it is left: no workflow asks for it
    *(
        "asked-to-agree",
        "asked-to-agree-again",
        "asked-to-report",
        "asked-to-report-again",
        "bound-by-service",
        "called",
    ),
    *("impasse", "kept-session", "mediator-absent", "permitted-naming", "safeguard-in-place", "showed-own-lines"),
    *("support-to-offer", "withdrew"),
    *("closed-rating", "rated-goals", "wrote-evaluation"),
    *("asked-alone", "bound-to-confidentiality", "cap-set", "evaluation-planned"),
    *("form-chosen", "kind-chosen", "shape-chosen"),
}


def test_importing_a_workflow_declares_every_kind_and_which_can_be_taken_back() -> None:
    asks = "import workflows; from mediation.workflow.mark_kinds import MARK_KINDS; print(sorted(MARK_KINDS.items()))"
    told = subprocess.run([sys.executable, "-c", asks], cwd=HOUSE, capture_output=True, text=True, check=True).stdout
    assert dict(ast.literal_eval(told)) == dict.fromkeys(THEIRS, True) | dict.fromkeys(NOT_THEIRS, False)


def test_a_kind_that_no_act_leaves_cannot_be_taken_back() -> None:
    assert not correctable("flew")


@pytest.mark.parametrize(
    ("module", "asks", "kind"),
    [(mediation_marks, "mark_kind", "asked-for-change"), (guards, "_each_party_has", "stated-view")],
    ids=["by name", "as a mark"],
)
def test_guards_that_ask_for_an_unknown_kind_cannot_be_imported(module: ModuleType, asks: str, kind: str) -> None:
    source = Path(str(module.__file__)).read_text("utf-8")
    exec(compile(source, "guards", "exec"), {"__name__": "guards"})
    wrong = source.replace(f'{asks}("{kind}"', f'{asks}("{kind}s"')
    with pytest.raises(DeclarationError, match=f"no act leaves the mark {kind}s"):
        exec(compile(wrong, "guards", "exec"), {"__name__": "guards"})


def calls(folder: str) -> Iterator[tuple[str, ast.Call]]:
    for path in sorted((HOUSE / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                yield name, node


def test_every_guard_names_its_kinds_by_mark_kind() -> None:
    asked = [node.args[0] for name, node in calls("workflows") if name in {"did", "answer"}]
    shared = [node for name, node in calls("workflows") if name == "_each_party_has"]
    assert len(asked) + len(shared) >= 15
    assert not [ast.unparse(one) for one in asked if isinstance(one, ast.Constant)]


def test_every_kind_that_is_left_or_looked_for_by_name_is_one_that_is_declared() -> None:
    where = {"did": 0, "answer": 0, "leave_mark": 1, "mark_and_tell": 1, "ask_mediators": 1, "find_mark": 2}
    named = {
        str(one.value)
        for name, node in calls("mediation")
        if name in where
        for one in node.args[where[name] : where[name] + 1]
        if isinstance(one, ast.Constant)
    }
    assert named
    assert named <= set(MARK_KINDS)


def test_two_acts_that_leave_the_same_kind_say_the_same_of_it() -> None:
    declare_mark("stated-view", correctable=True)
    with pytest.raises(DeclarationError, match="stated-view"):
        declare_mark("stated-view", correctable=False)
    assert correctable(mark_kind("stated-view"))


def test_every_kind_is_declared_by_an_act() -> None:
    declared = {kind for one in ACTS.values() for kind in one.leaves}
    assert declared
    assert declared == set(MARK_KINDS)


def test_an_act_leaves_the_marks_that_it_declares_and_no_other() -> None:
    nothing = cast(Any, None)
    one = Acting(nothing, nothing, "say-ready", nothing, ("ready-for-solutions",))
    assert one.mark_kind() == one.mark_kind("ready-for-solutions") == "ready-for-solutions"
    with pytest.raises(AssertionError, match="say-ready does not declare that it leaves stated-view"):
        one.mark_kind("stated-view")
    several = Acting(nothing, nothing, "ask-to-report", nothing, ("asked-to-report", "asked-to-report-again"))
    with pytest.raises(AssertionError, match="ask-to-report says which mark it leaves"):
        several.mark_kind()
