"""Backups: whole or not at all, in two parts, with one copy of the keys, also during writes and after a kill."""

import json
import os
import shutil
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mediation.errors import BadSetup
from mediation.installation.backup import Made, back_up
from mediation.installation.copies import Parts, copies_in, drafts_in, forget_copy, locked, read_copy
from mediation.installation.doctor import examine, examine_backup
from mediation.installation.dumps import dump
from mediation.installation.examination import read_only
from mediation.installation.installation import open_installation
from mediation.installation.restore import chosen, finish, restore
from mediation.keys.keyring import wrapped_with
from mediation.keys.master_key import new_master_key
from mediation.settings import Settings
from tests.cases import case_in
from tests.databases import FreshDatabases
from tests.houses import House
from tests.killed import killed_at, steps_of
from tests.rotation import part_of
from tests.safekeeping import elsewhere, refused_where_files_are_short, touching

pytestmark = pytest.mark.usefixtures("programs")


@pytest.fixture
def settings(house: House) -> Settings:
    """An installation with somebody in it, on either database; nobody has it open."""
    house.person("Vilho", office="hr")
    house.installation.close()
    return house.installation.settings


@pytest.fixture
def folders(tmp_path: Path) -> Parts:
    return Parts.under(tmp_path / "backup")


def parts(folders: Parts) -> tuple[Path, Path]:
    return folders.content, folders.keys


def to_mend(settings: Settings, folders: Parts) -> list[str]:
    """What the doctor finds to mend in a backup."""
    return [one.text for _, one in examine_backup(settings, folders) if one.mend]


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_backup_has_two_parts_and_no_master_key(settings: Settings, folders: Parts) -> None:
    made = back_up(settings, folders)
    assert [copies_in(folders.content), copies_in(folders.keys)] == [[made.content.folder], [made.keys.folder]]
    assert {"seal/seal-key.pem", "seal/seal-certificate.pem"} <= set(made.keys.files)
    assert len(made.content.files) == 1
    secret = settings.master_key_file.read_bytes().strip()
    held = everything_in(folders.content.parent)
    assert not [
        name for name, content in held.items() if secret in content or bytes.fromhex(secret.decode()) in content
    ]
    assert to_mend(settings, folders) == []


def test_only_the_owner_reads_a_backup_with_any_umask(settings: Settings, folders: Parts) -> None:
    old = os.umask(0)
    try:
        back_up(settings, folders)
    finally:
        os.umask(old)
    for part in (folders.content, folders.keys):
        for path in (part, *part.rglob("*")):
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_copies_of_the_content_stay_and_only_the_newest_copy_of_the_keys(settings: Settings, folders: Parts) -> None:
    first, second = back_up(settings, folders), back_up(settings, folders)
    assert copies_in(folders.content) == [first.content.folder, second.content.folder]
    assert copies_in(folders.keys) == [second.keys.folder]
    assert [drafts_in(folders.content), drafts_in(folders.keys)] == [[], []]


def test_a_backup_contains_what_is_only_in_the_log(sqlite_house: House, folders: Parts, tmp_path: Path) -> None:
    """H14. While the server runs, the newest acts lie in the log; a copy of the database file has none of them."""
    settings = sqlite_house.installation.settings
    sqlite_house.person("Vilho", office="hr")
    copied = shutil.copy(settings.home / "mediation.db", tmp_path / "copied.db")
    assert b"Esimerkkil" not in Path(copied).read_bytes()
    made = back_up(settings, folders)
    assert b"Esimerkkil" in (made.content.folder / "mediation.db").read_bytes()


@pytest.mark.parametrize("inside", ["", "backup", "deep/backup"])
def test_a_backup_into_the_home_itself_is_refused(settings: Settings, inside: str) -> None:
    before = everything_in(settings.home)
    with pytest.raises(BadSetup, match="backup-in-home"):
        back_up(settings, Parts.under(settings.home / inside))
    assert everything_in(settings.home) == before


def test_a_folder_that_holds_anything_else_is_refused(settings: Settings, tmp_path: Path) -> None:
    def strange(folders: Parts) -> None:
        with pytest.raises(BadSetup, match="backup-folder-strange"):
            back_up(settings, folders)

    mine = tmp_path / "mine"
    (mine / "content").mkdir(parents=True)
    (mine / "letter.txt").write_text("dear")
    strange(Parts.under(mine))
    (mine / "letter.txt").rename(mine / "content" / "letter.txt")
    strange(Parts.under(mine))
    strange(Parts.under(mine / "content" / "letter.txt"))
    strange(Parts(tmp_path / "one", tmp_path / "one"))
    assert everything_in(mine) == {"content/letter.txt": b"dear"}
    assert not (tmp_path / "one").exists()


@pytest.mark.parametrize(("lost", "code"), [("epoch.key", "epoch-key-missing"), ("seal/seal-key.pem", "seal-missing")])
def test_a_backup_without_its_keys_never_replaces_one_that_has_them(
    settings: Settings, folders: Parts, lost: str, code: str
) -> None:
    """H27. Of the keys only the newest copy is kept: the next night would have thrown the last seal away."""
    back_up(settings, folders)
    before = everything_in(folders.content.parent)
    (settings.home / lost).unlink()
    with pytest.raises(BadSetup, match=code):
        back_up(settings, folders)
    assert everything_in(folders.content.parent) == before


def test_a_backup_of_an_older_key_store_never_replaces_the_newer_one(
    sqlite_house: House, folders: Parts, tmp_path: Path
) -> None:
    """H28. After last night's keys were put back by mistake, the next backup lost the newer ones."""
    settings = sqlite_house.installation.settings
    sqlite_house.installation.close()
    shutil.copy(settings.home / "keys.db", tmp_path / "keys.db")
    sqlite_house.installation = open_installation(settings, clock=sqlite_house.clock)
    case_in(sqlite_house, "preparation")
    sqlite_house.installation.close()
    back_up(settings, folders)
    before = everything_in(folders.content.parent)
    shutil.copy(tmp_path / "keys.db", settings.home / "keys.db")
    with pytest.raises(BadSetup, match="keys-behind"):
        back_up(settings, folders)
    assert everything_in(folders.content.parent) == before


def test_two_backups_at_once_do_not_take_each_others_drafts(settings: Settings, folders: Parts) -> None:
    back_up(settings, folders)
    (folders.keys / ".draft-2027-01-01T000000.000000Z").mkdir()
    with locked(folders.keys), pytest.raises(BadSetup, match="backup-busy"):
        back_up(settings, folders)
    assert drafts_in(folders.keys)
    back_up(settings, folders)
    assert not drafts_in(folders.keys)


def test_a_full_disk_is_refused_and_older_copies_stay(settings: Settings, folders: Parts) -> None:
    back_up(settings, folders)
    before = everything_in(folders.content.parent)
    refused = refused_where_files_are_short(40_000, back_up, settings, folders)
    assert refused is not None
    assert refused.code in {"backup-disk-full", "database-tool-failed"}
    assert everything_in(folders.content.parent) == before
    assert to_mend(settings, folders) == []


def test_a_folder_that_cannot_be_written_is_named(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadSetup, match=r"backup-(not-written|folder-strange)"):
        back_up(settings, Parts.under(tmp_path / "file" / "backup"))


def test_keys_that_are_wrapped_again_meanwhile_are_copied_with_their_epoch_key(
    settings: Settings, folders: Parts
) -> None:
    installation = open_installation(settings)
    to_come, busy = [1, 1], list[int]()

    def hear(event: str, given: tuple[object, ...]) -> None:
        # Between the copying of the epoch key and that of the store: Python reports a connection before it is made.
        if to_come and not busy and event == "sqlite3.connect" and "keys/.draft" in str(given):
            busy.append(to_come.pop())
            installation.keyring.rotate(new_master_key())
            busy.clear()

    sys.addaudithook(hear)
    made = back_up(settings, folders)
    installation.close()
    assert to_come == []
    assert to_mend(settings, folders) == []
    with read_only(f"sqlite:///{made.keys.folder / 'keys.db'}", still=True) as keys:
        assert (made.keys.folder / "epoch.key").read_text("ascii").startswith(f"{wrapped_with(keys)} ")


def test_a_missing_dump_tool_is_named(
    settings: Settings, folders: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if settings.database_url.startswith("sqlite"):
        pytest.skip("nothing else is needed")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BadSetup, match="database-tool-missing") as refused:
        back_up(settings, folders)
    assert refused.value.details == {"tool": "pg_dump"}
    failing = tmp_path / "pg_dump"
    failing.write_text('#!/bin/sh\necho "$@" >"${0}.told"\nenv >>"${0}.told"\necho "no such server" >&2\nexit 1\n')
    failing.chmod(0o700)
    monkeypatch.setenv("SMTP_PASSWORD", "hush")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin")
    url = settings.database_url.replace("://", "://somebody:open-sesame@", 1)
    assert "open-sesame" in url
    with pytest.raises(BadSetup, match="database-tool-failed") as failed:
        back_up(settings, folders)
    assert failed.value.details == {"tool": "pg_dump", "reason": "no such server"}
    assert "hush" not in Path(f"{failing}.told").read_text()
    assert copies_in(folders.content) == drafts_in(folders.content) == []


def test_a_password_is_no_word_of_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    telling = tmp_path / "pg_dump"
    telling.write_text('#!/bin/sh\necho "$@" >"${0}.words"\necho "$PGPASSWORD" >"${0}.password"\n')
    telling.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin")
    from_url = "postgresql+psycopg://somebody:open-sesame@127.0.0.1:9/mine?sslmode=verify-full"
    dump(from_url, tmp_path / "out")
    told = Path(f"{telling}.words").read_text()
    assert "open-sesame" not in told
    assert "sslmode=verify-full" in told
    assert Path(f"{telling}.password").read_text() == "open-sesame\n"


def check_killed_at(step: int, name: str, settings: Settings, folders: Parts, before: Made) -> Made:
    """Kill a backup at a step: what can be restored is whole and belongs together, and no half copy is called good."""
    killed_at(step, touching, parts(folders), back_up, settings, folders)
    told = f"killed at step {step}, {name}"
    content, keys = chosen(folders.content, folders.keys)
    assert content.made == keys.made, told
    if not to_mend(settings, folders):
        assert copies_in(folders.keys) == [keys.folder], told
        assert copies_in(folders.content)[-1].name == keys.folder.name, told
    # Other files in the folder are reported, and not used.
    for one in (*copies_in(folders.content), *copies_in(folders.keys)):
        assert read_copy(one).files, told
    assert before.content.folder in copies_in(folders.content), told
    made = back_up(settings, folders)
    assert to_mend(settings, folders) == [], told
    assert chosen(folders.content, folders.keys) == (made.content, made.keys), told
    for old in copies_in(folders.content)[:-1]:
        forget_copy(old)  # so that the next step has little to look at
    return made


@pytest.mark.seconds
@pytest.mark.part
@pytest.mark.timeout(1200)
def test_a_backup_killed_at_a_step_leaves_no_half_copy_that_the_doctor_calls_good(
    settings: Settings, folders: Parts
) -> None:
    """H14. Before it stands a whole backup, and it stands afterwards, or the new one does."""
    before = back_up(settings, folders)
    names = steps_of(touching, parts(folders), back_up, settings, folders)
    assert len(names) > 30
    assert names.count("os.rename") >= 3  # each part, and what was there before of the keys
    important = [step for step, name in enumerate(names) if name in {"os.rename", "subprocess.Popen"}]
    decisive = {*important, *(step + 1 for step in important)} & {*range(len(names))}
    for step in sorted({*part_of(range(len(names)), 8, "steps"), *part_of(sorted(decisive), 3, "decisive steps")}):
        before = check_killed_at(step, names[step], settings, folders, before)


def test_the_first_backup_killed_on_the_way_is_none(settings: Settings, tmp_path: Path) -> None:
    whole = Parts.under(tmp_path / "whole")
    names = steps_of(touching, parts(whole), back_up, settings, whole)
    renames = [step for step, name in enumerate(names) if name == "os.rename"]
    for step in (3, len(names) // 3, renames[0], renames[0] + 1, renames[-1]):
        folders = Parts.under(tmp_path / f"killed-{step}")
        killed_at(step, touching, parts(folders), back_up, settings, folders)
        if copies_in(folders.content):
            assert to_mend(settings, folders)
        with pytest.raises(BadSetup, match="backup-missing"):
            chosen(folders.content, folders.keys)


def change_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def broken_manifest(text: str) -> Callable[[Path], None]:
    return lambda copy: (copy / "manifest.json").write_text(text) and None


SPOILED: dict[str, Callable[[Path], Any]] = {
    "a byte changed": lambda copy: change_a_byte(next(copy.glob("*.d*"))),
    "cut short": lambda copy: os.truncate(next(copy.glob("*.d*")), 4096),
    "a file missing": lambda copy: next(copy.glob("*.d*")).unlink(),
    "a file too many": lambda copy: (copy / "more.db").write_bytes(b""),
    "a link instead of a file": lambda copy: linked(next(copy.glob("*.d*"))),
    "no manifest": lambda copy: (copy / "manifest.json").unlink(),
    "an empty manifest": broken_manifest(""),
    "a manifest of another kind": broken_manifest("[]"),
    "a manifest without end": broken_manifest("[" * 100_000),
    "a manifest that leads away": broken_manifest(
        json.dumps({"format": 1, "part": "keys", "made": "2027-01-01T00:00:00+00:00", "program": "", "kind": "sqlite"})[
            :-1
        ]
        + ', "version": "", "files": {"../../../etc/passwd": {"bytes": 1, "sha256": ""}}}'
    ),
    "of a later release": broken_manifest('{"format": 2}'),
}


def linked(path: Path) -> None:
    moved = path.rename(path.parent.parent.parent / path.name)
    path.symlink_to(moved)


@pytest.mark.parametrize("spoiled", SPOILED)
@pytest.mark.parametrize("part", ["content", "keys"])
def test_a_changed_copy_is_reported_and_not_restored(
    sqlite_house: House, folders: Parts, tmp_path: Path, spoiled: str, part: str
) -> None:
    sqlite_house.installation.close()
    settings = sqlite_house.installation.settings
    made = back_up(settings, folders)
    SPOILED[spoiled](getattr(made, part).folder)
    assert to_mend(settings, folders)
    target = Settings.under(tmp_path / "elsewhere")
    with pytest.raises(BadSetup, match=r"backup-(damaged|missing|newer)"):
        restore(target, *chosen(folders.content, folders.keys))
    assert not target.home.exists()


def test_what_is_there_is_never_restored_over(
    settings: Settings, folders: Parts, tmp_path: Path, fresh_postgres: FreshDatabases
) -> None:
    back_up(settings, folders)
    copies = chosen(folders.content, folders.keys)
    before = everything_in(settings.home)
    with pytest.raises(BadSetup, match="restore-home-used"):
        restore(settings, *copies)
    assert everything_in(settings.home) == before
    other = elsewhere(settings, tmp_path / "elsewhere", fresh_postgres)
    (other.home / "letters").mkdir()
    with pytest.raises(BadSetup, match="restore-home-used"):
        restore(other, *copies)
    (other.home / "letters").rmdir()
    for url in (other.database_url, other.keys_url):
        if url.startswith("sqlite"):
            away = tmp_path / "away.db"
            Path(f"{away}-wal").write_bytes(b"what was left of another database")
            name = "database_url" if url == other.database_url else "keys_url"
            with pytest.raises(BadSetup, match="restore-database-used"):
                restore(
                    Settings.under(
                        other.home,
                        {"database_url": other.database_url, "keys_url": other.keys_url, name: f"sqlite:///{away}"},
                    ),
                    *copies,
                )
    assert [one.name for one in other.home.iterdir()] == ["master.key"]
    restore(other, *copies)
    finish(other)
    open_installation(other, make=False).close()


def test_a_restore_cut_short_serves_nothing_and_can_be_done_again(
    sqlite_house: House, folders: Parts, tmp_path: Path
) -> None:
    sqlite_house.person("Vilho", office="hr")
    sqlite_house.installation.close()
    settings = sqlite_house.installation.settings
    made = back_up(settings, folders)
    target = elsewhere(settings, tmp_path / "elsewhere", None)
    blocked = target.home / "mediation.db"
    copies = chosen(folders.content, folders.keys)
    refused = refused_where_files_are_short(made.keys.files["keys.db"][0], restore, target, *copies)
    assert refused is not None
    assert not blocked.exists()
    assert (target.home / "keys.db").exists()
    with pytest.raises(BadSetup, match="restore-cut-short"):
        open_installation(target, make=True)
    with pytest.raises(BadSetup, match="restore-cut-short"):
        list(examine(target))
    with pytest.raises(BadSetup, match="restore-cut-short"):
        finish(target)
    restore(target, *copies)
    with pytest.raises(BadSetup, match="restore-unfinished"):
        open_installation(target, make=True)
    with pytest.raises(BadSetup, match="restore-home-used"):
        restore(target, *copies)
    finish(target)
    finish(target)
    open_installation(target, make=False).close()


def test_a_restore_killed_at_a_step_serves_nothing_and_can_be_done_again(
    sqlite_house: House, folders: Parts, tmp_path: Path
) -> None:
    sqlite_house.person("Vilho", office="hr")
    sqlite_house.installation.close()
    settings = sqlite_house.installation.settings
    back_up(settings, folders)
    copies = chosen(folders.content, folders.keys)
    whole = elsewhere(settings, tmp_path / "whole", None)
    names = steps_of(touching, [whole.home], restore, whole, *copies)
    assert names.count("os.rename") >= 5  # each file that is copied, and the mark
    moves = {step for step, name in enumerate(names) if name == "os.rename"}
    for step in sorted({1, *moves, *(step + 1 for step in moves)} & set(range(len(names)))):
        target = elsewhere(settings, tmp_path / f"killed-{step}", None)
        killed_at(step, touching, [target.home], restore, target, *copies)
        mark = target.home / "restore-unfinished"
        all_copied = mark.exists() and mark.read_text() != ""
        if mark.exists():
            with pytest.raises(BadSetup, match="restore-unfinished" if all_copied else "restore-cut-short"):
                open_installation(target, make=True)
        else:
            assert {one.name for one in target.home.iterdir() if not one.name.startswith(".")} == {"master.key"}
        if not all_copied:
            restore(target, *copies)
        finish(target)
        open_installation(target, make=False).close()
