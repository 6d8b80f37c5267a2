"""The story of a mixed group: teachers of two employers share a supervision, one waits for a place, and each employer pays."""

from collections.abc import Callable, Mapping, Sequence

from demo import mixed_group_words as words
from demo.cases import Played, play_each
from demo.stage import Actor, Stage, StoryBroken
from demo.supervising import Supervising

OF_CITY = {"Sanna": "Sanna Salo", "Olli": "Olli Oja", "Jari": "Jari Järvi"}
OF_MUNICIPALITY = {"Kaisa": "Kaisa Kivi", "Timo": "Timo Tamm"}
FIRST = "2027-02-16 13:00"
FIRST_QUARTER, LAST_PERIOD = "2027-03-31", "2027-06-08"  # on which the billing periods close


def play(stage: Stage) -> str:
    """Play all of it; returns the number of the case. Raises `StoryBroken` if something differs from the story."""
    return MixedGroupStory(stage).play()


class MixedGroupStory(Supervising):
    """The people of the story, and its days in their order."""

    purpose, goals = words.PURPOSE, words.GOALS
    ratings: Mapping[str, int] = {"Sanna": 4, "Olli": 4, "Kaisa": 5, "Timo": 3, "Elina": 4}

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.employer = stage.organisation(words.CITY)
        provider = stage.organisation("Esimerkkilän työnohjaajat")
        self.hr = stage.person(
            "tilaaja", called="Leena Lahtinen", organisation=self.employer, office="hr", email="leena@example.org"
        )
        self.mediator = stage.person(
            "työnohjaaja", called="Raili Rinne", organisation=provider, office="mediator", email="raili@example.org"
        )
        self.other = stage.person("toinen tilaaja", called="Kirsti Koski", email="kirsti@example.org")
        self.members = {one: self._person(one, called) for one, called in (OF_CITY | OF_MUNICIPALITY).items()}
        self.elina = self._person("Elina", "Elina Eskola")

    def _person(self, name: str, called: str) -> Actor:
        return self.stage.person(name, called=called, email=f"{name.lower()}@example.org")

    def play(self) -> str:
        """Every day of the story."""
        for step in ALL:
            step(self)
        return self.number

    def inquiry(self) -> None:
        """The city asks for a group and orders it; it is to share the cost with the municipality next to it."""
        stage = self.stage
        stage.at("2027-01-11 09:00")
        asked = {"workflow": "supervision", "organisation": self.employer, "subject": words.NEED, "parties": []}
        self.number = self.hr.post("/api/cases", {**asked, "language": "fi"})["number"]
        stage.tell(f"  asked for as {self.number}")
        self.hr.post(self.at("order"), {"terms": words.ORDER, "language": "fi", "cancellation_hours": 48})
        self.hr.post(self.at("mediators"), {"person": self.mediator.person})
        self.shares({words.CITY: 3, words.MUNICIPALITY: 2})

    def shares(self, heads: Mapping[str, int]) -> None:
        """Each organisation pays by how many people it has in the group."""
        lines = [{"payer": payer, "parts": parts} for payer, parts in heads.items()]
        self.hr.put(self.at("shares"), {"shares": lines, "shared_by": "heads"})

    def mapping(self) -> None:
        """Five take part, and the group is full; a sixth waits, and the municipality that pays a share is told as much."""
        self.stage.at("2027-01-18 09:00")
        joining = [
            *((one, "supervisee") for one in self.everyone()),
            (self.elina, "waiting"),
            (self.other, "co-orderer"),
        ]
        for one, role in joining:
            self.mediator.post(self.at("participants"), {"person": one.person, "role": role})
        self.learn_ids()
        self.declare_no_ties(words.NO_TIES, self.everyone())
        self.move("begin-mapping")
        self.session("mapping", "2027-01-26 13:00", 90, present=[*self.members])
        self.mediator.put(self.at("form"), words.FORM)
        full = self.mediator.client.post(self.at(f"participants/{self.ids['Elina']}/place"))
        if "group-full" not in full.text:
            raise StoryBroken("there is a place in a group that is full")
        self.stage.tell("  the group is full, and Elina waits")
        self.wants_to_go_on()

    def contract(self) -> None:
        """Frame and goals are agreed; all sign but Kaisa."""
        self.stage.at("2027-02-01 09:00")
        self.move("draw-up-contract")
        self.mediator.put(self.at("frame"), words.FRAME)
        for one in (self.mediator, *self.everyone()):
            self.binds(one)
        self.draft_goals()
        self.mediator.post(self.at("agreement/sending"))
        rest = [one for one in self.everyone() if one.name != "Kaisa"]
        self.sign("2027-02-02", [("09:00", self.mediator), *(("10:00", one) for one in rest)])

    def begin(self) -> None:
        """Kaisa signs, and six sessions are planned, every third week."""
        self.sign("2027-02-03", [("09:00", self.members["Kaisa"])])
        self.move("begin-supervision")
        self.stage.at("2027-02-03 10:00")
        self.mediator.post(
            self.at("series"), {"first_at": self.moment(FIRST), "weeks": 3, "minutes": 90, "how_many": 6}
        )

    def winter(self) -> None:
        """Two sessions are held, one without Timo; the third is called off the day before, which is too late to be free."""
        self.hold(1)
        self.hold(1, absent=["Timo"])
        third = self.ahead()[0]
        self.stage.at(self.stage.written(self.stage.shifted(third["planned_at"], days=-1)))
        self.mediator.post(self.at(f"sessions/{third['id']}/cancellation"))
        self.stage.tell("  one session is cancelled late")

    def a_place(self) -> None:
        """Jari leaves for another job, Elina gets his place, and all sign a new version of the contract."""
        self.stage.at("2027-04-08 09:00")
        self.stage.let_it_fall_due()
        self.members.pop("Jari").post(self.at("withdrawals"), {"confirmed": True})
        self.stage.at("2027-04-09 09:00")
        self.move("renew-contract")
        self.mediator.post(self.at(f"participants/{self.ids['Elina']}/place"))
        self.stage.tell("  Jari has left, and Elina has his place")
        self.stage.at("2027-04-12 09:00")
        self.joins(self.elina)
        self.shares({words.CITY: 2, words.MUNICIPALITY: 3})
        self.renews()

    def spring(self) -> None:
        """The rest of the sessions are held."""
        self.hold(len(self.ahead()))

    def closing(self) -> None:
        """The closing evaluation, and the summary that all five approve: both who pay read it."""
        self.stage.let_letters_go()
        self.move("begin-closing-evaluation")
        self.evaluate("closing-evaluation", words.LEARNT, "", by_goal=words.BY_GOAL)
        self.approve(words.SUMMARY)
        self.move("close")
        self.sees("closed", "ended")
        self.stage.let_it_fall_due()
        for one in (self.hr, self.other):
            self.reads_no_more(one)

    def reads_no_more(self, payer: Actor) -> None:
        """Who pays reads the settled summary and what is billed, and of nobody who was there."""
        if payer.get(self.at("summary"))["settled"]["words"] != {"fi": [words.SUMMARY]}:
            raise StoryBroken(f"{payer.name} does not read the summary")
        read = [payer.get(f"/api/statuses/{self.number}"), payer.get(self.at("budget")), *self.billed(payer)]
        named = [one.called for one in (*self.everyone(), self.stage.actors["Jari"]) if one.called in str(read)]
        if named or payer.client.get(self.at("")[:-1]).status_code != 404:
            raise StoryBroken(f"{payer.name} reads who takes part: {named}")

    def billed(self, payer: Actor) -> list[str]:
        """The CSV of each billing period."""
        periods = payer.get(self.at("budget"))["periods"]
        return [payer.fetch(self.at(f"invoice-basis?period={one}")).decode("utf-8-sig") for one in periods]


Step = Callable[[MixedGroupStory], None]
M = MixedGroupStory
_SENT: Sequence[Step] = (M.inquiry, M.mapping, M.contract)
_BEGUN: Sequence[Step] = (*_SENT, M.begin)
ALL: Sequence[Step] = (*_BEGUN, M.winter, M.a_place, M.spring, M.closing, M.confirmed)

# Its code, of what there is to do at it; by how many weeks the days of the story are later; and what has been done.
CASES: Sequence[tuple[str, int, Sequence[Step]]] = (("waiting", 23, (*_BEGUN, M.winter)), ("contract", 29, _SENT))
NOW = "2027-09-09 08:30"  # when one comes to look


def play_cases(stage: Stage) -> list[Played]:
    """Play each case as far as it goes. Raises `StoryBroken` if something differs."""
    return play_each(stage, MixedGroupStory, CASES, NOW)
