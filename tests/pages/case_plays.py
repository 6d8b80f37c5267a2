"""A play of one case: how its people find it on their pages, and what who leads it does again and again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from mediation.words.catalogue import say
from tests.browsers import Visitor
from tests.pages.plays import Play
from tests.pages.supervision_words import SupervisionWords
from workflows.supervision import SUPERVISION


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


RAILI = "Raili Rinne"


class SupervisedPlay(CasePlay):
    """A play of a work supervision that Raili leads. `roles` are those who take part, by name, the first one first."""

    roles: ClassVar[Mapping[str, str]] = {}
    said: ClassVar[Mapping[str, SupervisionWords]] = {}

    @property
    def words(self) -> SupervisionWords:
        return self.said[self.language]

    @property
    def taking_part(self) -> list[str]:
        return list(self.roles)

    def meets_supervisor(self) -> None:
        """Everybody reads the pages in the words of a supervision; Raili has her office."""
        self.language = SUPERVISION.speaking(self.language)
        self.house.person(RAILI, office="mediator", organisation="Työnohjaajat", language=str(self.language))

    def leads(self) -> Visitor:
        """Raili comes, and opens the supervision from the list of hers."""
        raili = self.comes("Raili")
        raili.clicks("link", self.leading)
        return raili

    def moves(self, raili: Visitor, transition: str) -> None:
        """From the case page to the phase that comes next."""
        raili.follows("page.see-what-follows")
        raili.presses(f"transition.{transition}")

    def moves_aside(self, raili: Visitor, transition: str) -> None:
        """From the case page to another phase than the one that comes next."""
        raili.unfolds("page.other-moves")
        raili.follows(f"transition.{transition}")
        raili.presses(f"transition.{transition}")

    def orders_of(self, supervisor: str) -> Visitor:
        """Leena asks for supervision, orders it of somebody, and reads that it has not begun."""
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
        leena.picks(f"{supervisor}, Työnohjaajat")
        leena.presses("act.assign-mediator")
        leena.follows("page.go-on")
        self.hr_reads(leena, "status.not-started")
        return leena

    def declares_no_ties(self, raili: Visitor) -> None:
        raili.follows("guard.ties-declared")
        raili.chooses("yes-no.no", self.t("field.has_ties"))
        raili.writes("asks.declare-ties.words", self.words.no_ties)
        raili.presses("act.declare-ties")

    def adds(self, raili: Visitor, name: str, role: str) -> None:
        self.opens_act(raili, "people", "act.add-participant")
        raili.follows(f"role.{role}")
        raili.writes("field.name", name)
        raili.writes("field.email", f"{name.split(maxsplit=1)[0].lower()}@example.org")
        raili.chooses(f"language-name.{self.language}", self.t("field.language"))
        raili.presses("act.add-participant")

    def invites(self, raili: Visitor, *names: str) -> None:
        for name in names:
            self.opens_act(raili, "people", "act.invite")
            raili.picks(name)
            raili.presses("act.invite")

    def accepts_supervisor(self, *names: str) -> None:
        for name in names:
            one = self.takes_part(name)
            one.follows("todo.no-open-objection.do")
            one.follows("act.answer-ties")
            one.chooses("ties.accepted")
            one.presses("asks.answer-ties.do")

    def is_mapped(self, raili: Visitor, moment: str, until: str) -> Visitor:
        """The mapping is planned from what is missing, and held."""
        self.moves(raili, "begin-mapping")
        raili.follows("guard.mapping-held")
        self.plans(raili, "mapping", moment)
        return self.holds(moment, until)

    def plans(self, raili: Visitor, kind: str, moment: str) -> None:
        raili.follows(f"session-kind.{kind}")
        raili.writes("field.planned_at", moment.replace(" ", "T"))
        raili.writes("field.minutes", "90")
        raili.presses("act.plan-session")

    def wants_to_go_on(self, *names: str) -> None:
        for name in names:
            one = self.takes_part(name)
            one.follows("todo.wants-to-go-on.do")
            one.chooses("consent.given")
            one.presses("asks.agree-to-mediate.do")

    def writes_frame(self, raili: Visitor, *, sessions: int, starts_on: str, evaluated_after: int = 1) -> None:
        raili.follows("guard.frame-written")
        raili.writes("field.session_count", str(sessions))
        raili.writes("asks.write-frame.starts_on", starts_on)
        raili.writes("asks.write-frame.minutes", "90")
        raili.writes("field.weeks", "3")
        raili.chooses("form.on-site")
        raili.page.locator("[name=place]").fill(self.words.place)  # its label is a part of another one in Swedish
        raili.writes("field.evaluation_after", str(evaluated_after))
        raili.unfolds("page.more-fields")
        raili.writes("field.methods", self.words.methods)
        raili.presses("act.write-frame")

    def are_bound(self, raili: Visitor | None, *names: str) -> None:
        if raili:
            raili.follows("guard.bound-to-confidentiality")
            raili.presses("act.bind-to-confidentiality")
        for name in names:
            one = self.takes_part(name)
            one.follows("todo.bound-to-confidentiality.do")
            one.presses("act.bind-to-confidentiality")

    def writes_contract(self, raili: Visitor) -> None:
        """The goals are written down, and the contract goes out."""
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

    def sign(self, *names: str) -> None:
        """The supervisor signs, and then each of these."""
        raili = self.leads()
        raili.follows("guard.contract-signed")
        raili.presses("act.sign")
        for name in names:
            one = self.takes_part(name)
            one.follows("todo.contract-signed.do")
            one.follows("decide.signatures")
            one.presses("act.sign")

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
        for name in self.taking_part:
            raili.presses("tap.absent" if name == absent else "tap.mark-attendance", name)

    def evaluates(self, moment: str, until: str, learnt: str, rated: Mapping[str, int]) -> Visitor:
        """An evaluation session is planned and held; each rates on a phone of their own."""
        raili = self.leads()
        raili.follows("guard.evaluation-held")
        self.plans(raili, "evaluation", moment)
        self.at(moment)
        raili = self.sits()
        raili.clicks("button", self.t("act.begin-session"))
        self.taps_who_is_there(raili)
        for name, rating in rated.items():
            one = self.takes_part(name)
            one.follows("todo.goals-rated.do")
            for number, (action, _) in enumerate(self.words.goals, 1):
                one.chooses(f"goal-rating.{rating}", f"C{number}. {action}")
            one.presses("asks.rate-goals.do")
        self.at(until)
        raili = self.sits()
        raili.unfolds("act.end-session")
        raili.presses("page.held-to-end")
        raili.follows("guard.evaluation-written")
        raili.writes("field.learnt", learnt)
        raili.writes("field.wishes", self.words.wishes)
        raili.presses("act.write-evaluation")
        return raili

    def settles_summary(self, raili: Visitor, approved_by: Sequence[str]) -> None:
        """The supervisor proposes what is told, and each who takes part approves it."""
        raili.follows("guard.summary-settled")
        raili.writes("asks.write-summary.words", self.words.summary)
        raili.presses("act.write-summary")
        raili.presses("sure.write-summary.do")
        for name in approved_by:
            one = self.takes_part(name)
            one.follows("todo.summary-settled.do")
            one.presses("act.approve-summary")
