"""What HR sees: its own cases by number, one line each."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import ConfigDict

from api.http.dependencies import After, Limit, Number, Reading, ReadSelf
from api.http.problems import View, problems
from api.http.routes import router_for
from api.http.views import onward
from mediation.case import status
from workflows import WORKFLOWS

router = router_for("/statuses", "statuses")


class StatusView(View):
    """One line for the commissioner: a rung of the ladder, a month, a coarse outcome and the agreed notice."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": "2027-0001",
                    "organisation": "Kaupunki",
                    "status": "follow-up",
                    "opened_on": "2027-02-11",
                    "next_milestone": "2027-06",
                    "outcome": None,
                    "screening": "suitable",
                    "ordered": True,
                    "notice": None,
                }
            ]
        }
    )
    number: str
    organisation: str
    status: str
    opened_on: date | None
    next_milestone: str | None
    outcome: str | None
    screening: str | None
    ordered: bool
    notice: Mapping[str, str] | None


class StatusDetailView(StatusView):
    """One case: besides its line what the referral itself said, the mediators' declared ties, and hours once it ended."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": "2027-0001",
                    "organisation": "Kaupunki",
                    "status": "preparation",
                    "opened_on": None,
                    "next_milestone": None,
                    "outcome": None,
                    "screening": "suitable",
                    "ordered": True,
                    "notice": None,
                    "referral": {"subject": "Yhteistyö iltavuorossa", "language": "fi", "parties": []},
                    "declarations": [{"has_ties": False, "words": "Sidonnaisuuksia ei ole.", "language": "fi"}],
                    "hours": None,
                }
            ]
        }
    )
    referral: Mapping[str, Any] | None
    declarations: list[Mapping[str, Any]]
    hours: float | None


class StatusesView(View):
    """A page of the list. `next` is where the rest is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"statuses": [], "next": None}]})
    statuses: list[StatusView]
    next: str | None


@router.get("")
def list_statuses(
    caller: ReadSelf,
    db: Reading,
    after: After = None,
    limit: Limit = 50,
) -> StatusesView:
    """The cases whose commissioner you are, by number."""
    found = status.statuses(db, WORKFLOWS, caller.id, after=after or "", limit=limit + 1)
    lines = [StatusView.model_validate(one) for one in found]
    return StatusesView(statuses=lines[:limit], next=onward("/api/statuses", [one.number for one in lines], limit))


@router.get("/{number}", responses=problems(404))
def read_status(caller: ReadSelf, db: Reading, number: Number) -> StatusDetailView:
    """One of your cases. What is not yours is not there."""
    return StatusDetailView.model_validate(status.status(db, WORKFLOWS, caller.id, number))
