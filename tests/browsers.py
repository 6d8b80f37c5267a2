"""A browser for tests: Debian's Chromium without a window, and what has to hold on every page that it meets."""

import shutil
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from mediation.words.catalogue import say

BROWSERS = ("chromium-headless-shell", "chromium")
HOW = "apt-get update && apt-get install --no-install-recommends chromium-headless-shell"
PHONE, DESK = 360, 1280  # CSS pixels
AXE = Path(__file__).parent / "pages" / "axe" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def installed() -> str | None:
    """The path of a Chromium that is here."""
    return next((found for one in BROWSERS if (found := shutil.which(one))), None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what was not tested, and the one command that brings it."""
    skipped = [one for one in terminalreporter.stats.get("skipped", ()) if HOW in str(one.longrepr)]
    if skipped:
        terminalreporter.write_line(
            f"NOT TESTED: {len(skipped)} tests need a browser, and none is here. This brings it: {HOW}",
            red=True,
            bold=True,
        )


@dataclass
class Visitor:
    """Somebody who reads pages in a browser; `faults` are what was wrong with those that were looked at."""

    page: Page
    address: str
    language: str = "fi"
    script: bool = True
    faults: list[str] = field(default_factory=list)

    def goes_to(self, path: str) -> None:
        self.page.goto(path if "://" in path else self.address + path)
        self.looks()

    def presses(self, code: str, **blanks: str) -> None:
        """Press the button with these words, and look at the page that comes."""
        self._clicks("button", say(code, self.language, **blanks))

    def follows(self, code: str, **blanks: str) -> None:
        """Follow the link with these words, and look at the page that comes."""
        self._clicks("link", say(code, self.language, **blanks))

    def chooses(self, code: str) -> None:
        self.page.get_by_label(say(code, self.language)).check()

    def writes(self, code: str, words: str) -> None:
        self.page.get_by_label(say(code, self.language)).first.fill(words)

    def _clicks(self, role: str, name: str) -> None:
        there = self.page.get_by_role(role, name=name)  # type: ignore[arg-type]
        with self.page.expect_navigation():
            there.first.click()
        self.looks()

    def looks(self) -> None:
        """Note what is wrong with the page: for axe, or because it has to be scrolled sideways."""
        where = f"{urlsplit(self.page.url).path} {self.language}"
        if self.script:  # axe waits for itself, which nothing can where no script runs
            self.page.evaluate(_axe())
            options = {"runOnly": RULES, "resultTypes": ["violations"]}
            found = self.page.evaluate("options => axe.run(document, options)", options)["violations"]
            self.faults += [f"{where}: {one['id']}: {node['html']}" for one in found for node in one["nodes"]]
        wide, room = self.page.evaluate(
            "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        self.faults += [f"{where}: {wide} wide, but there is room for {room}"] if wide > room else []

    def heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(f"{self.page.url}: {message.text}")

    def asked(self, request: Request) -> None:
        if not request.url.startswith(self.address):
            self.faults.append(f"{self.page.url}: asks {request.url}")


@cache
def _axe() -> str:
    return AXE.read_text("utf-8")


def visitor(
    browser: Browser, address: str, *, width: int = PHONE, script: bool = True, language: str = "fi"
) -> Visitor:
    """A new browser's first visitor."""
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": 800}, java_script_enabled=script, locale=f"{language}-FI", base_url=address
    )
    context.set_default_timeout(15_000)
    made = Visitor(context.new_page(), address, language, script)
    made.page.on("console", made.heard)
    made.page.on("pageerror", lambda error: made.faults.append(f"{made.page.url}: {error}"))
    made.page.on("request", made.asked)
    return made
