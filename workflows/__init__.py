"""The procedures, by code: declarations only."""

from collections.abc import Mapping

from mediation.workflow.declaration import Workflow, check_words
from workflows.mediation import MEDIATION

WORKFLOWS: Mapping[str, Workflow] = {MEDIATION.code: MEDIATION}

for _workflow in WORKFLOWS.values():
    check_words(_workflow)
