"""A parent guidance by clicking, as each person in turn: from the public form until it is closed, and nobody is told."""

import re
from typing import ClassVar

from tests.browsers import Visitor
from tests.pages.case_plays import RAILI, SupervisedPlay
from tests.pages.parents_words import PARENTS_WORDS
from tests.world import address, post_of

ANU, RIIKKA, SAMU = "Anu Aalto", "Riikka Ranta", "Samu Sarkola"
OFFICE = "Työnohjaajat"
_INQUIRY = re.compile(r"https?://\S+/inquiry#\S+")


class ParentsPlay(SupervisedPlay):
    """The days of the guidance, in the words of a supervision."""

    roles: ClassVar = {RIIKKA: "supervisee", SAMU: "supervisee"}
    said, leading = PARENTS_WORDS, RIIKKA

    def meets_house(self) -> None:
        """The office and the supervisor are there; nobody knows the parents yet."""
        self.meets_supervisor()
        self.told_to = {"KANARIA-P1": {"Riikka", "Raili"}, "KANARIA-P2": {"Raili", "Riikka", "Samu"}}
        self.house.person(ANU, office="admin", organisation=OFFICE, language=str(self.language))

    def door(self) -> None:
        """The office opens its form to anybody."""
        self.at("2027-01-11 09:00")
        anu = self.comes("Anu")
        anu.follows("page.admin")
        anu.clicks("link", OFFICE)
        anu.writes("field.inquiry_address", "ohjaajat")
        anu.chooses("yes-no.yes", self.t("field.takes_inquiries"))
        anu.presses("page.save", self.t("page.inquiries"))
        anu.clicks("link", "/inquiries/ohjaajat")

    def inquiry(self) -> None:
        """Riikka asks without an account, and confirms it by the link of the letter that comes."""
        riikka = self.browser_of(self.language)
        self.players["Riikka"] = riikka
        riikka.goes_to("/inquiries/ohjaajat")
        riikka.chooses("asked-for.own", self.t("field.asked_for"))
        riikka.writes("field.need", self.words.need)
        riikka.chooses("supervision-form.group", self.t("field.wished_form"))
        riikka.chooses("supervision-kind.parent-guidance", self.t("field.wished_kind"))
        riikka.writes("field.people", "2")
        riikka.writes("field.email", address("Riikka"))
        riikka.presses("page.inquiry-send")
        self.letters += post_of(self.house)
        [link] = _INQUIRY.findall(self.newest_letter("Riikka", _INQUIRY))
        riikka.goes_to(link)
        if not self.script:  # then nothing reads what stands behind the # of a link
            riikka.writes("page.pasted-link", link)
        riikka.page.locator("[name=name]:visible").fill(RIIKKA)
        riikka.presses("page.inquiry-confirm")

    def taken_in(self) -> None:
        """The office chooses who supervises, without reading a word; Raili reads it, and the other parent joins."""
        self.at("2027-01-13 09:00")
        anu = self.comes("Anu")
        anu.follows("page.inquiries-waiting")
        anu.unfolds("page.choose-supervisor")
        anu.picks(RAILI)
        anu.presses("page.choose-supervisor")
        raili = self.leads()
        self.number = raili.page.url.rpartition("/")[2]
        raili.follows("page.of-inquiry")
        assert self.words.need in raili.page.locator("main").inner_text()
        raili.follows("page.case", number=self.number)
        self.declares_no_ties(raili)
        self.adds(raili, SAMU, "supervisee")
        self.invites(raili, *self.roles)
        self.accepts_supervisor(*self.roles)

    def mapping(self) -> None:
        """They meet once; each parent is asked one thing alone, and each says whether to go on."""
        raili = self.is_mapped(self.leads(), "2027-01-28 17:00", "2027-01-28 18:30")
        raili.follows("guard.form-chosen")
        raili.chooses("supervision-form.group", self.t("asks.choose-form.form"))
        raili.chooses("supervision-kind.parent-guidance", self.t("asks.choose-form.kind"))
        raili.chooses("shape.parents", self.t("field.shape"))
        raili.presses("act.choose-form")
        for name in self.roles:
            one = self.takes_part(name)
            one.follows("todo.asked-alone.do")
            one.chooses("afraid.no")
            one.presses("act.answer-alone")
        self.wants_to_go_on(*self.roles)

    def contract(self) -> None:
        """The contract has its own form: the supervisor and both parents sign it, and nobody else."""
        self.at("2027-02-04 09:00")
        raili = self.leads()
        self.moves(raili, "draw-up-contract")
        self.writes_frame(raili, sessions=2, starts_on="2027-02-18")
        self.are_bound(raili, *self.roles)
        self.writes_contract(self.leads())
        self.sign(*self.roles)

    def sessions(self) -> None:
        """Two sessions, the second one remote; Samu is ill at the first."""
        raili = self.leads()
        self.moves(raili, "begin-supervision")
        raili.follows("act.plan-series")
        raili.writes("field.first_at", "2027-02-18T17:00")
        raili.presses("act.plan-series")
        raili.presses("sure.plan-series.do")
        self.holds("2027-02-18 17:00", "2027-02-18 18:30", absent=SAMU)
        raili = self.leads()
        raili.follows("page.all-sessions")
        raili.follows("act.move-session")
        raili.chooses("form.remote")
        raili.presses("act.move-session")
        assert self.t("form.remote") in self.takes_part(SAMU).page.locator("main").inner_text()
        self.holds("2027-03-11 17:00", "2027-03-11 18:30")

    def closing(self) -> None:
        """The closing evaluation stays with the two; how they rate is never shown together, and no summary is asked for."""
        self.at("2027-03-12 09:00")
        self.moves_aside(self.leads(), "begin-closing-evaluation")
        rated = {RIIKKA: 4, SAMU: 3}
        raili = self.evaluates("2027-03-18 17:00", "2027-03-18 18:30", self.words.learnt_at_last, rated)
        raili.goes_to(f"/cases/{self.number}")
        self.moves(raili, "close")
        self.reads_own_ratings(self.takes_part(SAMU))

    def reads_own_ratings(self, samu: Visitor) -> None:
        samu.follows("page.goals-own")

    def afterwards(self) -> None:
        """The supervisor gets the confirmation of her hours."""
        self.at("2027-04-10 09:00")
        raili = self.comes("Raili")
        raili.follows("page.hours-own")
        raili.follows("page.hours-confirmation")
        assert self.t("workflow.supervision") in raili.page.locator("main").inner_text()


P = ParentsPlay
STEPS = (P.door, P.inquiry, P.taken_in, P.mapping, P.contract, P.sessions, P.closing, P.afterwards)
