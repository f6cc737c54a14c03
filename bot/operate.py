"""What an operator does from the command line: set up, invite, import, report, back up, verify."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import segno
from rich.console import Console

import handlers
from bot.app import App, open_app, secret_key
from bot.catalogues import import_issues
from bot.channels.text import plain
from bot.imports import import_roster
from bot.settings import Settings, TelegramSettings, WeComSettings
from handlers.front import converse
from ledger import audit, backup, drafts, draws, inbox, invites, look_backs, people, roster
from ledger.audit import Verdict
from ledger.backup import Backup
from ledger.clock import WallClock
from ledger.database import AlreadyRunning, Database, Session, open_database
from ledger.drafts import Misreading
from ledger.errors import ForOperator
from ledger.invites import Invite
from ledger.people import Person, Role
from ledger.roster import Entry
from ledger.rules import Rules, load_rules
from ledger.seed_vault import Vault
from ledger.talks import Said
from templates.words import Words


def _now() -> datetime:
    """The command line is an edge of the program: it may look at the clock."""
    return WallClock().now()


def _rules(settings: Settings) -> Rules:
    return load_rules(settings.county_dir / "rules.toml" if settings.county_dir else None)


@asynccontextmanager
async def _writing(settings: Settings) -> AsyncIterator[Session]:
    async with open_database(settings.database) as database, database.transaction() as db:
        yield db


class Busy(ForOperator):
    """The program runs, and only it may write."""


class NotOnRoster(ForOperator):
    """Nobody, or more than one, has this name."""


@contextmanager
def _stopped(invited: str = "") -> Iterator[None]:
    """What is done here needs the program to be stopped; else say what to do.

    Only inviting somebody can as well be done in the chat.
    """
    try:
        yield
    except AlreadyRunning as error:
        raise Busy(
            "驻村通正在运行，命令行这时不能改台账。\n"
            + (
                f"请在聊天里说“邀请 {invited}”（队长、乡镇、县里都可以）；或"
                if invited
                else "请"
            )
            + "先停下程序（运行它的窗口里按 Ctrl+C），做完这一步再启动。"
        ) from error


async def init_county(settings: Settings, county: str, admin: str) -> tuple[Invite, bool]:
    """Enter the county and its first person; that person's invite, and whether all is new."""
    now = _now()
    with _stopped():
        return await _init_county(settings, county, admin, now)


class OtherCounty(ForOperator):
    """The folder holds the ledger of another county."""


async def _init_county(
    settings: Settings, county: str, admin: str, now: datetime
) -> tuple[Invite, bool]:
    async with _writing(settings) as db:
        kept = await roster.county_name(db)
        if kept not in {None, county}:
            raise OtherCounty(
                f"这个台账是{kept}的，没有改动。\n另建一个县请换目录：--data 目录"
            )
        fresh = kept is None
        id = await roster.ensure_county(db, county)
        person = await _by_name(db, admin)
        entry = Entry(admin, Role.COUNTY, title="管理员")
        who = person.id if person else await roster.add_person(db, id, entry, now=now)
        return await _invite(db, settings, who, now), fresh


async def need_county(app: App) -> None:
    """Real use begins with a county; without one nobody could join."""
    async with app.database.reading() as db:
        if await roster.any_county(db) is None:
            raise NotOnRoster(
                "台账里还没有县，没有启动。\n正式使用先运行 zhucun init 县名；只想试试就运行 zhucun demo。"
            )


async def invite_by_name(settings: Settings, name: str) -> Invite:
    """A fresh invite for somebody on the roster."""
    with _stopped(invited=name):
        async with _writing(settings) as db:
            person = await _named(db, name)
            return await _invite(db, settings, person.id, _now())


async def _named(db: Session, name: str) -> Person:
    """The one person of that name; `NotOnRoster` says what the operator can do."""
    found = [one for one in await people.roster(db) if one.name == name]
    if not found:
        raise NotOnRoster(
            f"花名册里没有“{name}”这个人。\n请核对姓名，或先用 zhucun import-roster 导入花名册。"
        )
    if len(found) > 1:
        places = "、".join(one.place for one in found)
        raise NotOnRoster(
            f"花名册里有 {len(found)} 个“{name}”（{places}），分不清是哪一位。\n"
            "请由本人的队长在聊天里邀请。"
        )
    return found[0]


async def _by_name(db: Session, name: str) -> Person | None:
    found = [one for one in await people.roster(db) if one.name == name]
    return found[0] if len(found) == 1 else None


async def _invite(db: Session, settings: Settings, person: int, now: datetime) -> Invite:
    key = secret_key(settings.data)
    return await invites.make(db, person, by=None, key=key, now=now, rules=_rules(settings))


def show_invite(
    console: Console, settings: Settings, name: str, made: Invite, *, code_only: bool = False
) -> None:
    """Print code, links and a QR code that a phone can read from the screen."""
    console.print(
        f"{name} 的邀请码：{made.code}（一次有效，{made.expires_at:%m月%d日 %H:%M} 前用）"
    )
    if code_only:
        return
    link = f"{settings.address}/chat/join/{made.link}"
    console.print(f"网页对话登录链接：{link}", soft_wrap=True)
    if username := _telegram_name():
        link = f"https://t.me/{username}?start={made.link}"
        console.print(f"Telegram 链接：{link}", soft_wrap=True)
    segno.make(link, micro=False).terminal(compact=True)


def _telegram_name() -> str:
    return TelegramSettings().username


async def import_file(
    settings: Settings, file: Path, county: str | None, confirm: Callable[[str], bool]
) -> str:
    """Import a roster after a preview; returns the closing sentence."""
    words = Words(settings.county_dir)
    with _stopped():
        async with open_database(settings.database) as database:
            return await import_roster(
                database, file, county=county, words=words, now=_now(), confirm=confirm,
                wecom=WeComSettings().account,
            )  # fmt: skip


async def import_issue_file(
    settings: Settings, file: Path, *, name: str, source: str, county: str | None,
    confirm: Callable[[str], bool],
) -> str:  # fmt: skip
    """Import a table of issues after a preview; returns the closing sentence."""
    with _stopped():
        async with open_database(settings.database) as database:
            return await import_issues(
                database, file, name=name, source=source, county=county,
                rules=_rules(settings), words=Words(settings.county_dir), now=_now(),
                confirm=confirm,
            )  # fmt: skip


async def report_text(settings: Settings, text: str, who: str) -> str:
    """What somebody would read in the chat for these words; asked of a copy, nothing is kept."""
    async with open_copy(settings) as database, database.transaction() as db:
        asker = await (_named(db, who) if who else _first_county_person(db))
        words = Words(settings.county_dir)
        room = handlers.Room(
            db, words, _rules(settings), b"", _now(), Vault(settings.seeds_folder)
        )
        reply = await converse(room, asker, Said(text, "cli"))
        return plain(reply.text)


async def _first_county_person(db: Session) -> Person:
    found = [one for one in await people.roster(db) if one.role is Role.COUNTY]
    if not found:
        raise NotOnRoster("台账里还没有县级工作人员。\n请先运行 zhucun init 县名。")
    return found[0]


async def back_up(settings: Settings, folder: Path) -> Backup:
    """A checked copy, also while the program runs: SQLite itself keeps it consistent."""
    now = _now()
    made = await backup.copy_of(settings.database, folder, now=now)
    backup.remember(settings.data, made.path, now=now)
    return made


async def verify_log(settings: Settings) -> Verdict:
    """Check a copy of the log, so that a running program is not disturbed."""
    async with open_copy(settings) as database, database.reading() as db:
        return await audit.verify(db)


@asynccontextmanager
async def open_copy(settings: Settings) -> AsyncIterator[Database]:
    """A copy of the ledger to look into, also while the program runs; gone afterwards."""
    with TemporaryDirectory() as folder:
        made = await backup.copy_of(settings.database, Path(folder), now=_now())
        async with open_database(made.path, durable=False) as database:
            yield database


async def redraw(settings: Settings, number: int) -> str:
    """Draw a stored spot check again and say whether the same people come out."""
    async with open_copy(settings) as database, database.reading() as db:
        asker = await _first_county_person(db)
        if asker is None:
            raise NotOnRoster("台账里还没有县级工作人员。\n请先运行 zhucun init 县名。")
        draw = await draws.access_draw(db, asker, number)
        again = draws.redo(draw)
        names = [(await people.by_id(db, person)).name for _, person in again]
    verdict = "与当时抽的一样" if again == draw.picks else "与当时记下的不一样，请查"
    return f"{draw.name}：重抽得到 {'、'.join(names)}。{verdict}。"


async def redraw_look_backs(settings: Settings, week: str) -> str:
    """Draw one week's look-backs again and say whether the same issues come out."""
    async with open_copy(settings) as database, database.reading() as db:
        asker = await _first_county_person(db)
        draw = await look_backs.draw_of(db, asker.county_id, week) if asker else None
    if draw is None:
        raise NotOnRoster(f"{week} 那一周没有抽过回头看。\n周次这样写：2026-W48。")
    again = look_backs.redo(draw)
    verdict = "与当时抽的一样" if again == draw.picks else "与当时记下的不一样，请查"
    named = "、".join(f"{one.partition('-')[0]}号" for one in again) or "没有问题"
    return f"回头看 {draw.week}：重抽得到 {named}。{verdict}。"


async def misreadings(settings: Settings, days: int) -> list[Misreading]:
    """What members corrected in the last so many days, the newest first."""
    async with open_copy(settings) as database, database.reading() as db:
        return await drafts.misreadings(db, since=_now() - timedelta(days=days))


async def replay_message(settings: Settings, number: int) -> str:
    """Answer a parked message again; returns what became of it."""
    with _stopped():
        return await _replay(settings, number)


async def _replay(settings: Settings, number: int) -> str:
    async with open_app(settings, WallClock()) as app:
        async with app.database.transaction() as db:
            if not await inbox.again(db, number):
                return f"编号 {number} 没有等待补办的消息。"
        await app.inbox.replay()
        await app.settle()
        async with app.database.reading() as db:
            done = await inbox.state_of(db, number) == "done"
    return f"编号 {number} 已补办。" if done else f"编号 {number} 仍未办成，请看日志。"
