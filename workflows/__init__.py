"""The procedures, by code: declarations only."""

from collections.abc import Mapping

from mediation.workflow import Workflow
from workflows.mediation import MEDIATION

WORKFLOWS: Mapping[str, Workflow] = {MEDIATION.code: MEDIATION}
