"""The preparation of the first story (domain notes, case 10.1) by clicking: from the referral until each agrees to mediate."""

from tests.pages.case_plays import CasePlay
from tests.pages.smooth_words import WORDS, Words

AINO, PEKKA, RAIJA = "Aino Aalto", "Pekka Peltonen", "Raija Rantala"
SCREENED = {f"S{number}": "no" for number in range(1, 19)} | {"S7": "yes", "S14": "yes", "S18": "yes"}


class SmoothPreparation(CasePlay):
    """The people of the story, and its days until all sit down together."""

    leading = AINO

    @property
    def words(self) -> Words:
        return WORDS[self.language]

    def meets_house(self) -> None:
        """HR and the mediator have their offices before anything begins; what is marked is for some of them alone."""
        self.told_to = {"KANARIA-1A": {"Aino", "Meri"}, "KANARIA-1B": {"Pekka", "Meri"}, "KANARIA-1M": {"Meri"}}
        self.house.person("Vilho", office="hr", language=self.language)
        self.house.person("Meri", office="mediator", organisation="Sovittelijat", language=self.language)

    # The days of the story.

    def referral(self) -> None:
        """HR refers, with Aino's knowledge; the manager has asked for it."""
        self.at("2027-01-11 09:00")
        vilho, words = self.comes("Vilho"), self.words
        vilho.follows("page.refer-or-ask")
        vilho.writes("field.subject", words.subject)
        for number, (name, capacity) in enumerate(zip((AINO, PEKKA), words.capacities, strict=False), 1):
            party = self.t("page.party-number", number=number)
            vilho.writes("field.name", name, party)
            vilho.writes("field.email", f"{name.split()[0].lower()}@example.org", party)
            vilho.writes("field.capacity", capacity, party)
        vilho.unfolds("page.more-of-the-matter")
        vilho.writes("field.name", RAIJA, self.t("field.initiator"))
        vilho.writes("field.email", "raija@example.org", self.t("field.initiator"))
        vilho.presses("page.check-answers")
        vilho.presses("page.send-referral")
        self.number = vilho.page.url.rpartition("/")[2]
        self.hr_reads(vilho, "status.not-started")

    def order(self) -> None:
        """HR orders mediation, and names the mediator."""
        self.at("2027-01-13 09:00")
        vilho = self.comes("Vilho")
        vilho.follows("page.case", number=self.number)
        vilho.follows("act.order-mediation")
        vilho.writes("field.terms", self.words.terms)
        vilho.presses("act.order-mediation")
        vilho.follows("act.assign-mediator")
        vilho.picks("Meri, Sovittelijat")
        vilho.presses("act.assign-mediator")
        vilho.follows("page.go-on")

    def screening(self) -> None:
        """The mediator asks whether mediation fits, of herself and of each alone."""
        meri = self.leads()
        meri.follows("guard.screened-suitable")
        meri.presses("act.begin-screening")
        meri.follows("act.answer-screening")
        meri.chooses("answer.no", self.t("screening.S17"))
        meri.presses("asks.answer-screening.do")
        meri.follows("act.answer-screening")
        for question, answer in SCREENED.items():
            if question != "S17":
                meri.chooses(f"answer.{answer}", self.t(f"screening.{question}"))
        meri.unfolds("page.record-for")
        meri.chooses("way.said")
        meri.picks(f"{AINO}, ")
        meri.presses("asks.answer-screening.do")
        meri.follows("act.decide-screening")
        meri.follows("screening-outcome.suitable")
        meri.presses("act.decide-screening")

    def ties(self) -> None:
        """The mediator declares that she has no ties; each party accepts, and is invited; the manager joins."""
        self.at("2027-01-14 09:00")
        meri = self.leads()
        meri.follows("guard.ties-declared")
        meri.chooses("yes-no.no", self.t("field.has_ties"))
        meri.writes("asks.declare-ties.words", self.words.no_ties)
        meri.presses("act.declare-ties")
        for name in (AINO, PEKKA):
            party = self.takes_part(name)
            party.follows("todo.no-open-objection.do")
            party.follows("act.answer-ties")
            party.chooses("ties.accepted")
            party.presses("asks.answer-ties.do")
        for name in (AINO, PEKKA):
            self.opens_act(meri, "people", "act.invite")
            meri.picks(name)
            meri.presses("act.invite")
        self.opens_act(meri, "people", "act.add-participant")
        meri.follows("role.employer-representative")
        meri.writes("field.name", RAIJA)
        meri.writes("field.email", "raija@example.org")
        meri.writes("field.capacity", self.words.capacities[2])
        meri.presses("act.add-participant")

    def meetings(self) -> None:
        """The information meeting, and each party alone; each tells the mediator something."""
        self.meeting("information", "2027-01-18T13:00", "45")
        for name, day, minutes, told in ((AINO, "19", "60", 0), (PEKKA, "20", "75", 1)):
            self.meeting("separate", f"2027-01-{day}T10:00", minutes, alone=name)
            party = self.takes_part(name)
            party.follows("page.write")
            party.chooses("audience.mediator")
            party.writes("field.words", self.words.told[told])
            party.presses("asks.speak-privately.do")

    def meeting(self, kind: str, moment: str, minutes: str, *, alone: str = "") -> None:
        """A meeting is agreed, begins and ends."""
        self.at(moment.replace("T", " "))
        meri = self.leads()
        meri.follows("guard.met-separately")
        meri.follows(f"session-kind.{kind}")
        meri.writes("field.planned_at", moment)
        meri.writes("field.minutes", minutes)
        if alone:
            meri.picks(alone)
        meri.presses("act.plan-session")
        meri.follows("page.all-sessions")
        meri.follows("act.begin-session")
        meri.presses("act.begin-session")
        meri.follows("page.all-sessions")
        meri.follows("act.mark-attendance")
        for name in (alone,) if alone else (AINO, PEKKA):
            meri.chooses("attendance.present", name)
        meri.presses("act.mark-attendance")
        meri.follows("page.all-sessions")
        meri.follows("act.end-session")
        meri.presses("act.end-session")

    def consents(self) -> None:
        """A note of the mediator's own, the plan of the day together, and each party agrees to mediate."""
        self.at("2027-01-21 09:00")
        meri = self.leads()
        self.opens_act(meri, "talk", "act.write-note")
        meri.writes("asks.write-note.words", self.words.note)
        meri.presses("act.write-note")
        meri.follows("guard.joint-session-planned")
        meri.follows("session-kind.joint")
        meri.writes("field.planned_at", "2027-01-28T09:00")
        meri.writes("field.minutes", "250")
        meri.presses("act.plan-session")
        for name in (AINO, PEKKA):
            party = self.takes_part(name)
            party.follows("todo.agreed-to-mediate.do")
            party.chooses("consent.given")
            party.presses("asks.agree-to-mediate.do")
