"""A second, tiny workflow that nothing in the house knows: a host walks and talks with guests, as often as they wish.

with walks_declared():    # it is known now, with its words in every language (tests/workflow/words)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mediation.acts.agreement_versions import drop_unsealed
from mediation.acts.closing import end_all_sessions, end_with
from mediation.case.visibility import column, item
from mediation.workflow.declaration import (
    Cause,
    Contract,
    Outcome,
    Role,
    Sending,
    SessionKind,
    Trait,
    Who,
    Workflow,
    backward,
    each,
    forward,
    guard,
    phase,
)
from mediation.workflow.declared import declare, forget
from mediation.workflow.facts import Facts, ParticipantFacts
from mediation.workflow.mark_kinds import mark_kind
from tests.houses import application
from workflows.standing_guards import not_suspended

# h host, g guest, p payer, l listener, f who was a guest, s steward.
ITEMS = {
    "case": item("that it exists", full="hgpl", own="f"),
    "phase": item("where it stands", full="hgl", status="p"),
    "participants": item("who takes part", full="hgl", released="p"),
    "mark": item("what somebody said", full="h", own="gl"),
    "order": item("what was ordered", full="hp"),
    "session-plan": item("when they walk", full="hg", fact="l"),
    "separate-meeting": item("a call", full="h", own="g"),
    "table-statement": item("what was said on the way", full="hg", own="f"),
    "private-statement": item("what the host alone hears", full="h", own="gf"),
    "agreement": item("what they wrote down", full="hg", own="f"),
    "signature-state": item("who signed it", full="h", shared="g", own="f"),
    "signature-evidence": item("how one signed it", own="gf"),
    "unmet-guard": item("what they wait for", full="h", own="g", status="p"),
    "suspension": item("that they rest", full="hg"),
    "outcome": item("how it ended", full="hg", status="p"),
    "notice": item("what is told of it", full="hg", released="p"),
    "retention": item("when it is deleted", full="h", shared="g", own="f"),
}

HOST = Role("host", Trait.LEADS, Trait.SOLE, sees=column(ITEMS, "h"))
GUEST = Role("guest", Trait.CONSENTS, Trait.LASTS, Trait.JOINS, sees=column(ITEMS, "g"), leaves_as="former-guest")
PAYER = Role("payer", Trait.ORDERS, Trait.OF_OFFICE, sees=column(ITEMS, "p"))
LISTENER = Role("listener", Trait.ACCOMPANIES, Trait.JOINS, Trait.RELEASABLE, sees=column(ITEMS, "l"))
FORMER_GUEST = Role("former-guest", Trait.LASTS, sees=column(ITEMS, "f"))
STEWARD = Role("steward", Trait.ADMINISTERS, sees=column(ITEMS, "s"))

HOSTS: Who = frozenset({HOST})
GUESTS: Who = frozenset({GUEST})
ALL: Who = HOSTS | GUESTS
PAYERS: Who = frozenset({PAYER})


@guard(met_by=["assign-mediator"])
def hosted(facts: Facts) -> bool:
    return bool(facts.those_in(HOST))


@each(GUEST, met_by=["agree-to-mediate"])
def willing(one: ParticipantFacts, facts: Facts) -> bool:
    return one.answer(mark_kind("agreed-to-mediate")) == "given"


@each(GUEST, met_by=["say-ready"])
def rested(one: ParticipantFacts, facts: Facts) -> bool:
    return one.did(mark_kind("ready-for-solutions"))


@guard(met_by=["end-session"])
def walked(facts: Facts) -> bool:
    return any(one.kind == "walk" and one.state == "held" for one in facts.sessions)


@guard(met_by=["sign"])
def written_down(facts: Facts) -> bool:
    return facts.in_force is not None


WORDS = Path(__file__).parent / "words"
WALKS = Workflow(
    code="walks",
    roles=(HOST, GUEST, PAYER, LISTENER, FORMER_GUEST, STEWARD),
    apart=((GUESTS, HOSTS | PAYERS),),
    items={name: one.meaning for name, one in ITEMS.items()},
    phases=(
        phase("asking", forward("set-out", to="walking", by=HOSTS, when=[willing])),
        phase(
            "walking",
            forward(
                "come-home",
                to="home",
                by=ALL,
                when=[walked, written_down],
                sends=[Sending("case-ended", ALL | PAYERS)],
                doing=[end_with(lambda facts: "talked-over")],
            ),
            backward("ask-again", to="asking", by=HOSTS),
            open_to={
                "speak-to-table": GUESTS,
                "draft-agreement": HOSTS,
                "send-agreement": HOSTS,
                "sign": GUESTS,
                "give-notice": HOSTS,
            },
        ),
        phase("home"),
    ),
    everywhere=(not_suspended,),
    forward_guards=(hosted,),
    always={
        "order-mediation": PAYERS,
        "assign-mediator": PAYERS | {STEWARD},
        "add-participant": HOSTS,
        "release-companion": HOSTS,
        "agree-to-mediate": GUESTS,
        "say-ready": GUESTS,
        "speak-privately": GUESTS,
        "withdraw": GUESTS,
        "pause": GUESTS,
        "resume": ALL,
        "discontinue": HOSTS,
    },
    always_unless_suspended={
        "plan-session": ALL,
        "begin-session": ALL,
        "end-session": ALL,
        "mark-attendance": HOSTS,
        "suspend": HOSTS,
    },
    own_hand=frozenset({"sign"}),
    session_kinds={
        "walk": SessionKind(
            planned_by=ALL, calls=GUESTS | {LISTENER}, serves=("walking",), may_serve_any=True, begins_clock=True
        ),
        "call": SessionKind(planned_by=HOSTS, alone=True),
    },
    causes={"pause": Cause(given=False), "blisters": Cause((rested,))},
    outcomes={
        "talked-over": Outcome("heard", reached=True),
        "rained-off": Outcome("unheard"),
        "turned-back": Outcome("unheard", lambda facts: facts.in_force is None, "agreement-in-force"),
    },
    contract=Contract(
        "agreement",
        parts=frozenset({"goals"}),
        commitment_parts=frozenset({"starts_on", "rhythm", "measure"}),
        needs=frozenset({"owner", "measure"}),
        audiences={"payer": PAYER, "listener": LISTENER},
    ),
    at_end=(drop_unsealed, end_all_sessions),
    words=WORDS,
)


@contextmanager
def walks_declared() -> Iterator[None]:
    """Let the second workflow be declared, with its own words beside those of the product."""
    application().openapi()  # made once for all tests: it tells of the product alone
    declare(WALKS)
    try:
        yield
    finally:
        forget(WALKS)
