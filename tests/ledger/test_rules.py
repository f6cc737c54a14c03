"""A county's rules.toml: what differs counts, what is wrong is named."""

from dataclasses import fields, replace
from datetime import time
from pathlib import Path

import pytest

from ledger.rules import BadRules, Rules, load_rules


def load(tmp_path: Path, text: str) -> Rules:
    path = tmp_path / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return load_rules(path)


def test_without_a_file_the_defaults_count(tmp_path: Path) -> None:
    assert load_rules(None) == Rules()
    assert load_rules(tmp_path / "rules.toml") == Rules()
    assert load(tmp_path, "") == Rules()


def test_a_county_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        'daily_at = "19:10"\nworkdays = [1, 2, 3, 4, 5, 6]\nundo_hours = 48\nstudy_reminder = false',
    )

    assert found == replace(
        Rules(), daily_at=time(19, 10), workdays=(1, 2, 3, 4, 5, 6), undo_hours=48,
        study_reminder=False,
    )  # fmt: skip


def test_toml_writes_times_in_its_own_way_too(tmp_path: Path) -> None:
    assert load(tmp_path, "daily_at = 19:10:00").daily_at == time(19, 10)


WRONG = {
    "an unknown name": ("undo_hour = 48", "undo_hour"),
    "two unknown names": ("zeta = 1\nalpha = 2", "alpha、zeta"),
    "text for a number": ('undo_hours = "48"', "undo_hours"),
    "a fraction for a number": ("undo_hours = 1.5", "undo_hours"),
    "a truth for a number": ("undo_hours = true", "undo_hours"),
    "a number for a truth": ("study_reminder = 1", "study_reminder"),
    "a number for a time": ("daily_at = 19", "daily_at"),
    "a time that is not there": ('daily_at = "25:00"', "daily_at"),
    "a word for a time": ('daily_at = "傍晚"', "daily_at"),
    "one number for a list": ("workdays = 5", "workdays"),
    "a table": ("[daily_at]\nhour = 5", "daily_at"),
    "no TOML at all": ("undo_hours: 48", "rules.toml"),
}


@pytest.mark.parametrize(("text", "named"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(BadRules) as why:
        load(tmp_path, text)

    assert named in str(why.value)
    assert str(why.value).count("\n") <= 1


@pytest.mark.parametrize("name", [field.name for field in fields(Rules)])
def test_every_rule_refuses_a_value_of_another_kind(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadRules, match=name):
        load(tmp_path, f"{name} = {{ x = 1 }}")


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [
        ("00:00", True), ("07:59", True), ("08:00", False), ("11:59", False), ("12:00", True),
        ("13:59", True), ("14:00", False), ("19:59", False), ("20:00", True), ("23:59", True),
    ],
)  # fmt: skip
def test_the_quiet_hours_are_night_and_noon(clock: str, quiet: bool) -> None:
    assert Rules().quiet(time.fromisoformat(clock)) is quiet
