"""One's own copy: everybody with a part in a case can take away all that is theirs, in a text to read, and nothing else."""

import re
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest
from sqlalchemy import func, select, update

from mediation.acts.acting import Acting
from mediation.acts.agreed_texts import keep_text
from mediation.case.seat import Doer
from mediation.documents.texts import text_in_every_language
from mediation.keys.keyring import DeletionClock, KeyName
from mediation.reading import export, own_part
from mediation.reading import own_words as own_words_of
from mediation.store.models import AgreedText, Base, Mark, RecordEntry
from mediation.words.catalogue import LANGUAGES, has_words, say
from mediation.workflow.declaration import Way
from mediation.workflow.mark_kinds import MARK_KINDS
from tests.acts.test_terms import ORDER
from tests.houses import House
from tests.world import LiveCase, case_at
from tests.world.files import little_pdf

PRIVATE, TABLE, REPORT, NOTE = (
    "Vain Merille kerrottu.",
    "Kaikille kerrottu.",
    "Sujuu jo paremmin.",
    "Merin muistiinpano.",
)


def files(response: httpx.Response) -> dict[str, bytes]:
    assert (response.status_code, response.headers["content-type"]) == (200, "application/zip"), response.text
    with ZipFile(BytesIO(response.content)) as archive:
        assert len(set(archive.namelist())) == len(archive.namelist())
        return {name: archive.read(name) for name in archive.namelist()}


def own_words(case: LiveCase, name: str, language: str = "fi") -> str:
    return files(case[name].asks("GET own-copy", **{"Accept-Language": language}))["own-words.txt"].decode()


@pytest.fixture
def lived(house: House) -> LiveCase:
    """A case that has come to its follow-up, in which everybody has something of their own."""
    case = case_at(house, "follow-up", ready=False)
    case.meri.does("screenings", {})
    for name, answer in (("Aino", "unknown"), ("Pekka", "yes")):
        case[name].does("screenings/answers", {"answers": {"S10": answer}})
    case.aino.does("statements", {"audience": "mediator", "words": PRIVATE})
    case.meri.does("notes", {"words": NOTE})
    case.checks_in("Aino", "partly", audience="mediator", words=REPORT)
    return case


def test_the_copy_has_all_that_a_party_said_answered_and_agreed_to(lived: LiveCase) -> None:
    text = own_words(lived, "Aino")
    for words in (PRIVATE, REPORT, "Aino", say("screening.S10", "fi"), say("answer.unknown", "fi")):
        assert words in text
    for code in ("mark.agreed-to-mediate", "mark.accepted-ground-rules", "mark.ready-for-solutions", "mark.attended"):
        assert say(code, "fi") in text
    assert f"{say('mark.agreed-to-mediate', 'fi')}: {say('mark-value.given', 'fi')}" in text
    assert f"C1: {say('report.partly', 'fi')}" in text
    assert say("way.own-device", "fi") in text


def test_the_copy_has_nothing_of_what_others_said(lived: LiveCase) -> None:
    lived.pekka.does("statements", {"audience": "mediator", "words": "Pekan sanat."})
    pekka, aino, meri = own_words(lived, "Pekka"), own_words(lived, "Aino"), own_words(lived, "Meri")
    assert "Pekan sanat." in pekka
    assert NOTE in meri
    for text, others in ((pekka, (PRIVATE, REPORT, NOTE)), (aino, ("Pekan sanat.", NOTE)), (meri, (PRIVATE, REPORT))):
        assert [words for words in others if words in text] == []
    assert say("answer.unknown", "fi") not in pekka


def test_everybody_with_a_part_in_the_case_can_take_their_own(lived: LiveCase) -> None:
    lived.meri.does("participants", {"name": "Iida", "role": "interpreter", "language": "fi"})
    lived.learn_people(tokens=True)
    for name in ("Aino", "Pekka", "Meri", "Kaarina", "Vilho", "Iida"):
        found = files(lived[name].asks("GET own-copy"))
        assert say("own.particulars", "fi") in found["own-words.txt"].decode()
    assert say("mark.undertook-confidentiality", "fi") not in own_words(lived, "Iida")
    lived["Iida"].does("undertakings", {"text": lived["Iida"].undertaking()})
    assert say("mark.undertook-confidentiality", "fi") in own_words(lived, "Iida")
    lived["Outi"].reads_nothing("own-copy")


def test_the_copy_says_on_what_attendance_rests_what_was_told_of_a_party_and_when_they_signed(lived: LiveCase) -> None:
    told = {name: own_words(lived, name) for name in ("Aino", "Pekka", "Kaarina", "Meri")}
    for name in ("Aino", "Pekka"):
        assert say("attendance-basis.voluntary", "fi") in told[name]
    for name in ("Kaarina", "Meri"):
        assert say("own.attendance", "fi") not in told[name]
    signed = f"{say('own.signed', 'fi')}\n{say('way.own-device', 'fi')}"
    assert {name: text.count(signed) for name, text in told.items()} == {"Aino": 1, "Pekka": 1, "Kaarina": 1, "Meri": 0}


def test_what_a_referral_said_of_a_party_is_in_their_copy_alone(sqlite_house: House) -> None:
    reach = {"Aino": "040 123 4567", "Pekka": "050 765 4321"}
    case = LiveCase(sqlite_house)
    for name, office in {"Vilho": "hr", "Aino": None, "Pekka": None}.items():
        sqlite_house.person(name, office=office)
    parties = [{"person": sqlite_house.people[name], "phone": phone} for name, phone in reach.items()]
    matter = {"organisation": sqlite_house.organisation("Esimerkkilä"), "subject": "Iltavuoron vaihdot"}
    case.number = case.vilho.does("/cases", {**matter, "parties": parties})["number"]
    case.learn_people()
    for name, phone in reach.items():
        text = own_words(case, name)
        assert [one for one in reach.values() if one in text] == [phone]


# What names a participant and is in nobody's copy as an entry of its own, and why.
NOT_TOLD = {
    "CommitmentOwner": "in the files of the agreement",
    "Notice": "in the words that all agreed on, which are in the agreement",
    "InterpreterService": "is what the mediators recorded of a service",
    "Letter": "was sent to them",
    "ReadTrace": "is asked for by itself",
    "Referral": "is read with the rest of the referral",
    "Draft": "is read with those of the form that it is of",
    "TimeChoice": "is the supervisor's question to a group; who could come when is a mark of each",
    "Series": "are the sessions, which are told as such",
    "CountedHours": "is read under own hours, by who led",
    "CopyCode": "is a digest, and the code is on their paper alone",
}


def test_every_table_that_names_a_participant_is_told_in_the_copy_unless_it_is_said_why_not() -> None:
    told = "".join(Path(str(one.__file__)).read_text("utf-8") for one in (own_words_of, own_part, export))
    naming = {
        mapper.class_.__name__
        for mapper in Base.registry.mappers
        if any(one.target_fullname == "participants.id" for one in mapper.local_table.foreign_keys)
    }
    assert {one for one in naming if not re.search(rf"\b{one}\b", told)} == NOT_TOLD.keys()


def test_each_takes_what_they_proposed_ordered_declared_worked_and_complained_of_and_nobody_else_does(
    sqlite_house: House,
) -> None:
    case = case_at(sqlite_house, "solutions", ready=False)
    sqlite_house.person("Kerttu", office="complaints", organisation="Sovittelijat")
    case.aino.does("options", {"words": "Vuoronvaihto klo 14.50.", "language": "fi"})
    case.aino.does("complaints", {"words": "Meri myöhästyi.", "language": "fi"})
    case.meri.does("time-entries", {"day": case.today(), "minutes": 45, "work": "writing"})
    case.vilho.does("order", ORDER | {"payer": "Kunta maksaa."})
    told = {name: own_words(case, name) for name in ("Aino", "Pekka", "Meri", "Vilho", "Kaarina")}
    for name, words in (
        *(("Aino", "Vuoronvaihto klo 14.50."), ("Aino", "Meri myöhästyi."), ("Meri", say("work.writing", "fi"))),
        *(("Meri", "Ei sidonnaisuuksia."), ("Vilho", f"{say('field.payer', 'fi')}: Kunta maksaa.")),
    ):
        assert [one for one, text in told.items() if words in text] == [name]


def test_what_a_mediator_wrote_of_safeguards_is_in_their_own_copy(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening", ready=False)
    case.meri.does("screenings", {})
    decision = {"outcome": "suitable-with-safeguards", "safeguards": ["caucus-offered"]}
    case.meri.does("screenings/decision", decision)
    case.meri.does("safeguards", {"safeguard": "caucus-offered", "words": "Tauko puolen tunnin välein."})
    assert "Tauko puolen tunnin välein." in own_words(case, "Meri")
    assert "Tauko puolen tunnin välein." not in own_words(case, "Aino")


def test_who_brought_the_matter_up_takes_what_they_answered(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening", ready=False)
    case.comes("Irma", "initiator")
    text = own_words(case, "Irma")
    assert say("own.joined", "fi") in text
    assert "Aino" not in text


def test_the_copy_has_what_a_party_told_mediators_and_others_alone_and_when_they_are_not_written_to(
    lived: LiveCase,
) -> None:
    lived.aino.does("needs", {"access": "Esteetön sisäänkäynti."})
    lived.aino.does("concerns", {"participant": lived.ids["Kaarina"], "words": "En halua puhua Kaarinan kuullen."})
    lived.aino.does(f"PUT participants/{lived.ids['Aino']}/quiet-time", {"begins": "20:00", "ends": "07:30"})
    text, others = own_words(lived, "Aino"), [own_words(lived, name) for name in ("Pekka", "Kaarina", "Meri")]
    for words in ("Esteetön sisäänkäynti.", "En halua puhua Kaarinan kuullen.", "20:00", "07:30"):
        assert words in text
        assert not any(words in other for other in others)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_mark_has_its_words_for_the_copy(language: str) -> None:
    assert [kind for kind in MARK_KINDS if not has_words(f"mark.{kind}", language)] == []


def test_only_a_signatory_takes_the_agreement(lived: LiveCase) -> None:
    assert {"1/allekirjoitettu-sopimus-v1.pdf"} <= files(lived.aino.asks("GET own-copy")).keys()
    assert list(files(lived.meri.asks("GET own-copy"))) == ["own-words.txt"]
    kaarina = files(lived["Kaarina"].asks("GET own-copy"))
    assert {"1/allekirjoitettu-sopimus-v1.pdf", "1/sopimus-fi.pdf"} & kaarina.keys() == set()
    assert len(kaarina) > 1


def test_a_representative_learns_of_no_others_commitments_from_the_labels_of_own_ones(house: House) -> None:
    case = case_at(house, "follow-up", ready=False)
    own = [one["id"] for one in case["Kaarina"].reads("agreement")["commitments"]]
    case["Kaarina"].does("check-ins", {"audience": "mediator", "reports": {one: {"answer": "kept"} for one in own}})
    text = own_words(case, "Kaarina")
    assert f"1: {say('report.kept', 'fi')}" in text
    assert f"{len(own) + 1}: " not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_what_was_agreed_to_come_with_it_in_the_readers_language(
    sqlite_house: House, language: str
) -> None:
    case = case_at(sqlite_house, "opening")
    with case.writing() as db:
        seat = case.seat(db, "Aino")
        acting = Acting(db, seat, "accept-ground-rules", Doer(seat.participant_id, Way.OWN_DEVICE, seat.participant_id))
        for number in (1, 2):
            lines = [f"Oma rivi {number}."]
            words = text_in_every_language("ground-rules", lambda _, own=lines: {"default": [], "lines": own})
            kept = keep_text(acting, "ground-rules", words)
            acting.write(Mark(participant_id=acting.doer.id, kind="accepted-ground-rules", about=kept.id))
    found = files(case.aino.asks("GET own-copy", **{"Accept-Language": language}))
    told = [found[f"agreed/ground-rules-{number}.txt"].decode() for number in (1, 2, 3)]  # the first: on the way here
    assert [[f"Oma rivi {number}." in text for number in (1, 2)] for text in told] == [
        [False, False],
        [True, False],
        [False, True],
    ]
    agreed = {name: text for name, text in files(case.pekka.asks("GET own-copy")).items() if name.startswith("agreed/")}
    assert "agreed/ground-rules-1.txt" in agreed
    assert not [name for name, text in agreed.items() if "Oma rivi" in text.decode()]


def test_what_was_declined_or_only_asked_is_not_filed_as_agreed_and_each_text_comes_once(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening")

    def agreed(name: str) -> list[str]:
        return sorted(one for one in files(case[name].asks("GET own-copy")) if one.startswith("agreed/"))

    assert agreed("Aino") == ["agreed/ground-rules-1.txt", "agreed/terms-1.txt"]
    with case.writing() as db:
        seat = case.seat(db, "Aino")
        texts = {one.kind: one.id for one in db.scalars(select(AgreedText).order_by(AgreedText.version))}
        for who, kind, about, value in (
            ("Aino", "asked-to-agree", texts["terms"], "yes"),
            ("Pekka", "accepted-ground-rules", texts["ground-rules"], "yes"),
            ("Pekka", "agreed-to-mediate", texts["terms"], "declined"),
        ):
            doer = Doer(case.ids[who], Way.OWN_DEVICE, case.ids[who])
            earlier = Mark.participant_id == doer.id, Mark.kind == kind, Mark.about == about
            db.execute(update(Mark).where(*earlier).values(ended_at=db.now(), ended_why="changed"))
            acting = Acting(db, seat, "accept-ground-rules", doer)
            acting.write(Mark(participant_id=doer.id, kind=kind, about=about, value=value))
    assert agreed("Aino") == ["agreed/ground-rules-1.txt", "agreed/terms-1.txt"]
    assert agreed("Pekka") == ["agreed/ground-rules-1.txt"]


def test_a_concern_comes_with_how_it_was_settled(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening", ready=False)
    case.comes("Tuula", "support-person", supports=case.ids["Pekka"])
    said = case.aino.does("concerns", {"participant": case.ids["Tuula"], "words": "Tuula on Pekan esihenkilö."})["id"]
    assert say("own.settlement", "fi") not in own_words(case, "Aino")
    case.meri.does(f"concerns/{said}/settlement", {"how": "another-person", "words": "Pekka pyytää toista."})
    text = own_words(case, "Aino")
    assert text.index("Tuula on Pekan esihenkilö.") < text.index("Pekka pyytää toista.")
    assert "Pekka pyytää toista." not in own_words(case, "Pekka")


@pytest.mark.parametrize("settled", [True, False])
def test_a_concern_that_was_taken_back_says_so_and_keeps_what_was_answered(sqlite_house: House, settled: bool) -> None:
    case = case_at(sqlite_house, "opening", ready=False)
    said = case.pekka.does("concerns", {"participant": case.ids["Tuula"], "words": "Hän on esihenkilöni."})["id"]
    if settled:
        case.meri.does(f"concerns/{said}/settlement", {"how": "as-it-is", "words": "Ei muutosta."})
    case.pekka.does(f"concerns/{said}/taking-back")
    text = own_words(case, "Pekka")
    assert ("Ei muutosta." in text) is (say("own.settlement", "fi") in text) is settled
    assert text.index("Hän on esihenkilöni.") < text.index(say("own.concern-taken-back", "fi"))
    assert say("error.words-gone", "fi") not in text


def test_who_referred_takes_what_they_wrote_and_nobody_else_does(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening", ready=False)
    subject = case.line()["referral"]["subject"]
    assert f"{say('field.subject', 'fi')}: {subject}" in own_words(case, "Vilho")
    for name in ("Aino", "Meri"):
        assert subject not in own_words(case, name)


def test_who_left_takes_along_what_they_told_of_taking_part(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "dialogue", ready=False)
    case.aino.does("needs", {"access": "Esteetön tila."})
    case.aino.does("withdrawals", {"confirmed": True})
    assert "Esteetön tila." in own_words(case, "Aino")
    assert [one["access"] for one in case.aino.reads("needs")] == ["Esteetön tila."]


def test_own_papers_come_as_files(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening", ready=False)
    scan = little_pdf()
    case.meri.does(f"scans?whose={case.ids['Aino']}", scan, **{"Content-Type": "application/pdf"})
    [(name, content)] = [one for one in files(case.aino.asks("GET own-copy")).items() if one[0].startswith("papers/")]
    assert content == scan
    assert name.endswith(".pdf")
    assert not [name for name in files(case.pekka.asks("GET own-copy")) if name.startswith("papers/")]


def test_what_was_deleted_says_so(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "opening", ready=False)
    case.aino.does("statements", {"audience": "mediator", "words": PRIVATE})
    assert PRIVATE in own_words(case, "Aino")
    with case.writing() as db:
        key = KeyName(case.seat(db, "Aino").case.id, DeletionClock.PRIVATE, case.ids["Aino"])
    sqlite_house.installation.keyring.destroy([key], "2027-02-01")
    text = own_words(case, "Aino")
    assert PRIVATE not in text
    assert say("error.words-gone", "fi") in text


def test_taking_ones_own_leaves_no_entry_in_the_record(lived: LiveCase) -> None:
    with lived.house.installation.database.reading() as db:
        before = db.scalar(select(func.count()).select_from(RecordEntry))
    files(lived.aino.asks("GET own-copy"))
    with lived.house.installation.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(RecordEntry)) == before
