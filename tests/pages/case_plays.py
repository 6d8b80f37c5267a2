"""A play of one case: how its people find it on their pages, and what the mediator does again and again."""

from dataclasses import dataclass
from typing import ClassVar

from tests.browsers import Visitor
from tests.pages.plays import Play


@dataclass
class CasePlay(Play):
    """A play of the case with this number. `leading` are words of the link to it among the mediator's cases."""

    leading: ClassVar[str] = ""
    number: str = ""

    def leads(self) -> Visitor:
        """Meri comes, and opens the case from the list of hers."""
        meri = self.comes("Meri")
        meri.clicks("link", self.leading)
        return meri

    def takes_part(self, name: str) -> Visitor:
        """A party comes, and opens the case."""
        one = self.comes(name.split(maxsplit=1)[0])
        one.follows("page.case", number=self.number)
        return one

    def hr_reads(self, vilho: Visitor, status: str) -> None:
        """What HR's one page says of the case."""
        vilho.goes_to(f"/statuses/{self.number}")
        assert vilho.page.locator("h1").inner_text() == self.t(status)

    def opens_act(self, meri: Visitor, group: str, act: str) -> None:
        """Unfold what can be done on the case page, and follow one of it."""
        meri.unfolds(f"acts-group.{group}")
        meri.follows(act, self.t("page.you-can"))

    def moves_on(self, meri: Visitor, transition: str) -> None:
        """From the day in the room to the next phase, and back to it."""
        meri.follows("page.see-what-follows", self.t(f"transition.{transition}"))
        meri.presses(f"transition.{transition}")

    def sits(self) -> Visitor:
        """Meri comes to the page of the day in the room."""
        meri = self.leads()
        meri.follows("page.to-sitting")
        return meri
