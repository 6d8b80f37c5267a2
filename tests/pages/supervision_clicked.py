"""A work supervision by clicking, as each person in turn: a small work community and its manager, from request to the end."""

from tests.pages.supervision_begun import MARKO, OLLI, SANNA, SupervisionBegun

RATED = {SANNA: 4, OLLI: 3, MARKO: 4}


class SupervisionPlay(SupervisionBegun):
    """The days of the supervision once its contract is signed, and all of them in their order."""

    def series(self) -> None:
        """The supervision begins; three sessions are shown, and then planned at once."""
        self.at("2027-02-03 10:00")
        raili = self.leads()
        self.moves(raili, "begin-supervision")
        raili.follows("act.plan-series")
        raili.writes("field.first_at", "2027-02-22T13:00")
        raili.presses("act.plan-series")
        assert raili.page.locator("main ol li").count() == 3
        raili.presses("sure.plan-series.do")

    def sessions(self) -> None:
        """One session is held without the manager; the last one is moved by a week, and the one between cancelled."""
        self.holds("2027-02-22 13:00", "2027-02-22 14:30", absent=MARKO)
        self.at("2027-03-01 09:00")
        raili = self.leads()
        raili.follows("page.all-sessions")
        raili.follows("act.cancel-session")
        raili.presses("act.cancel-session")
        raili.follows("page.all-sessions")
        raili.follows("act.move-session")
        raili.writes("field.planned_at", "2027-04-12T13:00")
        raili.presses("act.move-session")
        moved = self.takes_part(SANNA).page.locator("time[datetime^='2027-04-12']")
        assert moved.count() == 1

    def interim_evaluation(self) -> None:
        """Each rates the goals alone, the supervisor writes what the group says, and they go on."""
        self.at("2027-03-16 13:00")
        self.moves(self.leads(), "begin-interim-evaluation")
        raili = self.evaluates("2027-03-23 13:00", "2027-03-23 14:30", self.words.learnt, RATED)
        raili.goes_to(f"/cases/{self.number}")
        self.moves(raili, "go-on")
        self.holds("2027-04-12 13:00", "2027-04-12 14:30")

    def closing_evaluation(self) -> None:
        """They evaluate at the end; the summary to the orderer is approved by each, and the supervision is closed."""
        self.at("2027-05-03 09:00")
        raili = self.leads()
        self.moves_aside(raili, "begin-closing-evaluation")
        raili = self.evaluates("2027-05-10 13:00", "2027-05-10 14:30", self.words.learnt_at_last, RATED)
        raili.goes_to(f"/cases/{self.number}")
        self.settles_summary(raili, self.taking_part)
        self.moves(self.leads(), "close")

    def afterwards(self) -> None:
        """The orderer reads the settled summary and no more; the supervisor gets the confirmation of her hours."""
        self.at("2027-05-11 09:00")
        leena = self.comes("Leena")
        self.hr_reads(leena, "status-line.ended")
        leena.follows("paper.summary-to-orderer")
        assert self.words.summary in leena.page.locator("main").inner_text()
        self.takes_part(SANNA).follows("page.own")
        self.at("2027-06-10 09:00")
        raili = self.comes("Raili")
        raili.follows("page.hours-own")
        raili.follows("page.hours-confirmation")
        assert self.t("workflow.supervision") in raili.page.locator("main").inner_text()


P = SupervisionPlay
STEPS = (
    *(P.request, P.ties, P.mapping, P.frame, P.contract),
    *(P.series, P.sessions, P.interim_evaluation, P.closing_evaluation, P.afterwards),
)
