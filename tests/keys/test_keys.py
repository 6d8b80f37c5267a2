"""The master key: lost and restored by any two of three holders, changed for a new one, and never in the way of a reader."""

import os
import resource
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, event, func, insert, select

from mediation.__main__ import main
from mediation.errors import BadSetup, MediationError
from mediation.installation import key_commands
from mediation.installation.installation import Installation, open_installation
from mediation.keys import key_table, master_key
from mediation.keys.key_table import keys as stored_keys
from mediation.keys.keyring import INSTALLATION, DeletionClock, KeyName, Keyring, all_wrapped_with
from mediation.keys.master_key import KEY_BYTES, MasterKey, find_master_key, load_master_key, new_master_key
from mediation.keys.recovery_kit import HOLDERS, LINES, Share, is_confirmed, read_share, restore, split, write_share
from mediation.keys.rewrapping import Rewrapping
from mediation.people.directory import add_person, find_by_email, person_name
from mediation.settings import Settings
from mediation.store.database import open_engine
from tests.databases import FreshDatabases
from tests.killed import Steps, killed_at, steps_of
from tests.rotation import part_of

KEY = new_master_key()
KIT = split(KEY)
Run = Callable[..., tuple[int, str, str]]


def named(*shares: Share) -> dict[str, Share]:
    return {f"share {one.number}": one for one in shares}


def refusal(code: str, work: Callable[[], Any]) -> dict[str, object]:
    """The details of a refusal with this code."""
    with pytest.raises(MediationError) as refused:
        work()
    assert refused.value.code == code
    return refused.value.details


# The kit.


@pytest.mark.parametrize("two", [*combinations(KIT, 2)], ids=["12", "13", "23"])
def test_any_two_of_three_restore_the_key(two: tuple[Share, Share]) -> None:
    assert restore(named(*two)) == KEY
    assert restore(named(*reversed(two)), name=KEY.name) == KEY


@given(st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES), st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES))
def test_of_one_share_alone_every_key_is_as_likely_as_any_other(secret: bytes, other: bytes) -> None:
    # For each holder and each other key there is exactly one part, unknown to them, that would make it that key.
    for share in split(MasterKey(secret)):
        one, two = share.parts.values()
        missing = bytes(a ^ b ^ c for a, b, c in zip(other, one, two, strict=True))
        rest = [number for number in HOLDERS if number != share.number]
        guessed = replace(share, name=MasterKey(other).name[:12])
        friend = Share(rest[0], guessed.name, {rest[1]: share.parts[rest[1]], share.number: missing})
        assert restore(named(guessed, friend)).secret == other


def test_one_share_is_not_enough_and_neither_is_the_same_one_twice() -> None:
    refusal("shares-needed", lambda: restore(named(KIT[0])))
    refusal("shares-needed", lambda: restore({"mine": KIT[0], "mine again": KIT[0]}))


@pytest.mark.parametrize("share", KIT, ids=HOLDERS)
def test_a_share_is_read_as_people_type_it(share: Share) -> None:
    written = write_share(share)
    assert read_share(written, "x") == share
    typed = written.lower().replace("-", " ").replace("o", "0").replace("i", "1").replace("b", "8")
    lines = [line.partition(":")[2] for line in typed.splitlines()]
    assert read_share("\n".join(lines), "x") == share
    assert read_share(key_commands._on_paper(share), "x") == share


@pytest.mark.parametrize("line", range(LINES))
@pytest.mark.parametrize("share", KIT, ids=HOLDERS)
def test_a_damaged_share_is_refused_by_name_and_line(share: Share, line: int) -> None:
    lines = write_share(share).splitlines()
    for place in range(3, len(lines[line])):
        letter = lines[line][place]
        if letter != "-":
            wrong = lines[line][:place] + ("A" if letter != "A" else "C") + lines[line][place + 1 :]
            text = "\n".join([*lines[:line], wrong, *lines[line + 1 :]])
            assert refusal("share-damaged", lambda text=text: read_share(text, "Tuula")) == {
                "share": "Tuula",
                "line": line + 1,
            }


def test_lines_in_another_order_or_of_another_share_are_damage() -> None:
    one, two = (write_share(share).splitlines() for share in KIT[:2])
    assert refusal("share-damaged", lambda: read_share("\n".join([one[1], one[0], *one[2:]]), "x"))["line"] == 1
    mixed = read_share("\n".join([two[0], *one[1:]]), "x")  # each line is whole: what is wrong shows with another share
    assert refusal("share-foreign", lambda: restore({"mixed": mixed, "third": KIT[2]}, name=KEY.name))["share"]


@pytest.mark.parametrize("text", ["", "no share", "\n".join(write_share(KIT[0]).splitlines()[:3]), "9" * 171])
def test_what_is_no_share_is_refused_by_name(text: str) -> None:
    assert refusal("share-unreadable", lambda: read_share(text, "notes.txt")) == {"share": "notes.txt"}


def test_a_foreign_share_is_refused_by_name() -> None:
    other_key, other_kit = split(new_master_key()), split(KEY)
    for foreign in (other_key[1], other_kit[1]):
        shares = {"Aino": KIT[0], "Pekka": foreign}
        assert refusal("share-foreign", lambda shares=shares: restore(shares, name=KEY.name)) == {"share": "Pekka"}
    both = {"Aino": other_key[0], "Pekka": other_key[1]}
    assert refusal("share-foreign", lambda: restore(both, name=KEY.name)) == {"share": "Aino"}


# The commands.

PRODUCTION = {
    "MEDIATION_MODE": "production",
    "MEDIATION_BASE_URL": "https://sovittelu.example.org",
    "MEDIATION_MAIL": "smtp://post.example.org",
    "MEDIATION_MAIL_FROM": "sovittelu@example.org",
    "MEDIATION_TRUSTED_PROXY": "127.0.0.1",
}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line on an installation of its own; gives exit status, output and error."""

    def run(*argv: str, **environment: str) -> tuple[int, str, str]:
        monkeypatch.setenv("MEDIATION_HOME", str(tmp_path / "home"))
        for name in ("MEDIATION_DATABASE_URL", "MEDIATION_KEYS_URL", *PRODUCTION):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        status = main(argv)
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def shares_in(home: Path, name: str = "") -> list[str]:
    return sorted(map(str, (home / "recovery-kit").glob(f"share-*{name}.txt")))


def test_init_makes_the_key_with_a_kit_for_three_holders(run: Run, home: Path) -> None:
    status, out, _ = run("keys", "init")
    assert (status, len(shares_in(home))) == (0, 3)
    assert all(path in out for path in shares_in(home))
    for path in (home / "master.key", *map(Path, shares_in(home))):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    key = load_master_key(home / "master.key")
    for two in combinations(shares_in(home), 2):
        assert restore({path: read_share(Path(path).read_text(), path) for path in two}) == key
    told = Path(shares_in(home)[0]).read_text("utf-8")
    assert all(words in told for words in ("Säilytä", "Förvara", "Keep this share"))
    assert key.secret.hex() not in out + told


def test_init_overwrites_no_key_and_replaces_none_that_was_lost(run: Run, home: Path) -> None:
    run("keys", "init")
    kept = (home / "master.key").read_text()
    assert run("keys", "init")[0] == 2
    assert ((home / "master.key").read_text(), len(shares_in(home))) == (kept, 3)
    run("organisations", "add", "Esimerkkilä")
    (home / "master.key").unlink()
    status, _, error = run("keys", "init")
    assert (status, "keys recover" in error, (home / "master.key").exists()) == (2, True, False)


def test_the_kit_is_confirmed_when_all_three_were_read_back(run: Run, home: Path) -> None:
    run("keys", "init")
    key = load_master_key(home / "master.key")
    shares = shares_in(home)
    for too_few in (shares[:1], shares[:2], [shares[0], shares[1], shares[1]]):
        assert run("keys", "confirm", *too_few)[0] == 2
    assert not is_confirmed(home / "master.key", key)
    status, out, _ = run("keys", "confirm", *reversed(shares))
    assert (status, is_confirmed(home / "master.key", key)) == (0, True)
    assert all(path in out for path in shares)  # they still lie where the key lies
    assert not is_confirmed(home / "master.key", new_master_key())


def test_shares_are_typed_where_no_files_are_named(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("keys", "init")
    lines = [line for path in shares_in(home) for line in Path(path).read_text().splitlines()[-LINES:]]
    typed = iter([*lines[:3], "AAAA-BBBB", *lines])  # the first share once wrong, and asked for again
    monkeypatch.setattr(key_commands, "getpass", lambda prompt: next(typed))
    assert run("keys", "confirm")[0] == 0


def test_in_production_nothing_is_served_before_the_kit_is_confirmed(run: Run, home: Path) -> None:
    for argv in (["serve", "--port", "0"], ["organisations", "add", "Esimerkkilä"]):
        status, _, error = run(*argv, **PRODUCTION)
        assert (status, "keys init" in error, (home / "master.key").exists()) == (2, True, False)
    run("keys", "init", **PRODUCTION)
    assert run("organisations", "add", "Esimerkkilä", **PRODUCTION)[0] == 0
    status, _, error = run("serve", "--port", "0", **PRODUCTION)
    assert (status, "keys confirm" in error, error.count("\n")) == (2, True, 1)
    assert run("keys", "check", **PRODUCTION)[0] == 1
    assert run("keys", "check")[0] == 0
    run("keys", "confirm", *shares_in(home))
    assert run("keys", "check", **PRODUCTION)[0] == 0
    run("keys", "rotate", **PRODUCTION)
    assert run("serve", "--port", "0", **PRODUCTION)[0] == 2
    assert run("keys", "check", MEDIATION_MODE="sometimes")[0] == 2


def test_a_confirmed_installation_is_served_in_production(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[int] = []
    monkeypatch.setattr("uvicorn.Server.run", lambda self, sockets: served.append(len(sockets)))
    run("keys", "init")
    run("keys", "confirm", *shares_in(home))
    assert (run("serve", "--port", "0", **PRODUCTION)[0], served) == (0, [1])


@pytest.mark.parametrize("lost", HOLDERS)
def test_a_lost_master_key_comes_back_with_the_shares_of_any_two(run: Run, home: Path, lost: int) -> None:
    run("keys", "init")
    run("people", "add", "Aino", "--language", "fi", "--email", "aino@example.org")
    kept = (home / "master.key").read_bytes()
    (home / "master.key").unlink()
    two = [path for path in shares_in(home) if f"share-{lost}-" not in path]
    assert run("keys", "recover", two[0])[0] == 2
    assert run("keys", "recover", *two)[0] == 0
    assert ((home / "master.key").read_bytes(), run("keys", "check")[0]) == (kept, 0)
    assert stat.S_IMODE((home / "master.key").stat().st_mode) == 0o600
    assert run("keys", "recover", *two)[0] == 2  # it is there, and not overwritten


def test_shares_of_a_key_that_was_changed_bring_nothing_back(run: Run, home: Path) -> None:
    run("keys", "init")
    run("organisations", "add", "Esimerkkilä")
    old = shares_in(home)
    assert run("keys", "rotate")[0] == 0
    new = sorted({*shares_in(home)} - {*old})
    (home / "master.key").unlink()
    status, _, error = run("keys", "recover", *old[:2])
    assert (status, Path(old[0]).name in error, (home / "master.key").exists()) == (2, True, False)
    status, _, error = run("keys", "recover", new[0], old[1])
    assert (status, Path(old[1]).name in error) == (2, True)
    assert run("keys", "recover", *new[1:])[0] == 0
    assert run("keys", "check")[0] == 0


def test_the_kit_alone_opens_no_key_store_that_has_lost_its_epoch_key(run: Run, home: Path) -> None:
    """H16. What opens is a copy of the key store with its epoch key, once the kit has brought the master key back."""
    run("keys", "init")
    run("people", "add", "Aino", "--language", "fi", "--email", "aino@example.org")
    epoch = (home / "epoch.key").read_bytes()
    for name in ("epoch.key", "master.key"):
        (home / name).unlink()
    status, _, error = run("keys", "recover", *shares_in(home)[:2])
    assert (status, "epoch key is missing" in error, (home / "master.key").exists()) == (2, True, False)
    (home / "epoch.key").write_bytes(epoch)
    (home / "epoch.key").chmod(0o600)
    assert run("keys", "recover", *shares_in(home)[:2])[0] == 0
    assert run("keys", "check")[0] == 0


def test_a_rotation_puts_copies_of_the_key_store_and_of_its_epoch_key_out_of_reach(run: Run, home: Path) -> None:
    """H16. The epoch key of yesterday is wrapped by a master key that is gone."""
    run("keys", "init")
    run("organisations", "add", "Esimerkkilä")
    old = {name: (home / name).read_bytes() for name in ("epoch.key", "master.key")}
    assert run("keys", "rotate")[0] == 0
    now = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file() and "recovery-kit" not in path.parts)
    assert old["master.key"].strip() not in now
    assert old["epoch.key"].split()[2] not in now
    (home / "epoch.key").write_bytes(old["epoch.key"])
    status, _, error = run("keys", "check")
    assert (status, "epoch key" in error) == (2, True)


# Rotation.


@contextmanager
def opened(settings: Settings) -> Iterator[Installation]:
    installation = open_installation(settings)
    try:
        yield installation
    finally:
        installation.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def keys_url(request: pytest.FixtureRequest, home: Path) -> str:
    """Where the keys lie; the test runs once with each kind of store."""
    if request.param == "sqlite":
        return f"sqlite:///{home}/keys.db"
    fresh: FreshDatabases = request.getfixturevalue("fresh_postgres")
    return fresh()


def fill(keyring: Keyring, count: int) -> None:
    """Many keys, written at once."""
    wrapped = [
        {
            **KeyName(f"case-{number}", DeletionClock.CONTENT)._asdict(),
            "master": keyring.wrapping.name,
            "wrapped": aes_key_wrap(keyring.wrapping.secret, os.urandom(KEY_BYTES)),
        }
        for number in range(count)
    ]
    with keyring.writing() as connection:
        connection.execute(insert(stored_keys), wrapped)


def content_of(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in home.glob("mediation.db*")}


@pytest.mark.seconds
def test_ten_thousand_keys_are_wrapped_again_in_seconds_and_no_content_is_touched(home: Path, keys_url: str) -> None:
    settings = Settings.under(home, {"keys_url": keys_url})
    with opened(settings) as installation, installation.database.writing() as db:
        add_person(db, "Aino", "fi", "aino@example.org")
        fill(installation.keyring, 10_000)
        seal = installation.seal_key.certificate
    before, old = content_of(home), load_master_key(settings.master_key_file)
    with opened(settings) as installation:
        keys = installation.keyring.read("case-77")
        began = time.perf_counter()
        assert installation.keyring.rotate(fresh := new_master_key()) == 10_002
        assert time.perf_counter() - began < 10
        assert installation.keyring.read("case-77") == keys
    assert content_of(home) == before
    assert load_master_key(settings.master_key_file) == fresh != old
    assert list(home.glob("master.key*")) == [settings.master_key_file]
    with opened(settings) as again, again.database.reading() as db:
        aino = find_by_email(db, "Aino@example.org")
        assert aino is not None
        assert (person_name(db, aino), again.seal_key.certificate) == ("Aino", seal)
        assert again.keyring.read("case-77") == keys
    settings.master_key_file.write_text(old.secret.hex())
    assert refusal("master-key-wrong", lambda: open_installation(settings)) == {}


def test_a_server_that_runs_follows_the_new_master_key(home: Path, keys_url: str) -> None:
    settings = Settings.under(home, {"keys_url": keys_url})
    first, second = KeyName("one", DeletionClock.CONTENT), KeyName("two", DeletionClock.CONTENT)
    with opened(settings) as server:
        server.keyring.make([first])
        kept = server.keyring.read("one")
        with opened(settings) as other:
            other.keyring.rotate(new_master_key())
        server.keyring.make([second])
        assert (server.keyring.read("one"), len(server.keyring.read("two"))) == (kept, 1)
    with opened(settings) as again:
        assert again.keyring.read("one") == kept
        assert again.keyring.read("two")[second]


def test_keys_made_and_read_while_the_master_key_changes_are_never_lost(home: Path, keys_url: str) -> None:
    settings = Settings.under(home, {"keys_url": keys_url})
    wrong: list[BaseException] = []
    stop = threading.Event()
    made: list[str] = []

    def busy(keyring: Keyring, name: str) -> None:
        try:
            while not stop.is_set():
                case = f"{name}-{len(made)}"
                keyring.make([KeyName(case, DeletionClock.CONTENT)])
                assert keyring.read(case)
                made.append(case)
        except BaseException as error:
            wrong.append(error)

    with ExitStack() as open_now:
        servers = [open_now.enter_context(opened(settings)) for _ in range(2)]
        threads = [threading.Thread(target=busy, args=(one.keyring, f"s{at}")) for at, one in enumerate(servers)]
        for one in threads:
            one.start()
        for _ in range(5):
            with opened(settings) as other:
                other.keyring.rotate(new_master_key())
        stop.set()
        for one in threads:
            one.join()
    assert (wrong, bool(made)) == ([], True)
    with opened(settings) as again:
        assert all(None not in again.keyring.read(case).values() for case in made)


def test_a_destroyed_key_is_gone_from_every_byte_of_the_store_and_never_comes_back(home: Path) -> None:
    settings, name = Settings.under(home), KeyName("case", DeletionClock.PRIVATE, "aino")
    with opened(settings) as installation:
        keyring = installation.keyring
        keyring.make([name])
        with keyring.engine.connect() as connection:
            wrapped: bytes = connection.scalar(select(stored_keys.c.wrapped).where(stored_keys.c.owner == "aino"))
        assert wrapped in b"".join(path.read_bytes() for path in home.glob("keys.db*"))
        for _ in range(2):
            keyring.destroy([name, KeyName("case", DeletionClock.NOTES, "meri")], "2027-09-07T09:00:00+00:00")
        assert keyring.purge()
        assert wrapped not in b"".join(path.read_bytes() for path in home.glob("keys.db*"))
        keyring.make([name, KeyName("case", DeletionClock.NOTES, "meri")])
        assert set(keyring.read("case").values()) == {None}
        assert set(keyring.destroyed("case").values()) == {"2027-09-07T09:00:00+00:00"}
        keyring.rotate(new_master_key())
        assert set(keyring.read("case").values()) == {None}


def test_a_destroyed_key_does_not_come_back_with_a_rotation_at_the_same_moment(
    home: Path, fresh_postgres: FreshDatabases
) -> None:
    settings, name = Settings.under(home, {"keys_url": fresh_postgres()}), KeyName("case", DeletionClock.CONTENT)
    with opened(settings) as one, opened(settings) as other:
        one.keyring.make([name])
        rotating = threading.Thread(target=lambda: one.keyring.rotate(new_master_key()))
        destroying = threading.Thread(target=lambda: other.keyring.destroy([name], "2027-09-07T09:00:00+00:00"))
        for thread in (rotating, destroying):
            thread.start()
        for thread in (rotating, destroying):
            thread.join()
        assert one.keyring.read("case") == other.keyring.read("case") == {name: None}


def test_a_rotation_that_was_cut_short_left_its_key_beside_and_the_next_one_clears_it_away(home: Path) -> None:
    settings, lost = Settings.under(home), new_master_key()
    with opened(settings) as installation:
        key = installation.keyring.master
    master_key.write_next_master_key(settings.master_key_file, lost)
    assert find_master_key(settings.master_key_file, lost.name) == lost
    with opened(settings) as installation:
        assert installation.keyring.master == key
        installation.keyring.rotate(fresh := new_master_key())
    assert list(home.glob("master.key*")) == [settings.master_key_file]
    assert load_master_key(settings.master_key_file) == fresh


# Killed on the way.


@contextmanager
def keyring_of(settings: Settings) -> Iterator[Keyring]:
    """The key store alone, opened as an installation opens it."""
    keyring = Keyring(open_engine(settings.keys_url), load_master_key(settings.master_key_file))
    keyring.prepare()
    yield keyring
    keyring.engine.dispose()


def rotate(steps: Steps, settings: Settings) -> None:
    """Rotate the master key: a step at each statement, commit and change of a file."""
    key_table.LOT = 2  # in this process alone
    with keyring_of(settings) as keyring:
        for moment in ("before", "after"):
            event.listen(
                Engine, f"{moment}_cursor_execute", lambda *given: steps.reach(f"a statement: {given[2][:40]}")
            )
        event.listen(Engine, "commit", lambda connection: steps.reach("commit"))
        steps.watch(os, "open", "fsync", "link", "replace", "unlink", "rename")
        keyring.rotate(new_master_key())
        steps.reach("the end")


@pytest.mark.seconds
@pytest.mark.part
def test_killed_at_any_step_of_a_rotation_the_installation_opens_and_rotates_again(tmp_path: Path) -> None:
    settings = Settings.under(tmp_path / "template")
    with opened(settings) as installation, installation.database.writing() as db:
        add_person(db, "Aino", "fi", "aino@example.org")
        installation.keyring.make([KeyName("case", DeletionClock.CONTENT)])
        keys, derived = installation.keyring.read("case"), installation.keyring.derive("email")
    steps = steps_of(rotate, Settings.under(copytree(settings.home, tmp_path / "counted")))
    assert {"commit", "before fsync", "before link"} <= {*steps}
    outcomes: dict[bool, Settings] = {}
    ends = {0, len(steps) - 1}  # before anything, and when all is done
    for step in sorted({*part_of(range(len(steps)), 4, "killed in a rotation"), *ends}):
        here = Settings.under(copytree(settings.home, tmp_path / f"killed-{step}"))
        killed_at(step, rotate, here)
        with keyring_of(here) as again:
            outcomes[again.master == installation.keyring.master] = here
            for _ in range(2):
                assert (again.read("case"), again.derive("email")) == (keys, derived), steps[step]
                again.rotate(new_master_key())
        assert list(here.home.glob("master.key*")) == [here.master_key_file]
    assert outcomes.keys() == {True, False}
    for here in outcomes.values():
        with opened(here) as opened_again, opened_again.database.reading() as db:
            assert find_by_email(db, "aino@example.org") is not None


def test_a_missing_or_wrong_key_beside_changed_keys_is_refused(home: Path) -> None:
    settings = Settings.under(home)
    with opened(settings) as installation:
        installation.keyring.make([KeyName("case", DeletionClock.CONTENT)])
    engine = open_engine(settings.keys_url)
    keyring = Keyring(engine, MasterKey(os.urandom(KEY_BYTES)))
    with pytest.raises(BadSetup, match="master-key-wrong"):
        keyring.read("case")
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(stored_keys)) == 3
    engine.dispose()
    assert INSTALLATION.case_id == ""


# A disk that is full.


def _on_a_full_disk(settings: Settings, most: int, *argv: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process that may write no file of more bytes than `most`: to it, the disk is full."""
    environment = {**os.environ, "MEDIATION_HOME": str(settings.home)}
    for name in ("MEDIATION_DATABASE_URL", "MEDIATION_KEYS_URL", "MEDIATION_MAIL", "MEDIATION_MODE"):
        environment.pop(name, None)
    return subprocess.run(
        [sys.executable, "-m", "mediation", *argv],
        env=environment,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.seconds
def test_a_rotation_on_a_full_disk_is_refused_plainly_and_goes_on_once_there_is_room(home: Path) -> None:
    """H37. The kit cannot be written, or the keys cannot be wrapped again; the kit of a key that is in use is kept."""
    settings = Settings.under(home)
    with opened(settings) as installation:
        fill(installation.keyring, 3_000)
        installation.keyring.purge()
        before = {path.name: path.read_bytes() for path in home.glob("*.key*")}
        # The log is there and held open, so that little needs to be written but what a rotation writes.
        kit = _on_a_full_disk(settings, 1_000, "keys", "rotate")
        assert not (home / "recovery-kit").exists()
        assert {path.name: path.read_bytes() for path in home.glob("*.key*")} == before
        wrapping = _on_a_full_disk(settings, 100_000, "keys", "rotate")
        assert len(installation.keyring.read("case-77")) == 1
    for done in (kit, wrapping):
        assert (done.returncode, done.stderr.count("\n"), "Traceback" in done.stderr) == (2, 1, False), done.stderr
        assert "could not be written" in kit.stderr
        assert "disk" in wrapping.stderr
    assert ("is in use" in wrapping.stdout, len(shares_in(home))) == (True, 3)
    with opened(settings) as installation:
        assert all_wrapped_with(installation.keyring.engine) == {installation.keyring.wrapping.name}
        assert len(installation.keyring.read("case-77")) == 1
        assert installation.keyring.master.name[:12] in shares_in(home)[0]
    assert [path.name for path in sorted(home.glob("*.key*"))] == sorted(before)
    assert not {path.read_bytes() for path in home.glob("*.key*")} & {*before.values()}


@pytest.mark.seconds
def test_a_first_key_on_a_full_disk_is_refused_plainly_and_leaves_nothing_half_made(home: Path) -> None:
    """H37."""
    home.mkdir()
    done = _on_a_full_disk(Settings.under(home), 1_000, "keys", "init")
    assert (done.returncode, done.stderr.count("\n"), "Traceback" in done.stderr) == (2, 1, False), done.stderr
    assert not (home / "recovery-kit").exists()
    assert not (home / "master.key").exists()


def test_a_first_start_that_cannot_write_its_key_is_refused_plainly(
    home: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H37. Nothing is left that a start with room on the disk would stumble over."""

    def fails(*given: object) -> None:
        raise OSError(28, "No space left on device", "master.key")

    monkeypatch.setattr(os, "link", fails)
    status, _, error = run("organisations", "add", "Esimerkkilä")
    assert (status, error.count("\n"), "could not be written" in error) == (2, 1, True)
    monkeypatch.undo()
    monkeypatch.setenv("MEDIATION_HOME", str(home))
    assert run("organisations", "add", "Esimerkkilä")[0] == 0


def test_a_kit_is_kept_when_the_key_was_changed_before_something_failed(
    home: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H37. It would be the only one there is."""
    run("keys", "init")
    run("organisations", "add", "Esimerkkilä")
    old = shares_in(home)

    calls, settled = iter([True]), Rewrapping._promote_and_tidy

    def fails(self: Rewrapping) -> None:
        if not next(calls, False):  # at the start all is well
            raise OSError(28, "No space left on device")
        settled(self)

    monkeypatch.setattr(Rewrapping, "_promote_and_tidy", fails)
    assert run("keys", "rotate")[0] == 2
    monkeypatch.undo()
    monkeypatch.setenv("MEDIATION_HOME", str(home))
    new = sorted({*shares_in(home)} - {*old})
    assert len(new) == 3
    assert run("keys", "check")[0] == 0
    (home / "master.key").unlink()
    assert run("keys", "recover", *new[:2])[0] == 0
    assert run("keys", "check")[0] == 0
