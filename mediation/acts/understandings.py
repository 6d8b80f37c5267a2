"""Understandings: what the table agreed without a text, in versions, and each party's word that it was reached."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Annotated

from pydantic import Field
from sqlalchemy import select, update

from mediation.acts.acting import Acting, act
from mediation.acts.agreement_versions import find_agreement_in_force
from mediation.acts.audiences import Notices, notices_in
from mediation.acts.marks import leave_mark
from mediation.case.seat import OWN, Manner, Seat
from mediation.errors import CaseChanged, NotYet
from mediation.store.database import Db
from mediation.store.models import Agreement, Mark, Understanding, get
from mediation.words.catalogue import in_every_language
from mediation.words.fields import LanguageCode
from mediation.workflow.declaration import Effect, Trait
from mediation.workflow.facts import Facts
from mediation.workflow.facts_loading import load_facts

MORE_THAN_A_NEUTRAL_END = "more-than-a-neutral-end"
NoticesByLanguage = Annotated[
    Mapping[LanguageCode, Notices],
    Field(max_length=3, description="The exact words that each audience is told, by language."),
]


@act("propose-understanding")
def propose_understanding(case: Acting, *, notices: NoticesByLanguage | None = None) -> Understanding:
    """The mediator proposes to note an understanding without a text; acceptances of an earlier proposal count no more.

    Each party accepts one fixed sentence and what others are told (`notices`; for the commissioner at least the neutral
    default). What has a date, or is an employer's promise, needs a text. The same again changes nothing. Refuses with
    `change-in-writing` while an agreement is in force.
    """
    if find_agreement_in_force(case.db, case.seat) is not None:
        raise NotYet("change-in-writing")
    contract, told = case.seat.workflow.contract, dict[str, Mapping[str, str]]()
    for language, one in sorted((notices or {}).items()):
        if worded := notices_in(contract, one, f"notices.{language}"):
            told[language] = worded
    sentence = in_every_language("understanding.sentence", case.seat.workflow.code)
    words = {"sentence": sentence, "notices": told}
    newest = newest_understanding(case.db, case.seat)
    if newest is not None and newest.reached_at is None and get(case.db, newest, "words") == words:
        return newest
    row = case.write(Understanding(version=newest.version + 1 if newest else 1), words=words)
    written = [text for language in told for text in told[language].values()]
    case.record(row.id, str(row.version), words=[*sentence.values(), *written])
    case.ask(case.with_trait(Trait.CONSENTS), about=row.id)
    return row


def mentions_beside_a_neutral_end(db: Db, seat: Seat, notices: Iterable[Collection[str]]) -> list[str]:
    """A warning where notices, as the audiences of each language, have words for who ordered, while a party wishes that
    the end tells them no more.
    """
    told = any(seat.workflow.contract.told_always in audiences for audiences in notices)
    return [MORE_THAN_A_NEUTRAL_END] if told and seat.workflow.neutral_end(load_facts(db, seat.case)) else []


@act("accept-understanding", leaves="accepted-understanding")
def accept_understanding(case: Acting, understanding_id: str, manner: Manner = OWN) -> Mark:
    """A party says that the understanding was reached, in the words that they read or heard. Each is asked alone.

    Refuses with `text-not-found`, `text-replaced` where a newer one was proposed, and `understanding-reached` where the
    follow-up has begun with it: what is agreed after that is proposed anew.
    """
    asked = case.find(Understanding, understanding_id, "text-not-found")
    newest = newest_understanding(case.db, case.seat)
    if newest is None or asked.id != newest.id:
        raise CaseChanged("text-replaced")
    if asked.reached_at is not None:
        raise NotYet("understanding-reached")
    return leave_mark(case, about=asked.id)


@act("ask-for-neutral-end", leaves="asked-for-neutral-end")
def ask_for_neutral_end(case: Acting, manner: Manner = OWN) -> Mark:
    """A party wishes that HR is told no more than that the case has ended, once it has (visibility.md rule 1).

    HR's line stays where it is until then. Whose wish it was, only the mediators see. Refuses with `follow-up-begun` once a
    follow-up has begun: HR may have read that by then. It refuses alike where another party wished so in time.
    """
    facts = load_facts(case.db, case.seat.case)
    if facts.in_use is not None or any(one.reached for one in facts.understandings):
        raise NotYet("follow-up-begun")
    return leave_mark(case)


def told_others(db: Db, row: Understanding) -> Sequence[Mapping[str, str]]:
    """What a proposal tells others, by audience, in each language: the words that the mediator wrote."""
    return list(get(db, row, "words")["notices"].values())


def newest_understanding(db: Db, seat: Seat) -> Understanding | None:
    """The newest proposal, if there is one."""
    of_case = select(Understanding).where(Understanding.case_id == seat.case.id)
    return db.scalar(of_case.order_by(Understanding.version.desc()).limit(1))


def followed_up(db: Db, seat: Seat) -> Agreement | Understanding:
    """What the follow-up looks at: the version in force, else the understanding. Refuses with `no-agreement-in-force`."""
    found = find_agreement_in_force(db, seat) or newest_understanding(db, seat)
    if found is None:
        raise NotYet("no-agreement-in-force")
    return found


def _reach(db: Db, seat: Seat, facts: Facts) -> None:
    assert facts.understanding is not None  # its guards are met
    db.execute(update(Understanding).where(Understanding.id == facts.understanding.id).values(reached_at=db.now()))


# The follow-up begins with what each party accepted.
reach_understanding = Effect(_reach)
