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
from hashlib import sha256
from itertools import count
from typing import Any, ClassVar, Protocol, TypeVar

from sqlalchemy import func, select

from mediation.acts import (
    absence,
    agreement_wording,
    agreements,
    attendance_bases,
    attendance_marks,
    cases,
    caucuses,
    check_ins,
    codes,
    companions,
    complaints,
    concerns,
    copies,
    copy_codes,
    ground_rules,
    invitations,
    leaving,
    marks,
    notices,
    options,
    orders,
    participants,
    particulars,
    printed_letters,
    quiet_times,
    referrals,
    safeguards,
    screening,
    sending,
    sessions,
    sign_ins,
    signatories,
    signing_day,
    statements,
    stopping,
    stored_files,
    surveys,
    terms,
    ties,
    understandings,
    undertakings,
    wellbeing,
)
from mediation.acts import problem_statements as problems
from mediation.acts.agreement_versions import WORKING, draft_tag, newest_agreement
from mediation.acts.participants import Someone
from mediation.case import engine, record
from mediation.case.seat import OWN, Manner, Seat, take_seat
from mediation.documents.scans import Scan
from mediation.errors import MediationError, NotYet
from mediation.installation.due import do_what_is_due
from mediation.letters import printing
from mediation.people.sign_in_methods import METHODS
from mediation.reading.case import read_case
from mediation.reading.statuses import statuses
from mediation.store import models
from mediation.store.database import Db
from mediation.workflow.declaration import Trait, Transition, Way, Workflow
from mediation.workflow.facts import CaseState, Facts
from mediation.workflow.facts_loading import load_facts
from tests.bookkeeping import ACCOMPANIES, PHASES, RESUMING, WEEK, Book, Missing, Session, Understood, Version
from tests.cases import Table, refer_case
from tests.houses import MONDAY, House
from tests.typeset_pages import send_typeset, sign_typeset
from workflows import WORKFLOWS
from workflows.mediation import MEDIATION

Item = TypeVar("Item")
REPRESENTS = ("employer-representative",)
Hears = Callable[[str, Any], object]  # whose act it was, and its result

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


COPIES = (copies.hand_over_copy, copy_codes.give_copy_code, copy_codes.end_copy_code)


class Chance(Protocol):
    """What decides: a number from 0 on, below this."""

    def __call__(self, below: int, /) -> int: ...


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


def nothing(whose: str, row: Any) -> None:
    """What an act means that the book does not keep."""


def saying(act: Any, kind: str = "", value: str = "yes") -> Callable[["Players", str], None]:
    """Somebody does something of their own, which the book keeps under this kind, where it does."""

    def said(players: "Players", name: str) -> None:
        players.own(name, act, so=players.says(kind, value=value) if kind else nothing)

    return said


def leading(act: Any, state: str, to: str) -> Callable[..., None]:
    """Somebody leads a session from one state to another: this one, or mostly one in that state."""

    def led(players: "Players", name: str, which: str | None = None) -> None:
        session = which or players._session(state)
        players.tries(name, act, session, so=players._becomes(session, to))

    return led


class Players(Table):
    """The people of one case, and the second book of it that is kept beside."""

    workflow: ClassVar[Workflow] = MEDIATION
    road: ClassVar[Mapping[tuple[str, str], Transition]] = MOVES  # by phase and code

    def __init__(self, house: House, chance: Chance, *, parties: int = 2, seen: Counter[str] | None = None) -> None:
        super().__init__(house)
        self.chance, self.book = chance, Book()
        self.seen = seen if seen is not None else Counter()  # phases, transitions, acts: how often
        self.manifests: dict[str, bytes] = {}
        self.payer = self.payer_waiting = ""
        self.notes: list[str] = []
        self.left_with: dict[str, str] = {}  # what somebody who left could still read then
        self.capacities: dict[str, str] = {}
        self.stood: Look | None = None  # after the last thing that anybody tried
        for name in EVERYBODY:
            house.person(name, office=OFFICES.get(name), email=name != "Sari")
        house.clock.set(MONDAY)
        let_ids_follow_each_other(house)
        self._refer(parties)

    def reading(self) -> Any:
        return self.house.installation.database.reading()

    # Chance.

    def pick(self, items: Sequence[Item]) -> Item | None:
        return items[self.chance(len(items))] if items else None

    def odds(self, one_in: int) -> bool:
        """True once in so many times."""
        return self.chance(one_in) == 0

    # Acting.

    def tries(
        self, actor: str, act: Any, *given: Any, so: Hears = nothing, manner: Manner = OWN, code: str = "", **named: Any
    ) -> Any:
        """Let somebody try an act; where it succeeds, keep in the book what it means. None where it was refused."""
        self.house.clock.at += timedelta(minutes=1)
        before = self.stood or self.look()
        code = code or act.permission
        whose = manner.for_whom or self.ids.get(actor, "")
        roles = self._roles(whose)
        if getattr(act, "recordable", False):
            named["manner"] = manner
        try:
            with self.writing() as db:
                row = act(
                    db, take_seat(db, WORKFLOWS, self.number, self.house.people[actor], writing=True), *given, **named
                )
                came = row if isinstance(row, str | int | None) else getattr(row, "id", row)
        except MediationError as refusal:
            refused = refusal.code
        else:
            refused = None
        after = self.stood = self.look()
        if refused is not None:
            self.seen[f"refused: {refused}"] += 1
            assert after == before, f"{code} was refused with {refused}, yet something changed"
            return None
        if after.version == before.version:  # as where somebody does it twice
            assert after == before, f"{code} changed something and left no entry"
            return came
        self._was_open(code, roles, manner)
        self.seen[code] += 1
        so(whose, came)
        self._texts_change(code)
        self.check(before, after)
        return came

    def _texts_change(self, code: str) -> None:
        """Keep in the book which texts there are now; the book says whether new terms ask again."""
        sealed = self.book.in_force is not None
        joins = code in {"assign-mediator", "add-participant", "replace-party", "take-back-withdrawal"}
        asks = joins or (
            not sealed and code != "release-companion" and (code != "order-in-force" or self.payer_changes)
        )
        terms_now, rules_now = self._text("terms"), self._text("ground-rules")
        if terms_now is not None and self.book.those_in("mediator", "co-mediator"):
            self.book.terms_say(terms_now, asks=asks)
        self.book.rules = rules_now or ""

    def _text(self, kind: str) -> str | None:
        with self.reading() as db:
            return self.newest(db, kind)

    def own(self, name: str, act: Any, *given: Any, **named: Any) -> Any:
        """Somebody does something of their own, in any way."""
        actor, manner = self.manner(name)
        return self.tries(actor, act, *given, manner=manner, **named)

    def _was_open(self, act: str, roles: set[str], manner: Manner) -> None:
        blind = roles <= BLIND and manner.way == Way.OWN_DEVICE
        phase = "preparation" if blind else self.book.phase
        open_now = MEDIATION.open_acts(phase, suspended=bool(self.book.suspended))
        assert act in CODES or open_now.get(act, frozenset()) & roles, f"{act} by {sorted(roles)} in {self.book.phase}"
        assert manner.way != Way.SAID or act not in OWN_HAND

    def _roles(self, participant: str) -> set[str]:
        one = self.book.people.get(participant)
        standing_in = {"mediator"} if one and self.book.absent and "co-mediator" in one.roles else set()
        return one.roles | standing_in if one else set()

    def look(self) -> Look:
        with self.reading() as db:
            case = db.scalars(select(models.Case).where(models.Case.number == self.number)).one()
            letters = (
                db.scalar(select(func.count()).select_from(models.Letter).where(models.Letter.case_id == case.id)) or 0
            )
            state = CaseState(**{part.name: getattr(case, part.name) for part in fields(CaseState)})
            return Look(case.version, case.head, case.phase, case.rung, case.outcome, letters, load_facts(db, state))

    # Checking.

    def check(self, before: Look, after: Look) -> None:
        """All that has to hold after an act that succeeded."""
        book = self.book
        assert after.version > before.version
        assert (after.phase, after.rung, after.outcome) == (book.phase, book.rung, book.outcome)
        assert PHASES.index(after.rung) >= PHASES.index(before.rung) if before.rung in PHASES else True
        if after.phase != before.phase:
            self.seen[f"phase {after.phase}"] += 1
        with self.reading() as db:
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
            select(models.RecordEntry.position, models.RecordEntry.act, models.RecordEntry.phase, models.RecordEntry.at)
            .where(models.RecordEntry.case_id == case_id)
            .order_by(models.RecordEntry.position)
        ).all()
        phase, codes = self.workflow.initial.code, {code for _, code in self.road}
        for entry in entries:
            if entry.act in codes:
                phase = self.road[phase, entry.act].to
            elif entry.act in ENDINGS:
                phase = self.workflow.final.code
            assert entry.phase == phase, f"the record tells {entry.phase} at {entry.position}, which is {phase}"
        assert phase == after.phase
        assert all(entry.at == self.house.clock.at for entry in entries[before.version :])

    def _the_books_agree(self, facts: Facts) -> None:
        book, here = self.book, {one.id: set(one.roles) for one in facts.participants if one.roles}
        assert here == {one.id: one.roles for one in book.people.values() if one.roles}
        assert facts.suspensions == book.suspended
        unmet = {code: frozenset(one.missing(facts)) for code, one in BY_CODE.items() if not one.is_met(facts)}
        written = book.unmet()
        assert unmet == written, {one: (unmet.get(one), written.get(one)) for one in unmet.keys() ^ written.keys()} or (
            unmet,
            written,
        )
        current = [one for one in book.versions if one.state not in {"dropped", "unsent"}]
        known = [(one.state, one.signed_by, one.reported_by) for one in facts.agreements]
        written_down = [(one.state, one.signed, book.reported(one)) for one in current]
        assert known == written_down, (known, written_down)
        assert sum(one.state == "sealed" for one in facts.agreements) <= 1
        assert facts.open_breaches == {lineage for lineage, state in book.breaches.values() if state == "open"}

    def _signatures_stand_under_what_was_signed(self, db: Db) -> None:
        rows = db.execute(
            select(models.Signature, models.Agreement)
            .join(models.Agreement, models.Agreement.id == models.Signature.agreement_id)
            .join(models.Case, models.Case.id == models.Agreement.case_id)
            .where(models.Case.number == self.number)
        )
        for signature, agreement in rows:
            assert agreement.state != "draft"
            assert agreement.manifest == self.manifests.setdefault(agreement.id, agreement.manifest)
            whole = sha256(models.get(db, agreement, "manifest").encode()).hexdigest()
            annexes = select(models.StoredFile).filter_by(about=agreement.id, kind="annex-manifest")
            own = [one for one in db.scalars(annexes) if one.owner == signature.participant_id]
            texts = [sha256(models.get_bytes(db, one, "content")).hexdigest() for one in own] or [whole]
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
            signed_after = select(models.Signature.id).where(
                models.Signature.participant_id == leaver, models.Signature.at > at
            )
            assert db.scalar(signed_after) is None

    def _the_commissioner_sees_the_ladder(self, db: Db) -> None:
        [line] = statuses(db, WORKFLOWS, self.house.people[self.commissioner], number=self.number)
        assert line.status == ("closed" if self.book.outcome else self.book.neutral or self.book.rung)
        if self.book.outcome and self.book.neutral:
            assert line.outcome == "ended"

    def _whoever_left_reads_nothing_new(self, db: Db) -> None:
        for name, participant in self.ids.items():
            if self._roles(participant) != {"former-party"}:
                self.left_with.pop(name, None)
                continue
            whole = {part: said for part, said in vars(read_case(db, self.seat(db, name))).items() if part != "you"}
            whole.pop("marks", None)  # own withdrawal, when it is confirmed
            seen = json.dumps(whole, default=str, sort_keys=True)
            assert self.left_with.setdefault(name, seen) == seen

    def check_the_end(self) -> None:
        """What is too slow to look at after every act: that no stored text of the case ever changed."""
        with self.reading() as db:
            case_id = db.scalars(select(models.Case.id).where(models.Case.number == self.number)).one()
            for one in db.scalars(select(models.StoredFile).where(models.StoredFile.case_id == case_id)):
                assert sha256(models.get_bytes(db, one, "content")).hexdigest() == models.get(db, one, "sha256")
            strangers = select(models.Letter.id).join(
                models.Participant, models.Participant.id == models.Letter.participant_id
            )
            assert (
                db.scalar(strangers.where(models.Letter.case_id == case_id, models.Participant.case_id != case_id))
                is None
            )

    # Who is who.

    @property
    def commissioner(self) -> str:
        return next(name for name in ("Vilho", "Veikko") if "commissioner" in self._roles(self.ids.get(name, "")))

    @property
    def mediator(self) -> str:
        """Who mediates now, or would."""
        return next(iter([*self.named("mediator"), *self.named("co-mediator")]), "Meri")

    def named(self, *roles: str) -> list[str]:
        return [one.name for one in self.book.those_in(*roles)]

    def anybody(self) -> str:
        """The participant id of somebody at the case, or nobody's."""
        return self.pick([*self.ids.values(), "nobody"]) or "nobody"

    def party(self) -> str:
        """The participant id of a party, mostly."""
        parties = [one.id for one in self.book.those_in("party")]
        return self.anybody() if not parties or self.odds(8) else self.pick(parties) or ""

    def manner(self, name: str) -> tuple[str, Manner]:
        """Who sits at the device when somebody does something of their own, and how it came about."""
        if not self.odds(4) or name not in self.ids:
            return name, OWN
        way = self.pick((Way.SAID, Way.IN_PERSON, Way.PAPER)) or Way.SAID
        typed = name if not self.odds(4) else "Joku Muu"
        attached = way == Way.PAPER and not self.odds(4)
        scan = self.tries(self.mediator, stored_files.attach_scan, self.ids[name], SCAN) if attached else None
        return self.mediator, Manner(way, self.ids[name], typed, scan)

    def says(self, kind: str, about: str = "", value: str = "yes", *, whom: str = "") -> Hears:
        """That somebody said something (or, of `whom`, that somebody did), as the book keeps it."""

        def so(whose: str, row: Any) -> None:
            self.book.people[whom or whose].said[kind, about] = value

        return so

    def come_together(self) -> None:
        """Mediation is ordered, Meri mediates; somebody comes along, and one signs for the employer."""
        self.order_mediation(self.commissioner)
        self.assign_mediator(self.commissioner, "Meri")
        for name, role in COMPANIONS.items():
            if self.odds(2):
                self.add_participant("Meri", name, role)

    @property
    def today(self) -> date:
        return self.now.astimezone(self.house.installation.settings.zone).date()

    @property
    def now(self) -> datetime:
        return self.house.clock.at

    # Beginning: ordering, choosing, screening.

    def _refer(self, parties: int) -> None:
        with self.writing() as db:
            refer_case(db, self, *PARTIES[:parties], initiator="Timo")
        roles = {"Vilho": "commissioner", **dict.fromkeys(PARTIES[:parties], "party"), "Timo": "initiator"}
        for name, role in roles.items():
            self._joined(name, self.ids[name], role)

    def _joined(self, name: str, participant: str, *roles: str, supports: str | None = None) -> None:
        self.ids[name] = participant
        self.book.joins(participant, name, *roles, supports=supports)

    def order_mediation(self, name: str) -> None:
        payer, contact = self.pick(("", "Esimerkkilä", "Sovittelijat")) or "", self.pick(("", "Vilho")) or ""
        final = None if self.book.ordered else self.pick((None, self.today + timedelta(days=90), self.today))

        def so(whose: str, row: str) -> None:
            self.payer = self.payer if self.book.ordered else payer  # the first order waits for nothing
            self.payer_waiting, self.book.ordered = payer, True

        ordered = {"payer": payer, "contact": contact, "final_date": final}
        self.tries(name, orders.order_mediation, terms="Sovittelu tiimissä.", **ordered, so=so)

    @property
    def payer_changes(self) -> bool:
        return self.payer != self.payer_waiting

    def _order_waits(self) -> bool:
        return bool(self._orders(models.Order.waits_since.is_not(None), models.Order.replaced_at.is_(None)))

    def _orders(self, *which: Any) -> Sequence[str]:
        with self.reading() as db:
            mine = select(models.Order.id).join(models.Case, models.Case.id == models.Order.case_id)
            return db.scalars(mine.where(models.Case.number == self.number, *which).order_by(models.Order.at)).all()

    def show_own_lines(self, name: str) -> None:
        self.tries(name, orders.show_own_lines, self.pick(self._orders()) or "nothing")

    def set_basis(self, name: str) -> None:
        required = self.odds(2)
        basis = "employer-required" if required else "voluntary"
        ground = (self.pick(attendance_bases.GROUNDS) if required else None) if not self.odds(6) else "safety-act-28"
        self.tries(name, attendance_bases.set_attendance_basis, self.chance(4), basis, ground=ground)

    def assign_mediator(self, name: str, whom: str | None = None) -> None:
        chosen = whom or self.pick((*MEDIATORS, "Pekka", "Ulla")) or "Meri"
        role = "mediator" if whom or self.odds(2) else "co-mediator"

        def so(whose: str, participant: str) -> None:
            if role == "mediator":
                self.book.changes_mediator(participant, chosen)
            self._joined(chosen, participant, role)

        self.tries(name, cases.assign_mediator, self.house.people[chosen], role=role, so=so)

    def record_absence(self, name: str) -> None:
        whom = self.anybody() if self.odds(4) else self.ids.get(self.mediator, "nobody")
        so = lambda whose, row: setattr(self.book, "absent", True)  # noqa: E731
        self.tries(name, absence.record_absence, whom, so=so)

    def end_absence(self, name: str) -> None:
        so = lambda whose, row: setattr(self.book, "absent", False)  # noqa: E731
        self.tries(name, absence.end_absence, self.ids.get(self.mediator, "nobody"), so=so)

    def hand_over(self, name: str) -> None:
        colleague = self.pick(("Veikko", "Vilho", "Aino", "Ulla")) or "Veikko"

        def so(whose: str, participant: str) -> None:
            before = self.ids[name]
            self._joined(colleague, participant, "commissioner")
            if participant != before:
                self.book.people[before].roles -= {"commissioner"}

        self.tries(name, cases.hand_over, self.house.people[colleague], so=so)

    def declare_ties(self, name: str, *, has_ties: bool | None = None) -> None:
        bound = self.odds(6) if has_ties is None else has_ties

        def so(whose: str, declaration: str) -> None:
            self.book.declared[whose] = declaration
            if bound and self.book.phase != "preparation":
                self.book.suspended.add("tie")

        self.tries(name, ties.declare_ties, has_ties=bound, words="Olen sovittelija.", so=so)

    def answer_ties(self, name: str, *, answer: str | None = None) -> None:
        chosen = answer or ("objected" if self.odds(6) else "accepted")
        for declaration in list(self.book.declared.values()):
            self.own(name, ties.answer_ties, declaration, chosen, so=self.says("ties-answered", declaration, chosen))

    def screen(self, name: str) -> None:
        self.tries(name, screening.begin_screening)
        if self.odds(3):
            return
        if self.odds(2):
            self.answer_screening(self.pick(PARTIES) or "Aino")
        self.decide(name, self.pick(screening.OUTCOMES) or "suitable")

    def answer_screening(self, name: str) -> None:
        likely = {"S1": ("no", "yes"), "S3": ("yes", "no"), "S4": ("yes", "unknown"), "S5": ("no", "no", "yes")}
        if self.odds(4):
            likely |= {"S9": ("yes", "no", "yes")}
        if self.odds(3):
            likely |= {(self.pick(("S10", "S11", "S17")) or "S11"): ("no", "yes")}
        self.own(name, screening.answer_screening, {code: self.pick(some) for code, some in likely.items()})

    def tell_needs(self, name: str) -> None:
        self.own(name, referrals.tell_needs, access=self.pick(("Esteetön tila.", "Etänä.", "")) or "")

    def permit_naming(self, name: str) -> None:
        self.own(name, referrals.permit_naming, self.odds(2))

    def permit_clarification(self, name: str) -> None:
        self.own(name, screening.permit_clarification)

    def decide(self, name: str, outcome: str) -> None:
        kinds = ("breaks", "co-mediator", "interpreter", "separate-meetings", *safeguards.PENDING_PROCESS)
        wanted = {code for code in kinds if self.odds(2)} if outcome == "suitable-with-safeguards" else set()
        review = self.today + timedelta(days=self.chance(20)) if outcome == "postponed" else None

        def so(whose: str, row: str) -> None:
            decided = self.stood.facts.screening if self.stood else None
            found = {safeguards.SIGNING_NEXT_DAY} & (decided.safeguards if decided else set())  # by what was answered
            self.book.screened = (outcome, frozenset(wanted | found))
            if self.book.rung == "not-started":
                self.book.rung = "preparation"
            if outcome not in {"suitable", "suitable-with-safeguards"} and self.book.phase != "preparation":
                self.book.suspended.add("re-screening")

        words = self.pick(("", "Puhuttu kummankin kanssa.")) or ""
        given = {"safeguards": sorted(wanted), "review_on": review, "words": words}
        self.tries(name, screening.decide_screening, outcome, so=so, **given)

    def put_safeguard(self, name: str, code: str | None = None) -> None:
        chosen = code or self.pick(safeguards.SAFEGUARDS) or "breaks"
        so = self.says("safeguard-in-place", chosen)
        self.tries(
            name, safeguards.put_safeguard_in_place, chosen, self.pick(("Sovittu.", "Puhuttu.")) or "Kyllä.", so=so
        )

    # People.

    def add_participant(
        self, name: str, whom: str | None = None, role: str | None = None, supports: str | None = None
    ) -> None:
        one = whom or self.pick((*PARTIES, *OTHERS)) or "Outi"
        known = dict(zip(OTHERS, ("support-person", "interpreter", "employer-representative"), strict=False))
        likely = role or known.get(one) or ("party" if one in PARTIES else "community-member")
        chosen = likely if role or not self.odds(8) else self.pick(tuple(sorted(MEDIATION.who(Trait.JOINS)))) or "party"
        supports = supports or (self.party() if chosen == "support-person" else None)

        def so(whose: str, participant: str) -> None:
            if chosen == "party":  # who comes now signs a text that names them
                self.book.unsends()
            self._joined(one, participant, chosen, supports=supports)

        someone = Someone(person_id=self.house.people[one])
        self.tries(name, participants.add_participant, someone, chosen, supports=supports, so=so)

    def release_companion(self, name: str) -> None:
        releasable = (*ACCOMPANIES, "employer-representative", "community-member", "co-mediator")
        companions = [one.id for one in self.book.those_in(*releasable)]
        whom = self.anybody() if self.odds(6) else self.pick(companions) or self.anybody()
        self.tries(name, participants.release_companion, whom, so=lambda whose, row: self.book.leaves(whom))

    def keep_quiet(self, name: str) -> None:
        whom = self.anybody() if self.odds(3) else self.ids.get(name, "nobody")
        until = self.pick((None, self.today + timedelta(days=9), self.today))
        begins, ends = self.pick(((None, None), ("21:00", "07:00"), ("21:00", None))) or (None, None)
        self.tries(name, quiet_times.keep_quiet, whom, until=until, begins=begins, ends=ends)

    def correct_particulars(self, name: str) -> None:
        whom, capacity = (
            self.anybody() if self.odds(3) else self.ids.get(name, "nobody"),
            f"hoitaja {self.today} {name}",
        )

        def so(whose: str, row: str) -> None:
            version = self.book.newest
            if (
                capacity != self.capacities.get(whom)
                and version
                and whom in self.book.signers(version) | version.owners
            ):
                self.book.unsends()
            self.capacities[whom] = capacity

        said = {"capacity": {"fi": capacity}, "subordinate": False}
        self.tries(name, particulars.correct_participant, whom, so=so, **said)

    def change_position(self, name: str) -> None:
        whom, capacity = self.anybody(), f"lähihoitaja {self.today}"
        moved = lambda whose, row: self.capacities.update({whom: capacity})  # noqa: E731
        self.tries(name, particulars.change_position, whom, {"fi": capacity}, subordinate=self.odds(2), so=moved)

    def close_sign_ins(self, name: str) -> None:
        self.tries(name, sign_ins.close_sign_ins, self.anybody())

    def open_sign_ins(self, name: str) -> None:
        self.tries(name, self.pick((sign_ins.open_sign_ins, sign_ins.write_paper_code)), self.anybody())

    def meet(self, name: str) -> None:
        if self.odds(2):
            self.tries(name, codes.give_code, self.anybody())
        else:
            self.tries(name, participants.confirm_person, self.anybody(), self.pick(METHODS) or "work-address")

    def advise_support(self, name: str) -> None:
        whom = self.party()
        self.tries(name, wellbeing.advise_support, whom, so=self.says("support-to-offer", whom=whom))

    def answer_wellbeing(self, name: str) -> None:
        self.own(name, wellbeing.answer_wellbeing, self.pick(wellbeing.ANSWERS) or "no")

    def answer_leaving(self, name: str) -> None:
        self.own(name, wellbeing.answer_leaving, self.pick(wellbeing.WAYS_TO_LEAVE) or "talk")

    def answer_survey(self, name: str) -> None:
        self.tries(name, surveys.answer_survey, fair=self.pick((1, 5)))

    def complain(self, name: str) -> None:
        self.tries(name, complaints.complain, "Sovittelija keskeytti minut.")

    def invite(self, name: str) -> None:
        self.tries(name, invitations.invite, self.party())

    def undertake(self, name: str) -> None:
        with self.reading() as db:
            kinds = (
                [f"undertaking-{role}" for role in self.book.people[self.ids[name]].roles] if name in self.ids else []
            )
            rows = select(models.AgreedText.id).join(models.Case, models.Case.id == models.AgreedText.case_id)
            rows = rows.where(models.Case.number == self.number, models.AgreedText.kind.in_(kinds))
            text = db.scalars(rows).first()
        self.own(
            name, undertakings.undertake_confidentiality, text, so=self.says("undertook-confidentiality", text or "")
        )

    def call_somebody(self, name: str, which: str | None = None, who: str | None = None) -> None:
        session, whom = which or self._session("planned", "begun", "held"), who or self._companion()

        def so(whose: str, row: str) -> None:
            self.book.calls(self.book.sessions[session], whose, [whom])

        self.tries(name, companions.call_to_session, session, whom, so=so)

    def call_off_somebody(self, name: str) -> None:
        session, whom = self._session("planned"), self._companion()

        def so(whose: str, row: object) -> None:
            self.book.sessions[session].called.discard(whom)

        self.tries(name, companions.call_off_somebody, session, whom, so=so)

    def hear_undertaking(self, name: str, which: str | None = None, who: str | None = None) -> None:
        session, whom = which or self._session("planned", "begun"), who or self._companion()

        def so(whose: str, row: str) -> None:
            self.book.people[whom].said["undertook-for-session", session] = "yes"

        self.tries(name, undertakings.hear_undertaking, session, whom, so=so)

    def bind_by_service(self, name: str) -> None:
        whom = self._companion()

        def so(whose: str, row: str) -> None:
            self.book.people[whom].said["bound-by-service", ""] = "yes"

        self.tries(name, undertakings.bind_by_service, whom, "Tulkkauspalvelu", so=so)

    def worry(self, name: str) -> None:
        whom = self._companion()

        def so(whose: str, row: str) -> None:
            self.book.worries[row] = whose, whom

        self.own(name, concerns.raise_concern, whom, "Hän tuntee esihenkilöni.", so=so)

    def settle_worry(self, name: str, which: str | None = None) -> None:
        worry = which or self.pick(list(self.book.worries)) or "nothing"
        how = "as-it-is" if which else self.pick(concerns.SETTLED) or "as-it-is"

        def so(whose: str, row: str) -> None:
            _, about = self.book.worries.pop(worry)
            if how == "another-person":
                for one in self.book.sessions.values():
                    if one.whom is None and one.state == "planned":
                        one.called.discard(about)

        self.tries(name, concerns.settle_concern, worry, how, "Näin teemme.", so=so)

    def take_back_worry(self, name: str) -> None:
        worry = self.pick(list(self.book.worries)) or "nothing"
        self.own(name, concerns.take_back_concern, worry, so=lambda whose, row: self.book.worries.pop(worry))

    def _companion(self) -> str:
        found = [one.id for one in self.book.those_in(*ACCOMPANIES, *REPRESENTS)]
        return self.anybody() if self.odds(8) else self.pick(found) or self.anybody()

    def agree(self, name: str) -> None:
        text = self._text("terms")
        agreed = lambda whose, row: self.book.agrees(whose, text or "", "given")  # noqa: E731
        self.own(name, terms.agree_to_mediate, text, so=agreed)

    def decline(self, name: str) -> None:
        declined = lambda whose, row: self.book.agrees(whose, "", "declined")  # noqa: E731
        self.own(name, terms.decline_to_mediate, so=declined)

    def ask_to_agree(self, name: str) -> None:
        chosen, text = self.party(), self._text("terms") or ""

        def so(whose: str, row: str) -> None:
            said = self.book.people[chosen].said
            said["asked-to-agree-again" if ("asked-to-agree", text) in said else "asked-to-agree", text] = "yes"

        self.tries(name, terms.ask_to_agree, chosen, so=so)

    waive_separate = saying(participants.waive_separate_meeting, "waived-separate-meeting")

    def replace_party(self, name: str) -> None:
        whom, successor = self.party(), self.pick((*PARTIES, "Ulla", "Kaarina")) or "Outi"

        def so(whose: str, participant: str) -> None:
            self.book.party_leaves(whom, withdrawn=False)
            self._joined(successor, participant, "party")

        self.tries(name, leaving.replace_party, whom, Someone(person_id=self.house.people[successor]), so=so)

    def end_employment(self, name: str) -> None:
        whom = self.party()
        left = lambda whose, row: self.book.party_leaves(whom, withdrawn=False)  # noqa: E731
        self.tries(name, leaving.end_employment, whom, so=left)

    # Leaving and coming back, suspending and resuming, ending.

    def withdraw(self, name: str) -> None:
        final, words = self.odds(3), self.pick(("", "En jaksa enää.")) or ""
        left = lambda whose, row: self.book.withdraws(whose, self.now, final=final)  # noqa: E731
        self.own(name, leaving.withdraw, confirmed=final, words=words, so=left)

    def take_back(self, name: str) -> None:
        def so(whose: str, row: Any) -> None:
            at, final = self.book.withdrew[whose]
            assert not final
            assert self.now - at <= WEEK
            self.book.comes_back(whose)

        self.own(name, leaving.take_back_withdrawal, so=so)

    def confirm(self, name: str) -> None:
        self.own(name, leaving.confirm_withdrawal, so=lambda whose, row: self.book.withdraws_for_good(whose))

    def pause(self, name: str) -> None:
        self.own(name, stopping.pause, so=lambda whose, row: self.book.suspended.add("pause"))

    def suspend(self, name: str) -> None:
        causes = (*MEDIATION.given_causes, "boredom")
        cause, review = self.pick(causes) or "other", self.today + timedelta(days=self.chance(9))
        self.tries(name, stopping.suspend, cause, review, so=lambda whose, row: self.book.suspended.add(cause))

    def resume(self, name: str) -> None:
        hindered, suspended = self._hinders_resuming(), bool(self.book.suspended)

        def so(whose: str, row: Any) -> None:
            assert suspended
            assert not hindered
            self.book.suspended.clear()

        self.tries(name, stopping.resume, so=so)

    def _hinders_resuming(self) -> set[str]:
        return {guard for cause in self.book.suspended for guard in RESUMING.get(cause, ())} & self.book.unmet().keys()

    def discontinue(self, name: str) -> None:
        outcome = self.pick((*MEDIATION.outcomes, "bored")) or "no-agreement"
        self.tries(name, stopping.discontinue, outcome, so=lambda whose, row: self.book.ends(outcome))

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

        def so(whose: str, row: str) -> None:
            assert move is not None
            assert not hindered
            self.seen[f"{self.book.phase}: {code}"] += 1
            self.book.moves(code, move.to, forward=move.forward)

        moved = self.tries(name, do, code=code, so=so)
        assert (moved is not None) == may, f"{code} by {name}, unmet {sorted(hindered)}"
        assert all(one == {guard: unmet[guard] for guard in hindered} for one in told)

    def time_passes(self, days: int) -> None:
        """So many days go by, and what falls due by itself is settled."""
        self.house.clock.at += timedelta(days=days)
        before = self.look()
        do_what_is_due(self.house.installation.database, WORKFLOWS)
        self.book.time_passes(self.now)
        self._texts_change("order-in-force")
        if not self._order_waits():
            self.payer = self.payer_waiting
        after = self.stood = self.look()
        if after.version == before.version:
            assert after == before
        else:
            self.check(before, after)

    # Sessions.

    def plan_session(self, name: str, kind: str | None = None, whom: str | None = None) -> Any:
        chosen = kind or self.pick(MEDIATION.planned_kinds) or "joint"
        alone = (whom or self.party()) if chosen == "separate" else None
        phases = PHASES[1:-2]
        serves = () if kind or not self.odds(4) else tuple(one for one in phases if self.odds(2))
        default = {"joint": phases, "follow-up": ("follow-up",)}.get(chosen, ())
        served = frozenset((serves or default) if chosen == "joint" else default)
        ahead = self.now + timedelta(days=self.chance(40))
        some = [one.id for one in self.book.those_in("party")][:2] if chosen == "pair" else None

        def planned(whose: str, session: str) -> None:
            self._keep_session(Session(session, chosen, served, alone))
            self.book.calls(self.book.sessions[session], whose, some)

        called = {} if some is None else {"called": some}
        given = {"serves": serves, "with_participant": alone} | called
        return self.tries(name, sessions.plan_session, chosen, ahead, **given, so=planned)

    def _keep_session(self, session: Session) -> None:
        self.book.sessions[session.id] = session

    def _session(self, *states: str) -> str:
        found = [one.id for one in self.book.sessions.values() if one.state in states]
        return self.pick(found) or self.pick(list(self.book.sessions)) or "nothing"

    def _becomes(self, session: str, state: str) -> Hears:
        def so(whose: str, row: Any) -> None:
            one = self.book.sessions[session]
            if state == "begun" and one.state != state:
                one.begun = self.now
            if state == "held" and one.state != state and one.kind == "follow-up":
                self.book.follow_up_takes_place()
            one.state = state

        return so

    def move_session(self, name: str) -> None:
        session, ahead = self._session("planned"), self.now + timedelta(days=1 + self.chance(40))
        self.tries(name, sessions.move_session, session, ahead)

    cancel_session = leading(sessions.cancel_session, "planned", "cancelled")
    begin_session = leading(sessions.begin_session, "planned", "begun")

    def end_session(self, name: str, which: str | None = None) -> None:
        session, early = which or self._session("begun"), self.odds(4)
        self.tries(name, sessions.end_session, session, early=early, so=lambda whose, row: self._ended(session))

    def _ended(self, session: str) -> None:
        one = self.book.sessions[session]
        if one.state == "begun" and one.kind not in {"separate", "caucus"}:  # a caucus ends with its session
            for caucus in self.book.sessions.values():
                if caucus.kind == "caucus" and caucus.state == "begun":
                    caucus.state = "held"
        one.state = "held"

    def mark_attendance(self, name: str, which: str | None = None, present: Sequence[str] = ()) -> None:
        session = which or self._session("begun", "held")
        alone = self.book.sessions[session].whom if session in self.book.sessions else None
        there = [one for one in self.book.those_in("party", *ACCOMPANIES, *REPRESENTS) if not self.odds(4)]
        there = [one for one in there if "party" in one.roles or self.odds(3)]
        who = [*present] or ([alone] if alone else [one.id for one in there])
        values = {one: "present" if present else self.pick(attendance_marks.ATTENDED) or "absent" for one in who}

        def so(whose: str, row: Any) -> None:
            for one, value in values.items():
                self.book.people[one].said["attended", session] = value

        self.tries(name, attendance_marks.mark_attendance, session, values, so=so)

    def let_go_on(self, name: str) -> None:
        session = self._session("begun", "planned")
        self.own(name, attendance_marks.let_table_go_on, session, so=self.says("let-table-go-on", session))

    ask_for_caucus = saying(caucuses.ask_for_caucus)

    def open_caucus(self, name: str) -> None:
        whom = self.party()
        opened = lambda whose, row: self._keep_session(Session(row, "caucus", frozenset(), whom, "begun"))  # noqa: E731
        self.tries(name, caucuses.open_caucus, whom, so=opened)

    close_caucus = leading(caucuses.close_caucus, "begun", "held")

    def waive_follow_ups(self, name: str) -> None:
        about = self.book.in_force or self.book.understood
        self.own(name, sessions.waive_follow_ups, so=self.says("waived-follow-ups", about.id if about else ""))

    # Words.

    def speak(self, name: str) -> None:
        act = self.pick((statements.speak_privately, statements.speak_to_table))
        self.own(name, act, "Sävy satutti. Haluan silti jatkaa.")

    def _one_of(self, name: str, rows: Any, **like: Any) -> str:
        with self.reading() as db:
            mine = select(rows.id).filter_by(participant_id=self.ids.get(name, ""), **like)
            return self.pick(db.scalars(mine.order_by(rows.at, rows.id)).all()) or "nothing"

    def release_words(self, name: str) -> None:
        statement, sentence = self._one_of(name, models.Statement), self.pick(("Sävy satutti.", "Ei tätä.")) or ""
        self.own(name, statements.release_words, statement, sentence)

    def renew_statement(self, name: str) -> None:
        self.own(name, statements.renew_statement, self._one_of(name, models.Statement))

    def correct_statement(self, name: str) -> None:
        self.own(name, statements.correct_statement, self._one_of(name, models.Statement), "Sanoin näin.")

    def correct_mark(self, name: str) -> None:
        one = self._one_of(name, models.Mark, ended_at=None)
        if one == "nothing":
            return
        with self.reading() as db:
            kind, about = db.execute(select(models.Mark.kind, models.Mark.about).where(models.Mark.id == one)).one()
        self.own(
            name, marks.correct_mark, one, so=lambda whose, row: self.book.people[whose].said.pop((kind, about), None)
        )

    def write_note(self, name: str) -> None:
        self.tries(name, statements.write_note, "Tauko pian.", so=lambda whose, row: self.notes.append(row))

    def share_note(self, name: str) -> None:
        self.tries(name, statements.share_note, self.pick(self.notes) or "nothing")

    def unshare_note(self, name: str) -> None:
        self.tries(name, statements.unshare_note, self.pick(self.notes) or "nothing")

    def accept_ground_rules(self, name: str) -> None:
        text = self._text("ground-rules")
        self.own(name, ground_rules.accept_ground_rules, text, so=self.says("accepted-ground-rules", text or ""))

    def write_ground_rules(self, name: str) -> None:
        lines = self.pick(({}, {"fi": ["Puhelimet pois."]}, {"fi": ["Tauko tunnin välein."]})) or {}
        self.tries(name, ground_rules.write_ground_rules, lines)

    def mark_turn(self, name: str, whom: str | None = None) -> None:
        chosen = whom or self.party()
        self.tries(name, marks.mark_opening_turn, [chosen], so=self.says("had-opening-turn", whom=chosen))

    def state_view(self, name: str) -> None:
        act, words = (
            self.pick(((statements.state_view, ["Viestit jäävät lukematta."]), (statements.pass_view, []))) or ()
        )
        self.own(name, act, *words, so=self.says("stated-view"))

    say_ready = saying(marks.say_ready, "ready-for-solutions")

    def mark_impasse(self, name: str) -> None:
        self.tries(name, marks.mark_impasse)

    # The joint statement and the options.

    def draft_problem(self, name: str, *, goals: int | None = None) -> None:
        many = self.chance(3) if goals is None else goals
        texts = {"fi": problems.ProblemWords("Tieto ei kulje meillä.", ["Tieto kulkee."] * many)}
        questions = [{"fi": "Miten vuoro vaihtuu?"}] * self.chance(2)

        def so(whose: str, statement: str) -> None:
            version = self.book.problem[1] + 1 if self.book.problem else 1
            self.book.problem = (statement, version, many)
            with self.reading() as db:
                found = select(problems.Issue.id).where(problems.Issue.problem_statement_id == statement)
                self.book.issues = dict.fromkeys(db.scalars(found.order_by(problems.Issue.position)), "open")

        self.tries(name, problems.draft_problem_statement, texts, issues=questions, so=so)

    def accept_problem(self, name: str) -> None:
        statement, version, _ = self.book.problem or ("", 1, 0)
        read = version if not self.odds(6) else version - 1
        self.own(name, problems.accept_problem_statement, read, so=self.says("accepted-problem-statement", statement))

    def mark_issue(self, name: str) -> None:
        issue, state = self.pick(list(self.book.issues)) or "nothing", self.pick(("agreed", "open")) or "open"
        self.tries(
            name, problems.mark_issue, issue, state, so=lambda whose, row: self.book.issues.update({issue: state})
        )

    def propose(self, name: str) -> None:
        proposed = lambda whose, option: self.book.options.update({option: "open"})  # noqa: E731
        self.own(name, options.propose_option, "Vuoronvaihto ajoissa", so=proposed)

    def _option(self) -> str:
        return self.pick(list(self.book.options)) or "nothing"

    def respond(self, name: str) -> None:
        option, answer = self._option(), self.pick(("yes", "yes", *options.RESPONSES)) or "yes"
        self.own(name, options.respond_to_option, option, answer, so=self.says("responded", option, answer))

    def adopt(self, name: str) -> None:
        option = self._option()

        def so(whose: str, row: str) -> None:
            assert {one.said.get(("responded", option)) for one in self.book.those_in("party")} <= {"yes"}

        self.tries(name, options.adopt_option, option, so=so)

    def set_aside(self, name: str) -> None:
        self.tries(name, options.set_aside_option, self._option(), "Ei nyt.")

    # The agreement.

    def draft_agreement(self, name: str, *, well: bool = False) -> None:
        """Somebody drafts: promises of anybody, old ones carried on or ended, now and then one who is named in another's."""
        owners = [one.id for one in self.book.those_in("party", "employer-representative")]
        lacking = not well and self.odds(5)
        promises = [self._promise(owner, lacking=lacking, well=well) for owner in owners if well or not self.odds(3)]
        if not well and self.odds(6):
            promises.append(self._promise(self.anybody(), lacking=False, well=False))
        promises += self._continued(owners)
        disclosed = well or not self.odds(6)
        told = {"prevailing": "fi", "texts": {"fi": agreements.TextWords("Tieto ei kulje meillä.")}}

        def do(db: Db, seat: Seat) -> Any:
            newest = newest_agreement(db, seat)
            tag = draft_tag(newest) if newest is not None and newest.state in WORKING else None
            given: dict[str, Any] = {**told, "commitments": promises, "disclosure_decided": disclosed, "if_match": tag}
            return agreements.draft_agreement(db, seat, **given)

        def so(whose: str, agreement: str) -> None:
            promised = {one["lineage"]: frozenset(one["owners"]) for one in self._lines(agreement)}
            self.book.drafts(Version(agreement, "draft", promised, not lacking, disclosed))

        self.tries(name, do, code="draft-agreement", so=so)

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

    def _lines(self, agreement: str) -> list[Any]:
        with self.reading() as db:
            lines = agreement_wording.commitments_of(db, db.get_one(models.Agreement, agreement))
            return [one for one in lines if one["ended"] is None]

    def send_agreement(self, name: str) -> None:
        sign_by = self.today + timedelta(days=1 + self.chance(20))

        def so(whose: str, agreement: str) -> None:
            version, unmet = self.book.newest, self.book.unmet()
            assert version is not None
            assert not unmet.keys() & {"commitments-complete", "owners-sign", "disclosure-decided"}
            version.state = "sent"
            with self.reading() as db:
                paper = agreement_wording.read_wording(
                    db, self.seat(db, self.mediator), db.get_one(models.Agreement, agreement)
                )
                text = json.dumps(agreement_wording.agreement_data(paper, "fi"), ensure_ascii=False)
            assert not [left for left in self.named("former-party") if left in text], "the new text names who left"

        self.tries(name, send_typeset, sign_by=sign_by, code="send-agreement", so=so)

    def drop_draft(self, name: str) -> None:
        self.tries(name, agreements.drop_draft, so=lambda whose, row: setattr(self.book.newest, "state", "dropped"))

    def extend(self, name: str) -> None:
        self.tries(name, sending.extend_signing, self.today + timedelta(days=self.chance(20)))

    def suits_today(self, name: str) -> None:
        self.own(name, signing_day.say_today_suits)

    def hesitate(self, name: str) -> None:
        self.own(name, self.pick((signatories.take_time, signatories.ask_to_talk, signatories.decline_to_sign)))

    def sign(self, name: str, *, surely: bool = False) -> None:
        forged, seal_key = not surely and self.odds(8), self.house.installation.seal_key
        actor, manner = self.manner(name)

        def signed(db: Db, seat: Seat) -> Any:
            agreement = newest_agreement(db, seat)
            whose = manner.for_whom or seat.participant_id
            digest = "0" * 64 if agreement is None or forged else signatories.digest_to_sign(db, seat, agreement, whose)
            return sign_typeset(db, seat, digest, seal_key, manner)

        def so(whose: str, row: Any) -> None:
            assert not forged
            assert self.book.newest is not None
            assert self.book.newest.state == "sent"
            self.book.signs(whose)

        self.tries(actor, signed, code="sign", manner=manner, so=so)

    # Follow-up.

    def give_notice(self, name: str) -> None:
        self.tries(name, notices.give_notice, so=lambda whose, row: setattr(self.book.followed, "told", True))

    def propose_understanding(self, name: str) -> None:
        told = {"fi": {"commissioner": "Asia on sovittu."}} if self.odds(3) else None

        def so(whose: str, row: str) -> None:
            if self.book.understood is None or self.book.understood.id != row:
                self.book.understandings.append(Understood(row))

        self.tries(name, understandings.propose_understanding, notices=told, so=so)

    def accept_understanding(self, name: str) -> None:
        asked = self.book.understood.id if self.book.understood else "nothing"
        self.own(name, understandings.accept_understanding, asked, so=self.says("accepted-understanding", asked))

    ask_for_neutral_end = saying(understandings.ask_for_neutral_end, "asked-for-neutral-end")

    def check_in(self, name: str, *, answer: str | None = None) -> None:
        version, audience = self.book.in_force, self.pick(("table", "table", "mediator")) or "table"
        about, holds = self.book.followed, self.pick(check_ins.ANSWERS)
        here = {one.id for one in self.book.those_in("party", "employer-representative")}
        me, party = self.ids.get(name), "party" in self._roles(self.ids.get(name, ""))
        lines = {  # commitment: lineage
            one["id"]: one["lineage"]
            for one in (self._lines(version.id) if version is not None else ())
            if here & set(one["owners"]) and (party or me in one["owners"])
        }
        said = {key: answer or self.pick(("kept", "kept", *check_ins.REPORTS)) or "kept" for key in lines}

        def so(whose: str, row: Any) -> None:
            assert about is not None
            about.reported[whose] = self.now
            if audience == "table":
                self._not_kept({lines[key] for key, one in said.items() if one == "not-kept"})

        reports = {key: check_ins.Report(one) for key, one in said.items()}
        asked = {} if version is not None or self.odds(9) else {"answer": holds}
        self.own(name, check_ins.check_in, reports, audience=audience, language="fi", **asked, so=so)

    def _not_kept(self, lineages: set[str]) -> None:
        opened = lineages - {lineage for lineage, state in self.book.breaches.values() if state == "open"}
        with self.reading() as db:
            rows = select(models.Breach.id, models.Breach.lineage).where(
                models.Breach.lineage.in_(opened), models.Breach.state == "open"
            )
            found = {row.id: (row.lineage, "open") for row in db.execute(rows)}
        assert {lineage for lineage, _ in found.values()} == opened
        self.book.breaches |= found

    def release_check_in(self, name: str) -> None:
        chosen, not_kept = self._one_of(name, models.CheckIn, audience="mediator"), set[str]()
        with self.reading() as db:
            one = db.get(models.CheckIn, chosen)
            if one is not None and self.book.in_force is not None and one.agreement_id == self.book.in_force.id:
                not_kept = self._not_kept_in(db, one)
        self.own(name, check_ins.release_check_in, chosen, so=lambda whose, row: self._not_kept(not_kept))

    def _not_kept_in(self, db: Db, one: models.CheckIn) -> set[str]:
        rows = db.execute(
            select(check_ins.CheckInAnswer, check_ins.Commitment.lineage)
            .join(check_ins.Commitment, check_ins.Commitment.id == check_ins.CheckInAnswer.commitment_id)
            .where(check_ins.CheckInAnswer.check_in_id == one.id)
        )
        return {lineage for answer, lineage in rows if models.get(db, answer, "words")["answer"] == "not-kept"}

    def settle_breach(self, name: str, which: str | None = None) -> None:
        open_ones = [key for key, (_, state) in self.book.breaches.items() if state == "open"]
        breach = which or self.pick(open_ones) or "nothing"
        heard = [one.id for one in self.book.those_in("party") if which or not self.odds(5)]
        state = self.pick(("resolved", "resolved", "left-unresolved")) or "resolved"

        def so(whose: str, row: str) -> None:
            assert set(heard) == {one.id for one in self.book.those_in("party")}
            self.book.breaches[breach] = (self.book.breaches[breach][0], state)

        self.tries(name, check_ins.settle_breach, breach, state, heard=heard, so=so)

    def ask_to_report(self, name: str, whom: str | None = None) -> None:
        chosen, version = whom or self.party(), self.book.followed

        def so(whose: str, row: str) -> None:
            assert version is not None
            said = self.book.people[chosen].said
            said[
                "asked-to-report-again" if ("asked-to-report", version.id) in said else "asked-to-report", version.id
            ] = "yes"

        self.tries(name, check_ins.ask_to_report, chosen, so=so)

    ask_for_change = saying(check_ins.ask_for_change, "asked-for-change")
    ask_for_help = saying(check_ins.ask_for_help)

    def hand_over_letter(self, name: str) -> None:
        case_id = self.look().facts.case_id
        with self.reading() as db:
            letter = self.pick([one.id for one in printing.to_print(db, case_id)]) or "nothing"
        self.tries(name, printed_letters.hand_over_letter, letter)

    def hand_over_copy(self, name: str) -> None:
        self.tries(name, self.pick(COPIES), self.anybody())

    # What a random person may try, at any time.

    def try_anything(self) -> None:
        name, act = self.pick(EVERYBODY) or "", self.pick(ANYTHING) or ""
        getattr(self, act)(name)

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
        ahead = [code for code, move in here.items() if move.forward]
        without_text = self.book.understood is not None and self.book.in_force is None
        code = towards or (ahead[-1] if without_text else ahead[0])
        unmet = self.book.unmet()
        hindering = {one.code for one in MEDIATION.guards_of(here[code])} & unmet.keys()
        if self.book.suspended:
            hindering = self._hinders_resuming()
            if not hindering:
                self.resume(self.mediator)
                return
        guard = self.pick(sorted(hindering))
        if guard is None:
            self.move((self.named(*here[code].by) or [self.mediator])[0], code)
            return
        names = [one.name for one in self.book.people.values() if one.id in unmet[guard]]
        for act in MEETING[guard]:
            for name in names or [self.mediator]:
                act(self, name)


COMPANIONS = {"Tuula": "support-person", "Irina": "interpreter", "Kaarina": "employer-representative"}


def let_ids_follow_each_other(house: House) -> None:
    # In the order in which they are made: what chance decides must not depend on them.
    numbers, installed = count(1), house.installation.database
    made = len(house.tokens) and getattr(house, "cases_played", 0) + 1
    house.cases_played = made  # type: ignore[attr-defined]
    installed.new_id = lambda: f"{made:06}x{next(numbers):08}"


BY_ROLE: Mapping[str, Sequence[str]] = {
    "commissioner": str.split("order_mediation set_basis assign_mediator hand_over answer_screening"),
    "mediator": str.split(
        "record_absence end_absence declare_ties screen answer_screening put_safeguard add_participant release_companion "
        "invite replace_party end_employment suspend resume discontinue plan_session move_session cancel_session begin_session "
        "end_session mark_attendance keep_quiet close_sign_ins open_sign_ins meet advise_support "
        "correct_particulars change_position "
        "call_somebody call_off_somebody hear_undertaking bind_by_service settle_worry "
        "ask_to_agree show_own_lines write_ground_rules "
        "open_caucus close_caucus write_note share_note unshare_note mark_turn mark_impasse draft_problem mark_issue "
        "propose adopt set_aside "
        "draft_agreement send_agreement drop_draft extend give_notice settle_breach ask_to_report hand_over_letter "
        "hand_over_copy "
        "propose_understanding"
    ),
    "party": str.split(
        "keep_quiet answer_wellbeing answer_leaving answer_survey complain correct_particulars "
        "answer_ties answer_screening permit_clarification tell_needs agree decline waive_separate withdraw pause plan_session "
        "begin_session end_session "
        "mark_attendance let_go_on ask_for_caucus waive_follow_ups speak release_words renew_statement correct_statement "
        "correct_mark accept_ground_rules state_view say_ready accept_problem propose respond hesitate suits_today sign check_in "
        "release_check_in ask_for_change ask_for_help worry take_back_worry accept_understanding ask_for_neutral_end"
    ),
    "former-party": ("take_back", "confirm", "sign", "check_in", "speak"),
    "employer-representative": ("undertake", "hesitate", "sign", "check_in", "ask_for_change", "ask_for_help"),
    "initiator": ("permit_naming",),
    "support-person": ("undertake", "correct_mark", "correct_particulars"),
    "interpreter": ("undertake", "correct_mark"),
}
ANYTHING = sorted({act for acts in BY_ROLE.values() for act in acts})
# Parties and mediators have most to do.
STOPPING = {"withdraw", "confirm", "pause", "suspend", "discontinue", "end_employment", "replace_party"}
OFTEN = (*["party"] * 6, *["mediator"] * 5, *["former-party"] * 2, *BY_ROLE)
UPSETTING: Mapping[str, Sequence[str]] = {
    "commissioner": ("assign_mediator", "hand_over"),
    "mediator": str.split(
        "replace_party end_employment declare_ties screen add_participant add_participant release_companion suspend "
        "draft_problem draft_agreement drop_draft open_caucus cancel_session"
    ),
    "party": str.split("withdraw pause answer_ties correct_mark check_in ask_for_change plan_session"),
    "former-party": str.split("take_back take_back confirm"),
}


def _have_a_session(kind: str, serves: str = "") -> Callable[[Players, str], None]:
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


def _support(players: Players, name: str) -> None:
    for one in players.book.those_in("party"):
        if ("support-to-offer", "") in one.said:
            players.add_participant(players.mediator, "Tuula", "support-person", supports=one.id)


def _be_two_again(players: Players, name: str) -> None:
    gone = players.named("former-party")
    if gone and players.odds(2):
        players.take_back(gone[0])
    else:
        players.add_participant(players.mediator, "Outi", "party")


def _make_safe(players: Players, name: str) -> None:
    for code in sorted(players.book.screened[1] if players.book.screened else ()):
        players.put_safeguard(players.mediator, code)
        if code == "co-mediator" and not players.book.those_in("co-mediator"):
            players.assign_mediator(players.commissioner)
        if code == "interpreter":
            players.add_participant(players.mediator, "Irina", "interpreter")
            players.undertake("Irina")
        if code == "separate-meetings":
            for party in players.named("party"):
                _meet_alone(players, party)


def _close_all_caucuses(players: Players, name: str) -> None:
    for one in list(players.book.sessions.values()):
        if one.kind == "caucus" and one.state == "begun":
            players.close_caucus(players.mediator, one.id)


def _screen(players: Players, name: str) -> None:
    players.tries(players.mediator, screening.begin_screening)
    players.decide(players.mediator, "suitable")
    if "screened-suitable" in players.book.unmet():
        players.decide(players.mediator, "suitable-with-safeguards")


def _hear_undertaking(players: Players, name: str) -> None:
    for one in list(players.book.sessions.values()):
        if one.state == "begun" and one.whom is None:
            players.hear_undertaking(players.mediator, one.id, players.ids[name])


def _call_who_was_there(players: Players, name: str) -> None:
    for one in list(players.book.sessions.values()):
        if one.state in {"begun", "held"} and ("attended", one.id) in players.book.people[players.ids[name]].said:
            players.call_somebody(players.mediator, one.id, players.ids[name])


def _settle_the_worry(players: Players, name: str) -> None:
    for worry, (whose, _) in list(players.book.worries.items()):
        if whose == players.ids[name]:
            players.settle_worry(players.mediator, worry)


def _draft_well(players: Players, name: str) -> None:
    players.draft_agreement(players.mediator, well=True)


def _send(players: Players, name: str) -> None:
    if players.book.newest is None or players.book.newest.state != "draft" or not players.book.newest.promises:
        _draft_well(players, name)
    players.send_agreement(players.mediator)


def _accept_understanding(players: Players, name: str) -> None:
    understood = players.book.understood
    if understood is None or understood.reached:
        players.propose_understanding(players.mediator)
    players.accept_understanding(name)


def _sign(players: Players, name: str) -> None:
    newest = players.book.newest
    if newest is None or newest.state != "sent":
        _send(players, name)
    for one in players.named("party"):
        players.tries(one, signing_day.say_today_suits)
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
    "companions-bound": [Players.undertake, _hear_undertaking],
    "companions-told": [_call_who_was_there],
    "no-open-concern": [_settle_the_worry],
    "met-separately": [_meet_alone],
    "joint-session-planned": [lambda players, name: players.plan_session(players.mediator, "joint")],
    "co-mediated-where-many": [lambda players, name: players.assign_mediator(players.commissioner)],
    "support-offered": [_support],
    "opening-begun": [_have_a_session("joint", "opening")],
    "attended-opening": [_attend],
    "accepted-ground-rules": [Players.accept_ground_rules],
    "had-opening-turn": [lambda players, name: players.mark_turn(players.mediator, players.ids[name])],
    "stated-view": [Players.state_view],
    "problem-stated": [lambda players, name: players.draft_problem(players.mediator, goals=1)],
    "goal-set": [lambda players, name: players.draft_problem(players.mediator, goals=2)],
    "accepted-problem-statement": [Players.accept_problem],
    "dialogue-begun": [_have_a_session("joint", "dialogue")],
    "no-open-caucus": [_close_all_caucuses],
    "ready-for-solutions": [Players.say_ready],
    "agreement-sent": [_send],
    "commitments-complete": [_draft_well],
    "owners-sign": [_draft_well],
    "follow-up-planned": [lambda players, name: players.plan_session(players.mediator, "follow-up")],
    "disclosure-decided": [_draft_well],
    "everyone-signed": [_sign],
    "options-considered": [Players.propose],
    "no-text-out": [lambda players, name: players.drop_draft(players.mediator)],
    "accepted-understanding": [_accept_understanding],
    "notice-given": [lambda players, name: players.give_notice(players.mediator)],
    "follow-ups-held": [_follow_up],
    "reported-on-commitments": [_report],
    "no-open-breach": [_settle],
    "breach-or-joint-request": [_say_no],
}
