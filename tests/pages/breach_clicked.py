"""The second story (domain notes, case 10.2) by clicking, from the first follow-up on: what comes before is like the first."""

from collections.abc import Mapping

from demo.breach import SECOND, BreachStory
from tests.houses import House
from tests.pages.case_plays import CasePlay
from tests.stories.test_smooth_story import stage_in

LEENA, DANIEL, TARJA = "Leena Lehto", "Daniel Dahl", "Tarja Tuomi"
BEGUN = (
    *(BreachStory.referral, BreachStory.preparation, BreachStory.separate_meetings),
    *(BreachStory.one_sitting, BreachStory.signing),
)
NEW_OWNERS = {"C2": (LEENA, DANIEL), "C6": (DANIEL,), "C7": (TARJA,)}


def begun(house: House) -> str:
    """The story up to its signed agreement; gives the number of the case."""
    story = BreachStory(stage_in(house, []))
    for step in BEGUN:
        step(story)
    house.installation.database.clock = house.clock
    return story.number


class BreachPlay(CasePlay):
    """The people of the story, and its days from the first follow-up on. Daniel reads in English."""

    leading = LEENA

    def reports(self, name: str, answers: Mapping[str, str], air: str) -> None:
        """A party tells how each commitment has been carried out."""
        one = self.takes_part(name)
        one.follows("todo.reported-on-commitments.do")
        for label, answer in answers.items():
            one.chooses(f"report.{answer}", f"{label}. ")
        one.chooses("audience.table")
        one.unfolds("page.more-fields")
        one.writes("field.atmosphere", air)
        one.presses("asks.check-in.do")

    def breach(self) -> None:
        """At the first follow-up the two answer differently, and both answers stay."""
        self.at("2027-04-22 12:00")
        meri = self.sits()
        meri.presses("act.begin-session")
        kept = dict.fromkeys(("C1", "C2", "C5"), "kept")
        self.reports(LEENA, {**kept, "C3": "partly", "C4": "partly"}, "4")
        self.reports(DANIEL, {**kept, "C3": "partly", "C2": "not-kept", "C4": "not-kept"}, "2")
        meri.unfolds("act.end-session")
        meri.presses("page.held-to-end")
        meri.follows("guard.no-open-breach", self.t("transition.close"))
        open_ones = meri.part(self.t("page.breaches")).locator("li").all_inner_texts()
        assert sorted(one.split()[0] for one in open_ones) == ["C2", "C4"]
        self.hr_reads(self.comes("Heli"), "status.follow-up")

    def amendment(self) -> None:
        """Back to the solutions for a second version; the first stays in force until the last signature."""
        self.at("2027-04-29 12:00")
        meri = self.leads()
        meri.unfolds("page.other-moves")
        meri.follows("transition.amend")
        meri.presses("transition.amend")
        meri.follows("page.agreement")
        meri.follows("act.draft-agreement")
        for number, line in enumerate(SECOND, 1):
            row = str(line["label"])
            if number > 5:  # the first five stand there as they were signed
                row = self.t("page.commitment", number=number)
                if not meri.page.get_by_role("group", name=row).count():
                    meri.presses("page.one-more-commitment")
            for owner in NEW_OWNERS.get(line["label"], ()):
                meri.picks(owner, row)
            for code in ("fi", "en") if "fi" in line else ():
                action, measure = line[code]
                of = self.t(f"in-language.{code}")
                meri.fills(f"{self.t('field.action')} {of}", action, row)
                meri.fills(f"{self.t('field.measure')} {of}", measure, row)
            for day in ("starts_on", "due_on"):
                if day in line:
                    meri.writes(f"field.{day}", line[day], row)
            if line.get("ended"):
                meri.unfolds("page.more-of-commitment", row)
                meri.selects(f"page.commitment-{line['ended']}", "field.ended", row)
        meri.chooses("yes-no.yes", self.t("field.disclosure_decided"))
        meri.presses("page.save-draft")
        meri.follows("act.send-agreement")
        meri.presses("act.send-agreement")

    def second_signing(self) -> None:
        """Each reads what changes, and signs; then the follow-up goes on."""
        for moment, name in (("09:00", DANIEL), ("09:30", LEENA), ("10:00", TARJA)):
            self.at(f"2027-05-04 {moment}")
            signer = self.takes_part(name)
            signer.follows("todo.everyone-signed.do")
            if name != TARJA:
                signer.follows("page.what-changed")
                assert "C6" in signer.page.locator("main").inner_text()
                signer.follows("page.back")
            signer.follows("decide.signatures")
            signer.presses("act.sign")
        self.at("2027-05-04 10:30")
        meri = self.leads()
        meri.follows("page.see-what-follows")
        meri.presses("transition.begin-follow-up")
        self.opens_act(meri, "text", "act.give-notice")
        meri.presses("act.give-notice")

    def the_rest(self) -> None:
        """Two more follow-ups, and the amended agreement is kept."""
        kept = dict.fromkeys(("C1", "C2", "C3", "C4", "C6", "C7"), "kept")
        for day, forgot, airs in (("2027-06-08", "partly", ("4", "4")), ("2027-09-09", "kept", ("4", "5"))):
            self.at(f"{day} 12:00")
            meri = self.sits()
            meri.presses("act.begin-session")
            self.reports(LEENA, kept, airs[0])
            self.reports(DANIEL, {**kept, "C6": forgot}, airs[1])
            meri.unfolds("act.end-session")
            meri.presses("page.held-to-end")
        meri = self.leads()
        meri.follows("page.see-what-follows")
        meri.presses("transition.close")
        self.hr_reads(self.comes("Heli"), "status-line.ended-settled")


STEPS = (BreachPlay.breach, BreachPlay.amendment, BreachPlay.second_signing, BreachPlay.the_rest)
