"""The command line's pieces: `cli` and what its commands share; one file for each kind of work."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.screen import console, plainly
from bot.settings import Settings, read_settings

cli = typer.Typer(
    help="驻村通：驻村工作队的聊天助手。", no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip
Data = Annotated[
    Path | None, typer.Option("--data", help="数据目录；默认取设置里的 ZHUCUN_DATA")
]
Json = Annotated[bool, typer.Option("--json", help="结果写成一行 JSON")]


@cli.callback()
def begin() -> None:
    """驻村通：驻村工作队的聊天助手。"""
    os.umask(0o077)  # database, backups, photos: for the owner only


def settings_of(data: Path | None = None, **more: Any) -> Settings:
    """The settings, or the mistake in them in plain words."""
    with plainly():
        return read_settings(data=data, **more)


def after_a_look(*, yes: bool) -> Callable[[str], bool]:
    """Shows a preview and asks whether to go on; `yes`: it is only shown."""

    def confirm(preview: str) -> bool:
        console.print(preview)
        return yes or typer.confirm("导入没有问题的行吗？")

    return confirm
