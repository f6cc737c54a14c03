"""Whether WeCom's calls reach us: our own public address is asked as WeCom's console asks it (§2)."""

import asyncio
import ssl
from dataclasses import dataclass

import httpx

from bot.channels.wecom.crypto import Crypt, CryptError
from bot.doctor import Finding
from bot.settings import WeComSettings
from ledger.chance import fresh_seed
from ledger.clock import Clock

THING = "回调网址"
WITHIN = 1.0  # seconds WeCom's console waits
PATIENCE = 5.0  # seconds we wait, to tell slow from dead
PROXY = "反向代理的写法见 docs/wecom.md"
DOWN = (
    "连不上",
    "查域名解析、防火墙、443 端口；从本机连不上自己的域名，就换一台机器用浏览器打开看看",
)
STATUSES = {  # what came back -> what happened, what to do
    301: ("被转到别的网址去了", "企业微信不跟着转：ZHUCUN_PUBLIC_URL 直接填转到的那个 https 网址"),
    400: ("收到了，但网址后面的参数丢了", f"反向代理要把 ? 后面的参数原样转过来；{PROXY}"),
    401: ("要登录才能看", f"回调的路径不能加口令；{PROXY}"),
    403: ("签名对不上", "停下再启动驻村通，让它用现在 .env 里的 Token、EncodingAESKey、企业 ID"),
    404: ("那里没有这个路径", f"先用 zhucun run 启动（WECOM_MODE 是 app 或 both），再查反向代理；{PROXY}"),
    405: ("那里不是驻村通", f"查反向代理转到了哪里；{PROXY}"),
    502: ("反向代理通了，后面的驻村通没有开", "用 zhucun run 启动，代理转到的端口要和 ZHUCUN_PORT 一样"),
}  # fmt: skip
BARRED = f"反向代理要带上 Host，前面的防火墙要放行这个路径；{PROXY}"
SAME = {302: 301, 307: 301, 308: 301, 503: 502, 504: 502}


@dataclass(frozen=True)
class Answered:
    """What came back, and after how many seconds."""

    status: int
    content: bytes
    seconds: float


async def look_at_callback(base: str, wecom: WeComSettings, clock: Clock) -> Finding:
    """Ask our public address with a signed echo, and say what came back."""
    url = f"{base.rstrip('/')}{wecom.callback_path}"
    echo = fresh_seed().hex()[:20]
    try:
        query = signed_echo(crypt_of(wecom), echo, str(int(clock.now().timestamp())))
        came = await _asked(url, query, wecom.ca_file)
    except httpx.HTTPError as error:
        return _not_reached(url, error)
    except (httpx.InvalidURL, OSError, ValueError) as error:
        what = "WECOM_AES_KEY" if isinstance(error, ValueError) else "ZHUCUN_PUBLIC_URL"
        return Finding(THING, False, f"{url} 没法问", f"先改好 {what} 和 WECOM_CA_FILE")
    return _verdict(url, echo, came)


def crypt_of(wecom: WeComSettings) -> Crypt:
    """The keys as the settings have them."""
    return Crypt(
        wecom.token.get_secret_value(), wecom.aes_key.get_secret_value(), wecom.corp_id
    )


def signed_echo(crypt: Crypt, echo: str, timestamp: str) -> dict[str, str]:
    """The query with which the console checks an address."""
    nonce, sealed = fresh_seed().hex()[:10], crypt.seal(echo, random=fresh_seed()[:16])
    signature = crypt.signature(timestamp, nonce, sealed)
    return {
        "msg_signature": signature,
        "timestamp": timestamp,
        "nonce": nonce,
        "echostr": sealed,
    }


def look_at_crypto(wecom: WeComSettings) -> Finding:
    """Seal and open with the operator's own keys; what is tampered with must not open."""
    thing, words, timestamp = "加解密", "<xml>体检：这一句要原样回来</xml>", "1790000000"
    remedy = "核对 WECOM_AES_KEY；还不行就重新安装：make install"
    try:
        crypt = crypt_of(wecom)
        sealed = crypt.seal(words, random=fresh_seed()[:16])
        crypt.verify(crypt.signature(timestamp, "7", sealed), timestamp, "7", sealed)
        good = crypt.open(sealed) == words and _stranger_refused(wecom, sealed)
    except ValueError:
        good = False
    return Finding(thing, good, "自己加密的能解开" if good else "自己加密的解不开", remedy)


def _stranger_refused(wecom: WeComSettings, sealed: str) -> bool:
    """Another corp's words are not for us."""
    try:
        Crypt("", wecom.aes_key.get_secret_value(), f"{wecom.corp_id}x").open(sealed)
    except CryptError as error:
        return error.kind == "receiveid"
    return False


async def _asked(url: str, query: dict[str, str], ca_file: str) -> Answered:
    trust = ssl.create_default_context()
    if ca_file:
        trust.load_verify_locations(ca_file)
    loop = asyncio.get_running_loop()
    async with httpx.AsyncClient(verify=trust, timeout=PATIENCE, trust_env=False) as http:
        begun = loop.time()
        answer = await http.get(url, params=query)
        return Answered(answer.status_code, answer.content, loop.time() - begun)


def _not_reached(url: str, error: httpx.HTTPError) -> Finding:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        remedy = "换成受信任的证书，带上中间证书；自己的根证书填在 WECOM_CA_FILE"
        return Finding(THING, False, f"{url} 的证书不被信任", remedy)
    if isinstance(error, httpx.TimeoutException) and not isinstance(
        error, httpx.ConnectTimeout
    ):
        return Finding(THING, False, f"{url} 等了 {PATIENCE:.0f} 秒没有回答", STATUSES[502][1])
    return Finding(THING, False, f"{url} {DOWN[0]}（{type(error).__name__}）", DOWN[1])


def _verdict(url: str, echo: str, came: Answered) -> Finding:
    if came.status == 403 and came.content:  # our own refusal of a signature has no words
        return Finding(THING, False, f"{url} 被拦下了（HTTP 403）", BARRED)
    if came.status != 200:
        status = SAME.get(came.status, came.status)
        what, remedy = STATUSES.get(status, ("回答不对", f"看驻村通和反向代理的日志；{PROXY}"))
        return Finding(THING, False, f"{url} {what}（HTTP {came.status}）", remedy)
    if came.content != echo.encode():
        padded = echo.encode() in came.content
        what = (
            "回答的前后多了东西（空白、引号或网页）" if padded else "有回答，但不是驻村通答的"
        )
        return Finding(THING, False, f"{url} {what}", f"反向代理不要改回答的内容；{PROXY}")
    if came.seconds > WITHIN:
        state = f"{url} 答对了，但用了 {came.seconds:.1f} 秒，企业微信只等 1 秒"
        return Finding(THING, False, state, "查网络和机器的负担；后台保存时多点几次也可能过")
    return Finding(THING, True, f"{url} 答对了（从本机问，{came.seconds * 1000:.0f} 毫秒）")
