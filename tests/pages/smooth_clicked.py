"""The first story (domain notes, case 10.1) by clicking, as each person in turn: the way on is found on the page before."""

from tests.pages.smooth_prepared import AINO, PEKKA, RAIJA, SmoothPreparation
from tests.pages.smooth_words import DAYS

# When, and for each party the answer on the first commitment and how the air is; the others were kept.
FOLLOW_UPS = {
    "2027-03-04": {AINO: ("partly", "3"), PEKKA: ("partly", "4")},
    "2027-05-04": {AINO: ("kept", "4"), PEKKA: ("kept", "4")},
    "2027-08-10": {AINO: ("kept", "5"), PEKKA: ("kept", "4")},
}


class SmoothPlay(SmoothPreparation):
    """The days of the story from the opening on, and all of them in their order."""

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
            party.writes("asks.state-view.words", view)
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
