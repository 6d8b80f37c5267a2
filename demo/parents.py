"""The story of a parent guidance: two foster parents ask for it themselves, and no employer is any part of it."""

import re
from collections.abc import Callable, Mapping, Sequence

from demo import parents_words as words
from demo.cases import Played, play_each
from demo.stage import Actor, Stage, StoryBroken
from demo.supervising import Supervising

RIIKKA, SAMU = "Riikka Ranta", "Samu Sarkola"
ADDRESS = "ohjaajat"  # at which the office is asked
FIRST = "2027-02-18 17:00"
_LINK = re.compile(r"https?://[^/\s]+(/inquiry)#([\w-]+)")


def play(stage: Stage) -> str:
    """Play all of it; returns the number of the case. Raises `StoryBroken` if something differs from the story."""
    return ParentsStory(stage).play()


class ParentsStory(Supervising):
    """The people of the story, and its days in their order."""

    purpose, goals = words.PURPOSE, words.GOALS
    ratings: Mapping[str, int] = {"Riikka": 4, "Samu": 3}

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.provider = stage.organisation("Esimerkkilän työnohjaajat")
        self.mediator = stage.person(
            "työnohjaaja",
            called="Raili Rinne",
            organisation=self.provider,
            office="mediator",
            email="raili@example.org",
        )
        self.office = stage.person(
            "toimisto", called="Anu Aalto", organisation=self.provider, office="admin", email="anu@example.org"
        )
        self.members = dict[str, Actor]()

    def play(self) -> str:
        """Every day of the story."""
        for step in ALL:
            step(self)
        return self.number

    def inquiry(self) -> None:
        """Riikka asks by the public form, without an account, and confirms it by the link of the letter that comes."""
        stage = self.stage
        stage.at("2027-01-11 19:40")
        takes = {"inquiry_address": ADDRESS, "takes_inquiries": True}
        self.office.put(f"/api/organisations/{self.provider}/inquiries", takes)
        riikka = stage.anybody(RIIKKA)
        asked = {"asked_for": "own", "need": words.NEED, "wished_form": "group", "wished_kind": "parent-guidance"}
        asked |= {"wished_times": words.TIMES, "email": "riikka@example.org"}
        riikka.post(f"/api/inquiries/{ADDRESS}", {**asked, "people": 2})
        self._unread()
        stage.let_letters_go()
        page, secret = self._link(stage.newest_letter("riikka@example.org", "/inquiry#"))
        riikka.fetch(page)
        riikka.post("/api/inquiry-confirmations", {"secret": secret, "name": RIIKKA})
        self.number = self.waiting()[0]
        stage.tell(f"  asked for without an account, and confirmed by a letter's link: {self.number}")

    def waiting(self) -> list[str]:
        """The numbers of the inquiries that wait for somebody to take them."""
        return [one["number"] for one in self.office.get("/api/inquiries")]

    def _unread(self) -> None:
        if self.waiting():
            raise StoryBroken("an inquiry is read that was not confirmed")

    @staticmethod
    def _link(letter: str) -> tuple[str, str]:
        found = _LINK.search(letter)
        if found is None:
            raise StoryBroken("the letter has no link that confirms an inquiry")
        return found[1], found[2]

    def taken_in(self) -> None:
        """The office takes the inquiry in and chooses Raili, who reads it; the other parent joins."""
        stage = self.stage
        stage.at("2027-01-13 09:00")
        self.office.post(self.at("mediators"), {"person": self.mediator.person})
        self._unread()
        if self.mediator.get(self.at("inquiry"))["need"] != words.NEED:
            raise StoryBroken("the supervisor does not read what was asked")
        self.members["Riikka"] = stage.person("Riikka", called=RIIKKA, email="riikka@example.org")
        self.members["Samu"] = stage.person("Samu", called=SAMU, email="samu@example.org")
        self.mediator.post(self.at("participants"), {"person": self.members["Samu"].person, "role": "supervisee"})
        self.learn_ids()
        self.declare_no_ties(words.NO_TIES, self.everyone())

    def mapping(self) -> None:
        """They meet once; each is asked alone whether they are afraid of the other, and each wants to go on."""
        self.move("begin-mapping")
        self.session("mapping", "2027-01-28 17:00", 90, present=[*self.members])
        self.mediator.put(self.at("form"), words.FORM)
        for one in self.everyone():
            one.post(self.at("parents/answers"), {"afraid": "no", "words": words.AFRAID})

    def contract(self) -> None:
        """A contract of its own form, with both parents and the supervisor, and nobody else; Samu has yet to sign it."""
        self.wants_to_go_on()
        self.stage.at("2027-02-04 09:00")
        self.move("draw-up-contract")
        self.mediator.put(self.at("frame"), words.FRAME)
        for one in (self.mediator, *self.everyone()):
            self.binds(one)
        self.draft_goals()
        self.mediator.post(self.at("agreement/sending"))
        self.sign("2027-02-05", [("09:00", self.mediator), ("20:15", self.members["Riikka"])])

    def begin(self) -> None:
        """Samu signs, and six sessions are planned, on site and remote in turn."""
        self.sign("2027-02-06", [("10:00", self.members["Samu"])])
        self.move("begin-supervision")
        self.stage.at("2027-02-08 10:00")
        plan = {"first_at": self.moment(FIRST), "weeks": 2, "minutes": 90, "how_many": 6}
        self.mediator.post(self.at("series"), plan)
        for one in self.ahead()[1::2]:
            self.mediator.client.patch(self.at(f"sessions/{one['id']}"), json={"form": "remote"}).raise_for_status()
        self.stage.tell(f"  sessions: {', '.join(one['form'] for one in self.ahead())}")

    def spring(self) -> None:
        """Three sessions, an interim evaluation, and two more; Samu is ill once."""
        self.hold(2)
        self.hold(1, absent=["Samu"])
        self.stage.let_letters_go()
        self.move("begin-interim-evaluation")
        self.evaluated("interim-evaluation", words.HALFWAY, words.WISHES)
        self.move("go-on")
        self.hold(len(self.ahead()))

    def closing(self) -> None:
        """The closing evaluation is theirs alone: nobody ordered it, and nobody gets a summary."""
        self.stage.let_letters_go()
        self.move("begin-closing-evaluation")
        self.evaluated("closing-evaluation", words.AT_LAST, "")
        self.move("close")

    def evaluated(self, phase: str, learnt: str, wishes: str) -> None:
        """They evaluate; how two rate their goals is never shown together, for each would read the other's."""
        self.evaluate(phase, learnt, wishes, days=3)
        for reader in (self.mediator, *self.everyone()):
            rounds = reader.get(self.at("goals"))["rounds"]
            if any(one["spreads"] for one in rounds):
                raise StoryBroken("the ratings of two are shown together")


Step = Callable[[ParentsStory], None]
P = ParentsStory
_ASKED: Sequence[Step] = (P.inquiry,)
_SENT: Sequence[Step] = (*_ASKED, P.taken_in, P.mapping, P.contract)
_BEGUN: Sequence[Step] = (*_SENT, P.begin)
ALL: Sequence[Step] = (*_BEGUN, P.spring, P.closing, P.confirmed)

# Its code, of what there is to do at it; by how many weeks the days of the story are later; and what has been done.
CASES: Sequence[tuple[str, int, Sequence[Step]]] = (
    ("sessions", 22, _BEGUN),
    ("contract", 25, _SENT),
    ("inquiry", 29, _ASKED),
)
NOW = "2027-08-12 08:30"  # when one comes to look


def play_cases(stage: Stage) -> list[Played]:
    """Play each case as far as it goes. Raises `StoryBroken` if something differs."""
    return play_each(stage, ParentsStory, CASES, NOW)
