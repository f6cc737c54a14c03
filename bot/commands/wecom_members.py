"""The command that lays WeCom's members beside the roster."""

import asyncio
import json
from typing import TYPE_CHECKING

import typer

from bot.commands import Data, Json, cli, settings_of
from bot.screen import Wrong, console, plainly

if TYPE_CHECKING:
    from bot.wecom_members import Members
    from ledger.channel_members import ChannelMember, Rostered

SHOWN = 30  # lines of each kind on the screen

wecom = typer.Typer(help="企业微信：看成员和花名册对上了没有。", no_args_is_help=True)
cli.add_typer(wecom, name="wecom")


@wecom.callback()
def begin() -> None:
    """企业微信：看成员和花名册对上了没有。"""


@wecom.command()
def members(data: Data = None, as_json: Json = False) -> None:
    """企业微信里谁和花名册对上了、谁还没有；只提示，不自己认人。"""
    from bot.channels.base import SendError
    from bot.wecom_members import look
    from ledger.clock import WallClock

    with plainly():
        try:
            found = asyncio.run(look(settings_of(data), WallClock()))
        except SendError as trouble:
            raise Wrong(
                f"没有从企业微信查到成员：{trouble.detail}\n请运行 zhucun doctor 看看。"
            ) from trouble
    if as_json:
        print(json.dumps(found.data(), ensure_ascii=False))
        return
    console.print(text_of(found), soft_wrap=True)


def text_of(found: "Members") -> str:
    """What the operator reads."""
    head = (
        f"企业微信里可见 {len(found.bound) + len(found.unbound)} 人："
        f"已对上 {len(found.bound)} 人，没对上 {len(found.unbound)} 人；"
        f"花名册上还没有企业微信的 {len(found.without)} 人。"
    )
    parts = [
        head,
        *_part("没对上的账号", [_id_line(one) for one in found.unbound]),
        *_part("花名册上还没有企业微信的", [_name_line(one) for one in found.without]),
        *_part(
            "对上了但企业微信里看不到（不在可见范围，或已退出）",
            [f"{_name_line(one)}：{one.user_key}" for one in found.unseen],
        ),
    ]
    if found.unbound or found.without:
        parts.append(
            "对上的办法：在花名册“企业微信账号”一列填好再导入，或由本人把邀请码发给应用。"
            "程序不会自己认人。"
        )
    if not found.kept:
        parts.append("驻村通正在运行，这次只看、没有存。")
    return "\n".join(parts)


def _part(title: str, lines: list[str]) -> list[str]:
    if not lines:
        return []
    more = [f"  ……另有 {len(lines) - SHOWN} 个"] if len(lines) > SHOWN else []
    return [f"{title}：", *(f"  {line}" for line in lines[:SHOWN]), *more]


def _id_line(one: "ChannelMember") -> str:
    return f"{one.spelling}（{'、'.join(one.tags)}）" if one.tags else one.spelling


def _name_line(one: "Rostered") -> str:
    return f"{one.name}（{one.place}）"
