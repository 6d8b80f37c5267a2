"""Particulars: a participant's name, capacity and languages are corrected, or their position changes (workflow.md rule 21)."""

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from mediation.acts.acting import Acting, act
from mediation.acts.agreement_versions import unsend
from mediation.acts.terms import renew_terms
from mediation.case.participants import find_own_or_led, find_participant
from mediation.errors import Malformed, NotYet
from mediation.people.directory import checked_name, find_person, is_known_only_at, people_at, person_name
from mediation.store.database import Db
from mediation.store.models import AgreementText, Participant, Person, Signature, get, is_gone, put
from mediation.words.catalogue import LANGUAGES
from mediation.words.fields import Flag, LanguageCode, checked_line
from mediation.words.names import composed, same_name
from mediation.words.own_languages import OwnLanguage, known_own_language
from mediation.workflow.declaration import Role, Trait, Workflow
from mediation.workflow.facts import Facts
from mediation.workflow.facts_loading import load_facts

ABOVE = Trait.CONSENTS, Trait.REPRESENTS, Trait.ORDERS  # of whom workflow.md rule 10 asks who reports to whom
Name = Annotated[str, Field(description="As it is written from now on; a former name stays in sealed files alone.")]
Capacity = Annotated[
    Mapping[LanguageCode, str],
    Field(
        max_length=3,
        description="What they do at the workplace, in each language of the documents; none takes it away.",
    ),
]
Subordinate = Annotated[
    Flag,
    Field(
        description="Whether an employer representative or the commissioner now reports to a party: asked again with the "
        "capacity of any of them."
    ),
]

Spoken = Annotated[OwnLanguage, Field(description="As an ISO 639 code; empty takes it away.")]


@act("correct-participant")
def correct_participant(
    case: Acting,
    participant_id: str,
    *,
    name: Name | None = None,
    capacity: Capacity | None = None,
    language: LanguageCode | None = None,
    subordinate: Subordinate | None = None,
    own_language: Spoken | None = None,
) -> Participant:
    """Correct somebody's name, capacity or languages: a mediator anybody's, everybody else their own.

    What is left out stays as it is. A text that was sent for signing is taken back where it names them otherwise, or is
    not in a party's language, neither written nor interpreted. Refuses with `participant-not-found` (also somebody else,
    for who does not mediate), `nothing-to-correct`, with `nothing-more-kept` once particulars were deleted, with
    `subordinate-needed` and `subordinate-now` a capacity (workflow.md rule 10), and like `checked_name`, `checked` and
    `known_own_language`.
    """
    whose, roles = find_own_or_led(case.db, case.seat, participant_id)
    if all(one is None for one in (name, capacity, language, own_language)):
        raise Malformed("nothing-to-correct", field="name")
    if is_gone(case.db, whose, "name"):
        raise NotYet("nothing-more-kept")
    changed = []
    if name is not None and _renamed(case, whose, checked_name(name)):
        changed.append("name")
    if language is not None and language != whose.language:
        _speaks(case, whose, language)
        changed.append("language")
    if own_language is not None and _reads_otherwise(case.db, whose, own_language):
        changed.append("own-language")
    if capacity is not None and _has_capacity(case, whose, roles, capacity, subordinate=subordinate):
        changed.append("capacity")
    if changed:
        _let_texts_follow(case, whose, roles, changed)
        case.record(whose.id, *changed)
    return whose


@act("change-position")
def change_position(
    case: Acting, participant_id: str, capacity: Capacity, *, subordinate: Subordinate | None = None
) -> Participant:
    """The mediator notes somebody's new position or team: they stay in the case, and a text that was sent stays as it is.

    Refuses with `participant-not-found`, with `text-needed` no capacity, and as `correct_participant` a capacity.
    """
    if not capacity:
        raise Malformed("text-needed", field="capacity")
    whose, roles = find_participant(case.db, case.seat, participant_id)
    if _has_capacity(case, whose, roles, capacity, subordinate=subordinate):
        case.record(whose.id)
    return whose


def asks_who_reports(workflow: Workflow, roles: Iterable[str]) -> bool:
    """Whether a capacity of somebody in these roles asks who reports to whom: nowhere where nobody represents an employer."""
    return bool(workflow.who(Trait.REPRESENTS)) and not workflow.who(*ABOVE).isdisjoint(roles)


def _let_texts_follow(case: Acting, whose: Participant, roles: frozenset[Role], changed: list[str]) -> None:
    facts = load_facts(case.db, case.seat.case)
    if _says_otherwise(case, facts, whose, roles, changed):
        unsend.write(case.db, case.seat, facts)
    if "name" in changed:  # of who takes part: told, and not asked again
        renew_terms(case, asks=False)


def _renamed(case: Acting, whose: Participant, name: str) -> bool:
    db = case.db
    if get(db, whose, "name") == name:
        return False
    put(db, whose, "name", name)
    person = find_person(db, whose.person_id)
    email = get(db, person, "email")
    others = [one for one in people_at(db, email) if one.id != person.id] if email else []
    # Whoever shares the mailbox and has this name stays somebody else: two different people are never merged.
    if _is_theirs(case, person) and not any(same_name(person_name(db, one), name) for one in others):
        put(db, person, "name", name)
    return True


def _speaks(case: Acting, whose: Participant, language: str) -> None:
    whose.language = language
    if whose.capacities is not None:
        put(case.db, whose, "capacity", _main(get(case.db, whose, "capacities"), language))
    person = find_person(case.db, whose.person_id)
    if _is_theirs(case, person):
        person.language = language


def _reads_otherwise(db: Db, whose: Participant, code: str) -> bool:
    """Write the language of one's own, or take it away; gives whether it was another."""
    spoken = known_own_language(code) if code else None
    if get(db, whose, "own_language") == spoken:
        return False
    if spoken is None:
        whose.own_language = None
    else:
        put(db, whose, "own_language", spoken)
    return True


def _is_theirs(case: Acting, person: Person) -> bool:
    """Whether a correction at this case holds for the person wherever they are: their own, or where nothing else knows them."""
    return person.id == case.seat.person_id or is_known_only_at(case.db, person.id)


def _has_capacity(
    case: Acting, whose: Participant, roles: frozenset[Role], given: Mapping[str, str], *, subordinate: bool | None
) -> bool:
    """Write a capacity by language; gives whether it was another."""
    db = case.db
    words = {code: composed(checked_line(given[code], "capacity")) for code in LANGUAGES if code in given}
    before = get(db, whose, "capacities")
    if (before or {}) == words and (before is not None or not get(db, whose, "capacity")):
        return False
    if words and asks_who_reports(case.seat.workflow, roles):
        if subordinate is None:
            raise Malformed("subordinate-needed", field="subordinate")
        if subordinate:
            raise NotYet("subordinate-now")
    if words:
        put(db, whose, "capacities", words)
        put(db, whose, "capacity", _main(words, whose.language))
    else:
        whose.capacities = whose.capacity = None
    return True


def _main(words: Mapping[str, str], language: str) -> str:
    return words.get(language, next(iter(words.values())))


def _says_otherwise(case: Acting, facts: Facts, whose: Participant, roles: frozenset[Role], changed: list[str]) -> bool:
    """Whether a text that was sent for signing says something else of somebody than is true now, or not in their language."""
    db, who = case.db, case.seat.workflow.who
    if facts.draft is None or facts.draft.state != "sent":
        return False
    parties = who(Trait.CONSENTS) | case.seat.workflow.signing(facts)
    named = facts.signatories(parties, who(Trait.REPRESENTS)) | facts.draft.owners
    if "name" in changed and (whose.id in named or any(Trait.LEADS in one.traits for one in roles)):
        return True
    if "capacity" in changed and whose.id in named:
        return True
    if "language" not in changed and "own-language" not in changed:
        return False
    return any(Trait.CONSENTS in one.traits for one in roles) and not _can_read(db, facts.draft.id, whose)


def _can_read(db: Db, agreement_id: str, whose: Participant) -> bool:
    """Whether a party can read a text that was sent for signing, or has it interpreted when they sign it."""
    signature = db.scalar(select(Signature).filter_by(agreement_id=agreement_id, participant_id=whose.id))
    told, spoken = signature and get(db, signature, "interpreted"), get(db, whose, "own_language")
    if told:
        return spoken in {None, told["language"]}
    if spoken:
        return signature is None  # else they signed what they could not read
    texts = select(AgreementText.language).where(AgreementText.agreement_id == agreement_id)
    return whose.language in set(db.scalars(texts))
