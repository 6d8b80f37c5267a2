"""Whether the installation is alive, for whoever watches over it."""

from pydantic import ConfigDict
from sqlalchemy import select

from api.dependencies import Reading
from api.door import doors, public
from api.problems import View
from mediation.models import Case

router = doors("", "health")


class HealthView(View):
    """That the database answers, and nothing else."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ok"}]})
    status: str


@router.get("/healthz")
@public
def read_health(db: Reading) -> HealthView:
    """Whether the database answers and has its tables."""
    db.execute(select(Case.id).limit(1))
    return HealthView(status="ok")
