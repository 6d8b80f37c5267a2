"""Documents: archivable, readable by all, the same every time, and harmless with any text in them."""

import multiprocessing
import os
import re
import shutil
import string
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import page
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mediation.documents.families import FAMILIES, coverage
from mediation.documents.glyphs import PLAIN, REPLACEMENT, fonts_for, printable
from mediation.documents.localise import TEMPLATES
from mediation.documents.pdf import embedded_files, with_unmistakable_stream_ends
from mediation.documents.render import DOCUMENTS, Attachment, Sheet, unprintable
from mediation.documents.typst import TypstRefused, typeset, typesetter
from mediation.errors import Malformed, Unavailable
from tests.document_data import DATED, LANGUAGES, agreement, annex, commitments, data_of, letter

HOSTILE = [
    '#read(`/etc/passwd`.text) #eval("1+1") #panic()',
    "{{ 7*7 }} {% for x in y %} {# no #} {case} {0.__class__}",
    "(( x )) $ x^2 $ *b* _i_ `r` @label <label> \\ // /* \" ' ] [ #[",
    "= heading\n- list\n+ enum\n/ term: x\n#set page(width: 1pt)",
    "\u202eevil\u202c \u2066a\u2069 \u200f\u061c",
    "a\x00\x1b\x07b\x7f\x9f\ufeff\ufffe\uffff\ufdd0",
    "😀 👩‍👩‍👧 🇫🇮 한국어 日本語 ไทย हिन्दी",
    "\ud800 \udfff \ud83d",
    "line\u2029line\u2028line\x85line\x0bline\r\nline\rline\n\n\nline",
    "שלום עולם · مرحبا 123",
    "e\u0301\u0302\u20dd\u0363" * 40,
    "\U000e0041\u200d\u200b\u00ad \ue000",
    "\t\t  ",
    "",
]


def tool(name: str) -> str:
    """The path of a program; without it the test is skipped, or fails where all tools are required."""
    path = shutil.which(name)
    if path is None:
        message = f"{name} is not here: .ci/run names the package to install"
        if os.environ.get("MEDIATION_REQUIRE_TOOLS"):
            pytest.fail(message)
        pytest.skip(message)
    return path


def text_of(pdf: bytes, *options: str) -> str:
    command = [tool("pdftotext"), *options, "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


def words(language: str) -> dict[str, Any]:
    return tomllib.loads((TEMPLATES / f"words.{language}.toml").read_text("utf-8"))


def flowing(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u00ad", ""))


def failures(pdf: bytes, *profiles: str) -> list[tuple[str, str]]:
    reports = [page.validate_pdf_bytes(pdf, profile=profile) for profile in profiles]
    return [(failure.rule_id, failure.message) for report in reports for failure in report.failures]


def every_word(data: Any, word: str) -> Any:
    """`data` with `word` for every text that a person could have written."""
    ours = {"case", "prevailing", "languages", "starts", "due", "on", "to", "way", "signed_on"}
    ours |= {"ended", "language", "outcome_told", "sha256", "digest", "manifest_digest", "sealed_at"}
    ours |= {"at", "local", "zone", "method", "factor", "file"}
    if isinstance(data, str):
        return word
    if isinstance(data, dict):
        return {key: value if key in ours else every_word(value, word) for key, value in data.items()}
    return [every_word(value, word) for value in data] if isinstance(data, list) else data


# Form


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_document_is_archivable_and_accessible_in_every_language(document: str, language: str) -> None:
    pdf = Sheet(document, language, data_of(document, language), dated=DATED).pdf()
    assert failures(pdf, "pdf/a-2a", "pdf/ua-1") == []


def test_a_document_that_carries_files_is_archivable_and_accessible_and_carries_them_unchanged() -> None:
    files = [
        Attachment("agreement-fi.pdf", "application/pdf", "Sopimus", os.urandom(5000), "supplement"),
        Attachment("manifest.json", "application/json", "Luettelo äöå", b'{"a": 1}\r' * 50, "data"),
        Attachment("empty.txt", "text/plain", "#read(`x`.text)", b"", "supplement"),
    ]
    pdf = Sheet("signatures", "fi", data_of("signatures", "fi"), dated=DATED, standard="a-3a", attachments=files).pdf()
    assert failures(pdf, "pdf/a-3a", "pdf/ua-1") == []
    assert dict(embedded_files(pdf, 10**6)) == {one.name: one.content for one in files}


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "ä.pdf", "a b", "a" * 81, "x\n"])
def test_an_attachment_has_a_plain_name(name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        Attachment(name, "text/plain", "", b"", "data")


@pytest.mark.seconds
def test_the_same_words_give_the_same_bytes_in_this_process_and_in_another() -> None:
    pdf = Sheet("agreement", "fi", agreement("fi"), dated=DATED).pdf()
    typesetter.close()
    assert Sheet("agreement", "fi", agreement("fi"), dated=DATED).pdf() == pdf
    code = (
        "from hashlib import sha256; from mediation.documents.render import Sheet; from tests.document_data import *;"
        "print(sha256(Sheet('agreement', 'fi', agreement('fi'), dated=DATED).pdf()).hexdigest())"
    )
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=TEMPLATES.parents[1]
    )
    assert other.stdout.strip() == sha256(pdf).hexdigest()


def test_a_document_bears_the_date_it_is_given_and_no_other() -> None:
    late = DATED.replace(hour=22, minute=30)  # after midnight in Helsinki
    pdf = Sheet("agreement", "fi", agreement("fi"), dated=late).pdf()
    assert b"/CreationDate(D:20270201223000Z)" in pdf
    assert "2. helmikuuta 2027" in flowing(text_of(pdf))
    assert Sheet("agreement", "fi", agreement("fi"), dated=late + timedelta(seconds=1)).pdf() != pdf


def test_no_stream_ends_so_that_its_length_is_in_doubt() -> None:
    source = '#set document(title: "T", date: datetime(year: 2027, month: 2, day: 1))\n= Aino ja Pekka #read("/n")'
    for number in range(3000):
        pdf = typeset(source, {"n": b"%d" % number}, ["a-2a", "ua-1"], seconds=10)
        if b"\r\nendstream" in pdf:
            break
    else:
        pytest.fail("no such document came about")
    mended = with_unmistakable_stream_ends(pdf)
    assert failures(pdf, "pdf/a-2a")
    assert failures(mended, "pdf/a-2a", "pdf/ua-1") == []
    assert len(mended) == len(pdf) + pdf.count(b"\r\nendstream")


# Words


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_words_have_the_same_keys_and_blanks_in_every_language(language: str) -> None:
    def shape(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shape(one) for key, one in value.items()}
        if isinstance(value, list):
            return [shape(one) for one in value]
        return sorted(field for _, field, _, _ in string.Formatter().parse(value) if field is not None)

    assert shape(words(language)) == shape(words("fi"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_agreement_has_its_thirteen_sections_in_order(language: str) -> None:
    own = words(language)["agreement"]
    keys = "about who purpose goals commitments new_problem follow_up confidentiality limits nature changes data"
    headings = [own[key] for key in [*keys.split(), "signatures"]]
    text = flowing(text_of(Sheet("agreement", language, agreement(language), dated=DATED).pdf(), "-layout"))
    places = [text.find(f" {number} {heading} ") for number, heading in enumerate(headings, 1)]
    assert len(places) == 13
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("language", "whom"),
    [
        ("fi", "työnantajan, luottamusmiehen tai luottamusvaltuutetun, työsuojeluvaltuutetun, työterveyshuollon"),
        (
            "sv",
            "arbetsgivaren, förtroendemannen eller förtroendeombudet, arbetarskyddsfullmäktigen, företagshälsovården",
        ),
        (
            "en",
            "the employer, the shop steward or elected representative, the health and safety representative, "
            "occupational health, a lawyer",
        ),
    ],
)
def test_the_agreement_limits_nobody_in_turning_to_others(language: str, whom: str) -> None:
    assert whom in flowing(text_of(Sheet("agreement", language, agreement(language), dated=DATED).pdf()))


def test_the_agreement_prints_what_was_agreed_and_how_long_it_is_kept() -> None:
    text = flowing(text_of(Sheet("agreement", "fi", agreement("fi"), dated=DATED).pdf()))
    for words_ in (
        "Aino, lähihoitaja",
        "Jos tekstit eroavat toisistaan, suomenkielinen teksti ratkaisee.",
        "8.2.2027 alkaen",
        "viimeistään 15.2.2027",
        "torstai 4. maaliskuuta 2027 klo 12.00",
        "Sovittelun tilaajalle",
        "kulunut 24 kuukautta",
        "poistopäivä on 10. elokuuta 2029",
    ):
        assert words_ in text


def test_a_new_version_says_which_one_it_replaces_and_until_when_that_one_holds() -> None:
    text = flowing(text_of(Sheet("agreement", "en", agreement("en", version=2, replaces=1), dated=DATED).pdf()))
    assert "2, replaces version 1" in text
    assert "Until then, version 1 is in force." in text
    first = flowing(text_of(Sheet("agreement", "en", agreement("en"), dated=DATED).pdf()))
    assert "replaces" not in first


def test_a_partial_agreement_says_what_is_still_open() -> None:
    issues = [{"text": "Vuoronvaihto", "agreed": True}, {"text": "Kesälomat", "agreed": False}]
    text = flowing(text_of(Sheet("agreement", "fi", agreement("fi", issues=issues), dated=DATED).pdf()))
    assert "Vuoronvaihto – sovimme tästä" in text
    assert "Kesälomat – jäi vielä avoimeksi" in text


def test_an_agreement_without_what_may_be_missing_still_says_what_holds() -> None:
    bare = agreement(
        "sv",
        place=None,
        employer_representatives=[],
        mediators=[],
        goals=[],
        follow_ups=[],
        notices=[],
        languages=["sv"],
    )
    pdf = Sheet("agreement", "sv", bare, dated=DATED).pdf()
    text = flowing(text_of(pdf))
    assert failures(pdf, "pdf/a-2a", "pdf/ua-1") == []
    assert "Inga andra meddelanden ges." in text
    assert "None" not in text
    assert "Om texterna skiljer sig åt" not in text


def test_the_annex_holds_nothing_of_the_rest_of_the_agreement() -> None:
    text = flowing(text_of(Sheet("annex", "fi", annex("fi"), dated=DATED).pdf()))
    whole = agreement("fi")
    assert "Varaan vuorolistaan" in text
    others = [whole["purpose"], *whole["goals"], whole["place"], "Aino", "Pekka", "Meri", "C1", "C2"]
    others += [one["action"] for one in whole["commitments"][:2]]
    assert [one for one in others if one in text] == []


def test_a_long_list_of_commitments_repeats_its_head_on_every_page() -> None:
    many = [one | {"label": f"C{number}"} for number in range(40) for one in commitments("fi")[:1]]
    text = text_of(Sheet("agreement", "fi", agreement("fi", commitments=many), dated=DATED).pdf(), "-layout")
    pages = [sheet for sheet in text.split("\f") if re.search(r"^C\d+ ", sheet, re.MULTILINE)]
    assert len(pages) > 3
    assert all("Kuka ja mitä" in sheet for sheet in pages)


def test_the_signature_page_gives_the_day_of_each_signature_and_the_moment_of_the_seal() -> None:
    """By the local clock both, so that no signature seems to be later than the seal, and none hesitant."""
    text = flowing(text_of(Sheet("signatures", "fi", data_of("signatures", "fi"), dated=DATED).pdf()))
    assert [text.count(f"{day}.2.2027") for day in (1, 2, 3)] == [1, 1, 2]
    assert re.findall(r"klo \S+ \S+", text) == ["klo 0.05.02 (UTC+02:00)."]
    assert "Allekirjoituksen on todistanut Meri." in text
    assert "cd" * 32 in text


def test_the_signature_page_of_an_annex_speaks_of_the_annex_alone() -> None:
    data = data_of("signatures", "fi")
    data["signatures"] = data["signatures"][2:]
    text = flowing(text_of(Sheet("signatures", "fi", data, dated=DATED).pdf()))
    assert "Työnantajan edustaja on allekirjoittanut omat sitoumuksensa." in text
    assert "Kaikki ovat allekirjoittaneet" not in text


def test_a_language_we_do_not_have_is_refused() -> None:
    with pytest.raises(Malformed) as refusal:
        Sheet("letter", "et", letter(), dated=DATED).pdf()
    assert refusal.value.code == "language-unknown"


# Any text that people write


@pytest.mark.seconds
@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("word", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_print_harmlessly_wherever_they_stand(document: str, word: str) -> None:
    pdf = Sheet(document, "fi", every_word(data_of(document, "fi"), word), dated=DATED).pdf()
    assert failures(pdf, "pdf/a-2a", "pdf/ua-1") == []


anything = st.text(st.characters(exclude_categories=()), max_size=60)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(subject=anything, paragraph=anything, name=anything)
@example(subject="\u0301", paragraph="\u093f\u0301", name="\u1100\u1161")
def test_no_text_can_keep_a_document_from_being_printed(subject: str, paragraph: str, name: str) -> None:
    pdf = Sheet("letter", "sv", letter(subject=subject, paragraphs=[paragraph], recipient=name), dated=DATED).pdf()
    assert failures(pdf, "pdf/a-2a", "pdf/ua-1") == []


def test_typst_and_jinja_syntax_is_printed_as_it_was_written() -> None:
    word = "#read(`/etc/passwd`.text) {{ 7*7 }} {% x %} $a$ *b* \\ // <c> @d {case}"
    text = flowing(text_of(Sheet("letter", "fi", letter(paragraphs=[word]), dated=DATED).pdf()))
    assert word in text


def test_marks_that_turn_the_direction_of_writing_are_left_out() -> None:
    text = text_of(Sheet("letter", "fi", letter(recipient="\u202eevil\u202c ja Pekka"), dated=DATED).pdf())
    assert "evil ja Pekka" in text


@pytest.mark.parametrize("word", ["W" * 10_000, "x" * 10_000, "12345" * 2000, "http://example.org/" + "a_b/" * 2000])
def test_a_word_of_ten_thousand_characters_stays_on_the_page(word: str) -> None:
    lines = [commitments("fi")[0] | {"action": word, "measure": word[:400]}]
    pdf = Sheet("agreement", "fi", agreement("fi", purpose=word, commitments=lines), dated=DATED).pdf()
    assert failures(pdf, "pdf/a-2a", "pdf/ua-1") == []
    boxes = re.findall(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)"', text_of(pdf, "-bbox"))
    left, _, right, bottom = (min, None, max, max)
    points = [tuple(map(float, box)) for box in boxes]
    assert left(point[0] for point in points) > 70
    assert right(point[2] for point in points) < 595 - 70
    assert bottom(point[3] for point in points) < 842 - 25


def test_each_character_that_documents_cannot_show_is_reported_once_and_in_order() -> None:
    assert unprintable("Hei 😀 ja 😀 sekä 𓀀\x00!") == ["😀", "𓀀", "\x00"]
    assert unprintable("Åsa, Šárka ja Žofie: ”äö” – ≥ 4 €\n\tLoppu\u202e") == []
    assert printable("Hei 😀!") == f"Hei {REPLACEMENT}!"


def test_letters_are_printed_composed_where_they_were_written_in_parts() -> None:
    assert printable("A\u030akerblom, S\u030carka") == "Åkerblom, Šarka"


@pytest.mark.seconds
def test_every_character_called_printable_is_printed_and_no_other() -> None:
    *others, east_asian = map(coverage, range(len(FAMILIES)))
    every = "".join(map(chr, sorted(frozenset[int]().union(*others, sorted(east_asian)[::20]))))
    shown = printable(every)
    typeset_every = f"#set text(font: ({str(fonts_for(shown))[1:-1]}), fallback: false)\n".replace("'", '"')
    typeset_every += '#set document(title: "T", date: datetime(year: 2027, month: 2, day: 1))\n'
    typeset_every += '#read("/every") #text(weight: 600, read("/every"))'
    spaced = " ".join(shown)
    assert typeset(typeset_every, {"every": spaced.encode()}, ["a-2a", "ua-1"], seconds=20).startswith(b"%PDF")
    with pytest.raises(TypstRefused, match="could not be displayed"):
        typeset(typeset_every, {"every": "𓀀".encode()}, ["a-2a", "ua-1"], seconds=20)


def test_plain_letters_are_indeed_in_the_first_font() -> None:
    plain = [chr(code) for code in range(0x10000) if PLAIN.fullmatch(chr(code)) and chr(code) not in "\n\u200b"]
    assert len(plain) > 300
    assert [character for character in plain if ord(character) not in coverage(0)] == []


def test_templates_are_never_filled_in_and_run_nothing_they_are_given() -> None:
    sources = {path.name: path.read_text("utf-8") for path in TEMPLATES.glob("*.typ")}
    assert len(sources) == len(DOCUMENTS) + 1
    for name, source in sources.items():
        assert not re.search(r"\beval\b|\bimport\b|\binclude\b|\{\{|\(\(%", source), name
        assert source.count("read(") == (1 if name == "signatures.typ" else 0), name


# The process that sets the type


def test_nothing_on_the_machine_can_be_read_and_no_package_imported(tmp_path: Path) -> None:
    for source in ('#read("/etc/passwd")', '#read("../../../etc/passwd")', '#import "@local/x:1.0.0"'):
        with pytest.raises(TypstRefused):
            typeset(source, {}, [], seconds=10)


SLOW = "#for a in range(9000) { for b in range(9000) { if a * b < 0 [x] } }"


def test_a_document_that_takes_too_long_is_stopped_and_the_next_one_printed() -> None:
    before = monotonic()
    with pytest.raises(Unavailable) as refusal:
        typeset(SLOW, {}, [], seconds=0.5)
    assert refusal.value.code == "document-too-slow"
    assert monotonic() - before < 5
    assert Sheet("letter", "fi", letter(), dated=DATED).pdf().startswith(b"%PDF")


def test_a_document_that_needs_too_much_memory_fails_alone() -> None:
    with pytest.raises(Unavailable) as refusal:
        typeset("#let a = range(50000000)\n#a.len()", {}, [], seconds=60)
    assert refusal.value.code == "document-failed"
    assert Sheet("letter", "fi", letter(), dated=DATED).pdf().startswith(b"%PDF")


def test_a_killed_worker_is_replaced_unnoticed() -> None:
    pdf = Sheet("letter", "fi", letter(), dated=DATED).pdf()
    assert typesetter.worker is not None
    typesetter.worker.process.kill()
    typesetter.worker.process.wait()
    assert Sheet("letter", "fi", letter(), dated=DATED).pdf() == pdf


@pytest.mark.long
def test_a_worker_that_has_grown_is_replaced_by_a_fresh_one() -> None:
    typeset('#let a = range(9).map(n => "x" * 50000000 + str(n))\n#a.len()', {}, [], seconds=60)
    grown = typesetter.worker
    assert Sheet("letter", "fi", letter(), dated=DATED).pdf().startswith(b"%PDF")
    assert typesetter.worker is not grown


def test_many_threads_share_the_worker() -> None:
    with ThreadPoolExecutor(8) as pool:
        names = [f"Pekka {number}" for number in range(24)]
        pdfs = list(pool.map(lambda name: Sheet("letter", "fi", letter(recipient=name), dated=DATED).pdf(), names))
    assert pdfs == [Sheet("letter", "fi", letter(recipient=name), dated=DATED).pdf() for name in names]


def _digest_in_a_child(queue: Any) -> None:
    queue.put(sha256(Sheet("letter", "fi", letter(), dated=DATED).pdf()).hexdigest())


@pytest.mark.seconds
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")  # that is what this test is about
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_process_started_by_another_has_a_worker_of_its_own(method: str) -> None:
    pdf = Sheet("letter", "fi", letter(), dated=DATED).pdf()
    context = multiprocessing.get_context(method)
    queue = context.Queue()
    child = context.Process(target=_digest_in_a_child, args=(queue,))
    child.start()
    assert queue.get(timeout=60) == sha256(pdf).hexdigest()
    child.join(60)
    queue.close()
    queue.join_thread()
    assert child.exitcode == 0
    assert Sheet("letter", "fi", letter(), dated=DATED).pdf() == pdf


def test_a_worker_tidies_up_when_the_process_that_started_it_is_gone() -> None:
    code = (
        "import os; from mediation.documents.typst import typeset, typesetter;"
        "typeset('= Hei', {}, [], seconds=20); print(typesetter.worker.folder, flush=True); os._exit(9)"
    )
    gone = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    folder = Path(gone.stdout.strip())
    assert gone.returncode == 9
    assert folder.name.startswith("mediation-typst-")
    until = monotonic() + 30
    while folder.exists() and monotonic() < until:
        sleep(0.05)
    assert not folder.exists()


def test_a_worker_leaves_nothing_behind() -> None:
    Sheet("letter", "fi", letter(), dated=DATED).pdf()
    assert typesetter.worker is not None
    worker = typesetter.worker
    typesetter.close()
    assert worker.process.returncode is not None
    assert not Path(worker.folder).exists()
