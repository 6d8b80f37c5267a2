"""A request for every act that only a work supervision opens, as `tests.asking` has them for a mediation."""

from typing import Any

from tests.asking import ASKS, SECOND, Ask, desk_in, made
from tests.evaluated import GOALS, contract_in_force
from tests.houses import House
from tests.supervised import SUPERVISION, Supervision, supervision_at
from tests.supervisions import GROUP, PARENTS
from tests.world import LiveCase

PHASES = [one.code for one in SUPERVISION.phases[:-1]]

in_series = made("Raili", "series")
choice = made("Raili", "time-choices")
to_drop = made("Raili", "time-choices", key="to drop")


def _session(desk: LiveCase) -> str:
    in_series(desk)
    return next(str(one["id"]) for one in desk["Raili"].reads()["sessions"] if one["series"] and not one["ended_at"])


def _times(desk: LiveCase) -> list[str]:
    mine = choice(desk)
    read = next(one for one in desk["Raili"].reads("time-choices") if one["id"] == mine)
    return [one["id"] for one in read["times"]]


def _in_series(desk: LiveCase) -> dict[str, str]:
    return {"session_id": desk.made.setdefault("a session", {"id": _session(desk)})["id"]}


def _chosen(desk: LiveCase) -> dict[str, str]:
    return {"choice": choice(desk)}


def _said(desk: LiveCase) -> dict[str, Any]:
    return {"can_come": dict.fromkeys(_times(desk), "can")}


def _waiting(desk: LiveCase) -> str:
    if "Wille" not in desk.ids:
        Supervision.comes(desk, "Wille", "waiting")  # type: ignore[arg-type]
    return desk.ids["Wille"]


def _goals(desk: LiveCase) -> dict[str, int]:
    """Ratings of the goals of a contract that is in force from then on."""
    if "contract" not in desk.made:
        with desk.writing() as db:
            desk.made["contract"] = {"id": contract_in_force(db, desk).id}
    return dict.fromkeys(GOALS, 4)


def _evaluation(desk: LiveCase) -> dict[str, str]:
    _goals(desk)
    planned = made("Raili", "sessions", {"kind": "evaluation", "planned_at": "2027-02-11T09:00:00+02:00"})(desk)
    made("Raili", f"sessions/{planned}/beginning")(desk)
    return {"session_id": planned}


def _proposed(desk: LiveCase) -> dict[str, str]:
    return {"text": made("Raili", "summary")(desk)}


def _with_form(desk: LiveCase) -> dict[str, Any]:
    made("Raili", "PUT form", lambda _: GROUP, key="form")(desk)
    return {}


def _to_be_bound(desk: LiveCase) -> dict[str, Any]:
    _with_form(desk)
    texts = desk["Sanna"].reads("agreed-texts")
    return {"text": next(one["id"] for one in texts if one["kind"] == "confidentiality")}


def _of_parents(desk: LiveCase) -> dict[str, Any]:
    desk["Raili"].does("PUT form", PARENTS)
    return {}


ASKS_OF_SUPERVISION: tuple[Ask, ...] = (
    Ask("PUT form", "Raili", "mapping"),
    Ask("POST parents/answers", "Sanna", "mapping", _of_parents, again=SECOND, alone=True, breaks=True),
    Ask("PUT frame", "Raili", "contracting", _with_form),
    Ask("POST confidentiality", "Sanna", "contracting", _to_be_bound),
    Ask("POST series", "Raili", "active", again=SECOND),
    Ask("PATCH sessions/{session_id}/series", "Raili", "active", ids=_in_series),
    Ask("POST sessions/{session_id}/series/cancellation", "Raili", "active", ids=_in_series, again="session-begun"),
    Ask("POST time-choices", "Raili", "active", again=SECOND),
    Ask("POST time-choices/{choice}/answers", "Sanna", "active", _said, ids=_chosen),
    Ask(
        "POST time-choices/{choice}/settlement",
        "Raili",
        "active",
        lambda d: {"time": _times(d)[0]},
        ids=_chosen,
        again="time-choice-settled",
        breaks=True,
    ),
    Ask("DELETE time-choices/{choice}", "Raili", "active", ids=lambda d: {"choice": to_drop(d)}),
    Ask("POST participants/{participant}/place", "Raili", "active", whom=_waiting, again="not-waiting"),
    Ask("PUT shares", "Leena", "active"),
    Ask("POST goals/ratings", "Sanna", "active", lambda d: {"ratings": _goals(d), "session": None}),
    Ask(
        "POST evaluations",
        "Raili",
        "interim-evaluation",
        lambda d: {"session": _evaluation(d)["session_id"], "by_goal": dict.fromkeys(GOALS, "Onnistuu.")},
    ),
    Ask("POST sessions/{session_id}/rating-closing", "Raili", "interim-evaluation", ids=_evaluation),
    Ask("POST summary", "Raili", "closing-evaluation"),
    Ask("POST summary/approvals", "Sanna", "closing-evaluation", _proposed),
)
EVERY_ASK = (*ASKS, *ASKS_OF_SUPERVISION)


def desk_for(house: House, ask: Ask) -> LiveCase:
    """A new case in which something is asked for, a mediation or a supervision."""
    return supervision_at(house, ask.phase) if ask in ASKS_OF_SUPERVISION else desk_in(house, ask)
