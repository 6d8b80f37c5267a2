"""Every text that people write is kept as they wrote it, printed harmlessly, and never executed."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from mediation.documents.render import unprintable
from mediation.sealing.verification import verify_sealed
from mediation.words.names import composed
from tests.asking import ASKS, Ask, described, desk_in, draft, operation_of, route_of, sendable
from tests.asking_of_supervision import EVERY_ASK
from tests.bodies import Pointer, replaced, strings_of, texts
from tests.houses import House
from tests.world import LiveCase, answered, asked_at, case_at, problem

Json = dict[str, Any]

EMOJI = "🙂👩‍🚒🇫🇮"
DIRECTIONS = "\u202eajoput\u202c \u2066x\u2069 \u200f"
CONTROLS = "\x00\x01\x07\x1b[31m\x7f\x85\u2028\ufeff"
TYPST = '#eval("1+1") #import "x.typ" #read("/etc/passwd") $ x/0 $ *b* _i_ = h <l> @r // c /* */ \\u{41} #{'
JINJA = "{{ 7*7 }} {% for x in ().__class__ %} {# c #} ${7*7} {0} {words.__class__} %s %(a)s"
MARKUP = "<script>alert(1)</script> &amp; ' \" ` \\ ; -- ]]> \r\n\t"
ODD = f"  {EMOJI} {DIRECTIONS} {CONTROLS} {TYPST} {JINJA} {MARKUP} ä\u0301\u0301 ﷽ 漢字  "
READABLE = ODD.translate(dict.fromkeys(map(ord, unprintable(ODD))))  # nothing that an agreement cannot print
SHORT_ODD = f"{EMOJI}{DIRECTIONS}\x00\x07{{{{ 7*7 }}}} #eval(1) $x$ <b>'\"\\ "  # a place, a capacity: 200 at most
LINE = (
    f"{EMOJI} {{{{ 7*7 }}}} #eval(1) $x$ <b>'\"\\"  # printed on one line: no controls, no marks that turn its direction
)
NAME = '🙂 Ä #eval(1) {{ 7*7 }} $x/0$ <b> \\"*_'  # a name has no controls and no marks that turn its direction

# Strings that are codes, ids, names and addresses: they have forms of their own.
CODES = {
    "S1",
    "answer",
    "attendance_basis",
    "audience",
    "basis",
    "billing_period",
    "cause",
    "confirmed_name",
    "consulted",
    "digits",
    "email",
    "ended",
    "form",
    "ground",
    "how",
    "instead",
    "kind",
    "label",
    "language",
    "name",
    "on",
    "once",
    "outcome",
    "own_language",
    "prevailing",
    "proof",
    "response",
    "role",
    "safeguard",
    "safeguards",
    "serves",
    "state",
    "transition",
    "way",
    "work",
}


def told(faults: Sequence[str]) -> None:
    assert not faults, "\n".join(["", *faults])


def free_texts(body: Any) -> Iterator[Pointer]:
    """The pointer of every free text in a body."""
    return (pointer for pointer, text in texts(body) if not is_code(pointer, text))


def is_code(pointer: tuple[Any, ...], value: str) -> bool:
    words = [step for step in pointer if isinstance(step, str)]
    attended = "attendance" in pointer
    an_id = re.fullmatch(r"[A-Za-z0-9]{20}|[0-9a-f]{64}", value) is not None
    a_time = re.fullmatch(r"20\d\d-\d\d-\d\d(T.*)?", value) is not None
    return attended or an_id or a_time or words[-1] in CODES


OF_INTERPRETING = {("interpreted", "service"), ("interpreted", "service_number")}  # tests/acts/test_own_languages.py
WITHOUT_WORDS = OF_INTERPRETING | {("for", "[]"), ("for",), ("attendance", "*"), ("answers", "*"), ("paper",)}


@pytest.mark.seconds
def test_every_text_that_the_api_takes_is_written_here(sqlite_house: House) -> None:
    faults, desks = [], dict[tuple[str, bool], LiveCase]()
    found = 0
    for ask in ASKS:
        content = said_in(ask)
        if content is None or ask.alone:
            continue
        key = ask.phase, ask.ready
        desks[key] = desks.get(key) or desk_in(sqlite_house, ask)
        written = {shape(pointer) for pointer in free_texts(ask.body(desks[key]))}
        wanted = {pointer for pointer in strings_of(content["schema"]) if not CODES & set(pointer)} - WITHOUT_WORDS
        found += len(wanted)
        missing = {one for one in wanted if not any(alike(one, other) for other in written)}
        faults += [f"{ask}: nobody writes {one}" for one in missing]
    told(faults)
    assert found > 30


# Texts that are no free words, and what happens to hostile ones: each kind has its test in this file or the one named.
OF_A_KIND = {
    "name": "a name: kept as it was written, refused where it could read as another",
    "email": "an address: refused where it is none, a second line above all",
    "confirmed_name": "compared with the name, never kept",
    "proof": "compared with a secret, never kept",
    "secret": "compared with a secret, never kept",
    "code": "compared with a secret, never kept",
    "own_language": "a code",
    "kind": "a code",
    "once": "a key",
    "transition": "a code",
    "outcome": "a code",
    "safeguards": "codes",
    "serves": "codes",
    "letters_from": "the name that an organisation gives its letters",
    "letters_contact": "how an organisation is reached",
    "paper_contact": "how an organisation is reached",
    "paper_controller": "the name of an organisation",
    "paper_lines": "an organisation's own lines, which its documents print",
    "inquiry_address": "the end of an address, refused where it is none",
    "complaint_route": "where an organisation takes complaints",
    "label": "a letter or two and a number",
    "ended": "a code",
    "value": "what is typed into a form before it is sent, read back by the same test and, of a case, by tests/pages/test_drafts",
    "reference": "an authority's words, read back by test_what_no_case_is_asked_for_is_kept_as_it_was_written",
}


# What asks for another process is read there: tests/acts/test_inquiries and test_linked_processes look at its words.
ELSEWHERE = {"/api/inquiries/{inquiry_address}", "/api/cases/{number}/supervision-requests"}


def test_every_text_of_every_body_is_free_words_or_of_a_known_kind() -> None:
    asked = {(route_of(ask)[1], route_of(ask)[0].lower()) for ask in EVERY_ASK}
    free, kinds = 0, set()
    for path, methods in described()["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            for pointer in strings_of(content["schema"]) if content else ():
                field = next(step for step in reversed(pointer) if step not in {"*", "[]"})
                if field in OF_A_KIND:
                    kinds.add(field)
                elif (
                    pointer not in WITHOUT_WORDS and path not in ELSEWHERE
                ):  # which test_every_text_that_the_api_takes_is_written_here looks at
                    free += 1
                    assert (path, method) in asked, f"{method} {path}: nobody writes {pointer}"
    assert kinds == OF_A_KIND.keys()
    assert free > 30


def said_in(ask: Ask) -> Json | None:
    """What OpenAPI says of the body of an act, if it brings one."""
    found: Json | None = operation_of(ask).get("requestBody", {}).get("content", {}).get("application/json")
    return found


def shape(pointer: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(str(step) for step in pointer)


def alike(wanted: tuple[str, ...], written: tuple[str, ...]) -> bool:
    return len(wanted) == len(written) and all(a in ("*", "[]", b) for a, b in zip(wanted, written, strict=True))


def odd_at(route: str, pointer: tuple[Any, ...]) -> str:
    last = [step for step in pointer if isinstance(step, str)][-1]
    if "issues" in pointer:
        return READABLE
    printed = last in {"payer", "scope", "if_fails", "contact"}
    if (printed and route.endswith(" order")) or {"own_lines", "lines"} & set(pointer):
        return LINE
    if last == "service" or "capacity" in pointer:
        return LINE
    return SHORT_ODD if last in {"place", "phone", "contact"} else ODD


def is_read(desk: LiveCase, number: str, words: str) -> bool:
    """Whether somebody at the case can read exactly these words somewhere."""
    for name, route in (
        ("Meri", "GET"),
        ("Meri", "GET agreement"),
        ("Meri", "GET check-ins"),
        ("Meri", "GET concerns"),
        ("Meri", "GET needs"),
        ("Meri", "GET understandings"),
        ("Meri", "GET referral"),
        ("Meri", "GET safeguards"),
        ("Meri", "GET agreed-texts"),
        ("Aino", "GET"),
        ("Aino", "GET agreed-texts"),
        ("Vilho", "GET agreed-texts"),
        ("Vilho", f"GET /statuses/{number}"),
    ):
        method, path = asked_at(route, number)
        response = desk.client(name).request(method, path)
        if response.status_code == 200 and words in strings(response.json()):
            return True
    return False


def strings(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [one for value in node.values() for one in strings(value)]
    if isinstance(node, list):
        return [one for value in node for one in strings(value)]
    return [node] if isinstance(node, str) else []


@pytest.mark.seconds
@pytest.mark.parametrize("house", ["postgresql"], indirect=True)  # the one that stores no NUL in a text of its own
def test_every_text_is_read_back_as_it_was_written(house: House) -> None:
    faults, tried = [], 0
    shared: dict[tuple[str, bool], LiveCase] = {}
    for ask in ASKS:
        if ask.alone or said_in(ask) is None or route_of(ask)[1] in ELSEWHERE:
            continue
        key = ask.phase, ask.ready
        desk = shared.get(key) or desk_in(house, ask)
        for pointer in free_texts(ask.body(desk)):
            tried += 1
            who, route, body = ask.of(desk)
            words = odd_at(ask.route, pointer)
            if ask.route.endswith("/releases"):
                desk.aino.does("statements", {"audience": "mediator", "words": words})
                desk.made.pop("private", None)
                stated = next(one for one in desk.aino.reads()["statements"] if one["words"] == words)
                route = f"POST statements/{stated['id']}/releases"
            body = replaced(body, pointer, words)
            response = desk.ask(who, route, body, **tagged(desk, ask))
            if not response.is_success:
                faults.append(f"{ask} {pointer}: {response.status_code} {response.text}")
                continue
            number = response.json()["number"] if route == "POST /cases" else desk.number
            if ask.who == "Vilho":  # what HR wrote, the mediator reads
                mediator = {"person": desk.people["Meri"]}
                answered(desk.client("Vilho").post(f"/api/cases/{number}/mediators", json=mediator))
            if (ask.route, pointer[-1]) == ("POST screenings/decision", "words"):  # which has a test of its own below
                desk = desk_in(house, ask)
                continue
            kept = words.strip() if ask.route.endswith("/releases") else words
            kept = composed(kept) if "capacity" in pointer else kept
            if not is_read(desk, number, kept):
                faults.append(f"{ask} {pointer}: not read back")
            if ask.route == "PUT agreement":
                desk.made["draft"] = {}
                answered(desk.ask(who, route, ask.body(desk), **tagged(desk, ask)))  # odd words are sent to nobody
            elif ask.breaks:
                desk = desk_in(house, ask)
        shared[key] = desk
    told(faults)
    assert tried > 30


def tagged(desk: LiveCase, ask: Ask) -> dict[str, str]:
    if ask.route != "PUT agreement":
        return ask.headers(desk)
    read = desk.ask("Meri", "GET agreement")
    return {"If-Match": f'"{read.json()["tag"]}"'} if read.status_code == 200 else {}


def test_a_label_is_a_letter_or_two_and_a_number(house: House) -> None:
    desk = case_at(house, "solutions", ready=False)
    promise = draft(desk)["commitments"][0]
    for label in ("A\x00b", "#{{🙂}}", "\u202eC1", "C 1", "C1\n", "<b>"):
        refused = desk.ask("Meri", "PUT agreement", draft(desk, commitments=[{**promise, "label": label}]))
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "commitments.label"), refused.text


def test_the_words_of_a_decision_are_read_back(sqlite_house: House) -> None:
    desk = case_at(sqlite_house, "opening", ready=False)
    desk.meri.does("screenings", {})
    desk.meri.does("screenings/decision", {"outcome": "suitable", "words": "Hyvin käy."})
    assert is_read(desk, desk.number, "Hyvin käy.")


def test_a_name_is_kept_as_it_was_written(house: House) -> None:
    desk = case_at(house, "opening", ready=False)
    for body in ({"role": "interpreter"}, {"role": "support-person", "supports": desk.ids["Pekka"]}):
        desk.meri.does("participants", {"name": NAME, **body})
    assert [one["name"] for one in desk.meri.reads()["participants"]].count(NAME) == 2


ADDRESSES = (
    "a@b.fi\r\nBcc: x@y.fi",
    "a@b.fi\x00",
    "a b@c.fi",
    "a@b.fi, x@y.fi",
    "<a@b.fi>",
    "\u202ea@b.fi",
    "a@b.fi\n../x",
)


def test_an_address_that_could_carry_more_than_an_address_is_refused(sqlite_house: House) -> None:
    desk = case_at(sqlite_house, "opening", ready=False)
    sqlite_house.person("Ari", office="admin")
    invited = {"name": "X", "office": "hr", "organisation": sqlite_house.organisation("Esimerkkilä")}
    for address in ADDRESSES:
        for who, route, body in (
            ("Meri", "POST participants", {"name": "Siiri", "role": "interpreter"}),
            ("Meri", f"POST participants/{desk.ids['Pekka']}/successor", {"name": "Sanna"}),
            ("Ari", "POST /invitations", invited),
        ):
            refused = desk.ask(who, route, {**body, "email": address})
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "email"), (
                f"{address!r} {refused.text}"
            )


def test_what_no_case_is_asked_for_is_kept_as_it_was_written(sqlite_house: House) -> None:
    desk = case_at(sqlite_house, "opening", ready=False)
    sqlite_house.person("Ari", office="admin")
    reference = NAME.strip()
    desk.ari.does("/holds", {"number": desk.number, "reference": reference, "named": ["private"]})
    assert reference in strings(desk.ari.reads("/holds"))
    desk.vilho.does("PUT /referral-draft", {"fields": [{"name": "subject", "value": ODD}]})
    assert ODD in strings(desk.vilho.reads("/referral-draft"))


MISLEADING = ("Aino\x00", "Ai\x1bno", "Aino\r\nBcc: x", "\u202eonia", "A\u2066x\u2069", "A\u2028B", "\x85x")


def test_a_name_that_could_read_as_another_is_refused(sqlite_house: House) -> None:
    desk = case_at(sqlite_house, "opening", ready=False)
    for name in MISLEADING:
        for route, body in (
            ("POST participants", {"name": name, "role": "interpreter"}),
            (f"POST participants/{desk.ids['Pekka']}/successor", {"name": name}),
        ):
            refused = desk.ask("Meri", route, body)
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "name"), refused.text


def test_a_name_that_could_read_as_another_is_refused_of_who_is_known_already(sqlite_house: House) -> None:
    desk = case_at(sqlite_house, "opening", ready=False)
    for name in MISLEADING:
        body = {"name": name, "person": desk.people["Outi"], "role": "interpreter"}
        refused = desk.ask("Meri", "POST participants", body)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "name"), refused.text


@pytest.mark.seconds
def test_half_a_character_is_refused_and_its_field_named(sqlite_house: House) -> None:
    faults, shared = [], dict[tuple[str, bool], LiveCase]()
    for ask in ASKS:
        if ask.alone or said_in(ask) is None or route_of(ask)[1] in ELSEWHERE:
            continue
        key = ask.phase, ask.ready
        desk = shared[key] = shared.get(key) or desk_in(sqlite_house, ask)
        for pointer in free_texts(ask.body(desk)):
            who, route, body = ask.of(desk)
            content = json.dumps(replaced(body, pointer, "a\ud83db")).encode()
            response = desk.ask(who, route, content, **tagged(desk, ask), **{"Content-Type": "application/json"})
            errors = [(one["field"], one["code"]) for one in response.json().get("errors", ())]
            field = ".".join(shape(pointer))
            told_as = ".".join("?" if re.match("[0-9].*[A-Za-z]", one) else one for one in shape(pointer))
            if response.status_code != 422 or errors not in (
                [(field, "text-not-unicode")],
                [(told_as, "text-not-unicode")],
            ):
                faults.append(f"{ask} {field}: {response.status_code} {response.text}")
    told(faults)


def test_a_word_of_ten_thousand_letters_is_one_word(house: House) -> None:
    desk = case_at(house, "opening", ready=False)
    word = "ä" * 9_999 + "🙂"
    desk.aino.does("statements", {"audience": "table", "words": word})
    assert is_read(desk, desk.number, word)
    refused = desk.ask("Aino", "POST statements", {"audience": "table", "words": word + "x"})
    [error] = problem(refused, 422, "malformed")["errors"]
    assert (error["field"], error["code"], error["limit"]) == ("words", "text-too-long", 10_000)


# On paper.

NEEDS_POPPLER = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is missing")


def odd_draft(desk: LiveCase, words: str, line: str) -> Json:
    """A draft with odd words everywhere."""
    text = {
        "purpose": words,
        "goals": [line],
        "new_problem": line,
        "confidentiality": line,
        "notices": {"commissioner": line, "work-community": line},
    }
    parts = dict.fromkeys(("action", "rhythm", "measure", "support"), line)
    owners = [desk.ids["Aino"], desk.ids["Pekka"]]
    promises = [{"owners": one, "texts": {"fi": parts}} for one in (owners, [desk.ids["Kaarina"]])]
    return draft(desk, texts={"fi": text}, commitments=promises)


def signed_by_all(desk: LiveCase) -> None:
    for name in ("Aino", "Pekka", "Kaarina"):
        digest = desk[name].reads("agreement")["digest"]
        desk[name].does("agreement/signatures", {"digest": digest})


def files(desk: LiveCase) -> dict[str, bytes]:
    """The stored files of the agreement, by name."""
    listed = desk.meri.reads("agreement")["documents"]
    return {one["name"]: desk.ask("Meri", f"GET documents/{one['id']}").content for one in listed}


def written(desk: LiveCase, whole: Json) -> httpx.Response:
    tag = desk.meri.reads("agreement")["tag"]
    drafted = desk.ask("Meri", "PUT agreement", whole, **{"If-Match": f'"{tag}"'})
    answered(drafted)
    return drafted


@NEEDS_POPPLER
def test_an_odd_agreement_is_printed_harmlessly_and_its_writer_is_warned(house: House, tmp_path: Path) -> None:
    desk = case_at(house, "problem-definition", ready=True)
    texts_of_problem = {"fi": {"words": ODD, "goals": [ODD[:2000]]}}
    asked = {"texts": texts_of_problem, "issues": [{"fi": READABLE}]}
    version = desk.meri.does("problem-statements", asked)["version"]
    for name in ("Aino", "Pekka"):
        desk[name].does(f"problem-statements/{version}/acceptances", {})
    move(desk, "start-dialogue")
    for name in ("Aino", "Pekka"):
        desk[name].does("readiness", {})
    move(desk, "seek-solutions")
    sendable(desk)
    drafted = written(desk, odd_draft(desk, ODD, ODD))
    told_of = drafted.json()["unprintable"]
    assert {"🙂", "👩", "🚒", "\x00", "\x07", "\x1b"} <= set(told_of)
    assert not {"ä", "漢", "#", "{", "\u202e", "\u2066", "\n"} & set(told_of)
    fields = {
        one["field"] for one in desk.meri.refused("agreement/sending", {}, 409, "agreement-unprintable")["errors"]
    }
    assert {"texts.fi.purpose", "texts.fi.goals.0", "texts.fi.notices.work-community"} <= fields
    assert {"texts.fi.new_problem", "texts.fi.confidentiality", "commitments.1.texts.fi.support"} <= fields
    written(desk, odd_draft(desk, READABLE, READABLE[:2000]))
    desk.meri.does("agreement/sending", {})
    signed_by_all(desk)
    made = files(desk)
    for name, content in made.items():
        if name.endswith(".pdf"):
            printed = in_words(content, tmp_path)
            if name.startswith(("sopimus-fi", "liite-tyonantaja-fi")):
                for harmless in ("{{ 7*7 }}", '#eval("1+1")', "#read(", "{0}", "<script>alert(1)</script>", "%s"):
                    assert harmless.replace(" ", "") in printed, f"{name}: {harmless}"
                assert "root:" not in printed
                assert "\u202e" not in printed
    sealed = next(content for name, content in made.items() if name == "allekirjoitettu-sopimus-v1.pdf")
    assert verify_sealed(sealed, house.installation.seal_key.certificate_pem).ok


def move(desk: LiveCase, transition: str) -> None:
    tag = desk.ask("Meri", "GET transitions").headers["ETag"]
    desk.meri.does("transitions", {"transition": transition}, **{"If-Match": tag})


def in_words(pdf: bytes, folder: Path) -> str:
    (folder / "file.pdf").write_bytes(pdf)
    ran = subprocess.run(["pdftotext", "-raw", "file.pdf", "-"], cwd=folder, capture_output=True, check=True)
    return "".join(ran.stdout.decode("utf-8").replace("\u200b", "").split())  # where a line may end is no word


def test_the_longest_words_that_may_be_written_can_be_signed(sqlite_house: House) -> None:
    desk = case_at(sqlite_house, "solutions", ready=False)
    sendable(desk)
    written(desk, odd_draft(desk, "W" * 10_000, "m" * 2_000))
    desk.meri.does("agreement/sending", {})
    signed_by_all(desk)
    assert desk.meri.reads("agreement")["state"] == "sealed"


def test_the_refusal_of_a_name_lists_the_characters_that_cannot_be_printed(sqlite_house: House) -> None:
    desk = case_at(sqlite_house, "solutions", ready=False)
    desk.meri.does(f"participants/{desk.ids['Pekka']}/successor", {"name": "🙂𓀀 Peltola"})
    told_of = desk.meri.does("PUT agreement", draft(desk, commitments=[]))["unprintable"]
    assert {"🙂", "𓀀"} <= set(told_of)


def test_a_name_that_cannot_be_printed_is_refused_before_it_is_sent_for_signing_and_its_field_named(
    house: House,
) -> None:
    desk = case_at(house, "solutions", ready=False)
    sanna = desk.meri.does(f"participants/{desk.ids['Pekka']}/successor", {"name": "Sanna 𓀀", "capacity": "😀"})
    desk.ids["Pekka"] = sanna["id"]
    sendable(desk)
    refusal = desk.meri.refused("agreement/sending", {}, 409, "agreement-unprintable")
    assert [one["field"] for one in refusal["errors"]] == ["parties.1.name", "parties.1.capacity"]
    assert "Osapuolet 2 – Nimi" in refusal["detail"]
    assert desk.meri.reads("agreement")["state"] == "draft"
    assert "𓀀" not in json.dumps(refusal, ensure_ascii=False)


@NEEDS_POPPLER
def test_a_signatory_with_a_name_in_another_script_is_printed_on_agreement_and_sealed_page(
    house: House, tmp_path: Path
) -> None:
    desk = case_at(house, "solutions", ready=False)
    named = {"name": "王小明", "capacity": "Шеф-повар"}
    successor = desk.meri.does(f"participants/{desk.ids['Pekka']}/successor", named)["id"]
    desk.learn_people(tokens=True)
    desk.ids["Pekka"] = successor
    sendable(desk)
    assert desk.meri.reads("agreement")["state"] == "draft"
    desk.meri.does("agreement/sending", {})
    for name in ("Aino", "王小明"):
        desk[name].does("agreement/signatures", {"digest": desk[name].reads("agreement")["digest"]})
    made = files(desk)
    for name in ("sopimus-fi.pdf", "allekirjoitettu-sopimus-v1.pdf"):
        printed = in_words(made[name], tmp_path)
        assert "王小明" in printed
        assert "Шеф-повар" in printed
        assert "\ufffd" not in printed
    assert verify_sealed(made["allekirjoitettu-sopimus-v1.pdf"], house.installation.seal_key.certificate_pem).ok


def test_an_issue_that_cannot_be_printed_is_refused_when_it_is_written(sqlite_house: House) -> None:
    desk = case_at(sqlite_house, "problem-definition", ready=False)
    asked = {"texts": {"fi": {"words": "🙂", "goals": ["🙂"]}}, "issues": [{"fi": "Vuorot"}, {"fi": "Lomat 🙂"}]}
    refusal = desk.meri.refused("problem-statements", asked, 422, "text-unprintable")
    assert [one["field"] for one in refusal["errors"]] == ["issues.1.fi"]
    desk.meri.does("problem-statements", {**asked, "issues": [{"fi": "Vuorot"}, {"fi": "假期"}]})


def test_letters_carry_odd_names_harmlessly(sqlite_house: House) -> None:
    desk = case_at(sqlite_house, "opening", ready=False)
    added = desk.meri.does("participants", {"name": NAME, "role": "party", "capacity": LINE})
    desk.meri.does("invitations", {"participant": added["id"]})
    [letter] = desk.meri.reads("letters")
    printed = desk.ask("Meri", f"GET letters/{letter['id']}/paper")
    assert (printed.status_code, printed.content[:5]) == (200, b"%PDF-")
