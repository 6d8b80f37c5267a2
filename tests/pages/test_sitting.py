"""The day in the room: one laptop, on which the mediator records what each one says, phase by phase, with a tap each."""

import re
from dataclasses import dataclass

import httpx
import pytest
from lxml import html
from sqlalchemy import select

from mediation.store.models import Mark, ReadTrace
from tests.houses import House
from tests.world import LiveCase, address, browser, case_at, count, statements

PAGE = {"Accept": "text/html"}
FRESH = re.compile(r'name="_once" value="\w+"')  # the key under which a form has one effect: another one each time


@dataclass
class Laptop:
    """A browser in which somebody reads pages, follows links and presses buttons; it counts the presses."""

    client: httpx.Client
    page: httpx.Response
    presses_made: int = 0

    @property
    def seen(self) -> html.HtmlElement:
        return html.fromstring(self.page.text)

    @property
    def buttons(self) -> list[str]:
        return [text_of(one) for one in self.seen.iter("button")]

    def opens(self, path: str) -> None:
        self.page = self.client.get(path, headers=PAGE)
        assert self.page.status_code == 200, self.page.text

    def follows(self, words: str) -> None:
        """Follow the first link with these words."""
        self.opens(str(next(one.get("href") for one in self.seen.iter("a") if text_of(one) == words)))

    def presses(self, words: str, place: str = "", /, **filled: str) -> None:
        """Press the first button with these words, in the `place` with this id; `filled` are the fields written before."""
        within = self.seen.get_element_by_id(place) if place else self.seen
        button = next(one for one in within.iter("button") if text_of(one) == words)
        form = next(button.iterancestors("form"))
        # As a browser does, without the line break that a text area begins with.
        shown = [(name, value.removeprefix("\n")) for name, value in form.form_values() if name not in filled]
        fields = [*shown, *filled.items()]
        data: dict[str, list[str]] = {}
        for name, value in [*fields, (button.get("name") or "", button.get("value") or "")]:
            data.setdefault(name, []).append(value)
        self.page = self.client.post(form.get("action"), data=data, headers=PAGE)
        assert self.page.status_code == 200, self.page.text
        self.presses_made += 1


def text_of(one: html.HtmlElement) -> str:
    return " ".join(one.text_content().split())


def laptop(room: LiveCase, name: str = "Meri", path: str = "sitting") -> Laptop:
    """Somebody's laptop: it has a session's cookie, and no form token but what its pages hold."""
    client = browser(room.house, address(name))
    del client.headers["X-Form-Token"]
    one = Laptop(client, client.get("/sign-in"))
    one.opens(f"/cases/{room.number}/{path}")
    return one


@pytest.fixture
def room(sqlite_house: House) -> LiveCase:
    """The table has come together, and nothing is recorded of it yet."""
    return case_at(sqlite_house, "opening", ready=False)


def test_one_laptop_takes_two_parties_from_the_opening_to_the_solutions(room: LiveCase) -> None:
    meri = laptop(room)

    def moves_on(words: str) -> None:
        meri.follows("Katso, mitä seuraavaksi tapahtuu")
        meri.presses(words)
        assert "Huoneessa" in meri.page.text  # and the day goes on

    for words in ("Aloita tapaaminen", "Paikalla", "Hyväksyy pelisäännöt", "On saanut kertoa"):
        meri.presses(words)
    moves_on("Siirry ongelman määrittelyyn")
    meri.presses("On kertonut näkemyksensä")
    meri.follows("Yhteinen ongelman määrittely")
    meri.presses("Tallenna versio", **{"texts.fi.words": "Miten tieto siirtyy?", "texts.fi.goals": "Kumpikin tietää."})
    assert "Kaikki paikalla olevat" not in meri.page.text  # a joint text is accepted by each alone
    for name in ("Aino", "Pekka"):
        meri.presses(f"{name}: Hyväksyy yhteisen tekstin")
    moves_on("Siirry keskusteluun")
    for name in ("Aino", "Pekka"):
        meri.presses(f"{name}: On tullut kuulluksi ja on valmis")
    moves_on("Siirry etsimään ratkaisuja")
    meri.follows("Ehdotukset")
    meri.presses("Aino ehdottaa", words="Vuoronvaihto klo 14.50")
    for name in ("Aino", "Pekka"):
        meri.presses(f"{name}: Kyllä")
    meri.presses("Valitse ehdotus")
    meri.follows("‹ Takaisin")
    meri.presses("Pidettiin loppuun")
    assert "Mikään tapaaminen ei ole meneillään" in meri.page.text

    told = room.meri.reads()
    assert told["phase"] == "solutions"
    assert [(one["state"], one["way"]) for one in told["options"]] == [("adopted", "said")]
    assert told["options"][0]["proposed_by"] == room.ids["Aino"]
    said = {one["kind"] for one in told["marks"] if one["way"] == "said" and one["recorded_by"] == room.ids["Meri"]}
    assert said >= {"accepted-ground-rules", "stated-view", "accepted-problem-statement", "ready-for-solutions"}
    assert meri.presses_made == 18  # of them three to move on, and two to write


def test_a_tap_is_taken_back_by_a_second_one_and_who_is_not_there_is_not_asked(room: LiveCase) -> None:
    meri = laptop(room)
    meri.presses("Aloita tapaaminen")
    assert "Aino: Hyväksyy pelisäännöt" not in meri.buttons
    meri.presses("Aino: Paikalla")
    for waits_for in (["Pekka"], ["Aino", "Pekka"]):
        meri.presses("Aino: Hyväksyy pelisäännöt")
        assert room.waits_for("define-problem")["accepted-ground-rules"] == waits_for
        pressed = [text_of(one) for one in meri.seen.xpath("//button[@aria-pressed='true']")]
        assert ("Aino: Hyväksyy pelisäännöt" in pressed) == ("Aino" not in waits_for)


def test_one_tap_for_all_leaves_out_who_is_in_a_private_talk(room: LiveCase) -> None:
    room.comes("Outi", "party")
    meri = laptop(room)
    for words in ("Aloita tapaaminen", "Paikalla", "Pekka: Aloita erilliskeskustelu"):
        meri.presses(words)
    assert "Pekka: Hyväksyy pelisäännöt" not in meri.buttons
    meri.presses("Hyväksyy pelisäännöt", "all")
    assert room.waits_for("define-problem")["accepted-ground-rules"] == ["Pekka"]
    meri.presses("Pekka: Päätä erilliskeskustelu")
    assert "Pekka: Hyväksyy pelisäännöt" in meri.buttons


def test_a_tap_on_a_page_that_is_out_of_date_says_why_and_leads_back(room: LiveCase) -> None:
    meri = laptop(room)
    for words in ("Aloita tapaaminen", "Paikalla"):
        meri.presses(words)
    room.meri.does("transitions", {"transition": "return-to-preparation"}, If_Match=room.tag())
    with pytest.raises(AssertionError, match="Virhe"):
        meri.presses("On saanut kertoa", "all")
    assert meri.page.status_code == 409
    assert "Mitään ei kirjattu" in meri.page.text
    meri.follows("Palaa takaisin")
    assert "Huoneessa" in meri.page.text


def test_who_sits_beside_the_parties_undertakes_confidentiality_by_a_word_in_the_room(room: LiveCase) -> None:
    room.comes("Outi", "interpreter")
    room.meri.does(f"sessions/{room.session('joint')}/calls", {"participant": room.ids["Outi"]})
    meri = laptop(room)
    meri.presses("Aloita tapaaminen")
    assert room.waits_for("define-problem")["companions-bound"] == ["Outi"]
    assert "salassapitositoumuksen" not in meri.page.text  # what can be tapped is not told once more as missing
    meri.presses("Outi: Sitoutuu salassapitoon")
    assert "companions-bound" not in room.waits_for("define-problem")
    assert "Tuula: Sitoutuu salassapitoon" not in meri.buttons  # who has, in own hand


def test_who_is_marked_as_absent_is_asked_nothing_until_that_is_taken_back(room: LiveCase) -> None:
    meri = laptop(room)
    for words in ("Aloita tapaaminen", "Pekka: Poissa", "Aino: Paikalla"):
        meri.presses(words)
    assert "Pekka: Hyväksyy pelisäännöt" not in meri.buttons
    meri.presses("Pekka: Poissa")
    assert room.waits_for("define-problem")["attended-opening"] == ["Pekka"]
    meri.presses("Pekka: Paikalla")
    assert "attended-opening" not in room.waits_for("define-problem")


def test_an_understanding_is_confirmed_by_each_one_alone(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions", ready=False)
    room.meri.does("understandings", {})
    meri = laptop(room)
    assert "Kysy tätä jokaiselta erikseen" in meri.page.text
    for name in ("Aino", "Pekka"):
        meri.presses(f"{name}: Vahvistaa yhteisymmärryksen")
    assert "accepted-understanding" not in room.waits_for("conclude-understanding")


@pytest.mark.parametrize("at", ["preparation", "follow-up", "closed"])
def test_there_is_a_sitting_in_every_phase_and_while_the_case_stands_still(sqlite_house: House, at: str) -> None:
    room = case_at(sqlite_house, at)
    assert "Aino ja Pekka" in laptop(room).page.text
    if at != "closed":
        room.aino.does("pauses")
        assert "Sovittelu on keskeytetty" in laptop(room).page.text


def test_what_came_from_an_own_device_is_shown_and_not_taken_back_in_the_room(sqlite_house: House) -> None:
    meri = laptop(case_at(sqlite_house, "opening"))
    assert meri.page.text.count("(itse)") == 2
    assert "Aino: Hyväksyy pelisäännöt" not in meri.buttons


@pytest.mark.seconds
def test_what_lies_open_in_the_room_is_the_same_with_and_without_private_words(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions")
    paths = [f"/cases/{room.number}/{one}" for one in ("sitting", "table")]
    meri = laptop(room)

    def shown() -> list[str]:
        return [FRESH.sub("", meri.client.get(path, headers=PAGE).text) for path in paths]

    before = shown()
    assert "Avaa luottamuksellinen" in before[0]
    assert "Vuoronvaihto" in before[1]
    room.aino.does("statements", {"audience": "mediator", "words": "Vain sinulle", "language": "fi"})
    room.aino.does("caucus-requests")
    room.meri.does("notes", {"words": "Oma muistiinpano", "language": "fi"})
    room.meri.does(
        "options/" + room.meri.reads()["options"][0]["id"] + "/responses", {"response": "no", **room.said("Pekka")}
    )
    assert shown() == before


def test_the_sitting_opens_no_words_and_asks_little_of_the_database(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions")
    meri = laptop(room)
    reads = count(sqlite_house, ReadTrace)
    with statements(sqlite_house.installation.database.engine) as asked:
        meri.opens(f"/cases/{room.number}/sitting")
    assert count(sqlite_house, ReadTrace) == reads
    assert len([one for one in asked if one.startswith(("SELECT", "UPDATE", "INSERT"))]) <= 7


@pytest.mark.parametrize(("name", "status"), [("Outi", 404), ("Aino", 403), ("Tuula", 403), ("Vilho", 403)])
def test_the_sitting_is_for_who_leads_alone(room: LiveCase, name: str, status: int) -> None:
    assert room.client(name).get(f"/cases/{room.number}/sitting", headers=PAGE).status_code == status


def test_the_joint_text_is_written_in_the_languages_that_the_parties_read_and_keeps_what_was_written(
    sqlite_house: House,
) -> None:
    room = case_at(sqlite_house, "dialogue")
    meri = laptop(room, path="problem-statements")
    fields = [one.get("name") for one in meri.seen.xpath("//textarea")]
    assert "texts.fi.words" in fields
    assert "texts.sv.words" not in fields
    meri.presses("Kirjoita myös ruotsiksi", **{"texts.fi.words": "Kesken <b>jäänyt</b>"})
    assert meri.seen.xpath("//textarea[@name='texts.fi.words']/text()") == ["\nKesken <b>jäänyt</b>"]
    versions = len(room.meri.reads()["problem_statements"])
    meri.presses("Tallenna versio", **{"texts.sv.words": "Oavslutat", "texts.sv.goals": "Båda vet."})
    newest = room.meri.reads()["problem_statements"][-1]
    assert newest["version"] == versions + 1
    assert newest["texts"]["sv"] == {"words": "Oavslutat", "goals": ["Båda vet."]}
    assert newest["texts"]["fi"]["words"] == "Kesken <b>jäänyt</b>"
    meri.opens(f"/cases/{room.number}/problem-statements")
    assert [text_of(one) for one in meri.seen.xpath("//p[@lang='fi']/ins")] == ["Kesken <b>jäänyt</b>"]


def test_a_party_accepts_the_joint_text_where_they_read_it(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "problem-definition")
    room.meri.does("problem-statements", {"texts": {"fi": {"words": "Miten tieto siirtyy?", "goals": ["Tiedämme."]}}})
    aino = laptop(room, "Aino", "problem-statements")
    assert not aino.seen.xpath("//textarea")
    aino.presses("Hyväksyn tämän")
    assert "Hyväksyit yhteisen" in aino.page.text
    assert room.waits_for("start-dialogue")["accepted-problem-statement"] == ["Pekka"]


def test_a_joint_text_that_is_refused_comes_back_with_its_words_at_their_fields(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    meri = laptop(room, path="problem-statements")
    with pytest.raises(AssertionError, match="Virhe"):
        meri.presses("Tallenna versio", **{"texts.fi.words": "ä" * 10_001})
    assert meri.page.status_code == 422
    assert "ä" * 10_001 in meri.page.text
    assert meri.seen.xpath("//*[@id='f-texts-fi-words-fault']")


def test_an_option_is_set_aside_with_its_reason_and_the_words_of_a_refused_one_stay(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions")
    meri = laptop(room, path="options")
    first = room.meri.reads()["options"][0]["id"]
    meri.presses("Jätä ehdotus sivuun", f"o-{first}", reason="Liian kallis")
    assert "Liian kallis" in text_of(meri.seen.get_element_by_id(f"o-{first}"))
    with pytest.raises(AssertionError, match="Virhe"):
        meri.presses("Aino ehdottaa", words="ä" * 2_001)
    assert "ä" * 2_001 in meri.page.text


def test_a_party_sees_and_gives_their_own_answer_to_an_option_alone(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "solutions")
    first = room.meri.reads()["options"][0]["id"]
    room.pekka.does(f"options/{first}/responses", {"response": "no"})
    aino = laptop(room, "Aino", "options")
    assert "Pekka" not in text_of(aino.seen.get_element_by_id("content"))
    aino.presses("Kyllä", f"o-{first}")
    with room.writing() as db:
        kept = db.scalars(select(Mark).where(Mark.kind == "responded", Mark.about == first)).all()
    assert {(one.participant_id, one.value, one.way) for one in kept} == {
        (room.ids["Pekka"], "no", "own-device"),
        (room.ids["Aino"], "yes", "own-device"),
    }
