"""The story of a work supervision: a work community of six with their manager, for a year."""

from collections.abc import Callable, Sequence

from demo import supervision_words as words
from demo.cases import Played, play_each
from demo.stage import Actor, Stage, StoryBroken
from demo.supervising import Supervising

MEMBERS = ("Sanna", "Olli", "Kaisa", "Timo", "Elina", "Jari")
NAMES = ("Sanna Salo", "Olli Oja", "Kaisa Kivi", "Timo Tamm", "Elina Eskola", "Jari Järvi")
FIRST = "2027-02-22 13:00"
RATED = {"Sanna": 4, "Olli": 3, "Kaisa": 4, "Timo": 2, "Elina": 4, "Jari": 3, "Noora": 4, "Marko": 3}  # as each rates


def play(stage: Stage) -> str:
    """Play the whole year; returns the number of the case. Raises `StoryBroken` if something differs from the story."""
    return SupervisionStory(stage).play()


class SupervisionStory(Supervising):
    """The people of the story, and its days in their order."""

    purpose, goals, ratings = words.PURPOSE, words.GOALS, RATED

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        employer = stage.organisation("Esimerkkilän hyvinvointialue, lastensuojelun avohuolto")
        provider = stage.organisation(words.PROVIDER)
        self.employer = employer
        self.hr = stage.person(
            "tilaaja", called="Leena Lahtinen", organisation=employer, office="hr", email="leena@example.org"
        )
        self.mediator = stage.person(
            "työnohjaaja", called="Raili Rinne", organisation=provider, office="mediator", email="raili@example.org"
        )
        self.members = {
            short: stage.person(short, called=called, email=f"{short.lower()}@example.org")
            for short, called in zip(MEMBERS, NAMES, strict=True)
        }
        self.manager = stage.person("Marko", called="Marko Mäkelä", email="marko@example.org")

    def everyone(self) -> list[Actor]:
        """Those who take part."""
        return [*self.members.values(), self.manager]

    def play(self) -> str:
        """Every day of the story."""
        for step in ALL:
            step(self)
        return self.number

    def inquiry(self) -> None:
        """The employer asks for supervision: need and how many, no names."""
        stage = self.stage
        stage.at("2027-01-11 09:00")
        asked = {"workflow": "supervision", "organisation": self.employer, "subject": words.NEED, "parties": []}
        self.number = self.hr.post("/api/cases", {**asked, "language": "fi"})["number"]
        stage.tell(f"  asked for as {self.number}")
        self.hr.post(self.at("order"), {"terms": words.ORDER, "language": "fi", "cancellation_hours": 48})
        self.hr.post(self.at("mediators"), {"person": self.mediator.person})

    def mapping(self) -> None:
        """The supervisor declares ties and meets the team."""
        stage = self.stage
        stage.at("2027-01-18 09:00")
        for one in self.members.values():
            self.mediator.post(self.at("participants"), {"person": one.person, "role": "supervisee"})
        self.mediator.post(self.at("participants"), {"person": self.manager.person, "role": "manager"})
        self.learn_ids()
        self.declare_no_ties(words.NO_TIES, self.everyone())
        self.move("begin-mapping")
        self.session("mapping", "2027-01-25 13:00", 90, present=[one.name for one in self.everyone()])
        self.mediator.put(self.at("form"), words.FORM)

    def going_on(self) -> None:
        """Each says whether to go on."""
        self.wants_to_go_on()

    def contract(self) -> None:
        """Frame and goals are agreed, everybody is bound to confidentiality, and the contract goes out."""
        self.stage.at("2027-02-01 09:00")
        self.move("draw-up-contract")
        self.mediator.put(self.at("frame"), words.FRAME)
        for one in (self.mediator, *self.everyone()):
            self.binds(one)
        self.draft_goals()
        self.mediator.post(self.at("agreement/sending"))

    def most_sign(self) -> None:
        """All but one sign."""
        _, *rest = self.everyone()
        self.sign("2027-02-02", [("09:00", self.mediator), *(("10:00", one) for one in rest)])

    def begin(self) -> None:
        """The last one signs, and the supervision begins."""
        self.sign("2027-02-03", [("09:00", self.everyone()[0])])
        self.move("begin-supervision")

    def series(self) -> None:
        """Fourteen sessions are planned at once, every third week."""
        self.stage.at("2027-02-03 10:00")
        plan = {"first_at": self.moment(FIRST), "weeks": 3, "minutes": 90, "how_many": 14}
        self.mediator.post(self.at("series"), plan)
        self.stage.tell(f"  {len(self.ahead())} sessions are planned")

    def spring(self) -> None:
        """Three sessions; the fourth is moved by a week, and the fifth is cancelled the day before."""
        self.hold(3)
        fourth, fifth = self.ahead()[:2]
        later = self.stage.shifted(fourth["planned_at"], days=7)
        self.mediator.client.patch(self.at(f"sessions/{fourth['id']}"), json={"planned_at": later}).raise_for_status()
        self.hold(1, absent=["Timo"])
        self.stage.at(self.stage.written(self.stage.shifted(fifth["planned_at"], days=-1)))
        self.mediator.post(self.at(f"sessions/{fifth['id']}/cancellation"))
        if self.mediator.get(self.at("budget"))["cancelled_late"] != 1:
            raise StoryBroken("a session that was cancelled the day before counts as cancelled in time")
        self.stage.tell("  one session is moved, one cancelled late")

    def newcomer(self) -> None:
        """Noora joins: a new version of the contract, which all sign; sessions go on meanwhile."""
        noora = self.stage.person("Noora", called="Noora Niemi", email="noora@example.org")
        self.hold(1)
        self.stage.let_letters_go()
        self.move("renew-contract")
        self.mediator.post(self.at("participants"), {"person": noora.person, "role": "supervisee"})
        self.joins(noora)
        self.renews()

    def interim(self) -> None:
        """Halfway the group evaluates: each rates the goals alone, and the group words together what it learnt."""
        self.hold(2)
        self.stage.let_letters_go()
        self.move("begin-interim-evaluation")
        self.group_evaluates("interim-evaluation", words.LEARNT, words.WISHES)
        self.move("go-on")

    def group_evaluates(self, phase: str, learnt: str, wishes: str) -> None:
        """An evaluation session a week later, to which the manager comes, too."""
        self.evaluate(phase, learnt, wishes, by_goal=words.BY_GOAL, called=[self.manager.name])

    def autumn(self) -> None:
        """One session is moved, and Jari leaves for another job; the others go on."""
        nearest = self.ahead()[0]
        later = self.stage.shifted(nearest["planned_at"], days=2)
        self.mediator.client.patch(self.at(f"sessions/{nearest['id']}"), json={"planned_at": later}).raise_for_status()
        self.hold(2)
        self.members.pop("Jari").post(self.at("withdrawals"), {"confirmed": True})
        self.hold(len(self.ahead()))

    def closing(self) -> None:
        """The closing evaluation, and the summary to the orderer that each approves."""
        self.stage.let_letters_go()
        self.move("begin-closing-evaluation")
        self.group_evaluates("closing-evaluation", words.LEARNT_AT_LAST, "")
        self.approve(words.SUMMARY)
        self.move("close")
        self.sees("closed", "ended")


Step = Callable[[SupervisionStory], None]
S = SupervisionStory
_MAPPED: Sequence[Step] = (S.inquiry, S.mapping)
SENT: Sequence[Step] = (*_MAPPED, S.going_on, S.contract, S.most_sign)
_BEGUN: Sequence[Step] = (*SENT, S.begin, S.series)
ALL: Sequence[Step] = (*_BEGUN, S.spring, S.newcomer, S.interim, S.autumn, S.closing, S.confirmed)

# Its code, of what there is to do at it; by how many weeks the days of the story are later; and what has been done.
CASES: Sequence[tuple[str, int, Sequence[Step]]] = (
    ("sessions", 56, (*_BEGUN, S.spring)),
    ("contract", 76, SENT),
    ("go-on", 77, _MAPPED),
)
NOW = "2028-07-27 08:30"  # when one comes to look


def play_cases(stage: Stage) -> list[Played]:
    """Play each case as far as it goes. Raises `StoryBroken` if something differs."""
    return play_each(stage, SupervisionStory, CASES, NOW)
