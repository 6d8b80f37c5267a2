"""What is kept of a signature: all of it for who signed alone, for the others the day and the way."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import select, update

from mediation.acts.signing_evidence import METHODS
from mediation.documents.localise import Language
from mediation.documents.pdf import embedded_files
from mediation.keys.keyring import DeletionClock, KeyName
from mediation.people.second_factor import KINDS
from mediation.sealing.verification import SIGNATURES
from mediation.store.models import Signature
from mediation.words.catalogue import LANGUAGES, say
from tests.documents.test_documents import flowing, text_of
from tests.houses import House
from tests.reading.test_own_copy import files
from tests.world import LiveCase, almost_signed, browser, little_pdf

HELSINKI = datetime.fromisoformat


def evidence_of(case: LiveCase, name: str) -> dict[str, Any]:
    return dict(case[name].reads("agreement/evidence"))


def signs(case: LiveCase, name: str, digest: str, **more: Any) -> None:
    case[name].does("agreement/signatures", {"digest": digest, "shown": "fi", **more})


def test_the_evidence_has_the_moment_in_both_times_what_was_shown_and_how_it_is_known_who_signed(house: House) -> None:
    case, digests = almost_signed(house, "Pekka")
    case.later(minutes=3, seconds=7)
    signs(case, "Aino", digests["Aino"])
    told, frozen = evidence_of(case, "Aino"), case.aino.reads("agreement")["documents"]
    at = datetime.fromisoformat(told["at"])
    assert at == case.house.clock.at.replace(tzinfo=UTC) == HELSINKI(told["local"])
    assert at.utcoffset() != HELSINKI(told["local"]).utcoffset()
    assert (told["zone"], told["digest"], told["signatory"]) == ("Europe/Helsinki", digests["Aino"], "Aino")
    [file] = [one for one in frozen if one["kind"] == "agreement"]
    assert told["shown"] == {"language": "fi", "file": "sopimus-fi.pdf", "sha256": file["sha256"]}
    assert (told["way"], told["method"], told["factor"], told["intent"]) == ("own-device", "token", None, None)
    assert (told["kept"], told["annex"], told["attested_by"], told["paper"]) == (True, False, None, None)


def test_nobody_but_who_signed_reads_it(sqlite_house: House) -> None:
    case, digests = almost_signed(sqlite_house, "Kaarina")
    signs(case, "Aino", digests["Aino"])
    for path in ("agreement/evidence", "agreement/evidence/paper"):
        case.pekka.refused(f"GET {path}", None, 404, "evidence-not-found")  # he has not signed yet
        for name in ("Meri", "Tuula", "Vilho"):
            case[name].refused(f"GET {path}", None, 403, "not-yours-to-see")
        case["Outi"].refused(f"GET {path}", None, 404, "case-not-found")
    own = evidence_of(case, "Kaarina")
    assert (own["annex"], own["signatory"]) == (True, "Kaarina")
    assert "Kaarina" not in json.dumps(evidence_of(case, "Aino"))


def test_who_signs_an_annex_was_shown_that_annex(sqlite_house: House) -> None:
    case, digests = almost_signed(sqlite_house, "Aino")
    signs(case, "Kaarina", digests["Kaarina"])
    assert evidence_of(case, "Kaarina")["shown"]["file"] == "liite-tyonantaja-fi.pdf"


def test_what_others_open_says_the_day_and_the_way_alone(sqlite_house: House) -> None:
    case, digests = almost_signed(sqlite_house, "Kaarina")
    case.later(minutes=3, seconds=7)
    signs(case, "Aino", digests["Aino"])
    signed = evidence_of(case, "Aino")
    case.later(hours=5)
    signs(case, "Pekka", digests["Pekka"])
    [sealed] = [one for one in case.pekka.reads("agreement")["documents"] if one["kind"] == "sealed"]
    inside = dict(embedded_files(case.pekka.asks(f"GET documents/{sealed['id']}").content, 2**26))
    page = json.loads(inside[SIGNATURES] or b"")
    [aino] = [one for one in page["signatures"] if one["name"].startswith("Aino")]
    assert aino.keys() == {"name", "capacity", "signed_on", "way", "attested_by", "digest", "annex"}
    for moment in (signed["at"], signed["local"]):
        assert moment[11:19] not in json.dumps(page)
    assert not [name for name in inside if "todiste" in name]


def test_a_paper_and_an_interpreter_are_named_as_they_were(sqlite_house: House) -> None:
    case, digests = almost_signed(sqlite_house, "Kaarina")
    case.meri.does(f"PUT participants/{case.ids['Aino']}/particulars", {"own_language": "et"})
    scan = little_pdf("Ainon paperi")
    paper = case.on_paper("Aino", scan)
    service = {"service": "Esimerkin tulkkikeskus", "service_number": "4711", "related": False}
    case.meri.does("agreement/signatures", {"digest": digests["Aino"], "interpreted": service, **paper})
    told = evidence_of(case, "Aino")
    assert (told["method"], told["attested_by"], told["shown"], told["intent"]) == (
        "paper",
        "Meri",
        None,
        None,
    )
    assert told["paper"]["scan_sha256"] == sha256(case.aino.asks(f"GET documents/{paper['paper']}").content).hexdigest()
    assert (told["interpreted"]["language"], told["interpreted"]["service_number"]) == ("et", "4711")
    case.meri.does(
        "agreement/signatures",
        {
            "digest": digests["Pekka"],
            "shown": "fi",
            "way": "in-person",
            "for": case.ids["Pekka"],
            "confirmed_name": "Pekka",
        },
    )
    pekka = evidence_of(case, "Pekka")
    assert (pekka["method"], pekka["attested_by"]) == ("typed-name", "Meri")
    assert say("act.sign", "fi") in pekka["intent"]["words"]


def test_in_a_session_the_address_and_the_words_of_the_page_are_kept(sqlite_house: House) -> None:
    case, digests = almost_signed(sqlite_house, "Kaarina")
    aino = browser(sqlite_house, "aino@example.org")
    aino.headers["Accept-Language"] = "sv"
    form = aino.get(f"/cases/{case.number}/agreement/signatures").text
    assert '<input type="hidden" name="shown" value="fi">' in form
    answer = aino.post(
        f"/api/cases/{case.number}/agreement/signatures", json={"digest": digests["Aino"], "shown": "fi"}
    )
    assert answer.status_code == 201, answer.text
    told = aino.get(f"/api/cases/{case.number}/agreement/evidence").json()
    assert told["method"] == "work-address"
    language = told["intent"]["language"]
    assert say("act.sign", language) in told["intent"]["words"]
    page = aino.get(f"/cases/{case.number}/own").text
    assert f"/cases/{case.number}/papers/evidence-1" in page
    read = aino.get(f"/cases/{case.number}/papers/evidence-1").text
    assert told["digest"] in read
    assert told["intent"]["words"] in read
    printed = aino.get(f"/cases/{case.number}/papers/evidence-1/pdf").text
    assert "agreement/evidence/paper?version=1&amp;language=" in printed


def test_a_language_that_the_text_does_not_have_is_refused_and_nothing_is_signed(sqlite_house: House) -> None:
    case, digests = almost_signed(sqlite_house, "Kaarina")
    body = {"digest": digests["Aino"], "shown": "en"}
    case.aino.refused("agreement/signatures", body, 422, "choice-unknown")
    case.aino.refused("agreement/signatures", body | {"shown": "xx"}, 422, "language-unknown")
    assert case.aino.reads("agreement")["own_signature"] is None


def test_a_signature_from_before_there_was_evidence_says_what_its_row_tells(sqlite_house: House) -> None:
    case, digests = almost_signed(sqlite_house, "Kaarina")
    signs(case, "Aino", digests["Aino"])
    kept = evidence_of(case, "Aino")
    with case.writing() as db:
        db.connection().execute(update(Signature.__table__).values(evidence=None))
    old = evidence_of(case, "Aino")
    assert (old["kept"], old["method"], old["shown"]) == (False, None, None)
    assert [old[name] for name in ("at", "local", "digest", "signatory")] == [
        kept[name] for name in ("at", "local", "digest", "signatory")
    ]
    paper = case.aino.asks("GET agreement/evidence/paper", **{"Accept-Language": "fi"}).content
    assert "Tätä ei silloin tallennettu." in flowing(text_of(paper))


def test_it_goes_with_the_agreement_and_its_key(sqlite_house: House) -> None:
    case, digests = almost_signed(sqlite_house, "Kaarina")
    signs(case, "Aino", digests["Aino"])
    with case.writing() as db:
        row = db.scalars(select(Signature).filter_by(participant_id=case.ids["Aino"])).one()
        name = KeyName(row.case_id, DeletionClock.AGREEMENT)
        assert row.evidence is not None
    sqlite_house.installation.keyring.destroy([name], "2027-02-01")
    case.aino.refused("GET agreement/evidence", None, 404, "words-gone")


def test_ones_own_copy_has_it_for_people_and_for_programs(sqlite_house: House) -> None:
    case, digests = almost_signed(sqlite_house, "Kaarina")
    signs(case, "Aino", digests["Aino"])
    found = files(case.aino.asks("GET own-copy", **{"Accept-Language": "sv"}))
    told = json.loads(found["1/bevis-pa-underskriften.json"])
    assert told["at"] == evidence_of(case, "Aino")["at"].replace("Z", "+00:00")
    assert "Lokal tid" in flowing(text_of(found["1/bevis-pa-underskriften.pdf"]))
    assert not [name for name in files(case.pekka.asks("GET own-copy")) if "bevis" in name or "todiste" in name]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_method_and_factor_has_its_words(language: str) -> None:
    said = Language(language)
    codes = [f"method_{one}" for one in METHODS] + [f"factor_{one}" for one in (*KINDS, "none")]
    assert all(said.say(one.replace("-", "_")) for one in codes)
