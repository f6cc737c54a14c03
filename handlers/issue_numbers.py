"""Which issue words begin with: 12号…, 把12号…, 问题12…, #12…, 12号问题…; and whether it may be a day.

12月20日, 3号楼 and 25号那天 name no issue. Up to 31 a number may be a day of the month.
"""

import re
from dataclasses import dataclass

MARKS = " ，,。：:；;、\n"
DAYS = 31
THING = "楼|线|令|文件|车厢|病房|会议室|公路|国道|省道|县道"  # 3号楼 is a house, not an issue
ACT = "申请销号|再次申请|销号|申请延期|延期|转办|退回"  # 45 申请销号: the number alone
HEAD = re.compile(
    r"(?:麻烦|请)?(?:帮忙)?[把将]?\s*(?:"
    r"问题\s*(?P<named>\d{1,9}+)(?!月|[.\d])\s*(?:号(?:问题)?)?"
    r"|#\s*(?P<marked>\d{1,9}+)\s*(?:号(?:问题)?)?"
    rf"|(?P<bare>\d{{1,9}}+)\s+(?={ACT})"
    rf"|(?P<id>\d{{1,9}}+)\s*号(?P<sure>问题)?(?!{THING})"
    rf")[{MARKS}]*(?P<words>.*)",
    re.DOTALL,
)
WORD_FIRST = re.compile(
    r"(?P<first>退回|打回|驳回|不同意销号|同意销号|不同意延期|同意延期|申请销号|收回|转办)\s*"
    rf"(?:问题)?\s*(?P<id>\d{{1,9}}+)(?:\s*号(?:问题)?|(?=[{MARKS}]|$))[{MARKS}]*(?P<words>.*)",
    re.DOTALL,
)
STRUCK_FIRST = re.compile(  # 撤销 41 is a record; 撤销 41号 and 撤销 问题41 are issues
    r"(?P<first>撤销|撤回|撤掉|撤消|删掉|删除)\s*(?:了|吧)?\s*"
    r"(?:问题\s*(?P<named>\d{1,9}+)\s*号?|(?P<id>\d{1,9}+)\s*号(?:问题)?)"
    rf"[{MARKS}]*(?P<words>.*)",
    re.DOTALL,
)
INSIDE = re.compile(  # 我去东沟看了35号，人还是不在岗
    r"(?P<lead>[^\d，,。；;]{0,20}(?:看|查|问|访|核|走|去|到)(?:实)?(?:了|过)(?:一下|看)?)\s*"
    rf"(?:问题)?\s*(?P<id>\d{{1,9}}+)\s*号(?:问题)?(?=[{MARKS}]|$)(?P<words>.*)",
    re.DOTALL,
)
A_DAY = re.compile(  # what follows a day of the month rather than an issue
    r"那[天日]|当[天日]|这[天日]|全天|一天|一整天|上午|下午|早上|早晨|中午|晚上|晚间|夜里|凌晨|\d+[点时:]"
    r"|前|后|之前|之后|以前|以后|左右|起|开始|截止|过[后去]|[到至~—\-]\s*\d|和|、"
    r"|我们?(?!去看|看)|要(?!求)|准备|打算|计划|开会|培训|学习|走访|入户|请假|休|轮休|值班|回[来去村家队]"
    r"|去(?!看)|在(?!修|建|办|弄|等|施|整)|到(?!位|账|货|了)|有人来|上班|下班|放假|出差|汇报|检查组|赶集"
)


@dataclass(frozen=True)
class Numbered:
    """An issue's number, and the rest of what was said."""

    id: int
    words: str
    named: bool  # 问题12: it stands in so many words
    sure: bool  # no day of the month can be meant

    @property
    def may_be_a_day(self) -> bool:
        """Whether the words go on as after a day: 25号那天, 12号去县里."""
        return not self.sure and A_DAY.match(self.words) is not None


def read(text: str, *, inside: bool) -> Numbered | None:
    """The issue a message begins with; `inside`: or has gone to see (看了35号)."""
    if first := WORD_FIRST.fullmatch(text) or STRUCK_FIRST.fullmatch(text):
        number = first["id"] or first["named"]
        return Numbered(int(number), f"{first['first']} {first['words']}".strip(), False, True)
    if head := HEAD.fullmatch(text):
        number = head["named"] or head["marked"] or head["bare"] or head["id"]
        plain = head["id"] and not head["sure"] and int(number) <= DAYS
        return Numbered(int(number), head["words"].strip(), bool(head["named"]), not plain)
    if inside and (there := INSIDE.fullmatch(text)):
        words = f"{there['lead']}{there['words']}".strip()
        return Numbered(int(there["id"]), words, False, True)
    return None
