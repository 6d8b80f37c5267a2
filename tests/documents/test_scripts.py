"""Names in every script: printed with fonts that come with the house, in their own direction, and nothing else changed."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typst

from mediation.documents.families import BUILT_IN, FAMILIES, FOLDER, coverage
from mediation.documents.glyphs import REPLACEMENT, fonts_for, printable
from mediation.documents.line_breaks import BREAK_POINT, with_break_points
from mediation.documents.pdf import with_unmistakable_stream_ends
from mediation.documents.render import DOCUMENTS, Sheet, _source, unprintable
from tests.document_data import DATED, LANGUAGES, agreement, commitments, data_of, letter, signatures
from tests.documents.test_documents import every_word, failures, flowing, text_of

NAMES = {
    "Adlam": "𞤀𞤣𞤤𞤢𞤥",
    "Arabic": "محمد",
    "Armenian": "Արամ Խաչատրյան",
    "Bengali": "রহিম উদ্দিন",
    "Burmese": "အောင်ဆန်း",
    "Chinese": "王小明",
    "Cyrillic": "Алия Қасымқызы",
    "Dhivehi": "އަހްމަދު",
    "Ethiopic": "ሰላም ተስፋዬ",
    "Georgian": "გიორგი ბერიძე",
    "Greek": "Γιώργος Παπαδόπουλος",
    "Gujarati": "ગુજરાતી પટેલ",
    "Hausa": "Ƙofar Ɗan’asabe",
    "Hebrew": "נועה כהן",
    "Hindi": "राम प्रसाद श्रीवास्तव",
    "Japanese": "佐藤 さくら",
    "Kannada": "ಕನ್ನಡ ರಾಜು",
    "Khmer": "សុខ ចាន់",
    "Korean": "김철수",
    "Kurdish": "ئەحمەد ڕۆژ",
    "Lao": "ສົມພອນ ໜູ",
    "Malayalam": "മലയാളം ജോസഫ്",
    "Mongolian": "ᠮᠣᠩᠭᠣᠯ",
    "N’Ko": "ߒߞߏ",
    "Odia": "ଓଡ଼ିଆ ଦାସ",
    "Pashto": "پښتون ډاډه",
    "Persian": "علی کریمی\u200cنژاد",
    "Punjabi": "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
    "Rohingya": "𐴀𐴞𐴕",
    "Sinhala": "ක්\u200dරිෂ්ණ සිරිසේන",
    "Syriac": "ܐܫܘܪ",
    "Tamil": "முருகன் செல்வம்",
    "Telugu": "తెలుగు శ్రీను",
    "Thai": "สมชาย ใจดี",
    "Tibetan": "བསྟན་འཛིན་",
    "Tifinagh": "ⵜⵉⴼⵉⵏⴰⵖ",
    "Urdu": "ٹیپو سلطان",
    "Vietnamese": "Nguyễn Thị Hương",
    "Yoruba": "Ọ́lá Adébáyọ̀",
}
OLD = '("Libertinus Serif", "DejaVu Sans Mono")'


@pytest.mark.seconds
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_in_any_script_is_printed_on_agreement_signature_page_and_letter(name: str) -> None:
    assert unprintable(name) == []
    assert printable(name) == name
    people = [{"name": name, "capacity": "lähihoitaja"}]
    signed = [{**one, "name": name, "attested_by": name} for one in signatures()["signatures"]]
    for document, language, data in (
        ("agreement", "fi", agreement("fi", parties=people, mediators=[name])),
        ("signatures", "sv", signatures("sv", signatures=signed)),
        ("letter", "en", letter(recipient=name, paragraphs=[f"Hei {name},", f"{name} tulee."])),
    ):
        pdf = Sheet(document, language, data, dated=DATED).pdf()
        assert failures(pdf, "pdf/a-2a", "pdf/ua-1") == [], document
        assert REPLACEMENT not in text_of(pdf)


@pytest.mark.parametrize(
    "script", ["Chinese", "Cyrillic", "Ethiopic", "Georgian", "Greek", "Japanese", "Korean", "Thai"]
)
def test_a_printed_name_can_be_read_and_copied_from_the_file(script: str) -> None:
    data = agreement("fi", parties=[{"name": NAMES[script], "capacity": "lähihoitaja"}])
    assert f"{NAMES[script]}, lähihoitaja" in flowing(text_of(Sheet("agreement", "fi", data, dated=DATED).pdf()))


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("name", [NAMES["Hindi"], NAMES["Persian"], NAMES["Thai"] * 30, NAMES["Chinese"] * 90])
def test_words_in_other_scripts_print_wherever_they_stand(document: str, name: str) -> None:
    pdf = Sheet(document, "fi", every_word(data_of(document, "fi"), name), dated=DATED).pdf()
    assert failures(pdf, "pdf/a-2a", "pdf/ua-1") == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_needs_only_typsts_own_fonts_gives_the_bytes_that_it_gave_without_the_others(
    document: str, language: str, tmp_path: Path
) -> None:
    data = every_word(data_of(document, language), "Šárka Ž, Алия, Γιώργος, נועה 1. – ≥ 4 € → ✓")
    for sheet in (
        Sheet(document, language, data_of(document, language), dated=DATED),
        Sheet(document, language, {**data, "issues": []}, dated=DATED),
    ):
        told = sheet._template_data([sheet.part()])
        assert told["fonts"] == list(BUILT_IN)
        (tmp_path / ".json").write_text(json.dumps(told))
        before = _source((document,)).replace("doc.fonts", OLD)
        assert before.count(OLD) == 1
        alone = typst.Compiler(root=tmp_path, ignore_system_fonts=True)
        pdf = alone.compile(before.encode(), format="pdf", pdf_standards=["a-2a", "ua-1"])
        assert isinstance(pdf, bytes)
        assert sheet.pdf() == with_unmistakable_stream_ends(pdf) + b"\n"


@pytest.mark.seconds
def test_the_same_words_in_other_scripts_give_the_same_bytes_in_another_process() -> None:
    data = agreement("fi", parties=[{"name": name, "capacity": ""} for name in NAMES.values()])
    code = (
        "import sys, hashlib; from mediation.documents.render import Sheet; from tests.document_data import *;"
        "from tests.documents.test_scripts import NAMES;"
        "data = agreement('fi', parties=[{'name': name, 'capacity': ''} for name in NAMES.values()]);"
        "sys.stdout.buffer.write(Sheet('agreement', 'fi', data, dated=DATED).pdf())"
    )
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=Path(__file__).parents[2])
    assert there.stdout == Sheet("agreement", "fi", data, dated=DATED).pdf()


# Right to left


def seen(pdf: bytes) -> str:
    """The words of a document as an eye sees them, from left to right: a name from right to left is seen backwards."""
    return "".join(re.findall(r"<word [^>]*>([^<]+)</word>", text_of(pdf, "-bbox")))


def test_names_that_run_from_right_to_left_stand_in_the_order_in_which_they_were_listed() -> None:
    lines = [commitments("fi")[0] | {"owners": ["محمد", "علي", "Aino"]}]
    page = seen(Sheet("agreement", "fi", agreement("fi", commitments=lines, parties=[]), dated=DATED).pdf())
    assert page.index("محمد"[::-1]) < page.index("علي"[::-1])


def test_what_follows_a_name_that_runs_from_right_to_left_comes_after_it() -> None:
    people = [{"name": "محمد", "capacity": "3. luokan opettaja"}, {"name": "נועה", "capacity": "7 §"}]
    page = seen(Sheet("agreement", "fi", agreement("fi", parties=people), dated=DATED).pdf())
    assert page.index("محمد"[::-1]) < page.index("3.") < page.index("luokan")
    assert page[page.index("נועה"[::-1]) + 4 :].lstrip("\u2069, ").startswith("7")


def test_a_sentence_that_begins_with_such_a_name_keeps_its_own_direction() -> None:
    page = seen(Sheet("letter", "fi", letter(paragraphs=["محمد varaa huoneen."]), dated=DATED).pdf())
    assert page.index("محمد"[::-1]) < page.index("varaa") < page.index("huoneen.")


def test_joiners_are_kept_where_they_choose_the_shape_of_letters_and_nowhere_else() -> None:
    assert printable(NAMES["Persian"]) == NAMES["Persian"]
    assert printable(NAMES["Sinhala"]) == NAMES["Sinhala"]
    assert printable("Ai\u200dno\u200c \u200dPekka") == "Aino Pekka"


# Long words


@pytest.mark.parametrize("name", [NAMES["Hindi"], NAMES["Tamil"], NAMES["Sinhala"], NAMES["Khmer"], "Ọ́lọ̀", "é\u0323"])
def test_no_line_ends_inside_a_letter_with_its_signs(name: str) -> None:
    word = name.replace(" ", "") * 40
    broken = with_break_points({"commitments": word})["commitments"]
    assert broken.replace(BREAK_POINT, "") == word
    assert BREAK_POINT in broken
    assert not re.search(
        f"{BREAK_POINT}[\u0300-\u036f\u093e-\u094d\u0bbe-\u0bcd\u0dca-\u0ddf\u17b6-\u17d3\u200d]", broken
    )


def test_scripts_without_spaces_are_left_to_the_rules_of_their_own() -> None:
    thai = "เราตกลงกันว่าจะพูดคุยเรื่องปัญหากับอีกฝ่ายก่อนอย่างสุภาพและตรงไปตรงมาทุกครั้งที่เกิดปัญหาขึ้น"
    for text in (thai, "我们同意首先以尊重的方式与对方谈论问题" * 20):
        assert with_break_points({"commitments": text}) == {"commitments": text}


@pytest.mark.parametrize("word", ["ก" * 2000, "漢" * 2000, "क" * 2000, "م" * 2000], ids=["th", "zh", "hi", "ar"])
def test_a_word_of_any_script_stays_on_the_page(word: str) -> None:
    lines = [commitments("fi")[0] | {"action": word}]
    pdf = Sheet("agreement", "fi", agreement("fi", purpose=word, commitments=lines), dated=DATED).pdf()
    boxes = re.findall(r'<word xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)"', text_of(pdf, "-bbox"))
    assert min(float(left) for left, _ in boxes) > 70
    assert max(float(right) for _, right in boxes) < 595 - 70


# The fonts


def test_every_family_has_its_file_and_every_file_its_family_and_its_line_in_the_readme() -> None:
    files = {path.stem for path in FOLDER.glob("*.[ot]tf")}
    assert files == {f"{family.replace(' ', '')}-Regular" for family in FAMILIES if family not in BUILT_IN}
    listed = re.findall(r"^\| (Noto [\w ]+) \|", (FOLDER / "README.md").read_text("utf-8"), re.MULTILINE)
    assert [*BUILT_IN, *listed] == list(FAMILIES)
    assert "SIL OPEN FONT LICENSE" in (FOLDER / "OFL.txt").read_text("utf-8")
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 25_000_000


def test_typst_knows_every_family_by_its_name() -> None:
    known = set(typst.Fonts(include_system_fonts=False, font_paths=[FOLDER]).families())
    assert set(FAMILIES) <= known


def test_a_text_is_printed_in_the_families_that_it_needs() -> None:
    assert fonts_for("Aino – Алия") == list(BUILT_IN)
    assert fonts_for("Aino 王小明 ชื่อ") == [
        "Libertinus Serif",
        "Noto Serif Thai",
        "Noto Sans CJK SC",
        "DejaVu Sans Mono",
    ]
    assert fonts_for("گ") == ["Libertinus Serif", "Noto Naskh Arabic", "DejaVu Sans Mono"]


@pytest.mark.parametrize("family", range(len(FAMILIES)), ids=FAMILIES)
def test_every_family_is_there_for_a_character_that_no_family_before_it_draws(family: int) -> None:
    before = frozenset[int]().union(*map(coverage, range(family)))
    assert coverage(family) - before
