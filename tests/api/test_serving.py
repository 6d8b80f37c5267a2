"""The server as a process: its connections, how it is stopped, and whom it believes for whom a request comes."""

import signal
import socket
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.serving import listen
from mediation.errors import BadSetup
from mediation.installation.proxies import trusted_proxies
from mediation.people.links import WRONG
from mediation.settings import Settings
from tests.houses import House
from tests.processes import address_in, process, said
from tests.world import served


def logs_left(home: Path) -> list[str]:
    """What still lies in the logs beside the databases instead of in them."""
    return [path.name for path in home.rglob("*-wal") if path.stat().st_size]


# H19. Stopped.


@pytest.mark.seconds
@pytest.mark.parametrize("way", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_stopped_closes_its_databases_and_ends_with_0(tmp_path: Path, way: signal.Signals) -> None:
    """H19. As a service manager stops it (SIGTERM), and as Ctrl-C does."""
    home = tmp_path / "home"
    with process(home, "serve", "--port", "0") as server:
        address = address_in(said(server, "Serving on"))
        assert httpx.get(f"{address}/healthz").status_code == 200
        assert logs_left(home)
        server.send_signal(way)
        _, errors = server.communicate(timeout=60)
    assert (server.returncode, errors) == (0, "")
    assert logs_left(home) == []


@pytest.mark.seconds
def test_a_file_copied_after_the_stop_holds_everything_though_another_has_it_open(tmp_path: Path) -> None:
    """H19. Closing the last connection would write the log back; here a program that watches has one, too."""
    home = tmp_path / "home"
    with process(home, "serve", "--port", "0") as server:
        said(server, "Serving on")
        with closing(sqlite3.connect(home / "keys.db")) as watching:
            [(before,)] = watching.execute("SELECT count(*) FROM keys")
            server.terminate()
            server.communicate(timeout=60)
            copy = sqlite3.connect(":memory:")
            copy.deserialize((home / "keys.db").read_bytes().replace(b"\2\2", b"\1\1", 1))  # read without any log
            assert list(copy.execute("SELECT count(*) FROM keys")) == [(before,)]
            copy.close()
    assert server.returncode == 0
    assert before >= 2


@pytest.mark.part(4, walk="whole programs", together="a demonstration")
def test_a_demonstration_that_is_stopped_closes_its_databases_and_ends_with_0(tmp_path: Path) -> None:
    """H19. The same of the demonstration, while it serves."""
    home = tmp_path / "home"
    with process(home, "demo", "--port", "0") as demo:
        said(demo, "and be each of them")
        demo.terminate()
        _, errors = demo.communicate(timeout=60)
    assert (demo.returncode, errors) == (0, "")
    assert logs_left(home) == []


@pytest.mark.seconds
def test_a_second_signal_does_not_break_off_the_closing(tmp_path: Path) -> None:
    """H19. A service manager that asks twice gets what one that asks once gets."""
    home = tmp_path / "home"
    with process(home, "serve", "--port", "0") as server:
        address = address_in(said(server, "Serving on"))
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as slow:  # a request under way keeps it waiting
            slow.sendall(b"POST /api/sign-in/links HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")
            server.terminate()
            server.terminate()
            slow.close()
        _, errors = server.communicate(timeout=60)
    assert server.returncode == 0, errors
    assert logs_left(home) == []


# H3. Connections.


def test_an_answer_on_a_kept_alive_connection_waits_for_no_acknowledgement(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H3. The connection that the real server has accepted, asked for its own option."""
    accepted: list[socket.socket] = []
    accept = socket.socket.accept

    def noted(listener: socket.socket) -> tuple[socket.socket, Any]:
        connection, address = accept(listener)
        accepted.append(connection)
        return connection, address

    monkeypatch.setattr(socket.socket, "accept", noted)
    with (
        served(create_app(sqlite_house.installation)) as address,
        closing(HTTPConnection(address.removeprefix("http://"))) as client,
    ):
        client.request("GET", "/healthz")
        client.getresponse().read()
        [one] = accepted
        assert one.proto == socket.IPPROTO_TCP
        assert one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_listener_is_a_socket_of_tcp_and_can_listen_again_at_once(host: str) -> None:
    """H3. On both kinds of addresses; and a server that was stopped can start again on the same port."""
    try:
        first = listen(host, 0)
    except BadSetup:
        pytest.skip(f"this machine has no {host}")
    with first:
        assert first.proto == socket.IPPROTO_TCP
        assert ":" not in host or first.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
        port = first.getsockname()[1]
        with socket.create_connection((host, port)), closing(first.accept()[0]) as one:
            assert one.proto == socket.IPPROTO_TCP
        with pytest.raises(BadSetup, match="address-unusable"):
            listen(host, port)
    listen(host, port).close()


# H11. For whom a request comes.


def wrong_links(address: str, headers: Sequence[dict[str, str]]) -> list[int]:
    """The statuses of wrong links, sent one after another."""
    with httpx.Client(base_url=address) as client:
        return [client.post("/api/sign-in/sessions", json={"secret": "x"}, headers=one).status_code for one in headers]


def test_who_makes_up_an_address_of_origin_does_not_evade_the_limit_on_wrong_links(sqlite_house: House) -> None:
    """H11. From this machine too, as long as no proxy is named in the settings."""
    made_up = [{"X-Forwarded-For": f"198.51.100.{one}"} for one in range(WRONG.burst + 1)]
    with served(create_app(sqlite_house.installation)) as address:
        assert wrong_links(address, made_up) == [401] * WRONG.burst + [429]


def test_behind_a_named_proxy_each_has_a_limit_of_their_own(sqlite_house: House) -> None:
    """H11. The last address that no proxy of ours has written counts, and what was made up before it does not."""
    here = {"X-Forwarded-For": "203.0.113.7"}
    made_up = [{"X-Forwarded-For": f"198.51.100.{one}, 203.0.113.7"} for one in range(WRONG.burst)]
    elsewhere = {"X-Forwarded-For": "203.0.113.8"}
    with served(create_app(sqlite_house.installation), ["127.0.0.1/32"]) as address:
        assert wrong_links(address, [*made_up, here, elsewhere]) == [401] * WRONG.burst + [429, 401]


@pytest.mark.parametrize(
    ("named", "trusted"),
    [
        ("", []),
        ("127.0.0.1", ["127.0.0.1/32"]),
        (" 10.0.0.0/24, ::1 ,", ["10.0.0.0/24", "::1/128"]),
    ],
)
def test_a_proxy_is_named_by_address_or_network(named: str, trusted: list[str]) -> None:
    """H11. With commas between several."""
    assert trusted_proxies(Settings(trusted_proxy=named)) == trusted


@pytest.mark.parametrize("named", ["*", "proxy.example.fi", "0.0.0.0/0", "::/0", "127.0.0.1;10.0.0.1", "10.0.0.1/24"])
def test_nobody_is_believed_by_a_name_or_because_everybody_is(named: str) -> None:
    """H11. A setting that would let anybody make up an address."""
    with pytest.raises(BadSetup, match="proxy-unknown"):
        trusted_proxies(Settings(trusted_proxy=named))


@pytest.mark.seconds
def test_production_behind_https_does_not_start_without_a_named_proxy(tmp_path: Path) -> None:
    """H11. All would share one limit then, and the old default trusted every client on this machine."""
    https = Settings(mode="production", base_url="https://sovittelu.example.fi")
    with pytest.raises(BadSetup, match="proxy-not-named"):
        trusted_proxies(https)
    assert trusted_proxies(replace(https, trusted_proxy="127.0.0.1")) == ["127.0.0.1/32"]
    assert trusted_proxies(replace(https, mode="development")) == []
    settings = {
        "MEDIATION_MODE": "production",
        "MEDIATION_BASE_URL": https.base_url,
        "FORWARDED_ALLOW_IPS": "127.0.0.1",
        "MEDIATION_MAIL": "smtp://mail.example.fi",
    }
    with process(tmp_path / "home", "serve", "--port", "0", **settings) as server:
        told, errors = server.communicate(timeout=60)
    assert (server.returncode, told) == (2, "")
    assert "MEDIATION_TRUSTED_PROXY" in errors
    assert not (tmp_path / "home").exists()
