"""Whether WeCom's settings are complete and well formed, each by its name; no secret is shown."""

import re
import ssl
from collections.abc import Callable
from urllib.parse import urlsplit

from bot.channels.wecom import AES_KEY, TOKEN
from bot.channels.wecom.crypto import KEY_LENGTH
from bot.channels.wecom_group import BadWebhooks, robots_of
from bot.doctor import Finding
from bot.settings import Settings, WeComSettings

BLANK = re.compile(r"\s")
APP_PAGE = "在管理后台“应用管理”里点开这个应用，从那一页重新抄"
RECEIVE = "应用页“接收消息”→“设置API接收”里的要和 .env 里的一样，重新抄一遍"
HERE = ("localhost", "127.", "10.", "192.168.", "0.0.0.0")


def look_at_settings(settings: Settings, wecom: WeComSettings) -> list[Finding]:
    """One finding a setting that is needed in this mode; a good one says so too."""
    found = [_mode(wecom)]
    if wecom.app:
        found += [*_app(wecom), _public_url(settings.public_url, wecom)]
        found.append(_address("WECOM_API_BASE", wecom.api_base, "https"))
    if wecom.aibot:
        found += _bot(wecom)
    if wecom.ca_file:
        found.append(_ca_file(wecom.ca_file))
    if wecom.webhooks.get_secret_value():
        found.append(_webhooks(wecom.webhooks.get_secret_value()))
    return found


def _mode(wecom: WeComSettings) -> Finding:
    told = {
        "off": "off，企业微信没有启用", "app": "app，用自建应用", "aibot": "aibot，用智能机器人",
        "both": "both，自建应用和智能机器人都用",
    }  # fmt: skip
    remedy = "五分钟试用写 aibot，完整的写 app；从哪一步开始见 docs/wecom.md"
    return Finding("WECOM_MODE", wecom.mode != "off", told[wecom.mode], remedy)


def _app(wecom: WeComSettings) -> list[Finding]:
    return [
        _judged("WECOM_CORP_ID", wecom.corp_id, _plain, "在管理后台“我的企业”最下面一行抄，ww 开头"),
        _agent(wecom.agent_id),
        _judged("WECOM_SECRET", wecom.secret.get_secret_value(), _plain, APP_PAGE),
        _judged("WECOM_TOKEN", wecom.token.get_secret_value(), _token, RECEIVE),
        _judged("WECOM_AES_KEY", wecom.aes_key.get_secret_value(), _aes_key, RECEIVE),
    ]  # fmt: skip


def _bot(wecom: WeComSettings) -> list[Finding]:
    page = "在智能机器人的“API 模式”→“长连接”那一页重新抄"
    return [
        _judged("WECOM_BOT_ID", wecom.bot_id, _plain, page),
        _judged("WECOM_BOT_SECRET", wecom.bot_secret.get_secret_value(), _plain, page),
        _address("WECOM_WS_URL", wecom.ws_url, "wss"),
    ]


def _judged(name: str, value: str, judge: Callable[[str], str], remedy: str) -> Finding:
    """Empty, or what the judge finds wrong with it, or well."""
    fault = judge(value) if value else "没有填"
    return Finding(name, not fault, fault or "已填", remedy)


def _plain(value: str) -> str:
    return "里面有空格或换行" if BLANK.search(value) else _ascii(value)


def _ascii(value: str) -> str:
    return "" if value.isascii() else "里面有汉字或全角的符号"


def _token(value: str) -> str:
    if len(value) > 32:
        return f"有 {len(value)} 位，不能超过 32 位"
    return "" if TOKEN.fullmatch(value) else "只能是字母和数字"


def _aes_key(value: str) -> str:
    if len(value) != KEY_LENGTH:
        return f"有 {len(value)} 位，要 {KEY_LENGTH} 位"
    return "" if AES_KEY.fullmatch(value) else "只能是字母和数字"


def _agent(number: int) -> Finding:
    return Finding("WECOM_AGENT_ID", number > 0, str(number or "没有填"), APP_PAGE)


def _address(name: str, url: str, scheme: str) -> Finding:
    """Encrypted; in the open only as far as a forward proxy on this machine."""
    host = _host(url)
    good = bool(host) and (url.startswith(f"{scheme}://") or host == "127.0.0.1")
    return Finding(name, good, url, f"要以 {scheme}:// 开头，后面是域名")


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _public_url(url: str, wecom: WeComSettings) -> Finding:
    """Where WeCom calls back: public, over HTTPS."""
    name, host = "ZHUCUN_PUBLIC_URL", _host(url)
    remedy = f"填对外的网址，例如 https://您的域名；回调网址就是它加上 {wecom.callback_path}"
    if not url:
        return Finding(name, False, "没有填，企业微信不知道往哪里送消息", remedy)
    if not (host and url.startswith("https://")):
        return Finding(name, False, f"{url}，不是 https://", remedy)
    if host.startswith(HERE):
        return Finding(name, False, f"{url}，只有本机或内网到得了", remedy)
    return Finding(name, True, url)


def _ca_file(path: str) -> Finding:
    try:
        ssl.create_default_context(cafile=path)
        good, state = True, path
    except ssl.SSLError:
        good, state = False, f"{path} 用不了：里面没有证书"
    except OSError as error:
        good, state = False, f"{path} 用不了：{error.strerror}"
    return Finding("WECOM_CA_FILE", good, state, "填私有化部署根证书的 PEM 文件；公有云留空")


def _webhooks(value: str) -> Finding:
    try:
        count = len(robots_of(value))
    except BadWebhooks as error:
        what, _, remedy = str(error).partition("\n")
        return Finding("WECOM_WEBHOOKS", False, what, remedy)
    return Finding("WECOM_WEBHOOKS", True, f"{count} 个群机器人")
