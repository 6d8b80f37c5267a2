"""What `docs/adding-a-workflow.md` shows is what the example is."""

import re
from pathlib import Path
from textwrap import dedent

HOUSE = Path(__file__).parent.parent
PAGE = (HOUSE / "docs" / "adding-a-workflow.md").read_text("utf-8")
BLOCK = re.compile(r"(?:<!-- from (\S+) -->\n)?```(\w+)\n(.*?)```", re.DOTALL)


def test_each_block_of_the_page_stands_in_the_file_that_it_is_taken_from() -> None:
    blocks = BLOCK.findall(PAGE)
    assert len(blocks) > 12
    for source, language, shown in blocks:
        if language == "sh":
            continue
        assert source, shown
        assert shown in (HOUSE / source).read_text("utf-8"), f"{source} no longer has: {dedent(shown)}"


def test_each_file_that_the_page_names_is_there() -> None:
    named = re.findall(r"`((?:mediation|workflows|api|docs|tests)/[\w./]+)`", PAGE)
    linked = [one for one in re.findall(r"\]\(([^)]+)\)", PAGE) if "://" not in one]
    assert len(named) > 5
    assert [one for one in named if not (HOUSE / one).exists()] == []
    assert [one for one in linked if not (HOUSE / "docs" / one).exists()] == []


def test_each_command_of_the_page_is_one_that_there_is() -> None:
    commands = [line for _, language, shown in BLOCK.findall(PAGE) if language == "sh" for line in shown.splitlines()]
    assert commands == ["make setup", ".venv/bin/python -m pytest tests/workflow/test_return_to_work.py -q"]


def test_the_example_touches_neither_the_domain_nor_the_doors() -> None:
    for path in (HOUSE / "docs" / "examples").rglob("*.py"):
        imported = re.findall(r"^(?:from|import) (\w+)", path.read_text("utf-8"), re.MULTILINE)
        assert set(imported) <= {"docs", "mediation", "collections", "pathlib"}, path
    for package in ("mediation", "api"):
        for path in (HOUSE / package).rglob("*.py"):
            assert "return_to_work" not in path.read_text("utf-8"), path
