"""Safeguards: what a screening asks for so that mediation suits. The case shows some of them; a mediator describes the others."""

from typing import Annotated

from pydantic import Field

from mediation.acts.acting import Acting, act
from mediation.acts.marks import find_mark
from mediation.errors import Malformed
from mediation.store.models import Mark, SafeguardNote, put, remaining
from mediation.words.fields import LanguageCode, NeededLine, choices, known
from mediation.workflow.facts import Facts

CO_MEDIATED, INTERPRETED, SEPARATE_MEETINGS, SIGNING_NEXT_DAY = SEEN = (
    *("co-mediator", "interpreter", "separate-meetings"),
    "signing-next-day",  # the parties can sign from the day after the text was sent on (workflow.md rule 4)
)
PENDING_PROCESS = ("separate-process-stated", "parties-told-of-process")  # what S5 asks for
SAFEGUARDS = (
    CO_MEDIATED,
    "support-person-offered",
    INTERPRETED,
    SEPARATE_MEETINGS,
    "caucus-offered",
    "breaks",
    "reflection-time",
    SIGNING_NEXT_DAY,
    "remote-possible",
    *PENDING_PROCESS,
)
Safeguard = Annotated[str, choices(SAFEGUARDS)]
Safeguards = Annotated[list[Annotated[str, known(SAFEGUARDS)]], Field(max_length=20)]


def asks_for_separate_meetings(facts: Facts) -> bool:
    """Whether the screening asked for separate meetings as a safeguard: then no party can do without the own one."""
    return facts.screening is not None and SEPARATE_MEETINGS in facts.screening.safeguards


@act("put-safeguard-in-place", leaves="safeguard-in-place", correctable=False)
def put_safeguard_in_place(
    case: Acting, safeguard: Safeguard, words: NeededLine, *, language: LanguageCode = "fi"
) -> Mark:
    """The mediator describes how a safeguard that the screening asked for is in place.

    Later words replace earlier ones. Refuses with `safeguard-seen` the safeguards that the case itself shows: a co-mediator,
    an interpreter bound to confidentiality, a separate meeting with each party, signing from the next day on.
    """
    if safeguard in SEEN:
        raise Malformed("safeguard-seen", field="safeguard")
    mark = find_mark(case.db, case.doer.id, case.mark_kind(), safeguard)
    row = case.row(SafeguardNote, safeguard=safeguard, put_by=case.doer.id)
    if row is None:
        case.write(SafeguardNote(safeguard=safeguard, put_by=case.doer.id, language=language), words=words)
    elif mark is None or (row.language, remaining(case.db, row, "words")) != (language, words):
        put(case.db, row, "words", words)
        row.language, row.at = language, case.db.now()
    else:
        return mark
    if mark is None:
        mark = case.write(Mark(participant_id=case.doer.id, kind=case.mark_kind(), about=safeguard))
    case.record(mark.id, case.doer.id, safeguard, words=[words])
    return mark
