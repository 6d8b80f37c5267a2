"""What is signed in a work supervision: the contract. Its commitments are the goals that were agreed together."""

from collections.abc import Mapping

from mediation.acts.confidentiality import CONFIDENTIALITY
from mediation.acts.frames import FRAME
from mediation.acts.supervision_shapes import SHAPE
from mediation.workflow.declaration import Contract, Who
from mediation.workflow.facts import Facts
from workflows.supervision_roles import CO_ORDERER, CONTRACTING, MANAGER, ORDERER, SUPERIOR, SUPERVISEE, SUPERVISOR

# Who signs, by the shape of the contract. In the third one those who are supervised are bound without signing.
SIGNERS: Mapping[str, Who] = {
    "supervisees": frozenset({SUPERVISOR, SUPERVISEE}),
    "with-manager": frozenset({SUPERVISOR, SUPERVISEE, MANAGER}),
    "manager-and-superior": frozenset({SUPERVISOR, MANAGER, SUPERIOR}),
    "parents": frozenset({SUPERVISOR, SUPERVISEE}),
}
# Who has no place in a shape: parents come for themselves, and nobody of an employer is told of it.
NOT_IN_SHAPE: Mapping[str, Who] = {
    "supervisees": frozenset({MANAGER, SUPERIOR}),
    "with-manager": frozenset({SUPERIOR}),
    "manager-and-superior": frozenset(),
    "parents": frozenset({MANAGER, SUPERIOR, ORDERER, CO_ORDERER}),
}


def chosen(facts: Facts, kind: str) -> str:
    """What was chosen, such as the form, by the kind of its mark; empty before that."""
    return next((value for one in facts.participants if (value := one.answer(kind))), "")


def signers(facts: Facts) -> Who:
    """The roles in which the contract is signed: those of its shape, all before one was chosen."""
    return SIGNERS.get(chosen(facts, SHAPE), CONTRACTING)


CONTRACT = Contract(
    document="supervision-contract",
    parts=frozenset({"confidentiality"}),
    commitment_parts=frozenset({"measure"}),
    needs=frozenset({"action", "measure"}),
    signed_by=signers,
    prints=(FRAME, CONFIDENTIALITY),
)
