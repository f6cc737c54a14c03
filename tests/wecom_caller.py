"""WeCom's side of the callback: signs, encrypts, pushes, and tries again after five seconds.

Three tries in all, each with its own time, nonce and ciphertext; any answer but 200 is a failure.
The passive answer is opened and takes effect on the member's screen (wecom.md §2).
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from fake_wecom import AES_KEY, AGENT, CORP, PASSIVE, TOKEN, FakeWeCom, Seen

from bot.channels.wecom import envelope
from bot.channels.wecom.crypto import Crypt

TRIES = 3


@dataclass
class Delivery:
    """What became of one push."""

    statuses: list[int] = field(default_factory=list)  # 0: no answer in time
    answer: dict[str, Any] = field(default_factory=dict)
    ms: list[float] = field(default_factory=list)

    @property
    def taken(self) -> bool:
        """Whether WeCom was told that the message is received."""
        return bool(self.statuses) and self.statuses[-1] == 200


@dataclass
class Caller:
    """Calls back one address. `patience`: seconds it waits for an answer."""

    fake: FakeWeCom
    url: str
    patience: float = 5.0
    transport: httpx.AsyncBaseTransport | None = None
    crypt: Crypt = field(default_factory=lambda: Crypt(TOKEN, AES_KEY, CORP))
    _made: int = 0

    # what members do
    def text(self, who: str, words: str) -> str:
        """A member writes to the app."""
        return self.message(who, "text", Content=words)

    def image(self, who: str, data: bytes, mime: str = "image/jpeg") -> str:
        """A member sends a picture; its bytes wait in WeCom's store."""
        media_id = self.fake.hold(data, mime)
        return self.message(who, "image", PicUrl="http://127.0.0.1/none", MediaId=media_id)

    def location(self, who: str, lat: float, lng: float, label: str = "") -> str:
        """A member picks a point on the map."""
        return self.message(
            who, "location", Location_X=f"{lat}", Location_Y=f"{lng}", Scale="15",
            Label=label, AppType="wxwork",
        )  # fmt: skip

    def press(self, who: str, key: str, seen: Seen | None = None) -> str:
        """A member presses a button (or submits an option) of a card, by default the newest."""
        card = seen or next(
            one for one in reversed(self.fake.screen(who)) if key in dict(one.buttons).values()
        )
        asked = card.body.get("checkbox") or {}
        chosen = {}
        if asked:
            item = {"QuestionKey": asked["question_key"], "OptionIds": {"OptionId": key}}
            chosen, key = (
                {"SelectedItems": {"SelectedItem": item}},
                card.body["submit_button"]["key"],
            )
        return self.event(
            who, "template_card_event", EventKey=key, TaskId=card.task_id,
            CardType=card.body["card_type"], ResponseCode=self.fake.press_code(card), **chosen,
        )  # fmt: skip

    def message(self, who: str, kind: str, **fields: Any) -> str:
        """The inner XML of a message of a kind."""
        self._made += 1
        return self.inner(who, MsgType=kind, **fields, MsgId=str(7_000_000 + self._made))

    def event(self, who: str, name: str, **fields: Any) -> str:
        """The inner XML of an event; events have no id."""
        return self.inner(who, MsgType="event", Event=name, **fields)

    def inner(self, who: str, **fields: Any) -> str:
        """The inner XML with what every message has."""
        now = int(self.fake.clock.now().timestamp())
        common = {"ToUserName": CORP, "FromUserName": who, "CreateTime": now}
        return element("xml", {**common, **fields, "AgentID": AGENT})

    # what WeCom does
    async def verify_url(self, echo: str = "5927782489442352469") -> bool:
        """The console's check: the echo comes back bare within a second."""
        query = self._query(self.crypt.seal(echo, random=self._noise()))
        query["echostr"] = query.pop("ciphertext")
        async with asyncio.timeout(1.0), self._http(1.0) as http:
            answer = await http.get(self.url, params=query)
        return answer.status_code == 200 and answer.content == echo.encode()

    async def push(self, xml: str, *, tries: int = TRIES) -> Delivery:
        """Deliver one message, again while it is not taken."""
        delivery = Delivery()
        async with self._http(self.patience) as http:
            for _ in range(tries):
                if await self._tried(http, xml, delivery):
                    break
        return delivery

    async def twice(self, xml: str) -> tuple[Delivery, Delivery]:
        """The same message again though it was taken: the answer got lost on its way."""
        return await self.push(xml), await self.push(xml)

    async def swapped(self, *xmls: str) -> list[Delivery]:
        """The last first."""
        return [await self.push(xml) for xml in reversed(xmls)]

    async def at_once(self, *xmls: str) -> list[Delivery]:
        """All at the same time."""
        return list(await asyncio.gather(*(self.push(xml) for xml in xmls)))

    async def replayed(self, xml: str) -> list[int]:
        """The very same request twice, time and nonce included."""
        query, body = self.sealed(xml)
        async with self._http(self.patience) as http:
            return [
                (await http.post(self.url, params=query, content=body)).status_code
                for _ in range(2)
            ]

    async def dripped(self, xml: str, pause: float = 0.01) -> int:
        """A body that comes in small pieces."""
        query, body = self.sealed(xml)

        async def pieces() -> AsyncIterator[bytes]:
            for start in range(0, len(body), 64):
                await asyncio.sleep(pause)
                yield body[start : start + 64]

        async with self._http(self.patience) as http:
            return (await http.post(self.url, params=query, content=pieces())).status_code

    def sealed(self, xml: str) -> tuple[dict[str, str], bytes]:
        """Query and body of one try: its own time, nonce and ciphertext."""
        query = self._query(self.crypt.seal(xml, random=self._noise()))
        ciphertext = query.pop("ciphertext")
        body = (
            f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName>"
            f"<Encrypt><![CDATA[{ciphertext}]]></Encrypt>"
            f"<AgentID><![CDATA[{AGENT}]]></AgentID></xml>"
        )
        return query, body.encode()

    def opened(self, body: bytes) -> dict[str, Any]:
        """A passive answer: its signature is checked, its words are opened."""
        outer = envelope.read_inner(body.decode())
        self.crypt.verify(
            outer["MsgSignature"], str(outer["TimeStamp"]), outer["Nonce"], outer["Encrypt"]
        )
        return envelope.read_inner(self.crypt.open(outer["Encrypt"]))

    async def _tried(self, http: httpx.AsyncClient, xml: str, delivery: Delivery) -> bool:
        query, body = self.sealed(xml)
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            async with asyncio.timeout(self.patience):
                answer = await http.post(self.url, params=query, content=body)
        except (TimeoutError, httpx.HTTPError):
            delivery.statuses.append(0)
            return False
        finally:
            delivery.ms.append((loop.time() - begun) * 1000)
        delivery.statuses.append(answer.status_code)
        if answer.status_code == 200 and answer.content:
            delivery.answer = self.opened(answer.content)
            self._shown(xml, delivery.answer)
        return answer.status_code == 200

    def _shown(self, xml: str, answer: dict[str, Any]) -> None:
        """What a passive answer does on the screen."""
        told = envelope.read_inner(xml)
        who, kind = str(told["FromUserName"]).casefold(), answer.get("MsgType")
        if kind == "text":
            now = self.fake.clock.now()
            self.fake.outbox.append(Seen(who, "text", answer["Content"], {}, now, PASSIVE))
        for seen in self.fake.screen(who):
            if seen.task_id and seen.task_id == told.get("TaskId"):
                if kind == "update_button":
                    seen.replaced = answer["Button"]["ReplaceName"]
                if kind == "update_template_card":
                    seen.replaced = answer["TemplateCard"].get("ReplaceText", "")

    def _query(self, ciphertext: str) -> dict[str, str]:
        self._made += 1
        timestamp = str(int(self.fake.clock.now().timestamp()))
        nonce = f"{1_500_000_000 + self._made}"
        signature = self.crypt.signature(timestamp, nonce, ciphertext)
        return {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce,
                "ciphertext": ciphertext}  # fmt: skip

    def _noise(self) -> bytes:
        self._made += 1
        return f"{self._made:016d}".encode()

    def _http(self, seconds: float) -> httpx.AsyncClient:
        return httpx.AsyncClient(timeout=seconds, transport=self.transport, trust_env=False)


def element(name: str, value: Any) -> str:
    """A value as WeCom writes it: names inside each other, lists as repeated elements."""
    if isinstance(value, Mapping):
        inside = (
            element(key, one)
            for key, many in value.items()
            for one in (many if isinstance(many, list) else [many])
        )
        return f"<{name}>{''.join(inside)}</{name}>"
    return f"<{name}>{value if isinstance(value, int) else envelope.cdata(str(value))}</{name}>"
