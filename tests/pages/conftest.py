"""A browser for the tests of one package: Playwright keeps an event loop, in which no other test could start its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browsers import HOW, installed


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium without a window; without one the tests that ask for it are skipped, and that is said loudly."""
    found = installed()
    if found is None:
        pytest.skip(f"no browser here: {HOW}")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found)
        yield opened
        opened.close()
