"""A whole case in one sitting with one laptop: nobody but the mediator and HR has a device or an e-mail address."""

from typing import Any

import httpx
import pytest

from mediation.letters.delivery import deliver_due
from mediation.letters.post import post_for
from mediation.sealing.verification import verify_sealed
from tests.houses import House
from tests.knocking import problem
from tests.laptop import NAMES, Laptop, answered, carried_to, little_pdf, little_png, refer

WAYS = {"said", "in-person", "paper"}
OWN_HAND = {"agreed-to-mediate", "undertook-confidentiality"}
STANDING = {"mediation-ordered", "mediator-assigned", "ties-declared", "screened-suitable", "agreed-to-mediate"}


def hand_over_everything(case: Laptop) -> list[tuple[str, str]]:
    """Print each letter that waits and hand it over; to whom, and of which kind."""
    first = {one: name for name, one in case.ids.items()}
    handed = []
    for letter in answered(case.meri.get(case.at("letters"))):
        printed = case.meri.get(case.at(f"letters/{letter['id']}/paper"))
        assert (printed.status_code, printed.headers["content-type"]) == (200, "application/pdf")
        assert printed.content.startswith(b"%PDF-")
        case.post(f"letters/{letter['id']}/handing-over")
        handed.append((first[letter["participant"]], letter["kind"]))
    assert answered(case.meri.get(case.at("letters"))) == []
    return sorted(handed)


def test_a_whole_case_is_carried_through_with_one_laptop(house: House) -> None:
    at = house.clock.set
    at("2027-01-11 09:00")
    case = refer(house)
    case.order()

    at("2027-01-20 09:00")
    assert set(case.unmet("open")) >= {"ties-declared", "screened-suitable", "agreed-to-mediate", "met-separately"}
    case.prepare()
    tuula = {"name": NAMES["Tuula"], "role": "support-person", "supports": case.ids["Aino"]}
    case.ids["Tuula"] = case.post("participants", tuula)["id"]
    eero = {"name": NAMES["Eero"], "role": "employer-representative", "capacity": "esihenkilö"}
    case.ids["Eero"] = case.post("participants", eero)["id"]
    assert case.unmet("open") == {"companions-bound": ["Tuula"]}
    case.post("undertakings", case.in_person("Tuula"))
    case.post("undertakings", case.on_paper("Eero"))
    assert case.unmet("open") == {}

    handed = hand_over_everything(case)
    assert {("Aino", "invitation"), ("Pekka", "invitation"), ("Aino", "session-planned")} <= set(handed)
    assert {name for name, _ in handed} <= NAMES.keys()

    at("2027-01-28 09:00")
    case.move("open")
    assert case.unmet("define-problem") == {
        "opening-begun": [],
        "attended-opening": ["Aino", "Pekka"],
        "accepted-ground-rules": ["Aino", "Pekka"],
        "had-opening-turn": ["Aino", "Pekka"],
    }
    case.open()
    at("2027-01-28 10:00")
    case.move("define-problem")
    assert case.unmet("start-dialogue") == {
        "stated-view": ["Aino", "Pekka"],
        "problem-stated": [],
        "goal-set": [],
        "accepted-problem-statement": ["Aino", "Pekka"],
    }
    case.define()
    at("2027-01-28 11:00")
    case.move("start-dialogue")
    released = release(case)
    assert case.unmet("seek-solutions") == {"ready-for-solutions": ["Aino", "Pekka"]}
    case.talk()
    at("2027-01-28 13:00")
    case.move("seek-solutions")
    case.solve()
    at("2027-01-28 15:00")
    assert case.unmet("begin-follow-up") == {"agreement-sent": [], "everyone-signed": ["Aino", "Eero", "Pekka"]}
    case.sign()
    assert case.unmet("begin-follow-up") == {}
    at("2027-01-28 15:30")
    case.move("begin-follow-up")
    case.inform()
    assert ("Aino", "something-waits") in hand_over_everything(case)
    assert set(case.unmet("close")) == {"follow-ups-held", "reported-on-commitments"}

    at("2027-08-10 12:00")
    case.follow_up()
    hand_over_everything(case)
    assert case.unmet("close") == {}
    case.move("close")
    assert (case.get()["phase"], case.get()["outcome"]) == ("closed", "agreement-kept")
    assert case.doors.of("Vilho").get(f"/api/statuses/{case.number}").json()["outcome"] == "agreement"

    everything_shows_its_way(case, released)
    the_sealed_file_holds(case)
    no_letter_is_left(case)


def release(case: Laptop) -> str:
    """Aino lets one sentence of what she said alone be said at the table, by her own hand on the laptop."""
    [private] = [one for one in case.get()["statements"] if one["audience"] == "mediator"]
    sentence = {"sentence": "Minua jännittää."}
    said = case.meri.post(case.at(f"statements/{private['id']}/releases"), json={**sentence, **case.said("Aino")})
    problem(said, 403, "own-hand-only")
    case.post(f"statements/{private['id']}/releases", {**sentence, **case.in_person("Aino")})
    assert [one["words"] for one in case.get()["statements"] if one["topic"] == "released"] == ["Minua jännittää."]
    return str(private["id"])


def everything_shows_its_way(case: Laptop, private: str) -> None:
    """Each thing that somebody said or did shows how it came about, and that Meri recorded it."""
    whole, agreement = case.get(), case.get("agreement")
    meri = case.ids["Meri"]
    marks = [one for one in whole["marks"] if one["participant"] != meri and one["kind"] != "invited"]
    assert {(one["way"] in WAYS, one["recorded_by"]) for one in marks} == {(True, meri)}
    assert {one["way"] for one in marks if one["kind"] in OWN_HAND} == {"in-person", "paper"}
    spoken = [*whole["statements"], *case.get("check-ins")["check_ins"]]
    assert {(one["way"], one["recorded_by"]) for one in spoken} == {("said", meri), ("in-person", meri)}
    assert [one["way"] for one in whole["statements"] if one["id"] == private] == ["said"]
    signed = {one["participant"]: (one["way"], one["recorded_by"]) for one in agreement["signatures"]}
    ways = {"Aino": "in-person", "Eero": "in-person", "Pekka": "paper"}
    assert signed == {case.ids[name]: (way, meri) for name, way in ways.items()}


def the_sealed_file_holds(case: Laptop) -> None:
    """The sealed agreement and the record of the case."""
    [sealed] = [one for one in case.get("agreement")["documents"] if one["kind"] == "sealed"]
    content = case.meri.get(case.at(f"documents/{sealed['id']}")).content
    assert verify_sealed(content, case.house.installation.seal_key.certificate_pem).ok
    record = case.get("record")
    assert (record["holds"], record["broken_at"]) == (True, None)


def no_letter_is_left(case: Laptop) -> None:
    """What was not handed over went by e-mail, to those who have it."""
    installation = case.house.installation
    went = deliver_due(installation.database, post_for(installation.settings), installation.settings, limit=1000)
    assert (went.failed, went.given_up) == (0, 0)
    assert went.count > 0


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
    assert sitting.unmet("define-problem") == {}
    aino = sitting.give_token("Aino")
    own = [one for one in answered(aino.get(sitting.at()))["marks"] if one["kind"] == kind]
    assert {(one["way"], one["recorded_by"]) for one in own} == {("said", sitting.ids["Meri"])}
    mine = [one for one in own if kind != "attended" or one["about"] == sitting.joint]
    for _ in range(2):
        corrected = aino.post(sitting.at("corrections"), json={"mark": mine[0]["id"]})
        assert (corrected.status_code, corrected.json()) == (201, {"id": mine[0]["id"]})
    assert sitting.unmet("define-problem") == {guard: ["Aino"]}
    refused = move(sitting, "define-problem")
    assert [one["guard"] for one in problem(refused, 409, "transition-blocked")["unmet"]] == [guard]


def move(case: Laptop, transition: str) -> httpx.Response:
    tag = case.meri.get(case.at("transitions")).headers["ETag"]
    return case.meri.post(case.at("transitions"), json={"transition": transition}, headers={"If-Match": tag})


def test_who_gets_a_token_later_can_put_own_words_in_place_of_what_was_recorded(sqlite_house: House) -> None:
    case = carried_to(sqlite_house, "problem-definition")
    case.define()
    aino = case.give_token("Aino")
    [recorded] = [one for one in answered(aino.get(case.at()))["statements"] if one["topic"] == "view"]
    own = {"words": "Sanoin, että viestit tulevat liian myöhään."}
    answered(aino.post(case.at(f"statements/{recorded['id']}/corrections"), json=own))
    [stands] = [one for one in case.get()["statements"] if one["topic"] == "view"]
    assert (stands["words"], stands["way"], stands["recorded_by"]) == (own["words"], "own-device", case.ids["Aino"])


def test_nobody_else_can_correct_what_was_recorded(sitting: Laptop) -> None:
    mark = sitting.marks("accepted-ground-rules")["Aino"]["id"]
    problem(sitting.give_token("Pekka").post(sitting.at("corrections"), json={"mark": mark}), 404, "mark-not-found")
    problem(sitting.meri.post(sitting.at("corrections"), json={"mark": mark}), 403, "act-not-yours")
    assert sitting.unmet("define-problem") == {}


def test_what_came_by_own_hand_is_not_taken_back_by_saying_so(sitting: Laptop) -> None:
    said, by_hand = sitting.marks("accepted-ground-rules")["Aino"], sitting.marks("agreed-to-mediate")["Aino"]
    refused(sitting, "corrections", {"mark": by_hand["id"], **sitting.said("Aino")}, 403, "own-hand-only")
    sitting.post("corrections", {"mark": said["id"], **sitting.said("Aino")})
    assert sitting.unmet("define-problem") == {"accepted-ground-rules": ["Aino"]}


def test_what_somebody_wrote_themselves_is_not_replaced_by_saying_so(sqlite_house: House) -> None:
    case = carried_to(sqlite_house, "opening")
    aino = case.give_token("Aino")
    own = answered(aino.post(case.at("statements"), json={"audience": "mediator", "words": "Vain sinulle."}))["id"]
    body = {"words": "Kaikki on hyvin.", **case.said("Aino")}
    refused(case, f"statements/{own}/corrections", body, 403, "own-hand-only")


# What cannot be recorded.


@pytest.fixture
def ordered(sqlite_house: House) -> Laptop:
    """A case that is ordered, with Tuula at Aino's side."""
    case = refer(sqlite_house)
    case.order()
    tuula = {"name": NAMES["Tuula"], "role": "support-person", "supports": case.ids["Aino"]}
    case.ids["Tuula"] = case.post("participants", tuula)["id"]
    return case


def agreed(case: Laptop) -> list[str]:
    """Who has agreed to mediate, and in which way."""
    return [one["way"] for one in case.marks("agreed-to-mediate").values()]


def refused(case: Laptop, path: str, body: dict[str, Any], status: int, code: str, name: str = "Meri") -> None:
    """An act that is refused and leaves no trace."""
    before = case.get("record")["head"]
    problem(case.doors.of(name).post(case.at(path), json=body), status, code)
    assert case.get("record")["head"] == before


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
    assert case.get("agreement")["signatures"] == []


@pytest.mark.parametrize("typed", ["", "Aino", "Pekka Peltola", "Aino Aalto x", "Aino\u00adAalto"])
def test_a_name_typed_wrongly_confirms_nothing(ordered: Laptop, typed: str) -> None:
    body = {"answer": "given", **ordered.in_person("Aino", typed)}
    refused(ordered, "consents", body, 422, "confirmation-differs")
    body.pop("confirmed_name")
    refused(ordered, "consents", body, 422, "confirmation-differs")


@pytest.mark.parametrize("typed", ["aino aalto", " AINO  AALTO ", "Aino\u00a0Aalto"])
def test_a_name_typed_as_people_type_confirms(ordered: Laptop, typed: str) -> None:
    ordered.post("consents", {"answer": "given", **ordered.in_person("Aino", typed)})
    assert agreed(ordered) == ["in-person"]


def test_a_paper_needs_its_scan(ordered: Laptop) -> None:
    other = refer(ordered.house, ordered.doors)
    other.order()
    foreign = other.scan("Aino", little_pdf(), "application/pdf")
    body = {"answer": "given", "way": "paper", "for": ordered.ids["Aino"]}
    for paper in (foreign, ordered.ids["Aino"], "x", None):
        refused(ordered, "consents", {**body, "paper": paper}, 422, "scan-needed")
    refused(ordered, "consents", body, 422, "scan-needed")
    ordered.post("consents", {**body, "paper": ordered.scan("Aino", little_png(), "image/png")})
    assert agreed(ordered) == ["paper"]


def test_a_paper_of_somebody_else_proves_nothing(ordered: Laptop) -> None:
    of_pekka = ordered.scan("Pekka", little_pdf(), "application/pdf")
    body = {"answer": "given", "way": "paper", "for": ordered.ids["Aino"], "paper": of_pekka}
    refused(ordered, "consents", body, 422, "scan-needed")


def test_a_scan_belongs_to_somebody_of_the_case(ordered: Laptop) -> None:
    other = refer(ordered.house, ordered.doors)
    other.order()
    for whose in (other.ids["Aino"], "nobody", "ä ö"):
        stored = ordered.meri.post(
            ordered.at("scans"),
            params={"whose": whose},
            content=little_pdf(),
            headers={"Content-Type": "application/pdf"},
        )
        problem(stored, 404, "participant-not-found")


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
def test_a_scan_that_is_none_is_refused(ordered: Laptop, content: bytes, mime: str, status: int, code: str) -> None:
    whose = {"whose": ordered.ids["Aino"]}
    stored = ordered.meri.post(ordered.at("scans"), params=whose, content=content, headers={"Content-Type": mime})
    problem(stored, status, code)


def test_only_a_mediator_records_for_others(ordered: Laptop) -> None:
    ordered.give_token("Pekka")
    ordered.give_token("Tuula")
    scan = ordered.scan("Aino", little_pdf(), "application/pdf")
    for name in (NAMES["Pekka"], NAMES["Tuula"], "Vilho"):
        for way in (
            ordered.said("Aino"),
            ordered.in_person("Aino"),
            {"way": "paper", "for": ordered.ids["Aino"], "paper": scan},
        ):
            refused(ordered, "consents", {"answer": "given", **way}, 403, "recorder-needed", name)
    own_device = {"answer": "given", "for": ordered.ids["Aino"]}
    refused(ordered, "consents", own_device, 422, "way-needed", NAMES["Pekka"])
    refused(ordered, "scans", {}, 422, "malformed", NAMES["Pekka"])


def test_an_option_shows_who_said_it_and_who_recorded_it(sqlite_house: House) -> None:
    case = carried_to(sqlite_house, "solutions")
    case.solve()
    for option in case.get()["options"]:
        shown = option["proposed_by"], option["way"], option["recorded_by"]
        assert shown == (case.ids["Aino"], "said", case.ids["Meri"])


def test_a_mark_made_on_paper_shows_its_scan(ordered: Laptop) -> None:
    paper = ordered.on_paper("Aino")
    ordered.post("consents", {"answer": "given", **paper})
    assert ordered.marks("agreed-to-mediate")["Aino"]["paper"] == paper["paper"]
    assert ordered.meri.get(ordered.at(f"documents/{paper['paper']}")).content == little_pdf("Aino")


@pytest.mark.parametrize("ended", ["discontinued", "closed"])
def test_letters_that_wait_when_the_case_ends_are_still_handed_over(sqlite_house: House, ended: str) -> None:
    if ended == "discontinued":
        case = refer(sqlite_house)
        case.order()
        case.post("discontinuation", {"outcome": "not-suitable"})
    else:
        case = carried_to(sqlite_house, "closed")
    assert {name for name, _ in hand_over_everything(case)} == {"Aino", "Pekka"}


def test_nothing_is_recorded_for_who_is_not_at_the_case(ordered: Laptop) -> None:
    other = refer(ordered.house, ordered.doors)
    other.order()
    body = {"answer": "given", "way": "in-person", "confirmed_name": NAMES["Aino"]}
    for whom in (other.ids["Aino"], "x", "", None):
        answer = ordered.meri.post(ordered.at("consents"), json={**body, "for": whom})
        assert answer.status_code in {404, 422}
    assert agreed(ordered) == agreed(other) == []


def test_one_tap_records_for_all_or_for_nobody(sitting: Laptop) -> None:
    sitting.post(
        "corrections", {"mark": sitting.marks("accepted-ground-rules")["Aino"]["id"], **sitting.in_person("Aino")}
    )
    both = {"way": "said", "for": [sitting.ids["Aino"], "nobody"]}
    refused(sitting, "ground-rules/acceptances", both, 404, "participant-not-found")
    assert sitting.unmet("define-problem") == {"accepted-ground-rules": ["Aino"]}
