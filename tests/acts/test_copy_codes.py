"""A code on paper opens a signatory's own copy for good: without an e-mail, a session or an employer, and nothing else."""

import re
import zipfile
from datetime import timedelta
from io import BytesIO

import httpx
import pytest

from mediation.installation.sealed_files import check_file
from mediation.letters.texts import decrypt_letter
from mediation.sealing.standalone import verify
from mediation.store.models import CopyCode, ReadTrace
from tests.houses import House
from tests.pages.test_html import unsound
from tests.pages.walks import HTML
from tests.world import LiveCase, almost_signed, case_at, count, post_of, problem


def given(case: LiveCase, name: str = "Aino") -> str:
    """The code on the letter that Meri prints."""
    letter = case.meri.does(f"participants/{case.ids[name]}/copy-codes")["id"]
    assert letter in {one["id"] for one in case.meri.reads("letters")}
    with case.house.installation.database.reading() as db:
        return str(decrypt_letter(db, letter).params["code"])


def opens(house: House, code: str, what: str = "pdf") -> httpx.Response:
    return house.client().post("/api/copies", json={"code": code, "what": what})


def test_the_code_opens_the_own_sealed_agreement_as_often_as_it_is_typed(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "follow-up")
    code = given(case)
    assert re.fullmatch(r"(\w{4}-){3}\w{4}", code)
    before = count(sqlite_house, ReadTrace)
    assert opens(sqlite_house, code).status_code == 200
    assert count(sqlite_house, ReadTrace) > before
    sealed = case.aino.asks("GET agreement/sealed")
    for typed in (code, code.lower(), f" {code.replace('-', ' ')} "):
        answer = opens(sqlite_house, typed)
        assert (answer.status_code, answer.content) == (200, sealed.content)
        assert answer.headers["content-disposition"] == sealed.headers["content-disposition"]
        assert "set-cookie" not in answer.headers


def test_the_bundle_comes_by_the_code_and_holds(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "follow-up")
    answer = opens(sqlite_house, given(case), "bundle")
    assert answer.headers["content-type"] == "application/zip"
    assert "verify.py" in zipfile.ZipFile(BytesIO(answer.content)).namelist()
    assert verify.check(answer.content, []).holds
    assert check_file(answer.content, case.house.installation.seal_key.certificate_pem).holds


def test_given_at_signing_it_waits_until_all_have_signed(sqlite_house: House) -> None:
    case, digests = almost_signed(sqlite_house, "Kaarina", "Aino")
    code = given(case)
    problem(opens(sqlite_house, code), 409, "copy-not-sealed-yet")
    case.pekka.does("agreement/signatures", {"digest": digests["Pekka"]})
    assert opens(sqlite_house, code).content[:5] == b"%PDF-"


def test_a_representative_gets_the_own_annex_alone(sqlite_house: House) -> None:
    case, _ = almost_signed(sqlite_house, "Kaarina")
    answer = opens(sqlite_house, given(case, "Kaarina"))
    assert answer.content == case["Kaarina"].asks("GET agreement/sealed").content
    assert "liite" in answer.headers["content-disposition"]


def test_who_has_signed_nothing_gets_no_code_and_only_the_mediator_gives_one(sqlite_house: House) -> None:
    case, _ = almost_signed(sqlite_house, "Aino")
    where = f"participants/{case.ids['Pekka']}/copy-codes"
    case.meri.refused(where, {}, 409, "nothing-signed-yet")
    case.meri.refused("participants/aaaa/copy-codes", {}, 404, "participant-not-found")
    case.aino.refused(f"participants/{case.ids['Aino']}/copy-codes", {}, 403, "act-not-yours")
    case["Outi"].refused(where, {}, 404, "case-not-found")
    assert count(sqlite_house, CopyCode) == 0


def test_a_new_code_ends_the_old_one_and_it_can_be_ended_by_hand(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "follow-up")
    first, second = given(case), given(case)
    problem(opens(sqlite_house, first), 401, "copy-code-unusable")
    assert opens(sqlite_house, second).status_code == 200
    for _ in range(2):
        assert case.meri.asks(f"DELETE participants/{case.ids['Aino']}/copy-codes").status_code == 204
        problem(opens(sqlite_house, second), 401, "copy-code-unusable")


def test_it_opens_nothing_while_the_sign_ins_of_its_owner_are_closed(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "follow-up")
    code = given(case)
    case.meri.does(f"participants/{case.ids['Aino']}/sign-in-closing")
    problem(opens(sqlite_house, code), 401, "copy-code-unusable")
    case.meri.does(f"participants/{case.ids['Aino']}/sign-in-opening")
    assert opens(sqlite_house, code).status_code == 200


def test_it_depends_on_no_account_and_outlasts_the_end_of_the_case(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "follow-up")
    code = given(case)
    case.aino.does("withdrawals")
    case.later(days=400)
    assert opens(sqlite_house, code).status_code == 200
    case.meri.does("discontinuation", {"outcome": "agreement-lapsed"})
    assert opens(sqlite_house, code).status_code == 200


def test_the_letter_goes_to_no_mailbox_and_the_store_has_no_code(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "follow-up")
    post_of(sqlite_house)
    code = given(case)
    sqlite_house.clock.at += timedelta(hours=1)
    assert [one for one in post_of(sqlite_house) if code in str(one)] == []
    with case.house.installation.database.reading() as db:
        [row] = db.query(CopyCode).all()
        assert row.digest not in {code, code.replace("-", "")}
        assert len(row.digest) == 64


def test_guessing_is_counted_by_client_and_a_code_is_not_a_tap(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "follow-up")
    code = given(case)
    told = [opens(sqlite_house, code).status_code for _ in range(22)]
    assert told.count(200) == 20
    assert told[-1] == 429
    guesses = [opens(sqlite_house, f"AAAA-BBBB-CCCC-{n:04}").status_code for n in range(25)]
    assert set(guesses) == {401, 429}


@pytest.mark.parametrize("code", ["", "x", "🙂" * 20, "\x00", "' OR 1=1 --", "A" * 60, "\ud800"])
def test_what_is_no_code_is_refused_alike(sqlite_house: House, code: str) -> None:
    answer = sqlite_house.client().post(
        "/copy", data={"code": code.encode("utf-8", "replace"), "what": "pdf"}, headers=HTML
    )
    assert answer.status_code in {401, 422}
    assert [*unsound(answer.text)] == []


def test_the_page_gives_the_file_by_one_field(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "follow-up")
    asked = sqlite_house.client().get("/copy", headers=HTML)
    assert [*unsound(asked.text)] == []
    assert 'href="/copy"' in sqlite_house.client().get("/sign-in", headers=HTML).text
    for what, begins in (("pdf", b"%PDF-"), ("bundle", b"PK")):
        answer = sqlite_house.client().post("/copy", data={"code": given(case), "what": what}, headers=HTML)
        assert answer.status_code == 200, answer.text
        assert answer.content.startswith(begins)
        assert "attachment" in answer.headers["content-disposition"]
        assert answer.headers["cache-control"] == "no-store"
