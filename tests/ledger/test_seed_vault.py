"""The vault: a seed is thrown once, lies outside the database, and is never half there."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger import chance, seed_vault
from ledger.chance import Seeds
from ledger.seed_vault import SeedLost, Vault

NAME = "1-2026-12"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "seeds", Seeds("vault"))


def test_a_seed_is_thrown_once(vault: Vault) -> None:
    seed = vault.make(NAME)

    assert vault.make(NAME) == vault.read(NAME) == seed
    assert vault.make("1-2027-01") != seed
    assert len(seed) == 32


def test_only_the_owner_may_read_it(vault: Vault) -> None:
    vault.make(NAME)

    assert vault.folder.stat().st_mode & 0o777 == 0o700
    assert (vault.folder / f"{NAME}.seed").stat().st_mode & 0o777 == 0o600


def test_a_new_vault_throws_real_chance(tmp_path: Path) -> None:
    assert Vault(tmp_path).lots is chance.fresh_seed


@pytest.mark.parametrize("name", ["", "../secret", "a/b", "1|2", "x" * 41])
def test_a_name_that_could_lead_elsewhere_is_refused(vault: Vault, name: str) -> None:
    with pytest.raises(ValueError, match="no name of a seed"):
        vault.make(name)


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(b"short")])
def test_gone_or_damaged_is_lost(vault: Vault, spoil: Callable[[Path], object]) -> None:
    vault.make(NAME)
    spoil(vault.folder / f"{NAME}.seed")

    with pytest.raises(SeedLost):
        vault.read(NAME)


def test_killed_before_the_name_is_given_it_is_thrown_again(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_self: Path, _target: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(Path, "rename", killed)
        with pytest.raises(KeyboardInterrupt):
            vault.make(NAME)
    with pytest.raises(SeedLost):
        vault.read(NAME)

    assert vault.read(NAME) if vault.make(NAME) else None
    assert [one.name for one in vault.folder.iterdir()] == [f"{NAME}.seed"]


def test_it_is_on_the_disk_before_it_has_a_name(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    flush, rename = os.fsync, Path.rename
    monkeypatch.setattr(os, "fsync", lambda handle: (done.append("flush"), flush(handle)))
    monkeypatch.setattr(Path, "rename", lambda *paths: (done.append("name"), rename(*paths)))
    vault.make(NAME)

    assert done == ["flush", "name", "flush"]


def test_a_file_that_cannot_be_read_is_not_thrown_again(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = vault.make(NAME)

    def denied(_self: Path) -> bytes:
        raise PermissionError

    with monkeypatch.context() as broken:
        broken.setattr(Path, "read_bytes", denied)
        with pytest.raises(PermissionError):
            vault.make(NAME)
    assert vault.read(NAME) == seed
    assert len(seed) == seed_vault.LENGTH
