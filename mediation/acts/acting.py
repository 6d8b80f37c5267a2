"""What every act has in common: `@act` declares one, and `Acting` is one under way, already permitted.

@act("propose-option")
def propose_option(case: Acting, words: Line, *, language: LanguageCode = "fi", manner: Manner = OWN) -> Option:
    ...
propose_option(db, seat, "Vuoronvaihto klo 14.50")   # permitted first, then done
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from inspect import Parameter, Signature, signature
from types import MappingProxyType
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast, get_type_hints

from pydantic import BaseModel, create_model
from sqlalchemy import func, select

from mediation.acts.representing import done_already
from mediation.case import record
from mediation.case.in_room import IN_ROOM
from mediation.case.participants import those_in
from mediation.case.permission import permit
from mediation.case.seat import OWN, Doer, Seat
from mediation.errors import NotFound, NotPermitted
from mediation.letters import outbox
from mediation.letters.waiting import TIME_TO_ANSWER
from mediation.store.database import Db
from mediation.store.models import CaseRow, put
from mediation.words.fields import STRICT, Id
from mediation.words.limits import within_limits
from mediation.workflow.declaration import Trait, Way
from mediation.workflow.mark_kinds import declare_mark

P = ParamSpec("P")
R = TypeVar("R")
OneRow = TypeVar("OneRow", bound=CaseRow)

SEATED = "*"  # the permission of an act that no workflow opens or closes: the act itself says whose it is
ACTS: dict[str, "Act[..., Any]"] = {}  # every declared act, by its code


@dataclass(frozen=True)
class Acting:
    """One act under way at a case: `doer` was permitted to do it, and `entry` is its code in the record.

    `leaves` are the kinds of marks that the act declared.
    """

    db: Db
    seat: Seat
    entry: str
    doer: Doer
    leaves: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The id of the case."""
        return self.seat.case.id

    def write(self, row: OneRow, **words: object) -> OneRow:
        """Write a new row of this act at once, so that other rows may refer to it; otherwise like `add`."""
        self.add(row, **words)
        self.db.flush()
        return row

    def add(self, row: CaseRow, **words: object) -> None:
        """Add a new row, with its id, case, time, way and recorder filled in; `words` are encrypted."""
        row.id = row.id or self.db.new_id()
        given = {"case_id": self.id, "at": self.db.now(), "way": self.doer.way, "recorded_by": self.doer.recorded_by}
        for name, value in given.items():
            if name in row.__table__.columns and getattr(row, name) is None:
                setattr(row, name, value)
        for column, text in words.items():
            put(self.db, row, column, text)
        self.db.add(row)

    def rows(self, table: type[OneRow], **like: object) -> Sequence[OneRow]:
        """The rows of this case with these values."""
        return self.db.scalars(select(table).filter_by(case_id=self.id, **like)).all()

    def row(self, table: type[OneRow], **like: object) -> OneRow | None:
        """The row of this case with these values, if there is one."""
        return self.db.scalar(select(table).filter_by(case_id=self.id, **like))

    def find(self, table: type[OneRow], row_id: str, missing: str, **like: object) -> OneRow:
        """The row of this case with an id, and with these values. Refuses with the code `missing` where there is none."""
        row = self.row(table, id=row_id, **like)
        if row is None:
            raise NotFound(missing)
        return row

    def change(self, row: CaseRow, *about: str, **values: object) -> bool:
        """Give a row these values and record that, with what else it is `about`. Does nothing if it has them already."""
        if all(getattr(row, name) == value for name, value in values.items()):
            return False
        for name, value in values.items():
            setattr(row, name, value)
        self.record(row.id, *about)
        return True

    def record(
        self,
        *about: str,
        words: Iterable[str] = (),
        entry: str | None = None,
        changes: Mapping[str, object] = MappingProxyType({}),
    ) -> None:
        """Append an entry to the record, under the act's own code unless another `entry` is named."""
        db, case, doer = self.db, self.seat.case, self.doer
        record.append(
            db, case, entry or self.entry, actor=doer.id, way=doer.way, about=about, words=words, changes=changes
        )

    def tell(
        self,
        to: Iterable[str],
        letter: str = "something-waits",
        *,
        about: str = "",
        params: Mapping[str, object] | None = None,
        due_at: datetime | None = None,
    ) -> None:
        """Write a letter to these participants, due as `outbox.announce` says or at `due_at`."""
        outbox.announce(self.db, self.id, letter, to, about=about, params=params, due_at=due_at)

    def ask(self, to: Iterable[str], letter: str = "answer-waits", *, about: str = "", by: date | None = None) -> None:
        """Write to these participants that an answer is awaited of them by a local date (default: in seven days).

        What is asked in own hand is a `decision-waits`: it reaches also who sat in the session in which it was asked.
        """
        by = by or self.db.today() + TIME_TO_ANSWER
        self.tell(to, letter, about=about, params={"by": by.isoformat()})

    def said(self) -> "Acting":
        """The same act as if this participant had said it in the room: for marks that a mediator sets on others."""
        return replace(self, doer=Doer(self.doer.id, Way.SAID, self.doer.id))

    def mark_kind(self, kind: str | None = None) -> str:
        """The kind of mark that this act leaves; one that leaves several says which."""
        if kind is None:
            assert len(self.leaves) == 1, f"{self.entry} says which mark it leaves"
            return self.leaves[0]
        assert kind in self.leaves, f"{self.entry} does not declare that it leaves {kind}"
        return kind

    def those_in(self, *roles: str) -> Iterable[str]:
        """The ids of the participants who are in any of `roles` now."""
        return those_in(self.db, self.id, *roles)

    def with_trait(self, *traits: Trait) -> Iterable[str]:
        """The ids of the participants who are in a role with any of `traits` now."""
        return those_in(self.db, self.id, *self.seat.workflow.who(*traits))

    def count(self, table: type[CaseRow]) -> int:
        """How many rows of `table` the case has."""
        return self.db.scalar(select(func.count()).select_from(table).where(table.case_id == self.id)) or 0


@dataclass(frozen=True)
class Act(Generic[P, R]):
    """Something that a participant may do.

    `permission` is the code that a workflow opens to whom, `entry` the one that stands in the record: `code`, as a rule.
    `leaves` are the kinds of marks that it leaves. `beside` are the arguments that do not come with what is sent: from a
    header, or made on the way, such as typeset pages.
    """

    code: str
    permission: str
    entry: str
    do: Callable[Concatenate[Acting, P], R]
    leaves: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    def __call__(self, db: Db, seat: Seat, /, *given: P.args, **named: P.kwargs) -> R:
        """Do it from a seat; a kind of seat that has an own act at this address does that first.

        Refuses arguments over their limits, refuses like `permit`, and as the act itself says.
        """
        bound = self._signature.bind(None, *given, **named)
        arguments = bound.arguments
        sent = {field: arguments[name] for field, name in self.sent.items() if name in arguments}
        arguments.update({self.sent[field]: value for field, value in within_limits(self._limits, sent).items()})
        if (done := self.done_already(db, seat, arguments)) is not None:
            return done
        manner: Any = arguments.get("manner", OWN)
        own = Doer(seat.participant_id, seat.own_way, seat.participant_id)
        if self.permission == SEATED and seat.only is not None:
            raise NotPermitted(IN_ROOM)
        doer = own if self.permission == SEATED else permit(db, seat, self.permission, manner)
        _, *others = bound.args
        return self.do(Acting(db, seat, self.entry, doer, self.leaves), *others, **bound.kwargs)

    def done_already(self, db: Db, seat: Seat, arguments: Mapping[str, Any]) -> R | None:
        """What the seat has done already by an own act at this address; None where there is none. Refuses as that does."""
        return cast(R | None, done_already(db, seat, self.code, arguments))

    @cached_property
    def _signature(self) -> Signature:
        return signature(self.do)

    @property
    def says(self) -> str:
        """What it is, in a sentence."""
        return (self.do.__doc__ or "").strip().partition("\n")[0]

    @cached_property
    def recordable(self) -> bool:
        """Whether a mediator may record it for somebody: then it takes a `manner`."""
        return "manner" in self._signature.parameters

    @cached_property
    def takes(self) -> Mapping[str, tuple[Any, Any]]:
        """The fields of the body, in their order: each with its type and default (`...` where there is none)."""
        hints = get_type_hints(self.do, include_extras=True)
        return {
            field: (
                Id if name != field and hints[name] is str else hints[name],
                ... if (default := self._signature.parameters[name].default) is Parameter.empty else default,
            )
            for field, name in self.sent.items()
        }

    @cached_property
    def sent(self) -> Mapping[str, str]:
        """The name of each argument that comes in the body, by the name of its field.

        The argument `option_id` is sent as the field `option`.
        """
        names = list(self._signature.parameters)[1:]
        return {name.removesuffix("_id"): name for name in names if name not in {"manner", *self.beside}}

    @cached_property
    def _limits(self) -> type[BaseModel]:
        kinds: dict[str, Any] = {field: (kind, None) for field, (kind, _) in self.takes.items()}
        return create_model(self.code, __config__=STRICT, **kinds)


def act(
    code: str,
    *,
    permission: str = "",
    entry: str = "",
    leaves: str | tuple[str, ...] = (),
    correctable: bool = True,
    beside: tuple[str, ...] = (),
) -> Callable[[Callable[Concatenate[Acting, P], R]], Act[P, R]]:
    """Declare an act. The workflow says by its `permission` (default: its code) who may do it in which phase.

    Acts open in every procedure, such as keeping one's own documents, are `SEATED`. `leaves` are the kinds of
    marks that it leaves, `correctable` if the participant can take them back; `beside` as in `Act`.
    """
    kinds = (leaves,) if isinstance(leaves, str) else leaves
    for kind in kinds:
        declare_mark(kind, correctable=correctable)

    def declare(do: Callable[Concatenate[Acting, P], R]) -> Act[P, R]:
        assert code not in ACTS, f"the act {code} is declared twice"
        ACTS[code] = declared = Act(code, permission or code, entry or code, do, kinds, beside)
        return declared

    return declare
