"""Settings from the environment and `.env`. Every field says what it is for.

`.env.example` and the table in docs/operating.md are generated from here (`make docs`).
"""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What the operator decides; a county's working numbers stand in rules.toml instead."""

    model_config = SettingsConfigDict(
        env_prefix="ZHUCUN_", env_file=".env", extra="ignore", frozen=True
    )

    data: Path = Field(
        Path("data"), description="数据目录：数据库、照片和文件、密钥、备份都在里面"
    )
    county_dir: Path | None = Field(
        None,
        description="本县自己的目录：rules.toml（时间、期限等数字）和 chat/（改过的话术）；留空用默认",
    )
    host: str = Field(
        "127.0.0.1", description="网页对话监听的地址；对外开放前请先看 docs/operating.md"
    )
    port: int = Field(8765, ge=1, le=65535, description="网页对话的端口")
    public_url: str = Field(
        "",
        description="网页对话对外的网址（前面有 HTTPS 时填写），邀请链接用它；留空用本机地址",
    )
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
    def address(self) -> str:
        """Where the web chat is reached."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"


class TelegramSettings(BaseSettings):
    """The Telegram channel; without a token it stays off."""

    model_config = SettingsConfigDict(
        env_prefix="TELEGRAM_", env_file=".env", extra="ignore", frozen=True
    )

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
