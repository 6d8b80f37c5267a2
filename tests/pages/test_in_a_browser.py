"""In a real browser: by keyboard alone, in forced colours, enlarged, and printed."""

import re
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browsers import DESK, Visitor, visitor
from tests.houses import House
from tests.pages.plays import Play, link_in, reached
from tests.world import almost_signed, case_at

SIGNING = Path(__file__).parent / "golden" / "signing.fi.txt"
ON_THE_WAY = ("todo.everyone-signed.do", "decide.signatures", "act.sign")
# What one presses or fills in has an edge of its own, or is underlined: a colour that only fills it is gone in forced colours.
EDGELESS = """() => [...document.querySelectorAll("button, a.button, a.choice, label.choice, input, textarea, select")]
    .filter(one => one.checkVisibility({visibilityProperty: true}) && one.getClientRects().length && one.type !== "hidden")
    .filter(one => !one.classList.contains("unseen"))
    .filter(one => {
        const style = getComputedStyle(one);
        const edge = style.borderTopStyle !== "none" && parseFloat(style.borderTopWidth) >= 1;
        return !edge && !style.textDecorationLine.includes("underline") && !["radio", "checkbox"].includes(one.type);
    }).map(one => one.outerHTML.slice(0, 120))"""


@pytest.mark.seconds
def test_one_signs_by_keyboard_alone_and_sees_where_one_is(
    sqlite_house: House, browser: Browser, tmp_path: Path
) -> None:
    case, _ = almost_signed(sqlite_house, "Pekka", "Kaarina")
    with reached(sqlite_house) as url:
        aino, letter = Play(sqlite_house, browser, url).asks_for_letter("Aino")
        aino.goes_to(link_in(letter))
        heard = [tree_of(aino)]
        for code in ("sign-in.button", "page.case", *ON_THE_WAY):
            aino.tabs_to(code, number=case.number)
            heard.append(tree_of(aino))
        assert case.aino.reads("agreement")["state"] == "sealed"
    assert aino.faults == []
    new = tmp_path / SIGNING.name
    new.write_text("\n\n".join(heard) + "\n", "utf-8")
    assert new.read_text("utf-8") == SIGNING.read_text("utf-8"), f"if this is meant: cp {new} {SIGNING}"


def tree_of(somebody: Visitor) -> str:
    """What a screen reader has of a page, under its title; ids, which differ each time, are left out."""
    tree = somebody.page.locator("main").aria_snapshot()
    return f"# {somebody.page.title()}\n" + re.sub(r"(?<=/)[A-Za-z0-9]{20}\b", "…", tree)


@pytest.mark.seconds
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_in_forced_colours_all_that_one_presses_has_an_edge_and_the_path_differs_by_more_than_colour(
    sqlite_house: House, browser: Browser, dark: bool
) -> None:
    case, _ = almost_signed(sqlite_house, "Pekka", "Kaarina")
    edgeless: list[str] = []
    with reached(sqlite_house) as url:
        play = Play(sqlite_house, browser, url, dark=dark, forced_colors="active")
        meri, aino = play.comes("Meri"), play.comes("Aino")
        for one, paths in ((meri, LEADING), (aino, TAKING_PART)):
            for path in paths:
                one.page.goto(f"/cases/{case.number}{path}")
                edgeless += [f"{path}: {found}" for found in one.page.evaluate(EDGELESS)]
        meri.page.goto(f"/cases/{case.number}")
        edges = "() => ['done', 'now'].map(kind => getComputedStyle(document.querySelector('.path .' + kind)).borderTopColor)"
        done, now = meri.page.evaluate(edges)
        aino.page.goto(f"/cases/{case.number}")
        aino.tabs_to("todo.everyone-signed.do")
    assert edgeless == []
    assert done != now
    assert [one for one in play.faults if "color-contrast" not in one] == []  # the colours are the reader's own


LEADING = (
    "",
    "/sitting",
    "/table",
    "/agreement/edit",
    "/options",
    "/sessions",
    "/participants",
    "/moves/begin-follow-up",
)
TAKING_PART = ("", "/agreement", "/agreement/signatures", "/statements", "/withdrawals", "/own")


@pytest.mark.seconds
def test_at_two_hundred_percent_and_on_the_narrowest_phone_nothing_is_scrolled_sideways(
    sqlite_house: House, browser: Browser
) -> None:
    case, _ = almost_signed(sqlite_house, "Pekka", "Kaarina")
    with reached(sqlite_house) as url:
        play = Play(sqlite_house, browser, url)
        for one, paths in ((play.comes("Meri"), LEADING), (play.comes("Aino"), TAKING_PART)):
            for path, width in product(paths, (DESK // 2, 320)):
                one.page.set_viewport_size({"width": width, "height": 400})
                one.page.goto(f"/cases/{case.number}{path}")
                one.fits()
    assert play.faults == []


@pytest.mark.seconds
def test_a_printed_agreement_has_its_text_and_nothing_to_press(sqlite_house: House, browser: Browser) -> None:
    case, _ = almost_signed(sqlite_house, "Pekka", "Kaarina")
    with reached(sqlite_house) as url:
        aino = Play(sqlite_house, browser, url, width=A4).comes("Aino")
        aino.page.goto(f"/cases/{case.number}/agreement")
        there = "button, nav, footer, .skip, .decide, form"
        assert any(one.is_visible() for one in aino.page.locator(there).all())
        aino.page.emulate_media(media="print")
        assert [one.inner_text() for one in aino.page.locator(there).all() if one.is_visible()] == []
        commitment = aino.page.locator(".commitment").first
        assert commitment.is_visible()
        assert commitment.evaluate("one => getComputedStyle(one).breakInside") == "avoid"
        aino.fits()
        assert aino.page.pdf(format="A4").count(b"/Type /Page\n") in {1, 2}
    assert aino.faults == []


A4 = 718  # CSS pixels between margins of a centimetre


@pytest.mark.seconds
def test_a_long_word_breaks_instead_of_widening_a_page(sqlite_house: House, browser: Browser) -> None:
    case = case_at(sqlite_house, "solutions", ready=False)
    case.meri.does("options", {"words": "Vuoronvaihto" * 30, "language": "fi"})
    case.meri.does("notes", {"words": "https://example.org/" + "a" * 300, "language": "fi"})
    sqlite_house.person("Maximilian" * 12, email=False)
    case.comes("Maximilian" * 12, "support-person", supports=case.ids["Aino"], capacity="Kehittämispäällikkö" * 6)
    with reached(sqlite_house) as url:
        meri = Play(sqlite_house, browser, url, width=320).comes("Meri")
        for path in ("", "/options", "/table", "/private", "/participants", "/sessions", "/statements"):
            meri.goes_to(f"/cases/{case.number}{path}")
    assert meri.faults == []


def test_the_look_finds_what_is_wrong(browser: Browser) -> None:
    somebody = visitor(browser, "http://127.0.0.1:9")
    wrong = '<input><a href="#x" style="outline: none">here</a><p style="width: 500px">x</p>'
    somebody.page.set_content(f'<html lang="fi"><title>x</title><main><h1>x</h1>{wrong}</main>')
    somebody.page.evaluate("console.error('oh')")
    somebody.looks()
    assert any(": label: <input>" in one for one in somebody.faults)
    assert any("500 wide" in one or "wide, but there is room for 360" in one for one in somebody.faults)
    assert any(one.endswith(": oh") for one in somebody.faults)
    with pytest.raises(LookupError):
        somebody.tabs_to("act.sign")
    assert any("'here' does not show that it has the focus" in one for one in somebody.faults)
