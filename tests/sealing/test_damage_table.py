"""The tables of docs/verifying.md: what other programs see of a damaged file, and that ours refuse every one."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from mediation.installation.sealed_files import check_file
from mediation.sealing.seal_key import SealKey
from mediation.sealing.standalone import verify
from tests.sealing.damage import PDF_KINDS, ZIP_KINDS, Damage, damaged
from tests.sealing.fixed_seal import fixed_seal
from tests.sealing.other_tools import ON_BUNDLE, ON_PDF, Refuses
from tests.sealing.test_bundle import bundled
from tests.sealing.test_seal import sealed_once

PAGE = Path(__file__).parents[2] / "docs" / "verifying.md"
EACH = 17  # of twelve kinds: 204 files

Table = Mapping[str, Mapping[str, str]]


def tables() -> list[Table]:
    """The tables of the page that begin with the kind of damage: what each tool refuses of each kind."""
    found: list[dict[str, Mapping[str, str]]] = []
    tools: list[str] = []
    for line in PAGE.read_text("utf-8").splitlines():
        cells = [one.strip() for one in line.strip("|").split("|")]
        if cells[0] == "damage":
            tools = cells[1:]
            found.append({})
        elif not line.startswith("|"):
            tools = []
        elif tools and not re.fullmatch(r"-+", cells[0]):
            found[-1][cells[0]] = dict(zip(tools, cells[1:], strict=True))
    return [*found]


def refused(
    content: bytes, kinds: Mapping[str, Damage], tools: Mapping[str, Refuses], each: int, key: SealKey, folder: Path
) -> dict[str, dict[str, set[bool]]]:
    """Whether each tool refused, for each kind of damage. That ours refuse is asserted."""
    found: dict[str, dict[str, set[bool]]] = {kind: {one: set() for one in tools} for kind in kinds}
    for kind, bad in damaged(content, kinds, each):
        assert not verify.check(bad, [key.certificate]).holds, kind
        assert not check_file(bad, key.certificate_pem).holds, kind
        for name, refuses in tools.items():
            found[kind][name].add(refuses(bad, key.certificate_pem, folder))
    return found


WORDS = {"all": {True}, "none": {False}, "some": {True, False}}
MOST = "most"  # of what is damaged by chance a small part may go unseen: once in a while, and not each time


def compared(each: int, key: SealKey, folder: Path) -> None:
    of_pdf, of_bundle = tables()
    for content, kinds, tools, told in (
        (sealed_once(key), PDF_KINDS, ON_PDF, of_pdf),
        (bundled(key), ZIP_KINDS, ON_BUNDLE, of_bundle),
    ):
        assert [name for name, refuses in tools.items() if refuses(content, key.certificate_pem, folder)] == []
        assert {kind: set(cells) for kind, cells in told.items()} == {kind: set(tools) for kind in kinds}
        found = refused(content, kinds, tools, each, key, folder)
        for kind, cells in told.items():
            for name, word in cells.items():
                seen = found[kind][name]
                if word == MOST:
                    assert True in seen, (kind, name)
                else:
                    assert seen == WORDS[word] if each == EACH else seen <= WORDS[word], (kind, name, seen)


@pytest.mark.seconds
def test_a_sample_of_the_damaged_files_is_refused_and_seen_by_others_as_the_page_says(
    tmp_path: Path,
) -> None:
    compared(2, fixed_seal(), tmp_path)


@pytest.mark.long
@pytest.mark.timeout(2400)  # three programs are started for each of two hundred files
def test_all_damaged_files_are_refused_and_seen_by_others_as_the_page_says(tmp_path: Path) -> None:
    assert EACH * (len(PDF_KINDS) + len(ZIP_KINDS)) >= 200
    compared(EACH, fixed_seal(), tmp_path)
