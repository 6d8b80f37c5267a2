"""A story of return-to-work talks, the example of docs/adding-a-workflow.md, and the walk that leads others through them.

Aino comes back to work after a long absence, Pekka is her supervisor, Meri coordinates, Vilho of human resources asked for
the talks; Tuula is Aino's shop steward, Kaarina comes from occupational health.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from docs.examples.return_to_work import RETURN_TO_WORK
from mediation.workflow.declared import declare, forget
from tests.houses import House, application
from tests.role_matrix import Json, Walker, gather
from tests.world import LiveCase, draft_line, draft_of, referred

ROLES: Mapping[str, str] = {
    "Meri": "coordinator",
    "Aino": "employee",
    "Pekka": "supervisor",
    "Tuula": "shop-steward",
    "Kaarina": "occupational-health",
    "Vilho": "talks-orderer",
}
PHASES = tuple(one.code for one in RETURN_TO_WORK.phases)


@contextmanager
def return_to_work_declared() -> Iterator[None]:
    """Let return-to-work talks be declared, with their own words beside those of the product."""
    application().openapi()  # made once for all tests: it tells of the product alone
    declare(RETURN_TO_WORK)
    try:
        yield
    finally:
        forget(RETURN_TO_WORK)


def asked_for(house: House) -> LiveCase:
    """Vilho asks for talks with Aino; Meri coordinates, and brings in Pekka and those who accompany Aino."""
    case = referred(house, ("Aino",), workflow=RETURN_TO_WORK.code, leads="coordinator")
    case.comes("Pekka", "supervisor")
    case.comes("Tuula", "shop-steward", supports=case.ids["Aino"])
    case.comes("Kaarina", "occupational-health")
    return case


def invitation(case: LiveCase) -> None:
    for name in ("Aino", "Pekka"):
        case.meri.does("invitations", {"participant": case.ids[name]})
        case[name].agrees()
    case.plans("return-talk", called=[case.ids["Tuula"]])
    case.moves("begin-talk")


def talk(case: LiveCase) -> None:
    case.later(days=1)
    case.meets(case.session("return-talk"), "Aino", "Pekka")
    case.moves("write-plan")


def plan(case: LiveCase) -> None:
    lines = [draft_line([case.ids["Pekka"]], case.today(7), "Työaika on aluksi kuusi tuntia.", due_on=case.today(60))]
    case.meri.does("PUT agreement", draft_of(lines, "Aino palaa työhön.") | {"disclosure_decided": True})
    case.sends()
    case.sign("Aino", "Pekka")
    for days in (30, 90):
        case.plans("later-talk", days=days)
    case.moves("begin-follow-up")


def follow_up(case: LiveCase) -> None:
    for session in [one["id"] for one in case.meri.reads()["sessions"] if one["kind"] == "later-talk"]:
        case.later(days=45)
        case.meets(session, "Aino", "Pekka")
    case.moves("close")


STEPS = {"invitation": invitation, "talk": talk, "plan": plan, "follow-up": follow_up}


def talks_at(house: House, phase: str) -> LiveCase:
    """Talks that have come to a phase."""
    case = asked_for(house)
    for one in PHASES[: PHASES.index(phase)]:
        STEPS[one](case)
    return case


def with_everybody(house: House, phase: str) -> LiveCase:
    """Talks that have come to a phase, with somebody in every role."""
    gather(house, [*ROLES])
    case = asked_for(house)
    later = {"id": case.plans("later-talk", days=20)}
    case.made |= {"sessions": later, "to begin": later, "follow-up": later}  # whatever session something is asked of
    for one in PHASES[: PHASES.index(phase)]:
        STEPS[one](case)
    return case


def of_the_talks(state: str) -> Mapping[str, Json]:
    return {
        "sessions": {"kind": "later-talk", "serves": []},
        "held": {"kind": "later-talk"},
        "suspensions": {"cause": "other"},
        "participants": {"role": "occupational-health", "supports": None},
        "mediators": {"role": "coordinator"},
        "discontinuation": {"outcome": "return-called-off"},
    }


RETURNING = Walker(RETURN_TO_WORK, ROLES, with_everybody, "talk", of_the_talks)
