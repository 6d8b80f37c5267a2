"""The seal names who provides the mediation, ends, and is renewed in time; what was sealed before still verifies."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from mediation.__main__ import main
from mediation.errors import BadSetup
from mediation.installation.installation import open_installation
from mediation.sealing.seal_key import (
    RENEWED_BEFORE,
    SealKey,
    fitting_name,
    known_certificates,
    load_seal_key,
    renew_seal,
)
from mediation.sealing.verification import verify_sealed
from mediation.settings import Settings
from tests.sealing.test_seal import small_sealed_file

SECRET = bytes(range(32))
AT = datetime(2027, 1, 11, tzinfo=UTC)


def named(key: SealKey, kind: x509.ObjectIdentifier = NameOID.ORGANIZATION_NAME) -> str:
    return str(key.certificate.subject.get_attributes_for_oid(kind)[0].value)


def test_a_new_seal_names_whom_it_is_of_and_is_valid_for_four_years(tmp_path: Path) -> None:
    key = load_seal_key(tmp_path, SECRET, name="Esimerkkilän sovittelu", at=AT)
    assert named(key) == named(key, NameOID.COMMON_NAME) == key.name == "Esimerkkilän sovittelu"
    assert key.ends is not None
    assert timedelta(days=3 * 365) < key.ends - AT < timedelta(days=5 * 366)
    assert key.certificate.not_valid_before_utc < datetime.now(UTC)
    assert not key.is_due(AT)
    assert key.is_due(key.ends - RENEWED_BEFORE + timedelta(seconds=1))


def test_renewing_keeps_the_old_certificate_and_what_it_sealed_holds(tmp_path: Path) -> None:
    old = load_seal_key(tmp_path, SECRET, name="Vanha nimi", at=AT)
    assert old.ends is not None
    assert renew_seal(tmp_path, SECRET, "Uusi nimi", AT).digest == old.digest  # it is not time
    pdf, late = small_sealed_file(old), old.ends - timedelta(days=30)
    new = renew_seal(tmp_path, SECRET, "Uusi nimi", late)
    assert load_seal_key(tmp_path, SECRET).digest == new.digest
    assert (new.name, new.private == old.private) == ("Uusi nimi", False)
    assert known_certificates(tmp_path) == [new.certificate_pem, old.certificate_pem]
    assert [verify_sealed(pdf, one).ok for one in known_certificates(tmp_path)] == [False, True]


def test_of_several_processes_at_once_one_renews_and_all_get_the_same(tmp_path: Path) -> None:
    old = load_seal_key(tmp_path, SECRET, at=AT)
    assert old.ends is not None
    late = old.ends - timedelta(days=30)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: renew_seal(tmp_path, SECRET, "Uusi", late).digest, range(8)))
    assert len({*made}) == 1
    assert len(known_certificates(tmp_path)) == 2


@pytest.mark.parametrize(
    "name",
    ["Ä" * 200, "😀" * 200, "  Esimerkkilän\nsovittelu  ", "漢" * 64],
    ids=["letters", "emoji", "lines", "ideographs"],
)
def test_a_name_is_cut_to_what_a_certificate_and_a_signature_have_room_for(tmp_path: Path, name: str) -> None:
    key = load_seal_key(tmp_path, SECRET, name=fitting_name(name), at=AT)
    assert verify_sealed(small_sealed_file(key), key.certificate_pem).ok


def test_an_installation_renews_at_its_start_goes_on_after_an_interruption_and_refuses_a_foreign_seal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings.under(tmp_path / "var", {"seal_name": "Esimerkkilän sovittelu"})
    first = open_installation(settings, clock=lambda: AT)
    first.close()
    assert first.seal_key.name == "Esimerkkilän sovittelu"
    late = AT + timedelta(days=4 * 365 - 60)
    second = open_installation(settings, clock=lambda: late)
    secret = second.keyring.derive("seal")
    second.close()
    assert second.seal_key.digest != first.seal_key.digest
    third = renew_seal(settings.seal_folder, secret, "Kolmas", late, due=False)  # and the fact was not kept any more
    again = open_installation(settings, clock=lambda: late)
    again.close()
    assert again.seal_key.digest == third.digest
    path = tmp_path / "sealed.pdf"
    path.write_bytes(small_sealed_file(first.seal_key))
    monkeypatch.setenv("MEDIATION_HOME", str(settings.home))
    assert main(["verify", str(path)]) == 0
    assert main(["keys", "renew-seal"]) == 0
    assert main(["verify", str(path)]) == 0
    assert "the seal is renewed" in capsys.readouterr().out
    for one in settings.seal_folder.iterdir():
        one.unlink()
    load_seal_key(settings.seal_folder, secret, name="Vieras", at=late)
    with pytest.raises(BadSetup, match="seal-foreign"):
        open_installation(settings, clock=lambda: late)


@pytest.mark.parametrize("name", ["x" * 65, "a\nb", "😀" * 40])
def test_a_name_that_no_certificate_holds_is_refused_as_a_setting(name: str) -> None:
    with pytest.raises(BadSetup, match="setting-unusable-seal-name"):
        Settings.from_environment({"MEDIATION_SEAL_NAME": name})
