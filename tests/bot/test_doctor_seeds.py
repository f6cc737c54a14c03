"""The doctor looks at the folder of the seeds: there, private, and in no backup."""

from pathlib import Path

import pytest
from county import MONDAY

from bot.doctor import look_at_seeds
from bot.settings import Settings
from ledger import backup
from ledger.chance import Seeds
from ledger.seed_vault import Vault


def settings(data: Path, seeds: Path | None = None) -> Settings:
    return Settings(data=data, seeds=seeds, _env_file=None)


def test_a_sound_folder(tmp_path: Path) -> None:
    Vault(tmp_path / "seeds", Seeds("doctor")).make("1-2026-12")
    found = look_at_seeds(settings(tmp_path), MONDAY)

    assert found.good
    assert "1 个月" in found.state


def test_none_yet_is_well_unless_it_should_be_elsewhere(tmp_path: Path) -> None:
    assert look_at_seeds(settings(tmp_path), MONDAY).good
    away = look_at_seeds(settings(tmp_path, tmp_path / "disk"), MONDAY)

    assert not away.good
    assert "挂上那个盘" in away.remedy


@pytest.mark.parametrize("what", ["seeds", "seeds/1-2026-12.seed"])
def test_others_may_not_read_it(tmp_path: Path, what: str) -> None:
    Vault(tmp_path / "seeds", Seeds("doctor")).make("1-2026-12")
    (tmp_path / what).chmod(0o755)
    found = look_at_seeds(settings(tmp_path), MONDAY)

    assert not found.good
    assert "chmod" in found.remedy


@pytest.mark.parametrize("place", ["backup/seeds", "usb/seeds"])
def test_it_lies_in_no_backup(tmp_path: Path, place: str) -> None:
    Vault(tmp_path / place, Seeds("doctor")).make("1-2026-12")
    made = tmp_path / "usb" / "zhucun-20261123-090000.db"
    made.parent.mkdir(exist_ok=True)
    backup.remember(tmp_path, made, now=MONDAY)
    found = look_at_seeds(settings(tmp_path, tmp_path / place), MONDAY)

    assert not found.good
    assert "备份目录里" in found.state
