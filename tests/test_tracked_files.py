"""House rules over the files of the checkout: nothing of one machine, no secret, all locked."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from source import ROOT, files, text_of

# In pieces, so that this file does not find itself.
REGISTRIES = ("pypi" + ".org", "python" + "hosted.org", "npm" + "js.", "registry" + ".npm",
              "pypi" + ".tuna", "mirrors" + ".aliyun", "mirrors" + ".tuna", "mirrors" + ".ustc",
              "index" + "-url", "conda" + ".anaconda.org", "docker" + "hub.com")  # fmt: skip
MACHINE = re.compile(r"(?<![\w.:/<{])/(?:work|root|home/\w+|Users/\w+|mnt/\w+|opt/\w+)/\w")
SECRETS = {
    "a Telegram token": re.compile(r"\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "an access key": re.compile(r"\b(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|sk-[A-Za-z0-9]{40,})\b"),
}  # fmt: skip
IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[012]\d|3[01])\d{3}[\dX](?!\w)"
)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
GENERATED = (".lock", ".svg")


def registries(text: str) -> Iterator[str]:
    yield from (host for host in REGISTRIES if host in text)


def machine_paths(text: str) -> Iterator[str]:
    yield from (found[0] for found in MACHINE.finditer(text))


def secrets(text: str) -> Iterator[str]:
    yield from (name for name, pattern in SECRETS.items() if pattern.search(text))
    if any(is_identity(found) for found in IDENTITY.findall(text)):
        yield "an identity number"


def is_identity(number: str) -> bool:
    """Whether the check digit is right: an invented number of the tests has a wrong one."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17]


FINDERS = {
    registries: ("see https://" + "pypi" + ".org/simple", "x = 'https://example.org'"),
    machine_paths: ("x = '/ho" + "me/li/data'", "x = '/usr/bin/env'; y = 'docs/root/x'"),
    secrets: ("token 123456789:AA" + "b" * 33, "token 1:TEST, 123456789:canary"),
}


def test_an_identity_number_is_told_by_its_check_digit() -> None:
    assert list(secrets("1101011990" + "03075658")) == []
    assert list(secrets("11010519491" + "231002X")) == ["an identity number"]


@pytest.mark.parametrize("find", FINDERS, ids=lambda find: find.__name__)
def test_no_tracked_file_holds(find: object) -> None:
    assert callable(find)
    found = [
        f"{path.relative_to(ROOT)}: {what}"
        for path in files()
        if path.suffix not in GENERATED
        for what in find(text_of(path))
    ]

    assert not found, "\n".join(found)


@pytest.mark.parametrize("find", FINDERS, ids=lambda find: find.__name__)
def test_the_finder_finds_what_is_planted(find: object) -> None:
    assert callable(find)
    bad, good = FINDERS[find]

    assert list(find(bad))
    assert not list(find(good))


def test_what_belongs_to_one_machine_is_not_tracked() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in files()}

    wrong = [
        one for one in names if re.search(r"(^|/)(\.env|data/|.*\.(db|key|pem|pyc)$)", one)
    ]
    assert not [one for one in wrong if not one.endswith(".env.example")]


# dependencies
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = {
    "requirements.lock": PROJECT["project"]["dependencies"],
    "requirements-dev.lock": PROJECT["dependency-groups"]["dev"],
}


def plain_name(requirement: str) -> str:
    """`Python_Telegram.Bot[x]~=22.8` -> `python-telegram-bot`."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=!~;]", requirement)[0]).lower()


@pytest.mark.parametrize("name", LOCKS)
def test_every_dependency_is_locked_and_the_lock_names_no_host(name: str) -> None:
    lock = ROOT / name
    assert lock.is_file(), f"{name} is missing"
    text = lock.read_text(encoding="utf-8")
    pinned = re.findall(r"^([A-Za-z0-9][\w.\-]*)(?:\[.*?\])?==\S+(.*(?:\n +.*)*)", text, re.M)

    assert "://" not in text
    assert not {plain_name(one) for one in LOCKS[name]} - {plain_name(one) for one, _ in pinned}
    assert not [one for one, rest in pinned if "--hash=sha256:" not in rest]


def test_the_root_holds_what_a_newcomer_looks_for() -> None:
    for name in ("README.md", "LICENSE", "NOTICE", "Makefile", ".env.example", ".ci/run"):
        assert Path(ROOT / name).exists(), f"{name} is missing"
