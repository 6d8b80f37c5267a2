"""Permission: whether an act is open now to whom it concerns, and whose act it is."""

from mediation.case.in_room import IN_ROOM
from mediation.case.participants import find_participant
from mediation.case.seat import OWN, Doer, Manner, Seat
from mediation.case.visibility import Level, sees
from mediation.errors import Malformed, NotPermitted, NotYet
from mediation.store.database import Db
from mediation.store.models import Participant, StoredFile, get
from mediation.words.names import same_name
from mediation.workflow.declaration import Role, Trait, Way

SCANS = ("scan", "private-scan")  # a private one has words for the mediator only, and is deleted with them


def permit(db: Db, seat: Seat, act: str, manner: Manner = OWN) -> Doer:
    """Check that the act is open now to whom it concerns, and say whose act it is.

    Refuses with `act-not-yours` (no role of theirs ever may), `act-not-open` (not in this phase), `case-suspended`,
    `own-hand-only`, `recorder-needed`, `participant-not-found`, `confirmation-differs` and `scan-needed`, and with
    `mailbox-shared` who came through a mailbox that others read what is one person's alone (workflow.md rule 21), or with
    the code of another reason why this sign-in does not open it.
    """
    doer, roles = _doer(db, seat, act, manner)
    if not seat.workflow.acts().get(act, frozenset()) & roles:
        raise NotPermitted("act-not-yours", act=act)
    if act not in _open_to(seat, roles, suspended=False):
        raise NotYet("act-not-open", act=act, phase=seat.case.phase)
    if seat.suspended and act not in _open_to(seat, roles, suspended=True):
        # A reader who may not know of the suspension gets the same refusal as in another phase.
        knows = sees(roles, "suspension") != Level.NOTHING
        raise NotYet("case-suspended" if knows else "act-not-open", act=act)
    if seat.only is not None and act not in seat.only:
        raise NotPermitted(IN_ROOM)
    if act in seat.closed:
        raise NotPermitted(seat.closed_as)
    return doer


def _open_to(seat: Seat, roles: frozenset[Role], *, suspended: bool) -> set[str]:
    # People who may know neither the phase nor the end may always do what they may do at the start, except an
    # administrator: a closed case gets no new mediator.
    blind = sees(seat.roles, "phase") == Level.NOTHING and not seat.is_any(Trait.ADMINISTERS)
    acts = seat.workflow.open_acts(seat.workflow.initial.code if blind else seat.case.phase, suspended=suspended)
    return {act for act, who in acts.items() if who & roles}


def _doer(db: Db, seat: Seat, act: str, manner: Manner) -> tuple[Doer, frozenset[Role]]:
    if manner.way == Way.OWN_DEVICE:
        if manner.for_whom not in {None, seat.participant_id}:
            raise Malformed("way-needed", field="way")
        return Doer(seat.participant_id, seat.own_way, seat.participant_id), seat.roles
    if not seat.is_any(Trait.LEADS):  # who may record what another said, confirmed or signed on paper
        raise NotPermitted("recorder-needed")
    if manner.way == Way.SAID and act in seat.workflow.own_hand:
        raise NotPermitted("own-hand-only", act=act)
    whose, roles = find_participant(db, seat, manner.for_whom or "")
    if manner.way == Way.IN_PERSON and not same_name(manner.confirmed_name, get(db, whose, "name")):
        raise Malformed("confirmation-differs", field="confirmed_name")
    if manner.way == Way.PAPER and not _is_scan_of(db, whose, manner.paper):
        raise Malformed("scan-needed", field="paper")
    # The id is kept only where it was looked up: otherwise it may be any text.
    return Doer(whose.id, manner.way, seat.participant_id, manner.paper if manner.way == Way.PAPER else None), roles


def _is_scan_of(db: Db, whose: Participant, paper: str | None) -> bool:
    scan = db.get(StoredFile, paper) if paper else None
    return scan is not None and scan.kind in SCANS and scan.owner == whose.id
