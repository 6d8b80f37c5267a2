"""What the stories of work supervision share: the contract, its sessions, and the evaluation of its goals."""

from collections.abc import Mapping, Sequence
from typing import Any

from demo.stage import Actor, StoryBroken
from demo.story import Story

Goals = Sequence[tuple[str, str]]  # what is wished for, and how one notices that it is nearer


class Supervising(Story):
    """A supervision on a stage: Raili leads it as its `mediator`, and `members` are supervised, by the story's names."""

    purpose: str
    goals: Goals
    ratings: Mapping[str, int]  # of the goals, as each rates them
    members: dict[str, Actor]

    def everyone(self) -> list[Actor]:
        """Those who take part."""
        return [*self.members.values()]

    def wants_to_go_on(self) -> None:
        """Each says that they want to go on."""
        for one in self.everyone():
            one.post(self.at("consents"), {"answer": "given"})

    def binds(self, who: Actor) -> None:
        """Somebody is bound to confidentiality, in the words that they read."""
        texts = [one["id"] for one in who.get(self.at("agreed-texts")) if one["kind"] == "confidentiality"]
        who.post(self.at("confidentiality"), {"text": texts[-1]})

    def draft_goals(self, *, earlier: Sequence[dict[str, Any]] = (), tag: str = "") -> None:
        """Write the contract; its goals continue those of the version before, where there is one."""
        lineages = [one["lineage"] for one in earlier] or [None] * len(self.goals)
        goals = [
            {"texts": {"fi": {"action": action, "measure": measure}}, "lineage": lineage}
            for (action, measure), lineage in zip(self.goals, lineages, strict=True)
        ]
        whole = {"prevailing": "fi", "texts": {"fi": {"purpose": self.purpose}}, "commitments": goals}
        written = self.mediator.put(self.at("agreement"), whole, **({"If_Match": f'"{tag}"'} if tag else {}))
        self.stage.tell(f"  version {written['version']} of the contract: {len(goals)} goals")

    def signs(self, who: Actor) -> None:
        """Somebody signs what they read."""
        digest = who.get(self.at("agreement"))["digest"]
        who.post(self.at("agreement/signatures"), {"digest": digest})

    def renews(self) -> None:
        """A new version of the contract goes out with the same goals, and all sign it."""
        newest = self.mediator.get(self.at("agreement"))
        in_force = self.mediator.get(self.at("agreement"), version=newest["version"] - 1)
        self.draft_goals(earlier=in_force["commitments"], tag=newest["tag"])
        self.mediator.post(self.at("agreement/sending"))
        for one in (self.mediator, *self.everyone()):
            self.signs(one)
        self.move("begin-supervision")

    def joins(self, who: Actor) -> None:
        """Somebody who has come accepts the supervisor, wants to go on and is bound to confidentiality."""
        self.members[who.name] = who
        self.learn_ids()
        [ties] = self.mediator.get(self.at("")[:-1])["declarations"][-1:]
        who.post(self.at(f"declarations/{ties['id']}/answers"), {"answer": "accepted"})
        who.post(self.at("consents"), {"answer": "given"})
        self.binds(who)

    def ahead(self) -> list[dict[str, Any]]:
        """The sessions of the series that have not begun, in their order."""
        found = self.mediator.get(self.at("")[:-1])["sessions"]
        those = [one for one in found if one["kind"] == "supervision" and not one["begun_at"] and not one["ended_at"]]
        return sorted(those, key=lambda one: str(one["planned_at"]))

    def hold(self, number: int = 1, *, absent: Sequence[str] = ()) -> None:
        """Hold the next sessions of the series, each when it was planned."""
        for one in self.ahead()[:number]:
            self.stage.at(self.stage.written(one["planned_at"]))
            self.mediator.post(self.at(f"sessions/{one['id']}/beginning"))
            self.there(one["id"], absent=absent)
            self.ends(one["id"], one["planned_at"])
        self.stage.tell(f"  {number} sessions held")

    def ends(self, session: str, begun_at: str) -> None:
        """End a session an hour and a half after its beginning."""
        self.stage.at(self.stage.written(self.stage.shifted(begun_at, minutes=90)))
        self.end(session)

    def there(self, session: str, *, absent: Sequence[str] = ()) -> None:
        """Note who was there: attendance is kept, what was said is not."""
        seen = {self.ids[one.name]: "absent" if one.name in absent else "present" for one in self.everyone()}
        self.mediator.put(self.at(f"sessions/{session}/attendance"), {"attendance": seen})

    def evaluate(
        self, phase: str, learnt: str, wishes: str, *, by_goal: str = "", called: Sequence[str] = (), days: int = 7
    ) -> str:
        """An evaluation session some days later: ratings, their spread, and the words of the group; its id."""
        at = self.stage.shifted(None, days=days)
        plan = {"kind": "evaluation", "planned_at": at, "minutes": 90, "serves": [phase]}
        plan["called"] = [self.ids[one] for one in called]
        session: str = self.mediator.post(self.at("sessions"), plan)["id"]
        self.stage.at(self.stage.written(at))
        self.mediator.post(self.at(f"sessions/{session}/beginning"))
        self.there(session)
        goals = [one["lineage"] for one in self.mediator.get(self.at("agreement"))["commitments"]]
        for one in self.everyone():
            rated = dict.fromkeys(goals, self.ratings[one.name])
            one.post(self.at("goals/ratings"), {"ratings": rated, "session": session})
        self.ends(session, at)
        self.mediator.post(self.at(f"sessions/{session}/rating-closing"))
        said: dict[str, Any] = {"session": session, "learnt": learnt, "wishes": wishes, "language": "fi"}
        if by_goal:
            said["by_goal"] = {goals[0]: by_goal}
        self.mediator.post(self.at("evaluations"), said)
        self.stage.tell(f"  {len(self.everyone())} have rated the goals, and the group has evaluated")
        return session

    def approve(self, words: str) -> None:
        """The summary to who ordered, which each who takes part approves."""
        text = self.mediator.post(self.at("summary"), {"words": words, "language": "fi"})["id"]
        for one in self.everyone():
            one.post(self.at("summary/approvals"), {"text": text})

    def confirmed(self) -> None:
        """The hours are entered in the supervisor's own register, and confirmed."""
        self.stage.let_it_fall_due()
        minutes = self.mediator.get("/api/me/hours")["minutes"]
        if not minutes:
            raise StoryBroken("no hours were entered")
        self.stage.tell(f"  confirmed: {minutes // 60} h {minutes % 60} min")
        if not self.mediator.fetch("/api/me/hours/confirmation").startswith(b"%PDF"):
            raise StoryBroken("the confirmation of hours is no PDF")
