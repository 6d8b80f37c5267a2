"""Cases to try: the first story again for the same people, each time stopped where there is something to do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from demo.smooth import SmoothStory
from demo.stage import Stage
from demo.story import Story

OneStory = TypeVar("OneStory", bound=Story)
NOW = "2027-08-26 08:30"  # when one comes to look; the day in the room begins half an hour later


class Case(SmoothStory):
    """The first story, with somebody who supports Aino."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.tuula = stage.person("tukihenkilö", called="Tuula Toivonen", email="tuula@example.org")

    def support(self) -> None:
        """Aino's support person joins, and undertakes confidentiality."""
        joins = {"person": self.tuula.person, "role": "support-person", "supports": self.ids["A"]}
        self.mediator.post(self.at("participants"), joins)
        texts = self.tuula.get(self.at("agreed-texts"))
        text = next(one["id"] for one in texts if one["kind"].startswith("undertaking-"))
        self.tuula.post(self.at("undertakings"), {"text": text})

    def first_look(self) -> None:
        """It is ordered, and a mediator is asked to take it."""
        self.stage.at("2027-01-13 09:00")
        order = {"terms": "Sovittelu kotihoidon iltatiimissä, sisäinen sovittelija.", "language": "fi"}
        self.hr.post(self.at("order"), order)
        self.hr.post(self.at("mediators"), {"person": self.mediator.person})

    def two_signatures(self) -> None:
        """All have signed but one."""
        self.sign("2027-02-01", (("08:12", self.b), ("15:40", self.manager)))

    def all_signatures(self) -> None:
        """The last signature seals."""
        self.sign("2027-02-01", (("16:05", self.a),))

    def one_follow_up(self) -> None:
        """The first follow-up is held."""
        self.held_follow_up(0)


Step = Callable[[Case], None]
_PREPARED: Sequence[Step] = (Case.referral, Case.preparation, Case.support, Case.separate_meetings)
_OPEN: Sequence[Step] = (*_PREPARED, Case.opening)
_DEFINED: Sequence[Step] = (*_OPEN, Case.problem)
_TALKED: Sequence[Step] = (*_DEFINED, Case.dialogue)
_SENT: Sequence[Step] = (*_TALKED, Case.solutions, Case.sending, Case.two_signatures)
_SIGNED: Sequence[Step] = (*_SENT, Case.all_signatures, Case.notice)

# Its code, of what there is to do at it; by how many weeks the days of the story are later; and what has been done.
CASES: Sequence[tuple[str, int, Sequence[Step]]] = (
    ("check-in", 23, (*_SIGNED, Case.one_follow_up)),
    ("sign", 29, _SENT),
    ("talk", 29, _TALKED),
    ("accept", 29, _DEFINED),
    ("hear", 29, _OPEN),
    ("room", 30, _PREPARED),
    ("begin", 31, (Case.referral, Case.first_look)),
)


@dataclass(frozen=True)
class Played:
    """A case to try: its number, and the code of what there is to do."""

    number: str
    waits: str


def play_cases(stage: Stage) -> list[Played]:
    """Play each case as far as it goes, the one with most to do first. Raises `StoryBroken` if something differs."""
    return play_each(stage, Case, CASES, NOW)


def play_each(
    stage: Stage,
    story: Callable[[Stage], OneStory],
    cases: Sequence[tuple[str, int, Sequence[Callable[[OneStory], None]]]],
    now: str,
) -> list[Played]:
    """Play each of these cases of a story as far as its steps go, and then let it be `now`."""
    played = []
    for code, weeks, steps in cases:
        stage.weeks = weeks
        case = story(stage)
        for step in steps:
            step(case)
        played.append(Played(case.number, code))
    stage.weeks = 0
    stage.at(now)
    return played
