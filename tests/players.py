"""Random people at one case: what each tries is chosen by chance, done through the real acts, and then checked.

Meri mediates, and Ilmari or Oskari may take over; Aino, Pekka and Sari disagree, and Outi may come in anybody's place;
Tuula supports one of them, Irina interprets, Kaarina signs for the employer; Vilho is HR and Veikko his colleague;
Timo raised the matter and Kaisa works beside it all; Ulla has nothing to do with the case.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from itertools import count
from typing import Any, Protocol, TypeVar

from sqlalchemy import func, select

from mediation.acts import (
    agreements,
    cases,
    check_ins,
    leaving,
    letters,
    marks,
    options,
    papers,
    participants,
    screening,
    sessions,
    signing,
    statements,
    stopping,
    stored_files,
    ties,
)
from mediation.acts import problem_statements as problems
from mediation.acts.participants import Someone
from mediation.case import engine, record
from mediation.case.seat import OWN, Manner, Seat, take_seat
from mediation.case.status import statuses
from mediation.documents.scans import Scan
from mediation.errors import MediationError, NotYet
from mediation.installation.due import settle_what_is_due
from mediation.letters import outbox
from mediation.reading.case import read_case
from mediation.store.database import Db
from mediation.store.models import (
    Agreement,
    Breach,
    Case,
    CheckIn,
    Document,
    Letter,
    Mark,
    Participant,
    RecordEntry,
    Signature,
    Statement,
    get,
    get_bytes,
)
from mediation.workflow.declaration import Trait, Way
from mediation.workflow.facts import CaseState, Facts, load_facts
from tests.bookkeeping import ACCOMPANIES, PHASES, RESUMING, WEEK, Book, Missing, Session, Version
from tests.houses import MONDAY, House
from tests.pages import send_typeset, sign_typeset
from workflows import WORKFLOWS
from workflows.mediation import MEDIATION

Item = TypeVar("Item")

OFFICES = {"Vilho": "hr", "Veikko": "hr", "Meri": "mediator", "Ilmari": "mediator", "Oskari": "mediator"}
MEDIATORS = ("Meri", "Ilmari", "Oskari")
PARTIES = ("Aino", "Pekka", "Sari", "Outi")
OTHERS = ("Tuula", "Irina", "Kaarina", "Timo", "Kaisa", "Ulla")
EVERYBODY = (*OFFICES, *PARTIES, *OTHERS)

# Who may not know where the case stands, nor that it ended, does what they may do at its start.
BLIND = {"interpreter", "initiator", "community-member", "former-party"}

# The acts that nobody can do for another by saying so (workflow.md, Ways).
OWN_HAND = {"agree-to-mediate", "undertake-confidentiality", "release-words", "renew-statement", "sign"}
ENDINGS = {"discontinue", "end-after-withdrawal"}
MOVES = {(one.code, move.code): move for one in MEDIATION.phases for move in one.transitions}
CODES = {code for _, code in MOVES}
BY_CODE = {guard.code: guard for move in MOVES.values() for guard in (*MEDIATION.guards_of(move), *move.warns)}
SCAN = Scan("application/pdf", b"%PDF-1.7 a scan")  # as it comes from being looked into


class Chance(Protocol):
    """What decides."""

    def __call__(self, below: int, /) -> int:
        """A number from 0 on, below this."""


@dataclass(frozen=True)
class Look:
    """A case as it stands: what nobody who is refused may have changed."""

    version: int
    head: str
    phase: str
    rung: str
    outcome: str | None
    letters: int
    facts: Facts


class Players:
    """The people of one case, and the second book of it that is kept beside."""

    def __init__(self, house: House, chance: Chance, *, parties: int = 2, seen: Counter[str] | None = None) -> None:
        self.house, self.chance, self.book = house, chance, Book()
        self.seen = seen if seen is not None else Counter()  # phases, transitions, acts: how often
        self.ids: dict[str, str] = {}  # of participants, by first name
        self.manifests: dict[str, bytes] = {}
        self.left_with: dict[str, str] = {}  # what whoever left could still read then
        self.stood: Look | None = None  # after the last thing that anybody tried
        for name in EVERYBODY:
            house.person(name, office=OFFICES.get(name), email=name != "Sari")
        house.clock.set(MONDAY)
        _let_ids_follow_each_other(house)
        self._refer(parties)

    # Chance.

    def pick(self, items: Sequence[Item]) -> Item | None:
        """One of these, or None where there is none."""
        return items[self.chance(len(items))] if items else None

    def odds(self, one_in: int) -> bool:
        """True once in so many times."""
        return self.chance(one_in) == 0

    # Acting.

    def tries(
        self,
        actor: str,
        act: str,
        do: Callable[[Db, Seat], Any],
        so: Callable[[Any], object] = lambda row: None,
        *,
        manner: Manner = OWN,
    ) -> Any:
        """Let somebody try an act; where it succeeds, keep in the book what it means. None where it was refused."""
        self.house.clock.at += timedelta(minutes=1)
        before = self.stood or self.look()
        roles = self._roles(manner.for_whom or self.ids.get(actor, ""))
        try:
            with self.house.installation.database.writing() as db:
                row = do(db, take_seat(db, WORKFLOWS, self.number, self.house.people[actor], writing=True))
                given = row if isinstance(row, str | int | None) else getattr(row, "id", row)
        except MediationError as refusal:
            refused = refusal.code
        else:
            refused = None
        after = self.stood = self.look()
        if refused is not None:
            self.seen[f"refused: {refused}"] += 1
            assert after == before, f"{act} was refused with {refused}, yet something changed"
            return None
        if after.version == before.version:  # as where somebody does it twice
            assert after == before, f"{act} changed something and left no entry"
            return given
        self._was_open(act, roles, manner)
        self.seen[act] += 1
        so(given)
        self.check(before, after)
        return given

    def _was_open(self, act: str, roles: set[str], manner: Manner) -> None:
        blind = roles <= BLIND and manner.way == Way.OWN_DEVICE
        phase = "preparation" if blind else self.book.phase
        open_now = MEDIATION.open_acts(phase, suspended=bool(self.book.suspended))
        assert act in CODES or open_now.get(act, frozenset()) & roles, f"{act} by {sorted(roles)} in {self.book.phase}"
        assert manner.way != Way.SAID or act not in OWN_HAND

    def _roles(self, participant: str) -> set[str]:
        one = self.book.people.get(participant)
        return set(one.roles) if one else set()

    def look(self) -> Look:
        """What stands now, freshly read."""
        with self.house.installation.database.reading() as db:
            case = db.scalars(select(Case).where(Case.number == self.number)).one()
            letters = db.scalar(select(func.count()).select_from(Letter).where(Letter.case_id == case.id)) or 0
            state = CaseState(**{part.name: getattr(case, part.name) for part in fields(CaseState)})
            return Look(case.version, case.head, case.phase, case.rung, case.outcome, letters, load_facts(db, state))

    def _seat(self, db: Db, name: str) -> Seat:
        return take_seat(db, WORKFLOWS, self.number, self.house.people[name])

    # Checking.

    def check(self, before: Look, after: Look) -> None:
        """All that has to hold after an act that succeeded."""
        book = self.book
        assert after.version > before.version
        assert (after.phase, after.rung, after.outcome) == (book.phase, book.rung, book.outcome)
        assert PHASES.index(after.rung) >= PHASES.index(before.rung) if before.rung in PHASES else True
        if after.phase != before.phase:
            self.seen[f"phase {after.phase}"] += 1
        with self.house.installation.database.reading() as db:
            self._the_record_tells(db, before, after)
            self._the_books_agree(after.facts)
            self._signatures_stand_under_what_was_signed(db)
            self._whoever_withdrew_is_free(db)
            self._the_commissioner_sees_the_ladder(db)
            self._whoever_left_reads_nothing_new(db)

    def _the_record_tells(self, db: Db, before: Look, after: Look) -> None:
        case_id = after.facts.case_id
        verdict = record.verify(db, case_id)
        assert (verdict.holds, verdict.entries, verdict.head) == (True, after.version, after.head), verdict
        entries = db.execute(
            select(RecordEntry.position, RecordEntry.act, RecordEntry.phase, RecordEntry.at)
            .where(RecordEntry.case_id == case_id)
            .order_by(RecordEntry.position)
        ).all()
        phase = MEDIATION.initial.code
        for entry in entries:
            if entry.act in CODES:
                phase = MOVES[phase, entry.act].to
            elif entry.act in ENDINGS:
                phase = MEDIATION.final.code
            assert entry.phase == phase, f"the record tells {entry.phase} at {entry.position}, which is {phase}"
        assert phase == after.phase
        assert all(entry.at == self.house.clock.at for entry in entries[before.version :])

    def _the_books_agree(self, facts: Facts) -> None:
        book, here = self.book, {one.id: set(one.roles) for one in facts.participants if one.roles}
        assert here == {one.id: one.roles for one in book.people.values() if one.roles}
        assert facts.suspensions == book.suspended
        unmet = {code: frozenset(one.missing(facts)) for code, one in BY_CODE.items() if not one.holds(facts)}
        assert unmet == book.unmet()
        standing = [one for one in book.versions if one.state not in {"dropped", "unsent"}]
        assert [(one.state, one.signed_by, one.reported_by) for one in facts.agreements] == [
            (one.state, one.signed, one.reported) for one in standing
        ]
        assert sum(one.state == "sealed" for one in facts.agreements) <= 1
        assert facts.open_breaches == {lineage for lineage, state in book.breaches.values() if state == "open"}

    def _signatures_stand_under_what_was_signed(self, db: Db) -> None:
        rows = db.execute(
            select(Signature, Agreement)
            .join(Agreement, Agreement.id == Signature.agreement_id)
            .join(Case, Case.id == Agreement.case_id)
            .where(Case.number == self.number)
        )
        for signature, agreement in rows:
            assert agreement.state != "draft"
            assert agreement.manifest == self.manifests.setdefault(agreement.id, agreement.manifest)
            whole = sha256(get(db, agreement, "manifest").encode()).hexdigest()
            annexes = select(Document).filter_by(about=agreement.id, kind="annex-manifest")
            own = [one for one in db.scalars(annexes) if one.owner == signature.participant_id]
            texts = [sha256(get_bytes(db, one, "content")).hexdigest() for one in own] or [whole]
            assert [signature.digest] == texts
            assert signature.at >= agreement.sent_at
        for version in self.book.versions:
            if version.state in {"sealed", "superseded"}:
                assert version.owners <= version.signed, "somebody is bound who did not sign"

    def _whoever_withdrew_is_free(self, db: Db) -> None:
        waiting = self.book.current
        for leaver, (at, _) in self.book.withdrew.items():
            assert "party" not in self.book.people[leaver].roles
            if waiting is not None and waiting.state == "sent":
                assert leaver not in waiting.owners | self.book.signers(waiting)
            signed_after = select(Signature.id).where(Signature.participant_id == leaver, Signature.at > at)
            assert db.scalar(signed_after) is None

    def _the_commissioner_sees_the_ladder(self, db: Db) -> None:
        [line] = statuses(db, WORKFLOWS, self.house.people[self.commissioner], number=self.number)
        assert line.status == ("closed" if self.book.outcome else self.book.rung)

    def _whoever_left_reads_nothing_new(self, db: Db) -> None:
        for name, participant in self.ids.items():
            if self._roles(participant) != {"former-party"}:
                self.left_with.pop(name, None)
                continue
            whole = {part: said for part, said in read_case(db, self._seat(db, name)).items() if part != "you"}
            whole.pop("marks", None)  # own withdrawal, when it is confirmed
            seen = json.dumps(whole, default=str, sort_keys=True)
            assert self.left_with.setdefault(name, seen) == seen

    def check_the_end(self) -> None:
        """What is too slow to look at after every act: that no stored text of the case ever changed."""
        with self.house.installation.database.reading() as db:
            case_id = db.scalars(select(Case.id).where(Case.number == self.number)).one()
            for one in db.scalars(select(Document).where(Document.case_id == case_id)):
                assert sha256(get_bytes(db, one, "content")).hexdigest() == get(db, one, "sha256")
            strangers = select(Letter.id).join(Participant, Participant.id == Letter.participant_id)
            assert db.scalar(strangers.where(Letter.case_id == case_id, Participant.case_id != case_id)) is None

    # Who is who.

    @property
    def commissioner(self) -> str:
        """Who commissions now."""
        return next(name for name in ("Vilho", "Veikko") if "commissioner" in self._roles(self.ids.get(name, "")))

    @property
    def mediator(self) -> str:
        """Who mediates now, or would."""
        return self._first("mediator") or self._first("co-mediator") or "Meri"

    def _first(self, role: str) -> str | None:
        return next((one.name for one in self.book.holding(role)), None)

    def named(self, *roles: str) -> list[str]:
        """The first names of everyone in these roles."""
        return [one.name for one in self.book.holding(*roles)]

    def anybody(self) -> str:
        """The participant id of somebody at the case, or nobody's."""
        return self.pick([*self.ids.values(), "nobody"]) or "nobody"

    def party(self) -> str:
        """The participant id of a party, mostly."""
        parties = [one.id for one in self.book.holding("party")]
        return self.anybody() if not parties or self.odds(8) else self.pick(parties) or ""

    def manner(self, name: str) -> tuple[str, Manner]:
        """Who sits at the device when somebody does something of their own, and how it came about."""
        if not self.odds(4) or name not in self.ids:
            return name, OWN
        way = self.pick((Way.SAID, Way.IN_PERSON, Way.PAPER)) or Way.SAID
        typed = name if not self.odds(4) else "Joku Muu"
        scan = self._attach(name) if way == Way.PAPER and not self.odds(4) else None
        return self.mediator, Manner(way, self.ids[name], typed, scan)

    def _attach(self, name: str) -> str | None:
        whose = self.ids[name]
        scanned = lambda db, seat: stored_files.attach_scan(db, seat, whose, SCAN)  # noqa: E731
        return self.tries(self.mediator, "attach-scan", scanned)

    def own(
        self, name: str, act: str, do: Callable[..., Any], so: Callable[[str, Any], object] = lambda who, row: None
    ) -> Any:
        """Somebody does something of their own, in any way; `so` hears whose it was."""
        actor, manner = self.manner(name)
        whose = self.ids.get(name, "")
        return self.tries(
            actor, act, lambda db, seat: do(db, seat, manner=manner), lambda row: so(whose, row), manner=manner
        )

    def says(self, kind: str, about: str = "", value: str = "yes") -> Callable[[str, Any], None]:
        """That somebody said something, as the book keeps it."""

        def so(whose: str, row: Any) -> None:
            self.book.people[whose].said[kind, about] = value

        return so

    def come_together(self) -> None:
        """Mediation is ordered, Meri mediates; somebody comes along, and one signs for the employer."""
        self.order_mediation(self.commissioner)
        self.assign_mediator(self.commissioner, "Meri")
        for name, role in (
            ("Tuula", "support-person"),
            ("Irina", "interpreter"),
            ("Kaarina", "employer-representative"),
        ):
            if self.odds(2):
                self.add_participant("Meri", name, role)

    # Beginning.

    def _refer(self, parties: int) -> None:
        house = self.house
        with house.installation.database.writing() as db:
            case = cases.refer(
                db,
                MEDIATION,
                house.people["Vilho"],
                organisation_id=house.organisation("Esimerkkilä"),
                language="fi",
                subject="Yhteistyö vuoron vaihdossa",
                parties=[Someone(person_id=house.people[name]) for name in PARTIES[:parties]],
                initiator=Someone(person_id=house.people["Timo"]),
            )
            self.number = case.number
            rows = db.execute(select(Participant.person_id, Participant.id).where(Participant.case_id == case.id))
            by_person = {row.person_id: row.id for row in rows}
        for name, role in {
            "Vilho": "commissioner",
            **dict.fromkeys(PARTIES[:parties], "party"),
            "Timo": "initiator",
        }.items():
            self._joined(name, by_person[house.people[name]], role)

    def _joined(self, name: str, participant: str, *roles: str, supports: str | None = None) -> None:
        self.ids[name] = participant
        self.book.joins(participant, name, *roles, supports=supports)

    # Ordering, choosing, screening.

    def order_mediation(self, name: str) -> None:
        final = self.pick((None, self.today + timedelta(days=90), self.today))
        self.tries(
            name,
            "order-mediation",
            lambda db, seat: cases.order_mediation(
                db, seat, terms="Sovittelu tiimissä.", language="fi", final_date=final
            ),
            lambda row: setattr(self.book, "ordered", True),
        )

    @property
    def today(self) -> date:
        """The local date."""
        return self.house.clock.at.astimezone(self.house.installation.settings.zone).date()

    def assign_mediator(self, name: str, whom: str | None = None) -> None:
        chosen = whom or self.pick((*MEDIATORS, "Pekka", "Ulla")) or "Meri"
        role = "mediator" if whom or self.odds(2) else "co-mediator"

        def so(participant: str) -> None:
            if role == "mediator":
                self.book.changes_mediator(participant, chosen)
            self._joined(chosen, participant, role)

        person = self.house.people[chosen]
        self.tries(name, "assign-mediator", lambda db, seat: cases.assign_mediator(db, seat, person, role=role), so)

    def hand_over(self, name: str) -> None:
        colleague = self.pick(("Veikko", "Vilho", "Aino", "Ulla")) or "Veikko"

        def so(participant: str) -> None:
            before = self.ids[name]
            self._joined(colleague, participant, "commissioner")
            if participant != before:
                self.book.people[before].roles -= {"commissioner"}

        person = self.house.people[colleague]
        self.tries(name, "hand-over", lambda db, seat: cases.hand_over(db, seat, person), so)

    def declare_ties(self, name: str, *, has_ties: bool | None = None) -> None:
        bound = self.odds(6) if has_ties is None else has_ties

        def so(declaration: str) -> None:
            self.book.declared[self.ids[name]] = declaration
            if bound and self.book.phase != "preparation":
                self.book.suspended.add("tie")

        self.tries(
            name,
            "declare-ties",
            lambda db, seat: ties.declare_ties(db, seat, has_ties=bound, words="Olen sovittelija.", language="fi"),
            so,
        )

    def answer_ties(self, name: str, *, answer: str | None = None) -> None:
        chosen = answer or ("objected" if self.odds(6) else "accepted")
        for declaration in list(self.book.declared.values()):
            self.own(
                name,
                "answer-ties",
                lambda db, seat, manner, which=declaration: ties.answer_ties(db, seat, which, chosen, manner),
                self.says("ties", declaration, chosen),
            )

    def screen(self, name: str) -> None:
        self.tries(name, "screen", lambda db, seat: screening.begin_screening(db, seat, language="fi"))
        if self.odds(3):
            return
        if self.odds(2):
            self.answer_screening(self.pick(PARTIES) or "Aino")
        self.decide(name, self.pick(screening.OUTCOMES) or "suitable")

    def answer_screening(self, name: str) -> None:
        given = {
            "S3": "yes",
            "S4": self.pick(("yes", "unknown")) or "yes",
            "S5": self.pick(("no", "no", "yes")) or "no",
        }
        self.own(
            name,
            "answer-screening",
            lambda db, seat, manner: screening.answer_screening(db, seat, given, language="fi", manner=manner),
        )

    def decide(self, name: str, outcome: str) -> None:
        kinds = ("breaks", "separate-meetings", "reflection-time", "separate-process-stated")
        wanted = {code for code in kinds if self.odds(2)} if outcome == "suitable-with-safeguards" else set()
        review = self.today + timedelta(days=self.chance(20))

        def so(row: str) -> None:
            self.book.screened = (outcome, frozenset(wanted))
            if self.book.rung == "not-started":
                self.book.rung = "preparation"
            if outcome not in {"suitable", "suitable-with-safeguards"} and self.book.phase != "preparation":
                self.book.suspended.add("re-screening")

        self.tries(
            name,
            "screen",
            lambda db, seat: screening.decide_screening(
                db, seat, outcome, safeguards=sorted(wanted), review_on=review if outcome == "postponed" else None
            ),
            so,
        )

    def put_safeguard(self, name: str, code: str | None = None) -> None:
        chosen = code or self.pick(("breaks", "reflection-time", "separate-process-stated")) or "breaks"
        self.tries(
            name,
            "put-safeguard-in-place",
            lambda db, seat: screening.put_safeguard_in_place(db, seat, chosen),
            lambda row: self.says("safeguard", chosen)(self.ids[name], row),
        )

    # People.

    def add_participant(self, name: str, whom: str | None = None, role: str | None = None) -> None:
        known = dict(zip(OTHERS, ("support-person", "interpreter", "employer-representative"), strict=False))
        one = whom or self.pick((*PARTIES, *OTHERS)) or "Outi"
        likely = role or known.get(one) or ("party" if one in PARTIES else "community-member")
        chosen = likely if role or not self.odds(8) else self.pick(tuple(sorted(MEDIATION.who(Trait.JOINS)))) or "party"
        supports = self.party() if chosen == "support-person" else None

        def so(participant: str) -> None:
            if chosen == "party":  # who comes now signs a text that names them
                self.book.unsends()
            self._joined(one, participant, chosen, supports=supports)

        someone = Someone(person_id=self.house.people[one])
        self.tries(
            name,
            "add-participant",
            lambda db, seat: participants.add_participant(db, seat, someone, chosen, supports=supports),
            so,
        )

    def release_companion(self, name: str) -> None:
        companions = [
            one.id
            for one in self.book.holding(*ACCOMPANIES, "employer-representative", "community-member", "co-mediator")
        ]
        whom = self.anybody() if self.odds(6) else self.pick(companions) or self.anybody()
        self.tries(
            name,
            "release-companion",
            lambda db, seat: participants.release_companion(db, seat, whom),
            lambda row: self.book.leaves(whom),
        )

    def invite(self, name: str) -> None:
        whom = self.party()
        self.tries(name, "invite", lambda db, seat: participants.invite(db, seat, whom))

    def undertake(self, name: str) -> None:
        self.own(name, "undertake-confidentiality", participants.undertake_confidentiality, self.says("undertook"))

    def agree(self, name: str) -> None:
        self.own(name, "agree-to-mediate", participants.agree_to_mediate, self.says("consent", value="given"))

    def decline(self, name: str) -> None:
        said = self.says("consent", value="declined")
        self.own(name, "decline-to-mediate", participants.decline_to_mediate, said)

    def waive_separate(self, name: str) -> None:
        said = self.says("waived-separate")
        self.own(name, "waive-separate-meeting", participants.waive_separate_meeting, said)

    def replace_party(self, name: str) -> None:
        whom, successor = self.party(), self.pick((*PARTIES, "Ulla", "Kaarina")) or "Outi"

        def so(participant: str) -> None:
            self.book.party_leaves(whom, withdrawn=False)
            self._joined(successor, participant, "party")

        someone = Someone(person_id=self.house.people[successor])
        self.tries(name, "replace-party", lambda db, seat: leaving.replace_party(db, seat, whom, someone), so)

    def end_employment(self, name: str) -> None:
        whom = self.party()
        self.tries(
            name,
            "end-employment",
            lambda db, seat: leaving.end_employment(db, seat, whom),
            lambda row: self.book.party_leaves(whom, withdrawn=False),
        )

    # Leaving and coming back, standing still and going on, ending.

    def withdraw(self, name: str) -> None:
        final, words = self.odds(3), self.pick(("", "En jaksa enää."))
        self.own(
            name,
            "withdraw",
            lambda db, seat, manner: leaving.withdraw(db, seat, confirmed=final, words=words or "", manner=manner),
            lambda who, row: self.book.withdraws(who, self.now, final=final),
        )

    @property
    def now(self) -> datetime:
        """The moment."""
        return self.house.clock.at

    def take_back(self, name: str) -> None:
        def so(who: str, row: Any) -> None:
            at, final = self.book.withdrew[who]
            assert not final
            assert self.now - at <= WEEK
            self.book.comes_back(who)

        self.own(name, "take-back-withdrawal", leaving.take_back_withdrawal, so)

    def confirm(self, name: str) -> None:
        confirmed = lambda who, row: self.book.withdraws_for_good(who)  # noqa: E731
        self.own(name, "confirm-withdrawal", leaving.confirm_withdrawal, confirmed)

    def pause(self, name: str) -> None:
        self.own(name, "pause", stopping.pause, self._stops("pause"))

    def _stops(self, cause: str) -> Callable[..., None]:
        return lambda *given: self.book.suspended.add(cause)

    def suspend(self, name: str) -> None:
        cause, review = (
            self.pick((*MEDIATION.given_causes, "boredom")) or "other",
            self.today + timedelta(days=self.chance(9)),
        )
        suspended = lambda db, seat: stopping.suspend(db, seat, cause, review)  # noqa: E731
        self.tries(name, "suspend", suspended, self._stops(cause))

    def resume(self, name: str) -> None:
        asked = {guard for cause in self.book.suspended for guard in RESUMING.get(cause, ())}
        hindered = asked & self.book.unmet().keys()
        suspended = bool(self.book.suspended)

        def so(row: Any) -> None:
            assert suspended
            assert not hindered
            self.book.suspended.clear()

        self.tries(name, "resume", stopping.resume, so)

    def discontinue(self, name: str) -> None:
        outcome = self.pick((*MEDIATION.outcomes, "bored")) or "no-agreement"
        ended = lambda db, seat: stopping.discontinue(db, seat, outcome)  # noqa: E731
        self.tries(name, "discontinue", ended, lambda row: self.book.ends(outcome))

    def move(self, name: str, code: str) -> None:
        """Somebody tries a transition: it succeeds exactly when the page says so."""
        move, unmet = MOVES.get((self.book.phase, code)), self.book.unmet()
        hindered = {one.code for one in MEDIATION.guards_of(move)} & unmet.keys() if move else set()
        may = move is not None and bool(move.by & self._roles(self.ids.get(name, ""))) and not hindered
        told: list[Mapping[str, Missing]] = []

        def do(db: Db, seat: Seat) -> str:
            seen = engine.plans(seat, load_facts(db, seat.case), db.today())
            try:
                engine.advance(db, seat, code, if_match=engine.tag(seat, seen))
            except NotYet as refusal:
                plan = refusal.details.get("plan")
                if isinstance(plan, engine.Plan):
                    told.append({one.guard.code: frozenset(one.missing) for one in plan.unmet})
                raise
            return code

        def so(row: str) -> None:
            assert move is not None
            assert not hindered
            self.seen[f"{self.book.phase}: {code}"] += 1
            self.book.moves(code, move.to, forward=move.forward)

        moved = self.tries(name, code, do, so)
        assert (moved is not None) == may, f"{code} by {name}, unmet {sorted(hindered)}"
        assert all(one == {guard: unmet[guard] for guard in hindered} for one in told)

    def time_passes(self, days: int) -> None:
        """So many days go by, and what falls due by itself is settled."""
        self.house.clock.at += timedelta(days=days)
        before = self.look()
        settle_what_is_due(self.house.installation.database, WORKFLOWS)
        self.book.time_passes(self.now)
        after = self.stood = self.look()
        if after.version == before.version:
            assert after == before
        else:
            self.check(before, after)

    # Sessions.

    def plan_session(self, name: str, kind: str | None = None, whom: str | None = None) -> str | None:
        chosen = kind or self.pick(MEDIATION.planned_kinds) or "joint"
        alone = (whom or self.party()) if chosen == "separate" else None
        phases = PHASES[1:-2]
        serves = () if kind or not self.odds(4) else tuple(one for one in phases if self.odds(2))
        ahead = self.now + timedelta(days=self.chance(40))

        def so(session: str) -> None:
            default = phases if chosen == "joint" else ("follow-up",) if chosen == "follow-up" else ()
            served = (serves or default) if chosen == "joint" else default
            self.book.sessions[session] = Session(session, chosen, frozenset(served), alone)

        planned: str | None = self.tries(
            name,
            "plan-session",
            lambda db, seat: sessions.plan_session(db, seat, chosen, ahead, serves=serves, with_participant=alone),
            so,
        )
        return planned

    def _session(self, *states: str) -> str:
        found = [one.id for one in self.book.sessions.values() if one.state in states]
        return self.pick(found) or self.pick(list(self.book.sessions)) or "nothing"

    def move_session(self, name: str) -> None:
        session, ahead = self._session("planned"), self.now + timedelta(days=1 + self.chance(40))
        self.tries(name, "plan-session", lambda db, seat: sessions.move_session(db, seat, session, ahead))

    def cancel_session(self, name: str) -> None:
        session = self._session("planned")
        cancelled = lambda db, seat: sessions.cancel_session(db, seat, session)  # noqa: E731
        self.tries(name, "plan-session", cancelled, lambda row: self._now_is(session, "cancelled"))

    def _now_is(self, session: str, state: str) -> None:
        self.book.sessions[session].state = state

    def begin_session(self, name: str, which: str | None = None) -> None:
        session = which or self._session("planned")
        begun = lambda db, seat: sessions.begin_session(db, seat, session)  # noqa: E731
        self.tries(name, "begin-session", begun, lambda row: self._now_is(session, "begun"))

    def end_session(self, name: str, which: str | None = None) -> None:
        session, early = which or self._session("begun"), self.odds(4)
        ended = lambda db, seat: sessions.end_session(db, seat, session, early=early)  # noqa: E731
        self.tries(name, "end-session", ended, lambda row: self._now_is(session, "held"))

    def mark_attendance(self, name: str, which: str | None = None, present: Sequence[str] = ()) -> None:
        session = which or self._session("begun", "held")
        alone = self.book.sessions[session].whom if session in self.book.sessions else None
        who = [*present] or ([alone] if alone else [one.id for one in self.book.holding("party") if not self.odds(4)])
        values = {one: "present" if present else self.pick(sessions.ATTENDED) or "absent" for one in who}

        def so(row: Any) -> None:
            for one, value in values.items():
                self.book.people[one].said["attended", session] = value

        self.tries(
            name, "mark-attendance", lambda db, seat: sessions.mark_attendance(db, seat, session, values) and None, so
        )

    def let_go_on(self, name: str) -> None:
        session = self._session("begun", "planned")
        self.own(
            name,
            "let-table-go-on",
            lambda db, seat, manner: sessions.let_table_go_on(db, seat, session, manner),
            self.says("let-go-on", session),
        )

    def ask_for_caucus(self, name: str) -> None:
        self.own(name, "ask-for-caucus", sessions.ask_for_caucus)

    def open_caucus(self, name: str) -> None:
        whom = self.party()

        def so(session: str) -> None:
            self.book.sessions[session] = Session(session, "caucus", frozenset(), whom, "begun")

        self.tries(name, "open-caucus", lambda db, seat: sessions.open_caucus(db, seat, whom), so)

    def close_caucus(self, name: str, which: str | None = None) -> None:
        session = which or self._session("begun")
        closed = lambda db, seat: sessions.close_caucus(db, seat, session)  # noqa: E731
        self.tries(name, "close-caucus", closed, lambda row: self._now_is(session, "held"))

    def waive_follow_ups(self, name: str) -> None:
        version = self.book.in_force.id if self.book.in_force else ""
        self.own(name, "waive-follow-ups", sessions.waive_follow_ups, self.says("waived-follow-ups", version))

    # Words.

    def speak(self, name: str) -> None:
        act, do = self.pick(
            (("speak-privately", statements.speak_privately), ("speak-to-table", statements.speak_to_table))
        ) or ("", None)
        assert do is not None
        self.own(
            name,
            act,
            lambda db, seat, manner: do(db, seat, "Sävy satutti. Haluan silti jatkaa.", language="fi", manner=manner),
        )

    def _own_statement(self, name: str) -> str:
        with self.house.installation.database.reading() as db:
            mine = select(Statement.id).where(Statement.participant_id == self.ids.get(name, ""))
            return self.pick(db.scalars(mine.order_by(Statement.at, Statement.id)).all()) or "nothing"

    def release_words(self, name: str) -> None:
        statement, sentence = self._own_statement(name), self.pick(("Sävy satutti.", "Ei tätä.")) or ""
        self.own(
            name,
            "release-words",
            lambda db, seat, manner: statements.release_words(db, seat, statement, sentence, manner),
        )

    def renew_statement(self, name: str) -> None:
        statement = self._own_statement(name)
        self.own(
            name,
            "renew-statement",
            lambda db, seat, manner: statements.renew_statement(db, seat, statement, manner),
        )

    def correct_statement(self, name: str) -> None:
        statement = self._own_statement(name)
        self.own(
            name,
            "correct-what-was-recorded",
            lambda db, seat, manner: statements.correct_statement(
                db, seat, statement, "Sanoin näin.", language="fi", manner=manner
            ),
        )

    def correct_mark(self, name: str) -> None:
        """Somebody takes back what was recorded of them."""
        with self.house.installation.database.reading() as db:
            mine = select(Mark).where(Mark.participant_id == self.ids.get(name, ""), Mark.ended_at.is_(None))
            rows = db.execute(mine.order_by(Mark.at, Mark.id).with_only_columns(Mark.id, Mark.kind, Mark.about)).all()
        row = self.pick(rows)
        if row is None:
            return

        def so(whose: str, _: Any) -> None:
            self.book.people[whose].said.pop((KEPT_AS.get(row.kind, row.kind), row.about), None)

        self.own(
            name,
            "correct-what-was-recorded",
            lambda db, seat, manner: marks.correct_mark(db, seat, row.id, manner),
            so,
        )

    def write_note(self, name: str) -> None:
        self.tries(name, "write-note", lambda db, seat: statements.write_note(db, seat, "Tauko pian.", language="fi"))

    def accept_ground_rules(self, name: str) -> None:
        self.own(name, "accept-ground-rules", marks.accept_ground_rules, self.says("ground-rules"))

    def mark_turn(self, name: str, whom: str | None = None) -> None:
        chosen = whom or self.party()
        turned = lambda db, seat: marks.mark_opening_turn(db, seat, chosen)  # noqa: E731
        self.tries(name, "mark-opening-turn", turned, lambda row: self.says("opening-turn")(chosen, row))

    def state_view(self, name: str) -> None:
        def stated(db: Db, seat: Seat, manner: Manner) -> Any:
            return statements.state_view(db, seat, "Viestit jäävät lukematta.", language="fi", manner=manner)

        act, do = self.pick((("state-view", stated), ("pass-view", statements.pass_view))) or ("", stated)
        self.own(name, act, do, self.says("view"))

    def say_ready(self, name: str) -> None:
        self.own(name, "say-ready", marks.say_ready, self.says("ready"))

    def mark_impasse(self, name: str) -> None:
        self.tries(name, "mark-impasse", lambda db, seat: marks.mark_impasse(db, seat) and None)

    # The joint statement and the options.

    def draft_problem(self, name: str, *, goals: int | None = None) -> None:
        many = self.chance(3) if goals is None else goals
        texts = {"fi": problems.ProblemWords("Tieto ei kulje meillä.", ["Tieto kulkee."] * many)}
        questions = [{"fi": "Miten vuoro vaihtuu?"}] * self.chance(2)

        def so(statement: str) -> None:
            version = self.book.problem[1] + 1 if self.book.problem else 1
            self.book.problem = (statement, version, many)
            self.book.issues = dict.fromkeys(self._issues(statement), "open")

        self.tries(
            name,
            "draft-problem-statement",
            lambda db, seat: problems.draft_problem_statement(db, seat, texts, issues=questions),
            so,
        )

    def _issues(self, statement: str) -> list[str]:
        with self.house.installation.database.reading() as db:
            found = select(problems.Issue.id).where(problems.Issue.problem_statement_id == statement)
            return list(db.scalars(found.order_by(problems.Issue.position)))

    def accept_problem(self, name: str) -> None:
        statement, version, _ = self.book.problem or ("", 1, 0)
        read = version if not self.odds(6) else version - 1
        self.own(
            name,
            "accept-problem-statement",
            lambda db, seat, manner: problems.accept_problem_statement(db, seat, read, manner),
            self.says("accepted", statement),
        )

    def mark_issue(self, name: str) -> None:
        issue, state = self.pick(list(self.book.issues)) or "nothing", self.pick(("agreed", "open")) or "open"
        marked = lambda db, seat: problems.mark_issue(db, seat, issue, state)  # noqa: E731
        self.tries(name, "mark-issue", marked, lambda row: self.book.issues.update({issue: state}))

    def propose(self, name: str) -> None:
        self.own(
            name,
            "propose-option",
            lambda db, seat, manner: options.propose_option(
                db, seat, "Vuoronvaihto ajoissa", language="fi", manner=manner
            ),
            lambda who, option: self.book.options.update({option: "open"}),
        )

    def respond(self, name: str) -> None:
        option = self.pick(list(self.book.options)) or "nothing"
        answer = self.pick(("yes", "yes", *options.RESPONSES)) or "yes"
        self.own(
            name,
            "respond-to-option",
            lambda db, seat, manner: options.respond_to_option(db, seat, option, answer, manner),
            self.says("responded", option, answer),
        )

    def adopt(self, name: str) -> None:
        option = self.pick(list(self.book.options)) or "nothing"

        def so(row: str) -> None:
            said = [one.said.get(("responded", option)) for one in self.book.holding("party")]
            assert set(said) <= {"yes"}

        self.tries(name, "adopt-option", lambda db, seat: options.adopt_option(db, seat, option), so)

    def set_aside(self, name: str) -> None:
        option = self.pick(list(self.book.options)) or "nothing"
        self.tries(name, "set-aside-option", lambda db, seat: options.set_aside_option(db, seat, option, "Ei nyt."))

    # The agreement.

    def draft_agreement(self, name: str, *, well: bool = False) -> None:
        """Somebody drafts: promises of anybody, old ones carried on or ended, now and then one who is named in another's."""
        owners = [one.id for one in self.book.holding("party", "employer-representative")]
        lacking = not well and self.odds(5)
        promises = [self._promise(owner, lacking=lacking, well=well) for owner in owners if well or not self.odds(3)]
        if not well and self.odds(6):
            promises.append(self._promise(self.anybody(), lacking=False, well=False))
        promises += self._continued(owners)
        disclosed = well or not self.odds(6)
        words = agreements.TextWords("Tieto ei kulje meillä.")

        def do(db: Db, seat: Seat) -> Any:
            newest = agreements.newest_agreement(db, seat)
            working = newest is not None and newest.state in agreements.WORKING
            return agreements.draft_agreement(
                db,
                seat,
                prevailing="fi",
                texts={"fi": words},
                promises=promises,
                disclosure_decided=disclosed,
                if_match=agreements.draft_tag(newest) if newest is not None and working else None,
            )

        def so(agreement: str) -> None:
            self.book.drafts(Version(agreement, "draft", self._promised(agreement), not lacking, disclosed))

        self.tries(name, "draft-agreement", do, so)

    def _promise(self, owner: str, *, lacking: bool, well: bool) -> agreements.Promise:
        name = "" if well or not self.odds(5) else f" Kerron siitä: {self.pick(PARTIES)}."
        words = agreements.CommitmentWords(f"Kirjaan keskeneräiset.{name}", "joka vuoro", "" if lacking else "Näkyy.")
        return agreements.Promise([owner], {"fi": words}, starts_on=self.today + timedelta(days=7))

    def _continued(self, owners: Sequence[str]) -> list[agreements.Promise]:
        known = self.book.in_force.promises if self.book.in_force else {}
        kept = [lineage for lineage in known if not self.odds(3)]
        words = agreements.CommitmentWords("Kirjaan keskeneräiset.", "joka vuoro", "Näkyy.")
        return [
            agreements.Promise(lineage=lineage, ended="done")
            if self.odds(3) or not owners
            else agreements.Promise([self.pick(owners) or ""], {"fi": words}, starts_on=self.today, lineage=lineage)
            for lineage in kept
        ]

    def _promised(self, agreement: str) -> dict[str, frozenset[str]]:
        with self.house.installation.database.reading() as db:
            row = db.get_one(Agreement, agreement)
            lines = papers.commitments_of(db, row)
            return {one["lineage"]: frozenset(one["owners"]) for one in lines if one["ended"] is None}

    def send_agreement(self, name: str) -> None:
        sign_by = self.today + timedelta(days=1 + self.chance(20))

        def so(agreement: str) -> None:
            version, unmet = self.book.newest, self.book.unmet()
            assert version is not None
            assert not unmet.keys() & {"commitments-complete", "owners-sign", "disclosure-decided"}
            version.state = "sent"
            text, left = self._text_of(agreement), self.named("former-party")
            assert not [name for name in left if name in text], "the new text names who left"

        self.tries(name, "send-agreement", lambda db, seat: send_typeset(db, seat, sign_by=sign_by), so)

    def _text_of(self, agreement: str) -> str:
        with self.house.installation.database.reading() as db:
            paper = papers.read_paper(db, self._seat(db, self.mediator), db.get_one(Agreement, agreement))
            return json.dumps(papers.agreement_data(paper, "fi"), ensure_ascii=False)

    def drop_draft(self, name: str) -> None:
        def so(row: Any) -> None:
            assert self.book.newest is not None
            self.book.newest.state = "dropped"

        self.tries(name, "drop-draft", agreements.drop_draft, so)

    def extend(self, name: str) -> None:
        until = self.today + timedelta(days=self.chance(20))
        self.tries(name, "extend-signing", lambda db, seat: signing.extend_signing(db, seat, until))

    def hesitate(self, name: str) -> None:
        act, do = self.pick(
            (
                ("take-time", signing.take_time),
                ("ask-to-talk", signing.ask_to_talk),
                ("decline-to-sign", signing.decline_to_sign),
            )
        ) or ("take-time", signing.take_time)
        self.own(name, act, do)

    def sign(self, name: str, *, surely: bool = False) -> None:
        forged, seal_key = not surely and self.odds(8), self.house.installation.seal_key

        def signed(db: Db, seat: Seat, manner: Manner) -> Any:
            agreement = agreements.newest_agreement(db, seat)
            if agreement is None or forged:
                return sign_typeset(db, seat, "0" * 64, seal_key, manner)
            digest = signing.digest_to_sign(db, seat, agreement, manner.for_whom or seat.participant_id)
            return sign_typeset(db, seat, digest, seal_key, manner)

        def so(whose: str, row: Any) -> None:
            assert not forged
            assert self.book.newest is not None
            assert self.book.newest.state == "sent"
            self.book.signs(whose)

        self.own(name, "sign", signed, so)

    # Follow-up.

    def give_notice(self, name: str) -> None:
        given = lambda db, seat: check_ins.give_notice(db, seat) and None  # noqa: E731
        self.tries(name, "give-notice", given, lambda row: setattr(self.book.in_force, "told", True))

    def check_in(self, name: str, *, answer: str | None = None) -> None:
        version, audience = self.book.in_force, self.pick(("table", "table", "mediator")) or "table"
        here = {one.id for one in self.book.holding("party", "employer-representative")}
        party = "party" in self._roles(self.ids.get(name, ""))
        lines: dict[str, str] = {}  # commitment: lineage
        if version is not None:
            with self.house.installation.database.reading() as db:
                for one in papers.commitments_of(db, db.get_one(Agreement, version.id)):
                    mine = party or self.ids.get(name) in one["owners"]
                    if one["ended"] is None and here & set(one["owners"]) and mine:
                        lines[one["id"]] = one["lineage"]
        said = {key: answer or self.pick(("kept", "kept", *check_ins.REPORTS)) or "kept" for key in lines}

        def so(whose: str, row: Any) -> None:
            assert version is not None
            version.reported.add(whose)
            if audience == "table":
                self._not_kept({lines[key] for key, one in said.items() if one == "not-kept"})

        reports = {key: check_ins.Report(one) for key, one in said.items()}
        self.own(
            name,
            "check-in",
            lambda db, seat, manner: check_ins.check_in(
                db, seat, reports, audience=audience, language="fi", manner=manner
            ),
            so,
        )

    def _not_kept(self, lineages: set[str]) -> None:
        known = {lineage for lineage, state in self.book.breaches.values() if state == "open"}
        opened = lineages - known
        with self.house.installation.database.reading() as db:
            rows = db.execute(
                select(Breach.id, Breach.lineage).where(Breach.lineage.in_(opened), Breach.state == "open")
            )
            found = {row.id: (row.lineage, "open") for row in rows}
        assert {lineage for lineage, _ in found.values()} == opened
        self.book.breaches |= found

    def release_check_in(self, name: str) -> None:
        with self.house.installation.database.reading() as db:
            mine = select(CheckIn.id).where(
                CheckIn.participant_id == self.ids.get(name, ""), CheckIn.audience == "mediator"
            )
            chosen = self.pick(db.scalars(mine.order_by(CheckIn.at, CheckIn.id)).all()) or "nothing"
            one = db.get(CheckIn, chosen)
            now = self.book.in_force is not None and one is not None and one.agreement_id == self.book.in_force.id
            not_kept = self._not_kept_in(db, one) if one is not None and now else set()
        self.own(
            name,
            "release-words",
            lambda db, seat, manner: check_ins.release_check_in(db, seat, chosen, manner),
            lambda who, row: self._not_kept(not_kept),
        )

    def _not_kept_in(self, db: Db, one: CheckIn) -> set[str]:
        rows = db.execute(
            select(check_ins.CheckInAnswer, check_ins.Commitment.lineage)
            .join(check_ins.Commitment, check_ins.Commitment.id == check_ins.CheckInAnswer.commitment_id)
            .where(check_ins.CheckInAnswer.check_in_id == one.id)
        )
        return {lineage for answer, lineage in rows if get(db, answer, "words")["answer"] == "not-kept"}

    def settle_breach(self, name: str, which: str | None = None) -> None:
        breach = (
            which or self.pick([key for key, (_, state) in self.book.breaches.items() if state == "open"]) or "nothing"
        )
        heard = [one.id for one in self.book.holding("party") if which or not self.odds(5)]
        state = self.pick(("resolved", "resolved", "left-unresolved")) or "resolved"

        def so(row: str) -> None:
            assert set(heard) == {one.id for one in self.book.holding("party")}
            self.book.breaches[breach] = (self.book.breaches[breach][0], state)

        settled = lambda db, seat: check_ins.settle_breach(db, seat, breach, state, heard=heard)  # noqa: E731
        self.tries(name, "settle-breach", settled, so)

    def ask_to_report(self, name: str, whom: str | None = None) -> None:
        chosen, version = whom or self.party(), self.book.in_force

        def so(row: str) -> None:
            assert version is not None
            said = self.book.people[chosen].said
            said["asked-again" if ("asked", version.id) in said else "asked", version.id] = "yes"

        self.tries(name, "ask-to-report", lambda db, seat: check_ins.ask_to_report(db, seat, chosen), so)

    def ask_for_change(self, name: str) -> None:
        self.own(name, "ask-for-change", check_ins.ask_for_change, self.says("asked-for-change"))

    def ask_for_help(self, name: str) -> None:
        self.own(name, "ask-for-help", check_ins.ask_for_help)

    def hand_over_letter(self, name: str) -> None:
        with self.house.installation.database.reading() as db:
            case_id = self.look().facts.case_id
            waiting = [one.id for one in outbox.to_print(db, case_id)]
        letter = self.pick(waiting) or "nothing"
        self.tries(name, "hand-over-letter", lambda db, seat: letters.hand_over_letter(db, seat, letter))

    # What a random person may try, at any time.

    @cached_property
    def acts(self) -> Sequence[Callable[[str], object]]:
        """Everything that somebody can try, by name."""
        return [getattr(self, name) for name in ANYTHING]

    def try_anything(self) -> None:
        """Somebody tries something, whether it is theirs or not."""
        name, act = self.pick(EVERYBODY), self.pick(self.acts)
        assert name is not None
        assert act is not None
        act(name)

    def try_what_is_theirs(self) -> None:
        """Somebody at the case tries one of the acts of their role."""
        role = self.pick(OFTEN) or "party"
        self._try_one_of(role, BY_ROLE[role])

    def try_what_upsets(self) -> None:
        """Somebody leaves, comes, returns, objects, is bound after all, rewrites what stood."""
        role = self.pick(list(UPSETTING)) or "party"
        self._try_one_of(role, UPSETTING[role])

    def _try_one_of(self, role: str, acts: Sequence[str]) -> None:
        name, act = self.pick(self.named(role)), self.pick(acts)
        if name is not None and act is not None:
            getattr(self, act)(name)

    def try_to_move(self) -> None:
        """Somebody tries a transition, mostly a mediator and mostly one that leads on from here."""
        name = self.mediator if not self.odds(4) else self.pick(EVERYBODY) or "Ulla"
        here = sorted(code for phase, code in MOVES if phase == self.book.phase)
        code = self.pick(here) if here and not self.odds(4) else self.pick(sorted(CODES))
        self.move(name, code or "open")

    # Helping the case along.

    def help_along(self, towards: str | None = None) -> None:
        """Meet one of the guards that hinder a transition (the one forward, unless it is said), or take it."""
        here = {code: move for (phase, code), move in MOVES.items() if phase == self.book.phase}
        if not here:
            return
        code = towards or next(code for code, move in here.items() if move.forward)
        unmet = self.book.unmet()
        hindering = sorted({one.code for one in MEDIATION.guards_of(here[code])} & unmet.keys())
        if self.book.suspended:
            asked = {guard for cause in self.book.suspended for guard in RESUMING.get(cause, ())}
            hindering = sorted(asked & unmet.keys())
            if not hindering:
                self.resume(self.mediator)
                return
        guard = self.pick(hindering)
        if guard is None:
            self.move(self._mover(here[code].by), code)
        else:
            self._meet(guard, unmet[guard])

    def _mover(self, by: frozenset[str]) -> str:
        return (self.named(*by) or [self.mediator])[0]

    def _meet(self, guard: str, missing: Missing) -> None:
        names = [one.name for one in self.book.people.values() if one.id in missing]
        for act in MEETING[guard]:
            for name in names or [self.mediator]:
                act(self, name)


def _let_ids_follow_each_other(house: House) -> None:
    # In the order in which they are made: what chance decides must not depend on them.
    numbers, installed = count(1), house.installation.database
    made = len(house.tokens) and getattr(house, "cases_played", 0) + 1
    house.cases_played = made  # type: ignore[attr-defined]
    installed.new_id = lambda: f"{made:06}x{next(numbers):08}"


# Marks by the kind that the product gives them, where the book calls them otherwise.
KEPT_AS: Mapping[str, str] = {
    "agreed-to-mediate": "consent",
    "accepted-ground-rules": "ground-rules",
    "had-opening-turn": "opening-turn",
    "stated-view": "view",
    "ready-for-solutions": "ready",
    "accepted-problem-statement": "accepted",
    "ties-answered": "ties",
    "undertook-confidentiality": "undertook",
    "waived-separate-meeting": "waived-separate",
    "let-table-go-on": "let-go-on",
    "asked-to-report": "asked",
    "asked-to-report-again": "asked-again",
}


def _acts(names: str) -> Sequence[str]:
    return names.split()


BY_ROLE: Mapping[str, Sequence[str]] = {
    "commissioner": ("order_mediation", "assign_mediator", "hand_over", "answer_screening"),
    "mediator": _acts(
        "declare_ties screen put_safeguard add_participant release_companion invite replace_party end_employment suspend "
        "resume discontinue plan_session move_session cancel_session begin_session end_session mark_attendance "
        "open_caucus close_caucus write_note mark_turn mark_impasse draft_problem mark_issue propose adopt set_aside "
        "draft_agreement send_agreement drop_draft extend give_notice settle_breach ask_to_report hand_over_letter"
    ),
    "party": _acts(
        "answer_ties answer_screening agree decline waive_separate withdraw pause plan_session begin_session end_session "
        "mark_attendance let_go_on ask_for_caucus waive_follow_ups speak release_words renew_statement correct_statement "
        "correct_mark accept_ground_rules state_view say_ready accept_problem propose respond hesitate sign check_in "
        "release_check_in ask_for_change ask_for_help"
    ),
    "former-party": ("take_back", "confirm", "sign", "check_in", "speak"),
    "employer-representative": ("undertake", "hesitate", "sign", "check_in", "ask_for_change", "ask_for_help"),
    "support-person": ("undertake", "correct_mark"),
    "interpreter": ("undertake", "correct_mark"),
}
ANYTHING = sorted({act for acts in BY_ROLE.values() for act in acts})
# Parties and mediators have most to do.
STOPPING = {"withdraw", "confirm", "pause", "suspend", "discontinue", "end_employment", "replace_party"}
OFTEN = (*["party"] * 6, *["mediator"] * 5, *["former-party"] * 2, *BY_ROLE)
UPSETTING: Mapping[str, Sequence[str]] = {
    "commissioner": ("assign_mediator", "hand_over"),
    "mediator": _acts(
        "replace_party end_employment declare_ties screen add_participant add_participant release_companion suspend "
        "draft_problem draft_agreement drop_draft open_caucus cancel_session"
    ),
    "party": _acts("withdraw pause answer_ties correct_mark check_in ask_for_change plan_session"),
    "former-party": _acts("take_back take_back confirm"),
}


def _hold_a_session(kind: str, serves: str = "") -> Callable[[Players, str], None]:
    def held(players: Players, name: str) -> None:
        mediator, book = players.mediator, players.book
        ready = [one.id for one in book.sessions.values() if one.state == "planned" and one.kind == kind]
        wanted = [one for one in ready if not serves or serves in book.sessions[one].serves]
        session = players.pick(wanted) or players.plan_session(mediator, kind)
        if session is not None:
            players.begin_session(mediator, session)

    return held


def _meet_alone(players: Players, name: str) -> None:
    session = players.plan_session(players.mediator, "separate", players.ids[name])
    if session is not None:
        players.begin_session(players.mediator, session)
        players.mark_attendance(players.mediator, session, [players.ids[name]])
        players.end_session(players.mediator, session)


def _attend(players: Players, name: str) -> None:
    for one in list(players.book.sessions.values()):
        if "opening" in one.serves and one.state in {"begun", "held"}:
            players.mark_attendance(players.mediator, one.id, [players.ids[name]])


def _follow_up(players: Players, name: str) -> None:
    if players.odds(3):
        for party in players.named("party"):
            players.waive_follow_ups(party)
        return
    waiting = [one for one in players.book.sessions.values() if one.kind == "follow-up"]
    if not any(one.state in {"planned", "begun"} for one in waiting):
        players.plan_session(players.mediator, "follow-up")
    for one in list(players.book.sessions.values()):
        if one.kind == "follow-up" and one.state == "planned":
            players.begin_session(players.mediator, one.id)
        if one.kind == "follow-up" and one.state == "begun":
            players.end_session(players.mediator, one.id)


def _say_no(players: Players, name: str) -> None:
    if players.odds(2):
        for party in players.named("party"):
            players.ask_for_change(party)
    else:
        players.check_in((players.named("party") or ["Aino"])[0], answer="not-kept")


def _settle(players: Players, name: str) -> None:
    for key, (_, state) in list(players.book.breaches.items()):
        if state == "open":
            players.settle_breach(players.mediator, key)


def _report(players: Players, name: str) -> None:
    if players.odds(4):
        players.ask_to_report(players.mediator, players.ids[name])
    else:
        players.check_in(name)


def _be_two_again(players: Players, name: str) -> None:
    gone = players.named("former-party")
    if gone and players.odds(2):
        players.take_back(gone[0])
    else:
        players.add_participant(players.mediator, "Outi", "party")


def _make_safe(players: Players, name: str) -> None:
    for code in sorted(players.book.screened[1] if players.book.screened else ()):
        players.put_safeguard(players.mediator, code)


def _close_all_caucuses(players: Players, name: str) -> None:
    for one in list(players.book.sessions.values()):
        if one.kind == "caucus" and one.state == "begun":
            players.close_caucus(players.mediator, one.id)


def _screen(players: Players, name: str) -> None:
    players.tries(players.mediator, "screen", lambda db, seat: screening.begin_screening(db, seat, language="fi"))
    players.decide(players.mediator, "suitable")
    if "screened-suitable" in players.book.unmet():
        players.decide(players.mediator, "suitable-with-safeguards")


def _draft_well(players: Players, name: str) -> None:
    players.draft_agreement(players.mediator, well=True)


def _send(players: Players, name: str) -> None:
    if players.book.newest is None or players.book.newest.state != "draft" or not players.book.newest.promises:
        _draft_well(players, name)
    players.send_agreement(players.mediator)


def _sign(players: Players, name: str) -> None:
    newest = players.book.newest
    if newest is None or newest.state != "sent":
        _send(players, name)
    players.sign(name, surely=True)
    players.extend(players.mediator)


# How each guard is met: by the acts that the page names for it.
MEETING: Mapping[str, Sequence[Callable[[Players, str], object]]] = {
    "not-suspended": [lambda players, name: players.resume(players.mediator)],
    "mediation-ordered": [lambda players, name: players.order_mediation(players.commissioner)],
    "mediator-assigned": [lambda players, name: players.assign_mediator(players.commissioner, "Meri")],
    "ties-declared": [lambda players, name: players.declare_ties(name, has_ties=False)],
    "no-open-objection": [lambda players, name: players.answer_ties(name, answer="accepted")],
    "screened-suitable": [_screen],
    "safeguards-in-place": [_make_safe],
    "two-parties": [_be_two_again],
    "agreed-to-mediate": [Players.agree],
    "companions-bound": [Players.undertake],
    "met-separately": [_meet_alone],
    "joint-session-planned": [lambda players, name: players.plan_session(players.mediator, "joint")],
    "co-mediated-where-many": [lambda players, name: players.assign_mediator(players.commissioner)],
    "opening-begun": [_hold_a_session("joint", "opening")],
    "attended-opening": [_attend],
    "accepted-ground-rules": [Players.accept_ground_rules],
    "had-opening-turn": [lambda players, name: players.mark_turn(players.mediator, players.ids[name])],
    "stated-view": [Players.state_view],
    "problem-stated": [lambda players, name: players.draft_problem(players.mediator, goals=1)],
    "goal-set": [lambda players, name: players.draft_problem(players.mediator, goals=2)],
    "accepted-problem-statement": [Players.accept_problem],
    "dialogue-begun": [_hold_a_session("joint", "dialogue")],
    "no-open-caucus": [_close_all_caucuses],
    "ready-for-solutions": [Players.say_ready],
    "agreement-sent": [_send],
    "commitments-complete": [_draft_well],
    "owners-sign": [_draft_well],
    "follow-up-planned": [lambda players, name: players.plan_session(players.mediator, "follow-up")],
    "disclosure-decided": [_draft_well],
    "everyone-signed": [_sign],
    "options-considered": [Players.propose],
    "notice-given": [lambda players, name: players.give_notice(players.mediator)],
    "follow-ups-held": [_follow_up],
    "reported-on-commitments": [_report],
    "no-open-breach": [_settle],
    "breach-or-joint-request": [_say_no],
}
