"""In WebKit, the nearest to an iPhone that a server has: the way from a letter to a signed agreement, and axe on each page."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

from mediation.words.catalogue import say
from tests.browsers import AXE, HOW_WEBKIT, PHONE, RULES
from tests.houses import House
from tests.pages.plays import link_in, reached
from tests.world import address, almost_signed, body_of, post_of

BROWSER = next(iter(sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))), None)
NEEDED = ("WebKitWebDriver", "Xvfb")
PATIENCE = 20  # seconds

pytestmark = [
    pytest.mark.long,
    pytest.mark.filterwarnings(
        "ignore:setting remote_server_addr in RemoteConnection:DeprecationWarning"
    ),  # its own doing
]


@pytest.fixture
def webkit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[webdriver.WebKitGTK]:
    """WebKit on a screen of its own; without one the test is skipped, and that is said."""
    driver, screen = (shutil.which(one) for one in NEEDED)
    if BROWSER is None or driver is None or screen is None:
        pytest.skip(f"no WebKit here: {HOW_WEBKIT}")
    with ExitStack() as stack:
        shown = stack.enter_context(
            subprocess.Popen([screen, "-displayfd", "1", "-nolisten", "tcp"], stdout=subprocess.PIPE, text=True)
        )
        stack.callback(shown.terminate)
        assert shown.stdout is not None
        monkeypatch.setenv("DISPLAY", f":{shown.stdout.readline().strip()}")
        monkeypatch.setenv("HOME", str(tmp_path))
        options = Options()
        options.binary_location = str(BROWSER)
        options.add_argument("--automation")
        opened = webdriver.WebKitGTK(options=options, service=Service(executable_path=driver))
        stack.callback(opened.quit)
        opened.set_window_size(PHONE, 800)
        yield opened


def test_one_signs_from_a_letter_in_webkit(sqlite_house: House, webkit: webdriver.WebKitGTK) -> None:
    case, _ = almost_signed(sqlite_house, "Pekka", "Kaarina")
    faults: list[str] = []
    with reached(sqlite_house) as url:
        webkit.get(f"{url}/sign-in")
        webkit.find_element(By.NAME, "email").send_keys(address("Aino"))
        faults += _presses(webkit, "page.sign-in-ask")
        letters = [body_of(one) for one in post_of(sqlite_house)]
        webkit.get(link_in(next(one for one in letters if "/sign-in#" in one)))
        faults += _presses(webkit, "sign-in.button")
        webkit.get(f"{url}/cases/{case.number}")
        for code in ("todo.everyone-signed.do", "decide.signatures", "act.sign"):
            faults += _presses(webkit, code)
        assert case.aino.reads("agreement")["state"] == "sealed"
    assert faults == []


def _presses(webkit: webdriver.WebKitGTK, code: str) -> list[str]:
    """Press the button or link with these words; gives what axe finds wrong with the page that comes."""
    words = say(code, "fi")
    button = f"//main//*[self::a or self::button][starts-with(normalize-space(), {words!r})]"
    pressed = webkit.find_element(By.XPATH, button)
    pressed.click()
    WebDriverWait(webkit, PATIENCE).until(staleness_of(pressed))
    webkit.execute_script(AXE.read_text("utf-8"))
    look = "const done = arguments[1]; axe.run(document, arguments[0]).then(found => done(found.violations))"
    found = webkit.execute_async_script(look, {**RULES, "resultTypes": ["violations"]})
    wide, room = webkit.execute_script(
        "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    return [f"{code}: {one['id']}" for one in found] + ([f"{code}: {wide} wide in {room}"] if wide > room else [])
