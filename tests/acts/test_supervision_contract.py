"""The contract of a work supervision: its form and frame, confidentiality, four shapes, who signs, and a new version."""

from typing import Any

import pytest

from mediation.acts.frames import Frame, agreed_frame, newest_frame
from tests.acts.test_inquiries import confirmed, open_house
from tests.houses import House
from tests.supervisions import (
    ALONE,
    COMMUNITY,
    FRAME,
    GROUP,
    PARENTS,
    THREE_PARTIES,
    WITH_MANAGER,
    active,
    binds,
    contracts,
    drafts,
    goal,
    in_contracting,
    in_mapping,
    joins,
    mapped,
    moves,
    signs,
    stays,
    wants_to_go_on,
)
from tests.world import LiveCase

Json = dict[str, Any]


def frames(case: LiveCase) -> tuple[Frame | None, Frame | None]:
    """The frame of the contract in force, and the one written last."""
    with case.writing() as db:
        of_case = case.seat(db, "Raili").case.id
        return agreed_frame(db, of_case), newest_frame(db, of_case)


def refused_with(case: LiveCase, route: str, body: Json) -> list[str]:
    """The codes with which Raili is refused what she sends."""
    answer = case.raili.asks(route, body)
    assert answer.status_code == 422
    told = answer.json()
    return [one["code"] for one in told.get("errors", ())] or [told["type"].removeprefix("/problems/")]


@pytest.mark.seconds
def test_a_work_community_begins_once_everybody_and_its_manager_have_signed(house: House) -> None:
    case = in_contracting(house, *COMMUNITY, manager="Marko", form=WITH_MANAGER)
    contracts(case)
    assert not signs(case, "Raili", *COMMUNITY)
    assert stays(case, "begin-supervision") == {"contract-signed": ["Marko"]}
    assert signs(case, "Marko")
    assert moves(case, "begin-supervision") == "active"


def test_a_work_community_does_not_begin_without_its_manager(sqlite_house: House) -> None:
    case = in_contracting(sqlite_house, *COMMUNITY, form=WITH_MANAGER)
    contracts(case)
    assert signs(case, "Raili", *COMMUNITY)
    assert set(stays(case, "begin-supervision")) == {"manager-takes-part", "shape-filled"}


@pytest.mark.seconds
def test_in_the_third_shape_who_is_supervised_is_bound_and_does_not_sign(house: House) -> None:
    case = in_contracting(house, "Sanna", "Olli", manager="Marko", superior="Hilkka", form=THREE_PARTIES)
    contracts(case)
    digest = case.sanna.reads("agreement")["digest"]
    case.sanna.refused("agreement/signatures", {"digest": digest}, 403, "not-a-signatory")
    assert not signs(case, "Marko", "Hilkka")
    assert stays(case, "begin-supervision") == {"contract-signed": ["Raili"]}
    assert signs(case, "Raili")
    assert moves(case, "begin-supervision") == "active"


def test_a_goal_of_somebody_who_does_not_sign_is_not_sent(sqlite_house: House) -> None:
    case = in_contracting(sqlite_house, "Sanna", "Olli", manager="Marko", superior="Hilkka", form=THREE_PARTIES)
    drafts(case, [goal("Kerron ajoissa.", owners=[case.ids["Sanna"]])])
    told = case.raili.refused("agreement/sending", {}, 409, "agreement-incomplete")
    assert "C1" in told["title"] + str(told)


def test_parents_sign_without_an_employer_and_each_is_asked_alone(house: House) -> None:
    case = in_mapping(house, "Sanna", "Olli")
    case.raili.does("PUT form", PARENTS)
    assert stays(case, "draw-up-contract") == {"asked-alone": ["Olli", "Sanna"]}
    case.sanna.does("parents/answers", {"afraid": "yes", "words": "En uskalla sanoa ei."})
    case.olli.does("parents/answers", {"afraid": "no"})
    told = [one["words"] for one in case.raili.reads()["statements"]]
    assert [one for one in told if one.endswith("En uskalla sanoa ei.")]
    assert len(case.olli.reads()["statements"]) == 1  # his own
    assert "asked-alone" not in {
        one["kind"] for one in case.olli.reads()["marks"] if one["participant"] != case.ids["Olli"]
    }
    moves(case, "draw-up-contract")
    case.raili.does("PUT frame", FRAME)
    binds(case, "Raili", "Sanna", "Olli")
    contracts(case)
    assert signs(case, "Raili", "Sanna", "Olli")
    assert set(stays(case, "begin-supervision")) == {"shape-filled"}  # Leena ordered it: no employer has a place here


def test_two_parents_are_guided_without_an_employer_from_inquiry_to_a_sealed_contract(house: House) -> None:
    case = confirmed(open_house(house), wished_kind="parent-guidance", people=2)  # Leena asks for herself and Olli
    case.raili.does("mediators", {"person": case.people["Raili"]})
    case.learn_people()
    joins(case, "Olli")
    case.raili.does("declarations", {"has_ties": False, "words": "Ei siteitä.", "language": "fi"})
    for name in ("Leena", "Olli"):
        case.accepts_ties(name)
    mapped(case, "Leena", "Olli")
    case.raili.does("PUT form", PARENTS)
    for name in ("Leena", "Olli"):
        case[name].does("parents/answers", {"afraid": "no"})
    moves(case, "draw-up-contract")
    case.raili.does("PUT frame", FRAME)
    binds(case, "Raili", "Leena", "Olli")
    contracts(case)
    assert signs(case, "Raili", "Leena", "Olli")
    assert moves(case, "begin-supervision") == "active"


def test_nobody_is_asked_alone_where_they_are_no_parents(sqlite_house: House) -> None:
    case = in_mapping(sqlite_house, "Sanna", "Olli")
    case.raili.does("PUT form", GROUP)
    case.sanna.refused("parents/answers", {"afraid": "no"}, 409, "not-asked-alone")


def test_what_is_agreed_is_needed_before_it_begins(sqlite_house: House) -> None:
    case = in_mapping(sqlite_house, "Sanna")
    assert stays(case, "draw-up-contract") == {"form-chosen": []}
    case.raili.refused("PUT frame", FRAME, 409, "form-not-chosen")
    case.raili.does("PUT form", ALONE)
    moves(case, "draw-up-contract")
    unmet = stays(case, "begin-supervision")
    assert unmet["bound-to-confidentiality"] == ["Raili", "Sanna"]
    assert {"frame-written", "evaluation-planned", "goal-set", "contract-sent"} <= set(unmet)
    case.raili.does("PUT frame", {**FRAME, "evaluation_after": []})
    assert "evaluation-planned" in stays(case, "begin-supervision")
    case.raili.does("PUT frame", FRAME)
    binds(case, "Raili", "Sanna")
    contracts(case)
    assert stays(case, "begin-supervision") == {"contract-signed": ["Raili", "Sanna"]}


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({**ALONE, "cap": 3}, "cap-of-one"),
        ({**GROUP, "cap": 1}, "group-of-one"),
        ({**GROUP, "cap": 31}, "too-big"),
        ({**GROUP, "cap": 0}, "too-small"),
        ({**GROUP, "form": "work-community"}, "manager-takes-part"),
        ({**GROUP, "kind": "parent-guidance"}, "shape-of-parents"),
        ({**PARENTS, "kind": "change"}, "shape-of-parents"),
        ({**PARENTS, "form": "leaders-group"}, "form-of-parents"),
        ({**GROUP, "shape": "everybody"}, "choice-unknown"),
    ],
)
def test_a_form_that_does_not_fit_is_refused_with_what_to_do(form: Json, code: str, sqlite_house: House) -> None:
    case = in_mapping(sqlite_house, "Sanna", "Olli")
    assert refused_with(case, "PUT form", form) == [code]
    assert "form-chosen" in stays(case, "draw-up-contract")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"weeks": 0}, "too-small"),
        ({"weeks": 9}, "too-big"),
        ({"minutes": 44}, "too-small"),
        ({"minutes": 241}, "too-big"),
        ({"session_count": 0}, "too-small"),
        ({"session_count": 101}, "too-big"),
        ({"ends_on": "2027-01-31"}, "ends-before-it-begins"),
        ({"ends_on": "2027-10-31"}, "period-too-short"),
        ({"evaluation_after": [15]}, "evaluation-too-late"),
        ({"evaluation_after": [0]}, "too-small"),
        ({"evaluation_after": ["seven"]}, "not-a-whole-number"),
        ({"texts": {"et": {"methods": "Räägime."}}}, "language-unknown"),
        ({"where": "on-the-moon"}, "choice-unknown"),
    ],
)
def test_a_frame_over_its_limits_is_refused_and_nothing_is_lost(changes: Json, code: str, sqlite_house: House) -> None:
    case = in_contracting(sqlite_house, "Sanna", "Olli")
    assert refused_with(case, "PUT frame", {**FRAME, **changes}) == [code]
    _, frame = frames(case)
    assert frame is not None
    assert (frame.session_count, frame.weeks, frame.evaluation_after) == (14, 3, (7,))


def test_the_usual_frame_is_90_minutes_every_third_week(sqlite_house: House) -> None:
    case = in_contracting(sqlite_house, "Sanna", "Olli", frame={"session_count": 12, "starts_on": "2027-02-01"})
    [frame] = [one for one in case.sanna.reads("agreed-texts") if one["kind"] == "frame"]
    assert "Paikan päällä" in [line for block in frame["words"]["fi"] for line in block["paragraphs"]]
    said = "\n".join(line for block in frame["words"]["fi"] for line in block["paragraphs"])
    assert "Tapaamisia on 12. Yksi tapaaminen kestää 90 minuuttia, ja tapaamisia on joka kolmas viikko." in said


@pytest.mark.seconds
@pytest.mark.parametrize("again", ["frame", "form"])
def test_another_frame_takes_back_a_contract_that_was_sent(again: str, house: House) -> None:
    case = in_contracting(house, "Sanna", "Olli")
    contracts(case)
    signs(case, "Sanna")
    case.raili.does(f"PUT {again}", FRAME if again == "frame" else GROUP)  # the same again changes nothing
    assert case.olli.reads("agreement")["state"] == "sent"
    case.raili.does(f"PUT {again}", {**FRAME, "minutes": 120} if again == "frame" else {**GROUP, "cap": 5})
    assert case.raili.reads("agreement")["state"] == "unsent"
    contracts(case)
    assert signs(case, "Raili", "Sanna", "Olli")


def test_a_renewed_contract_is_a_new_version_and_the_old_frame_holds_until_all_have_signed(house: House) -> None:
    case = active(house, "Sanna", "Olli")
    case.later(days=60)
    moves(case, "renew-contract")
    case.raili.does("PUT frame", {**FRAME, "minutes": 60})
    agreed, newest = frames(case)
    assert agreed is not None
    assert newest is not None
    assert (agreed.minutes, newest.minutes) == (90, 60)
    contracts(case)
    assert case.sanna.reads("agreement")["version"] == 2
    assert signs(case, "Raili", "Sanna", "Olli")
    agreed, _ = frames(case)
    assert agreed is not None
    assert agreed.minutes == 60
    assert moves(case, "begin-supervision") == "active"


def test_a_frame_written_while_a_contract_is_in_force_asks_for_its_next_version(sqlite_house: House) -> None:
    case = active(sqlite_house, "Sanna", "Olli")
    moves(case, "renew-contract")
    case.raili.does("DELETE agreement/draft")
    case.raili.does("PUT frame", {**FRAME, "weeks": 2})
    assert "contract-sent" in stays(case, "begin-supervision")


def test_who_joins_is_bound_and_signs_the_next_version(sqlite_house: House) -> None:
    case = active(sqlite_house, "Sanna", "Olli")
    moves(case, "renew-contract")
    joins(case, "Kaisa")
    case.accepts_ties("Kaisa")
    unmet = stays(case, "begin-supervision")
    assert (unmet["bound-to-confidentiality"], unmet["wants-to-go-on"]) == (["Kaisa"], ["Kaisa"])
    wants_to_go_on(case, "Kaisa")
    binds(case, "Kaisa")
    contracts(case)
    assert signs(case, "Raili", "Sanna", "Olli", "Kaisa")
    assert moves(case, "begin-supervision") == "active"


def test_another_supervisor_takes_back_the_contract_that_names_the_one_before(sqlite_house: House) -> None:
    case = in_contracting(sqlite_house, "Sanna", "Olli")
    contracts(case)
    signs(case, "Sanna")
    sqlite_house.person("Irma", office="mediator", organisation="Työnohjaajat")
    case.leena.does("mediators", {"person": sqlite_house.people["Irma"], "role": "supervisor"})
    assert case.sanna.reads("agreement")["state"] == "unsent"


def test_everybody_is_asked_to_be_bound_and_anew_only_where_the_words_are_others(sqlite_house: House) -> None:
    case = in_mapping(sqlite_house, "Sanna", "Olli")
    case.raili.does("PUT form", GROUP)
    assert case.letters_to("Sanna").count("decision-waits") == 1
    binds(case, "Raili", "Sanna", "Olli")
    case.raili.does("PUT form", {**GROUP, "cap": 4})  # says nothing else
    assert case.letters_to("Sanna").count("decision-waits") == 1
    moves(case, "draw-up-contract")
    assert "bound-to-confidentiality" not in stays(case, "begin-supervision")
    case.raili.does("PUT form", PARENTS)
    assert case.letters_to("Sanna").count("decision-waits") == 2
    assert stays(case, "begin-supervision")["bound-to-confidentiality"] == ["Olli", "Raili", "Sanna"]
    old = next(one["id"] for one in case.raili.reads("agreed-texts") if one["kind"] == "confidentiality")
    case.sanna.refused("confidentiality", {"text": old}, 409, "text-replaced")


def test_nobody_is_bound_by_what_another_says(sqlite_house: House) -> None:
    case = in_mapping(sqlite_house, "Sanna", "Olli")
    case.raili.does("PUT form", GROUP)
    text = next(one["id"] for one in case.raili.reads("agreed-texts") if one["kind"] == "confidentiality")
    case.raili.refused("confidentiality", {"text": text, **case.said("Sanna")}, 403, "own-hand-only")
    case.leena.refused("confidentiality", {"text": text}, 403, "act-not-yours")
    bound = case.sanna.does("confidentiality", {"text": text})
    assert case.sanna.does("confidentiality", {"text": text}) == bound


def test_only_the_supervisor_chooses_the_form_and_writes_the_frame_and_only_while_it_is_agreed(
    sqlite_house: House,
) -> None:
    case = in_contracting(sqlite_house, "Sanna", "Olli")
    for name in ("Sanna", "Leena"):
        case[name].refused("PUT form", GROUP, 403, "act-not-yours")
        case[name].refused("PUT frame", FRAME, 403, "act-not-yours")
    sqlite_house.person("Irma")
    case.irma.refused("PUT frame", FRAME, 404, "case-not-found")
    contracts(case)
    signs(case, "Raili", "Sanna", "Olli")
    moves(case, "begin-supervision")
    case.raili.refused("PUT form", {**GROUP, "cap": 3}, 409, "act-not-open")
    case.raili.refused("PUT frame", FRAME, 409, "act-not-open")


def test_who_supervises_pays_or_manages_is_not_supervised_here(sqlite_house: House) -> None:
    case = in_mapping(sqlite_house, "Sanna", "Olli", manager="Marko")
    for name in ("Leena", "Raili", "Marko"):
        body = {"person": sqlite_house.people[name], "role": "supervisee"}
        case.raili.refused("participants", body, 403, "roles-exclude")


def test_a_manager_can_be_supervised_elsewhere_and_nobody_here_learns_of_it(sqlite_house: House) -> None:
    elsewhere = in_mapping(sqlite_house, "Marko", "Hilkka")
    case = in_contracting(sqlite_house, "Sanna", "Olli", manager="Marko", form=WITH_MANAGER)
    contracts(case)
    assert signs(case, "Raili", "Sanna", "Olli", "Marko")
    assert moves(case, "begin-supervision") == "active"
    for name in ("Sanna", "Olli"):
        assert elsewhere.number not in str(case[name].reads())
        elsewhere[name].reads_nothing()


def test_of_two_contracts_at_once_the_second_is_refused_and_the_first_stays(sqlite_house: House) -> None:
    case = in_contracting(sqlite_house, "Sanna", "Olli")
    drafts(case)
    body = {"prevailing": "fi", "texts": {"fi": {"purpose": "Toinen."}}, "commitments": []}
    case.raili.refused("PUT agreement", body, 428, "if-match-missing")
    case.raili.refused("PUT agreement", body, 409, "case-changed", If_Match='"another"')
    assert case.raili.reads("agreement")["texts"]["fi"]["purpose"].startswith("Kotihoidon")
