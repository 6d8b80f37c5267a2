"""What the stories share: people at a case, its sessions, its draft, and each party's check-ins."""

from collections.abc import Mapping, Sequence
from typing import Any

from demo.stage import Actor, Stage


class Story:
    """A case on a stage. `ids` are the participants by the story's own short names."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.number, self.ids = "", dict[str, str]()
        self.hr: Actor
        self.mediator: Actor

    def at(self, path: str) -> str:
        """A path of the case."""
        return f"/api/cases/{self.number}/{path}"

    def marked(self, words: str, mark: str) -> str:
        """Confidential words, with a mark by which a test finds them again where the stage asks for one."""
        return f"{words} [KANARIA-{mark}]" if self.stage.marks else words

    def terms(self, party: Actor) -> str:
        """The id of the terms that a party reads before they agree to mediate."""
        texts = party.get(self.at("agreed-texts"))
        return str(next(one["id"] for one in texts if one["kind"] == "terms"))

    def move(self, transition: str) -> None:
        """Print what is missing, and take the case to the next phase."""
        self.stage.missing(self.mediator, self.number, transition)
        self.stage.advance(self.mediator, self.number, transition)

    def sees(self, status: str, outcome: str | None = None) -> None:
        """What the commissioner must see at the end of the day."""
        self.stage.end_of_day(self.hr, self.number, status, outcome)

    def learn_ids(self) -> None:
        """Learn the participants' ids by their names."""
        short = {one.called: one.name for one in self.stage.actors.values()}
        for one in self.mediator.get(f"/api/cases/{self.number}")["participants"]:
            self.ids[short.get(one["name"], one["name"])] = one["id"]

    def session(
        self, kind: str, moment: str, minutes: int, *, present: Sequence[str], alone: str | None = None
    ) -> None:
        """A whole session at a local moment, with who was present and, where it was separate, with whom."""
        self.stage.at(moment)
        plan: dict[str, Any] = {"kind": kind, "planned_at": self.moment(moment), "minutes": minutes}
        if alone:
            plan["with_participant"] = self.ids[alone]
        session = self.mediator.post(self.at("sessions"), plan)["id"]
        self.mediator.post(self.at(f"sessions/{session}/beginning"))
        attendance = {self.ids[name]: "present" for name in present}
        self.mediator.put(self.at(f"sessions/{session}/attendance"), {"attendance": attendance})
        self.mediator.post(self.at(f"sessions/{session}/ending"), {"early": False})
        self.stage.tell(f"  {kind} session held, {minutes} min{f', with {alone}' if alone else ''}")

    def moment(self, local: str) -> str:
        """A local moment with its offset, as the API takes it."""
        return self.stage.local(local).isoformat()

    def both(self, *names: str) -> dict[str, Any]:
        """Said in the room by these, recorded by the mediator."""
        return {"way": "said", "for": [self.ids[name] for name in names]}

    def declare_no_ties(self, words: str, parties: Sequence[Actor]) -> None:
        """The mediator declares that there are no ties; each party accepts, and is invited."""
        ties = {"has_ties": False, "words": words, "language": "fi"}
        declaration = self.mediator.post(self.at("declarations"), ties)["id"]
        for party in parties:
            party.post(self.at(f"declarations/{declaration}/answers"), {"answer": "accepted"})
            self.mediator.post(self.at("invitations"), {"participant": self.ids[party.name]})

    def open_table(self, session: str, parties: Sequence[Actor]) -> None:
        """The joint session begins: everyone is there, accepts the ground rules and is heard in turn."""
        here = [self.ids[one.name] for one in parties]
        self.move("open")
        self.mediator.post(self.at(f"sessions/{session}/beginning"))
        self.mediator.put(self.at(f"sessions/{session}/attendance"), {"attendance": dict.fromkeys(here, "present")})
        self.mediator.post(self.at("ground-rules/acceptances"), {"way": "said", "for": here})
        self.mediator.post(self.at("opening-turns"), {"participants": here})

    def state_views(self, *views: tuple[Actor, str, str]) -> None:
        """Each party's view of causes and effects: who, in which language, what."""
        for party, language, words in views:
            party.post(self.at("views"), {"words": words, "language": language})

    def accept_problem(self, version: int, parties: Sequence[Actor]) -> None:
        """Each party accepts the joint problem statement."""
        for party in parties:
            party.post(self.at(f"problem-statements/{version}/acceptances"))

    def plan_follow_ups(self, *days: str) -> None:
        """A follow-up of an hour at noon on each of these days."""
        for day in days:
            plan = {"kind": "follow-up", "planned_at": self.moment(f"{day} 12:00"), "minutes": 60}
            self.mediator.post(self.at("sessions"), plan)

    def options(self, moment: str, options: Sequence[tuple[str, str | None]], everyone: Mapping[str, Any]) -> None:
        """Propose options; each is adopted by all, or set aside for the reason it has."""
        self.stage.at(moment)
        for words, aside in options:
            option = self.mediator.post(self.at("options"), {"words": words, "language": "fi"})["id"]
            if aside:
                self.mediator.put(self.at(f"options/{option}/state"), {"state": "set-aside", "reason": aside})
            else:
                self.mediator.post(self.at(f"options/{option}/responses"), {"response": "yes", **everyone})
                self.mediator.put(self.at(f"options/{option}/state"), {"state": "adopted"})
        adopted = sum(aside is None for _, aside in options)
        self.stage.tell(f"  {len(options)} options: {adopted} adopted, {len(options) - adopted} set aside")

    def draft(
        self,
        problem: Mapping[str, Any],
        notice: Mapping[str, str],
        commitments: Sequence[Mapping[str, Any]],
        *,
        tag: str = "",
    ) -> dict[str, Any]:
        """Write the agreement's draft in Finnish and English."""
        texts = {
            code: {
                "purpose": problem[code]["words"],
                "goals": problem[code]["goals"],
                "notices": {"commissioner": notice[code], "work-community": notice[code]},
            }
            for code in ("fi", "en")
        }
        lines = [self._line(one) for one in commitments]
        whole = {"prevailing": "fi", "texts": texts, "commitments": lines, "disclosure_decided": True}
        written = self.mediator.put(self.at("agreement"), whole, **({"If_Match": f'"{tag}"'} if tag else {}))
        self.stage.tell(f"  version {written['version']} of the agreement is drafted: {len(lines)} commitments")
        return written

    def _line(self, one: Mapping[str, Any]) -> dict[str, Any]:
        texts = {code: {"action": one[code][0], "measure": one[code][1]} for code in ("fi", "en") if code in one}
        owners = [self.ids[name] for name in one.get("owners", ())]
        days = {part: self.stage.day(one.get(part)) for part in ("starts_on", "due_on")}
        rest = {part: one.get(part) for part in ("lineage", "ended")}
        return {"label": one["label"], "owners": owners, "texts": texts, **days, **rest}

    def sign(self, day: str, signers: Sequence[tuple[str, Actor]]) -> None:
        """Each signs what they read, in this order; the last signature seals."""
        for moment, who in signers:
            self.stage.at(f"{day} {moment}")
            digest = who.get(self.at("agreement"))["digest"]
            signed = who.post(self.at("agreement/signatures"), {"digest": digest})
            self.stage.tell(f"  {moment} {who.name} signs{' – the agreement is sealed' if signed['sealed'] else ''}")

    def check_in(
        self,
        who: Actor,
        said: Mapping[str, str],
        *,
        atmosphere: int | None = None,
        ratings: Mapping[str, int] | None = None,
        **more: Any,
    ) -> None:
        """One's own report on each commitment: what is not in `said` was kept."""
        reports: dict[str, Any] = {}
        for one in who.get(self.at("agreement"))["commitments"]:
            if one["ended"] is None:
                rating = (ratings or {}).get(one["label"])
                reports[one["id"]] = {"answer": said.get(one["label"], "kept"), "rating": rating}
        body = {"audience": "table", "language": "fi", "atmosphere": atmosphere, "reports": reports, **more}
        who.post(self.at("check-ins"), body)

    def follow_up(self, number: int, day: str) -> str:
        """Begin the follow-up session number `number` (from 0) on its day; its id."""
        self.stage.at(f"{day} 12:00")
        sessions = self.mediator.get(f"/api/cases/{self.number}")["sessions"]
        session: str = [one for one in sessions if one["kind"] == "follow-up"][number]["id"]
        self.mediator.post(self.at(f"sessions/{session}/beginning"))
        return session

    def end(self, session: str) -> None:
        """End a session."""
        self.mediator.post(self.at(f"sessions/{session}/ending"), {"early": False})


def private(words: str, language: str = "fi") -> dict[str, str]:
    """Words for the mediator only."""
    return {"audience": "mediator", "words": words, "language": language}
