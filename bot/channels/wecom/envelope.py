"""WeCom's XML, in and out (wecom.md §2, §3): nothing in it is trusted before its signature."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from bot.channels.wecom.crypto import Crypt

LONGEST = 1 << 20  # bytes of a callback's body
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
DEEPEST = 12  # elements inside each other; WeCom nests five


class BadEnvelope(ValueError):
    """A body that is no envelope of WeCom's."""


@dataclass(frozen=True)
class Envelope:
    """What surrounds an encrypted callback."""

    to: str
    ciphertext: str
    agent: str


class _Plain(ElementTree.TreeBuilder):
    """Refuses a document type in whatever encoding it comes: entities are never expanded."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Called by the parser for each `<!DOCTYPE`, not for the word in CDATA."""
        raise BadEnvelope("document type")


def read_envelope(body: bytes) -> Envelope:
    """The envelope of a POST; `BadEnvelope` when it is none. Nothing in it is genuine yet."""
    root = _parsed(body)
    ciphertext = (root.findtext("Encrypt") or "").strip()
    if not ciphertext:
        raise BadEnvelope("no Encrypt")
    return Envelope(
        (root.findtext("ToUserName") or "").strip(),
        ciphertext,
        (root.findtext("AgentID") or "").strip(),
    )


def read_inner(xml: str) -> dict[str, Any]:
    """A decrypted message by WeCom's own names; what stands twice is a list, once it is not."""
    found = _value(_parsed(xml), 0)
    if not isinstance(found, dict):
        raise BadEnvelope("no fields")
    return found


def listed(value: Any) -> list[Any]:
    """A repeated element as a list, however often it stood there."""
    if value in (None, ""):
        return []
    return list(value) if isinstance(value, list) else [value]


def update_button(inner: Mapping[str, Any], label: str) -> str:
    """The passive answer to a press: the card's buttons grey, the pressed one saying what was done."""
    return (
        f"<xml><ToUserName>{cdata(str(inner.get('FromUserName', '')))}</ToUserName>"
        f"<FromUserName>{cdata(str(inner.get('ToUserName', '')))}</FromUserName>"
        f"<CreateTime>{int(inner.get('CreateTime') or 0)}</CreateTime>"
        f"<MsgType>{cdata('update_button')}</MsgType>"
        f"<Button><ReplaceName>{cdata(label)}</ReplaceName></Button></xml>"
    )


def sealed_reply(crypt: Crypt, xml: str, *, timestamp: str, nonce: str, random: bytes) -> bytes:
    """A passive answer as WeCom wants it: encrypted and signed."""
    ciphertext = crypt.seal(xml, random=random)
    signature = crypt.signature(timestamp, nonce, ciphertext)
    return (
        f"<xml><Encrypt>{cdata(ciphertext)}</Encrypt>"
        f"<MsgSignature>{cdata(signature)}</MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{cdata(nonce)}</Nonce></xml>"
    ).encode()


def cdata(words: str) -> str:
    """Words that stay words: no control characters, `]]>` split over two sections."""
    return f"<![CDATA[{UNSEEN.sub('', words).replace(']]>', ']]]]><![CDATA[>')}]]>"


def _parsed(xml: bytes | str) -> ElementTree.Element:
    parser = ElementTree.XMLParser(target=_Plain())
    try:
        return ElementTree.fromstring(xml, parser)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise BadEnvelope(str(error)) from None


def _value(element: ElementTree.Element, depth: int) -> Any:
    if depth > DEEPEST:
        raise BadEnvelope("too deep")
    if not len(element):
        return (element.text or "").strip() if depth > 1 else element.text or ""
    fields: dict[str, Any] = {}
    for child in element:
        found = _value(child, depth + 1)
        fields[child.tag] = (
            [*listed(fields[child.tag]), found] if child.tag in fields else found
        )
    return fields
