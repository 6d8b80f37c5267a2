"""What is signed in a work supervision: the contract. Its commitments are the goals that were agreed together."""

from mediation.workflow.declaration import Contract

CONTRACT = Contract(
    document="supervision-contract",
    parts=frozenset({"confidentiality"}),
    commitment_parts=frozenset({"measure"}),
    needs=frozenset({"action", "measure"}),
)
