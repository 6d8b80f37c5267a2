"""The amendment as a paper: what a version of the agreement changes in the one before it, commitment by commitment."""

from collections.abc import Iterator, Mapping

from mediation.acts.agreement_wording import people_of
from mediation.acts.annexes import reads_annexes
from mediation.case.seat import Seat
from mediation.case.visibility import Level, sees
from mediation.documents.papers import Quoted, written_in
from mediation.reading.agreement import read_agreements
from mediation.reading.differences import ChangedWords, Clause, DifferencesView, Part, can_compare, read_changes
from mediation.reading.paper_view import Paper
from mediation.store.database import Db
from mediation.words.catalogue import say

_BOUND = ("sealed", "superseded")


def _read(db: Db, seat: Seat, language: str) -> Mapping[str, object]:
    changes = read_changes(db, seat)
    # An own line of an annex names nobody else who made it.
    names = {} if reads_annexes(seat) else {one.id: one.name for one in people_of(db, seat).values() if one.roles}
    states = {one.version: one.state for one in read_agreements(db, seat, sees(seat.roles, "agreement"))}
    return {
        "version": changes.version,
        "earlier": changes.earlier,
        "in_force": states.get(changes.version) in _BOUND,
        "changed": [
            {
                "label": one.label,
                "change": one.change,
                "before": _clause(one.before, names, language),
                "now": _clause(one.now, names, language),
            }
            for one in changes.commitments
            if one.change != "unchanged"
        ],
        "unchanged": [one.label for one in changes.commitments if one.change == "unchanged"],
        "parts": list(_parts(changes, language)),
    }


def _clause(one: Clause | None, names: Mapping[str, str], language: str) -> Mapping[str, object] | None:
    if one is None:
        return None
    words = {
        part: written_in({code: getattr(text, part) for code, text in one.texts.items() if text}, language)
        for part in ("action", "rhythm", "measure", "support")
    }
    left = say("page.somebody-who-left", language)
    owners = list(dict.fromkeys(names.get(owner, left) for owner in one.owners)) if names else []
    return {**words, "owners": owners, "starts": one.starts_on, "due": one.due_on}


def _parts(changes: DifferencesView, language: str) -> Iterator[Mapping[str, object]]:
    """The agreement's own words that differ, in the reader's language where it is one of the agreement's."""
    code = language if language in changes.words else next(iter(changes.words), language)
    for name, one in changes.words.get(code, {}).items():
        before, now = (list(_lines(part, code)) for part in _both(one))
        yield {"name": name, "before": before, "now": now}


def _both(one: ChangedWords) -> tuple[Part | None, Part | None]:
    return one.before, one.now


def _lines(part: Part | None, language: str) -> Iterator[Quoted]:
    if isinstance(part, dict):  # what each audience is told
        part = [f"{say(f'notice-audience.{to}', language)}: {words}" for to, words in part.items() if words.strip()]
    for words in [part] if isinstance(part, str) else part or []:
        if words.strip():
            yield Quoted(words, language)


AMENDMENT = Paper({Level.FULL, Level.OWN}, can_compare, _read)
