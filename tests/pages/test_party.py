"""A party's pages: each act is reached from the page of the case by links alone, and nothing there tells of others."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
from lxml import html

from api.pages.party import WHO_SEES, seen_by
from mediation.people.directory import find_person, give_office
from mediation.store.models import Statement
from mediation.words.catalogue import LANGUAGES as ALL
from mediation.words.catalogue import has_words, say, say_date
from tests.cases import agree_without_text
from tests.houses import House
from tests.people.test_second_factor import enrolled, shown
from tests.world import LiveCase, address, case_at, count, referred, statements
from tests.world import browser as signed_in
from workflows.mediation import MEDIATION

LANGUAGES = ("fi", "sv")
COMPANIONS = (
    ("Tuula", "support-person"),
    ("Kaarina", "employer-representative"),
    ("Outi", "interpreter"),
    ("Outi", "initiator"),
    ("Outi", "community-member"),
)


@dataclass
class Browser:
    """Somebody who only follows links and sends forms, in a language."""

    client: httpx.Client
    language: str
    url: str = ""
    page: Any = field(default=None)

    def opens(self, url: str) -> "Browser":
        return self._shows(self.client.get(urljoin(self.url, url), headers=self._asked(), follow_redirects=True))

    def follows(self, code: str, **blanks: object) -> "Browser":
        """Follow the link with these words."""
        words = say(code, self.language, **blanks)
        found = [one for one in self.page.iter("a") if " ".join(one.text_content().split()).startswith(words)]
        assert found, f"no link {words!r} on {self.url}"
        return self.opens(found[0].get("href"))

    def sends(self, button: str, /, *, refused: int = 0, **filled: str) -> "Browser":
        """Fill in the form whose button has these words as a browser would, and send it."""
        words = say(button, self.language)
        [form] = [
            one
            for one in self.page.iter("form")
            if words in [each.text_content().strip() for each in one.iter("button")]
        ]
        fields = [*form.form_values()]
        names = {one.get("name") for one in form.iter("input", "textarea", "select")}
        assert filled.keys() <= names, f"no field {filled.keys() - names} in {names}"
        sent = [(name, value) for name, value in fields if name not in filled]
        where = urljoin(self.url, form.get("action"))
        body = dict([*sent, *filled.items()])
        answer = self.client.post(where, data=body, headers=self._asked(), follow_redirects=True)
        return self._shows(answer, refused or 200)

    def fields(self) -> set[str]:
        return {one.get("name") for one in self.page.iter("input", "textarea", "select")}

    def text(self) -> str:
        return " ".join(self.page.text_content().split())

    def reads(self, code: str, **blanks: object) -> bool:
        return " ".join(say(code, self.language, **blanks).split()) in self.text()

    def _asked(self) -> dict[str, str]:
        return {"Accept": "text/html"}

    def _shows(self, answer: httpx.Response, status: int = 200) -> "Browser":
        assert answer.status_code == status, answer.text
        self.url, self.page = str(answer.url), html.fromstring(answer.text)
        headings = [one.text_content() for one in self.page.iter("h1")]
        assert len(headings) == 1, headings
        assert not {"way", "for", "confirmed_name", "paper", "proof"} & self.fields()
        return self


def browser(room: LiveCase, name: str, language: str) -> Browser:
    client = room.house.client(name)
    client.cookies.set("language", language)
    return Browser(client, language).opens(f"http://testserver/cases/{room.number}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_party_agrees_to_mediate_after_their_own_meeting_and_not_before(sqlite_house: House, language: str) -> None:
    room = referred(sqlite_house)
    room.meri.does("declarations", {"has_ties": False, "words": "Ei sidonnaisuuksia."})
    aino = browser(room, "Aino", language)
    aino.follows("todo.no-open-objection.do").follows("act.answer-ties")
    aino.sends("asks.answer-ties.do", answer="accepted")
    aino.opens(f"/cases/{room.number}")
    assert aino.reads("todo.met-separately.note")
    assert (aino.reads("page.time-comes"), aino.reads("page.one-thing")) == (True, False)  # there is no time to look at
    assert not aino.reads("todo.agreed-to-mediate")
    room.meets_alone("Aino")
    aino.opens(f"/cases/{room.number}").follows("todo.agreed-to-mediate.do")
    assert aino.reads("note.consent.declined")
    aino.sends("asks.agree-to-mediate.do", answer="given")
    assert aino.reads("page.nothing-waits")
    with room.writing() as db:
        assert next(one for one in room.facts(db).participants if one.id == room.ids["Aino"]).did(
            "agreed-to-mediate", str(room.terms(db) or "")
        )


INTERPRETED = {"interpreted.related", "interpreted.service", "interpreted.service_number"}


@pytest.mark.parametrize("path", ["consents", "undertakings"])
def test_who_interpreted_is_asked_only_of_whom_it_was_interpreted_to(sqlite_house: House, path: str) -> None:
    room = case_at(sqlite_house, "opening", ready=False)
    whom, role = ("Outi", "party") if path == "consents" else ("Ilmari", "support-person")
    room.comes(whom, role, **({} if role == "party" else {"supports": room.ids["Aino"]}))
    at = f"http://testserver/cases/{room.number}/{path}"
    somebody = browser(room, whom, "fi").opens(at)
    assert not {one for one in somebody.fields() if str(one).startswith("interpreted")}
    room.meri.does(f"PUT participants/{room.ids[whom]}/particulars", {"own_language": "et"})
    somebody.opens(at)
    asked = {one for one in somebody.fields() if str(one).startswith("interpreted")}
    assert asked == INTERPRETED  # nobody is there to choose as an interpreter yet
    room.comes("Oskari", "interpreter")
    room.plans("joint", days=2, called=[room.ids["Oskari"]])
    assert "interpreted.interpreter" in somebody.opens(at).fields()
    button = "asks.agree-to-mediate.do" if path == "consents" else "act.undertake-confidentiality"
    given = {"answer": "given"} if path == "consents" else {}
    somebody.sends(button, refused=409, **given)
    somebody.sends(button, **given, **{"interpreted.related": "no", "interpreted.service": "Tulkkikeskus"})
    told = [one["interpreted"] for one in room.meri.reads()["marks"] if "interpreted" in one]
    assert told == [{"language": "et", "service": "Tulkkikeskus"}]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_party_writes_to_the_mediator_alone_or_to_everyone_and_lets_one_sentence_be_told(
    sqlite_house: House, language: str
) -> None:
    room = case_at(sqlite_house, "dialogue")
    aino = browser(room, "Aino", language)
    aino.follows("page.write")
    aino.sends("asks.speak-privately.do", refused=422, words="En nuku öisin.")  # to whom is not guessed
    assert aino.page.xpath("//textarea")[0].text.strip() == "En nuku öisin."
    assert aino.page.xpath("//section[@class='wrong']//a[@href='#f-audience']")
    aino.sends("asks.speak-privately.do", audience="mediator", words="En nuku öisin. Pelkään iltavuoroja.")
    assert "Pelkään iltavuoroja." in aino.text()
    pekka = browser(room, "Pekka", language).follows("page.statements")
    assert "Pelkään" not in pekka.text()
    aino.follows("act.release-words").sends("asks.release-words.do", sentence="Pelkään iltavuoroja.")
    pekka.opens(pekka.url)
    assert "Pelkään iltavuoroja." in pekka.text()
    assert "En nuku öisin." not in pekka.text()
    aino.sends("asks.speak-privately.do", audience="table", words="Haluan puhua vuoroista.")
    assert "Haluan puhua vuoroista." in pekka.opens(pekka.url).text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_party_accepts_the_joint_text(sqlite_house: House, language: str) -> None:
    room = case_at(sqlite_house, "problem-definition", ready=False)
    aino = browser(room, "Aino", language)
    assert not aino.reads("todo.accepted-problem-statement")  # there is none yet
    aino.follows("todo.stated-view.do").sends("asks.state-view.do", words="Tieto katkeaa.")
    text = {"fi": {"words": "Tieto ei siirry.", "goals": ["Tieto siirtyy."]}}
    room.meri.does("problem-statements", {"texts": text})
    room.later(minutes=5)
    aino.opens(f"/cases/{room.number}").follows("todo.accepted-problem-statement.do")
    aino.sends("page.accept-version").opens(f"/cases/{room.number}")
    assert aino.reads("page.nothing-waits")
    assert aino.reads("mark.accepted-problem-statement")  # what was done is said on the day
    room.later(days=1)
    assert not browser(room, "Aino", language).reads("mark.accepted-problem-statement")


def test_the_page_of_the_case_does_not_say_that_one_took_time_to_decide(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    room.plans("follow-up", days=30)
    room.drafts(["Aino", "Pekka"])
    room.sends()
    room.aino.does("agreement/reflections")
    aino = browser(room, "Aino", "fi")
    assert not aino.reads("mark.took-time")
    assert aino.follows("page.agreement").reads("mark.took-time")


def test_a_joint_text_is_read_in_ones_own_language_and_opened_in_another(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "problem-definition", ready=False)
    texts = {"en": {"words": "Facts get lost.", "goals": []}, "fi": {"words": "Tieto ei siirry.", "goals": []}}
    room.meri.does("problem-statements", {"texts": texts})
    aino = browser(room, "Aino", "fi").follows("page.joint-text")
    assert "Facts get lost." not in " ".join(aino.page.xpath("//article//text()[not(ancestor::details)]"))
    [other] = aino.page.xpath("//article/details[.//p[@lang='en']]")
    assert other.find("summary").text_content() == say("language-name.en", "fi")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_party_answers_an_option_and_nobody_else_reads_how(sqlite_house: House, language: str) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    room.meri.does("options", {"words": "Vuoronvaihto klo 14.50"})
    before = browser(room, "Pekka", language).follows("page.options").page
    aino = browser(room, "Aino", language).follows("page.options").sends("response.no")
    assert 'aria-pressed="true"' in html.tostring(aino.page, encoding="unicode")
    after = browser(room, "Pekka", language).follows("page.options").page
    assert seen(before) == seen(after)


def seen(page: Any) -> str:
    """A page without the key of each form, which is drawn anew."""
    for one in page.xpath("//input[@name='_once']"):
        one.set("value", "")
    return str(html.tostring(page, encoding="unicode"))


def drafted(house: House) -> LiveCase:
    """An agreement of both parties that is ready to be sent."""
    room = case_at(house, "solutions", ready=False)
    room.plans("follow-up", days=30)
    room.drafts(["Aino", "Pekka"])
    return room


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_party_reads_the_agreement_decides_with_equal_weight_and_gets_their_copy(
    sqlite_house: House, language: str
) -> None:
    room = drafted(sqlite_house)
    aino = browser(room, "Aino", language)
    assert not aino.reads("todo.everyone-signed")
    room.sends()
    aino.opens(aino.url)
    assert aino.reads("todo.everyone-signed")
    aino.follows("todo.everyone-signed.do")
    ways = [one.get("class") for one in aino.page.xpath("//ul[@class='decide']//a")]
    assert ways == ["choice"] * 4
    aino.follows("decide.reflections").sends("act.take-time")
    assert aino.reads("mark.took-time")
    aino.follows("decide.signatures").sends("act.sign")
    assert not aino.opens(f"{aino.url.removesuffix('/signatures')}/signatures").reads("before.sign")  # one signs once
    aino.opens(aino.url.removesuffix("/signatures"))
    assert aino.reads("page.signed-waits")
    room.sign("Pekka")
    aino.opens(aino.url)
    assert aino.reads("page.signed-all")
    [copy] = [one.get("href") for one in aino.page.iter("a") if one.get("href").endswith("own-copy")]
    assert room.client("Aino").get(copy).headers["content-type"] == "application/zip"


@pytest.mark.parametrize("language", ALL)
def test_where_signing_opens_tomorrow_a_party_says_on_the_own_device_that_today_suits(
    sqlite_house: House, language: str
) -> None:
    room = drafted(sqlite_house)
    room.aino.does("screenings/answers", {"answers": {"S9": "yes"}})
    room.meri.does("screenings/decision", {"outcome": "suitable"})
    room.sends()
    weekday = {"fi": "ti", "sv": "tis", "en": "Tue"}[language]
    aino, day = browser(room, "Aino", language), f"{weekday} {say_date(date.fromisoformat(room.today(1)), language)}"
    aino.follows("todo.everyone-signed.do")
    assert aino.reads("page.signing-opens", day=day)
    assert not aino.reads("decide.signatures.note")
    assert not browser(room, "Aino", language).opens(f"{aino.url}/signatures").page.xpath("//input[@name='digest']")
    aino.follows("decide.today").sends("act.say-today-suits")
    assert aino.reads("mark.today-suits")
    assert aino.reads("page.signing-opens", day=day)
    assert not aino.reads("decide.today")
    pekka = browser(room, "Pekka", language).follows("todo.everyone-signed.do")
    assert not pekka.reads("page.today-suits", names=["Aino"])
    meri = browser(room, "Meri", language).opens(pekka.url)
    assert meri.reads("page.today-suits", names=["Aino"])
    pekka.follows("decide.today").sends("act.say-today-suits")
    pekka.follows("decide.signatures").sends("act.sign")
    assert pekka.reads("page.signed-waits")


def test_what_one_answered_to_a_text_is_not_stated_of_the_next(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    room.plans("follow-up", days=30)
    room.drafts(["Aino", "Pekka"])
    room.sends()
    room.aino.does("agreement/refusals")
    aino = browser(room, "Aino", "fi").follows("todo.everyone-signed.do")
    assert aino.reads("mark.declined-to-sign")
    room.drafts(["Pekka"])
    room.sends()
    aino.opens(aino.url)
    assert aino.reads("decide.refusals")
    assert not aino.reads("mark.declined-to-sign")


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_a_second_factor_is_asked_for_its_steps_stand_on_a_page_and_lead_back(
    sqlite_house: House, language: str
) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    room.plans("follow-up", days=30)
    room.drafts(["Aino", "Pekka"])
    room.sends()
    here = sqlite_house.organisation("Esimerkkilä")
    with room.writing() as db:
        give_office(db, find_person(db, sqlite_house.people["Vilho"]), here, "admin")
    room.vilho.does(f"PUT /organisations/{here}/second-factor", {"second_factor": "totp"})
    client = signed_in(sqlite_house, address("aino"))
    secret = enrolled(sqlite_house, client)
    del client.headers["X-Form-Token"]  # a form brings its own
    client.cookies.set("language", language)
    aino = Browser(client, language).opens(f"http://testserver/cases/{room.number}/agreement/signatures")
    aino.sends("act.sign")
    assert aino.reads("proof.heading")
    aino.sends("proof.by-totp").sends("proof.go-on", refused=403, code="000000")
    aino.sends("proof.go-on", code=shown(sqlite_house, secret))
    aino.sends("act.sign")
    assert aino.reads("page.signed-waits")


def test_a_new_version_says_what_changed_since_the_one_in_force(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "follow-up", ready=False)
    for one in (room.aino, room.pekka):
        one.does("change-requests")
    room.moves("amend")
    room.drafts({"Aino": "Soitan ennen vuoroa."})
    room.sends()
    aino = browser(room, "Aino", "fi").follows("todo.everyone-signed.do").follows("page.what-changed")
    assert aino.reads("page.compared", version=2, earlier=1)
    assert "Soitan ennen vuoroa." in aino.text()
    assert aino.reads("change.dropped")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_party_checks_in_with_one_answer_for_each_commitment(sqlite_house: House, language: str) -> None:
    room = case_at(sqlite_house, "follow-up", ready=False)
    aino = browser(room, "Aino", language).follows("todo.reported-on-commitments.do")
    assert "answer" not in aino.fields()  # is asked of an understanding alone
    answers = sorted(one for one in aino.fields() if one.endswith(".answer"))
    assert answers
    aino.sends("asks.check-in.do", audience="mediator", **dict.fromkeys(answers, "partly"))
    assert say("report.partly", language) in aino.text()
    pekka = browser(room, "Pekka", language).opens(f"/cases/{room.number}/check-ins")
    assert pekka.reads("page.no-check-ins")
    pekka.sends("asks.check-in.do", audience="table", **dict.fromkeys(answers, "kept"))
    room.later(minutes=5)
    aino.opens(aino.url).sends("asks.check-in.do", audience="table", **dict.fromkeys(answers, "kept"))
    sides = [one.text_content() for one in aino.page.xpath("//*[@class='sides']/section/h2")]
    assert sides == sorted(sides)  # not as they answered


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_break_takes_one_tap(sqlite_house: House, language: str) -> None:
    room = case_at(sqlite_house, "dialogue", ready=False)
    aino = browser(room, "Aino", language)
    assert aino.reads("page.one-thing")
    aino.sends("act.pause")
    assert aino.reads("page.suspended-note")
    assert (aino.reads("page.nothing-waits"), aino.reads("page.one-thing")) == (True, False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_withdrawal_says_what_follows_asks_once_more_and_can_be_taken_back(
    sqlite_house: House, language: str
) -> None:
    room = case_at(sqlite_house, "dialogue")
    aino = browser(room, "Aino", language).follows("act.withdraw")
    assert all(line in aino.text() for line in say("before.withdraw", language).split("\n"))
    aino.sends("asks.withdraw.do", words="En jaksa.")
    assert aino.reads("sure.withdraw.note")
    assert "withdraw" in browser(room, "Aino", language).client.get(f"/api/cases/{room.number}").json()["you"]["may"]
    aino.sends("sure.withdraw.do")
    assert aino.reads("part.former-party")
    aino.follows("act.take-back-withdrawal").sends("act.take-back-withdrawal")
    assert aino.reads("page.where")


def test_a_final_withdrawal_says_that_it_is_one(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    aino = browser(room, "Aino", "fi").follows("act.withdraw")
    aino.sends("asks.withdraw.do", confirmed="yes")
    assert aino.reads("sure.withdraw.final")
    aino.sends("sure.withdraw.do").follows("page.own")
    assert aino.reads("page.own-copy")


@pytest.mark.parametrize("at", ["preparation", "dialogue", "follow-up", "closed"])
def test_the_page_of_a_case_is_the_same_with_and_without_private_words_of_others(sqlite_house: House, at: str) -> None:
    room = case_at(sqlite_house, at, ready=at != "follow-up")
    before = {name: seen(browser(room, name, "fi").page) for name in ("Aino", "Tuula", "Kaarina")}
    if at == "closed":
        return
    room.pekka.does("statements", {"audience": "mediator", "words": "Aino huutaa."})
    room.pekka.does("needs", {"health": "Migreeni."})
    room.pekka.does("caucus-requests")
    assert {name: seen(browser(room, name, "fi").page) for name in before} == before


def test_opening_the_page_of_a_case_opens_no_words(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions")
    for name in ("Aino", "Tuula", "Kaarina"):
        browser(room, name, "fi")
    assert count(sqlite_house, Statement)
    assert room.aino.reads("reads") == []


@pytest.mark.parametrize(("name", "role"), COMPANIONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_who_comes_along_reads_what_they_are_there_for(
    sqlite_house: House, name: str, role: str, language: str
) -> None:
    room = case_at(sqlite_house, "solutions")
    if name == "Outi":
        room.comes(name, role)
    page = browser(room, name, language)
    assert all(line in page.text() for line in say(f"part.{role}", language).split("\n"))


def test_who_sees_what_is_said_of_every_role_that_the_table_lets_see_it() -> None:
    for item in WHO_SEES:
        codes = [f"who.{code}" for code in seen_by(MEDIATION, item).by]
        assert codes
        assert all(has_words(code, language) for code in codes for language in ALL)
    assert list(seen_by(MEDIATION, "private-statement").by) == ["mediator", "you"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_ones_own_documents_lead_to_a_copy_to_what_is_recorded_and_to_who_opened_it(
    sqlite_house: House, language: str
) -> None:
    room = case_at(sqlite_house, "closed")
    aino = browser(room, "Aino", language).follows("page.own")
    for path in [one.get("href") for one in aino.page.iter("a") if one.get("href").startswith("/api/")]:
        assert room.client("Aino").get(path).status_code == 200, path
    assert aino.reads("mark.agreed-to-mediate")
    aino.follows("page.who-opened")


def test_of_an_understanding_a_check_in_asks_whether_it_holds(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    with room.writing() as db:
        agree_without_text(db, room)
    room.plans("follow-up", days=30)
    room.moves("conclude-understanding")
    aino = browser(room, "Aino", "fi").follows("todo.reported-on-commitments.do")
    assert not [one for one in aino.fields() if one.startswith("reports")]
    aino.sends("asks.check-in.do", audience="table", answer="holds")
    assert aino.reads("understanding-answer.holds")


@pytest.mark.parametrize("at", ["preparation", "problem-definition", "solutions", "follow-up", "closed"])
def test_every_link_of_a_page_of_a_case_leads_somewhere(sqlite_house: House, at: str) -> None:
    room = case_at(sqlite_house, at)
    names = ["Aino", "Tuula", "Kaarina"]
    if at != "closed":
        room.comes("Outi", "interpreter")
        room.comes("Oskari", "community-member")
        names += ["Outi", "Oskari"]
    for name in names:
        here = browser(room, name, "fi")
        for path in {one.get("href") for one in here.page.iter("a")}:
            if path.startswith(f"/cases/{room.number}"):
                Browser(here.client, "fi", here.url).opens(path)


def test_the_page_of_a_case_takes_few_statements(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    client = room.client("Aino")
    with statements(sqlite_house.installation.database.engine) as sent:
        assert client.get(f"/cases/{room.number}", headers={"Accept": "text/html"}).status_code == 200
    assert len([one for one in sent if one.startswith("SELECT")]) <= 15


def test_no_is_an_answer_and_is_not_asked_for_again(sqlite_house: House) -> None:
    room = referred(sqlite_house)
    room.meri.does("declarations", {"has_ties": False, "words": "Ei sidonnaisuuksia."})
    aino = browser(room, "Aino", "fi").follows("todo.no-open-objection.do").follows("act.answer-ties")
    aino.sends("asks.answer-ties.do", answer="objected").opens(f"/cases/{room.number}")
    assert not aino.reads("todo.no-open-objection")
    room.meets_alone("Aino")
    aino.opens(f"/cases/{room.number}").follows("todo.agreed-to-mediate.do")
    aino.sends("asks.agree-to-mediate.do", answer="declined").opens(f"/cases/{room.number}")
    assert aino.reads("page.nothing-waits")


def test_who_mediated_before_reads_the_own_time_and_none_of_the_hours_of_the_case(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    room.meri.does("time-entries", {"day": room.today(), "minutes": 45, "work": "preparation"})
    room.later(hours=1)
    sqlite_house.person("Ilmari", office="mediator", organisation="Sovittelijat")
    room.vilho.does("mediators", {"person": sqlite_house.people["Ilmari"]})
    meri = browser(room, "Meri", "fi").opens(f"/cases/{room.number}/time-entries")
    assert meri.reads("page.time-entries")
    assert not meri.reads("page.hours-note")
