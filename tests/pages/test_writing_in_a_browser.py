"""Writing in a browser: what one writes saves itself, comes back, and is not lost when the connection is."""

import pytest
from playwright.sync_api import Browser, expect

from mediation.store.models import Draft, Statement
from mediation.words.catalogue import say
from tests.browsers import Visitor, visitor
from tests.houses import House
from tests.pages.plays import link_in, reached
from tests.world import address, body_of, case_at, count, post_of

BEGUN = "Alku, jota en ole vielä lähettänyt"


def let_in(somebody: Visitor, house: House, name: str) -> None:
    """Ask for a link on the page, and open it from the letter that comes."""
    somebody.goes_to("/sign-in")
    somebody.writes("field.email", address(name))
    somebody.presses("page.sign-in-ask")
    letters = [body_of(one) for one in post_of(house)]
    link = link_in(next(one for one in letters if "/sign-in#" in one))
    if somebody.script:
        somebody.page.goto(link)
        somebody.presses("sign-in.button")
    else:
        somebody.page.request.post("/sign-in", form={"secret": link.partition("#")[2]}, max_redirects=0)


@pytest.mark.seconds
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_what_one_writes_is_there_again_and_goes_when_it_is_sent(
    sqlite_house: House, browser: Browser, script: bool
) -> None:
    case = case_at(sqlite_house, "dialogue")
    before = count(sqlite_house, Statement)
    with reached(sqlite_house) as url:
        aino = visitor(browser, url, script=script)
        let_in(aino, sqlite_house, "Aino")
        aino.goes_to(f"/cases/{case.number}/statements")
        words = aino.page.locator("textarea[name=words]").first
        words.fill(BEGUN)
        if script:
            expect(aino.page.locator(".draft [role=status]").first).to_contain_text("näkyy vain sinulle")
        else:
            aino.presses("page.keep-draft")
        aino.looks()
        aino.goes_to(f"/cases/{case.number}/statements")
        assert words.input_value() == BEGUN
        assert count(sqlite_house, Draft) == 1
        aino.page.locator("input[name=audience][value=mediator]").first.check()
        with aino.page.expect_navigation():
            aino.page.locator("form:has(textarea[name=words]) button.primary").first.click()
        assert count(sqlite_house, Statement) == before + 1
        assert count(sqlite_house, Draft) == 0
    assert aino.faults == []


@pytest.mark.seconds
def test_words_that_one_goes_back_to_are_kept_and_sent_again_do_nothing_twice(
    sqlite_house: House, browser: Browser
) -> None:
    case = case_at(sqlite_house, "dialogue")
    before = count(sqlite_house, Statement)

    def sends() -> None:
        with aino.page.expect_navigation():
            aino.page.locator("form:has(textarea[name=words]) button.primary").first.click()

    with reached(sqlite_house) as url:
        aino = visitor(browser, url)
        let_in(aino, sqlite_house, "Aino")
        aino.goes_to(f"/cases/{case.number}/statements")
        words = aino.page.locator("textarea[name=words]").first
        words.fill(BEGUN)
        aino.page.locator("input[name=audience][value=table]").first.check()
        sends()
        for _ in range(2):
            aino.page.go_back()
            expect(words).to_have_value(BEGUN)
            sends()
            assert count(sqlite_house, Statement) == before + 1
        aino.page.go_back()
        words.fill(f"{BEGUN}, ja toiset sanat")
        aino.page.locator("input[name=audience][value=table]").first.check()
        sends()
        expect(words).to_have_value(f"{BEGUN}, ja toiset sanat")
        assert count(sqlite_house, Statement) == before + 1
        sends()
        assert count(sqlite_house, Statement) == before + 2
    assert [one for one in aino.faults if "409" not in one] == []


@pytest.mark.seconds
def test_who_goes_back_to_an_empty_form_sends_new_words_under_a_new_key(sqlite_house: House, browser: Browser) -> None:
    case = case_at(sqlite_house, "dialogue")
    with reached(sqlite_house) as url:
        aino = visitor(browser, url)
        let_in(aino, sqlite_house, "Aino")
        aino.goes_to(f"/cases/{case.number}/statements")
        key, words = aino.page.locator("input[name=_once]").first, aino.page.locator("textarea[name=words]").first
        used = key.input_value()
        aino.page.evaluate(
            "document.querySelector('form:has(textarea)').dispatchEvent(new Event('submit', { bubbles: true }))"
        )
        aino.page.reload()
        expect(words).to_have_value("")
        assert key.input_value() != used
    assert aino.faults == []


@pytest.mark.seconds
def test_without_a_connection_nothing_is_sent_and_everything_is_still_there(
    sqlite_house: House, browser: Browser
) -> None:
    case = case_at(sqlite_house, "dialogue")
    before = count(sqlite_house, Statement)
    with reached(sqlite_house) as url:
        aino = visitor(browser, url)
        let_in(aino, sqlite_house, "Aino")
        aino.goes_to(f"/cases/{case.number}/statements")
        page, words = aino.page, aino.page.locator("textarea[name=words]").first
        alarm = page.locator("[role=alert]")
        page.context.set_offline(True)
        words.fill(BEGUN)
        expect(alarm).to_have_text(say("page.unreached", "fi"))  # of the draft that could not be saved
        page.locator("input[name=audience][value=mediator]").first.check()
        page.locator("form:has(textarea[name=words]) button.primary").first.click()
        expect(alarm).to_have_text(say("page.unreached", "fi"))
        assert words.input_value() == BEGUN
        assert (count(sqlite_house, Statement), count(sqlite_house, Draft)) == (before, 0)
        aino.looks()
        assert [one for one in aino.faults if "ERR_INTERNET_DISCONNECTED" not in one and "htmx:error" not in one] == []
        page.context.set_offline(False)
        words.press_sequentially("!")
        expect(alarm).to_have_text("")
        with page.expect_navigation():
            page.locator("form:has(textarea[name=words]) button.primary").first.click()
        assert count(sqlite_house, Statement) == before + 1


@pytest.mark.seconds
def test_what_is_too_long_is_said_at_its_field_before_it_is_sent_and_not_cut_off(
    sqlite_house: House, browser: Browser
) -> None:
    case = case_at(sqlite_house, "dialogue")
    before = count(sqlite_house, Statement)
    with reached(sqlite_house) as url:
        aino = visitor(browser, url)
        let_in(aino, sqlite_house, "Aino")
        aino.goes_to(f"/cases/{case.number}/statements")
        words = aino.page.locator("textarea[name=words]").first
        words.fill("a" * 10_003)
        told = words.evaluate("field => field.validationMessage")
        assert told == say("page.too-long-by", "fi", number="3", limit="10000")
        aino.page.locator("input[name=audience][value=mediator]").first.check()
        aino.page.locator("form:has(textarea[name=words]) button.primary").first.click()
        assert len(words.input_value()) == 10_003
        words.fill("a" * 10_000)
        with aino.page.expect_navigation():
            aino.page.locator("form:has(textarea[name=words]) button.primary").first.click()
    assert count(sqlite_house, Statement) == before + 1
