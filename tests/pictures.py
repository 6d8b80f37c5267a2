"""Takes a picture of every page of the demonstration that its people find, on a phone and on a desk: `make pictures`.

Each page is taken once for each person and kind of page: a list with ten items leads to the first of them only.
"""

import shutil
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

from demo.pages import PEOPLE, demonstrated
from tests.browsers import DESK, HOW, PHONE, installed, walk
from tests.pages.demonstrations import played
from tests.world import served


def take(folder: Path, language: str, *, dark: bool) -> int:
    """Take the pictures; returns how many."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with TemporaryDirectory() as home, sync_playwright() as playwright:
        installation, shown = played(Path(home) / "var")
        browser = playwright.chromium.launch(executable_path=installed())
        with served(demonstrated(installation, shown)) as address:
            scheme = "dark" if dark else "light"
            page = browser.new_page(color_scheme=scheme, locale=f"{language}-FI", base_url=address)
            taken = sum(1 for who in ("", *PEOPLE) for _ in _pictures(page, who, language, folder))
        browser.close()
        installation.close()
    return taken


def _pictures(page: Page, who: str, language: str, folder: Path) -> Iterator[Path]:
    """Whatever one person finds from the start; without a person, what is there before anybody is known."""
    page.goto(f"/language/{language}?to=/demo")
    if who:
        page.locator(f'form[action="/demo/people/{who}"] button').first.click()
    for kind in walk(page, *(("/", "/refer") if who else ("/demo", "/demo/letters", "/sign-in"))):
        for width in (PHONE, DESK):
            page.set_viewport_size({"width": width, "height": 800})
            file = folder / f"{who or 'anybody'}{kind.replace('/', '-').rstrip('-')}-{width}.png"
            page.screenshot(path=file, full_page=True)
            yield file


def main() -> None:
    """Read the command line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--language", default="fi", choices=("fi", "sv", "en"))
    parser.add_argument("--dark", action="store_true")
    given = parser.parse_args()
    if installed() is None:
        sys.exit(f"Pictures need a browser, and none is here: {HOW}")
    print(f"{take(given.folder, given.language, dark=given.dark)} pictures in {given.folder}")


if __name__ == "__main__":
    main()
