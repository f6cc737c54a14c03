"""WeCom's signatures, encryption and XML against vectors that eight implementations agree on."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from source import ROOT

from bot.channels.wecom import envelope
from bot.channels.wecom.crypto import Crypt, CryptError, media_open
from bot.channels.wecom.envelope import BadEnvelope, read_envelope, read_inner

VECTORS = json.loads((ROOT / "tests/payloads/wecom_vectors.json").read_text("utf-8"))
GOOD = VECTORS["vectors"]
OURS = Crypt("ZhuCunBangFu2026", GOOD[0]["encoding_aes_key"], "ww7a1c0ffee5d1e2f3")


def crypt_of(one: dict[str, Any]) -> Crypt:
    return Crypt(one["token"], one["encoding_aes_key"], one["receiveid"])


@pytest.mark.parametrize("one", GOOD, ids=lambda one: one["name"])
def test_what_wecom_encrypts_is_read_and_written_alike(one: dict[str, Any]) -> None:
    crypt = crypt_of(one)
    crypt.verify(one["signature"], one["timestamp"], one["nonce"], one["ciphertext"])
    assert crypt.open(one["ciphertext"]) == one["plaintext"]
    sealed = crypt.seal(one["plaintext"], random=bytes.fromhex(one["random_hex"]))
    assert sealed == one["ciphertext"]


def test_tencents_published_example() -> None:
    one = VECTORS["official"]
    crypt = Crypt(one["token"], one["encoding_aes_key"], one["decrypted_receiveid"])
    assert crypt.open(one["ciphertext"]) == one["plaintext"]


@pytest.mark.parametrize("one", VECTORS["negative"], ids=lambda one: one["name"])
def test_what_is_wrong_is_named(one: dict[str, Any]) -> None:
    crypt = crypt_of(one)
    with pytest.raises(CryptError) as error:
        crypt.verify(one["signature"], one["timestamp"], one["nonce"], one["ciphertext"])
        crypt.open(one["ciphertext"])
    assert error.value.kind == one["error"]


@pytest.mark.parametrize("one", VECTORS["aibot_media"], ids=lambda one: one["name"])
@pytest.mark.parametrize("key", ["aeskey", "aeskey_unpadded"])
def test_files_of_a_smart_bot(one: dict[str, Any], key: str) -> None:
    data = base64.b64decode(one["ciphertext_b64"])
    assert media_open(data, one[key]) == base64.b64decode(one["plaintext_b64"])


@given(st.one_of(st.text(), st.binary().map(lambda some: base64.b64encode(some).decode())))
def test_no_ciphertext_does_more_than_be_refused(some: str) -> None:
    with pytest.raises(CryptError):
        OURS.open(some)


@given(st.text(st.characters(codec="utf-8")), st.binary(min_size=16, max_size=16))
def test_what_is_sealed_opens_again(words: str, noise: bytes) -> None:
    assert OURS.open(OURS.seal(words, random=noise)) == words


@given(st.binary(max_size=300))
def test_no_body_does_more_than_be_refused(some: bytes) -> None:
    with pytest.raises(BadEnvelope):
        read_envelope(some)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_in_any_encoding(encoding: str) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>'
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    with pytest.raises(BadEnvelope, match="document type"):
        read_envelope((head + bomb).encode(encoding))


def test_the_words_of_a_member_may_be_xml() -> None:
    words = "<!DOCTYPE x> ]]> &amp; 😀"
    inner = f"<xml><Content>{envelope.cdata(words)}</Content><MsgId>1</MsgId></xml>"
    assert read_inner(inner)["Content"] == words


@pytest.mark.parametrize("one", [one for one in GOOD if one["kind"] in {"message", "event"}],
                         ids=lambda one: one["name"])  # fmt: skip
def test_every_kind_of_message_is_read(one: dict[str, Any]) -> None:
    inner = read_inner(one["plaintext"])
    assert inner["FromUserName"] == "ZhangSan"
    assert inner["MsgType"]


def test_pictures_stand_in_two_shapes() -> None:
    once = "<PicList><item><PicMd5Sum>a</PicMd5Sum></item><item><PicMd5Sum>b</PicMd5Sum></item></PicList>"
    twice = "".join(
        f"<PicList><item><PicMd5Sum>{one}</PicMd5Sum></item></PicList>" for one in "ab"
    )
    for shape in (once, twice):
        lists = envelope.listed(read_inner(f"<xml>{shape}<a>1</a></xml>")["PicList"])
        sums = [item["PicMd5Sum"] for one in lists for item in envelope.listed(one["item"])]
        assert sums == ["a", "b"]


def test_answers_are_those_of_the_vectors() -> None:
    wanted = next(one for one in GOOD if one["name"] == "reply_update_button")["plaintext"]
    told = read_inner(wanted)
    asked = {"FromUserName": told["ToUserName"], "ToUserName": told["FromUserName"],
             "CreateTime": told["CreateTime"]}  # fmt: skip
    assert read_inner(envelope.update_button(asked, told["Button"]["ReplaceName"])) == told
