"""Starting: what is looked at before anything is served, what a command imports, and what it does with what it knows."""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from inspect import signature
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest

from demo.play import STORIES
from mediation.__main__ import _parser, main
from mediation.installation.installation import open_installation
from mediation.installation.starting import reached_at
from mediation.people.directory import OFFICES
from mediation.settings import KNOWN, UNPREFIXED, Settings
from tests.installation.test_command_line import COMMANDS
from tests.processes import address_in, process, said

HTTPS = "https://sovittelu.example.org"
PRODUCTION = {
    "MODE": "production",
    "BASE_URL": HTTPS,
    "TRUSTED_PROXY": "127.0.0.1",
}  # all that it insists on, but a confirmed kit
POST = {"MAIL": "smtp://post", "MAIL_FROM": "sovittelu@example.org"}

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, home: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line with these settings and no others; its exit status, output and errors."""

    def run(*argv: str, **settings: str) -> tuple[int, str, str]:
        for name in (*UNPREFIXED, *KNOWN):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("MEDIATION_HOME", str(home))
        for name, value in settings.items():
            monkeypatch.setenv(f"MEDIATION_{name}", value)
        status = main(argv)
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often a server would have gone on to serve."""
    times: list[int] = []
    monkeypatch.setattr("uvicorn.Server.run", lambda self, sockets: times.append(len(sockets)))
    return times


def shares(home: Path) -> list[str]:
    return sorted(map(str, (home / "recovery-kit").iterdir()))


# H21.


@pytest.mark.seconds
def test_links_lead_to_where_the_server_listens_when_nobody_said_otherwise(run: Run, home: Path) -> None:
    """H21. They led to port 8000, wherever the server was."""
    assert run("people", "add", "Aino", "--language", "fi", "--email", "aino@example.org")[0] == 0
    with process(home, "serve", "--port", "0") as server:
        address = address_in(said(server, "Serving on"))
        asked = httpx.post(f"{address}/api/sign-in/links", json={"email": "aino@example.org"})
        assert asked.status_code == 202, asked.text
        end = monotonic() + 60
        while not (letters := list((home / "letters").glob("*.eml"))) and monotonic() < end:
            sleep(0.05)
    assert f"{address}/sign-in#" in letters[0].read_text("utf-8").replace("=\n", "")


def test_an_address_that_was_given_stays_wherever_the_server_listens() -> None:
    """H21."""
    given = Settings.from_environment({"MEDIATION_BASE_URL": "http://127.0.0.1:8000"})
    assert reached_at(given, "http://127.0.0.1:18211") == given
    left_open = Settings.from_environment({})
    assert reached_at(left_open, "http://127.0.0.1:18211").base_url == "http://127.0.0.1:18211"


@pytest.mark.seconds
@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_server_that_listens_everywhere_needs_the_address_where_people_reach_it(
    run: Run, served: list[int], home: Path, host: str
) -> None:
    """H21. A link to 0.0.0.0 leads nowhere."""
    status, _, error = run("serve", "--host", host, "--port", "0")
    assert (status, "MEDIATION_BASE_URL" in error, error.count("\n"), served) == (2, True, 1, [])
    assert not home.exists()
    assert run("serve", "--host", host, "--port", "0", BASE_URL=HTTPS)[0] == 0


@pytest.mark.parametrize("base", [{}, {"BASE_URL": "http://sovittelu.example.org"}], ids=["none", "http"])
@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("deliver",)], ids=" ".join)
def test_in_production_nothing_goes_over_plain_http(
    run: Run, served: list[int], home: Path, command: tuple[str, ...], base: dict[str, str]
) -> None:
    """H21. Its cookie would go without `Secure`, and its letters with links that anybody on the way can use."""
    run("keys", "init")
    run("keys", "confirm", *shares(home))
    unsafe = {name: value for name, value in PRODUCTION.items() if name != "BASE_URL"} | base
    status, out, error = run(*command, **unsafe, **POST)
    assert (status, out, served) == (2, "", [])
    assert "https" in error
    assert error.count("\n") == 1


@pytest.mark.seconds
def test_production_says_at_start_what_somebody_should_know(run: Run, served: list[int], home: Path) -> None:
    """H21."""
    run("keys", "init")
    run("keys", "confirm", *shares(home))
    _, _, error = run("serve", "--port", "0", **PRODUCTION)
    assert "no mail server" in error
    assert str(home / "letters") in error
    _, _, error = run("serve", "--port", "0", MAIL="smtp://post", **PRODUCTION)
    assert "MEDIATION_MAIL_FROM" in error
    assert "no mail server" not in error
    _, _, error = run("serve", "--port", "0", **PRODUCTION, **POST)
    assert error == ""
    assert len(served) == 3
    _, _, error = run("serve", "--port", "0", MODE="production")
    assert ("no mail server" in error, "https" in error) == (True, True)
    _, _, error = run("serve", "--port", "0")
    assert error == ""


# H22.


@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("demo", "--no-serve", "--port", "0")], ids=" ".join)
def test_a_server_that_could_make_no_document_does_not_start(
    run: Run, served: list[int], home: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    """H22. A read-only root without a writable /tmp failed only when an agreement was sent."""
    monkeypatch.setattr(tempfile, "tempdir", str(home / "nowhere"))
    status, out, error = run(*command)
    assert (status, out, error.count("\n"), served) == (2, "", 1, [])
    assert "TMPDIR" in error
    assert not home.exists()


AINO = ("people", "add", "Aino Aalto", "--language", "fi", "--email", "aino@example.org")


@pytest.mark.parametrize(
    "other",
    [
        ("people", "add", "AINO aalto", "--language", "sv", "--email", "AINO@example.org"),
        ("people", "add", "Aino Aalto", "--language", "sv", "--email", "aino@example.org"),
    ],
    ids=["name", "language"],
)
def test_nobody_gets_what_was_meant_for_somebody_else_of_the_same_address(
    run: Run, home: Path, other: tuple[str, ...]
) -> None:
    """H22. The token and the office silently went to the person who had the address already."""
    run("organisations", "add", "Esimerkkilä")
    aino = run(*AINO)[1]
    status, out, error = run(*other, "--office", "hr", "--organisation", "Esimerkkilä", "--token")
    assert (status, out, error.count("\n")) == (2, "", 1)
    assert "Aino" not in error
    assert run(*AINO) == (0, aino, "")
    installation = open_installation(Settings.under(home), make=False)
    with installation.database.engine.connect() as connection:
        for table in ("offices", "tokens"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0
    installation.close()


def test_an_organisation_of_the_same_name_in_another_country_is_said(run: Run) -> None:
    """H22. The country decides which holidays count, and was left as it was without a word."""
    known = run("organisations", "add", "Esimerkkilä")
    status, out, error = run("organisations", "add", "Esimerkkilä", "--country", "SE")
    assert (status, out, error.count("\n")) == (2, "", 1)
    assert run("organisations", "add", "Esimerkkilä") == known


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_two_holders_are_enough_to_serve_again_and_the_way_on_is_said(
    run: Run, served: list[int], home: Path, lost: int
) -> None:
    """H22. Production refused until all three confirmed, which one of them may never do again."""
    production = PRODUCTION | POST
    run("keys", "init", **production)
    run(*AINO, **production)
    run("keys", "confirm", *shares(home), **production)
    for path in home.glob("master.key*"):  # the machine is lost; the databases come from a backup
        path.unlink()
    left = [share for share in shares(home) if f"share-{lost}-" not in share]
    for share in shares(home):
        if share not in left:
            Path(share).unlink()
    status, out, _ = run("keys", "recover", *left, **production)
    assert (status, "keys rotate" in out) == (0, True)
    assert run("serve", "--port", "0", **production)[0] == 0
    assert run("keys", "check", **production)[0] == 0
    for share in left:
        Path(share).unlink()
    assert run("keys", "rotate", **production)[0] == 0
    assert run("serve", "--port", "0", **production)[0] == 2  # a new kit has to be confirmed again
    assert run("keys", "confirm", *shares(home), **production)[0] == 0
    assert run("serve", "--port", "0", **production)[0] == 0
    assert len(served) == 2


# H24.

HEAVY = ("fastapi", "starlette", "uvicorn", "alembic", "typst", "sqlalchemy", "pyhanko", "jinja2", "holidays", "httpx")

LOADED = f"""
import sys
from mediation.__main__ import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print("loaded:", *[name for name in {HEAVY} if name in sys.modules])
"""


@pytest.mark.parametrize(
    "argv",
    [("--help",), ("--version",), (), ("fly",), ("serve", "--port", "x"), ("people", "add", "--help")],
    ids=lambda argv: " ".join(argv) or "nothing",
)
def test_what_only_explains_itself_imports_next_to_nothing(argv: tuple[str, ...]) -> None:
    """H24. Every command imported the whole application: 2.7 s of CPU for `--help`."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *argv], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.splitlines()[-1] == "loaded:", done.stderr


@pytest.mark.seconds
def test_a_command_that_serves_nothing_does_not_import_the_api() -> None:
    """H24."""
    argv = [sys.executable, "-c", LOADED, "visibility", "table"]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=120)
    assert not {"fastapi", "starlette", "uvicorn", "httpx"} & set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_found_where_the_table_says(command: str) -> None:
    """H24. A wrong name would fail only when somebody gives the command."""
    arguments = {"verify": ["--case", "1"], "people add": ["A", "--language", "fi"], "organisations add": ["A"]}
    arguments |= {"people remove-way": ["A", "app"], "keys write-off": ["1"], "organisations logo": ["A"]}
    named = _parser().parse_args(
        [*command.split(), *arguments.get(command, ["mediation"] * (command == "workflow draw"))]
    )
    module, _, function = named.run.partition(":")
    assert list(signature(getattr(import_module(module), function)).parameters) == ["arguments", "settings"]


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert (left.value.code, capsys.readouterr().out.split()[0]) == (0, "mediation")


def test_what_can_be_chosen_is_named_by_the_help_and_checked_when_it_is_given(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    for argv, choices in ((["people", "add"], OFFICES), (["demo"], STORIES)):
        with pytest.raises(SystemExit):
            main([*argv, "--help"])
        told = capsys.readouterr().out
        assert all(one in told for one in choices)
    run("organisations", "add", "Esimerkkilä")
    boss = (*AINO, "--office", "boss", "--organisation", "Esimerkkilä")
    for argv, choices in ((boss, OFFICES), (("demo", "--story", "sad"), STORIES)):
        status, out, error = run(*argv)
        assert (status, out, error.count("\n")) == (2, "", 1)
        assert all(one in error for one in choices)
