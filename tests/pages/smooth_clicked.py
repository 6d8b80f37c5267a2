"""The first story (domain notes, case 10.1) by clicking, as each person in turn: the way on is found on the page before."""

from tests.pages.case_plays import CasePlay
from tests.pages.smooth_words import DAYS, WORDS, Words

AINO, PEKKA, RAIJA = "Aino Aalto", "Pekka Peltonen", "Raija Rantala"
# When, and for each party the answer on the first commitment and how the air is; the others were kept.
FOLLOW_UPS = {
    "2027-03-04": {AINO: ("partly", "3"), PEKKA: ("partly", "4")},
    "2027-05-04": {AINO: ("kept", "4"), PEKKA: ("kept", "4")},
    "2027-08-10": {AINO: ("kept", "5"), PEKKA: ("kept", "4")},
}
SCREENED = {f"S{number}": "no" for number in range(1, 19)} | {"S7": "yes", "S14": "yes", "S18": "yes"}


class SmoothPlay(CasePlay):
    """The people of the story, and its days in their order."""

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
        vilho.follows("act.refer")
        vilho.writes("field.subject", words.subject)
        for number, (name, capacity) in enumerate(zip((AINO, PEKKA), words.capacities, strict=False), 1):
            party = self.t("page.party-number", number=number)
            vilho.writes("field.name", name, party)
            vilho.writes("field.email", f"{name.split()[0].lower()}@example.org", party)
            vilho.writes("field.capacity", capacity, party)
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
        meri.presses("act.answer-screening")
        meri.follows("act.answer-screening")
        for question, answer in SCREENED.items():
            if question != "S17":
                meri.chooses(f"answer.{answer}", self.t(f"screening.{question}"))
        meri.unfolds("page.record-for")
        meri.chooses("way.said")
        meri.picks(f"{AINO}, ")
        meri.presses("act.answer-screening")
        meri.follows("act.decide-screening")
        meri.follows("screening-outcome.suitable")
        meri.presses("act.decide-screening")

    def ties(self) -> None:
        """The mediator declares that she has no ties; each party accepts, and is invited; the manager joins."""
        self.at("2027-01-14 09:00")
        meri = self.leads()
        meri.follows("guard.ties-declared")
        meri.chooses("yes-no.no", self.t("field.has_ties"))
        meri.writes("field.words", self.words.no_ties)
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
        meri.writes("field.words", self.words.note)
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

    def opening(self) -> None:
        """All sit in one room, with the mediator's laptop: the ground rules, and each is heard in turn."""
        self.at("2027-01-28 09:00")
        meri = self.leads()
        meri.follows("page.see-what-follows")
        meri.presses("transition.open")
        meri.follows("page.to-sitting")
        meri.presses("act.begin-session")
        meri.presses("tap.mark-attendance", self.t("page.all-of-them"))
        meri.presses("tap.accept-ground-rules", self.t("page.all-of-them"))
        meri.presses("tap.mark-opening-turn", self.t("page.all-of-them"))
        self.moves_on(meri, "define-problem")

    def problem(self) -> None:
        """Each tells how they see it, on a phone of their own; the mediator writes what all say together."""
        self.at("2027-01-28 10:00")
        for name, view in zip((AINO, PEKKA), self.words.views, strict=True):
            party = self.takes_part(name)
            party.follows("todo.stated-view.do")
            party.writes("field.words", view)
            party.presses("asks.state-view.do")
        meri = self.sits()
        meri.follows("page.joint-text")
        meri.writes("page.what-it-is-about", self.words.problem)
        for number, goal in enumerate(self.words.goals, 1):
            meri.presses("page.one-more-goal") if number > 1 else None
            meri.writes("page.goal", goal, number=number)
        meri.presses("page.save-version")

    def dialogue(self) -> None:
        """Each accepts the text, and they talk."""
        self.at("2027-01-28 10:25")
        for name in (AINO, PEKKA):
            party = self.takes_part(name)
            party.follows("todo.accepted-problem-statement.do")
            party.presses("page.accept-version")
        self.moves_on(self.sits(), "start-dialogue")

    def solutions(self) -> None:
        """Both are ready; options, and what each thinks of them."""
        self.at("2027-01-28 11:30")
        meri = self.sits()
        for name in (AINO, PEKKA):
            meri.presses("tap.say-ready", name)
        self.moves_on(meri, "seek-solutions")
        self.at("2027-01-28 11:45")
        for number, (words, aside) in enumerate(self.words.options, 1):
            meri.follows("page.options") if number == 1 else None
            meri.writes("field.words", words, self.t("act.propose-option"))
            meri.presses("page.proposed-by", self.t("act.propose-option"), name=(AINO, PEKKA)[number % 2])
            option = self.t("page.option", number=number)
            if aside:
                meri.unfolds("act.set-aside-option", option)
                meri.writes("field.reason", aside, option)
                meri.presses("act.set-aside-option", option)
            else:
                for name in (AINO, PEKKA):
                    meri.clicks("button", f"{name}: {self.t('response.yes')}", option)
                meri.presses("act.adopt-option", option)

    def draft(self) -> None:
        """Three follow-ups are planned, and the agreement is written; then all go home."""
        self.at("2027-01-28 13:00")
        meri = self.sits()
        for day in FOLLOW_UPS:
            meri.follows("page.all-sessions")
            meri.follows("session-kind.follow-up")
            meri.writes("field.planned_at", f"{day}T12:00")
            meri.writes("field.minutes", "60")
            meri.presses("act.plan-session")
        meri.follows("page.agreement")
        meri.follows("act.draft-agreement")
        words = self.words
        meri.writes("field.purpose", words.problem)
        meri.writes("field.goals", "\n".join(words.goals))
        for number, ((owners, action, measure), (begins, due)) in enumerate(zip(words.commitments, DAYS, strict=True)):
            row = self.t("page.commitment", number=number + 1)
            if not meri.page.get_by_role("group", name=row).count():  # the first ones stand there already: the options
                meri.presses("page.one-more-commitment")
            for owner in owners:
                meri.picks(owner, row)
            meri.writes("field.action", action, row)
            meri.writes("field.measure", measure, row)
            meri.writes("field.starts_on", begins, row)
            meri.writes("field.due_on", due, row)
        meri.chooses("yes-no.yes", self.t("field.disclosure_decided"))
        meri.unfolds("field.notices")
        meri.writes("notice-audience.commissioner", words.notice)
        meri.writes("notice-audience.work-community", words.notice)
        meri.presses("page.save-draft")

    def home(self) -> None:
        """The sitting ends."""
        self.at("2027-01-28 13:10")
        meri = self.sits()
        meri.unfolds("act.end-session")
        meri.presses("page.held-to-end")
        self.hr_reads(self.comes("Vilho"), "status.solutions")

    def signatures(self) -> None:
        """The agreement is sent on a morning, and signed during the day: first Pekka, then Aino, then the manager."""
        self.at("2027-02-01 07:30")
        meri = self.leads()
        self.opens_act(meri, "text", "act.send-agreement")
        meri.presses("act.send-agreement")
        for moment, name in (("08:12", PEKKA), ("15:40", AINO), ("16:05", RAIJA)):
            self.at(f"2027-02-01 {moment}")
            signer = self.takes_part(name)
            signer.follows("todo.everyone-signed.do")
            signer.follows("decide.signatures")
            signer.presses("act.sign")

    def follow_up_begins(self) -> None:
        """The follow-up begins; on the next day HR gets the agreed notice."""
        self.at("2027-02-01 16:30")
        meri = self.leads()
        meri.follows("page.see-what-follows")
        meri.presses("transition.begin-follow-up")
        self.hr_reads(self.comes("Vilho"), "status.follow-up")
        self.at("2027-02-02 09:00")
        self.opens_act(self.leads(), "text", "act.give-notice")
        self.players["Meri"].presses("act.give-notice")
        vilho = self.comes("Vilho")
        vilho.follows("page.case", number=self.number)
        assert self.words.notice in vilho.page.locator("main").inner_text()

    def follow_ups(self) -> None:
        """Each follow-up is held, and each party reports on a phone of their own; after the last the case is closed."""
        for day, answers in FOLLOW_UPS.items():
            self.at(f"{day} 12:00")
            meri = self.sits()
            meri.presses("act.begin-session")
            for name, (first, air) in answers.items():
                party = self.takes_part(name)
                party.follows("todo.reported-on-commitments.do")
                for number, (_, action, _) in enumerate(self.words.commitments, 1):
                    party.chooses(f"report.{first if number == 1 else 'kept'}", f"C{number}. {action}")
                party.chooses("audience.table")
                party.unfolds("page.more-fields")
                party.writes("field.atmosphere", air)
                party.presses("asks.check-in.do")
            meri.unfolds("act.end-session")
            meri.presses("page.held-to-end")

    def close(self) -> None:
        """The agreement was kept: the case is closed, and each can still fetch what is theirs."""
        meri = self.leads()
        meri.follows("page.see-what-follows")
        meri.presses("transition.close")
        self.hr_reads(self.comes("Vilho"), "status-line.ended-settled")
        aino = self.takes_part(AINO)
        aino.follows("page.own")


STEPS = (
    *(SmoothPlay.referral, SmoothPlay.order, SmoothPlay.screening, SmoothPlay.ties, SmoothPlay.meetings),
    *(SmoothPlay.consents, SmoothPlay.opening, SmoothPlay.problem, SmoothPlay.dialogue, SmoothPlay.solutions),
    *(SmoothPlay.draft, SmoothPlay.home, SmoothPlay.signatures, SmoothPlay.follow_up_begins, SmoothPlay.follow_ups),
    SmoothPlay.close,
)
