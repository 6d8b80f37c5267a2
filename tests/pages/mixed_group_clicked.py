"""A mixed group of two employers by clicking, as each person in turn: a full group, a waiting list, and two who pay."""

from typing import ClassVar

from tests.browsers import Visitor
from tests.pages.case_plays import RAILI, SupervisedPlay
from tests.pages.mixed_group_words import MIXED_WORDS

LEENA, KIRSTI = "Leena Lahtinen", "Kirsti Koski"
SANNA, JARI, KAISA, ELINA = "Sanna Salo", "Jari Järvi", "Kaisa Kivi", "Elina Eskola"
CITY, MUNICIPALITY = "Esimerkkilä", "Naapurila"


class MixedGroupPlay(SupervisedPlay):
    """The days of the group, in the words of a supervision."""

    roles: ClassVar = {SANNA: "supervisee", JARI: "supervisee", KAISA: "supervisee"}
    said, leading = MIXED_WORDS, SANNA

    def meets_house(self) -> None:
        """The orderer and the supervisor have their offices; the other employer is not known here yet."""
        self.meets_supervisor()
        here = {"Raili", "Sanna", "Jari", "Kaisa", "Elina"}
        self.told_to = {"KANARIA-G1": {"Leena", "Raili"}, "KANARIA-G2": here}
        self.there = list(self.roles)
        self.house.person(LEENA, office="hr", language=str(self.language))

    @property
    def taking_part(self) -> list[str]:
        return self.there

    def request(self) -> None:
        """The city asks for a group, orders it, and says who pays which share."""
        self.at("2027-01-11 09:00")
        self.shares(self.orders_of(RAILI), {CITY: 2, MUNICIPALITY: 1})

    def shares(self, leena: Visitor, heads: dict[str, int]) -> None:
        """From the status page, by how many people each has in the group."""
        leena.follows("act.set-shares")
        for number, (payer, parts) in enumerate(heads.items()):
            if not leena.page.locator(f"[name='shares.{number}.payer']").count():
                leena.presses("page.one-more")
            leena.page.locator(f"[name='shares.{number}.payer']").fill(payer)
            leena.page.locator(f"[name='shares.{number}.parts']").fill(str(parts))
        leena.chooses("shared-by.heads", self.t("field.shared_by"))
        leena.presses("act.set-shares")

    def people(self) -> None:
        """Three take part, one waits for a place, and the other employer that pays is there to read its line."""
        self.at("2027-01-18 09:00")
        raili = self.comes("Raili")
        raili.clicks("link", self.number)
        self.declares_no_ties(raili)
        for name, role in self.roles.items():
            self.adds(raili, name, role)
        self.adds(raili, ELINA, "waiting")
        self.adds(raili, KIRSTI, "co-orderer")
        self.invites(raili, *self.roles)
        self.accepts_supervisor(*self.roles)

    def mapping(self) -> None:
        """They meet; the group has three places, so that Elina has to wait."""
        raili = self.is_mapped(self.leads(), "2027-01-26 13:00", "2027-01-26 14:30")
        raili.follows("guard.form-chosen")
        raili.chooses("supervision-form.group", self.t("asks.choose-form.form"))
        raili.chooses("supervision-kind.client-work", self.t("asks.choose-form.kind"))
        raili.chooses("shape.supervisees", self.t("field.shape"))
        raili.writes("field.cap", "3")
        raili.presses("act.choose-form")
        self.wants_to_go_on(*self.roles)
        assert self.gives_place(self.leads()) is False

    def gives_place(self, raili: Visitor) -> bool:
        """From the page of the people, to who waits; whether there was one."""
        raili.follows("page.people")
        raili.unfolds("page.you-can", ELINA)
        raili.follows("act.give-place", ELINA)
        raili.presses("act.give-place")
        is_full = self.t("error.group-full", most=3) in raili.page.locator("main").inner_text()
        if is_full:  # which the browser notes, too
            raili.faults = [one for one in raili.faults if "409 (Conflict)" not in one]
        return not is_full

    def contract(self) -> None:
        """Frame, confidentiality and goals are agreed, and all sign."""
        self.at("2027-02-01 09:00")
        raili = self.leads()
        self.moves(raili, "draw-up-contract")
        self.writes_frame(raili, sessions=2, starts_on="2027-02-16")
        self.are_bound(raili, *self.roles)
        self.writes_contract(self.leads())
        self.at("2027-02-02 09:00")
        self.sign(*self.roles)

    def winter(self) -> None:
        """Two sessions are planned, and the first is held without Kaisa."""
        self.at("2027-02-03 10:00")
        raili = self.leads()
        self.moves(raili, "begin-supervision")
        raili.follows("act.plan-series")
        raili.writes("field.first_at", "2027-03-16T13:00")
        raili.presses("act.plan-series")
        raili.presses("sure.plan-series.do")
        self.holds("2027-03-16 13:00", "2027-03-16 14:30", absent=KAISA)

    def a_place(self) -> None:
        """Jari leaves for another job, Elina gets the place, and all sign a new version of the contract."""
        self.at("2027-03-17 09:00")
        jari = self.takes_part(JARI)
        jari.follows("act.withdraw")
        jari.presses("asks.withdraw.do")
        jari.presses("sure.withdraw.do")
        self.there = [SANNA, KAISA, ELINA]
        self.at("2027-03-18 09:00")
        self.moves_aside(self.leads(), "renew-contract")
        assert self.gives_place(self.leads())
        self.accepts_supervisor(ELINA)
        self.wants_to_go_on(ELINA)
        self.are_bound(None, ELINA)
        self.renews()

    def renews(self) -> None:
        """The goals stay as they are; all sign the new version, and the supervision goes on."""
        self.at("2027-03-19 09:00")
        raili = self.leads()
        raili.follows("guard.goal-set")
        raili.follows("act.draft-agreement")  # which begins with what is in force
        raili.presses("page.save-draft")
        raili.follows("act.send-agreement")
        raili.presses("act.send-agreement")
        self.sign(*self.there)
        self.moves(self.leads(), "begin-supervision")

    def spring(self) -> None:
        """The last session, and the closing evaluation with the summary that all approve."""
        self.holds("2027-04-06 13:00", "2027-04-06 14:30")
        self.at("2027-04-12 09:00")
        self.moves_aside(self.leads(), "begin-closing-evaluation")
        rated = dict.fromkeys(self.there, 4)
        raili = self.evaluates("2027-04-13 13:00", "2027-04-13 14:30", self.words.learnt, rated)
        raili.goes_to(f"/cases/{self.number}")
        self.settles_summary(raili, self.there)
        self.moves(self.leads(), "close")

    def who_pays(self) -> None:
        """Both who pay read the summary and what is billed, and never who was there."""
        self.at("2027-04-20 09:00")
        for name in ("Leena", "Kirsti"):
            payer = self.comes(name)
            self.hr_reads(payer, "status-line.ended")
            payer.follows("paper.summary-to-orderer")
            assert self.words.summary in payer.page.locator("main").inner_text()
            self.hr_reads(payer, "status-line.ended")
            payer.follows("page.budget-more")
            told = payer.page.locator("main").inner_text()
            assert f"{MUNICIPALITY} · 1 / 3" in told
            assert not [one for one in (SANNA, JARI, KAISA, ELINA) if one in told]


M = MixedGroupPlay
STEPS = (
    *(M.request, M.people, M.mapping, M.contract, M.winter),
    *(M.a_place, M.spring, M.who_pays),
)
