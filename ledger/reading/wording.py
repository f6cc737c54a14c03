"""How a report's own words are kept: without what its fields say already."""

import re
from dataclasses import replace

from ledger.reading.said import IssueSaid, ProgressSaid, PromiseSaid, Report, Who

LEAD = 14  # characters before a name that may go with it: 今天去3组
GROUP = r"(?:[0-9一二三四五六七八九十]{1,3}(?:组|社|队)(?:的)?)?"
BEHIND = r"(?:家(?:里)?|屋头|屋里|那[里儿边]|户)?(?:反映|说|讲|的)?[：:，,、\s]*"
NUMBER = re.compile(
    r"^[^，,。]{0,4}?(?:第?\s*\S{1,4}\s*号(?:问题)?|问题\s*\S{1,5}?号?)(?=\D)[：:，,、\s]*"
)
PROMISED = re.compile(
    r"^[^，,。]{0,12}?(?:答应(?:了|过|给|帮)?|应承(?:了|过)?|承诺(?:了|过)?|许诺(?:了|过)?|保证(?:了|过)?"
    r"|说(?:好|定|妥)(?:了)?|讲好(?:了)?|约好(?:了)?|拍(?:了)?胸脯(?:的|保证)?|打(?:了)?包票)[他她们：:，,\s]*"
)

DUE = re.compile(  # 20号前要修: its deadline says it already
    r"[，,；;\s][^，,。；;]{1,8}?(?:之?前|以前|[内天]|[周期][一二三四五六日天])(?:就|都|也)?(?:必须|务必|一定要?|要|得)"
    r"(?:给|把)?[^，,。；;]{0,4}?(?:修|解决|处理|弄|搞|整改|落实|办|换)[^，,。；;]{0,3}$"
)


def worded(report: Report) -> Report:
    """A report with its words shortened; what would become too short stays as said."""
    match report:
        case IssueSaid() | ProgressSaid():
            text = (
                NUMBER.sub("", report.text) if isinstance(report, ProgressSaid) else report.text
            )
            if isinstance(report, IssueSaid) and report.deadline:
                text = DUE.sub("", text)
            return replace(report, text=_shorter(_without_name(text, report.household), text))
        case PromiseSaid():
            text = _without_name(PROMISED.sub("", report.text), report.household)
            return replace(report, text=_shorter(text, report.text))
    return report


def _without_name(text: str, household: Who | None) -> str:
    """The words behind the household's name, when they begin with it."""
    if household is None or not household.said:
        return text
    at = text.find(household.said)
    if at < 0 or at > LEAD or re.search(r"[，,。；;]", text[:at]):
        return text
    head = re.sub(rf"{GROUP}$", "", text[:at])
    more = re.match("(?:家|户)?[和跟与、]", text[at + len(household.said) :])
    if more or re.search(r"给|帮|把|让|跟|和|替|陪", head[-2:]):
        return text
    return re.sub(rf"^{BEHIND}", "", text[at + len(household.said) :])


def _shorter(text: str, before: str) -> str:
    return text if len(text) >= 3 else before
