"""Check-ins are read."""

from typing import Any

from pydantic import ConfigDict

from api.http.dependencies import Reading, ReadSeat
from api.http.problems import View
from api.http.routes import case_router
from mediation.reading.agreement import read_check_ins

check_ins = case_router("check-ins")
routers = (check_ins,)


class CheckInsView(View):
    """Check-ins as this reader may see them, and what was not carried out as agreed."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [{"check_ins": [], "breaches": []}]})
    check_ins: list[dict[str, Any]]


@check_ins.get("")
def read(seat: ReadSeat, db: Reading) -> CheckInsView:
    """Check-ins, each party's own, never merged."""
    return CheckInsView(**read_check_ins(db, seat))
