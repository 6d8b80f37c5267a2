"""The day in the room by clicking: one laptop, on which the mediator records what each says, and on which each signs."""

from tests.houses import House
from tests.pages.case_plays import CasePlay
from tests.world import case_at

AINO, PEKKA = "Aino", "Pekka"


def table_set(house: House) -> str:
    """All have agreed to mediate, and come together; gives the number of the case."""
    return case_at(house, "opening", ready=False).number


class RoomPlay(CasePlay):
    """From the opening to the signed agreement, with nobody's device but the mediator's."""

    leading = AINO

    def opening(self) -> None:
        """Who is there, the ground rules, and each one's turn; a private talk in between; all see the table."""
        meri = self.sits()
        meri.presses("act.begin-session")
        everybody = self.t("page.all-of-them")
        meri.presses("tap.mark-attendance", everybody)
        meri.presses("tap.accept-ground-rules", everybody)
        meri.follows("page.show-all")
        meri.page.go_back()
        meri.presses("act.open-caucus", PEKKA)
        assert not meri.page.get_by_role("heading", name=everybody).count()
        meri.presses("act.close-caucus", PEKKA)
        meri.presses("tap.mark-opening-turn", everybody)
        self.moves_on(meri, "define-problem")

    def problem(self) -> None:
        """What each said aloud, and what all write together."""
        meri = self.players["Meri"]
        meri.presses("tap.state-view", AINO)
        meri.presses("tap.pass-view", PEKKA)
        meri.follows("page.joint-text")
        meri.writes("page.what-it-is-about", "Miten tieto siirtyy vuorosta toiseen?")
        meri.writes("page.goal", "Kumpikin tietää, mikä on kesken.", number=1)
        meri.presses("page.save-version")
        for name in (AINO, PEKKA):
            meri.presses("tap.accept-problem-statement", name)
        self.moves_on(meri, "start-dialogue")
        for name in (AINO, PEKKA, PEKKA, PEKKA):  # what was tapped by mistake is taken back by a second tap
            meri.presses("tap.say-ready", name)
        self.moves_on(meri, "seek-solutions")

    def solutions(self) -> None:
        """An option, a follow-up and the agreement."""
        meri = self.players["Meri"]
        meri.follows("page.options")
        meri.writes("field.words", "Vuoronvaihto klo 14.50", self.t("act.propose-option"))
        meri.presses("page.proposed-by", self.t("act.propose-option"), name=AINO)
        option = self.t("page.option", number=1)
        for name in (AINO, PEKKA):
            meri.clicks("button", f"{name}: {self.t('response.yes')}", option)
        meri.presses("act.adopt-option", option)
        meri.follows("page.back")
        meri.follows("guard.follow-up-planned")
        meri.follows("session-kind.follow-up")
        meri.writes("field.planned_at", "2027-03-01T12:00")
        meri.presses("act.plan-session")
        meri.follows("guard.commitments-complete")
        meri.follows("act.draft-agreement")
        row = self.t("page.commitment", number=1)
        for name in (AINO, PEKKA):
            meri.picks(name, row)
        meri.writes("field.starts_on", "2027-02-01", row)
        meri.writes("field.rhythm", "joka arkipäivä", row)
        meri.writes("field.measure", "pidetty yhdeksän kertaa kymmenestä", row)
        meri.chooses("yes-no.yes", self.t("field.disclosure_decided"))
        meri.presses("page.save-draft")
        meri.follows("act.send-agreement")
        meri.presses("act.send-agreement")

    def signatures(self) -> None:
        """Each reads on the laptop, types their name and signs; then the follow-up begins."""
        meri = self.players["Meri"]
        for name in (AINO, PEKKA):
            meri.follows("page.record-short", name=name)
            meri.follows("act.sign")
            meri.chooses("way.in-person")
            meri.writes("field.confirmed_name", name)
            meri.presses("act.sign")
        meri.follows("page.see-what-follows")
        meri.presses("transition.begin-follow-up")
        meri.follows("page.to-sitting")
        meri.unfolds("act.end-session")
        meri.presses("page.held-to-end")


STEPS = (RoomPlay.opening, RoomPlay.problem, RoomPlay.solutions, RoomPlay.signatures)
