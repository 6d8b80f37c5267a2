"""One vocabulary for tests: a case, its people, and what each of them does, in process or by HTTP.

case = case_at(house, "solutions")
case.aino.does(propose_option, "Vuoronvaihto", language="fi")            # in process, in a transaction of its own
case.aino.does("options", {"words": "Vuoronvaihto", "language": "fi"})   # the same by HTTP; `PUT agreement` for other methods
case.outi.refused("options", {"words": "Lista"}, 404, "case-not-found")  # the problem that they get
case.meri.reads("transitions")
"""

from tests.world.case import (
    LiveCase,
    Somebody,
    almost_signed,
    asked_at,
    case_at,
    draft_line,
    draft_of,
    referred,
    set_table,
)
from tests.world.files import little_pdf, little_png
from tests.world.http import answered, count, everything_in, problem, rows, served, statements, undoing
from tests.world.letters import address, body_of, browser, code_in, link_for, nobody, post_of, secret_in
