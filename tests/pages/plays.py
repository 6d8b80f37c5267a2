"""A play on pages: its people come through letters of the house, each with a browser of their own, when the play says."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from typing import Literal

from playwright.sync_api import Browser

from api.app import create_app
from mediation.installation.due import do_what_is_due
from mediation.words.catalogue import say
from tests.browsers import PHONE, Visitor, visitor
from tests.houses import House
from tests.world import address, body_of, post_of, served
from workflows import WORKFLOWS

_LINK = re.compile(r"https?://\S+/sign-in#\S+")
_CODE = re.compile(r"^(\w{4}-\w{4})$", re.MULTILINE)


def link_in(letter: str) -> str:
    """The link of a letter that lets one in."""
    return _LINK.findall(letter)[-1]


@contextmanager
def reached(house: House) -> Iterator[str]:
    """The house behind a real server, with links in letters that lead there."""
    app = create_app(house.installation)
    with served(app) as url:
        settings = replace(house.installation.settings, base_url=url)
        house.installation = app.state.installation = replace(house.installation, settings=settings)
        yield url


@dataclass
class Play:
    """The house behind a server at `url`, and who plays. Each looks at every page that they meet, as `Visitor` does."""

    house: House
    browser: Browser
    url: str
    language: str = "fi"
    width: int = PHONE
    script: bool = True
    dark: bool = False
    forced_colors: Literal["active", "none"] = "none"
    languages: dict[str, str] = field(default_factory=dict)  # of who reads in another than that of the play
    told_to: dict[str, set[str]] = field(default_factory=dict)  # words, and who alone may read them
    players: dict[str, Visitor] = field(default_factory=dict)
    letters: list[EmailMessage] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        return [fault for one in self.players.values() for fault in one.faults]

    def t(self, code: str, **blanks: object) -> str:
        """Words of the catalogue in the language of the play."""
        return say(code, self.language, **blanks)

    def at(self, moment: str) -> None:
        """Let time go on to a moment in Helsinki; what fell due is done, and the letters go out."""
        self.house.clock.set(moment)
        do_what_is_due(self.house.installation.database, WORKFLOWS)
        self.letters += post_of(self.house)

    def comes(self, name: str) -> Visitor:
        """Somebody asks for a letter and opens its link; where no script runs, they type its code."""
        one, letter = self.asks_for_letter(name)
        if self.script:
            one.goes_to(link_in(letter))
        else:
            one.writes("page.sign-in-code", _CODE.findall(letter)[-1])
        one.presses("sign-in.button")
        return one

    def asks_for_letter(self, name: str) -> tuple[Visitor, str]:
        """Somebody asks for a letter in a browser of their own; gives both."""
        one = self.players.get(name)
        if one is None:
            one = self.players[name] = self.browser_of(self.languages.get(name, self.language))
            one.hidden = [words for words, readers in self.told_to.items() if name not in readers]
        one.goes_to("/sign-in")
        one.writes("field.email", address(name))
        one.presses("page.sign-in-ask")
        self.letters += post_of(self.house)
        return one, self.newest_letter(name, _LINK)

    def browser_of(self, language: str) -> Visitor:
        """A new browser."""
        one = visitor(
            self.browser,
            self.url,
            width=self.width,
            script=self.script,
            language=language,
            dark=self.dark,
            forced_colors=self.forced_colors,
        )
        one.looked_at = set()
        return one

    def newest_letter(self, name: str, with_words: re.Pattern[str]) -> str:
        """The words of the newest letter to somebody that has these in it."""
        bodies = (body_of(one) for one in reversed(self.letters) if one["To"] == address(name))
        return next(one for one in bodies if with_words.search(one))
