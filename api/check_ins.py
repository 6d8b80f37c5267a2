"""Check-ins are read."""

from api.http.dependencies import Reading, ReadSeat
from api.http.routes import case_router
from mediation.reading.check_ins import CheckInsView, read_check_ins

check_ins = case_router("check-ins")
routers = (check_ins,)


@check_ins.get("")
def read(seat: ReadSeat, db: Reading) -> CheckInsView:
    """Check-ins, each party's own, never merged."""
    return read_check_ins(db, seat)
