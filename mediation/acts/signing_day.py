"""The day on which the parties can sign: the one on which the text was sent, or the next (workflow.md rule 4)."""

from datetime import date, timedelta

from mediation.acts.acting import Acting, act
from mediation.acts.agreement_versions import newest_in
from mediation.acts.in_session import in_company
from mediation.acts.marks import find_mark, leave_mark
from mediation.acts.safeguards import SIGNING_NEXT_DAY
from mediation.case.seat import OWN, Manner, Seat
from mediation.errors import NotYet
from mediation.store.database import Db
from mediation.store.models import Agreement, Mark
from mediation.workflow.declaration import Trait, Way
from mediation.workflow.facts import Facts
from mediation.workflow.facts_loading import load_facts

TODAY_SUITS = "today-suits"


def sent_on(db: Db, agreement: Agreement) -> date:
    """The local day on which a text was sent for signing; today for one that was not."""
    return (agreement.sent_at or db.now()).astimezone(db.zone).date()


def asks_for_a_day(facts: Facts) -> bool:
    """Whether the parties sign on the day after the text was sent at the earliest."""
    return facts.screening is not None and SIGNING_NEXT_DAY in facts.screening.safeguards


def signing_opens_on(db: Db, seat: Seat, agreement: Agreement) -> date | None:
    """The local day on which the parties can sign a text that was sent, where that is still ahead.

    It is the day after it was sent where the screening asks for that, unless each party has said that today suits. The
    employer's representatives sign their own lines at any time.
    """
    next_day = sent_on(db, agreement) + timedelta(days=1)
    if agreement.state != "sent" or db.today() >= next_day:
        return None
    facts = load_facts(db, seat.case)
    parties = facts.those_in(*seat.workflow.who(Trait.CONSENTS))
    each_agrees = all(one.did(TODAY_SUITS, agreement.id) for one in parties)
    return next_day if asks_for_a_day(facts) and not each_agrees else None


@act("say-today-suits", leaves=TODAY_SUITS)
def say_today_suits(case: Acting, manner: Manner = OWN) -> Mark:
    """A party says that signing suits them today; once each has, a text that opens tomorrow can be signed today.

    Nobody but the mediators sees who said it, and nobody is asked before others: refuses with `today-asked-alone` while a
    session with others is under way, unless the party says it on their own device. Refuses with `nothing-to-sign`, and with
    `signing-open` where there is nothing to wait for.
    """
    agreement = newest_in(case.db, case.seat, ("sent",), "nothing-to-sign")
    said = find_mark(case.db, case.doer.id, case.mark_kind(), agreement.id)
    if said is not None:
        return said
    if signing_opens_on(case.db, case.seat, agreement) is None:
        raise NotYet("signing-open")
    if case.doer.way != Way.OWN_DEVICE and in_company(case):
        raise NotYet("today-asked-alone")
    return leave_mark(case, about=agreement.id)
