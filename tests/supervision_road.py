"""The road that twins take through a work supervision: see tests/twins.py for what happens, and of which kind it is.

Vilho ordered it and Reetta pays a share; Ilmari began it and Meri took over. Aino, Pekka, Sari, Tuula, Irina and Kaisa are a
work community with Kaarina, their manager; Ulla waits for a place and gets one when the contract is renewed, Iida waits in
vain. Timo, Kaarina's superior, signs the renewed contract in place of those who are supervised, and Sari leaves after that.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from mediation import acts
from mediation.acts.agreed_texts import newest_text
from mediation.acts.agreements import CommitmentWords, Promise, TextWords
from mediation.acts.frames import FrameWords
from mediation.case import drafts
from mediation.installation.due import do_what_is_due
from tests.cases import refer_case
from tests.twins import AINO, ALIKE, BEFORE, FURTHER, INNER, PEOPLE, SIGNING, Does, Twin, move, sign
from tests.typeset_pages import send_typeset
from workflows import WORKFLOWS
from workflows.supervision import SUPERVISION

# Kinds of this road, beside those of every road.
KAARINA = "kaarina"  # the manager's own: what she answers and tells the supervisor, the moment of it
SECRET, AINOS_SECRET, KAARINAS_SECRET = "secret", "aino's secret", "kaarina's secret"  # what nobody else ever reads
CONTRACT = "contract"  # the goals, and the words of the contract

SUPERVISED = ("Aino", "Pekka", "Sari", "Tuula", "Irina", "Kaisa")
PLACES = {"supervisee": SUPERVISED, "manager": ("Kaarina",), "waiting": ("Ulla", "Iida"), "co-orderer": ("Reetta",)}
COMMUNITY = {"form": "work-community", "kind": "work-community", "cap": 12}
LAST = "Tuula"  # signs and approves after all others, at the same moment in both


def own(name: str) -> str:
    """Of which kind it is what somebody tells the supervisor alone."""
    further = PEOPLE if name in FURTHER else INNER
    return {"Aino": AINO, "Kaarina": KAARINA, "Sari": ALIKE, "Timo": ALIKE, "Meri": ALIKE}.get(name, further)


def secret(name: str) -> str:
    """Of which kind it is what somebody tells nobody."""
    further = PEOPLE if name in FURTHER else SECRET
    return {"Aino": AINOS_SECRET, "Kaarina": KAARINAS_SECRET, "Sari": ALIKE}.get(name, further)


def there(twin: Twin, *roles: str) -> list[str]:
    """Who takes part now."""
    return twin.table.names(one.id for one in twin.facts().those_in(*(roles or ("supervisee", "manager"))))


def each(twin: Twin, act: Any, *given: Any, names: Sequence[str] = (), **named: Any) -> None:
    """Let everybody who takes part do this, in some order, each at a time of their own."""
    for name in twin.order(INNER, names or there(twin)):
        twin.does(own(name), name, act, *given, **named)


def night(twin: Twin) -> None:
    """What is due by time alone."""
    do_what_is_due(twin.house.installation.database, WORKFLOWS)


# The road, day by day. Each day begins at the same moment in both.


def referral(twin: Twin) -> None:
    """Vilho asks for supervision, and names nobody."""
    with twin.table.writing() as db:
        refer_case(db, twin.table, workflow=SUPERVISION)


def ordering(twin: Twin) -> None:
    """It is ordered, and Ilmari begins: he writes notes, enters time, and Pekka confides in him."""
    with twin.of(ALIKE) as does:
        does("Vilho", acts.orders.order_mediation, terms="110 euroa tunti.", cancellation_hours=48)
        twin.at["Ilmari"] = does("Vilho", acts.cases.assign_mediator, twin.house.people["Ilmari"]).id
        does("Ilmari", acts.hours.enter_time, twin.db.today(), 60)
        join(twin, does, "Ilmari", "Pekka", "supervisee")
    with twin.of(BEFORE) as does:
        does("Ilmari", acts.statements.write_note, twin.words(BEFORE))
        does("Pekka", acts.statements.speak_privately, twin.words(BEFORE))
        does("Pekka", acts.referrals.tell_needs, access=twin.words(BEFORE))
        for _ in range(twin.dice[BEFORE].randrange(3)):
            does("Pekka", acts.complaints.complain, twin.words(BEFORE))


def join(twin: Twin, does: Does, by: str, name: str, role: str) -> None:
    someone = acts.participants.Someone(person_id=twin.house.people[name])
    twin.at[name] = does(by, acts.participants.add_participant, someone, role).id


def taking_over(twin: Twin) -> None:
    """Meri takes over from Ilmari and declares her ties, everyone takes their place and answers."""
    with twin.of(ALIKE) as does:
        twin.at["Meri"] = does("Vilho", acts.cases.assign_mediator, twin.house.people["Meri"]).id
        for role, names in PLACES.items():
            for name in names:
                if name not in twin.at:
                    join(twin, does, "Meri", name, role)
        declaration = does("Meri", acts.ties.declare_ties, has_ties=False, words="Ei sidonnaisuuksia.").id
    for name in FURTHER[: twin.dice[PEOPLE].randrange(3)]:
        with twin.of(PEOPLE) as does:
            someone = acts.participants.Someone(name=name, email=f"{name[:4].lower()}@example.org")
            joined = does("Meri", acts.participants.add_participant, someone, "supervisee")
            twin.at[name], twin.house.people[name] = joined.id, joined.person_id
    each(twin, acts.ties.answer_ties, declaration, "accepted")
    move(twin, "begin-mapping")


def mapping(twin: Twin) -> None:
    """The mapping is held, the form is chosen, and each says whether to go on; some are met alone."""
    with twin.of(ALIKE) as does:
        session = does("Meri", acts.sessions.plan_session, "mapping", twin.house.clock.at, minutes=90).id
        does("Meri", acts.sessions.begin_session, session)
    mark_there(twin, session)
    twin.house.clock.at += timedelta(minutes=90)
    with twin.of(ALIKE) as does:
        does("Meri", acts.sessions.end_session, session)
        does("Meri", acts.supervision_forms.choose_form, **COMMUNITY, shape="with-manager")
    for name in twin.order(INNER, there(twin)):
        with twin.of(own(name)) as does:
            if twin.chance(own(name), 4):
                does(name, acts.terms.decline_to_mediate)
            does(name, acts.terms.agree_to_mediate)


def mark_there(twin: Twin, session: str) -> None:
    """Note who was there, who was not and who left: of each for themselves."""
    for name in twin.order(INNER, there(twin)):
        kind = own(name)
        came = "absent" if kind and twin.chance(kind, 3) else "present"
        twin.does(kind, "Meri", acts.attendance_marks.mark_attendance, session, {twin.at[name]: came})


def cared_for(twin: Twin) -> None:
    """What is between Meri and somebody: meetings, words, notes, needs, hours of quiet; and what they tell nobody."""
    for name in ("Pekka", "Aino", "Kaarina"):
        kind = own(name)
        for _ in range(twin.dice[kind].randrange(3)):
            talk_alone(twin, name, kind)()
        with twin.of(kind) as does:
            if twin.chance(kind):
                does(name, acts.referrals.tell_needs, access=twin.words(kind))
            if twin.chance(kind):
                does(name, acts.quiet_times.keep_quiet, twin.at[name], begins="21:00", ends="07:00")
            if twin.chance(kind):
                does("Meri", acts.statements.write_note, twin.words(kind))
            if twin.chance(kind):
                does("Meri", acts.invitations.invite, twin.at[name])
        with twin.of(secret(name)) as does:
            for _ in range(twin.dice[secret(name)].randrange(3)):
                does(name, acts.complaints.complain, twin.words(secret(name)))
            if twin.chance(secret(name)):
                does(name, drafts.keep, f"speak-privately {name.lower()}", [("words", twin.words(secret(name)))])
    with twin.of(INNER) as does:  # it is an hour in any case, and the orderer reads no more
        for minutes in (60,) if twin.chance(INNER) else (30, 30):
            does("Meri", acts.hours.enter_time, twin.db.today(), minutes)


def contracting(twin: Twin) -> None:
    """The frame is written, everybody is bound, and the contract goes out; some sign."""
    move(twin, "draw-up-contract")
    twin.does(ALIKE, "Meri", partial(acts.frames.write_frame, **_frame(twin)))
    bind(twin, "Meri", *there(twin))
    send(twin)
    some_sign(twin, "Meri", *there(twin))


def some_sign(twin: Twin, *names: str) -> None:
    """Some sign, never the last of all."""
    names = tuple(name for name in twin.order(SIGNING, names) if name != LAST)
    for name in names:
        kind = _signing(name)
        if name == "Pekka" and twin.chance(SIGNING):
            twin.does(SIGNING, name, acts.signatories.take_time)
        if twin.chance(kind):
            sign(twin, kind, name)


def _signing(name: str) -> str:
    """Of which kind it is when somebody signs: alike of those who read, for of themselves they know."""
    return ALIKE if name in {"Aino", "Sari", "Kaarina", "Timo"} else SIGNING


def _frame(twin: Twin) -> dict[str, Any]:
    return {
        "session_count": 8,
        "starts_on": date(2027, 2, 1),
        "ends_on": date(2028, 1, 31),
        "place": "Esimerkkilän kokoushuone",
        "evaluation_after": [3],
        "texts": {"fi": FrameWords(methods="Keskustelemme työtilanteista.")},
    }


def bind(twin: Twin, *names: str) -> None:
    for name in twin.order(INNER, names):
        with twin.of(own(name)) as does:
            text = newest_text(twin.db, twin.facts().case_id, "confidentiality")
            does(name, acts.confidentiality.bind_to_confidentiality, text.id if text else None)


def send(twin: Twin) -> None:
    """The contract with its goals goes out for signing."""
    with twin.of(ALIKE) as does:
        newest = twin.facts().agreement
        lineages = [one.lineage for one in newest.commitments] if newest else []
        goals = [
            Promise([], {"fi": CommitmentWords(twin.words(CONTRACT), measure=twin.words(CONTRACT))}, lineage=one)
            for one in lineages or [None] * GOALS
        ]
        does(
            "Meri",
            acts.agreements.draft_agreement,
            prevailing="fi",
            texts={"fi": TextWords(twin.words(CONTRACT))},
            commitments=goals,
            disclosure_decided=True,
            if_match=acts.agreement_versions.draft_tag(working) if (working := _working(twin)) else None,
        )
    twin.does(ALIKE, "Meri", send_typeset)


def _working(twin: Twin) -> Any:
    newest = acts.agreement_versions.newest_agreement(twin.db, twin.table.seat(twin.db, "Meri"))
    return newest if newest is not None and newest.state in acts.agreement_versions.WORKING else None


GOALS = 2


def beginning(twin: Twin) -> None:
    """Everyone who has not yet signs now; the supervision begins, and its sessions are planned."""
    all_sign(twin, "Meri", *there(twin))
    move(twin, "begin-supervision")
    first = twin.house.clock.at + timedelta(days=9)
    twin.does(ALIKE, "Meri", partial(acts.series.plan_series, weeks=3, how_many=8), first)


def all_sign(twin: Twin, *names: str) -> None:
    for name in twin.order(SIGNING, [one for one in names if one != LAST]):
        sign(twin, _signing(name), name)
    twin.house.clock.at += timedelta(hours=1)
    last = LAST if LAST in names else names[0]
    sign(twin, ALIKE, last)


def talk_alone(twin: Twin, name: str, kind: str) -> Callable[[], object]:
    """Meri meets somebody alone, until they part."""
    with twin.of(kind, later=False) as does:
        alone = does(
            "Meri", acts.sessions.plan_session, "separate", twin.house.clock.at, with_participant=twin.at[name]
        )
        does("Meri", acts.sessions.begin_session, alone.id)
        if twin.chance(kind):
            does("Meri", acts.attendance_marks.mark_attendance, alone.id, {twin.at[name]: "present"})
        does(name, acts.statements.speak_privately, twin.words(kind))
    return lambda: twin.does(kind, "Meri", acts.sessions.end_session, alone.id, later=False)
