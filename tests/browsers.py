"""A browser for tests: Debian's Chromium without a window, and what has to hold on every page that it meets."""

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request

from mediation.words.catalogue import say

BROWSERS = ("chromium-headless-shell", "chromium")
HOW = "apt-get update && apt-get install --no-install-recommends chromium-headless-shell"
HOW_WEBKIT = "apt-get update && apt-get install --no-install-recommends webkit2gtk-driver xvfb"
PHONE, DESK = 360, 1280  # CSS pixels
_TO = re.compile(r"[?&]to=[^&]*")  # where one goes on to afterwards: the page is the same
AXE = Path(__file__).parent / "pages" / "axe" / "axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}  # all that differs in the dark


def installed() -> str | None:
    """The path of a Chromium that is here."""
    return next((found for one in BROWSERS if (found := shutil.which(one))), None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what was not tested, and the one command that brings it."""
    for how in (HOW, HOW_WEBKIT):
        skipped = [one for one in terminalreporter.stats.get("skipped", ()) if how in str(one.longrepr)]
        if skipped:
            terminalreporter.write_line(
                f"NOT TESTED: {len(skipped)} tests need a browser that is not here. This brings it: {how}",
                red=True,
                bold=True,
            )


@dataclass
class Visitor:
    """Somebody who reads pages in a browser; `faults` are what was wrong with those that were looked at.

    What they do is named by the code of the words that they see. `within` are words of a heading or a legend: what stands
    under it is meant, not something called alike elsewhere. `looked_at`: where it is a set, axe reads a page of each kind
    once under each heading. `hidden` are words that no page may show them.
    """

    page: Page
    address: str
    language: str = "fi"
    script: bool = True
    looked_at: set[tuple[str, str]] | None = None
    hidden: Sequence[str] = ()
    faults: list[str] = field(default_factory=list)

    def goes_to(self, path: str) -> None:
        self.page.goto(path if "://" in path else self.address + path)
        self.looks()

    def presses(self, code: str, within: str = "", /, **blanks: object) -> None:
        """Press the button with these words, and look at the page that comes."""
        self.clicks("button", say(code, self.language, **blanks), within)

    def follows(self, code: str, within: str = "", /, **blanks: object) -> None:
        """Follow the link with these words, and look at the page that comes."""
        self.clicks("link", say(code, self.language, **blanks), within)

    def unfolds(self, code: str, within: str = "", /, **blanks: object) -> None:
        """Open what is folded away under these words."""
        folded = self.part(within).locator("details:not([open]) > summary")
        folded.filter(has_text=say(code, self.language, **blanks)).first.click()

    def chooses(self, code: str, within: str = "", /, **blanks: object) -> None:
        self.picks(say(code, self.language, **blanks), within)

    def picks(self, words: str, within: str = "") -> None:
        """Choose what is not in the catalogue, such as a name."""
        self.part(within).get_by_label(words).first.check()

    def selects(self, code: str, label: str, within: str = "") -> None:
        """Choose from a list with a label, which unlike a row of buttons is closed until one looks at it."""
        words = say(code, self.language)
        self.part(within).get_by_label(say(label, self.language)).first.select_option(label=words)

    def writes(self, code: str, words: str, within: str = "", /, **blanks: object) -> None:
        self.fills(say(code, self.language, **blanks), words, within)

    def fills(self, label: str, words: str, within: str = "") -> None:
        """Write into the field with a label that is not in the catalogue as it stands."""
        labelled = self.part(within).get_by_label(label)
        labelled.and_(self.page.locator("input, textarea")).first.fill(words)

    def part(self, within: str) -> Page | Locator:
        """The innermost part of the page under a heading or a legend with these words; the page, where there are none."""
        if not within:
            return self.page
        headed = self.page.get_by_role("heading", name=within)
        for found in (
            self.page.get_by_role("group", name=within),
            self.page.get_by_role("region", name=within),
            self.page.get_by_role("form", name=within),
            self.page.locator("article, li").filter(has=headed),
        ):
            if found.count():
                return found.last
        raise LookupError(f"{self.page.url}: nothing is headed {within!r}")

    def clicks(self, role: Literal["button", "link"], words: str, within: str = "") -> None:
        """Press or follow what has words that are not in the catalogue, such as a name."""
        there = self.part(within).get_by_role(role, name=words).and_(self.page.locator(":not([tabindex='-1'])"))
        with self.page.expect_navigation():
            there.first.click()
        self.looks()

    def tabs_to(self, code: str, /, **blanks: object) -> None:
        """Go by the tab key alone to what has these words, and press Enter; a fault where one does not see where one is."""
        words = say(code, self.language, **blanks)
        for _ in range(100):
            self.page.keyboard.press("Tab")
            text, outline = self.page.evaluate(_FOCUSED)
            if outline < 2:
                self.faults.append(f"{self.page.url}: {text!r} does not show that it has the focus")
            if text.startswith(words):  # a link may say more below its first words
                with self.page.expect_navigation():
                    self.page.keyboard.press("Enter")
                return self.looks()
        raise LookupError(f"no way by the tab key to {words!r}")

    def looks(self, rules: Mapping[str, object] = RULES) -> None:
        """Note what is wrong with the page: for axe, or because it has to be scrolled sideways."""
        where = f"{urlsplit(self.page.url).path} {self.language}"
        if self.script and self._is_new():  # axe waits for itself, which nothing can where no script runs
            self.page.evaluate(_axe())
            options = {**rules, "resultTypes": ["violations"]}
            found = self.page.evaluate("options => axe.run(document, options)", options)["violations"]
            self.faults += [f"{where}: {one['id']}: {node['html']}" for one in found for node in one["nodes"]]
        self.fits()
        page = self.page.content() if self.hidden else ""
        self.faults += [f"{where}: shows {one}" for one in self.hidden if one in page]

    def fits(self) -> None:
        """Note where the page has to be scrolled sideways."""
        where = f"{urlsplit(self.page.url).path} {self.language}"
        wide, room = self.page.evaluate(
            "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        self.faults += [f"{where}: {wide} wide, but there is room for {room}"] if wide > room else []

    def _is_new(self) -> bool:
        if self.looked_at is None:
            return True
        kind = kind_of(urlsplit(self.page.url).path), self.page.locator("h1").first.inner_text()
        is_new = kind not in self.looked_at
        self.looked_at.add(kind)
        return is_new

    def heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(f"{self.page.url}: {message.text}")

    def asked(self, request: Request) -> None:
        if not request.url.startswith(self.address):
            self.faults.append(f"{self.page.url}: asks {request.url}")


_FOCUSED = """() => {
    const here = document.activeElement, shown = here.matches("[type=radio], [type=checkbox]") ? here.closest("label") : here;
    const style = getComputedStyle(shown ?? here);
    return [here.innerText?.trim() ?? "", style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth)];
}"""


@cache
def _axe() -> str:
    return AXE.read_text("utf-8")


def visitor(
    browser: Browser,
    address: str,
    *,
    width: int = PHONE,
    script: bool = True,
    language: str = "fi",
    dark: bool = False,
    forced_colors: Literal["active", "none"] = "none",
) -> Visitor:
    """A new browser's first visitor."""
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": 800},
        java_script_enabled=script,
        locale=f"{language}-FI",
        base_url=address,
        color_scheme="dark" if dark else "light",
        # That one page fades into the next costs as much as all else that a browser does; in the dark it is seen.
        reduced_motion="no-preference" if dark else "reduce",
        forced_colors=forced_colors,
    )
    context.set_default_timeout(15_000)
    made = Visitor(context.new_page(), address, language, script)
    made.page.on("console", made.heard)
    made.page.on("pageerror", lambda error: made.faults.append(f"{made.page.url}: {error}"))
    made.page.on("request", made.asked)
    return made


_ID = re.compile(r"/(?:[A-Za-z0-9]{20}|[0-9]{1,3})(?=/|$)")
_CASE = re.compile(r"[0-9]{4}-[0-9]{4}")


def kind_of(path: str) -> str:
    """What kind of page a path leads to: one of ten options is like the others, and a page of one case like another's."""
    path, _, query = path.partition("?")
    asked = sorted({name for name, _ in parse_qsl(query)})
    return (
        _ID.sub("/one", path if path.count("/") <= 2 else _CASE.sub("case", path)) + "?" * bool(asked) + "&".join(asked)
    )


def walk(page: Page, *starts: str) -> Iterator[str]:
    """Every kind of page that somebody finds by links from these; each is open when its kind is given."""
    waiting, seen = list(starts), set[str]()
    while waiting:
        path = waiting.pop(0)
        if kind_of(path) in seen:
            continue
        seen.add(kind_of(path))
        answer = page.goto(path)
        if answer is None or not answer.ok or "text/html" not in answer.headers.get("content-type", ""):
            continue
        yield kind_of(path)
        waiting += sorted(linked(page.content()))


def linked(page: str) -> set[str]:
    """The pages of ours that a page leads to, but for those of the demonstration."""
    found = [_TO.sub("", unescape(one)) for one in re.findall(r'href="(/[^"#]*)', page)]
    return {
        one
        for one in found
        if not one.startswith(("/api/", "/assets/", "/language/", "/demo", "/accessibility", "/glossary"))
    }
