"""Where each act is done: one table of acts and their addresses."""

from collections.abc import Sequence

from pydantic import ConfigDict

from api.acts import Address, routers_of
from api.problems import View
from mediation.acts import marks, options, problem_statements, statements, ties
from mediation.store.models import Option

ONE = "pT5aQx0LkWm2Bc7DfGhJ"  # an id, in examples


class OptionView(View):
    """An option with its number."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": ONE, "number": 1, "state": "open"}]})
    id: str
    number: int
    state: str


class ImpasseView(View):
    """Ways on that the field offers when the table is stuck."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ways_on": ["pause", "open-caucus"]}]})
    ways_on: list[str]


def numbered(option: Option) -> OptionView:
    """A new option."""
    return OptionView(id=option.id, number=option.number, state=option.state)


def ways_on(codes: Sequence[str]) -> ImpasseView:
    """What the table may do now."""
    return ImpasseView(ways_on=list(codes))


ADDRESSES = (
    Address(
        "declarations",
        ties.declare_ties,
        body="DeclarationBody",
        examples=[{"has_ties": False, "words": "Minulla ei ole sidonnaisuuksia.", "language": "fi"}],
    ),
    Address(
        "declarations/{declaration}/answers", ties.answer_ties, body="AnswerBody", examples=[{"answer": "accepted"}]
    ),
    Address("corrections", marks.correct_mark, body="CorrectionBody", examples=[{"mark": ONE}], alone=True),
    Address(
        "statements",
        {"mediator": statements.speak_privately, "table": statements.speak_to_table},
        chosen_by="audience",
        body="StatementBody",
        examples=[{"audience": "mediator", "words": "Kerron vain sinulle.", "language": "fi"}],
        alone=True,
    ),
    Address(
        "statements/{statement}/releases",
        statements.release_words,
        body="ReleaseBody",
        examples=[{"sentence": "Minua loukkasi viestin sävy."}],
        alone=True,
    ),
    Address(
        "statements/{statement}/corrections",
        statements.correct_statement,
        body="WordsBody",
        examples=[{"words": "Sanoin näin.", "language": "fi"}],
        alone=True,
    ),
    Address("statements/{statement}/renewals", statements.renew_statement, alone=True),
    Address(
        "notes",
        statements.write_note,
        body="NoteBody",
        examples=[{"words": "Tauko noin tunnin välein.", "language": "fi"}],
    ),
    Address("ground-rules/acceptances", marks.accept_ground_rules),
    Address("impasses", marks.mark_impasse, shows=ways_on),
    Address("readiness", marks.say_ready),
    Address("problem-statements/{version}/acceptances", problem_statements.accept_problem_statement),
    Address(
        "issues/{issue}", problem_statements.mark_issue, method="PUT", body="IssueBody", examples=[{"state": "agreed"}]
    ),
    Address(
        "options",
        options.propose_option,
        body="OptionBody",
        examples=[{"words": "Vuoronvaihto klo 14.50", "language": "fi"}],
        alone=True,
        shows=numbered,
    ),
    Address(
        "options/{option}/responses", options.respond_to_option, body="ResponseBody", examples=[{"response": "yes"}]
    ),
    Address(
        "options/{option}/state",
        {"adopted": options.adopt_option, "set-aside": options.set_aside_option},
        chosen_by="state",
        method="PUT",
        body="OutcomeBody",
        examples=[{"state": "adopted"}, {"state": "set-aside", "reason": ""}],
    ),
)

routers = routers_of(*ADDRESSES)
