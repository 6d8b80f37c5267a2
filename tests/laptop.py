"""A case on one laptop: the mediator records what is said, confirmed in person or signed on paper by people without one."""

import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from mediation.people.directory import make_token
from mediation.store.models import Participant
from tests.houses import House

Json = dict[str, Any]

NAMES = {"Aino": "Aino Aalto", "Pekka": "Pekka Peltola", "Tuula": "Tuula Toivola", "Eero": "Eero Esimies"}
FOLLOW_UPS = ("2027-03-04", "2027-08-10")


class Doors:
    """The doors of a house, as anybody."""

    def __init__(self, house: House) -> None:
        self.house, self.app = house, house.app
        self._clients: dict[str | None, httpx.Client] = {}

    def of(self, name: str | None = None) -> httpx.Client:
        """The doors as somebody with a token; without a name, as nobody."""
        if name not in self._clients:
            self._clients[name] = self.house.client(name)
        return self._clients[name]


@dataclass
class Laptop:
    """A case that Meri mediates alone with her laptop. `ids` are its participants, by first name."""

    doors: Doors
    number: str
    ids: dict[str, str] = field(default_factory=dict)
    joint: str = ""
    version: int = 0

    @property
    def house(self) -> House:
        return self.doors.house

    @property
    def meri(self) -> httpx.Client:
        return self.doors.of("Meri")

    def at(self, path: str = "") -> str:
        """A path of the case."""
        return f"/api/cases/{self.number}/{path}".rstrip("/")

    def get(self, path: str = "") -> Json:
        """What Meri reads."""
        return answered(self.meri.get(self.at(path)))

    def post(self, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> Json:
        """What Meri does."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return answered(self.meri.post(self.at(path), json=body if body is not None else {}, headers=named))

    def put(self, path: str, body: Mapping[str, Any], **headers: str) -> Json:
        """What Meri puts in its place."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return answered(self.meri.put(self.at(path), json=body, headers=named))

    # The three ways of those who have no device.

    def said(self, *names: str) -> Json:
        """In the room, recorded by the mediator: one tap for one or for all."""
        return {"way": "said", "for": [self.ids[name] for name in names]}

    def in_person(self, name: str, typed: str | None = None) -> Json:
        """On the mediator's laptop, with the name typed."""
        return {"way": "in-person", "for": self.ids[name], "confirmed_name": NAMES[name] if typed is None else typed}

    def on_paper(self, name: str, content: bytes | None = None, mime: str = "application/pdf") -> Json:
        """On paper, its scan stored first."""
        return {"way": "paper", "for": self.ids[name], "paper": self.scan(name, content or little_pdf(name), mime)}

    def scan(self, name: str, content: bytes, mime: str) -> str:
        """A stored scan of somebody's paper, by its id."""
        stored = self.meri.post(
            self.at("scans"), params={"whose": self.ids[name]}, content=content, headers={"Content-Type": mime}
        )
        return str(answered(stored)["id"])

    # Where the case stands.

    def unmet(self, transition: str) -> dict[str, list[str]]:
        """The guards that do not hold before a transition, each with the first names of those who are waited for."""
        first = {one: name for name, one in self.ids.items()}
        [move] = [one for one in self.get("transitions")["transitions"] if one["transition"] == transition]
        return {one["guard"]: sorted(first[who["participant"]] for who in one["waiting_for"]) for one in move["unmet"]}

    def move(self, transition: str) -> str:
        """Take the case on; its new phase."""
        tag = self.meri.get(self.at("transitions")).headers["ETag"]
        return str(self.post("transitions", {"transition": transition}, If_Match=tag)["phase"])

    def marks(self, kind: str) -> dict[str, Json]:
        """The standing marks of a kind, by first name."""
        first = {one: name for name, one in self.ids.items()}
        return {first[one["participant"]]: one for one in self.get()["marks"] if one["kind"] == kind}

    def give_token(self, name: str) -> httpx.Client:
        """Let somebody of the case in by an own device after all."""
        with self.house.installation.database.writing() as db:
            person = db.get_one(Participant, self.ids[name]).person_id
            self.house.people[NAMES[name]] = person
            self.house.tokens[NAMES[name]] = make_token(db, person, 30)
        return self.doors.of(NAMES[name])

    # The way through the phases, each function from one to the next.

    def order(self) -> None:
        """The employer orders mediation, and Meri is assigned."""
        vilho = self.doors.of("Vilho")
        answered(vilho.post(self.at("order"), json={"terms": "Sovittelu kodinhoidon tiimissä."}))
        answered(vilho.post(self.at("mediators"), json={"person": self.house.people["Meri"]}))
        for one in self.get()["participants"]:
            self.ids[one["name"].split()[0]] = one["id"]

    def prepare(self) -> None:
        """Ties, screening, invitations; each met alone; each agrees by own hand."""
        self.post("screenings")
        self.post("screenings/answers", {"answers": {"S1": "no", "S18": "yes"}, **self.said("Aino")})
        self.post("screenings/decision", {"outcome": "suitable"})
        declaration = self.post("declarations", {"has_ties": False, "words": "Sidonnaisuuksia ei ole."})["id"]
        self.post(f"declarations/{declaration}/answers", {"answer": "accepted", **self.said("Aino", "Pekka")})
        for name in ("Aino", "Pekka"):
            self.post("invitations", {"participant": self.ids[name]})
        self.meet("Aino")
        self.post("separate-meeting-waivers", self.said("Pekka"))
        self.post("consents", {"answer": "given", **self.in_person("Aino")})
        self.post("consents", {"answer": "given", **self.on_paper("Pekka")})
        plan = {"kind": "joint", "planned_at": "2027-01-28T09:00:00+02:00", "minutes": 480, "place": "Kirjasto"}
        self.joint = self.post("sessions", plan)["id"]

    def meet(self, name: str) -> None:
        """A separate session with one party, held."""
        plan = {"kind": "separate", "planned_at": "2027-01-20T09:00:00+02:00", "with_participant": self.ids[name]}
        session = self.post("sessions", plan)["id"]
        self.post(f"sessions/{session}/beginning")
        self.put(f"sessions/{session}/attendance", {"attendance": {self.ids[name]: "present"}})
        self.post("statements", {"audience": "mediator", "words": "Minua jännittää. Sano se.", **self.said(name)})
        self.post(f"sessions/{session}/ending")

    def open(self) -> None:
        """The sitting begins: ground rules and opening turns."""
        self.post(f"sessions/{self.joint}/beginning")
        there = {self.ids[name]: "present" for name in ("Aino", "Pekka")}
        self.put(f"sessions/{self.joint}/attendance", {"attendance": there})
        self.post("ground-rules/acceptances", self.said("Aino", "Pekka"))
        self.post("opening-turns", {"participants": list(there)})

    def define(self) -> None:
        """Each one's view, and the joint problem statement."""
        self.post("views", {"words": "Viestit jäävät lukematta.", **self.said("Aino")})
        self.post("views", {"passed": True, **self.said("Pekka")})
        text = {"words": "Tieto ei kulje meillä.", "goals": ["Kumpikin tietää, mikä on kesken."]}
        draft = {"texts": {"fi": text}, "issues": [{"fi": "Vuoronvaihto"}]}
        self.version = self.post("problem-statements", draft)["version"]
        self.post(f"problem-statements/{self.version}/acceptances", self.said("Aino", "Pekka"))

    def talk(self) -> None:
        """Guided talk, until each has been heard."""
        self.post("readiness", self.said("Aino", "Pekka"))

    def solve(self) -> None:
        """Two options, one of them adopted, and a draft."""
        for words, response in (("Vuoronvaihto klo 14.50", "yes"), ("Siirto toiseen tiimiin", "no")):
            option = self.post("options", {"words": words, **self.said("Aino")})["id"]
            self.post(f"options/{option}/responses", {"response": response, **self.said("Aino", "Pekka")})
            outcome = {"state": "adopted"} if response == "yes" else {"state": "set-aside", "reason": "Ei nyt."}
            self.put(f"options/{option}/state", outcome)
        [question] = self.get()["problem_statements"][-1]["issues"]
        self.put(f"issues/{question['id']}", {"state": "agreed"})
        for day in FOLLOW_UPS:
            plan = {"kind": "follow-up", "planned_at": f"{day}T12:00:00+02:00", "minutes": 60}
            self.post("sessions", plan)
        self.put("agreement", self.draft())

    def draft(self, **changes: Any) -> Json:
        """A draft with one commitment of both parties, and one of the employer's representative where there is one."""
        owners = [[self.ids["Aino"], self.ids["Pekka"]], *([[self.ids["Eero"]]] if "Eero" in self.ids else [])]
        words = {"action": "Pidämme vuoronvaihdon klo 14.50.", "measure": "9 kertaa 10:stä pidetty"}
        commitments = [{"owners": one, "starts_on": "2027-02-08", "texts": {"fi": words}} for one in owners]
        text = {"purpose": "Tieto ei kulje meillä.", "goals": ["Kumpikin tietää, mikä on kesken."]}
        whole = {"prevailing": "fi", "texts": {"fi": text}, "commitments": commitments, "disclosure_decided": True}
        return whole | changes

    def send(self) -> Json:
        """Freeze the draft; what each signs, by first name."""
        self.post("agreement/sending")
        agreement = self.get("agreement")
        annex = {one["kind"]: one["sha256"] for one in agreement["documents"]}.get("annex-manifest")
        return {"Aino": agreement["digest"], "Pekka": agreement["digest"], "Eero": annex}

    def sign(self) -> None:
        """Sent, and signed by each: in person and on paper."""
        digests = self.send()
        self.post("agreement/signatures", {"digest": digests["Aino"], **self.in_person("Aino")})
        if "Eero" in self.ids:
            self.post("agreement/signatures", {"digest": digests["Eero"], **self.in_person("Eero")})
        png = little_png()
        self.post("agreement/signatures", {"digest": digests["Pekka"], **self.on_paper("Pekka", png, "image/png")})

    def inform(self) -> None:
        """The sitting ends; the agreed notice is given."""
        self.post(f"sessions/{self.joint}/ending")
        self.post("notices")

    def follow_up(self) -> None:
        """Every follow-up is held, and each one's own report said in the room."""
        planned = [one for one in self.get()["sessions"] if one["kind"] == "follow-up"]
        for session in planned:
            self.post(f"sessions/{session['id']}/beginning")
            for name in ("Aino", "Pekka", "Eero"):
                if name in self.ids:
                    self.post("check-ins", {**self.report(name), "session": session["id"], **self.said(name)})
            self.post(f"sessions/{session['id']}/ending")

    def report(self, name: str, answer: str = "kept") -> Json:
        """One participant's report on the commitments that are theirs to report on."""
        commitments = self.get("agreement")["commitments"]
        if name == "Eero":
            commitments = [one for one in commitments if self.ids[name] in one["owners"]]
        reports = {one["id"]: {"answer": answer} for one in commitments}
        return {"audience": "table", "atmosphere": 4, "reports": reports}


def answered(response: httpx.Response) -> Json:
    """What came of an act that must have succeeded."""
    asked = f"{response.request.method} {response.request.url.path}"
    assert response.is_success, f"{asked}: {response.status_code} {response.text}"
    return response.json() if response.content else {}


def refer(house: House, doors: Doors | None = None) -> Laptop:
    """A case for two people without e-mail or device, of whom Meri and Vilho have one."""
    house.person("Meri", office="mediator", organisation="Sovittelijat")
    house.person("Vilho", office="hr")
    doors = doors or Doors(house)
    parties = [{"name": NAMES[name], "capacity": "lähihoitaja"} for name in ("Aino", "Pekka")]
    referral = {"organisation": house.organisation("Esimerkkilä"), "subject": "Vuoronvaihto", "parties": parties}
    return Laptop(doors, answered(doors.of("Vilho").post("/api/cases", json=referral))["number"])


# Phase by phase: what is done there, and how the case then goes on.
ROAD: Mapping[str, tuple[tuple[Callable[[Laptop], None], ...], str]] = {
    "preparation": ((Laptop.order, Laptop.prepare), "open"),
    "opening": ((Laptop.open,), "define-problem"),
    "problem-definition": ((Laptop.define,), "start-dialogue"),
    "dialogue": ((Laptop.talk,), "seek-solutions"),
    "solutions": ((Laptop.solve, Laptop.sign), "begin-follow-up"),
    "follow-up": ((Laptop.inform, Laptop.follow_up), "close"),
    "closed": ((), ""),
}


def carried_to(house: House, phase: str, doors: Doors | None = None) -> Laptop:
    """A case in `phase`, where nothing has been done yet."""
    case = refer(house, doors)
    for code, (steps, onward) in ROAD.items():
        if code == phase:
            return case
        for step in steps:
            step(case)
        case.move(onward)
    raise LookupError(phase)


def little_pdf(words: str = "") -> bytes:
    """A whole, if small, PDF: one empty page."""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Resources << >> >>",
        f"<< /Title <{words.encode('utf-16').hex()}> >>".encode(),
    )
    file, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start, size = len(file), len(objects) + 1
    return file + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (size, table, size, start)
    )


def little_png() -> bytes:
    """A whole PNG: one white point."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\xff")) + chunk(b"IEND", b"")
