"""Settings from the environment and `.env`. Every field says what it is for.

`.env.example` and the table in docs/operating.md are generated from here (`make docs`).
"""

import os
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from ledger.errors import ForOperator

ENV_FILE = Path(".env")
EXPECTED = {  # what stands in a setting that is more than a piece of text
    "ZHUCUN_DATA": "一个目录",
    "ZHUCUN_COUNTY_DIR": "一个已有的目录",
    "ZHUCUN_SEEDS": "一个目录",
    "ZHUCUN_PORT": "1 到 65535 之间的整数，例如 8765",
    "ZHUCUN_PUBLIC_URL": "以 https:// 或 http:// 开头的网址",
    "ZHUCUN_LOG_JSON": "true 或 false",
    "TELEGRAM_MODE": "poll 或 webhook",
    "TELEGRAM_RATE": "大于 0、不超过 30 的数，例如 25",
    "WECOM_MODE": "off、app、aibot 或 both",
    "WECOM_AGENT_ID": "一个整数，例如 1000002",
    "WECOM_CALLBACK_PATH": "以 / 开头的路径，例如 /wecom",
    "WECOM_API_BASE": "以 https:// 开头的网址",
    "WECOM_OAUTH_BASE": "以 https:// 开头的网址",
    "WECOM_WS_URL": "以 wss:// 开头的网址",
    "WECOM_JSSDK_URL": "以 https:// 开头的网址，或 off",
    "WECOM_LOCATION_DATUM": "gcj02 或 wgs84",
    "WECOM_PER_MEMBER_PER_MIN": "1 到 30 之间的整数",
    "WECOM_PER_MEMBER_PER_HOUR": "1 到 1000 之间的整数",
    "WECOM_CARD_HOURS": "1 到 72 之间的整数",
    "WECOM_DISPLACED_WAIT": "5 到 3600 之间的整数",
}


class BadSetting(ForOperator):
    """A setting says something we cannot follow."""


class Settings(BaseSettings):
    """What the operator decides; a county's working numbers stand in rules.toml instead."""

    model_config = SettingsConfigDict(
        env_prefix="ZHUCUN_", env_file=ENV_FILE, env_ignore_empty=True, extra="ignore",
        frozen=True,
    )  # fmt: skip

    data: Path = Field(
        Path("data"), description="数据目录：数据库、照片和文件、密钥、备份都在里面"
    )
    county_dir: Path | None = Field(
        None,
        description=(
            "本县自己的目录：rules.toml（数字）、calendar.toml（日历）、"
            "lexicon.toml（说法）和 chat/（话术）；留空用默认"
        ),
    )
    seeds: Path | None = Field(
        None,
        description=(
            "放抽签种子的目录，不进数据库和备份；留空是数据目录里的 seeds，"
            "另放一处更稳妥（docs/operating.md）"
        ),
    )
    host: str = Field(
        "127.0.0.1", description="网页对话监听的地址；对外开放前请先看 docs/operating.md"
    )
    port: int = Field(8765, ge=1, le=65535, description="网页对话的端口")
    public_url: str = Field(
        "",
        pattern=r"^(https?://\S+)?$",
        description="网页对话对外的网址（前面有 HTTPS 时填写），邀请链接用它；留空用本机地址",
    )
    operator: str = Field(
        "", description="运营单位的名称（县级或以上），写在 zhucun compliance 的合规单上"
    )
    filing: str = Field("", description="备案号，写在合规单上；没有就留空")
    log_json: bool = Field(False, description="日志写成 JSON，一行一条")

    @property
    def database(self) -> Path:
        """The database file."""
        return self.data / "zhucun.db"

    @property
    def files(self) -> Path:
        """The folder of photos and files."""
        return self.data / "files"

    @property
    def seeds_folder(self) -> Path:
        """Where the seeds of running draws lie."""
        return self.seeds or self.data / "seeds"

    @property
    def lexicon_file(self) -> Path | None:
        """The county's own words; it need not be there."""
        return self.county_dir / "lexicon.toml" if self.county_dir else None

    @property
    def address(self) -> str:
        """Where the web chat is reached."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"


class TelegramSettings(BaseSettings):
    """The Telegram channel; without a token it stays off."""

    model_config = SettingsConfigDict(
        env_prefix="TELEGRAM_", env_file=ENV_FILE, env_ignore_empty=True, extra="ignore",
        frozen=True,
    )  # fmt: skip

    token: SecretStr = Field(
        SecretStr(""), description="向 @BotFather 申请的令牌；留空不启用 Telegram"
    )
    mode: str = Field(
        "poll", pattern="^(poll|webhook)$", description="poll 主动收取；webhook 由对方推送"
    )
    base_url: str = Field(
        "https://api.telegram.org/bot", description="Bot API 地址；自建服务器时改这里"
    )
    file_url: str = Field(
        "https://api.telegram.org/file/bot", description="文件下载地址；自建服务器时改这里"
    )
    username: str = Field("", description="机器人的用户名（不带 @），邀请链接用它")
    proxy: str = Field(
        "", description="访问 Telegram 用的代理，例如 socks5://127.0.0.1:1080；留空直连"
    )
    webhook_url: str = Field("", description="webhook 方式对外的 HTTPS 网址")
    webhook_secret: SecretStr = Field(SecretStr(""), description="webhook 的口令，留空自动生成")
    rate: float = Field(25, gt=0, le=30, description="每秒最多发出的消息数")


class WeComSettings(BaseSettings):
    """The WeCom channels: the app (自建应用), the smart bot (智能机器人), group robots (群机器人)."""

    model_config = SettingsConfigDict(
        env_prefix="WECOM_", env_file=ENV_FILE, env_ignore_empty=True, extra="ignore",
        frozen=True,
    )  # fmt: skip

    mode: str = Field(
        "off", pattern="^(off|app|aibot|both)$",
        description="off 不用企业微信；app 自建应用；aibot 智能机器人；both 两样都用",
    )  # fmt: skip
    corp_id: str = Field("", description="企业 ID：管理后台“我的企业”最下面一行，ww 开头")
    agent_id: int = Field(0, ge=0, description="自建应用的 AgentId")
    secret: SecretStr = Field(SecretStr(""), description="自建应用的 Secret")
    token: SecretStr = Field(
        SecretStr(""), description="应用“接收消息”里的 Token，字母和数字，不超过 32 位"
    )
    aes_key: SecretStr = Field(
        SecretStr(""), description="应用“接收消息”里的 EncodingAESKey，43 位"
    )
    callback_path: str = Field(
        "/wecom", pattern=r"^/[A-Za-z0-9/_-]+$", description="回调网址里域名后面的部分"
    )
    api_base: str = Field(
        "https://qyapi.weixin.qq.com", pattern=r"^https?://\S+$",
        description="接口地址；私有化部署（政务微信）时改这里",
    )  # fmt: skip
    oauth_base: str = Field(
        "https://open.weixin.qq.com", pattern=r"^https?://\S+$",
        description="网页授权登录的地址；私有化部署时改这里",
    )  # fmt: skip
    jssdk_url: str = Field(
        "https://wwcdn.weixin.qq.com/node/open/js/wecom-jssdk-2.3.4.js",
        pattern=r"^(https?://\S+|off)$",
        description="网页里用的企业微信 JS-SDK 脚本；填 off 时网页只用浏览器自己的定位",
    )  # fmt: skip
    ca_file: str = Field("", description="私有化部署自己的根证书文件；留空用系统的")
    bot_id: str = Field("", description="智能机器人的 Bot ID")
    bot_secret: SecretStr = Field(SecretStr(""), description="智能机器人的 Secret（长连接）")
    ws_url: str = Field(
        "wss://openws.work.weixin.qq.com", pattern=r"^wss?://\S+$",
        description="智能机器人长连接的地址；私有化部署时改这里",
    )  # fmt: skip
    webhooks: SecretStr = Field(
        SecretStr(""),
        description="群机器人，写成 县名=key,乡镇名=key；签发的通报和通知由它发到群里",
    )
    location_datum: str = Field(
        "gcj02", pattern="^(gcj02|wgs84)$", description="成员发来的位置消息用的坐标系"
    )
    per_member_per_min: int = Field(
        25, ge=1, le=30, description="每人每分钟最多收到几条（超过 30 条会被平台悄悄丢掉）"
    )
    per_member_per_hour: int = Field(900, ge=1, le=1000, description="每人每小时最多收到几条")
    card_hours: int = Field(72, ge=1, le=72, description="卡片发出后多少小时内还能改")
    displaced_wait: int = Field(
        60, ge=5, le=3600, description="智能机器人被别处的连接顶下来后，等多少秒再连"
    )

    @property
    def account(self) -> str:
        """The app's name in the ledger; '' while it is not set up."""
        return f"{self.corp_id}/{self.agent_id}" if self.corp_id and self.agent_id else ""

    @property
    def jssdk(self) -> str:
        """Where pages get WeCom's script; '' nowhere."""
        return "" if self.jssdk_url == "off" else self.jssdk_url

    @property
    def app(self) -> bool:
        """Whether the self-built app is used."""
        return self.mode in {"app", "both"}

    @property
    def aibot(self) -> bool:
        """Whether the smart bot is used."""
        return self.mode in {"aibot", "both"}


GROUPS = (Settings, TelegramSettings, WeComSettings)


def read_settings(**given: Any) -> Settings:
    """The settings, what was given on the command line before environment and `.env`.

    `BadSetting` names the variable, its value and what is expected there.
    """
    try:
        settings = Settings(**{name: one for name, one in given.items() if one is not None})
        TelegramSettings()
        WeComSettings()
    except ValidationError as error:
        raise BadSetting("\n".join(_named(error, one) for one in error.errors())) from error
    except UnicodeDecodeError as error:
        raise BadSetting(f"{ENV_FILE} 不是 UTF-8 编码，读不了。请另存为 UTF-8。") from error
    for name, folder in (("DATA", settings.data), ("COUNTY_DIR", settings.county_dir)):
        if folder and (not folder.is_dir() if name != "DATA" else folder.is_file()):
            raise BadSetting(_wrong(f"ZHUCUN_{name}", folder))
    return settings


def _named(error: ValidationError, one: Any) -> str:
    prefix = next(
        group.model_config["env_prefix"] for group in GROUPS if group.__name__ == error.title
    )
    return _wrong(f"{prefix}{one['loc'][0]}".upper(), one["input"])


def _wrong(name: str, value: object) -> str:
    return f"设置有误：{name} 现在是“{value}”，要写：{EXPECTED.get(name, '一段文字')}。"


def strange_names() -> dict[str, str]:
    """Variables of ours by their prefix that nobody reads, each with the nearest known name."""
    prefixes = tuple(str(group.model_config["env_prefix"]) for group in GROUPS)
    known = [
        f"{group.model_config['env_prefix']}{name}".upper()
        for group in GROUPS
        for name in group.model_fields
    ]
    given = [*os.environ, *dotenv_values(ENV_FILE, encoding="utf-8")]
    strange = {
        name
        for name in given
        if name.upper().startswith(prefixes) and name.upper() not in known
    }
    return {
        name: next(iter(get_close_matches(name.upper(), known, 1)), "")
        for name in sorted(strange)
    }
