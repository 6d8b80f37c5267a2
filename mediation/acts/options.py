"""Options: proposed solutions; ideas first, judging later."""

from typing import Annotated

from mediation.acts.acting import Acting, act
from mediation.acts.marks import leave_mark
from mediation.case.seat import OWN, Manner
from mediation.errors import NotYet
from mediation.store.models import Mark, Option, get, put
from mediation.words.fields import LanguageCode, Line, NeededLine, choices
from mediation.workflow.declaration import Trait
from mediation.workflow.facts_loading import load_facts

RESPONSES = ("yes", "maybe", "no")
Response = Annotated[str, choices(RESPONSES)]


@act("propose-option")
def propose_option(case: Acting, words: NeededLine, *, language: LanguageCode = "fi", manner: Manner = OWN) -> Option:
    """Somebody at the table proposes a solution; it gets the next number."""
    option = Option(number=case.count(Option) + 1, proposed_by=case.doer.id, language=language, state="open")
    case.write(option, words=words)
    case.record(option.id, words=[words])
    return option


@act("respond-to-option", leaves="responded")
def respond_to_option(case: Acting, option_id: str, response: Response, manner: Manner = OWN) -> Mark:
    """A party says yes, maybe or no to an option. Refuses with `option-not-found`."""
    option = case.find(Option, option_id, "option-not-found")
    return leave_mark(case, about=option.id, value=response)


@act("adopt-option")
def adopt_option(case: Acting, option_id: str) -> Option:
    """The mediator marks an option as adopted, once every party has said yes. Refuses with `option-not-agreed`."""
    option = case.find(Option, option_id, "option-not-found")
    parties = load_facts(case.db, case.seat.case).those_in(*case.seat.workflow.who(Trait.CONSENTS))
    if not all(party.answer("responded", option.id) == "yes" for party in parties):
        raise NotYet("option-not-agreed")
    case.change(option, state="adopted")
    return option


@act("set-aside-option")
def set_aside_option(case: Acting, option_id: str, reason: Line = "") -> Option:
    """The mediator sets an option aside, with the table's reason if there is one. It can still be adopted later."""
    option = case.find(Option, option_id, "option-not-found")
    another = bool(reason) and get(case.db, option, "reason") != reason
    if another:
        put(case.db, option, "reason", reason)
    if another or option.state != "set-aside":
        option.state = "set-aside"
        case.record(option.id, words=[reason] if another else [])
    return option
