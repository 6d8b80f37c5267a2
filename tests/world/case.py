"""A case and its people: each acts from a seat of their own, in process or by HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import select

from mediation.acts.sessions import plan_session
from mediation.acts.signatories import digest_to_sign
from mediation.installation.due import do_what_is_due
from mediation.people.directory import make_token
from mediation.store.models import Agreement, Case, Letter, Participant, get
from tests.cases import NAMES, OFFICES, Table, case_in, draft, send_and_sign
from tests.houses import House
from tests.world.files import little_pdf
from tests.world.http import answered, problem
from workflows import WORKFLOWS

Json = dict[str, Any]


@dataclass(frozen=True)
class Somebody:
    """Somebody at a case, or around it; nobody has no token."""

    case: "LiveCase"
    name: str | None

    def asks(self, route: str, body: Any = None, **headers: str) -> httpx.Response:
        """Send a request to a route of the case, `consents` or `PUT agreement`; gives the response, also a refusal."""
        bodiless = route.startswith(("GET", "DELETE"))
        return self.case.ask(self.name, route, {} if body is None and not bodiless else body, **headers)

    def does(self, act: Any, *given: Any, **named: Any) -> Any:
        """Do something that succeeds: call an act in this process, or send a request to a route; gives what it answers."""
        if isinstance(act, str):
            return answered(self.asks(act, *given, **named))
        with self.case.writing() as db:
            return self.case.does(db, str(self.name), act, *given, **named)

    def agrees(self, **way: Any) -> Any:
        """Agree to mediate, to the newest terms, if there are any."""
        with self.case.writing() as db:
            text = self.case.terms(db)
        return self.does("consents", {"answer": "given", **({"text": text} if text else {}), **way})

    def undertaking(self) -> str:
        """The id of the newest words in which they are to undertake confidentiality."""
        return str(next(one["id"] for one in self.reads("agreed-texts") if one["kind"].startswith("undertaking-")))

    def refused(self, route: str, body: Any, status: int, code: str, **headers: str) -> Json:
        """Send something that is refused; gives the problem."""
        return problem(self.asks(route, body, **headers), status, code)

    def reads(self, path: str = "") -> Any:
        return answered(self.asks(f"GET {path}"))

    def reads_nothing(self, path: str = "", code: str = "case-not-found") -> None:
        self.refused(f"GET {path}", None, 404, code)


@dataclass
class LiveCase(Table):
    """A case on which everybody can send requests; `made` is what was made on the way, by name."""

    clients: dict[str | None, httpx.Client] = field(default_factory=dict)
    made: Json = field(default_factory=dict)

    def __getitem__(self, name: str | None) -> Somebody:
        return Somebody(self, name)

    def __getattr__(self, name: str) -> Somebody:
        house = self.__dict__.get("house")
        if house is None or name.capitalize() not in house.tokens:
            raise AttributeError(name)
        return Somebody(self, name.capitalize())

    @property
    def people(self) -> dict[str, str]:
        return self.house.people

    def client(self, name: str | None = None) -> httpx.Client:
        """Somebody's client; without a name, nobody's."""
        if name not in self.clients:
            self.clients[name] = self.house.client(name)
        return self.clients[name]

    # Over HTTP.

    def path(self, path: str = "") -> str:
        return asked_at(f"GET {path}", self.number)[1]

    def ask(self, who: str | None, route: str, body: Any = None, **headers: str) -> httpx.Response:
        """Send exactly this to a route such as `POST consents` (POST may be left out): JSON, bytes or no body."""
        method, path = asked_at(route, self.number)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent: Json = {"content": body} if isinstance(body, bytes) else {"json": body}
        return self.client(who).request(method, path, headers=named, **sent)

    def line(self, name: str = "Vilho") -> Json:
        return dict(self[name].reads(f"/statuses/{self.number}"))

    def words_for(self, name: str) -> list[str]:
        return [one["words"] for one in self[name].reads()["statements"]]

    # Moving.

    def tag(self, name: str = "Meri") -> str:
        """The version of the case that somebody reads now."""
        return str(self[name].asks("GET transitions").headers["ETag"])

    def moves(self, code: str, name: str = "Meri") -> str:
        """Let a mediator take the case through a transition; the phase it is in then."""
        return str(self[name].does("transitions", {"transition": code}, If_Match=self.tag(name))["phase"])

    def stays(self, code: str, name: str = "Meri") -> dict[str, list[str]]:
        """Let a mediator try a transition that is blocked; what is unmet, with the names of those it waits for."""
        body = {"transition": code}
        told = self[name].refused("transitions", body, 409, "transition-blocked", If_Match=self.tag(name))
        return _waiting(told["unmet"])

    def waits_for(self, code: str) -> dict[str, list[str]]:
        """What the mediator reads to be unmet before a transition, with the first names of those it waits for."""
        moves = {one["transition"]: one for one in self.meri.reads("transitions")["transitions"]}
        return _waiting(moves[code]["unmet"])

    # The ways of those without a device.

    def said(self, *names: str) -> Json:
        """Said in the room by these, recorded by the mediator."""
        return {"way": "said", "for": [self.ids[name] for name in names]}

    def on_paper(self, name: str, content: bytes = b"", mime: str = "application/pdf") -> Json:
        """On paper, its scan stored first."""
        return {"way": "paper", "for": self.ids[name], "paper": self.scan(name, content or little_pdf(name), mime)}

    def scan(self, name: str, content: bytes, mime: str = "application/pdf") -> str:
        return str(self.meri.does(f"scans?whose={self.ids[name]}", content, Content_Type=mime)["id"])

    # People.

    def comes(self, name: str, role: str, **more: Any) -> str:
        """Somebody is added to the case; their participant id."""
        body = {"person": self.house.person(name), "role": role, **more}
        self.ids[name] = self.meri.does("participants", body)["id"]
        return self.ids[name]

    def joins_as_party(self, name: str) -> None:
        """Somebody comes as a party and accepts every mediator; everybody agrees to the terms that name them."""
        self.comes(name, "party")
        self.accepts_ties(name)
        self.everyone_agrees()

    def goes_on_without(self, name: str) -> None:
        """A party leaves for good; those who remain agree again, and the case is resumed."""
        self[name].does("withdrawals", {"confirmed": True})
        self.everyone_agrees()
        self.meri.does("resumptions")

    def everyone_agrees(self) -> None:
        with self.writing() as db:
            parties = self.parties(db)
        for name in parties:
            self[name].agrees()

    def text(self, kind: str) -> str:
        """The id of the newest text of a kind, as Aino reads it."""
        return str(next(one["id"] for one in self.aino.reads("agreed-texts") if one["kind"] == kind))

    def accepts_ties(self, *names: str) -> None:
        for name in names:
            for one in self[name].reads()["declarations"]:
                self[name].does(f"declarations/{one['id']}/answers", {"answer": "accepted"})

    def learn_people(self, *, tokens: bool = False) -> None:
        """Learn who is who, by the first word of a name; where `tokens` are wanted, everybody without one gets one."""
        with self.writing() as db:
            rows = select(Participant).join(Case, Case.id == Participant.case_id)
            for one in db.scalars(rows.where(Case.number == self.number)):
                first = str(get(db, one, "name")).partition(" ")[0]
                self.ids[first] = one.id
                self.people.setdefault(first, one.person_id)
                if tokens and first not in self.house.tokens:
                    self.house.tokens[first] = make_token(db, one.person_id, 3650)

    # Sessions.

    def plans(self, kind: str, *, name: str = "Meri", days: int = 1, **more: Any) -> str:
        """Somebody plans a session, so many days ahead; its id."""
        moment = (self.house.clock.at + timedelta(days=days)).isoformat()
        return str(self[name].does("sessions", {"kind": kind, "planned_at": moment, **more})["id"])

    def meets(self, session: str, *present: str, ends: bool = True) -> None:
        """A session begins, these are there, and it ends."""
        self.meri.does(f"sessions/{session}/beginning")
        if present:
            there = {self.ids[name]: "present" for name in present}
            self.meri.does(f"PUT sessions/{session}/attendance", {"attendance": there})
        if ends:
            self.meri.does(f"sessions/{session}/ending", {"early": False})

    def meets_alone(self, name: str) -> None:
        self.meets(self.plans("separate", with_participant=self.ids[name]), name)

    def session(self, kind: str) -> str:
        return str([one["id"] for one in self.meri.reads()["sessions"] if one["kind"] == kind][-1])

    # The agreement.

    def drafts(self, promises: Mapping[str, str] | Sequence[str], **more: Any) -> Json:
        """The mediator drafts an agreement with one promise of each of these people (in own words, where given)."""
        newest = self.meri.asks("GET agreement")
        tag = newest.json().get("tag") if newest.is_success and newest.json()["state"] in {"draft", "sent"} else None
        words = promises if isinstance(promises, Mapping) else dict.fromkeys(promises, "Kirjaan keskeneräiset käynnit.")
        lines = [draft_line([self.ids[name]], self.today(7), action) for name, action in words.items()]
        body = draft_of(lines, "Tieto ei siirry meiltä toisillemme.", **more)
        return dict(self.meri.does("PUT agreement", body, **({"If_Match": f'"{tag}"'} if tag else {})))

    def sends(self) -> str:
        return str(self.meri.does("agreement/sending")["digest"])

    def sign(self, *names: str) -> bool:
        """Each signs what they read; whether the last signature sealed the agreement."""
        sealed = False
        for name in names:
            digest = self[name].reads("agreement")["digest"]
            sealed = self[name].does("agreement/signatures", {"digest": digest})["sealed"]
        return sealed

    def checks_in(self, name: str, answer: str = "kept", *, audience: str = "table", **more: Any) -> str:
        """Somebody reports the same on every commitment in force that is still somebody's; the check-in's id."""
        with self.house.installation.database.reading() as db:
            facts = self.facts(db)
        assert facts.in_force is not None
        signers = {one.id for one in facts.those_in("party", "employer-representative")}
        reports = {one.id: {"answer": answer} for one in facts.in_force.commitments if one.owners & signers}
        return str(self[name].does("check-ins", {"audience": audience, "reports": reports, **more})["id"])

    # Time and letters.

    def today(self, plus: int = 0) -> str:
        """The date, so many days from now."""
        return (self.house.clock.at + timedelta(days=plus)).date().isoformat()

    def later(self, **much: float) -> None:
        self.house.clock.at += timedelta(**much)

    def rounds(self) -> None:
        """What falls due by itself is settled."""
        do_what_is_due(self.house.installation.database, WORKFLOWS)

    def rises(self) -> None:
        """End the sessions that are under way: until then no letters of the case are sent to who sits there."""
        for one in self.meri.reads()["sessions"]:
            if one["begun_at"] and not one["ended_at"]:
                self.meri.does(f"sessions/{one['id']}/ending", {"early": False})

    def letters_to(self, name: str) -> list[str]:
        with self.house.installation.database.reading() as db:
            sent = select(Letter.kind).where(Letter.participant_id == self.ids[name])
            return list(db.scalars(sent.order_by(Letter.created_at, Letter.id)))

    def reminders_to(self, name: str) -> list[datetime]:
        """When somebody will be reminded of something, as it is planned now."""
        with self.house.installation.database.reading() as db:
            ahead = select(Letter.due_at).where(Letter.participant_id == self.ids[name], Letter.kind == "reminder")
            waiting = Letter.called_off_at.is_(None), Letter.due_at > self.house.clock.at
            return list(db.scalars(ahead.where(*waiting).order_by(Letter.due_at)))


def _waiting(unmet: Sequence[Json]) -> dict[str, list[str]]:
    return {one["guard"]: sorted(who["name"].partition(" ")[0] for who in one["waiting_for"]) for one in unmet}


def asked_at(route: str, number: str) -> tuple[str, str]:
    """The method and the path of a short route: `consents` is a route of the case, `/statuses` one outside any case."""
    method, _, path = route.partition(" ") if route.partition(" ")[0].isupper() else ("POST", "", route)
    return method, f"/api{path}" if path.startswith("/") else f"/api/cases/{number}/{path}".rstrip("/")


def draft_line(owners: Sequence[str], starts_on: str, action: str, **more: Any) -> Json:
    words = {"action": action, "measure": "Näkyy listassa."}
    return {"owners": [*owners], "starts_on": starts_on, "texts": {"fi": words}, **more}


def draft_of(lines: Sequence[Json], purpose: str = "Tieto ei kulje meillä.", **more: Any) -> Json:
    """A draft in Finnish with these commitments."""
    text = {"purpose": purpose}
    return {"prevailing": "fi", "texts": {"fi": text}, "commitments": [*lines], "disclosure_decided": True, **more}


def case_at(house: House, at: str, *, ready: bool = True, hours: float = 1) -> LiveCase:
    """A case in a phase, as `case_in` makes it, so many hours after all that."""
    table = case_in(house, at, ready=ready)
    case = LiveCase(house, table.number, dict(table.ids))
    case.later(hours=hours)
    return case


def referred(
    house: House,
    parties: Sequence[str] = ("Aino", "Pekka"),
    people: Sequence[str] = NAMES,
    leads: str = "mediator",
    **more: Any,
) -> LiveCase:
    """A case that Vilho has just referred and ordered, and for which Meri was chosen to lead it; `more` of the referral."""

    def refer() -> tuple[str, dict[str, str]]:
        for name in people:
            house.person(
                name, office=OFFICES.get(name), organisation="Esimerkkilä" if name != "Meri" else "Sovittelijat"
            )
        case = LiveCase(house)
        referral = {
            "organisation": house.organisation("Esimerkkilä"),
            "subject": "Yhteistyö iltavuoron vaihdoissa",
            "parties": [{"person": house.people[name]} for name in parties],
        }
        case.number = case.vilho.does("/cases", referral | more)["number"]
        case.vilho.does("order", {"terms": "Sovittelu kotihoidon iltatiimissä."})
        case.vilho.does("mediators", {"person": house.people["Meri"], "role": leads})
        case.learn_people()
        return case.number, case.ids

    what = "referred", *parties, "of", *people, leads, repr(more)
    case = LiveCase(house, *house.ready_made(what, refer))
    case.later(hours=1)
    return case


def set_table(house: House, parties: Sequence[str] = ("Aino", "Pekka")) -> House:
    """A house with the case 2027-0001, that Vilho commissioned for its parties and Meri mediates."""
    return referred(house, parties, ("Vilho", "Meri", "Aino", "Pekka", "Outi")).house


def almost_signed(house: House, *signed: str) -> tuple[LiveCase, dict[str, str]]:
    """A case whose agreement `signed` have signed already, and what the others (and they) read and sign, by name."""

    def made() -> tuple[str, dict[str, str], dict[str, str]]:
        case = case_at(house, "solutions", ready=False)
        with case.writing() as db:
            case.does(db, "Meri", plan_session, "follow-up", db.now() + timedelta(days=30))
            draft(db, case)
            agreement: Agreement = send_and_sign(db, case, *signed)
            names = (*case.parties(db), "Kaarina")
            digests = {name: digest_to_sign(db, case.seat(db, name), agreement, case.ids[name]) for name in names}
        return case.number, case.ids, digests

    number, ids, digests = house.ready_made(("almost signed", *signed), made)
    return LiveCase(house, number, ids), digests
