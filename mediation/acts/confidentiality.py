"""Confidentiality in a work supervision: a text for the shape of its contract, to which everybody is bound."""

from collections.abc import Mapping

from mediation.acts.acting import Acting, act
from mediation.acts.agreed_texts import keep_text, newest_text, shown_text
from mediation.acts.interpreting import Interpreted, evidence
from mediation.acts.marks import find_mark, leave_mark
from mediation.acts.supervision_shapes import FORM, OF_ONE, PARENTS, SHAPE
from mediation.case.seat import OWN, Manner
from mediation.documents.texts import text_in_every_language
from mediation.letters import outbox
from mediation.store.models import AgreedText, Letter, Mark
from mediation.words.fields import Id
from mediation.workflow.declaration import Trait

CONFIDENTIALITY = "confidentiality"
BOUND = "bound-to-confidentiality"


def keep_confidentiality(case: Acting, chosen: Mapping[str, str]) -> AgreedText:
    """Keep the words of confidentiality for what was chosen; where they say something new, everybody is asked to be bound."""
    before = newest_text(case.db, case.id, CONFIDENTIALITY)
    data = {"parents": chosen[SHAPE] == PARENTS, "several": chosen[FORM] not in OF_ONE}
    words = text_in_every_language(CONFIDENTIALITY, lambda language: data, case.seat.workflow.code)
    text = keep_text(case, CONFIDENTIALITY, words)
    if text is not before:
        if before is not None:
            outbox.call_off(case.db, Letter.about == before.id)
        case.ask(case.with_trait(Trait.CONSENTS), "decision-waits", about=text.id)
    return text


@act("bind-to-confidentiality", leaves=BOUND, correctable=False)
def bind_to_confidentiality(
    case: Acting, text_id: Id, manner: Manner = OWN, *, interpreted: Interpreted | None = None
) -> Mark:
    """Whoever takes part, and who supervises, is bound to confidentiality in the words shown (`text`); own hand only.

    Who has a language of their own names who `interpreted` the words to them. Twice gives the mark that stands. Refuses with
    `text-not-found`, `text-replaced` when they are no longer the newest, and like `interpreting.evidence`.
    """
    about = shown_text(case, CONFIDENTIALITY, text_id).id
    bound = find_mark(case.db, case.doer.id, BOUND, about)
    if bound is not None:
        return bound
    outbox.call_off(case.db, Letter.participant_id == case.doer.id, Letter.about == about)
    return leave_mark(case, about=about, interpreted=evidence(case.db, case.seat, case.doer.id, interpreted))
