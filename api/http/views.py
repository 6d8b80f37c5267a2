"""What several nouns show: unmet guards and participants, as visibility.md lets this reader have them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from sqlalchemy import bindparam, select

from api.http.languages import language_of, worded
from api.http.problems import UnmetGuard, View, Waiting
from mediation.case import engine
from mediation.case.in_room import untold_to
from mediation.case.seat import Seat
from mediation.case.visibility import Level, sees
from mediation.errors import MediationError
from mediation.reading.people import PersonLine
from mediation.reading.view import columns
from mediation.store.database import Db
from mediation.store.models import Participant, get
from mediation.words.catalogue import has_words
from mediation.workflow.declaration import Guard


class IdView(View):
    """What was made, by its id."""

    id: str


def warned(code: str, names: Sequence[str], language: str) -> list[str]:
    """A warning about people with these names, in a sentence; none where there are none."""
    return [worded(f"warning.{code}", language, names=list(names))] if names else []


class IdsView(View):
    """What was made, by their ids: one for each participant it was recorded for."""

    ids: list[str]


def onward(path: str, numbers: Sequence[str], limit: int) -> str | None:
    """Where the rest of a list by number is, or None: of `numbers` one more than `limit` was looked for."""
    return f"{path}?after={numbers[limit - 1]}&limit={limit}" if len(numbers) > limit else None


def files(*types: str) -> dict[str, Any]:
    """What is a file of one of these types, as OpenAPI describes an answer or a request."""
    return {"content": {one: {"schema": {"type": "string", "format": "binary"}} for one in types}}


# Made once: making it takes longer than asking it.
_NAMES = select(columns(Participant, PersonLine)).where(Participant.case_id == bindparam("case_id"))


@dataclass(frozen=True)
class Reader:
    """Who reads, in which language, and where each act is done: all that an explanation takes."""

    db: Db
    seat: Seat
    language: str
    paths: Mapping[str, str]
    known: dict[str, Waiting] = field(default_factory=dict)

    def names(self, ids: Iterable[str]) -> list[Waiting]:
        """Participants with their names, by name; those not asked for before are read in one statement."""
        ids = list(ids)
        unknown = set(ids) - self.known.keys()
        rows = self.db.scalars(_NAMES, {"case_id": self.seat.case.id}) if unknown else ()
        named = {
            row.id: Waiting(participant=row.id, name=get(self.db, row, "name")) for row in rows if row.id in unknown
        }
        self.known.update(named)
        people = [self.known[who] for who in ids]
        return sorted(people, key=lambda one: ((one.name or "").casefold(), one.participant))

    def explain(self, unmet: Sequence[engine.Unmet]) -> list[UnmetGuard]:
        """The unmet guards as this reader may see them (visibility.md, row "unmet guards").

        Mediators read all, with names. A participant reads their own part or, without one, a sentence that is
        the same for everything that others lack; a commissioner only that it is in progress.
        """
        level = sees(self.seat.roles, "unmet-guard")
        if level == Level.FULL:
            return self._all(unmet, "guard.{}.unmet")
        if level == Level.OWN:
            own = [one.guard for one in unmet if self.seat.participant_id in one.missing]
            me = Waiting(participant=self.seat.participant_id)
            mine = [self._guard(one, worded(self._own(one), self.language), [me]) for one in own]
            return mine or [UnmetGuard(explanation=worded("guard.others", self.language))]
        if level == Level.STATUS:
            return [UnmetGuard(explanation=worded("guard.in-progress", self.language))]
        return []

    def warn(self, warnings: Sequence[engine.Unmet]) -> list[UnmetGuard]:
        """Warnings before a transition that do not prevent it; for mediators only."""
        return self._all(warnings, "warning.{}") if sees(self.seat.roles, "unmet-guard") == Level.FULL else []

    def _all(self, unmet: Sequence[engine.Unmet], words: str) -> list[UnmetGuard]:
        untold = untold_to(self.seat)
        told = [one for one in unmet if one.guard.code not in untold]
        self.names(who for one in told for who in one.missing)  # in one statement for all
        views = []
        for one in told:
            waiting = self.names(one.missing)
            said = worded(words.format(one.guard.code), self.language, names=[who.name for who in waiting])
            views.append(self._guard(one.guard, said, waiting))
        if len(told) < len(unmet):
            views.append(UnmetGuard(explanation=worded("guard.in-session-mode", self.language)))
        return views

    def _own(self, guard: Guard) -> str:
        own = f"guard.{guard.code}.own"
        return own if has_words(own, self.language) else f"guard.{guard.code}"

    def _guard(self, guard: Guard, explanation: str, waiting_for: list[Waiting]) -> UnmetGuard:
        open_now = self.seat.open_acts()
        acts = [act for act in guard.met_by if act in open_now]
        return UnmetGuard(
            guard=guard.code,
            explanation=explanation,
            waiting_for=waiting_for,
            who_can_fix=sorted(frozenset().union(*(open_now[act] for act in acts))),
            link=next((self._link(self.paths[act]) for act in acts if act in self.paths), None),
        )

    def _link(self, path: str) -> str:
        # What lies below a single item is reached from its list.
        return path.replace("{number}", self.seat.case.number).partition("/{")[0]


def reader_of(request: Request) -> Reader:
    """Who reads: whose seat was taken for this request."""
    state = request.state
    return Reader(state.db, state.seat, language_of(request), request.app.state.addresses)


def explained(reader: Reader, refusal: MediationError) -> None:
    """Put what the reader may see of the unmet guards in place of what the engine knows, in the refusal's details."""
    plan, unmet = refusal.details.pop("plan", None), refusal.details.get("unmet")
    if isinstance(plan, engine.Plan):
        unmet = plan.unmet
    refusal.details["unmet"] = reader.explain(unmet if isinstance(unmet, tuple) else ())
