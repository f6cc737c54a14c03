"""Who is meant where households named before come up again: 罗的孙子, 蒋户, 头一家, 另一户."""

import re
from collections.abc import Sequence

from ledger.reading.said import Who
from ledger.surnames import surname_of

LEADS = r"^(?:就|只|还|也|但|不过|倒|可|其中|先说|再说|嗯|是|有)*+"
BY_SURNAME = re.compile(
    LEADS + r"(?P<surname>[一-龥]{1,2}?)(?:$|(?=缺|没|要|想|说|讲|反映|愁|嫌|无|患|求|诉|称)"
    r"|[家户](?![长主户庭])|的(?![确士话时是])|那[边头儿])"
)
PLACES = "一二三四五六七八九"
IN_ORDER = re.compile(
    LEADS
    + rf"(?:(?P<first>头一?|前一|先一)|第(?P<place>[{PLACES}])|(?P<last>后一|最后一?|末一))[家户个]"
)
OF_TWO = re.compile(
    LEADS + r"(?:(?P<one>一[个户])|另外?一?[个户家])(?:是|的|说|讲|要|缺|嫌|想|没|家)"
)
REST = re.compile(LEADS + r"(?:另外?|其[他余它]|剩下?的?)[两俩三四五六七八几\d]*[家户个](?!人)")


def again(text: str, named: Sequence[Who], spoken: Sequence[Who]) -> tuple[Who | None, ...]:
    """Those of `named` a clause without names goes on about; none where it means nobody of them.

    spoken: whom the clause before was about.
    """
    found = _by_surname(text, named)
    if found or len(named) < 2:
        return found
    return _in_order(text, named) or _of_two(text, named) or _rest(text, named, spoken)


def _by_surname(text: str, named: Sequence[Who]) -> tuple[Who, ...]:
    match = BY_SURNAME.search(text)
    if match is None:
        return ()
    fits = tuple(one for one in named if surname_of(one.name) == match["surname"])
    return fits if len(fits) == 1 else ()


def _in_order(text: str, named: Sequence[Who]) -> tuple[Who, ...]:
    match = IN_ORDER.search(text)
    if match is None:
        return ()
    if match["place"]:
        place = PLACES.index(match["place"])
        return tuple(named[place : place + 1])
    return (named[0],) if match["first"] else (named[-1],)


def _of_two(text: str, named: Sequence[Who]) -> tuple[Who, ...]:
    match = OF_TWO.search(text) if len(named) == 2 else None
    if match is None:
        return ()
    return (named[0],) if match["one"] else (named[1],)


def _rest(text: str, named: Sequence[Who], spoken: Sequence[Who]) -> tuple[Who | None, ...]:
    """The others of them: 另两户安稳 says nothing of the one just told of."""
    if REST.search(text) is None:
        return ()
    return tuple(one for one in named if one not in spoken) or (None,)
