"""What anybody can read of the service: how accessible it is, and what its words mean."""

from datetime import date

from fastapi import Request, Response

from api.http.pages import page
from api.http.routes import public, router_for
from api.http.security import settings_of

router = router_for("", "about")

_TESTED_ON = date(2026, 11, 30)  # when what the accessibility statement says was last looked at
# The words of the field in the order in which one meets them: the code of what each is called, and that of what it means.
_OF_MEDIATION = (
    ("role.mediator", "mediator"),
    ("role.party", "party"),
    ("role.commissioner", "commissioner"),
    ("role.support-person", "support-person"),
    ("role.employer-representative", "employer-representative"),
    ("page.screening", "screening"),
    ("field.declaration", "declaration"),
    ("session-kind.separate", "separate"),
    ("session-kind.joint", "joint"),
    ("session-kind.caucus", "caucus"),
    ("page.joint-text", "joint-text"),
    ("field.option", "option"),
    ("page.agreement", "agreement"),
    ("field.commitments", "commitments"),
    ("field.understanding", "understanding"),
    ("session-kind.follow-up", "follow-up"),
)
_OF_SUPERVISION = (
    ("role.supervisor", "supervisor"),
    ("role.supervisee", "supervisee"),
    ("role.manager", "manager"),
    ("role.orderer", "orderer"),
    ("role.waiting", "waiting"),
    ("session-kind.mapping", "mapping"),
    ("page.goals", "goals"),
    ("session-kind.evaluation", "evaluation"),
    ("page.summary", "summary"),
)
_GLOSSARY = (("workflow.mediation", _OF_MEDIATION), ("workflow.supervision", _OF_SUPERVISION))


@router.get("/accessibility", include_in_schema=False)
@public
async def accessibility(request: Request) -> Response:
    """How accessible the pages are, what was tested, and to whom to tell of a fault (Finnish law 306/2019)."""
    settings = settings_of(request)
    contact, address = settings.accessibility_contact, settings.base_url
    return page(request, "accessibility", contact=contact, address=address, tested_on=_TESTED_ON)


@router.get("/glossary", include_in_schema=False)
@public
async def glossary(request: Request) -> Response:
    """What the words of the field mean, each in a sentence or two."""
    return page(request, "glossary", words=_GLOSSARY)
