"""The same input gives the same bytes on every machine: as on the one where tests/document_digests.txt was written."""

import pytest

from tests.document_digests import PAGE, digests


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return dict(digests())


WRITTEN = {what: digest for digest, _, what in (line.partition("  ") for line in PAGE.read_text("utf-8").splitlines())}


@pytest.mark.seconds
def test_each_document_has_its_digest_on_the_page(made: dict[str, str]) -> None:
    assert made.keys() == WRITTEN.keys()


@pytest.mark.parametrize("what", WRITTEN)
def test_a_document_has_the_bytes_that_it_had_on_another_machine(made: dict[str, str], what: str) -> None:
    assert made[what] == WRITTEN[what], "if this was meant: python -m tests.document_digests"
