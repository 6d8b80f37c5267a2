"""Concerns: what a party says to the mediators alone about somebody who is to join, how it is settled, and taken back."""

from typing import Annotated

from mediation.acts.acting import Acting, act
from mediation.acts.calls import ANOTHER_PERSON, PART, TAKEN_BACK, WHOLE, call, call_off_calls, calls_ahead, find_known
from mediation.acts.marks import mediators_to_tell
from mediation.acts.stored_files import keep_in_confidence
from mediation.case.seat import OWN, Manner
from mediation.errors import Malformed, NotPermitted, NotYet
from mediation.letters import outbox
from mediation.store.models import Concern, Letter, Participant, put
from mediation.words.fields import Id, LanguageCode, NeededText, choices
from mediation.workflow.declaration import Trait

SETTLED = (ANOTHER_PERSON, "part-of-session", "as-it-is")
How = Annotated[str, choices(SETTLED)]


@act("raise-concern")
def raise_concern(
    case: Acting, participant_id: Id, words: NeededText, *, language: LanguageCode = "fi", manner: Manner = OWN
) -> Concern:
    """A party tells the mediators alone what worries them about somebody who is to join; the mediators hear by letter.

    Refuses with `participant-not-found`, also of whom the party does not know, and with `not-joining` of whom it is not
    asked: a party (who withdraws or agrees to new terms) or a mediator (to whom one objects).
    """
    whose, roles = find_known(case, participant_id)
    if not roles & case.seat.workflow.who(Trait.ACCOMPANIES, Trait.REPRESENTS) or whose.id == case.doer.id:
        raise Malformed("not-joining", field="participant")
    row = case.write(Concern(participant_id=case.doer.id, about_id=whose.id, language=language), words=words)
    keep_in_confidence(case.db, case.doer)
    case.record(row.id, words=[words])
    case.tell(mediators_to_tell(case), about=row.id)
    return row


@act("settle-concern", leaves="called", correctable=False)
def settle_concern(
    case: Acting, concern_id: str, how: How, words: NeededText, *, language: LanguageCode = "fi"
) -> Concern:
    """A mediator settles a concern in own words, which the party reads: another person, part of the session, or as it is.

    Where another is to come, the one is no longer called to the sessions ahead; where a part is enough, only to that. They
    hear of it by letter for each session, and so does the party whom they support.
    Refuses with `concern-not-found`, `concern-settled` (also one that was taken back), and with `only-for-a-part` to leave
    as it is that who represents the employer comes for the whole: that is so only if no party objects (workflow.md rule 17).
    """
    row = case.find(Concern, concern_id, "concern-not-found")
    if row.settled_at is not None:
        raise NotYet("concern-settled")
    whom = case.db.get_one(Participant, row.about_id)
    _let_come(case, whom, how)
    put(case.db, row, "settlement", words)
    row.settled_at, row.settled_how, row.settlement_language = case.db.now(), how, language
    case.record(row.id, how, words=[words])
    outbox.call_off(case.db, Letter.about == row.id)
    if row.participant_id in set(case.with_trait(Trait.CONSENTS)):
        case.tell([row.participant_id], about=row.id)
    return row


@act("take-back-concern")
def take_back_concern(case: Acting, concern_id: str, manner: Manner = OWN) -> Concern:
    """A party takes back an own concern, settled or not: it holds nothing any more, and the mediators hear by letter.

    Only so is who represents the employer called to the whole again. Twice changes nothing. Refuses with
    `concern-not-found`, also somebody else's.
    """
    row = case.find(Concern, concern_id, "concern-not-found", participant_id=case.doer.id)
    if row.settled_how == TAKEN_BACK:
        return row
    row.settled_at, row.settled_how = row.settled_at or case.db.now(), TAKEN_BACK
    case.record(row.id, case.doer.recorded_by)
    outbox.call_off(case.db, Letter.about == row.id)
    case.tell(mediators_to_tell(case), about=row.id)
    return row


def _let_come(case: Acting, whom: Participant, how: str) -> None:
    if whom.left_at is not None:
        return
    ahead = calls_ahead(case, whom.id, begun=how != ANOTHER_PERSON)
    represents = whom.id in set(case.with_trait(Trait.REPRESENTS))
    if how == "as-it-is" and represents and any(mark.value == WHOLE for mark, _ in ahead):
        raise NotPermitted("only-for-a-part")
    told = [whom.id, *(one for one in case.with_trait(Trait.CONSENTS) if one == whom.supports)]
    for _, session in ahead:
        if how == ANOTHER_PERSON:
            call_off_calls(case, whom.id, session.id)
        if how == ANOTHER_PERSON or (how == "part-of-session" and call(case, session, [whom.id], value=PART)):
            case.tell(told, about=session.id)
