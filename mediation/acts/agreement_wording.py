"""Wording: what the documents of an agreement say, gathered from its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from mediation.acts.agreed_texts import newest_text
from mediation.acts.annexes import own_labels, read_lines
from mediation.acts.letterheads import Letterhead, letterhead_of
from mediation.acts.problem_statements import current_problem_statement
from mediation.acts.signatories import signing_roles
from mediation.case.seat import Seat
from mediation.documents.localise import unprintable_at
from mediation.store.database import Db
from mediation.store.models import (
    Agreement,
    AgreementText,
    Commitment,
    CommitmentOwner,
    Issue,
    Meeting,
    Participant,
    RoleHeld,
    Signature,
    StoredFile,
    get,
    remaining,
)
from mediation.words.catalogue import say
from mediation.words.names import same_name
from mediation.workflow.declaration import NOBODY, Contract, Role, Trait, Who, Workflow


@dataclass(frozen=True)
class Person:
    """A participant as a document names them."""

    id: str
    name: str
    capacity: str
    roles: frozenset[Role]
    capacities: Mapping[str, str] = field(default_factory=dict)

    def capacity_in(self, language: str) -> str:
        """What they do at the workplace, in a language where it was written in that."""
        return self.capacities.get(language, self.capacity)

    def line(self, language: str) -> dict[str, str]:
        """As a document in one language lists them."""
        return {"name": self.name, "capacity": self.capacity_in(language)}

    @property
    def written(self) -> dict[str, str]:
        """All that documents print of them, whatever their language."""
        return {"name": self.name, "capacity": "\n".join([self.capacity, *self.capacities.values()])}

    @property
    def traits(self) -> frozenset[Trait]:
        """What their roles are."""
        return frozenset().union(*(one.traits for one in self.roles))


def people_of(db: Db, seat: Seat) -> dict[str, Person]:
    """Everyone who is or was at the case, by participant id, with their present roles."""
    roles: dict[str, set[str]] = {}
    for held in db.scalars(select(RoleHeld).where(RoleHeld.case_id == seat.case.id, RoleHeld.until.is_(None))):
        roles.setdefault(held.participant_id, set()).add(held.role)
    people = [
        Person(
            row.id,
            get(db, row, "name"),
            get(db, row, "capacity") or "",
            seat.workflow.roles_of(roles.get(row.id, ())),
            get(db, row, "capacities") or {},
        )
        for row in db.scalars(select(Participant).where(Participant.case_id == seat.case.id))
    ]
    # By name: an order that does not reveal who was first.
    return {one.id: one for one in sorted(people, key=lambda one: (one.name.casefold(), one.id))}


def texts_of(db: Db, agreement: Agreement) -> dict[str, dict[str, Any]]:
    """The words of an agreement by language, None where they were deleted."""
    rows = db.scalars(
        select(AgreementText).where(AgreementText.agreement_id == agreement.id).order_by(AgreementText.language)
    )
    return {row.language: remaining(db, row, "words") for row in rows}


def commitments_of(db: Db, agreement: Agreement) -> list[dict[str, Any]]:
    """The commitments of an agreement in their order: ids, owners, dates, and words by language."""
    lines = read_lines(db, select(Commitment).where(Commitment.agreement_id == agreement.id))
    owned = CommitmentOwner.commitment_id.in_([one["id"] for one in lines])
    owners: dict[str, list[str]] = {}
    for owner in db.scalars(select(CommitmentOwner).where(owned)):
        owners.setdefault(owner.commitment_id, []).append(owner.participant_id)
    return [one | {"owners": sorted(owners.get(one["id"], ()))} for one in lines]


@dataclass(frozen=True)
class AgreementWording:
    """All that the documents of one version say, read once and printed in each language."""

    case_number: str
    agreement: Agreement
    workflow: Workflow
    replaces: int | None
    people: Mapping[str, Person]
    texts: Mapping[str, Mapping[str, Any]]
    commitments: Sequence[Mapping[str, Any]]
    follow_ups: Sequence[tuple[datetime, str]]  # local time, form
    issues: Sequence[tuple[Mapping[str, str], bool]]
    retention_months: int
    printed: Mapping[str, Mapping[str, Sequence[Any]]] = field(default_factory=dict)  # by kind and language
    signing: Who = NOBODY
    letterhead: Letterhead | None = None

    @property
    def contract(self) -> Contract:
        """The contract that it is a version of."""
        return self.workflow.contract

    @property
    def languages(self) -> list[str]:
        """Its languages, the prevailing one first."""
        return sorted(self.texts, key=lambda code: (code != self.agreement.prevailing, code))

    def written_elsewhere(self) -> list[str]:
        """What the documents print besides the agreement's own words: names, capacities and issues."""
        named = [part for one in self.people.values() for part in one.written.values()]
        return named + [words for texts, _ in self.issues for words in texts.values()]

    def told_apart(self, who: Person, language: str) -> str:
        """Their name, with their capacity where somebody else has the same name."""
        same = [one for one in self.people.values() if same_name(one.name, who.name)]
        capacity = who.capacity_in(language)
        return f"{who.name} ({capacity})" if len(same) > 1 and capacity else who.name

    def unprintable_fields(self) -> list[str]:
        """The fields of what the documents print that have a character which no font draws, each by its path in the draft."""
        return [
            *unprintable_at("parties", [one.written for one in self.having(Trait.CONSENTS)]),
            *unprintable_at("employer_representatives", [one.written for one in self.representatives()]),
            *unprintable_at("mediators", [one.written for one in self.having(Trait.LEADS)]),
            *unprintable_at("issues", [texts for texts, _ in self.issues]),
            *unprintable_at("texts", self.texts),
            *(path for kind, words in self.printed.items() for path in unprintable_at(kind, words)),
            *(
                path
                for number, one in enumerate(self.commitments)
                if one["ended"] is None
                for path in unprintable_at(f"commitments.{number}.texts", one["texts"])
            ),
        ]

    def binding(self) -> list[Mapping[str, Any]]:
        """The commitments that this version makes: those done or dropped are history."""
        return [one for one in self.commitments if one["ended"] is None]

    def having(self, trait: Trait) -> list[Person]:
        """The people in a role with this trait, by name."""
        return [one for one in self.people.values() if trait in one.traits]

    def representatives(self) -> list[Person]:
        """The employer representatives who have lines of their own: an annex is written for each."""
        owners = {owner for one in self.binding() for owner in one["owners"]}
        return [one for one in self.having(Trait.REPRESENTS) if one.id in owners]


def read_wording(db: Db, seat: Seat, agreement: Agreement) -> AgreementWording:
    """Gather what the documents of `agreement` say."""
    sealed = select(func.max(Agreement.version)).filter_by(case_id=seat.case.id, state="sealed")
    follow_ups = Meeting.kind.in_(seat.workflow.follow_up_kinds)
    sessions = select(Meeting).where(follow_ups).filter_by(case_id=seat.case.id, ended_at=None)
    problem = current_problem_statement(db, seat)
    of_problem = select(Issue).order_by(Issue.position)
    issues = db.scalars(of_problem.filter_by(problem_statement_id=problem.id)).all() if problem else []
    return AgreementWording(
        case_number=seat.case.number,
        agreement=agreement,
        workflow=seat.workflow,
        replaces=db.scalar(sealed.where(Agreement.version < agreement.version)),
        people=people_of(db, seat),
        texts=texts_of(db, agreement),
        commitments=commitments_of(db, agreement),
        follow_ups=[
            (one.planned_at.astimezone(db.zone), one.form) for one in db.scalars(sessions.order_by(Meeting.planned_at))
        ],
        issues=[(get(db, one, "words"), one.state == "agreed") for one in issues],
        retention_months=db.keep.agreement_months,
        printed={
            kind: get(db, text, "words")
            for kind in seat.workflow.contract.prints
            if (text := newest_text(db, seat.case.id, kind)) is not None
        },
        signing=signing_roles(db, seat),
        letterhead=letterhead_of(db, seat.case.id),
    )


def agreement_data(wording: AgreementWording, language: str) -> dict[str, Any]:
    """What the agreement document prints in one language (its shape: templates/documents/README.md)."""
    words = wording.texts[language]
    notices = words["notices"]
    if not notices and wording.contract.told_always is not None:
        notices = {wording.contract.told_always: say("notice.default", wording.workflow.speaking(language))}
    return {
        "case": wording.case_number,
        "version": wording.agreement.version,
        "replaces": wording.replaces,
        "prevailing": wording.agreement.prevailing,
        "languages": wording.languages,
        "place": None,
        "mediators": [
            one.name for one in sorted(wording.having(Trait.LEADS), key=lambda one: Trait.SOLE not in one.traits)
        ],
        "parties": [one.line(language) for one in wording.having(Trait.CONSENTS)],
        "employer_representatives": [one.line(language) for one in wording.representatives()],
        "purpose": words["purpose"],
        "goals": words["goals"],
        "commitments": [_commitment(wording, one, language) for one in wording.binding()],
        "new_problem": words["new_problem"] or None,
        "follow_ups": [
            {"on": moment.isoformat(), "form": say(f"form.{form}", language)} for moment, form in wording.follow_ups
        ],
        "confidentiality": words["confidentiality"] or None,
        "notices": [{"to": audience, "words": words} for audience, words in notices.items()],
        "retention_months": wording.retention_months,
        "issues": [
            {"text": texts.get(language, next(iter(texts.values()))), "agreed": agreed}
            for texts, agreed in wording.issues
        ],
        "letterhead": wording.letterhead.printed(language) if wording.letterhead else None,
        **(_printed(wording, language) if wording.contract.prints else {}),
    }


def _printed(wording: AgreementWording, language: str) -> dict[str, Any]:
    """What a contract that prints agreed texts says beside: those texts, who is named in which role, and who signs."""
    named = [
        (one, role)
        for one in wording.people.values()
        for role in sorted(one.roles)
        if role.traits & {Trait.LEADS, Trait.CONSENTS}
    ]
    spoken = wording.workflow.speaking(language)
    return {
        "printed": {kind: words[language] for kind, words in wording.printed.items()},
        "people": [
            {**one.line(language), "role": say(f"role.{role}", spoken), "signs": role in wording.signing}
            for one, role in named
        ],
    }


def annex_data(wording: AgreementWording, representative: Person, language: str) -> dict[str, Any]:
    """What an employer representative's annex prints: own lines, nothing else of the agreement."""
    own = own_labels([{**one} for one in wording.binding() if representative.id in one["owners"]])
    return {
        "case": wording.case_number,
        "version": wording.agreement.version,
        "prevailing": wording.agreement.prevailing,
        "languages": wording.languages,
        "representative": representative.line(language),
        "commitments": [{**_commitment(wording, one, language), "owners": [representative.name]} for one in own],
        "letterhead": wording.letterhead.printed(language) if wording.letterhead else None,
    }


def _commitment(wording: AgreementWording, one: Mapping[str, Any], language: str) -> dict[str, Any]:
    words = one["texts"][language]
    return {
        "label": one["label"],
        "action": words["action"],
        "owners": [wording.told_apart(who, language) for who in wording.people.values() if who.id in one["owners"]],
        "starts": one["starts_on"].isoformat() if one["starts_on"] else None,
        "due": one["due_on"].isoformat() if one["due_on"] else None,
        "rhythm": words["rhythm"] or None,
        "measure": words["measure"],
        "support": words["support"] or None,
    }


def signatures_data(
    db: Db,
    seat: Seat,
    agreement: Agreement,
    signed: Sequence[Signature],
    frozen: Sequence[StoredFile],
    *,
    manifest_digest: str,
    at: datetime,
) -> dict[str, Any]:
    """What a signature page sealed `at` (UTC) prints: who signed what, on which local day, in what way.

    By name, and without the hour, so that nobody can be seen to have hesitated. The seal's moment is local with its offset:
    read beside the days it is never before the last of them.
    """
    people = people_of(db, seat)
    signatures = {one.participant_id: one for one in signed}
    return {
        "case": seat.case.number,
        "version": agreement.version,
        "prevailing": agreement.prevailing,
        "signatures": [_signature(db, agreement, people, signatures[one]) for one in people if one in signatures],
        "manifest_digest": manifest_digest,
        "documents": [{"name": row.name, "language": row.language, "sha256": get(db, row, "sha256")} for row in frozen],
        "sealed_at": at.astimezone(db.zone).isoformat(),
    }


def _signature(db: Db, agreement: Agreement, people: Mapping[str, Person], one: Signature) -> dict[str, Any]:
    # By whom is told nobody here: the page is everybody's, and says only into which language.
    interpreted = get(db, one, "interpreted")
    return {
        **people[one.participant_id].line(agreement.prevailing),
        "signed_on": one.at.astimezone(db.zone).date().isoformat(),
        "way": one.way,
        "attested_by": people[one.recorded_by].name if one.recorded_by != one.participant_id else None,
        "digest": one.digest,
        "annex": one.digest != agreement.digest,
        **({"interpreted_into": interpreted["language"]} if interpreted else {}),
    }
