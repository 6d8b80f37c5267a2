"""What those at the table sign, as a workflow declares it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mediation.workflow.facts import Facts
from mediation.workflow.roles import Role, Trait, Who


@dataclass(frozen=True)
class Contract:
    """What those at the table sign: the documents that print it, the parts that it has, and who may be told of it.

    `document` and `annex` are templates of templates/documents: of the whole, and of what who represents signs, which has own
    lines alone. Beside the purpose a text has the `parts`, fields of `TextWords`; beside what is done and by whom a commitment
    has the `commitment_parts`, fields of `Promise` and `CommitmentWords`. What is none of them is refused. A commitment is
    complete when it has what it `needs`: `owner`, `action`, `due` (a day or a rhythm), `measure`. `audiences` are whom a
    notice can be agreed for, in the order in which notices are given, each with the role whose holders get and read it. The
    one whose role orders is told at least that it was held. `signed_by` says of the facts in which roles the whole is signed:
    all who consent, where it is left out. `prints` are the kinds of agreed texts whose newest versions the document prints.
    """

    document: str = ""
    annex: str = ""
    parts: frozenset[str] = frozenset()
    commitment_parts: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    audiences: Mapping[str, Role] = field(default_factory=dict)
    signed_by: Callable[[Facts], Who] | None = None
    prints: tuple[str, ...] = ()

    @property
    def told_always(self) -> str | None:
        """The audience of who ordered, if it is declared."""
        return next((one for one, role in self.audiences.items() if Trait.ORDERS in role.traits), None)
