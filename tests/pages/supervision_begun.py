"""The beginning of a work supervision by clicking: from the request until the last signature under the contract."""

from mediation.words.catalogue import say
from tests.browsers import Visitor
from tests.pages.case_plays import CasePlay
from tests.pages.supervision_words import WORDS, SupervisionWords
from workflows.supervision import SUPERVISION

RAILI, LEENA = "Raili Rinne", "Leena Lahtinen"
SANNA, OLLI, MARKO = "Sanna Salo", "Olli Oja", "Marko Mäkelä"
ROLES = {SANNA: "supervisee", OLLI: "supervisee", MARKO: "manager"}
MAPPED_AT, MAPPED_UNTIL = "2027-01-25 13:00", "2027-01-25 14:30"


class SupervisionBegun(CasePlay):
    """The people of the supervision, who read its pages in its own words, and its days until all have signed."""

    @property
    def words(self) -> SupervisionWords:
        return WORDS[self.language]

    def meets_house(self) -> None:
        """The orderer and the supervisor have their offices; what is marked is for some of them alone."""
        self.language = SUPERVISION.speaking(self.language)
        taking_part = {"Raili", "Sanna", "Olli", "Marko"}
        self.told_to = {"KANARIA-W1": {"Leena", "Raili"}}
        self.told_to |= dict.fromkeys(("KANARIA-W2", "KANARIA-W3", "KANARIA-W4"), taking_part)
        self.house.person(LEENA, office="hr", language=str(self.language))
        self.house.person(RAILI, office="mediator", organisation="Työnohjaajat", language=str(self.language))

    # What is done again and again.

    def leads(self) -> Visitor:
        """Raili comes, and opens the supervision from the list of hers."""
        raili = self.comes("Raili")
        raili.clicks("link", MARKO)  # the first of those who take part
        return raili

    def moves(self, raili: Visitor, transition: str) -> None:
        """From the case page to the phase that comes next."""
        raili.follows("page.see-what-follows")
        raili.presses(f"transition.{transition}")

    def holds(self, moment: str, until: str, *, absent: str = "") -> Visitor:
        """A session that is planned for a moment begins then and ends; who was there is tapped."""
        self.at(moment)
        raili = self.leads()
        raili.follows("page.to-sitting")
        raili.presses("act.begin-session")
        self.taps_who_is_there(raili, absent=absent)
        self.at(until)
        raili = self.sits()
        raili.unfolds("act.end-session")
        raili.presses("page.held-to-end")
        return raili

    def taps_who_is_there(self, raili: Visitor, *, absent: str = "") -> None:
        if not absent:
            return raili.presses("tap.mark-attendance", self.t("page.all-of-them"))
        for name in ROLES:
            raili.presses("tap.absent" if name == absent else "tap.mark-attendance", name)

    # The days.

    def request(self) -> None:
        """The employer asks for supervision: need, and no names; then it is ordered and the supervisor is chosen."""
        self.at("2027-01-11 09:00")
        leena = self.comes("Leena")
        leena.clicks("link", say("page.refer-or-ask", str(self.language)))
        leena.follows("workflow.supervision")
        leena.writes("field.subject", self.words.need)
        leena.presses("page.check-answers")
        leena.presses("page.send-referral")
        self.number = leena.page.url.rpartition("/")[2]
        leena.follows("act.order-mediation")
        leena.writes("field.terms", self.words.order)
        leena.writes("field.cancellation_hours", "48")
        leena.presses("act.order-mediation")
        leena.follows("act.assign-mediator")
        leena.picks(f"{RAILI}, Työnohjaajat")
        leena.presses("act.assign-mediator")
        leena.follows("page.go-on")
        self.hr_reads(leena, "status.not-started")

    def ties(self) -> None:
        """The supervisor declares that she has no ties, and adds and invites who takes part; each accepts her."""
        self.at("2027-01-18 09:00")
        raili = self.comes("Raili")
        raili.clicks("link", self.number)  # nobody takes part yet
        raili.follows("guard.ties-declared")
        raili.chooses("yes-no.no", self.t("field.has_ties"))
        raili.writes("asks.declare-ties.words", self.words.no_ties)
        raili.presses("act.declare-ties")
        for name, role in ROLES.items():
            self.opens_act(raili, "people", "act.add-participant")
            raili.follows(f"role.{role}")
            raili.writes("field.name", name)
            raili.writes("field.email", f"{name.split()[0].lower()}@example.org")
            raili.chooses(f"language-name.{self.language}", self.t("field.language"))
            raili.presses("act.add-participant")
        for name in ROLES:
            self.opens_act(raili, "people", "act.invite")
            raili.picks(name)
            raili.presses("act.invite")
        for name in ROLES:
            one = self.takes_part(name)
            one.follows("todo.no-open-objection.do")
            one.follows("act.answer-ties")
            one.chooses("ties.accepted")
            one.presses("asks.answer-ties.do")

    def mapping(self) -> None:
        """They meet once; the supervisor writes down form and parties, and each says whether to go on."""
        raili = self.leads()
        self.moves(raili, "begin-mapping")
        raili.follows("guard.mapping-held")
        raili.follows("session-kind.mapping")
        raili.writes("field.planned_at", MAPPED_AT.replace(" ", "T"))
        raili.writes("field.minutes", "90")
        raili.presses("act.plan-session")
        raili = self.holds(MAPPED_AT, MAPPED_UNTIL)
        raili.follows("guard.form-chosen")
        raili.chooses("supervision-form.work-community", self.t("asks.choose-form.form"))
        raili.chooses("supervision-kind.work-community", self.t("asks.choose-form.kind"))
        raili.chooses("shape.with-manager", self.t("field.shape"))
        raili.writes("field.cap", "7")
        raili.presses("act.choose-form")
        for name in ROLES:
            one = self.takes_part(name)
            one.follows("todo.wants-to-go-on.do")
            one.chooses("consent.given")
            one.presses("asks.agree-to-mediate.do")

    def frame(self) -> None:
        """Frame and confidentiality are agreed: each reads what it means and is bound to it."""
        raili = self.leads()
        self.moves(raili, "draw-up-contract")
        raili.follows("guard.frame-written")
        raili.writes("field.session_count", "3")
        raili.writes("asks.write-frame.starts_on", "2027-02-22")
        raili.writes("asks.write-frame.minutes", "90")
        raili.writes("field.weeks", "3")
        raili.chooses("form.on-site")
        raili.page.locator("[name=place]").fill(self.words.place)  # its label is a part of another one in Swedish
        raili.writes("field.evaluation_after", "1")
        raili.unfolds("page.more-fields")
        raili.writes("field.methods", self.words.methods)
        raili.presses("act.write-frame")
        raili.follows("guard.bound-to-confidentiality")
        raili.presses("act.bind-to-confidentiality")
        for name in ROLES:
            one = self.takes_part(name)
            one.follows("todo.bound-to-confidentiality.do")
            one.presses("act.bind-to-confidentiality")

    def contract(self) -> None:
        """The goals are written down and the contract goes out; all sign it, the supervisor first."""
        self.at("2027-02-01 09:00")
        raili = self.leads()
        raili.follows("guard.goal-set")
        raili.follows("act.draft-agreement")
        raili.writes("field.purpose", self.words.purpose)
        for number, (action, measure) in enumerate(self.words.goals, 1):
            row = self.t("page.commitment", number=number)
            if not raili.page.get_by_role("group", name=row).count():
                raili.presses("page.one-more-commitment")
            raili.writes("field.action", action, row)
            raili.writes("field.measure", measure, row)
        raili.presses("page.save-draft")
        raili.follows("act.send-agreement")
        raili.presses("act.send-agreement")
        self.at("2027-02-02 09:00")
        raili = self.leads()
        raili.follows("guard.contract-signed")
        raili.presses("act.sign")
        for name in ROLES:
            one = self.takes_part(name)
            one.follows("todo.contract-signed.do")
            one.follows("decide.signatures")
            one.presses("act.sign")
