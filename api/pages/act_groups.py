"""The acts of a case in groups, as who leads it looks for them, each as a link to the page of its form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Link = tuple[str, str]  # the code of the words, and where it leads

GROUPS: Mapping[str, Sequence[str]] = {
    "preparation": (
        *("declarations", "screenings", "screenings/answers", "screenings/decision", "safeguards"),
        *("consents/requests", "order/own-lines", "form", "confidentiality"),
    ),
    "people": ("participants", "invitations", "concerns"),
    "sessions": (
        *("sessions", "series", "time-choices", "sessions/held", "shares", "time-entries"),
        *("caucuses", "opening-turns"),
    ),
    "talk": ("ground-rules", "problem-statements", "options", "notes"),
    "text": (
        *("frame", "agreement", "agreement/sending", "agreement/sign-by", "agreement/draft"),
        *("understandings", "notices", "report-requests"),
    ),
    "end": ("suspensions", "resumptions", "impasses", "discontinuation"),
    "own": ("holds",),
}
_WHERE_IT_STANDS = {
    "resumptions": True,
    "suspensions": False,
}  # of no use unless the case stands still, or while it does


@dataclass(frozen=True)
class Group:
    """Links that belong together, under a heading: `code` is the last part of `acts-group.…`."""

    code: str
    links: Sequence[Link]


def grouped(links: Sequence[Link], case: str, *, suspended: bool) -> list[Group]:
    """The links of a case's acts in their groups, in the order of `GROUPS`; what belongs to none comes last, as `own`."""
    of_path = {path: code for code, paths in GROUPS.items() for path in paths}
    found: dict[str, list[Link]] = {code: [] for code in GROUPS}
    for words, where in links:
        path = where.removeprefix(f"{case}/")
        if _WHERE_IT_STANDS.get(path, suspended) == suspended:
            found[of_path.get(path, "own")].append((words, where))
    order = [path for paths in GROUPS.values() for path in paths]
    return [
        Group(code, sorted(those, key=lambda one: _place(order, one[1].removeprefix(f"{case}/"))))
        for code, those in found.items()
        if those
    ]


def _place(order: Sequence[str], path: str) -> int:
    return order.index(path) if path in order else len(order)
