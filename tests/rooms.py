"""A case and its people at the doors: what each does and reads there, through HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import httpx
from sqlalchemy import select

from mediation.case.seat import Seat
from mediation.installation.due import settle_what_is_due
from mediation.store.database import Db
from mediation.store.models import Case, Letter, Participant
from tests.cases import NAMES, OFFICES, Table, case_in
from tests.houses import House
from tests.knocking import problem
from workflows import WORKFLOWS


@dataclass
class Room:
    """The people of one case, each at an own door."""

    table: Table
    doors: dict[str, httpx.Client] = field(default_factory=dict)

    @cached_property
    def house(self) -> House:
        """The installation."""
        return self.table.house

    @property
    def ids(self) -> dict[str, str]:
        """The participants, by name."""
        return self.table.ids

    def door(self, name: str) -> httpx.Client:
        """Somebody's door."""
        if name not in self.doors:
            self.doors[name] = self.house.client(name)
        return self.doors[name]

    def path(self, path: str = "") -> str:
        """The address of something of the case."""
        return f"/api/cases/{self.table.number}{'/' if path else ''}{path}"

    def asks(self, name: str, path: str, body: Any = None, *, method: str = "post", **headers: str) -> httpx.Response:
        """Let somebody ask for something; the answer, whatever it is."""
        named = {header.replace("_", "-"): value for header, value in headers.items()}
        given = {} if method in {"get", "delete"} else {"json": {} if body is None else body}
        return self.door(name).request(method.upper(), self.path(path), headers=named, **given)

    def does(self, name: str, path: str, body: Any = None, **how: Any) -> Any:
        """Let somebody do something that succeeds; the answer, where there is one."""
        answer = self.asks(name, path, body, **how)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def refused(self, name: str, path: str, body: Any, status: int, code: str, **how: Any) -> dict[str, Any]:
        """Let somebody try something that is refused; the problem they hear."""
        return problem(self.asks(name, path, body, **how), status, code)

    def reads(self, name: str, path: str = "") -> Any:
        """What somebody reads."""
        return self.does(name, path, method="get")

    def reads_nothing(self, name: str, path: str = "", code: str = "case-not-found") -> None:
        """Somebody finds nothing there."""
        self.refused(name, path, None, 404, code, method="get")

    def words_for(self, name: str) -> list[str]:
        """The words of every statement that somebody reads."""
        return [one["words"] for one in self.reads(name)["statements"]]

    def line(self, name: str = "Vilho") -> dict[str, Any]:
        """What the commissioner sees."""
        answer = self.door(name).get(f"/api/statuses/{self.table.number}")
        assert answer.status_code == 200, answer.text
        seen: dict[str, Any] = answer.json()
        return seen

    def moves(self, code: str, name: str = "Meri") -> str:
        """Let a mediator take the case through a transition; the phase it is in then."""
        tag = self.asks(name, "transitions", method="get").headers["ETag"]
        moved = self.does(name, "transitions", {"transition": code}, If_Match=tag)
        return str(moved["phase"])

    def stays(self, code: str, name: str = "Meri") -> dict[str, list[str]]:
        """Let a mediator try a transition that is blocked; what is unmet, with the names of those it waits for."""
        tag = self.asks(name, "transitions", method="get").headers["ETag"]
        told = self.refused(name, "transitions", {"transition": code}, 409, "transition-blocked", If_Match=tag)
        return {one["guard"]: sorted(who["name"] for who in one["waiting_for"]) for one in told["unmet"]}

    def waits_for(self, code: str) -> dict[str, list[str]]:
        """What the mediator reads to be unmet before a transition."""
        moves = {one["transition"]: one for one in self.reads("Meri", "transitions")["transitions"]}
        return {one["guard"]: sorted(who["name"] for who in one["waiting_for"]) for one in moves[code]["unmet"]}

    def said(self, *names: str) -> dict[str, Any]:
        """Said in the room by these, recorded by the mediator."""
        return {"way": "said", "for": [self.ids[name] for name in names]}

    def comes(self, name: str, role: str, **more: Any) -> str:
        """Somebody is added to the case; their participant id."""
        body = {"person": self.house.person(name), "role": role, **more}
        self.ids[name] = self.does("Meri", "participants", body)["id"]
        return self.ids[name]

    def joins_as_party(self, name: str) -> None:
        """Somebody comes as a party, accepts every mediator and agrees to mediate."""
        self.comes(name, "party")
        self.accepts_ties(name)
        self.does(name, "consents", {"answer": "given"})

    def accepts_ties(self, *names: str) -> None:
        """Each accepts every declaration that stands."""
        for name in names:
            for one in self.reads(name)["declarations"]:
                self.does(name, f"declarations/{one['id']}/answers", {"answer": "accepted"})

    def meets_alone(self, name: str) -> None:
        """The mediator meets somebody alone."""
        session = self.plans("separate", with_participant=self.ids[name])
        self.does("Meri", f"sessions/{session}/beginning")
        self.does("Meri", f"sessions/{session}/attendance", {"attendance": {self.ids[name]: "present"}}, method="put")
        self.does("Meri", f"sessions/{session}/ending", {"early": False})

    def plans(self, kind: str, *, name: str = "Meri", days: int = 1, **more: Any) -> str:
        """Somebody plans a session, so many days ahead; its id."""
        moment = (self.house.clock.at + timedelta(days=days)).isoformat()
        return str(self.does(name, "sessions", {"kind": kind, "planned_at": moment, **more})["id"])

    def session(self, kind: str) -> str:
        """The newest session of a kind."""
        return str([one["id"] for one in self.reads("Meri")["sessions"] if one["kind"] == kind][-1])

    def drafts(self, promises: Mapping[str, str] | Sequence[str], **more: Any) -> dict[str, Any]:
        """The mediator drafts an agreement with one promise of each of these people (in own words, where given)."""
        newest = self.asks("Meri", "agreement", method="get")
        tag = newest.json().get("tag") if newest.is_success and newest.json()["state"] in {"draft", "sent"} else None
        words = promises if isinstance(promises, Mapping) else dict.fromkeys(promises, "Kirjaan keskeneräiset käynnit.")
        lines = [
            {
                "owners": [self.ids[name]],
                "starts_on": self.today(7),
                "texts": {"fi": {"action": action, "measure": "Näkyy listassa."}},
            }
            for name, action in words.items()
        ]
        body = {
            "prevailing": "fi",
            "texts": {"fi": {"purpose": "Tieto ei siirry meiltä toisillemme."}},
            "commitments": lines,
            "disclosure_decided": True,
            **more,
        }
        drafted = self.does("Meri", "agreement", body, method="put", **({"If_Match": f'"{tag}"'} if tag else {}))
        return dict(drafted)

    def today(self, plus: int = 0) -> str:
        """The date, so many days from now."""
        return (self.house.clock.at + timedelta(days=plus)).date().isoformat()

    def sends(self) -> str:
        """The mediator sends the draft to be signed; its digest."""
        return str(self.does("Meri", "agreement/sending", {})["digest"])

    def sign(self, *names: str) -> bool:
        """Each signs what they read; whether the last signature sealed the agreement."""
        sealed = False
        for name in names:
            digest = self.reads(name, "agreement")["digest"]
            sealed = self.does(name, "agreement/signatures", {"digest": digest})["sealed"]
        return sealed

    def checks_in(self, name: str, answer: str = "kept", *, audience: str = "table", **more: Any) -> str:
        """Somebody reports the same on every commitment in force that is still somebody's; the check-in's id."""
        with self.house.installation.database.reading() as db:
            in_force = self.table.facts(db).in_force
            assert in_force is not None
            signers = {one.id for one in self.table.facts(db).holding("party", "employer-representative")}
            lines = [one.id for one in in_force.commitments if one.owners & signers]
        reports = {line: {"answer": answer} for line in lines}
        return str(self.does(name, "check-ins", {"audience": audience, "reports": reports, **more})["id"])

    def later(self, **much: float) -> None:
        """Time goes by."""
        self.house.clock.at += timedelta(**much)

    def rounds(self) -> None:
        """What falls due by itself is settled."""
        settle_what_is_due(self.house.installation.database, WORKFLOWS)

    def letters_to(self, name: str) -> list[str]:
        """The kinds of all letters to somebody, oldest first."""
        with self.house.installation.database.reading() as db:
            sent = select(Letter).where(Letter.participant_id == self.ids[name])
            return [one.kind for one in db.scalars(sent.order_by(Letter.created_at, Letter.id))]

    def reminders_to(self, name: str) -> list[datetime]:
        """When somebody will be reminded of something, as it is planned now."""
        with self.house.installation.database.reading() as db:
            ahead = select(Letter.due_at).where(Letter.participant_id == self.ids[name], Letter.kind == "reminder")
            waiting = Letter.called_off_at.is_(None), Letter.due_at > self.house.clock.at
            return list(db.scalars(ahead.where(*waiting).order_by(Letter.due_at)))

    def seat(self, db: Db, name: str) -> Seat:
        """Somebody's seat."""
        return self.table.seat(db, name)


def room_in(house: House, phase: str, *, ready: bool = True) -> Room:
    """A case in `phase`, as `case_in` makes it, an hour after all that."""
    room = Room(case_in(house, phase, ready=ready))
    room.later(hours=1)
    return room


def referred(house: House, **more: Any) -> Room:
    """A case that Vilho has just referred and ordered, and for which Meri was chosen; `more` of the referral."""
    for name in NAMES:
        house.person(name, office=OFFICES.get(name), organisation="Esimerkkilä" if name != "Meri" else "Sovittelijat")
    referral = {
        "organisation": house.organisation("Esimerkkilä"),
        "subject": "Yhteistyö iltavuoron vaihdoissa",
        "parties": [{"person": house.people[name]} for name in ("Aino", "Pekka")],
        **more,
    }
    answer = house.client("Vilho").post("/api/cases", json=referral)
    assert answer.status_code == 201, answer.text
    room = Room(Table(house, answer.json()["number"]))
    with house.installation.database.reading() as db:
        of_case = select(Participant.person_id, Participant.id).join(Case, Case.id == Participant.case_id)
        rows = db.execute(of_case.where(Case.number == room.table.number))
        by_person = {row.person_id: row.id for row in rows}
    room.ids.update({name: by_person[person] for name, person in house.people.items() if person in by_person})
    room.does("Vilho", "order", {"terms": "Sovittelu kotihoidon iltatiimissä."})
    room.ids["Meri"] = room.does("Vilho", "mediators", {"person": house.people["Meri"]})["id"]
    room.later(hours=1)
    return room
