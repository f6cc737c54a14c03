"""How WeCom signs and encrypts what it calls back with (wecom.md §2): AES-256-CBC, SHA-1, PKCS#7 to 32."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

Fault = Literal["signature", "decrypt", "padding", "format", "receiveid"]
BLOCK = 32  # bytes a plaintext is padded to, though AES has blocks of 16
NOISE, LENGTH = 16, 4  # random bytes, and the big-endian length behind them
KEY_LENGTH = 43  # characters of an EncodingAESKey


class CryptError(ValueError):
    """Not from WeCom, or not for us; `kind` says at which step that showed."""

    def __init__(self, kind: Fault) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True)
class Crypt:
    """The keys of one callback address; `receiveid` is the corp's id, '' for a smart bot."""

    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    receiveid: str

    @cached_property
    def key(self) -> bytes:
        """32 bytes; the spare bits of the last character may be anything, as in Tencent's own."""
        return base64.b64decode(f"{self.aes_key}=")

    def signature(self, timestamp: str, nonce: str, ciphertext: str) -> str:
        """SHA-1 over the sorted parts, hexadecimal."""
        parts = sorted((self.token, timestamp, nonce, ciphertext))
        return hashlib.sha1("".join(parts).encode(), usedforsecurity=False).hexdigest()

    def verify(self, signature: str, timestamp: str, nonce: str, ciphertext: str) -> None:
        """`CryptError` unless WeCom has signed this."""
        wanted = self.signature(timestamp, nonce, ciphertext)
        if not hmac.compare_digest(wanted.encode(), signature.encode()):
            raise CryptError("signature")

    def open(self, ciphertext: str) -> str:
        """The words inside, if they are for us; `CryptError` says what is wrong with them."""
        plain = unpadded(_decrypted(self.key, _decoded(ciphertext)))
        body = plain[NOISE + LENGTH :]
        size = int.from_bytes(plain[NOISE : NOISE + LENGTH], "big")
        if len(plain) < NOISE + LENGTH or size > len(body):
            raise CryptError("format")
        if not hmac.compare_digest(body[size:], self.receiveid.encode()):
            raise CryptError("receiveid")
        try:
            return body[:size].decode()
        except UnicodeDecodeError:
            raise CryptError("format") from None

    def seal(self, words: str, *, random: bytes) -> str:
        """The words encrypted; `random`: 16 bytes nobody can foresee."""
        said = words.encode()
        plain = random + len(said).to_bytes(LENGTH, "big") + said + self.receiveid.encode()
        pad = BLOCK - len(plain) % BLOCK
        cipher = _cipher(self.key).encryptor()
        sealed = cipher.update(plain + bytes([pad]) * pad) + cipher.finalize()
        return base64.b64encode(sealed).decode()


def media_open(data: bytes, aes_key: str) -> bytes:
    """A file a smart bot was sent; its own key comes with it, with or without the last `=`."""
    try:
        key = base64.b64decode(aes_key.rstrip("=") + "=")
    except binascii.Error:
        raise CryptError("format") from None
    if len(key) != BLOCK:
        raise CryptError("format")
    return unpadded(_decrypted(key, data))


def unpadded(plain: bytes) -> bytes:
    """Without the padding, which counts to 32 and not to 16."""
    pad = plain[-1] if plain else 0
    if not 1 <= pad <= BLOCK or plain[-pad:] != bytes([pad]) * pad:
        raise CryptError("padding")
    return plain[:-pad]


def _decoded(ciphertext: str) -> bytes:
    try:
        return base64.b64decode(ciphertext, validate=True)
    except (binascii.Error, ValueError):
        raise CryptError("decrypt") from None


def _decrypted(key: bytes, data: bytes) -> bytes:
    if not data or len(data) % NOISE:
        raise CryptError("decrypt")
    cipher = _cipher(key).decryptor()
    return cipher.update(data) + cipher.finalize()


def _cipher(key: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES256(key), modes.CBC(key[:NOISE]))
