"""The program in the bundle with nothing around it: an environment with `cryptography` alone, no network, no service."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from importlib.metadata import distribution
from pathlib import Path

import pytest

from mediation.installation.sealed_files import check_file
from mediation.sealing.bundle import verifier
from tests.sealing.damage import PDF_KINDS, ZIP_KINDS, damaged
from tests.sealing.fixed_seal import fixed_seal
from tests.sealing.test_bundle import bundled
from tests.sealing.test_seal import GOLDEN, sealed_once

NEEDED = ("cryptography", "cffi", "pycparser")  # and what it stands on


def bare_environment(folder: Path) -> Path:
    """An interpreter of a virtual environment that has `cryptography` and nothing else, as this one has it installed."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / "bin" / "python"
    ask = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('platlib'))"]
    there = Path(subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip())
    here = Path(sysconfig.get_path("platlib"))
    for name in NEEDED:
        for top in {file.parts[0] for file in distribution(name).files or () if file.parts[0] != ".."}:
            copy = shutil.copytree if (here / top).is_dir() else shutil.copy2
            copy(here / top, there / top)
    return python


def without_network() -> Sequence[str]:
    """What stands before a command so that it has no network at all; nothing where this machine cannot take it away."""
    command = ["unshare", "--net", "--map-root-user"]
    can = (
        shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    )
    return command if can else []


@pytest.mark.long
def test_alone_and_offline_it_gives_the_verdicts_of_our_own_program(tmp_path: Path) -> None:
    key = fixed_seal()
    python = bare_environment(tmp_path / "bare")
    found = subprocess.run(
        [str(python), "-I", "-c", "import pkgutil; print(*(one.name for one in pkgutil.iter_modules()))"],
        capture_output=True,
        text=True,
        check=True,
    )
    others = {*found.stdout.split()} - sys.stdlib_module_names
    assert "cryptography" in others
    assert not {"mediation", "pyhanko", "fastapi", "sqlalchemy", "typst"} & others
    place = tmp_path / "alone"
    place.mkdir()
    (place / "verify.py").write_bytes(verifier())
    (place / "seal.pem").write_bytes(key.certificate_pem)
    good = (sealed_once(key), bundled(key))
    files = [("good", one) for one in good] + [("of another seal", GOLDEN.read_bytes())]
    files += [*damaged(good[0], PDF_KINDS, 3), *damaged(good[1], ZIP_KINDS, 3)]
    held, before = 0, without_network()
    for kind, content in files:
        (place / "file").write_bytes(content)
        command = [*before, str(python), "-I", "verify.py", "file", "--certificate", "seal.pem", "--json"]
        bare = {"PATH": os.environ["PATH"]}
        ran = subprocess.run(command, cwd=place, env=bare, capture_output=True, text=True, check=False)
        ours = check_file(content, key.certificate_pem)
        told = json.loads(ran.stdout)
        assert (told["holds"], ran.returncode) == (ours.holds, 0 if ours.holds else 1), (kind, told, ours.findings)
        held += ours.holds
    assert held == len(good)


def test_without_the_network_means_that_no_address_can_be_reached() -> None:
    before = without_network()
    if not before:
        pytest.skip("this machine lets nobody take the network away from a program")
    code = "import socket; socket.create_connection(('127.0.0.1', 9), 1)"
    said = subprocess.run([*before, sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False)
    assert "Network is unreachable" in said.stderr
