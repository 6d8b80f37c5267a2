"""Deletion clocks: when the keys of a case are destroyed, and which holds delay that (visibility.md rule 8).

`mediation.settings.Keep` says for how many days or months each is kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, update

from mediation.acts.leaving import TIME_TO_RETURN
from mediation.case.access import with_trait
from mediation.keys.keyring import DeletionClock, KeyName
from mediation.retention.contents import AGREEMENT, CONTENT, DRAFTS, NOTES, OF_ALL, PRIVATE, RECORD, newest_words
from mediation.settings import Keep
from mediation.store.database import Db
from mediation.store.models import Case, HighWater, Hold, Mark, Meeting, RoleHeld
from mediation.words.dates import months_after
from mediation.workflow.declaration import Trait
from mediation.workflow.declared import WORKFLOWS

WORDS = (PRIVATE, NOTES, CONTENT)  # the clocks that run out soon after the end of a case
DAY = timedelta(
    days=1
)  # after which a case is looked at again where somebody may change when it is due, as by lifting a hold


@dataclass(frozen=True)
class ClockState:
    """The state of one deletion clock of a case: the name of its key, and when that is destroyed.

    `due` is the moment (UTC) from which the key is to be destroyed, None while the clock does not run; `held` says that a
    hold stops the clock; `gone` is when the key was destroyed; `early` says that the clock runs from the owner's withdrawal
    and not from the end of the case.
    """

    name: KeyName
    due: datetime | None
    held: bool = False
    gone: datetime | None = None
    early: bool = False

    def is_due(self, at: datetime) -> bool:
        """Whether the key is to be destroyed at the moment `at`."""
        return self.gone is None and not self.held and self.due is not None and self.due <= at


@dataclass(frozen=True)
class Looked:
    """What is seen of a case: its clocks, the keys of drafts to destroy now, and from when on to look again (UTC).

    Those of drafts are not among the clocks: that somebody wrote something and did not send it is told to nobody.
    """

    clocks: Sequence[ClockState]
    drafts: Sequence[KeyName]
    again: datetime | None


@dataclass(frozen=True)
class _Times:
    """All that the deletion clocks of one case depend on."""

    keep: Keep
    now: datetime
    ended: datetime | None
    last_follow_up: datetime | None
    withdrawn: Mapping[str, datetime]  # participant -> when their private words are due
    written: Mapping[tuple[str, str], datetime]  # clock, owner -> the newest words
    holds: Sequence[Hold]

    def due(self, name: KeyName) -> datetime | None:
        """When the clock runs out: after its time, and after the grace days that follow the last words and each hold."""
        base = self.base(name)
        if base is None:
            return None
        grace = timedelta(days=self.keep.grace_days)
        moments = [base, *(end + grace for end in self._hold_ends(name.clock) if end is not None and end <= self.now)]
        moments += [at + grace for at in self._last_words(name)]
        if name.clock == RECORD:  # the record is kept as long as the agreement that it proves
            moments += [at for at in [self.due(name._replace(clock=AGREEMENT))] if at is not None]
        return max(moments)

    def base(self, name: KeyName) -> datetime | None:
        """When the clock runs out if nothing prolongs it."""
        after_end = self.ended + timedelta(days=self.keep.words_days) if self.ended else None
        if self.early(name):
            own = self.withdrawn[name.owner]
            return min(own, after_end) if after_end else own
        if self.ended is None or after_end is None or name.clock in WORDS:
            return after_end
        agreed = months_after(self.last_follow_up or self.ended, self.keep.agreement_months)
        agreed = max(agreed, after_end)
        return agreed if name.clock == AGREEMENT else months_after(agreed, self.keep.record_months)

    def early(self, name: KeyName) -> bool:
        return name.clock == PRIVATE and name.owner in self.withdrawn

    def _last_words(self, name: KeyName) -> Iterable[datetime]:
        if self.early(name):
            return [at for key, at in self.written.items() if key == (PRIVATE, name.owner)]
        together = WORDS if name.clock in WORDS else (name.clock,)
        return [at for (clock, _), at in self.written.items() if clock in together]

    def _hold_ends(self, clock: str) -> list[datetime | None]:
        moments = [(one.until, one.lifted_at) for one in self.holds if clock in one.clocks.split(",")]
        return [min((at for at in pair if at is not None), default=None) for pair in moments]

    def held(self, clock: str) -> bool:
        """Whether a hold stops the clock now."""
        ends = self._hold_ends(clock)
        return any(end is None or end > self.now for end in ends) or (clock == RECORD and self.held(AGREEMENT))


def clocks_of(db: Db, case_id: str, at: datetime | None = None) -> Sequence[ClockState]:
    """The deletion clocks of a case, one for each of its keys, in their state at the moment `at` (default: now)."""
    return look(db, case_id, at).clocks


def look(db: Db, case_id: str, at: datetime | None = None) -> Looked:
    """Look at a case as it is at the moment `at` (default: now).

    Drafts go some days after the end, a leaver's after the withdrawal. Nothing holds them: no draft is a document.
    """
    keys = db.keys.keyring.destroyed(case_id)
    times = _times(db, case_id, at or db.now())
    drafts = {name: times.base(name._replace(clock=PRIVATE)) for name, gone in keys.items() if _is_draft(name, gone)}
    for clock in OF_ALL:
        keys.setdefault(KeyName(case_id, clock), None)
    clocks = [
        ClockState(name, times.due(name), times.held(name.clock), _moment(gone, db.now()), times.early(name))
        for name, gone in keys.items()
        if name.clock != DRAFTS
    ]
    order = list(DeletionClock)
    clocks.sort(key=lambda one: (order.index(one.name.clock), one.name.owner))
    due = [name for name, when in drafts.items() if when is not None and when <= times.now]
    return Looked(clocks, due, _again(times, clocks, [when for name, when in drafts.items() if name not in due]))


def _is_draft(name: KeyName, gone: str | None) -> bool:
    return name.clock == DRAFTS and gone is None


def _again(times: _Times, clocks: Sequence[ClockState], drafts: Sequence[datetime | None]) -> datetime | None:
    kept = [one for one in clocks if one.gone is None]
    moments = [one.due for one in kept if not one.held] + [*drafts]
    gone = {one.name.owner for one in clocks if one.name.clock == PRIVATE and one.gone is not None}
    content = [one for one in kept if one.name.clock == CONTENT]
    # Whoever left may still write, and come back; a hold can be lifted; drafts go without the days of grace.
    if any(one.held for one in kept) or (content and times.withdrawn.keys() - gone):
        moments.append(times.now + DAY)
    moments += [at for at in (times.base(one.name) for one in content) if at is not None and at > times.now]
    return min((one for one in moments if one is not None), default=None)


def _moment(gone: str | None, now: datetime) -> datetime | None:
    return None if gone is None else datetime.fromisoformat(gone) if gone else now


def _times(db: Db, case_id: str, now: datetime) -> _Times:
    ended = db.scalar(select(Case.closed_at).where(Case.id == case_id))
    return _Times(
        keep=db.keep,
        now=now,
        ended=ended,
        last_follow_up=db.scalar(_last_follow_up().where(Case.id == case_id)),
        withdrawn=_withdrawn(db, case_id),
        written=newest_words(db, case_id),
        holds=db.scalars(select(Hold).where(Hold.case_id == case_id)).all(),
    )


def _last_follow_up() -> Select[datetime | None]:
    """When the last session was held with which the clock of what was agreed begins, as each case's workflow says."""
    begin = [and_(Case.workflow == code, Meeting.kind.in_(each.follow_up_kinds)) for code, each in WORKFLOWS.items()]
    held = Meeting.case_id == Case.id, Meeting.was_held()
    return select(func.max(Meeting.ended_at)).where(*held, or_(*begin))


def _withdrawal_in_force() -> tuple[ColumnElement[bool], ...]:
    # Somebody who withdrew and came back is a party again, so the state of the withdrawal does not matter.
    held = RoleHeld.participant_id == Mark.participant_id, RoleHeld.until.is_(None)
    party = select(RoleHeld.id).join(Case, Case.id == RoleHeld.case_id)
    back = party.where(*held, with_trait(WORKFLOWS, Trait.CONSENTS)).correlate(Mark).exists()
    return Mark.kind == "withdrew", Mark.ended_at.is_(None), ~back


def _withdrawn(db: Db, case_id: str) -> dict[str, datetime]:
    rows = db.scalars(select(Mark).where(Mark.case_id == case_id, *_withdrawal_in_force()))
    words = timedelta(days=db.keep.words_days)
    # Nothing is destroyed while the withdrawal can be taken back.
    return {
        one.participant_id: one.at + (words if one.value == "confirmed" else max(words, TIME_TO_RETURN)) for one in rows
    }


def cases_to_look_at(db: Db, at: datetime) -> list[str]:
    """The ids of the cases in which a clock may be due by `at`: perhaps too many, never too few; `look` tells."""
    wanted = Case.deletion_due <= at if _are_noted(db) else _any_clock_runs()
    return sorted(db.scalars(select(Case.id).where(wanted)))


def note_times(db: Db) -> None:
    """Let every case be looked at again where the times for which words are kept were changed. Needs a writing transaction."""
    if not _are_noted(db):
        again = update(Case).where(_any_clock_runs()).values(deletion_due=db.now())
        db.execute(again.execution_options(synchronize_session=False))
        db.execute(delete(HighWater).where(HighWater.name.startswith(_KEPT)))
        db.add(HighWater(name=_name(db.keep), at=db.now()))
        db.flush()


def _are_noted(db: Db) -> bool:
    return db.scalar(select(HighWater.name).where(HighWater.name == _name(db.keep))) is not None


def _name(keep: Keep) -> str:
    return f"{_KEPT}{keep.words_days}-{keep.grace_days}-{keep.agreement_months}-{keep.record_months}"


_KEPT = "kept-"  # the times for which words are kept, on which it rests when each case is looked at


def _any_clock_runs() -> ColumnElement[bool]:
    return or_(Case.deletion_due.is_not(None), Case.closed_at.is_not(None))
