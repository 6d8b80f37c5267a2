"""Everything that the product can say it says in Finnish, Swedish and English, in the words of the field."""

import ast
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from docs.examples.return_to_work import RETURN_TO_WORK
from mediation.acts import (
    attendance_bases,
    attendance_marks,
    check_ins,
    leaver_mentions,
    options,
    orders,
    referrals,
    safeguards,
    screening,
    sessions,
    statements,
    wellbeing,
)
from mediation.acts.acting import ACTS
from mediation.acts.participants import WARNINGS
from mediation.case.status import NOT_STARTED
from mediation.errors import Malformed, MediationError
from mediation.letters.kinds import KINDS as LETTERS
from mediation.people.directory import OFFICES
from mediation.reading import clashes
from mediation.reading.own_words import SECTIONS
from mediation.store.failures import OUTAGES
from mediation.words import catalogue as words
from mediation.words.catalogue import LANGUAGES, has_words, in_every_language, known_language, say
from mediation.workflow.declaration import Guard, Way
from mediation.workflow.mark_kinds import MARK_KINDS
from tests.workflow.return_to_work import return_to_work_declared
from tests.workflow.second_workflow import WALKS, walks_declared
from workflows import WORKFLOWS

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("mediation", "workflows", "api", "demo")
PRODUCT = ROOT / "mediation" / "words"
EVERY = {**WORKFLOWS, **{one.code: one for one in (WALKS, RETURN_TO_WORK)}}
OWN = {code: one.words for code, one in EVERY.items() if one.words is not None}  # each may bring a folder of its own
CATALOGS = {"product": PRODUCT, **OWN}
KINDS = {kind.__name__ for kind in MediationError.__subclasses__()}

# Where the code of a refusal is no plain text in the call that raises it: the expression, and what it can be.
CHOSEN = {
    "code": {*OUTAGES, "database-damaged", "database-pooled", "letter-address-refused", "letter-refused"},
    "outcomes[outcome].refused_as": {
        one.refused_as for workflow in WORKFLOWS.values() for one in workflow.outcomes.values() if one.refused_as
    },
    "missing": {
        f"{name}-not-found"
        for name in (
            *("breach", "check-in", "concern", "declaration", "hold", "issue", "mark", "note"),
            *("option", "order", "session", "statement", "time-entry"),
        )
    },
    "refusal": {"no-draft", "nothing-to-sign"},
    "seat.closed_as": {"mailbox-shared", "session-mode", "in-room"},
    "mode": {"session-mode", "session-locked", "in-room"},
    "IN_ROOM": {"in-room"},
    "f'database-{found}'": {"database-newer", "database-strange"},
    "f'{kind}-missing'": {"master-key-missing", "epoch-key-missing"},
    "f'{kind}-unreadable'": {"master-key-unreadable", "epoch-key-unreadable"},
    "f'{kind}-exposed'": {"master-key-exposed", "epoch-key-exposed"},
    "why": {"scan-encrypted", "scan-active", "scan-unreadable"},
}
# Codes that are shown without an exception: stored with a letter, or of a field about which no more is known.
TOLD = {"letter-deferred", "letter-failed", "wrong-kind"}


# What the code can say.


@cache
def trees() -> dict[str, ast.Module]:
    """The syntax of every module, by path."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8")) for path in paths}


@cache
def calls() -> list[tuple[str, str, ast.Call]]:
    """Every call: the module's path, the last name of what is called, and the call."""
    nodes = ((path, node) for path, tree in trees().items() for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [(path, getattr(node.func, "id", getattr(node.func, "attr", "")), node) for path, node in nodes]


def texts_in(node: ast.expr) -> set[str]:
    """The texts that an expression can be, as far as it says so: `"a"`, or `"a" if … else "b"`."""
    if isinstance(node, ast.IfExp):
        return texts_in(node.body) | texts_in(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


@cache
def refusals() -> dict[str, set[str]]:
    """The codes of all refusals that are raised, with the details that are always given."""
    found: dict[str, set[str]] = {}
    for _, name, call in calls():
        if name in KINDS and call.args:
            expression = call.args[0]
            codes = texts_in(expression) or CHOSEN[ast.unparse(expression)]
            given = {keyword.arg for keyword in call.keywords if keyword.arg}
            for code in codes:
                found[code] = found.get(code, given) & given
    return found


def refusals_of_arguments() -> dict[str, set[str]]:
    """The codes with which an act refuses an argument by its type."""
    found: dict[str, set[str]] = {}
    for path, name, call in calls():
        if path == "mediation/words/fields.py" and name in {"must", "known"}:
            continue  # where they are made of each other
        if name == "must":
            found[call_code(call, 1)] = {"field", *(one.arg for one in call.keywords if one.arg)}
        elif name in {"known", "choices"}:
            found[call_code(call, 1)] = {"field", "choices"}
    return {code: given for code, given in found.items() if code}


def call_code(call: ast.Call, place: int) -> str:
    named = [one.value for one in call.keywords if one.arg == "code"] + call.args[place : place + 1]
    return str(ast.literal_eval(named[0])) if named else "choice-unknown"


def refusals_of_what_was_sent() -> dict[str, set[str]]:
    """The codes for a request that could not be read, with the details that may be given."""
    tree = trees()["mediation/words/limits.py"]
    found: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "_FOUND" and node.value is not None:
            found |= {code: {"field", "limit"} for code, _ in ast.literal_eval(node.value).values()}
    return found


def acts() -> set[str]:
    """Every entry that an act makes, and every text that is handed to a parameter named `act`."""
    found = {one.entry for one in ACTS.values()}
    takers: dict[tuple[str, str], int] = {}
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                names = [argument.arg for argument in node.args.args]
                if "act" in names:
                    where = path if node.name.startswith("_") else ""
                    takers[where, node.name] = names.index("act")
    for path, name, call in calls():
        place = takers.get((path if name.startswith("_") else "", name))
        if place is not None and place < len(call.args):
            found |= texts_in(call.args[place])
    return found


def guards(*codes: str) -> list[Guard]:
    """Every guard of these workflows."""
    found = []
    for workflow in map(EVERY.__getitem__, codes):
        found += [*workflow.everywhere, *workflow.forward_guards, *workflow.resume_when]
        found += [one for phase in workflow.phases for move in phase.transitions for one in (*move.when, *move.warns)]
    return found


def guards_of_each(*codes: str) -> set[str]:
    """The guards of these workflows that know for whom they do not hold."""
    nobody = Guard.__dataclass_fields__["missing"].default
    resuming = {id(one) for code in codes for one in EVERY[code].resume_when}
    return {one.code for one in guards(*codes) if one.missing is not nobody and id(one) not in resuming}


@cache
def families(*codes: str) -> dict[str, set[str]]:
    """Each family of codes with exactly the members it must have for these workflows; for those of the product, unless said."""
    workflows = [EVERY[code] for code in codes or WORKFLOWS]
    phases = {phase.code for workflow in workflows for phase in workflow.phases}
    moves = [move for workflow in workflows for phase in workflow.phases for move in phase.transitions]
    outcomes = {outcome: one.coarse for workflow in workflows for outcome, one in workflow.outcomes.items()}
    coarse = {"did-not-begin", *outcomes.values()}
    known = [one.code for one in workflows]
    facts, named = {one.code for one in guards(*known)}, guards_of_each(*known)
    return {
        "error": {*refusals(), *refusals_of_arguments(), *refusals_of_what_was_sent(), *TOLD},
        "problem": {re.sub(r"(?<!^)([A-Z])", r"-\1", kind).lower() for kind in KINDS},
        "phase": phases,
        "status": {NOT_STARTED, *phases},
        "coarse": coarse,
        "status-line": coarse,
        "transition": {move.code for move in moves},
        "act": {*acts(), *(act for workflow in workflows for act in workflow.acts())},
        "guard": {
            *facts,
            *(f"{code}.unmet" for code in facts),
            *(f"{code}.own" for code in named),
            "others",
            "in-progress",
            "in-session-mode",
        },
        "warning": {one.code for move in moves for one in move.warns} | set(WARNINGS) | set(clashes.WARNINGS),
        "role": {str(role) for workflow in workflows for role in workflow.roles},
        "office": set(OFFICES),
        "way": {code for way in Way for code in (way.value, f"{way.value}.recorded")},
        "outcome": set(outcomes),
        "session-kind": {kind for workflow in workflows for kind in workflow.session_kinds},
        "form": set(sessions.FORMS),
        "day": {"weekend"},
        "attendance": set(attendance_marks.ATTENDED),
        "attendance-basis": set(attendance_bases.BASES),
        "attendance-ground": set(attendance_bases.GROUNDS),
        "billing-period": set(orders.BILLING_PERIODS),
        "audience": set(statements.SPEECH_AUDIENCES),
        "notice-audience": {one for workflow in workflows for one in workflow.contract.audiences},
        "notice": {"default", "ended", "not-suitable", "clarify"},
        "understanding": {"sentence"},
        "understanding-answer": set(check_ins.ANSWERS),
        "ties": {"accepted", "objected"},
        "response": set(options.RESPONSES),
        "option-state": {"open", "adopted", "set-aside"},
        "agreement-state": {"draft", "sent", "sealed", "superseded", "unsent", "dropped"},
        "lacks": {
            *("owner", "action", "due", "measure", "owner-signs"),  # a commitment
            *("commitments", "disclosure", "follow-up", "former-party-named", "party-language"),  # the agreement
        },
        "report": {*check_ins.REPORTS, "no-answer"},
        "breach": {"open", "resolved", "left-unresolved", "amended"},
        "suspension": {cause for workflow in workflows for cause in workflow.causes},
        "letter-kind": set(LETTERS),
        "left": {"withdrawn", "replaced", "released", "employment-ended"},
        "mention": {*leaver_mentions.MENTIONS, "more-than-a-neutral-end"},
        "screening": {one.code for one in screening.QUESTIONS},
        "question": {one.code for one in screening.QUESTIONS},
        "screening-warning": {
            *("parties-not-asked", "ask-alone-again", "answers-to-weigh", "employer-duty-unanswered"),
        },
        "consulted": set(referrals.CONSULTED),
        "answer": set(screening.ANSWERS),
        "screening-outcome": set(screening.OUTCOMES),
        "screening-result": {"suitable", "not-now"},
        "safeguard": set(safeguards.SAFEGUARDS),
        "sign-in": {"button", "done", "code-missing", "link-missing", "unreached"},
        "own-address": {"button", "done", "full-way-in"},
        "new-address": {"button", "done"},
        "way-back": {"button", "done"},
        "stop": {"button", "done"},
        "record": {
            *("entry-missing", "chain-broken", "entry-changed", "unreadable"),
            *("anchor-differs", "head-forged", "head-unsigned", "state-differs", "older-than-anchor", "key-missing"),
        },
        "kit": {"title", "words"},
        "wellbeing": {"question", *wellbeing.ANSWERS},
        "leaving": set(wellbeing.WAYS_TO_LEAVE),
        "own": {
            *("joined", "concern-taken-back", "draft", "former-address", "new-address", "note", "read-aloud"),
            *("referred", "settlement", "signed"),
            *SECTIONS,
        },
        "mark": set(MARK_KINDS),
        "mark-value": {"confirmed", "declined", "given", "passed", "revocable", "stated"},
    }


# What the catalogs hold.


@cache
def catalog(language: str, folder: Path = PRODUCT) -> Catalog:
    with (folder / f"{language}.po").open("rb") as file:
        return read_po(file, abort_invalid=True)


@cache
def messages(language: str, folder: Path = PRODUCT) -> tuple[Message, ...]:
    return tuple(message for message in catalog(language, folder) if message.id)


def code_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def texts(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def blanks(text: str) -> set[tuple[str, str]]:
    return {(name, family or "") for _, name, family, _ in Formatter().parse(text) if name is not None}


@cache
def blanks_by_code(language: str, folder: Path) -> Mapping[str, set[tuple[str, str]]]:
    """Looked up often: to walk all messages for each code anew took minutes."""
    found: dict[str, set[tuple[str, str]]] = {}
    for one in messages(language, folder):
        found.setdefault(code_of(one), set()).update(*map(blanks, texts(one)))
    return found


def blanks_of(code: str, language: str, folder: Path = PRODUCT) -> set[tuple[str, str]]:
    return blanks_by_code(language, folder).get(code, set())


def members(family: str, folder: Path = PRODUCT) -> set[str]:
    prefix = f"{family}."
    return {code.removeprefix(prefix) for code in map(code_of, messages("fi", folder)) if code.startswith(prefix)}


in_every_folder = pytest.mark.parametrize("folder", CATALOGS.values(), ids=CATALOGS)


# Complete, and no more.


@pytest.mark.seconds
@pytest.mark.parametrize("code", EVERY)
@pytest.mark.parametrize("family", sorted(families()))
def test_every_code_of_a_family_has_words(family: str, code: str) -> None:
    own = members(family, OWN[code]) if code in OWN else set()
    assert sorted(families(code)[family] - members(family) - own) == []


@pytest.mark.parametrize("family", sorted(families()))
def test_no_words_are_left_of_a_code_that_is_gone(family: str) -> None:
    assert sorted(members(family) - families()[family]) == []


@pytest.mark.parametrize("family", sorted(families()))
def test_a_workflow_has_words_of_its_own_for_its_codes_and_for_those_of_the_product_and_no_others(family: str) -> None:
    for code, folder in OWN.items():
        assert sorted(members(family, folder) - families(code)[family] - members(family)) == []


def test_a_workflow_words_otherwise_only_what_the_product_says() -> None:
    known = {code_of(one) for one in messages("fi")}
    for workflow, folder in OWN.items():
        others = {code_of(one) for one in messages("fi", folder)} - known
        declared = EVERY[workflow]
        its = {*declared.acts(), *declared.guards, *(one.code for one in declared.phases), *declared.commissioner_sees}
        strange = {code for code in others if code.partition(".")[0] not in families()}
        assert {code for code in strange if not its & set(code.split("."))} == set()


@in_every_folder
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_three_languages_have_the_same_codes_in_the_same_order(language: str, folder: Path) -> None:
    assert [code_of(one) for one in messages(language, folder)] == [code_of(one) for one in messages("fi", folder)]


@in_every_folder
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_code_has_words_twice(language: str, folder: Path) -> None:
    written = re.findall('^msgid "(.+)"$', (folder / f"{language}.po").read_text("utf-8"), re.MULTILINE)
    assert [code for code, times in Counter(written).items() if times > 1] == []


@in_every_folder
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_text(language: str, folder: Path) -> None:
    assert [one.id for one in messages(language, folder) if not all(text.strip() for text in texts(one))] == []
    with walks_declared(), return_to_work_declared():
        assert all(has_words(code_of(one), language) for one in messages(language, folder))


@in_every_folder
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_unfinished_or_left_over(language: str, folder: Path) -> None:
    assert [one.id for one in messages(language, folder) if one.fuzzy] == []
    assert list(catalog(language, folder).obsolete) == []


@in_every_folder
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_texts_are_tidy(language: str, folder: Path) -> None:
    untidy = re.compile(r"^\s|\s$|  |\t|\.\.|['\"]|\bTODO\b")
    assert [text for one in messages(language, folder) for text in texts(one) if untidy.search(text)] == []


@in_every_folder
def test_no_text_is_the_same_in_two_languages(folder: Path) -> None:
    codes = [code_of(one) for one in messages("fi", folder)]
    said = {language: [texts(one) for one in messages(language, folder)] for language in LANGUAGES}
    triples = zip(codes, said["fi"], said["sv"], said["en"], strict=True)
    assert [code for code, *three in triples if len({*three}) < len(LANGUAGES)] == []


def test_no_screening_question_or_refusal_is_less_than_a_sentence() -> None:
    for language in LANGUAGES:
        assert [code for code in members("screening") if "?" not in say(f"screening.{code}", language)] == []
        assert [code for code in members("error") if not re.search(r"[.]$", say(f"error.{code}", language))] == []


# Blanks.


@in_every_folder
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_blank_has_a_plain_name_and_a_family_that_exists(language: str, folder: Path) -> None:
    for one in messages(language, folder):
        for text in texts(one):
            assert all(not kind for *_, kind in Formatter().parse(text)), one.id
            for name, family in blanks(text):
                assert name.isidentifier(), one.id
                assert family in {"", "number", "seconds", "bytes", "field", *families()}, one.id


@in_every_folder
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_has_the_same_blanks_in_every_language_and_number(language: str, folder: Path) -> None:
    for one, finnish in zip(messages(language, folder), messages("fi", folder), strict=True):
        expected = blanks(texts(finnish)[0])
        assert [blanks(text) for text in texts(one)] == [expected] * len(texts(one)), one.id


def test_the_words_of_a_refusal_ask_only_for_details_that_are_always_given() -> None:
    given = dict(refusals())
    for code, details in [*refusals_of_arguments().items(), *refusals_of_what_was_sent().items()]:
        given[code] = given.get(code, details) & details
    asked = {code: {name for name, _ in blanks_of(f"error.{code}", "fi")} for code in given}
    assert {code: names - given[code] for code, names in asked.items() if names - given[code]} == {}


def test_the_words_of_a_refusal_tell_nobody_where_the_case_stands() -> None:
    told = {name for code in members("error") for name, _ in blanks_of(f"error.{code}", "fi")}
    assert told & {"phase", "transition", "act", "plan", "unmet"} == set()


@in_every_folder
def test_only_guards_that_know_who_is_missing_name_anybody(folder: Path) -> None:
    worded = {one.code for one in guards(*EVERY)} & members("guard", folder)
    if not worded:  # a workflow that words none otherwise
        return
    named = {code for code in worded if blanks_of(f"guard.{code}.unmet", "fi", folder)}
    assert named == guards_of_each(*EVERY) & worded
    assert named
    assert all(blanks_of(f"guard.{code}.unmet", "fi", folder) == {("names", "")} for code in named)
    assert all(not blanks_of(f"guard.{code}{part}", "fi", folder) for code in named for part in ("", ".own"))


# The words of the field.


@in_every_folder
def test_nobody_is_blamed(folder: Path) -> None:
    blame = re.compile(r"breach|violat|\bfault|guilt|rikkom|rikkoo|laiminly|syyllis|brott|försum|skyldig till", re.I)
    for language in LANGUAGES:
        assert [text for one in messages(language, folder) for text in texts(one) if blame.search(text)] == []


def test_words_that_are_settled_are_used() -> None:
    not_kept = {
        "fi": "Ei ole toteutunut sovitusti",
        "sv": "Har inte genomförts som avtalat",
        "en": "Not carried out as agreed",
    }
    assert in_every_language("report.not-kept") == in_every_language("breach.open") == not_kept
    caucus = {"fi": "Erilliskeskustelu", "sv": "Enskilt samtal", "en": "Private talk"}
    assert in_every_language("session-kind.caucus") == caucus
    assert say("lacks.measure", "fi") == "mistä huomaamme"
    assert say("lacks.measure", "sv") == "hur vi märker det"
    assert "sähköisesti" in say("act.seal", "fi")
    assert "stämpla" in say("act.seal", "sv").lower()
    for other in ("kallelse", "medlingsavtal", "arbetsplatsmedling", "förlikningsman"):
        assert [text for one in messages("sv") for text in texts(one) if other in text.lower()] == []


def test_the_commissioner_reads_the_words_of_the_ladder() -> None:
    finnish = ["Ei aloitettu", "Valmistelu", "Ratkaisujen etsiminen", "Seuranta", "Päättynyt"]
    english = ["Not started", "Preparation", "Solutions", "Follow-up", "Ended"]
    rungs = ["not-started", "preparation", "solutions", "follow-up", "closed"]
    assert [say(f"status.{rung}", "fi") for rung in rungs] == finnish
    assert [say(f"status.{rung}", "en") for rung in rungs] == english
    assert in_every_language("status-line.ended-settled") == {
        "fi": "Päättynyt, asiasta sovittu",
        "sv": "Avslutad, parterna har enats",
        "en": "Ended, settled",
    }
    assert say("status-line.ended", "fi") == "Päättynyt"
    assert say("status-line.did-not-begin", "fi") == "Ei alkanut"


def test_the_employer_is_told_that_its_duties_remain() -> None:
    assert in_every_language("notice.not-suitable") == {
        "fi": "Sovittelu ei ole tähän oikea keino. Työnantajan lakisääteiset velvollisuudet ovat ennallaan.",
        "sv": "Medling är inte rätt metod i den här situationen. Arbetsgivarens lagstadgade skyldigheter är oförändrade.",
        "en": "Mediation is not the right way here. The employer’s statutory duties are unchanged.",
    }
    assert say("notice.clarify", "fi") == "Työnantajaa pyydetään selvittämään asia (työturvallisuuslaki 28 §)."


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_ground_rules_are_five_to_seven_short_sentences(language: str) -> None:
    rules = say("ground-rules", language).splitlines()
    assert 5 <= len(rules) <= 7
    assert all(rule.endswith(".") and len(rule) < 100 for rule in rules)


# Saying them.


def test_what_fills_a_blank_is_never_read_as_words_with_blanks() -> None:
    hostile = "{limit} {field.__class__} {0} %s }{ {{"
    said = say("error.text-changed", "en", version=hostile)
    assert said == f"This is not the text that waits for you now. Read version {hostile} first."
    assert say("guard.everyone-signed.unmet", "en", names=[hostile]).endswith(f"Waiting for: {hostile}.")


def test_a_blank_never_reaches_into_what_fills_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Spoken:
        def gettext(self, code: str) -> str:
            return "<{name.__class__}{name[0]}{name!r}>"

    monkeypatch.setattr(words, "_catalog", lambda folder, language: Spoken())
    assert say("anything", "en", name="Aino") == "<Aino>"


def test_a_blank_that_nothing_fills_stays_empty() -> None:
    assert say("error.text-changed", "en") == "This is not the text that waits for you now. Read version  first."


def test_names_and_numbers_are_written_as_the_language_does() -> None:
    names = ["Aino", "Pekka", "Veikko"]
    assert "Aino, Pekka ja Veikko." in say("guard.everyone-signed.unmet", "fi", names=names)
    assert "Aino, Pekka och Veikko." in say("guard.everyone-signed.unmet", "sv", names=names)
    assert "Aino, Pekka and Veikko." in say("guard.everyone-signed.unmet", "en", names=names)
    assert "10\N{NO-BREAK SPACE}000 merkkiä" in say("error.text-too-long", "fi", field="words", limit=10_000)
    assert "10,000 characters" in say("error.text-too-long", "en", field="words", limit=10_000)
    assert "port 8000." in say("error.address-unusable", "en", host="localhost", port=8000)


def test_a_length_of_time_is_said_in_seconds_or_in_minutes_begun() -> None:
    said = {seconds: say("error.asked-too-often", "en", seconds=seconds) for seconds in (1, 10, 119, 120, 121, 900)}
    waits = ("1 second", "10 seconds", "119 seconds", "2 minutes", "3 minutes", "15 minutes")
    assert all(f"Wait {wait} and" in words for wait, words in zip(waits, said.values(), strict=True))
    assert "Odota 15 minuuttia ja" in say("error.asked-too-often", "fi", seconds=900)
    assert "Vänta 10 sekunder och" in say("error.asked-too-often", "sv", seconds=10)


def test_a_code_in_a_blank_with_a_family_is_said_in_words_and_all_else_is_kept() -> None:
    said = say("error.agreement-incomplete", "en", missing="C1: due, disclosure, D-due: x")
    assert said.endswith("needs: C1: a due date or a rhythm, a decision on what others are told, D-due: x.")


def test_a_code_without_words_is_an_error_of_ours() -> None:
    for code in ("error.no-such-code", "error", "nothing"):
        assert not has_words(code, "fi")
        with pytest.raises(KeyError):
            say(code, "fi")


def test_a_language_that_we_do_not_have_is_refused() -> None:
    assert [known_language(language) for language in LANGUAGES] == list(LANGUAGES)
    for language in ("de", "FI", "", "../fi"):
        with pytest.raises(Malformed) as refused:
            known_language(language)
        assert refused.value.code == "language-unknown"
