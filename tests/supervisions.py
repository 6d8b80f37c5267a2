"""Work supervisions for tests, made through the real acts.

Raili supervises, Leena orders, Marko is the manager and Hilkka his superior.

case = in_mapping(house, "Sanna", "Olli")          # the mapping was held, and everybody wants to go on
case = in_contracting(house, "Sanna", "Olli")      # the form and the frame are there, and all are bound
contracts(case); signs(case, "Raili", "Sanna")     # the contract goes out, and these sign it
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from tests.houses import House
from tests.world import LiveCase

Json = dict[str, Any]

COMMUNITY = ("Sanna", "Olli", "Kaisa", "Timo", "Elina", "Jari")
WITH_MANAGER = {"form": "work-community", "kind": "work-community", "shape": "with-manager", "cap": 8}
ALONE = {"form": "individual", "kind": "client-work", "shape": "supervisees"}
GROUP = {"form": "group", "kind": "client-work", "shape": "supervisees", "cap": 6}
THREE_PARTIES = {"form": "group", "kind": "change", "shape": "manager-and-superior", "cap": 6}
PARENTS = {"form": "group", "kind": "parent-guidance", "shape": "parents"}
FRAME = {
    "session_count": 14,
    "minutes": 90,
    "weeks": 3,
    "starts_on": "2027-02-01",
    "ends_on": "2028-01-31",
    "where": "on-site",
    "place": "Esimerkkilän kotihoidon kokoushuone",
    "evaluation_after": [7],
    "texts": {"fi": {"methods": "Keskustelemme työtilanteista."}},
}
GOALS = ("Kerromme toisillemme ajoissa, kun työ kuormittaa.", "Sovimme, miten iltavuoro vaihtuu.")


def begun(house: House, supervisees: Sequence[str], *, manager: str = "", superior: str = "") -> LiveCase:
    """A supervision that Leena has ordered of Raili, with these people; its ties are declared and accepted."""
    make = partial(_begun, house, supervisees, manager=manager, superior=superior)
    return _ready_made(house, ("begun", *supervisees, "with", manager, superior), make)


def _ready_made(house: House, what: tuple[str, ...], make: Callable[[], LiveCase]) -> LiveCase:
    """The case that `make` gives, copied where it was made before (see `House.ready_made`)."""

    def made() -> tuple[str, dict[str, str]]:
        case = make()
        return case.number, case.ids

    return LiveCase(house, *house.ready_made(("a supervision", *what), made))


def _begun(house: House, supervisees: Sequence[str], *, manager: str, superior: str) -> LiveCase:
    house.person("Leena", office="hr")
    house.person("Raili", office="mediator", organisation="Työnohjaajat")
    for name in (*supervisees, manager, superior):
        if name:
            house.person(name)
    case = LiveCase(house)
    referral = {"organisation": house.organisation("Esimerkkilä"), "subject": "Työnohjaus kotihoitoon", "parties": []}
    case.number = case.leena.does("/cases", {**referral, "workflow": "supervision"})["number"]
    case.leena.does("mediators", {"person": house.people["Raili"], "role": "supervisor"})
    case.learn_people()
    for name, role in (*((one, "supervisee") for one in supervisees), (manager, "manager"), (superior, "superior")):
        if name:
            joins(case, name, role)
    case.raili.does("declarations", {"has_ties": False, "words": "Ei siteitä.", "language": "fi"})
    for name in (*supervisees, manager):
        if name:
            case.accepts_ties(name)
    case.later(hours=1)
    return case


def joins(case: LiveCase, name: str, role: str = "supervisee") -> None:
    case.ids[name] = case.raili.does("participants", {"person": case.house.person(name), "role": role})["id"]


def wants_to_go_on(case: LiveCase, *names: str) -> None:
    for name in names:
        case[name].does("consents", {"answer": "given"})


def moves(case: LiveCase, code: str) -> str:
    return case.moves(code, "Raili")


def stays(case: LiveCase, code: str) -> dict[str, list[str]]:
    return case.stays(code, "Raili")


def in_mapping(house: House, *supervisees: str, manager: str = "", superior: str = "") -> LiveCase:
    """A supervision whose mapping was held; everybody who takes part wants to go on."""

    def make() -> LiveCase:
        case = begun(house, supervisees, manager=manager, superior=superior)
        mapped(case, *supervisees, *filter(None, [manager]))
        return case

    return _ready_made(house, ("mapped", *supervisees, "with", manager, superior), make)


def mapped(case: LiveCase, *names: str) -> None:
    """The mapping is held, and these want to go on."""
    moves(case, "begin-mapping")
    session = case.plans("mapping", name="Raili")
    case.raili.does(f"sessions/{session}/beginning")
    case.raili.does(f"sessions/{session}/ending", {"early": False})
    wants_to_go_on(case, *names)


def in_contracting(
    house: House,
    *supervisees: str,
    manager: str = "",
    superior: str = "",
    form: Json = GROUP,
    frame: Json = FRAME,
) -> LiveCase:
    """The same where the contract is drawn up: form and frame are there, and everybody is bound to confidentiality."""

    def make() -> LiveCase:
        case = in_mapping(house, *supervisees, manager=manager, superior=superior)
        case.raili.does("PUT form", form)
        if form["shape"] == "parents":
            for name in supervisees:
                case[name].does("parents/answers", {"afraid": "no"})
        moves(case, "draw-up-contract")
        case.raili.does("PUT frame", frame)
        binds(case, "Raili", *supervisees, *filter(None, [manager, superior]))
        return case

    what = "contracting", *supervisees, "with", manager, superior, repr(form), repr(frame)
    return _ready_made(house, what, make)


def binds(case: LiveCase, *names: str) -> None:
    for name in names:
        [text] = [one["id"] for one in case[name].reads("agreed-texts") if one["kind"] == "confidentiality"][-1:]
        case[name].does("confidentiality", {"text": text})


def goal(action: str, **more: Any) -> Json:
    words = {"action": action, "measure": "Kysymme toisiltamme viikoittain."}
    return {"owners": [], "texts": {"fi": words}, **more}


def drafts(case: LiveCase, goals: Sequence[Json] = tuple(map(goal, GOALS)), **more: Any) -> Json:
    """Raili writes the contract with these goals."""
    newest = case.raili.asks("GET agreement")
    tag = newest.json().get("tag") if newest.is_success and newest.json()["state"] in {"draft", "sent"} else None
    text = {"purpose": "Kotihoidon iltatiimi haluaa tutkia, miten työ jaetaan."}
    body = {"prevailing": "fi", "texts": {"fi": text}, "commitments": [*goals], **more}
    return dict(case.raili.does("PUT agreement", body, **({"If_Match": f'"{tag}"'} if tag else {})))


def contracts(case: LiveCase, **more: Any) -> None:
    """Raili writes the contract and sends it for signing."""
    drafts(case, **more)
    case.raili.does("agreement/sending")


def signs(case: LiveCase, *names: str) -> bool:
    """These sign what they read; whether the last signature sealed the contract."""
    return case.sign(*names)


def active(house: House, *supervisees: str, manager: str = "", superior: str = "", form: Json = GROUP) -> LiveCase:
    """A supervision that goes on: its contract is signed and sealed."""

    def make() -> LiveCase:
        case = in_contracting(house, *supervisees, manager=manager, superior=superior, form=form)
        contracts(case)
        bound_only = form["shape"] == "manager-and-superior"
        assert signs(case, "Raili", *(() if bound_only else supervisees), *filter(None, [manager, superior]))
        moves(case, "begin-supervision")
        return case

    return _ready_made(house, ("active", *supervisees, "with", manager, superior, repr(form)), make)
