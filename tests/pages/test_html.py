"""Every page that somebody can open is HTML without a fault, with one heading and a title of its own."""

import re

import pytest

from api.pages.case import page_of
from mediation.people.directory import add_organisation
from mediation.people.inquiry_addresses import take_inquiries
from tests.browsers import linked
from tests.houses import House, application
from tests.pages.test_access import PHASES, READERS
from tests.pages.walks import OF_CASE, PAGES, at, faults_in, opened
from tests.world import case_at
from workflows.mediation import MEDIATION

ANONYMOUS = [
    one
    for one in PAGES
    if one.startswith(("/sign-in", "/own-address", "/opening", "/stop", "/accessibility", "/glossary"))
]
# Those of an account, which only a browser opens: who reads here has a token.
OF_BROWSERS = {"/devices", "/calendar", "/account", "/second-factor", "/tokens"}
MOST = 400  # pages for one reader


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("who", READERS)
@pytest.mark.part(15)
def test_every_page_that_one_finds_is_sound(sqlite_house: House, who: str, phase: str) -> None:
    case = case_at(sqlite_house, phase)
    guessed = {at(one, case.number) for one in OF_CASE if one.count("{") == 1}
    waiting, found = {"/", *guessed}, {"/"}  # what a link leads to is there for this reader; what is guessed may not be
    seen, faults = set(), list[str]()
    while waiting and len(seen) < MOST:
        path = waiting.pop()
        seen.add(path)
        answer = opened(case, who, path)
        faults += [f"{path}: {answer.status_code}"] if answer.status_code >= (400 if path in found else 500) else []
        if answer.headers.get("content-type", "").startswith("text/html"):
            faults += [f"{path}: {one}" for one in unsound(answer.text)]
            found |= linked(answer.text) - OF_BROWSERS
            waiting |= found - seen
    assert faults == []
    assert len(seen) > 60


@pytest.mark.parametrize("path", [one for one in ANONYMOUS if "{" not in one])
def test_every_page_before_signing_in_is_sound(sqlite_house: House, path: str) -> None:
    assert list(unsound(sqlite_house.client().get(path).text)) == []


def test_the_form_of_an_inquiry_is_sound_for_whoever_finds_it_in_every_language(sqlite_house: House) -> None:
    with sqlite_house.installation.database.writing() as db:
        take_inquiries(db, add_organisation(db, "Ohjaajat").id, "ohjaajat", is_open=True)
    for language in ("fi", "sv", "en"):
        for path in ("/inquiries/ohjaajat", "/inquiries/ohjaajat/sent", "/inquiry"):
            answer = sqlite_house.client().get(path, headers={"Accept-Language": language})
            assert (answer.status_code, list(unsound(answer.text))) == (200, []), path


def unsound(page: str) -> list[str]:
    """What is wrong with a page."""
    ids = re.findall(r'\sid="([^"]+)"', page)
    faults = [*faults_in(page), *{f"twice: {one}" for one in ids if ids.count(one) > 1}]
    faults += [f"{page.count('<h1')} headings"] if page.count("<h1") != 1 else []
    faults += ["no title"] if not re.search(r"<title>[^–<]+ – [^<]+</title>", page) else []
    named = re.findall(r'aria-(?:labelledby|describedby)="([^"]+)"|<label for="([^"]+)"', page)
    missing = {one for pair in named for one in " ".join(pair).split()} - set(ids)
    return [*faults, *(f"no such id: {one}" for one in missing)]


def test_whatever_a_guard_waits_for_is_done_on_a_page() -> None:
    addresses = application().state.addresses
    moves = [move for phase in MEDIATION.phases for move in phase.transitions]
    guards = [guard for move in moves for guard in MEDIATION.guards_of(move)]
    acts = {act for guard in guards for act in guard.met_by if act in addresses}
    below = {addresses[act].removeprefix("/api/cases/{number}").partition("/{")[0] for act in acts}
    pages = {page_of("/cases/{number}" + one) for one in below}
    assert len(pages) > 15
    assert sorted(pages - set(PAGES)) == []
