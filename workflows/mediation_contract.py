"""What the table of a workplace mediation signs, and whom its text may name to be told of it."""

from mediation.workflow.declaration import Contract
from workflows.mediation_roles import COMMISSIONER, COMMUNITY_MEMBER, INITIATOR

CONTRACT = Contract(
    document="agreement",
    annex="annex",
    parts=frozenset({"goals", "new_problem", "confidentiality"}),
    commitment_parts=frozenset({"starts_on", "due_on", "rhythm", "measure", "support"}),
    needs=frozenset({"owner", "action", "due", "measure"}),
    audiences={"commissioner": COMMISSIONER, "work-community": COMMUNITY_MEMBER, "initiator": INITIATOR},
)
