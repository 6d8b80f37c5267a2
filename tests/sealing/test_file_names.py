"""The files of an agreement have names that a person understands, in the language of each, and that name nobody."""

import re

from mediation.acts.stored_files import download_name
from mediation.documents.pdf import embedded_files
from mediation.sealing.verification import verify_sealed
from mediation.store.models import StoredFile
from tests.houses import House
from tests.world import LiveCase, case_at, draft_line, draft_of

LANGUAGES = ("sv", "fi", "en")
TEXTS = {one: {"purpose": f"Tieto ei kulje ({one})."} for one in LANGUAGES}


def in_three_languages(case: LiveCase, *owners: str) -> None:
    """An agreement whose Swedish text prevails, with a line of each of these, out for signing."""
    case.plans("follow-up", days=30)
    words = {"action": "Kirjaan käynnit.", "measure": "Näkyy listassa."}
    lines = [draft_line([case.ids[one]], case.today(7), "") | {"texts": dict.fromkeys(TEXTS, words)} for one in owners]
    case.meri.does("PUT agreement", draft_of(lines) | {"prevailing": "sv", "texts": TEXTS})
    case.sends()


def handed_out(case: LiveCase, name: str) -> dict[str, bytes]:
    """The agreement's files that somebody may open, by the name under which each is handed out."""
    answers = [case[name].asks(f"GET documents/{one['id']}") for one in case[name].reads("agreement")["documents"]]
    return {
        re.fullmatch('attachment; filename="(.+)"', one.headers["content-disposition"])[1]: one.content
        for one in answers
    }


def test_each_file_is_named_in_its_own_language_and_what_has_none_in_the_prevailing_one(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "solutions", ready=False)
    in_three_languages(case, "Aino", "Kaarina")
    case.sign("Kaarina", "Aino", "Pekka")
    frozen = {"agreement-en.pdf", "avtal-sv.pdf", "sopimus-fi.pdf"}
    annexes = {"annex-employer-en.pdf", "bilaga-arbetsgivare-sv.pdf", "liite-tyonantaja-fi.pdf"}
    signed = annexes | {"bilaga-arbetsgivare-manifest.json"}
    whole, own = handed_out(case, "Aino"), handed_out(case, "Kaarina")
    assert whole.keys() == frozen | signed | {"undertecknat-avtal-v1.pdf"}
    assert own.keys() == signed | {"undertecknad-bilaga-arbetsgivare-v1.pdf"}
    sealed, sealed_annex = whole["undertecknat-avtal-v1.pdf"], own["undertecknad-bilaga-arbetsgivare-v1.pdf"]
    technical = {"manifest.json", "signatures.json"}
    inside = dict(embedded_files(sealed, 2**26))
    assert inside.keys() == frozen | signed | technical
    assert dict(embedded_files(sealed_annex, 2**26)).keys() == annexes | technical
    ids = {*case.ids.values()}
    assert not [one for one in ids if any(one.encode() in content for content in inside.values() if content)]
    certificate = sqlite_house.installation.seal_key.certificate_pem
    assert all(verify_sealed(one, certificate).ok for one in (sealed, sealed_annex))


def test_the_name_of_an_annex_tells_who_represents_and_not_who_else_has_an_annex(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "solutions", ready=False)
    raija = case.meri.does("participants", {"name": "Raija Rautio", "role": "employer-representative"})["id"]
    case.learn_people(tokens=True)
    case.ids["Raija"] = raija
    in_three_languages(case, "Aino", "Kaarina")
    named = [one["name"] for one in case["Kaarina"].reads("agreement")["documents"] if one["language"] == "fi"]
    assert named == ["liite-tyonantaja-1-fi.pdf"]


def test_what_was_frozen_with_an_id_in_its_name_is_handed_out_without_it() -> None:
    def name_of(kind: str, name: str, owner: str | None = None) -> str:
        return download_name(StoredFile(kind=kind, name=name, owner=owner))

    assert name_of("annex", "annex-k3k3-fi.pdf", "k3k3") == "document.pdf"
    assert name_of("annex-manifest", "annex-k3k3-manifest.json", "k3k3") == "document.json"
    assert name_of("agreement", "agreement-fi.pdf") == "agreement-fi.pdf"
    assert name_of("scan", "scan.pdf", "k3k3") == "document.pdf"
