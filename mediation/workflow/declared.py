"""The workflows of this program, by code: `workflows` declares them, and what looks at many cases finds each case's here."""

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import Field

from mediation.words.commissioner import tell_commissioner, tell_commissioner_no_more
from mediation.words.workflow_words import bring_words, take_words_away
from mediation.workflow.check import check, check_words
from mediation.workflow.declaration import DeclarationError, Workflow

WORKFLOWS: dict[str, Workflow] = {}


def declare(workflow: Workflow) -> None:
    """Make a workflow known. Raises `DeclarationError` where something in it is wrong or has no words."""
    check(workflow)
    if workflow.words is not None:
        bring_words(workflow.code, workflow.words)
    try:
        check_words(workflow)
    except DeclarationError:
        take_words_away(workflow.code)
        raise
    ends = tuple(dict.fromkeys(one.coarse for one in workflow.outcomes.values()))
    tell_commissioner(workflow.code, workflow.commissioner_sees, ends)
    WORKFLOWS[workflow.code] = workflow


def forget(workflow: Workflow) -> None:
    """Let a workflow that was declared be known no more, nor its words and what it tells its commissioner."""
    del WORKFLOWS[workflow.code]
    take_words_away(workflow.code)
    tell_commissioner_no_more(workflow.code)


def declared_choices(codes: Callable[[Workflow], Iterable[str]]) -> Any:
    """A field for a code that some workflow declares; the act itself refuses one that this case's workflow does not."""

    def name(schema: dict[str, Any]) -> None:
        of_each = {code: [str(one) for one in codes(each)] for code, each in WORKFLOWS.items()}
        schema["enum"] = list(dict.fromkeys(one for some in of_each.values() for one in some))
        schema["x-of-workflow"] = of_each

    return Field(max_length=40, json_schema_extra=name)
