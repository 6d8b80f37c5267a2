"""What the README and CONTRIBUTING say is so."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from mediation.settings import KNOWN
from mediation.workflow.drawing import mermaid
from tests.installation.test_command_line import COMMANDS
from workflows import WORKFLOWS

HOUSE = Path(__file__).parent.parent
README = (HOUSE / "README.md").read_text("utf-8")
CONTRIBUTING = (HOUSE / "CONTRIBUTING.md").read_text("utf-8")
both_pages = pytest.mark.parametrize("page", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])


def test_the_picture_of_every_workflow_is_fresh() -> None:
    drawn = re.findall(r"```mermaid\n(.*?)```", README, re.DOTALL)
    assert drawn == [mermaid(one) for one in WORKFLOWS.values()], "mediation workflow draw <name>"


@both_pages
def test_every_room_and_file_it_names_is_there(page: str) -> None:
    named = re.findall(r"`((?:mediation|workflows|api|templates|demo|docs|tests|bench)/[\w./*<>]*)`", page)
    named = [place.replace("<language>", "fi").replace("<name>", "mediation") for place in named]
    assert len(named) > 10
    for place in named:
        assert list(HOUSE.glob(place.rstrip("/"))), place


@both_pages
def test_every_target_it_names_is_there(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (HOUSE / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|    )make ([a-z-]+)", page)) <= targets


def test_the_contributing_page_says_how_to_add_each_kind_of_thing() -> None:
    told = CONTRIBUTING.partition("## How to add")[2]
    assert all(
        f"**{one}**" in told for one in ("An act", "a workflow", "A language", "A document", "A letter", "A page")
    )
    anchors = re.findall(r"README\.md#([a-z-]+)", CONTRIBUTING)
    headings = {one.lower().replace(" ", "-") for one in re.findall(r"^## (.+)$", README, re.MULTILINE)}
    assert anchors
    assert set(anchors) <= headings
    assert "(CONTRIBUTING.md)" in README
    assert len(CONTRIBUTING.splitlines()) < 90


def shown() -> list[str]:
    """The commands of the block about an installation of your own, in their order."""
    block = re.search(r"An installation of your own.*?\n\n((?: {4}.*\n)+)", README)
    assert block is not None
    return re.sub(r"\\\n\s*", "", block[1]).split("\n")[:-1]


@pytest.mark.seconds
def test_its_commands_run_in_the_order_in_which_they_are_read(tmp_path: Path) -> None:
    """H23. The first of them made a key without a recovery kit."""
    *first, serve = [command.strip() for command in shown()]
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parent.parent)
    place = {"cwd": tmp_path, "env": {"PATH": "/usr/bin:/bin"}, "text": True}
    for command in [*first, ".venv/bin/mediation keys check"]:
        done = subprocess.run(["/bin/bash", "-c", command], capture_output=True, check=False, **place)
        assert (done.returncode, done.stderr) == (0, ""), command
    assert "the recovery kit is confirmed" in done.stdout
    server = subprocess.Popen(f"{serve} --port 0".split(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, **place)
    with server:
        assert server.stdout is not None
        words = server.stdout.readline().split()
        assert httpx.get(f"{words[words.index('on') + 1]}/healthz").status_code == 200
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=30)
    assert server.returncode == 0


def test_the_key_is_made_before_anything_that_would_make_one_by_itself() -> None:
    """H23."""
    places = [
        README.index(f"mediation {one}") for one in ("keys init", "keys confirm", "organisations", "people", "serve")
    ]
    assert places == sorted(places)


def test_every_command_and_every_setting_it_names_is_there() -> None:
    """H23."""
    first = "|".join({one.split()[0] for one in COMMANDS})
    named = re.findall(rf"mediation ((?:{first})(?: [a-z]+)?)", README)
    named += re.findall(r"`((?:keys|retention|migrations) [a-z]+)`", README)
    assert len(named) > 8
    assert {one if one in COMMANDS else one.split()[0] for one in named} <= {*COMMANDS, "demo"}
    settings = re.findall(r"MEDIATION_[A-Z_]+", README)
    assert len(settings) > 5
    assert [one for one in settings if not any(known.startswith(one) for known in KNOWN)] == []
    assert not re.findall(r"`(?:DATABASE_URL|KEYS_URL|MAIL|BASE_URL|MODE|KEEP_)", README)
