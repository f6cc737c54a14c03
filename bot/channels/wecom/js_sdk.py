"""How a page proves to WeCom's JS-SDK that it is ours (wecom.md §6, doc 90506)."""

import hashlib


def signature(ticket: str, noncestr: str, timestamp: int, url: str) -> str:
    """SHA-1, hexadecimal, over the ticket and the page's address without its fragment."""
    page = url.partition("#")[0]
    signed = f"jsapi_ticket={ticket}&noncestr={noncestr}&timestamp={timestamp}&url={page}"
    return hashlib.sha1(signed.encode(), usedforsecurity=False).hexdigest()
