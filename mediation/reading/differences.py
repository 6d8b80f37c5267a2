"""What changed between two versions of an agreement, clause by clause, for those who sign the new one."""

from collections.abc import Mapping, Sequence
from typing import Any

Clause = Mapping[str, Any]
_COMPARED = ("owners", "starts_on", "due_on", "texts")


def differences(old: Sequence[Clause], new: Sequence[Clause]) -> list[dict[str, Any]]:
    """Each commitment of either version, by lineage, in the new version's order; then what is no longer there.

    Clauses are as `papers.commitments_of` gives them. `change` is unchanged, changed (with both texts), new, done or
    dropped.
    """
    before = {one["lineage"]: one for one in old if one["ended"] is None}
    lines = [_line(before.get(one["lineage"]), one) for one in new if one["ended"] is None or one["lineage"] in before]
    known = {one["lineage"] for one in new}
    return lines + [_line(one, None) for lineage, one in before.items() if lineage not in known]


def _line(old: Clause | None, new: Clause | None) -> dict[str, Any]:
    gone = new is None or new["ended"] is not None
    return {
        "lineage": (new or old or {})["lineage"],
        "label": (new or old or {})["label"],
        "change": _change(old, new),
        "before": _shown(old),
        "now": None if gone else _shown(new),
    }


def _change(old: Clause | None, new: Clause | None) -> str:
    if new is None:
        return "dropped"
    if new["ended"] is not None:
        return str(new["ended"])
    if old is None:
        return "new"
    return "unchanged" if all(old[part] == new[part] for part in _COMPARED) else "changed"


def _shown(clause: Clause | None) -> dict[str, Any] | None:
    return {part: clause[part] for part in _COMPARED} if clause else None
