"""Another organisation that pays its share of a supervision: it has a line of its own, and of the order nothing."""

from mediation.words.catalogue import say
from tests.houses import House
from tests.pages.test_ordering_pages import page_of
from tests.supervised import Supervision, supervision_at

SHARES = {"shares": [{"payer": "Esimerkkilä", "parts": 3}, {"payer": "Naapurila", "parts": 2}], "shared_by": "heads"}


def shared(house: House) -> Supervision:
    """Kirsti of Naapurila pays for a part of the group that Leena ordered."""
    case = supervision_at(house)
    case.leena.does("PUT shares", SHARES)
    case.comes("Kirsti", "co-orderer")
    return case


def test_who_pays_a_share_has_a_line_and_nothing_of_what_was_ordered(house: House) -> None:
    case = shared(house)
    [line] = case.kirsti.reads("/statuses")["statuses"]
    assert line["number"] == case.number
    told = case.kirsti.reads(f"/statuses/{case.number}")
    assert (told["order"], told["referral"]) == (None, None)
    assert case.leena.reads(f"/statuses/{case.number}")["order"]["terms"]
    assert [one["parts"] for one in case.kirsti.reads("budget")["shares"]] == [3, 2]
    case.kirsti.refused("GET ", None, 404, "case-not-found")


def test_who_pays_a_share_orders_nothing(sqlite_house: House) -> None:
    case = shared(sqlite_house)
    for path, body in (
        ("order", {"terms": "Halvemmalla."}),
        ("mediators", {"person": case.people["Raili"]}),
        ("PUT shares", SHARES),
    ):
        assert case.kirsti.asks(path, body).status_code == 403


def test_who_pays_a_share_is_nobody_else_in_the_supervision(sqlite_house: House) -> None:
    case = shared(sqlite_house)
    for role in ("supervisee", "manager", "waiting"):
        body = {"person": case.house.people["Kirsti"], "role": role}
        case.raili.refused("participants", body, 403, "roles-exclude")
    case.raili.refused("participants", {"person": case.people["Leena"], "role": "co-orderer"}, 403, "roles-exclude")


def test_who_pays_no_share_any_more_is_released(sqlite_house: House) -> None:
    case = shared(sqlite_house)
    case.raili.does(f"DELETE participants/{case.ids['Kirsti']}")
    assert case.kirsti.reads("/statuses")["statuses"] == []
    case.kirsti.refused(f"GET /statuses/{case.number}", None, 404, "case-not-found")


def test_the_page_of_who_pays_a_share_leads_to_what_is_billed(sqlite_house: House) -> None:
    case = shared(sqlite_house)
    page = page_of(sqlite_house, "Kirsti").get(f"/statuses/{case.number}").text
    assert f'href="/cases/{case.number}/shares"' in page
    assert say("act.order-mediation", "fi") not in page
    billed = page_of(sqlite_house, "Kirsti").get(f"/cases/{case.number}/shares")
    assert "Naapurila · 2 / 5" in billed.text
    assert 'name="shared_by"' not in billed.text
