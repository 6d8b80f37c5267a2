"""Audiences: whom an agreed text may name, as its workflow declares, and the exact words of the notice to each."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from mediation.errors import Malformed
from mediation.words.fields import NeededLine
from mediation.workflow.declaration import Contract
from mediation.workflow.declared import declared_choices

Audience = Annotated[str, declared_choices(lambda workflow: workflow.contract.audiences)]
Notices = Annotated[
    Mapping[Audience, NeededLine | None],
    Field(
        max_length=10, description="The exact words of the notice to each audience.", json_schema_extra={"default": {}}
    ),
]


def notices_in(contract: Contract, notices: Mapping[str, str | None], where: str) -> dict[str, str]:
    """The words for each audience, in the order in which the workflow declares them.

    Refuses with `field-unknown` an audience that it does not declare, named with the path `where` it stands.
    """
    for one in notices:
        if one not in contract.audiences:
            raise Malformed("field-unknown", field=f"{where}.{one}")
    return {one: words for one in contract.audiences if (words := notices.get(one)) is not None}
