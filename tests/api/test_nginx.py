"""A real nginx with the very file that SECURITY.md gives, in front of a real server."""

import re
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from api.app import create_app
from api.http.anonymous import ANONYMOUS_BODY_LIMIT
from api.http.envelope import BODY_LIMIT, SCAN_LIMIT
from mediation.installation.proxies import trusted_proxies
from mediation.people.links import WRONG
from mediation.words.catalogue import LANGUAGES, say
from tests.cases import case_in
from tests.documents.test_documents import tool
from tests.houses import House
from tests.processes import free_port
from tests.test_house import HOUSE
from tests.world import problem, served

MIB = 1024 * 1024
NAME = "sovittelu.example.fi"
AROUND = """\
daemon off;
user root;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/start.log;
events {{}}
http {{
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/unused;
    uwsgi_temp_path {folder}/unused;
    scgi_temp_path {folder}/unused;
    include {folder}/mediation.conf;
}}
"""


@dataclass(frozen=True)
class Proxied:
    """The server behind nginx."""

    client: httpx.Client
    folder: Path
    house: House

    def scan(self, content: bytes, language: str = "fi") -> httpx.Response:
        """A scan of Aino's paper, stored by Meri."""
        headers = {"Authorization": f"Bearer {self.house.tokens['Meri']}", "Content-Type": "application/pdf"}
        headers |= {"Accept-Language": language}
        aino = self.client.get("/api/cases/2027-0001", headers=headers).json()["participants"]
        whose = next(one["id"] for one in aino if "party" in one["roles"])
        return self.client.post("/api/cases/2027-0001/scans", params={"whose": whose}, content=content, headers=headers)


def snippet() -> str:
    [found] = re.findall(
        r"## Behind nginx\n.*?```nginx\n(.*?)```", (HOUSE / "SECURITY.md").read_text("utf-8"), re.DOTALL
    )
    return str(found)


def set_up(folder: Path, server: str, http: int, https: int) -> None:
    """The file of SECURITY.md with the names, ports and paths of this test put in, and nothing else changed."""
    certify(folder)
    own = {
        "server 127.0.0.1:8000;": f"server {server.removeprefix('http://')};",
        "    listen [::]:80;\n": "",
        "    listen [::]:443 ssl;\n": "",
        "listen 80;": f"listen 127.0.0.1:{http};",
        "listen 443 ssl;": f"listen 127.0.0.1:{https} ssl;",
        "/etc/ssl/mediation": str(folder),
        "/var/log/nginx/mediation.log crit;": f"{folder}/mediation.log warn;",
    }
    text = snippet()
    for theirs, ours in own.items():
        assert text.count(theirs) >= 1, theirs
        text = text.replace(theirs, ours)
    (folder / "mediation.conf").write_text(text, "utf-8")
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder), "utf-8")


def certify(folder: Path) -> None:
    """A certificate of this machine's own."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    names = x509.SubjectAlternativeName([x509.DNSName("127.0.0.1"), x509.DNSName(NAME)])
    certificate = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "privkey.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))


@contextmanager
def running(folder: Path, https: int) -> Iterator[httpx.Client]:
    """nginx, and somebody who asks it."""
    # The folder is named to nginx once more, for it writes there before it has read its file.
    command = [tool("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "start.log")]
    trust = ssl.create_default_context(cafile=str(folder / "fullchain.pem"))
    trust.check_hostname = False
    with (
        subprocess.Popen(command) as nginx,
        httpx.Client(base_url=f"https://127.0.0.1:{https}", verify=trust, timeout=60, headers={"Host": NAME}) as client,
    ):
        try:
            wait_for(client, nginx, folder)
            yield client
        finally:
            nginx.terminate()
            nginx.wait(timeout=30)


def wait_for(client: httpx.Client, nginx: "subprocess.Popen[bytes]", folder: Path) -> None:
    for _ in range(600):
        assert nginx.poll() is None, (folder / "start.log").read_text("utf-8")
        try:
            client.get("/livez")
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("nginx does not answer")


@pytest.fixture
def proxied(sqlite_house: House, tmp_path: Path) -> Iterator[Proxied]:
    """Behind nginx, as an installation in production has it."""
    tool("nginx")
    case_in(sqlite_house, "opening", ready=False)
    installation = sqlite_house.installation
    settings = replace(installation.settings, base_url=f"https://{NAME}", trusted_proxy="127.0.0.1")
    folder, http, https = tmp_path / "nginx", free_port(), free_port()
    folder.mkdir()
    with served(create_app(replace(installation, settings=settings)), trusted_proxies(settings)) as address:
        set_up(folder, address, http, https)
        with running(folder, https) as client:
            yield Proxied(client, folder, sqlite_house)


def whole_pdf(size: int) -> bytes:
    """A PDF of one page that is whole, and `size` bytes long: what is written on it is mostly blanks."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> >>",
    ]
    blanks = b" " * (size - 700)
    parts.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(blanks), blanks))
    written, places = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(written)
    return written + table + end.rjust(size - len(written) - len(table), b"\n")


def test_a_scan_of_nine_megabytes_gets_through_and_is_never_on_the_disk_of_the_proxy(proxied: Proxied) -> None:
    """H38. By itself nginx lets 1 MB through."""
    scan = whole_pdf(9 * MIB)
    assert len(scan) == 9 * MIB
    stored = proxied.scan(scan)
    assert stored.status_code == 201, stored.text
    assert "temporary file" not in (proxied.folder / "mediation.log").read_text("utf-8")


@pytest.mark.seconds
@pytest.mark.parametrize("language", LANGUAGES)
def test_too_large_bodies_are_refused_in_our_words_by_proxy_and_server(proxied: Proxied, language: str) -> None:
    """H38. A little too large for us, and too large for nginx: the same problem, in the reader's language, and no HTML."""
    for size in (SCAN_LIMIT + 1, 14 * MIB, 14 * MIB + 1, 40 * MIB):
        refused = proxied.scan(b"%PDF-" + b" " * (size - 5), language)
        assert (refused.status_code, refused.headers["content-type"]) == (413, "application/problem+json"), size
        told = refused.json()
        assert (told["type"], told["status"]) == ("/problems/body-too-large", 413)
        assert told["title"] == say("problem.too-large", language)
        assert told["detail"].split(".")[-2] == say("error.body-too-large", language, limit=1).split(".")[-2]


def test_small_limits_hold_through_the_proxy_too(proxied: Proxied) -> None:
    """H38. The server's own refusals reach the client, not a 502."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {proxied.house.tokens['Meri']}"}
    for path, limit in (("/api/sign-in/links", ANONYMOUS_BODY_LIMIT), ("/api/cases", BODY_LIMIT)):
        for size in (limit + 1, limit + MIB, 13 * MIB):
            refused = proxied.client.post(path, content=b" " * size, headers=headers)
            [error] = problem(refused, 413, "body-too-large")["errors"]
            assert error["limit"] == limit


def test_nobody_evades_a_limit_by_a_header_and_the_session_is_for_https_alone(proxied: Proxied) -> None:
    """H11 and H38. The address that nginx has seen counts."""
    statuses = [
        proxied.client.post(
            "/api/sign-in/sessions", json={"secret": "x"}, headers={"X-Forwarded-For": f"198.51.100.{one}"}
        ).status_code
        for one in range(WRONG.burst + 1)
    ]
    assert statuses == [401] * WRONG.burst + [429]
    answer = proxied.client.get("/healthz")
    assert answer.status_code == 200
    assert "max-age" in answer.headers["strict-transport-security"]
    assert "server" not in answer.headers or "/" not in answer.headers["server"]


def test_plain_http_leads_to_https_and_a_header_that_is_too_long_does_not_get_through(proxied: Proxied) -> None:
    """H38. nginx holds the first lines of a request to the same length as we do."""
    text = (proxied.folder / "mediation.conf").read_text("utf-8")
    [port] = re.findall(r"listen 127\.0\.0\.1:(\d+);", text)
    moved = httpx.get(f"http://127.0.0.1:{port}/sign-in", headers={"Host": NAME})
    assert (moved.status_code, moved.headers["location"]) == (301, f"https://{NAME}/sign-in")
    assert proxied.client.get("/livez", headers={"Accept-Language": "a" * 60_000}).status_code == 400


def test_an_unreachable_server_is_answered_as_a_problem(sqlite_house: House, tmp_path: Path) -> None:
    """H38. So that a page can say so in words."""
    folder, https = tmp_path / "nginx", free_port()
    folder.mkdir()
    tool("nginx")
    set_up(folder, f"http://127.0.0.1:{free_port()}", free_port(), https)
    with running(folder, https) as client:
        answer = client.get("/api/cases", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    told = answer.json()
    assert (told["type"], told["title"]) == ("/problems/not-ready", say("problem.unavailable", "en"))
    assert answer.headers["retry-after"] == "30"
