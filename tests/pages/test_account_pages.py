"""One's own account by pages: devices, ways to sign in, the second factor and tokens, without a script."""

import base64
import re
from datetime import timedelta

import httpx
import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from api.pages.account import device_name
from mediation.people.authenticators import STEP
from tests.houses import House
from tests.world import address, body_of, browser, post_of, secret_in

AINO = address("aino")
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"


@pytest.fixture
def aino(sqlite_house: House) -> httpx.Client:
    """Aino's browser, which shows pages."""
    sqlite_house.person("Aino")
    client = browser(sqlite_house, AINO, device=FIREFOX)
    client.headers["Accept"] = "text/html"
    return client


def sends(client: httpx.Client, path: str, act: str, **fields: str) -> httpx.Response:
    """A form of a page with what it sends by itself."""
    form = re.search(
        rf'<form[^>]*>\s*<input type="hidden" name="_act" value="{act}">.*?</form>', client.get(path).text, re.S
    )
    assert form is not None, act
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0]))
    client.headers.pop("X-Form-Token", None)  # a browser without a script sends what is in the form, and nothing else
    return client.post(path, data={**hidden, **fields})


def test_the_foot_of_a_page_says_who_is_signed_in(aino: httpx.Client) -> None:
    assert "Olet kirjautunut: Aino" in aino.get("/devices").text


def test_another_device_is_ended_from_here(sqlite_house: House, aino: httpx.Client) -> None:
    phone = browser(sqlite_house, AINO, device="Mozilla/5.0 (iPhone) Safari/605")
    page = aino.get("/devices").text
    assert ("Firefox, Linux" in page, "Safari, iPhone" in page) == (True, True)
    ended = sends(aino, "/devices", "end")
    assert (ended.status_code, ended.url.path) == (200, "/devices")
    assert "Safari, iPhone" not in ended.text
    assert phone.get("/api/sign-in/sessions/current").status_code == 401
    assert aino.get("/api/sign-in/sessions/current").status_code == 200


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox, Linux"),
        ("Mozilla Chrome/1 Safari/5 Edg/1 Windows NT", "Edge, Windows"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_a_device_is_called_as_its_owner_would_call_it(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name


def test_an_app_is_set_up_with_a_picture_and_shown_before_it_is_dropped(
    sqlite_house: House, aino: httpx.Client
) -> None:
    page = sends(aino, "/second-factor", "enrol")
    assert page.url.path == "/second-factor/app"
    picture = aino.get("/second-factor/app.svg")
    assert (picture.headers["content-type"], picture.headers["cache-control"]) == ("image/svg+xml", "no-store")
    found = re.search(r'class="big code">([A-Z2-7 ]+)<', page.text)
    assert found is not None

    def code() -> str:
        secret = base64.b32decode(found[1].replace(" ", ""))
        return TOTP(secret, 6, SHA1(), STEP).generate(int(sqlite_house.clock.at.timestamp())).decode()

    wrong = sends(aino, "/second-factor/app", "confirm", code="12345")
    assert (wrong.status_code, 'id="f-code-fault"' in wrong.text) == (422, True)
    assert sends(aino, "/second-factor/app", "confirm", code=code()).url.path == "/second-factor"
    assert aino.get("/second-factor/app.svg").status_code == 404
    assert aino.get("/second-factor/app").url.path == "/second-factor"
    refused = sends(aino, "/second-factor", "drop")
    assert refused.status_code == 403
    sqlite_house.clock.at += timedelta(seconds=STEP)
    asked = sends(aino, "/second-factor?to=/account", "ask", kind="totp")
    assert asked.url.path.startswith("/second-factor/codes/totp/")
    proven = sends(aino, f"{asked.url.path}?to=/account", "prove", code=code())
    assert proven.url.path == "/account"
    assert sends(aino, "/second-factor", "drop").url.path == "/second-factor"
    assert 'value="enrol"' in aino.get("/second-factor").text


def test_an_own_address_is_given_confirmed_and_dropped(sqlite_house: House, aino: httpx.Client) -> None:
    wrong = sends(aino, "/account", "give", email="aino@")
    assert (wrong.status_code, 'value="aino@"' in wrong.text) == (422, True)
    assert "Vahvistuslinkki on lähetetty" in sends(aino, "/account", "give", email="aino@koti.example").text
    [letter] = [one for one in post_of(sqlite_house) if one["To"] == "aino@koti.example"]
    assert "http://127.0.0.1:8000/own-address#" in body_of(letter)
    assert aino.post("/own-address", data={"secret": secret_in(letter)}).status_code == 200
    page = aino.get("/account").text
    assert 'value="drop"' in page
    assert "aino@koti.example" not in page  # whoever reads the mailbox at work may be looking


def test_a_token_is_shown_once_and_revoked(aino: httpx.Client) -> None:
    made = sends(aino, "/tokens", "make", name="Raportti", days="7", scopes="read")
    found = re.search(r'class="big code">(mt_[^<]+)<', made.text)
    assert found is not None
    page = aino.get("/tokens").text
    assert ("Raportti" in page, found[1] in page) == (True, False)
    sends(aino, "/tokens", "revoke")
    assert "Raportti" not in sends(aino, "/tokens", "revoke").text  # there were two


def test_nobody_has_an_account_page_without_signing_in(sqlite_house: House) -> None:
    client = sqlite_house.client()
    client.headers["Accept"] = "text/html"
    for path in ("/devices", "/account", "/second-factor", "/second-factor/app", "/tokens"):
        assert client.get(path).url.path == "/sign-in"


def test_a_token_for_which_nothing_was_chosen_is_not_made(aino: httpx.Client) -> None:
    refused = sends(aino, "/tokens", "make", name="Kaikki")
    assert (refused.status_code, 'value="Kaikki"' in refused.text) == (422, True)
