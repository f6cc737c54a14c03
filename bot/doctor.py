"""体检: one finding per thing, each with its state and, where it is not well, the remedy."""

import shutil
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from bot.settings import Settings, TelegramSettings, WeComSettings, strange_names
from ledger import backup, roster
from ledger.clock import WallClock
from ledger.county_calendar import BadCalendar
from ledger.database import AlreadyRunning, engine, open_database
from ledger.days import covered
from ledger.reading.lexicon import BadLexicon, load_lexicon
from ledger.rules import BadRules, Rules, load_rules
from templates import layout

NOTICE = 11  # from this month on the next year is looked at too
ROOM = 0.10  # of the disk
STALE = timedelta(hours=2)


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    thing: str
    good: bool
    state: str
    remedy: str = ""


async def examine(settings: Settings) -> list[Finding]:
    """Look at everything an operator can mend."""
    now = WallClock().now()
    return [
        _folder(settings.data),
        _disk(settings.data),
        _env_file(Path(".env")),
        _names(),
        _rules(settings),
        _lexicon(settings.lexicon_file),
        _paper(settings.county_dir),
        await _ledger(settings),
        look_at_seeds(settings, now),
        _backups(settings.data, now),
        _sqlite(),
        _calendar(settings, now.date()),
        _telegram(),
        _wecom(WeComSettings().mode),
    ]


def _folder(data: Path) -> Finding:
    if not data.exists():
        return Finding(
            "数据目录", False, f"{data} 还不存在", "运行 zhucun init 县名，或 zhucun demo"
        )
    things = {"secret.key": "密钥", "zhucun.db": "数据库"}
    open_ones = [word for name, word in things.items() if _open(data / name)]
    state = f"别人也能读：{'、'.join(open_ones)}" if open_ones else str(data)
    return Finding("数据目录", not open_ones, state, f"chmod -R go-rwx {data}")


def _open(path: Path) -> bool:
    """Whether others than the owner may read it."""
    return path.exists() and path.stat().st_mode & 0o077 != 0


def _names() -> Finding:
    """A misspelt setting is a setting that does not work."""
    strange = strange_names()
    state = "、".join(
        f"{name}（是不是 {near}？）" if near else name for name, near in strange.items()
    )
    return Finding(
        "设置的名称", not strange, f"不认识 {state}" if strange else "都认识",
        "改正或删去；可用的见 docs/operating.md",
    )  # fmt: skip


def _disk(data: Path) -> Finding:
    usage = shutil.disk_usage(data if data.exists() else Path())
    free = usage.free / usage.total
    return Finding(
        "磁盘", free >= ROOM, f"剩余 {free:.0%}", "清理磁盘，或把数据目录移到大一些的盘"
    )


def _env_file(path: Path) -> Finding:
    if not path.exists():
        return Finding(".env", True, "没有，全部用默认设置")
    private = not _open(path)
    return Finding(
        ".env", private, "只有本人能读" if private else "别人也能读", "chmod 600 .env"
    )


def _rules(settings: Settings) -> Finding:
    path = settings.county_dir / "rules.toml" if settings.county_dir else None
    try:
        load_rules(path)
    except BadRules as error:
        return Finding("本县规则", False, str(error), "按提示改好再启动")
    except BadCalendar:
        pass  # said by _calendar
    return Finding("本县规则", True, str(path) if path else "用默认规则")


def _paper(county: Path | None) -> Finding:
    path = county / "paper.toml" if county else None
    if path is None or not path.exists():
        return Finding("公文版式", True, "用默认版式")
    faults = layout.check(path)
    return Finding(
        "公文版式", not faults, "；".join(faults) or str(path), "改好以前，公文做不出来"
    )


def _lexicon(path: Path | None) -> Finding:
    try:
        load_lexicon(path)
    except BadLexicon as error:
        return Finding("本县说法", False, str(error), "按提示改好再启动")
    own = path is not None and path.exists()
    return Finding("本县说法", True, str(path) if own else "用默认说法")


async def _ledger(settings: Settings) -> Finding:
    if not settings.database.exists():
        return Finding("台账", False, "还没有建", "运行 zhucun init 县名")
    try:
        async with open_database(settings.database) as database, database.reading() as db:
            county = await roster.any_county(db)
    except AlreadyRunning:
        return Finding("台账", True, "正在使用中")
    good = county is not None
    return Finding("台账", good, "可以打开" if good else "还没有县", "运行 zhucun init 县名")


def _backups(data: Path, now: datetime) -> Finding:
    newest = backup.newest(data, now.tzinfo)
    if newest is None:
        return Finding("备份", False, "还没有", "运行 zhucun backup；正式运行时每小时自动备份")
    made_at, path = newest
    age = max(now - made_at, timedelta(0))
    ago = f"{age.days} 天" if age.days else f"{age.seconds // 60} 分钟"
    state = f"最近一次在 {ago}前，在 {path.parent}"
    return Finding("备份", age < STALE, state, "运行 zhucun backup")


def look_at_seeds(settings: Settings, now: datetime) -> Finding:
    """Whether the seeds of running draws are there, out of backups, and nobody else's to read."""
    thing, folder = "抽签种子", settings.seeds_folder
    if not folder.is_dir():
        remedy = "封存过的请把种子放回原处；放在别的盘上的请先挂上那个盘（ZHUCUN_SEEDS）"
        state = f"{folder} 还没有，第一次封存时自动建"
        return Finding(thing, settings.seeds is None, state, remedy)
    if any(
        folder.resolve().is_relative_to(one.resolve())
        for one in _backup_folders(settings.data, now)
    ):
        return Finding(
            thing, False, f"{folder} 在备份目录里", "把 ZHUCUN_SEEDS 改到备份以外的目录"
        )
    if any(_open(one) for one in (folder, *folder.glob("*.seed"))):
        remedy = f"chmod 700 {folder} 和 chmod 600 {folder}/*.seed"
        return Finding(thing, False, "别人也能读", remedy)
    return Finding(thing, True, f"{len(list(folder.glob('*.seed')))} 个月，在 {folder}")


def _backup_folders(data: Path, now: datetime) -> list[Path]:
    """Where hourly backups go, and where the last one made by hand went."""
    newest = backup.newest(data, now.tzinfo)
    made = [newest[1].parent] if newest and newest[1].parent.resolve() != data.resolve() else []
    return [data / "backup", *made]


def _sqlite() -> Finding:
    version, safe = engine()
    state = f"版本 {version}" + ("" if safe else "，已按单一写入连接运行，可以放心")
    return Finding("SQLite", True, state)


def _calendar(settings: Settings, today: date) -> Finding:
    """Whether the holidays of this year are known, and from November those of the next."""
    path = settings.county_dir / "rules.toml" if settings.county_dir else None
    try:
        rules = load_rules(path)
    except BadCalendar as error:
        return Finding("日历", False, str(error), "按提示改好再启动")
    except BadRules:
        rules = Rules()  # said by _rules
    ends = [date(today.year + ahead, 12, 31) for ahead in range(1 + (today.month >= NOTICE))]
    unknown = [str(one.year) for one in ends if not covered(one, rules)]
    years = "、".join(unknown or [str(one.year) for one in ends])
    state = (
        f"还没有 {years} 年的节假日表，先按周一至周五算，元旦、五一、十一前三天照放"
        if unknown
        else f"{years} 年的节假日和调休已知"
    )
    remedy = "pip install -U chinesecalendar，或写进 COUNTY_DIR/calendar.toml（见 docs/operating.md）"
    return Finding("日历", not unknown, state + _own_days(rules), remedy)


def _own_days(rules: Rules) -> str:
    """What the county's calendar.toml adds, in numbers."""
    own = rules.calendar
    counts = {
        "放假": (len(own.rest), "天"), "上班": (len(own.work), "天"),
        "专项": (len(own.campaigns), "项"), "赶场": (len(own.markets), "处"),
    }  # fmt: skip
    words = [f"{name} {count} {unit}" for name, (count, unit) in counts.items() if count]
    return f"；本县另有{'、'.join(words)}" if words else ""


def _telegram() -> Finding:
    wanted = bool(TelegramSettings().token.get_secret_value())
    return Finding("Telegram", True, "已设令牌" if wanted else "未设令牌，不启用")


def _wecom(mode: str) -> Finding:
    """Only whether it is wanted: `doctor --wecom` asks WeCom itself."""
    off = mode == "off"
    state = "没有启用" if off else f"{mode}；逐项检查用 zhucun doctor --wecom"
    return Finding("企业微信", True, state)
