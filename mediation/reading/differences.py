"""What a seat reads of the changes between two versions of an agreement, clause by clause."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import select

from mediation.acts.agreement_wording import commitments_of
from mediation.acts.annexes import lines_of, reads_annexes
from mediation.case.reads import JOINT, note_reads
from mediation.case.seat import Seat
from mediation.case.visibility import sees_full
from mediation.errors import NotFound
from mediation.reading.agreement import find_version, texts_in
from mediation.reading.agreement_view import AgreementWords, CommitmentLine, CommitmentWords, commitment, words_are_gone
from mediation.reading.annexes import own_reading, own_versions
from mediation.reading.view import view
from mediation.store.database import Db
from mediation.store.models import Agreement

Part = str | list[str] | dict[str, str]


@view
class Clause:
    """What of a commitment may differ between versions."""

    owners: list[str]
    starts_on: date | None
    due_on: date | None
    texts: dict[str, CommitmentWords | None]


@view
class ChangeLine:
    """One commitment in both versions; `change` is unchanged, changed, new, done or dropped."""

    lineage: str
    label: str
    change: str
    before: Clause | None
    now: Clause | None


@view
class ChangedWords:
    """A part of the agreement's own words, as it was and as it is."""

    before: Part | None
    now: Part | None


@view
class DifferencesView:
    """Two versions compared: each commitment unchanged, changed with both texts, new, done or dropped."""

    version: int
    earlier: int
    commitments: list[ChangeLine]
    words: dict[str, dict[str, ChangedWords]]


def _read_own_changes(db: Db, seat: Seat, version: int | None = None) -> DifferencesView:
    newer, older = _both(db, seat, own_versions(db, seat, version))
    return _compared(newer, older, lambda one: lines_of(db, one, seat.participant_id), {})


@own_reading(_read_own_changes)
def read_changes(db: Db, seat: Seat, version: int | None = None) -> DifferencesView:
    """What `version` (default: the newest) changes in the one before it that was sealed.

    `words` are the agreement's own words that differ, by language, as they were and as they are.
    Refuses with `agreement-not-found` where there is nothing to compare, or none of it is theirs, and with `words-gone`.
    """
    newer, older = _both(db, seat, _versions(db, seat, version))
    words = _changed_words(texts_in(db, older), texts_in(db, newer))
    changes = _compared(newer, older, partial(commitments_of, db), words)
    note_reads(db, seat, "agreement", [(JOINT, older.id), (JOINT, newer.id)])
    return changes


def can_compare(db: Db, seat: Seat) -> bool:
    """Whether `read_changes` has something to compare for this seat; no words are opened."""
    try:
        newer, older = own_versions(db, seat, None) if reads_annexes(seat) else _versions(db, seat, None)
    except NotFound:
        return False
    return newer is not None and older is not None


def _both(db: Db, seat: Seat, versions: tuple[Agreement | None, Agreement | None]) -> tuple[Agreement, Agreement]:
    newer, older = versions
    if newer is None or older is None:
        raise NotFound("agreement-not-found")
    if words_are_gone(db, seat):
        raise NotFound("words-gone")
    return newer, older


def _compared(
    newer: Agreement,
    older: Agreement,
    lines: Callable[[Agreement], Sequence[Mapping[str, Any]]],
    words: dict[str, dict[str, ChangedWords]],
) -> DifferencesView:
    before, now = ([commitment(line) for line in lines(one)] for one in (older, newer))
    changes = _differences(before, now)
    return DifferencesView(version=newer.version, earlier=older.version, commitments=changes, words=words)


def _versions(db: Db, seat: Seat, version: int | None) -> tuple[Agreement | None, Agreement | None]:
    newer = find_version(db, seat, version) if sees_full(seat.roles, "agreement") else None
    return newer, _sealed_before(db, newer) if newer else None


def _sealed_before(db: Db, newer: Agreement) -> Agreement | None:
    sealed = Agreement.case_id == newer.case_id, Agreement.state.in_(["sealed", "superseded"])
    earlier = select(Agreement).where(*sealed, Agreement.version < newer.version)
    return db.scalar(earlier.order_by(Agreement.version.desc()).limit(1))


def _changed_words(
    old: Mapping[str, AgreementWords | None], new: Mapping[str, AgreementWords | None]
) -> dict[str, dict[str, ChangedWords]]:
    both = {language: (old[language], words) for language, words in new.items() if language in old}
    return {
        language: {
            part.name: ChangedWords(before=getattr(before, part.name), now=getattr(now, part.name))
            for part in fields(AgreementWords)
            if getattr(before, part.name) != getattr(now, part.name)
        }
        for language, (before, now) in both.items()
    }


def _differences(old: Sequence[CommitmentLine], new: Sequence[CommitmentLine]) -> list[ChangeLine]:
    """Each commitment of either version, by lineage, in the new version's order; then what is no longer there."""
    before = {one.lineage: one for one in old if one.ended is None}
    lines = [_line(before.get(one.lineage), one) for one in new if one.ended is None or one.lineage in before]
    known = {one.lineage for one in new}
    return lines + [_line(one, None) for lineage, one in before.items() if lineage not in known]


def _line(old: CommitmentLine | None, new: CommitmentLine | None) -> ChangeLine:
    told = new or old
    assert told is not None
    before, now = _clause(old), _clause(new) if new and new.ended is None else None
    return ChangeLine(lineage=told.lineage, label=told.label, change=_change(before, now, new), before=before, now=now)


def _change(before: Clause | None, now: Clause | None, new: CommitmentLine | None) -> str:
    if now is None:
        return "dropped" if new is None else str(new.ended)
    if before is None:
        return "new"
    return "unchanged" if before == now else "changed"


def _clause(one: CommitmentLine | None) -> Clause | None:
    if one is None:
        return None
    return Clause(owners=one.owners or [], starts_on=one.starts_on, due_on=one.due_on, texts=one.texts)
