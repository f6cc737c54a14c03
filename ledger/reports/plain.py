"""Facts as text and back: what a frozen dataclass holds, in readable JSON.

Whatever a report gains later is read with its default from what was kept before.
"""

import json
import types
from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def written(facts: Any) -> str:
    """The facts as text: the same facts are the same text."""
    return json.dumps(asdict(facts), ensure_ascii=False, sort_keys=True)


def read(shape: type[T], text: str) -> T:
    """The facts of that shape; what the text does not have keeps its default."""
    made = _made(shape, json.loads(text))
    assert isinstance(made, shape)
    return made


def _made(shape: Any, found: Any) -> Any:
    """One value in its shape: a dataclass, a row (a NamedTuple), a tuple, or plain."""
    if get_origin(shape) in {types.UnionType, Union}:
        rest = [one for one in get_args(shape) if one is not type(None)]
        return None if found is None else _made(rest[0], found)
    if get_origin(shape) is tuple:
        return _tuple(get_args(shape), found)
    if is_dataclass(shape) and isinstance(shape, type):
        return _dataclass(shape, found)
    if isinstance(shape, type) and hasattr(shape, "_fields"):
        hints = _hints(shape)
        return shape(
            *(_made(hint, one) for hint, one in zip(hints.values(), found, strict=False))
        )
    return found


def _tuple(shapes: tuple[Any, ...], found: list[Any]) -> tuple[Any, ...]:
    if shapes[-1] is Ellipsis:
        return tuple(_made(shapes[0], one) for one in found)
    return tuple(_made(one, value) for one, value in zip(shapes, found, strict=True))


def _dataclass(shape: type, found: Mapping[str, Any]) -> Any:
    hints = _hints(shape)
    given = {
        one.name: _made(hints[one.name], found[one.name])
        for one in fields(shape)
        if one.init
        and (one.name in found or (one.default is MISSING and one.default_factory is MISSING))
    }
    return shape(**given)


@cache
def _hints(shape: type) -> dict[str, Any]:
    return get_type_hints(shape)
