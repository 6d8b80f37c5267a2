"""What an agreement form begins with: the draft, an earlier version, or what the table has said and chosen so far."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from api.pages.form_bodies import flattened
from api.pages.forms import Sent
from mediation.case.seat import Seat
from mediation.case.visibility import sees
from mediation.errors import NotFound
from mediation.reading.agreement import lineages_before, read_agreement, read_agreements
from mediation.reading.agreement_view import AgreementView
from mediation.reading.words import read_options, read_problem_statements
from mediation.store.database import Db

_JSON = TypeAdapter(AgreementView)
_SEALED = frozenset({"sealed", "superseded"})
_KEPT = ("owners", "texts", "label", "starts_on", "due_on", "lineage", "ended")


@dataclass(frozen=True)
class Written:
    """The newest version, if there is one, and the fields as they were written; `amends` where one was sealed before."""

    newest: AgreementView | None
    fields: Sent
    amends: bool
    begun: bool = False  # from what the table said and chose, not from a version


def read_written(db: Db, seat: Seat, languages: Sequence[str]) -> Written:
    """What stands in the form of the next draft; words that it opens are recorded as read."""
    try:
        newest = read_agreement(db, seat)
    except NotFound:
        return Written(None, _from_table(db, seat, languages), amends=False, begun=True)
    sealed = [one.version for one in read_agreements(db, seat, sees(seat.roles, "agreement")) if one.state in _SEALED]
    from_which = newest
    if not newest.texts and sealed:  # an amendment that nobody has written in yet
        from_which = read_agreement(db, seat, sealed[-1])
    known = lineages_before(db, seat, newest)
    return Written(newest, _as_fields(from_which, known), amends=bool(sealed))


def _as_fields(version: AgreementView, known: frozenset[str]) -> Sent:
    told = _JSON.dump_python(version, mode="json")
    commitments = [{name: one.get(name) for name in _KEPT} for one in told["commitments"]]
    for one in commitments:
        one["lineage"] = one["lineage"] if one["lineage"] in known else None
    words = {name: told[name] for name in ("prevailing", "texts", "disclosure_decided")}
    return [*flattened(words), *flattened({"commitments": commitments})]


def _from_table(db: Db, seat: Seat, languages: Sequence[str]) -> Sent:
    joint = read_problem_statements(db, seat, sees(seat.roles, "problem-statement"))
    said = joint[-1].texts if joint else {}
    texts = {
        language: {"purpose": one.words or "", "goals": one.goals or []}
        for language, one in said.items()
        if language in languages
    }
    options = read_options(db, seat, sees(seat.roles, "option"))
    commitments = [{"texts": {one.language: {"action": one.words}}} for one in options if one.state == "adopted"]
    prevailing = seat.case.language if seat.case.language in languages else languages[0]
    return [*flattened({"prevailing": prevailing, "texts": texts}), *flattened({"commitments": commitments})]
