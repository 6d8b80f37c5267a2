"""A whole case in one sitting with one laptop: nobody but the mediator and HR has a device or an e-mail address."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from mediation.letters.delivery import deliver_due
from mediation.letters.post import post_for
from mediation.sealing.verification import verify_sealed
from tests.houses import House
from tests.world import LiveCase, Somebody, draft_line, draft_of, little_pdf, little_png, problem

Json = dict[str, Any]

NAMES = {"Aino": "Aino Aalto", "Pekka": "Pekka Peltola", "Tuula": "Tuula Toivola", "Eero": "Eero Esimies"}
FOLLOW_UPS = ("2027-03-04", "2027-08-10")
WAYS = {"said", "in-person", "paper"}
OWN_HAND = {"agreed-to-mediate", "undertook-confidentiality"}
ALWAYS_ASKED = {"mediation-ordered", "mediator-assigned", "ties-declared", "screened-suitable", "agreed-to-mediate"}


class Laptop(LiveCase):
    """A case that Meri mediates alone with her laptop."""

    joint = ""
    version = 0

    def in_person(self, name: str, typed: str | None = None) -> Json:
        """On the mediator's laptop, with the name typed."""
        return {"way": "in-person", "for": self.ids[name], "confirmed_name": NAMES[name] if typed is None else typed}

    def marks(self, kind: str) -> dict[str, Json]:
        """The current marks of a kind, by first name."""
        first = {one: name for name, one in self.ids.items()}
        return {first[one["participant"]]: one for one in self.meri.reads()["marks"] if one["kind"] == kind}

    def give_token(self, name: str) -> Somebody:
        """Let somebody of the case in by an own device after all."""
        self.learn_people(tokens=True)
        return self[name]

    # The way through the phases, each function from one to the next.

    def order(self) -> None:
        """The employer orders mediation, and Meri is assigned."""
        self.vilho.does("order", {"terms": "Sovittelu kodinhoidon tiimissä."})
        self.vilho.does("mediators", {"person": self.people["Meri"]})
        self.learn_people()

    def prepare(self) -> None:
        """Ties, screening, invitations; each met alone; each agrees by own hand."""
        self.meri.does("screenings")
        self.meri.does("screenings/answers", {"answers": {"S1": "no", "S18": "yes"}, **self.said("Aino")})
        self.meri.does("screenings/decision", {"outcome": "suitable"})
        declaration = self.meri.does("declarations", {"has_ties": False, "words": "Sidonnaisuuksia ei ole."})["id"]
        self.meri.does(f"declarations/{declaration}/answers", {"answer": "accepted", **self.said("Aino", "Pekka")})
        for name in ("Aino", "Pekka"):
            self.meri.does("invitations", {"participant": self.ids[name]})
        self.meet("Aino")
        self.meri.does("separate-meeting-waivers", self.said("Pekka"))
        self.meri.agrees(**self.in_person("Aino"))
        self.meri.agrees(**self.on_paper("Pekka"))
        plan = {"kind": "joint", "planned_at": "2027-01-28T09:00:00+02:00", "minutes": 480, "place": "Kirjasto"}
        self.joint = self.meri.does("sessions", plan)["id"]

    def meet(self, name: str) -> None:
        """A separate session with one party, held."""
        plan = {"kind": "separate", "planned_at": "2027-01-20T09:00:00+02:00", "with_participant": self.ids[name]}
        session = self.meri.does("sessions", plan)["id"]
        self.meets(session, name, ends=False)
        self.meri.does("statements", {"audience": "mediator", "words": "Minua jännittää. Sano se.", **self.said(name)})
        self.meri.does(f"sessions/{session}/ending")

    def open(self) -> None:
        """The sitting begins: ground rules and opening turns."""
        self.meets(self.joint, "Aino", "Pekka", ends=False)
        self.meri.does("ground-rules/acceptances", self.said("Aino", "Pekka"))
        self.meri.does("opening-turns", {"participants": [self.ids["Aino"], self.ids["Pekka"]]})

    def define(self) -> None:
        """Each one's view, and the joint problem statement."""
        self.meri.does("views", {"words": "Viestit jäävät lukematta.", **self.said("Aino")})
        self.meri.does("views", {"passed": True, **self.said("Pekka")})
        text = {"words": "Tieto ei kulje meillä.", "goals": ["Kumpikin tietää, mikä on kesken."]}
        draft = {"texts": {"fi": text}, "issues": [{"fi": "Vuoronvaihto"}]}
        self.version = self.meri.does("problem-statements", draft)["version"]
        self.meri.does(f"problem-statements/{self.version}/acceptances", self.said("Aino", "Pekka"))

    def talk(self) -> None:
        """Guided talk, until each has been heard."""
        self.meri.does("readiness", self.said("Aino", "Pekka"))

    def solve(self) -> None:
        """Two options, one of them adopted, and a draft."""
        for words, response in (("Vuoronvaihto klo 14.50", "yes"), ("Siirto toiseen tiimiin", "no")):
            option = self.meri.does("options", {"words": words, **self.said("Aino")})["id"]
            self.meri.does(f"options/{option}/responses", {"response": response, **self.said("Aino", "Pekka")})
            outcome = {"state": "adopted"} if response == "yes" else {"state": "set-aside", "reason": "Ei nyt."}
            self.meri.does(f"PUT options/{option}/state", outcome)
        [question] = self.meri.reads()["problem_statements"][-1]["issues"]
        self.meri.does(f"PUT issues/{question['id']}", {"state": "agreed"})
        for day in FOLLOW_UPS:
            plan = {"kind": "follow-up", "planned_at": f"{day}T12:00:00+02:00", "minutes": 60}
            self.meri.does("sessions", plan)
        self.meri.does("PUT agreement", self.draft())

    def draft(self, **changes: Any) -> Json:
        """A draft with one commitment of both parties, and one of the employer's representative where there is one."""
        owners = [[self.ids["Aino"], self.ids["Pekka"]], *([[self.ids["Eero"]]] if "Eero" in self.ids else [])]
        lines = [draft_line(one, "2027-02-08", "Pidämme vuoronvaihdon klo 14.50.") for one in owners]
        return draft_of(lines, **changes)

    def send(self) -> Json:
        """Freeze the draft; what each signs, by first name."""
        self.meri.does("agreement/sending")
        agreement = self.meri.reads("agreement")
        annex = {one["kind"]: one["sha256"] for one in agreement["documents"]}.get("annex-manifest")
        return {"Aino": agreement["digest"], "Pekka": agreement["digest"], "Eero": annex}

    def sign_all(self) -> None:
        """Sent, and signed by each: in person and on paper."""
        digests = self.send()
        self.meri.does("agreement/signatures", {"digest": digests["Aino"], **self.in_person("Aino")})
        if "Eero" in self.ids:
            self.meri.does("agreement/signatures", {"digest": digests["Eero"], **self.in_person("Eero")})
        png = little_png()
        self.meri.does("agreement/signatures", {"digest": digests["Pekka"], **self.on_paper("Pekka", png, "image/png")})

    def inform(self) -> None:
        """The sitting ends; the agreed notice is given."""
        self.meri.does(f"sessions/{self.joint}/ending")
        self.meri.does("notices")

    def follow_up(self) -> None:
        """Every follow-up is held, and each one's own report said in the room."""
        planned = [one for one in self.meri.reads()["sessions"] if one["kind"] == "follow-up"]
        for session in planned:
            self.meri.does(f"sessions/{session['id']}/beginning")
            for name in ("Aino", "Pekka", "Eero"):
                if name in self.ids:
                    self.meri.does("check-ins", {**self.report(name), "session": session["id"], **self.said(name)})
            self.meri.does(f"sessions/{session['id']}/ending")

    def report(self, name: str, answer: str = "kept") -> Json:
        """One participant's report on the commitments that are theirs to report on."""
        commitments = self.meri.reads("agreement")["commitments"]
        if name == "Eero":
            commitments = [one for one in commitments if self.ids[name] in one["owners"]]
        reports = {one["id"]: {"answer": answer} for one in commitments}
        return {"audience": "table", "atmosphere": 4, "reports": reports}


def refer(house: House) -> Laptop:
    """A case for two people without e-mail or device, of whom Meri and Vilho have one."""
    house.person("Meri", office="mediator", organisation="Sovittelijat")
    house.person("Vilho", office="hr")
    case = Laptop(house)
    parties = [{"name": NAMES[name], "capacity": "lähihoitaja"} for name in ("Aino", "Pekka")]
    referral = {"organisation": house.organisation("Esimerkkilä"), "subject": "Vuoronvaihto", "parties": parties}
    case.number = case.vilho.does("/cases", referral)["number"]
    return case


# Phase by phase: what is done there, and how the case then goes on.
STEPS: Mapping[str, tuple[tuple[Callable[[Laptop], None], ...], str]] = {
    "preparation": ((Laptop.order, Laptop.prepare), "open"),
    "opening": ((Laptop.open,), "define-problem"),
    "problem-definition": ((Laptop.define,), "start-dialogue"),
    "dialogue": ((Laptop.talk,), "seek-solutions"),
    "solutions": ((Laptop.solve, Laptop.sign_all), "begin-follow-up"),
    "follow-up": ((Laptop.inform, Laptop.follow_up), "close"),
    "closed": ((), ""),
}


def carried_to(house: House, phase: str) -> Laptop:
    """A case in `phase`, where nothing has been done yet."""
    case = refer(house)
    for code, (steps, onward) in STEPS.items():
        if code == phase:
            return case
        for step in steps:
            step(case)
        case.moves(onward)
    raise LookupError(phase)


def hand_over_everything(case: Laptop) -> list[tuple[str, str]]:
    """Print each letter that waits and hand it over; to whom, and of which kind."""
    first = {one: name for name, one in case.ids.items()}
    handed = []
    for letter in case.meri.reads("letters"):
        printed = case.meri.asks(f"GET letters/{letter['id']}/paper")
        assert (printed.status_code, printed.headers["content-type"]) == (200, "application/pdf")
        assert printed.content.startswith(b"%PDF-")
        case.meri.does(f"letters/{letter['id']}/handing-over")
        handed.append((first[letter["participant"]], letter["kind"]))
    assert case.meri.reads("letters") == []
    return sorted(handed)


@pytest.mark.seconds
def test_a_whole_case_is_carried_through_with_one_laptop(house: House) -> None:
    at = house.clock.set
    at("2027-01-11 09:00")
    case = refer(house)
    case.order()

    at("2027-01-20 09:00")
    assert set(case.waits_for("open")) >= {"ties-declared", "screened-suitable", "agreed-to-mediate", "met-separately"}
    case.prepare()
    tuula = {"name": NAMES["Tuula"], "role": "support-person", "supports": case.ids["Aino"]}
    case.ids["Tuula"] = case.meri.does("participants", tuula)["id"]
    eero = {"name": NAMES["Eero"], "role": "employer-representative", "capacity": "esihenkilö"}
    case.ids["Eero"] = case.meri.does("participants", eero)["id"]
    assert case.waits_for("open") == {}
    case.meri.does(f"sessions/{case.session('joint')}/calls", {"participant": case.ids["Tuula"]})
    assert case.waits_for("open") == {"companions-bound": ["Tuula"]}
    texts = {one["kind"].removeprefix("undertaking-"): {"text": one["id"]} for one in case.meri.reads("agreed-texts")}
    case.meri.does("undertakings", case.in_person("Tuula") | texts["support-person"])
    case.meri.does("undertakings", case.on_paper("Eero") | texts["employer-representative"])
    assert case.waits_for("open") == {}

    handed = hand_over_everything(case)
    assert {("Aino", "invitation"), ("Pekka", "invitation"), ("Aino", "session-planned")} <= set(handed)
    assert {name for name, _ in handed} <= NAMES.keys()

    at("2027-01-28 09:00")
    case.moves("open")
    assert case.waits_for("define-problem") == {
        "opening-begun": [],
        "attended-opening": ["Aino", "Pekka"],
        "accepted-ground-rules": ["Aino", "Pekka"],
        "had-opening-turn": ["Aino", "Pekka"],
    }
    case.open()
    at("2027-01-28 10:00")
    case.moves("define-problem")
    assert case.waits_for("start-dialogue") == {
        "stated-view": ["Aino", "Pekka"],
        "problem-stated": [],
        "goal-set": [],
        "accepted-problem-statement": ["Aino", "Pekka"],
    }
    case.define()
    at("2027-01-28 11:00")
    case.moves("start-dialogue")
    released = release(case)
    assert case.waits_for("seek-solutions") == {"ready-for-solutions": ["Aino", "Pekka"]}
    case.talk()
    at("2027-01-28 13:00")
    case.moves("seek-solutions")
    case.solve()
    at("2027-01-28 15:00")
    assert case.waits_for("begin-follow-up") == {"agreement-sent": [], "everyone-signed": ["Aino", "Eero", "Pekka"]}
    case.sign_all()
    assert case.waits_for("begin-follow-up") == {}
    at("2027-01-28 15:30")
    case.moves("begin-follow-up")
    case.inform()
    assert ("Eero", "reading-waits") in hand_over_everything(case)  # the parties got theirs with the seal
    assert set(case.waits_for("close")) == {"follow-ups-held", "reported-on-commitments"}

    at("2027-08-10 12:00")
    case.follow_up()
    hand_over_everything(case)
    assert case.waits_for("close") == {}
    case.moves("close")
    assert (case.meri.reads()["phase"], case.meri.reads()["outcome"]) == ("closed", "agreement-kept")
    assert case.line()["outcome"] == "ended-settled"

    everything_shows_its_way(case, released)
    the_sealed_file_holds(case)
    no_letter_is_left(case)


def release(case: Laptop) -> str:
    """Aino lets one sentence of what she said alone be said at the table, by her own hand on the laptop."""
    [private] = [one for one in case.meri.reads()["statements"] if one["audience"] == "mediator"]
    sentence = {"sentence": "Minua jännittää."}
    case.meri.refused(f"statements/{private['id']}/releases", {**sentence, **case.said("Aino")}, 403, "own-hand-only")
    case.meri.does(f"statements/{private['id']}/releases", {**sentence, **case.in_person("Aino")})
    assert [one["words"] for one in case.meri.reads()["statements"] if one["topic"] == "released"] == [
        "Minua jännittää."
    ]
    return str(private["id"])


def everything_shows_its_way(case: Laptop, private: str) -> None:
    """Each thing that somebody said or did shows how it came about, and that Meri recorded it."""
    whole, agreement = case.meri.reads(), case.meri.reads("agreement")
    meri = case.ids["Meri"]
    marks = [one for one in whole["marks"] if one["participant"] != meri and one["kind"] != "invited"]
    assert {(one["way"] in WAYS, one["recorded_by"]) for one in marks} == {(True, meri)}
    assert {one["way"] for one in marks if one["kind"] in OWN_HAND} == {"in-person", "paper"}
    spoken = [*whole["statements"], *case.meri.reads("check-ins")["check_ins"]]
    assert {(one["way"], one["recorded_by"]) for one in spoken} == {("said", meri), ("in-person", meri)}
    assert [one["way"] for one in whole["statements"] if one["id"] == private] == ["said"]
    signed = {one["participant"]: (one["way"], one["recorded_by"]) for one in agreement["signatures"]}
    ways = {"Aino": "in-person", "Eero": "in-person", "Pekka": "paper"}
    assert signed == {case.ids[name]: (way, meri) for name, way in ways.items()}


def the_sealed_file_holds(case: Laptop) -> None:
    """The sealed agreement and the record of the case."""
    [sealed] = [one for one in case.meri.reads("agreement")["documents"] if one["kind"] == "sealed"]
    content = case.meri.asks(f"GET documents/{sealed['id']}").content
    assert verify_sealed(content, case.house.installation.seal_key.certificate_pem).ok
    record = case.meri.reads("record")
    assert (record["holds"], record["broken_at"]) == (True, None)


def no_letter_is_left(case: Laptop) -> None:
    """What was not handed over went by e-mail, to those who have it."""
    installation = case.house.installation
    went = deliver_due(installation.database, post_for(installation.settings), installation.settings, limit=1000)
    assert (went.failed, went.given_up) == (0, 0)
    assert went.count > 0


def test_the_day_from_the_opening_to_a_way_out_takes_twelve_acts_and_the_steps_between(sqlite_house: House) -> None:
    case = carried_to(sqlite_house, "opening")
    both, acts = case.said("Aino", "Pekka"), 0

    def does(route: str, body: Any = None) -> Json:
        nonlocal acts
        acts += 1
        return dict(case.meri.does(route, body) or {})

    does(f"sessions/{case.joint}/beginning")
    does(
        f"PUT sessions/{case.joint}/attendance", {"attendance": {case.ids[one]: "present" for one in ("Aino", "Pekka")}}
    )
    does("ground-rules/acceptances", both)
    does("opening-turns", {"participants": [case.ids["Aino"], case.ids["Pekka"]]})
    case.moves("define-problem")
    does("views", {"passed": True, **both})
    text = {"words": "Tieto ei kulje meillä.", "goals": ["Kumpikin tietää, mikä on kesken."]}
    version = does("problem-statements", {"texts": {"fi": text}})["version"]
    does(f"problem-statements/{version}/acceptances", both)
    case.moves("start-dialogue")
    does("readiness", both)
    case.moves("seek-solutions")
    option = does("options", {"words": "Vuoronvaihto klo 14.50", **case.said("Aino")})["id"]
    does(f"options/{option}/responses", {"response": "yes", **both})
    does(f"PUT options/{option}/state", {"state": "adopted"})
    does(f"sessions/{case.joint}/ending")
    assert acts == 12


# What people say of it afterwards.


@pytest.fixture
def sitting(sqlite_house: House) -> Laptop:
    """The sitting has begun: everything that the opening asks for is recorded."""
    case = carried_to(sqlite_house, "opening")
    case.open()
    return case


@pytest.mark.parametrize(
    ("kind", "guard"), [("accepted-ground-rules",) * 2, ("had-opening-turn",) * 2, ("attended", "attended-opening")]
)
def test_who_gets_a_token_later_can_correct_what_was_recorded(sitting: Laptop, kind: str, guard: str) -> None:
    assert sitting.waits_for("define-problem") == {}
    aino = sitting.give_token("Aino")
    own = [one for one in aino.reads()["marks"] if one["kind"] == kind]
    assert {(one["way"], one["recorded_by"]) for one in own} == {("said", sitting.ids["Meri"])}
    mine = [one for one in own if kind != "attended" or one["about"] == sitting.joint]
    for _ in range(2):
        corrected = aino.asks("corrections", {"mark": mine[0]["id"]})
        assert (corrected.status_code, corrected.json()) == (201, {"id": mine[0]["id"]})
    assert sitting.waits_for("define-problem") == {guard: ["Aino"]}
    assert [*sitting.stays("define-problem")] == [guard]


def test_who_gets_a_token_later_can_put_own_words_in_place_of_what_was_recorded(sqlite_house: House) -> None:
    case = carried_to(sqlite_house, "problem-definition")
    case.define()
    aino = case.give_token("Aino")
    [recorded] = [one for one in aino.reads()["statements"] if one["topic"] == "view"]
    own = {"words": "Sanoin, että viestit tulevat liian myöhään."}
    aino.does(f"statements/{recorded['id']}/corrections", own)
    [stands] = [one for one in case.meri.reads()["statements"] if one["topic"] == "view"]
    assert (stands["words"], stands["way"], stands["recorded_by"]) == (own["words"], "own-device", case.ids["Aino"])


def test_nobody_else_can_correct_what_was_recorded(sitting: Laptop) -> None:
    mark = sitting.marks("accepted-ground-rules")["Aino"]["id"]
    sitting.give_token("Pekka").refused("corrections", {"mark": mark}, 404, "mark-not-found")
    sitting.meri.refused("corrections", {"mark": mark}, 403, "act-not-yours")
    assert sitting.waits_for("define-problem") == {}


def test_what_came_by_own_hand_is_not_taken_back_by_saying_so(sitting: Laptop) -> None:
    said, by_hand = sitting.marks("accepted-ground-rules")["Aino"], sitting.marks("agreed-to-mediate")["Aino"]
    refused(sitting, "corrections", {"mark": by_hand["id"], **sitting.said("Aino")}, 403, "own-hand-only")
    sitting.meri.does("corrections", {"mark": said["id"], **sitting.said("Aino")})
    assert sitting.waits_for("define-problem") == {"accepted-ground-rules": ["Aino"]}


def test_what_somebody_wrote_themselves_is_not_replaced_by_saying_so(sqlite_house: House) -> None:
    case = carried_to(sqlite_house, "opening")
    aino = case.give_token("Aino")
    own = aino.does("statements", {"audience": "mediator", "words": "Vain sinulle."})["id"]
    body = {"words": "Kaikki on hyvin.", **case.said("Aino")}
    refused(case, f"statements/{own}/corrections", body, 403, "own-hand-only")


# What cannot be recorded.


@pytest.fixture
def ordered(sqlite_house: House) -> Laptop:
    """A case that is ordered, with Tuula at Aino's side."""
    case = refer(sqlite_house)
    case.order()
    tuula = {"name": NAMES["Tuula"], "role": "support-person", "supports": case.ids["Aino"]}
    case.ids["Tuula"] = case.meri.does("participants", tuula)["id"]
    return case


def agreed(case: Laptop) -> list[str]:
    """Who has agreed to mediate, and in which way."""
    return [one["way"] for one in case.marks("agreed-to-mediate").values()]


def refused(case: Laptop, path: str, body: dict[str, Any], status: int, code: str, name: str = "Meri") -> None:
    """An act that is refused and leaves no trace."""
    before = case.meri.reads("record")["head"]
    case[name].refused(path, body, status, code)
    assert case.meri.reads("record")["head"] == before


def test_what_takes_an_own_hand_cannot_be_said_for_another(ordered: Laptop) -> None:
    refused(ordered, "consents", {"answer": "given", **ordered.said("Aino")}, 403, "own-hand-only")
    refused(ordered, "undertakings", ordered.said("Tuula"), 403, "own-hand-only")
    assert agreed(ordered) == []


def test_a_signature_cannot_be_said(sqlite_house: House) -> None:
    case = carried_to(sqlite_house, "solutions")
    case.solve()
    digests = case.send()
    for name in ("Aino", "Pekka"):
        refused(case, "agreement/signatures", {"digest": digests[name], **case.said(name)}, 403, "own-hand-only")
    assert case.meri.reads("agreement")["signatures"] == []


@pytest.mark.parametrize("typed", ["", "Aino", "Pekka Peltola", "Aino Aalto x", "Aino\u00adAalto"])
def test_a_name_typed_wrongly_confirms_nothing(ordered: Laptop, typed: str) -> None:
    body = {"answer": "given", **ordered.in_person("Aino", typed)}
    refused(ordered, "consents", body, 422, "confirmation-differs")
    body.pop("confirmed_name")
    refused(ordered, "consents", body, 422, "confirmation-differs")


@pytest.mark.parametrize("typed", ["aino aalto", " AINO  AALTO ", "Aino\u00a0Aalto"])
def test_a_name_typed_as_people_type_confirms(ordered: Laptop, typed: str) -> None:
    ordered.meri.agrees(**ordered.in_person("Aino", typed))
    assert agreed(ordered) == ["in-person"]


def test_a_paper_needs_its_scan(ordered: Laptop) -> None:
    other = refer(ordered.house)
    other.order()
    foreign = other.scan("Aino", little_pdf())
    body = {"answer": "given", "way": "paper", "for": ordered.ids["Aino"]}
    for paper in (foreign, ordered.ids["Aino"], "x", None):
        refused(ordered, "consents", {**body, "paper": paper}, 422, "scan-needed")
    refused(ordered, "consents", body, 422, "scan-needed")
    body.pop("answer")
    ordered.meri.agrees(**body, paper=ordered.scan("Aino", little_png(), "image/png"))
    assert agreed(ordered) == ["paper"]


def test_a_paper_of_somebody_else_proves_nothing(ordered: Laptop) -> None:
    of_pekka = ordered.scan("Pekka", little_pdf())
    body = {"answer": "given", "way": "paper", "for": ordered.ids["Aino"], "paper": of_pekka}
    refused(ordered, "consents", body, 422, "scan-needed")


def test_a_scan_belongs_to_somebody_of_the_case(ordered: Laptop) -> None:
    other = refer(ordered.house)
    other.order()
    for whose in (other.ids["Aino"], "nobody", "ä ö"):
        route, pdf = f"scans?whose={whose}", {"Content-Type": "application/pdf"}
        problem(ordered.meri.asks(route, little_pdf(), **pdf), 404, "participant-not-found")


@pytest.mark.parametrize(
    ("content", "mime", "status", "code"),
    [
        (little_png(), "application/pdf", 422, "scan-not-that"),
        (b"", "image/png", 422, "scan-not-that"),
        (b"<svg/>", "image/svg+xml", 422, "choice-unknown"),
        (b"%PDF-", "", 422, "choice-unknown"),
        (b"%PDF-".ljust(10_000_001), "application/pdf", 413, "scan-too-large"),
        (b"%PDF-".ljust(13 * 2**20), "application/pdf", 413, "body-too-large"),
    ],
)
def test_a_file_that_is_not_a_scan_is_refused(
    ordered: Laptop, content: bytes, mime: str, status: int, code: str
) -> None:
    ordered.meri.refused(f"scans?whose={ordered.ids['Aino']}", content, status, code, Content_Type=mime)


def test_only_a_mediator_records_for_others(ordered: Laptop) -> None:
    ordered.give_token("Pekka")
    ordered.give_token("Tuula")
    scan = ordered.scan("Aino", little_pdf())
    for name in ("Pekka", "Tuula", "Vilho"):
        for way in (
            ordered.said("Aino"),
            ordered.in_person("Aino"),
            {"way": "paper", "for": ordered.ids["Aino"], "paper": scan},
        ):
            refused(ordered, "consents", {"answer": "given", **way}, 403, "recorder-needed", name)
    own_device = {"answer": "given", "for": ordered.ids["Aino"]}
    refused(ordered, "consents", own_device, 422, "way-needed", "Pekka")
    refused(ordered, "scans", {}, 422, "malformed", "Pekka")


def test_an_option_shows_who_said_it_and_who_recorded_it(sqlite_house: House) -> None:
    case = carried_to(sqlite_house, "solutions")
    case.solve()
    for option in case.meri.reads()["options"]:
        shown = option["proposed_by"], option["way"], option["recorded_by"]
        assert shown == (case.ids["Aino"], "said", case.ids["Meri"])


def test_a_mark_made_on_paper_shows_its_scan(ordered: Laptop) -> None:
    paper = ordered.on_paper("Aino")
    ordered.meri.agrees(**paper)
    assert ordered.marks("agreed-to-mediate")["Aino"]["paper"] == paper["paper"]
    assert ordered.meri.asks(f"GET documents/{paper['paper']}").content == little_pdf("Aino")


@pytest.mark.parametrize("ended", ["discontinued", "closed"])
def test_letters_that_wait_when_the_case_ends_are_still_handed_over(sqlite_house: House, ended: str) -> None:
    if ended == "discontinued":
        case = refer(sqlite_house)
        case.order()
        case.meri.does("discontinuation", {"outcome": "not-suitable"})
    else:
        case = carried_to(sqlite_house, "closed")
    assert {name for name, _ in hand_over_everything(case)} == {"Aino", "Pekka"}


def test_nothing_is_recorded_for_somebody_outside_the_case(ordered: Laptop) -> None:
    other = refer(ordered.house)
    other.order()
    body = {"answer": "given", "way": "in-person", "confirmed_name": NAMES["Aino"]}
    for whom in (other.ids["Aino"], "x", "", None):
        answer = ordered.meri.asks("consents", {**body, "for": whom})
        assert answer.status_code in {404, 422}
    assert agreed(ordered) == agreed(other) == []


def test_one_tap_records_for_all_or_for_nobody(sitting: Laptop) -> None:
    sitting.meri.does(
        "corrections", {"mark": sitting.marks("accepted-ground-rules")["Aino"]["id"], **sitting.in_person("Aino")}
    )
    both = {"way": "said", "for": [sitting.ids["Aino"], "nobody"]}
    refused(sitting, "ground-rules/acceptances", both, 404, "participant-not-found")
    assert sitting.waits_for("define-problem") == {"accepted-ground-rules": ["Aino"]}
