"""A workflow says what it shares with others in words of its own: in the catalogue, in letters, in texts and on documents."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.encoders import jsonable_encoder

from mediation.documents.localise import Language
from mediation.documents.texts import text_in_every_language
from mediation.letters.texts import message
from mediation.words.catalogue import LANGUAGES, has_words, in_every_language, say
from mediation.words.commissioner import OUTCOMES, SEEN, told_of
from mediation.words.workflow_words import WorkflowLanguage
from mediation.workflow.declaration import DeclarationError
from mediation.workflow.declared import WORKFLOWS, declare, forget
from tests.houses import House
from tests.letters.test_letters import AINO, DATED, SETTINGS
from tests.workflow.second_workflow import WALKS, walks_declared
from tests.world import LiveCase, referred
from workflows.mediation import MEDIATION

HOST = {"fi": "Valitse isäntä", "sv": "Välj en värd", "en": "Choose the host"}


@pytest.fixture
def walk(sqlite_house: House) -> Iterator[LiveCase]:
    with walks_declared():
        yield referred(sqlite_house, ("Aino",), workflow=WALKS.code, leads="host")


@pytest.fixture
def brought(tmp_path: Path) -> Iterator[Path]:
    """The folder of the second workflow with a letter, a text and words of documents besides."""
    for language in LANGUAGES:
        (tmp_path / f"{language}.po").write_text((WALKS.words / f"{language}.po").read_text("utf-8"), "utf-8")
    for place, said in {
        "letters/case-ended.fi.txt": "Olette kotona\n\nKävely on kävelty.\n",
        "texts/ground-rules.fi.txt": "# Näin kävelemme\n\n{{ default | first }}\n",
        "documents/words.fi.toml": '[agreement]\ntitle = "Kävelysopimus"\n',
    }.items():
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text(said, "utf-8")
    own = replace(WALKS, words=tmp_path)
    with walks_declared():
        declare(own)
        yield tmp_path


def test_a_shared_code_is_said_in_the_words_of_the_workflow_in_hand() -> None:
    with walks_declared():
        assert in_every_language("act.assign-mediator", WALKS.code) == HOST
        assert say("act.assign-mediator", MEDIATION.speaking("fi")) == say("act.assign-mediator", "fi") != HOST["fi"]
        assert say("act.sign", WALKS.speaking("sv")) == say("act.sign", "sv")
    assert say("act.assign-mediator", WALKS.speaking("fi")) == say("act.assign-mediator", "fi")


def test_a_code_that_one_workflow_alone_has_is_known_wherever_no_workflow_is_in_hand() -> None:
    with walks_declared():
        assert say("phase.walking", "en") == say("phase.walking", WALKS.speaking("en")) == "Walking"
        assert not has_words("phase.walking", MEDIATION.speaking("en"))
    assert not has_words("phase.walking", "en")


def test_a_language_in_the_words_of_a_workflow_is_that_language() -> None:
    spoken = WALKS.speaking("sv")
    assert (spoken, hash(spoken), f"{spoken}", {"sv": 1}[spoken]) == ("sv", hash("sv"), "sv", 1)
    assert jsonable_encoder({"language": spoken}) == {"language": "sv"}
    assert (WorkflowLanguage("fi").workflow, say("act.sign", WorkflowLanguage("fi"))) == ("", say("act.sign", "fi"))


def test_what_is_said_at_the_doors_of_a_case_is_said_as_its_workflow_says_it(walk: LiveCase) -> None:
    read = walk.client("Vilho").get(
        f"/statuses/{walk.number}", headers={"Accept": "text/html", "Cookie": "language=fi"}
    )
    assert HOST["fi"] in read.text
    assert f">{say('act.assign-mediator', 'fi')}<" not in read.text


def test_letters_texts_and_documents_are_the_workflows_own_where_it_has_any(brought: Path) -> None:
    own, plain = WALKS.speaking("fi"), "fi"
    letter = replace(AINO, kind="case-ended", params={})
    ours, theirs = (message(replace(letter, language=one), SETTINGS, dated=DATED) for one in (own, plain))
    assert (str(ours["Subject"]), str(theirs["Subject"])) == ("Olette kotona", "Sinulle on uusi tieto")
    assert "Kävely on kävelty." in ours.get_content()
    assert "Hei Aino" in ours.get_content()  # the frame is the product's

    filled = {"default": ["Katsomme toista."], "lines": []}
    texts = text_in_every_language("ground-rules", lambda _: filled, WALKS.code)
    assert texts["fi"] == [{"heading": "Näin kävelemme", "paragraphs": ["Katsomme toista."], "boxed": False}]
    assert texts["sv"] == text_in_every_language("ground-rules", lambda _: filled)["sv"]

    words, usual = Language(own).words["agreement"], Language(plain).words["agreement"]
    assert words["title"] == "Kävelysopimus" != usual["title"]
    assert {**words, "title": usual["title"]} == usual


def test_a_workflow_that_was_refused_or_forgotten_leaves_no_words(tmp_path: Path) -> None:
    for language in LANGUAGES:
        (tmp_path / f"{language}.po").write_text('msgid ""\nmsgstr ""\n\nmsgid "phase.walking"\nmsgstr "x"\n', "utf-8")
    with pytest.raises(DeclarationError, match=r"no words for .*status\.walking \(sv\)"):
        declare(replace(WALKS, words=tmp_path))
    assert (WALKS.code in WORKFLOWS, has_words("phase.walking", WALKS.speaking("fi"))) == (False, False)
    declare(WALKS)
    assert told_of(WALKS.speaking("fi")) == (WALKS.commissioner_sees, ("heard", "unheard"))
    forget(WALKS)
    assert told_of(WALKS.speaking("fi")) == (SEEN, OUTCOMES)
    assert (WALKS.code in WORKFLOWS, has_words("phase.walking", WALKS.speaking("fi"))) == (False, False)


def test_who_is_to_undertake_confidentiality_needs_the_text_of_it(tmp_path: Path) -> None:
    listeners = frozenset(one for one in WALKS.roles if one == "listener")
    own = replace(WALKS, always={**WALKS.always, "undertake-confidentiality": listeners})
    with pytest.raises(DeclarationError, match=r"no text undertaking-listener\.en\.txt, undertaking-listener\.fi\.txt"):
        declare(own)
