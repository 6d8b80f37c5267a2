"""Takes a picture of every page of the demonstration that its people find, on a phone and on a desk: `make pictures`.

Each page is taken once for each person and kind of page: a list with ten items leads to the first of them only. The README
shows six of them, small and in English: `make pictures README=1`. STORY=supervision takes those of another demonstration.
"""

import shutil
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from demo.pages import demonstrated
from demo.play import STORIES
from tests.browsers import DESK, HOW, PHONE, installed, walk
from tests.pages.demonstrations import played
from tests.world import served

README = Path("docs/pictures")
# What the README shows: the name of the picture, whose page it is, of which case to try, its path and its width.
SIX = (
    ("my-cases", "meri", "", "/", DESK),
    ("case", "meri", "begin", "/cases/{}", DESK),
    ("day-in-the-room", "meri", "talk", "/cases/{}/sitting", DESK),
    ("status", "vilho", "sign", "/statuses/{}", DESK),
    ("one-thing", "aino", "sign", "/cases/{}", PHONE),
    ("check-in", "aino", "check-in", "/cases/{}/check-ins", PHONE),
)
SMALL = {DESK: (640, 420), PHONE: (240, 420)}  # pixels, wide and high


@contextmanager
def demonstration(story: str, language: str, *, dark: bool = False) -> Iterator[tuple[Page, Mapping[str, str]]]:
    """A page of a browser that has the demonstration before it, and the numbers of the cases to try by where they stand."""
    with TemporaryDirectory() as home, sync_playwright() as playwright:
        installation, shown = played(Path(home) / "var", story, whole=True)
        browser = playwright.chromium.launch(executable_path=installed())
        with served(demonstrated(installation, shown)) as address:
            scheme: Literal["dark", "light"] = "dark" if dark else "light"
            yield (
                browser.new_page(color_scheme=scheme, locale=f"{language}-FI", base_url=address),
                {one.waits: one.number for one in shown.cases},
            )
        browser.close()
        installation.close()


def take(folder: Path, story: str, language: str, *, dark: bool) -> int:
    """Take the pictures; returns how many."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with demonstration(story, language, dark=dark) as (page, _):
        return sum(1 for who in ("", *STORIES[story].cast.people) for _ in _pictures(page, who, language, folder))


def take_for_readme() -> int:
    """Take the pictures of the README, without the banner of the demonstration; returns how many."""
    README.mkdir(exist_ok=True)
    with demonstration("smooth", "en") as (page, numbers):
        for name, who, at, path, width in SIX:
            _be(page, who, "en")
            page.set_viewport_size({"width": width, "height": 2000})
            page.goto(path.format(numbers.get(at)))
            top = page.locator("header").first.bounding_box()
            wide, high = SMALL[width]
            room = {"x": 0, "y": top["y"] if top else 0, "width": width, "height": high * width / wide}
            shown = Image.open(BytesIO(page.screenshot(clip=room))).resize((wide, high), Image.Resampling.LANCZOS)
            shown.convert("P", palette=Image.Palette.ADAPTIVE).save(README / f"{name}.png", optimize=True)
    return len(SIX)


def _be(page: Page, who: str, language: str) -> None:
    page.goto(f"/language/{language}?to=/demo")
    if who:
        page.locator(f'form[action="/demo/people/{who}"] button').first.click()


def _pictures(page: Page, who: str, language: str, folder: Path) -> Iterator[Path]:
    """Whatever one person finds from the start; without a person, what is there before anybody is known."""
    _be(page, who, language)
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
    parser.add_argument("--story", default="smooth", choices=tuple(STORIES))
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--readme", action="store_true", help="those of the README instead")
    given = parser.parse_args()
    if installed() is None:
        sys.exit(f"Pictures need a browser, and none is here: {HOW}")
    if given.readme:
        print(f"{take_for_readme()} pictures in {README}")
    else:
        print(f"{take(given.folder, given.story, given.language, dark=given.dark)} pictures in {given.folder}")


if __name__ == "__main__":
    main()
