"""Deletion clocks: when the keys of a case are destroyed, and which holds delay that (visibility.md rule 8).

`mediation.settings.Keep` says for how many days or months each is kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union

from mediation.acts.leaving import TIME_TO_RETURN
from mediation.case.access import with_trait
from mediation.keys.keyring import DeletionClock, KeyName
from mediation.retention.contents import AGREEMENT, CONTENT, DRAFTS, NOTES, OF_ALL, PRIVATE, RECORD, newest_words
from mediation.settings import Keep
from mediation.store.database import Db
from mediation.store.models import Case, Certificate, Hold, Mark, Meeting, RoleHeld
from mediation.words.dates import months_after
from mediation.workflow.declaration import Trait
from mediation.workflow.declared import WORKFLOWS

WORDS = (PRIVATE, NOTES, CONTENT)  # the clocks that run out soon after the end of a case


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


def clocks_of(db: Db, case_id: str, at: datetime | None = None) -> list[ClockState]:
    """The deletion clocks of a case, one for each of its keys, in their state at the moment `at` (default: now).

    Those of drafts are not among them: that somebody wrote something and did not send it is told to nobody.
    """
    keys = {name: gone for name, gone in db.keys.keyring.destroyed(case_id).items() if name.clock != DRAFTS}
    for clock in OF_ALL:
        keys.setdefault(KeyName(case_id, clock), None)
    times = _times(db, case_id, at or db.now())
    clocks = [
        ClockState(name, times.due(name), times.held(name.clock), _moment(gone, db.now()), times.early(name))
        for name, gone in keys.items()
    ]
    order = list(DeletionClock)
    return sorted(clocks, key=lambda one: (order.index(one.name.clock), one.name.owner))


def drafts_due(db: Db, case_id: str) -> list[KeyName]:
    """The keys of drafts that are to be destroyed now: some days after the end, a leaver's after the withdrawal.

    Nothing holds them: no draft is a document.
    """
    times = _times(db, case_id, db.now())
    kept = [name for name, gone in db.keys.keyring.destroyed(case_id).items() if name.clock == DRAFTS and gone is None]
    due = {name: times.base(name._replace(clock=PRIVATE)) for name in kept}
    return [name for name, at in due.items() if at is not None and at <= times.now]


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
    held = Meeting.case_id == Case.id, Meeting.ended_how.in_(["held", "ended-early"])
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
    """The ids of the cases in which a clock may be due by `at`: perhaps too many, never too few; `clocks_of` gives the clocks."""
    slack = timedelta(days=3)  # one month back and one month forward is not always the same day
    keep = db.keep
    last = func.coalesce(_last_follow_up().correlate(Case).scalar_subquery(), Case.closed_at)
    whole = keep.agreement_months + keep.record_months
    ended = select(Case.id).where(
        Case.closed_at <= at - timedelta(days=keep.words_days),
        or_(
            ~_certified(CONTENT),
            ~_certified(AGREEMENT) & (last <= months_after(at, -keep.agreement_months) + slack),
            ~_certified(RECORD) & (last <= months_after(at, -whole) + slack),
            ~_certified(RECORD) & select(Hold.id).where(Hold.case_id == Case.id).exists(),
        ),
    )
    own = and_(Certificate.clock == PRIVATE, Certificate.owner == Mark.participant_id)
    withdrawn = (
        select(Case.id)
        .join(Mark, Mark.case_id == Case.id)
        .where(*_withdrawal_in_force(), Mark.at <= at - timedelta(days=keep.words_days))
        .where(~select(Certificate.id).where(own).exists(), ~_certified(CONTENT))
    )
    return sorted(db.scalars(union(ended, withdrawn)))


def _certified(clock: DeletionClock) -> ColumnElement[bool]:
    return select(Certificate.id).where(Certificate.case_id == Case.id, Certificate.clock == clock).exists()
