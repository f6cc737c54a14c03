"""「依据」「依据 3」: of the report shown last; 「依据 3 第2页 日报 11月20日」: of the one named."""

import re
from datetime import timedelta

from handlers import bulletins, papers, reports
from handlers.basis import Turned
from handlers.talk import Talk, Topic
from ledger.errors import Misunderstood
from ledger.messages import Reply
from ledger.reports.basis import last_offered

ASKED = re.compile(
    r"(?:第?(?P<number>\d{1,3})个?(?![\d月年日]))?\s*(?:第(?P<page>[1-9]\d{0,3})页)?\s*(?P<again>.*)"
)
RECENT = timedelta(days=7)
WORD, TODAYS = "依据", "日报"  # today's where no report was shown these days
OPENED = (
    reports.DAILY, reports.WEEKLY, reports.TENDAY, reports.MONTHLY,
    papers.AGENDA, papers.NOTICE, bulletins.ONE,
)  # fmt: skip


async def show_last(talk: Talk) -> Reply:
    """The records behind a figure of the report named, else of the one shown last."""
    asked = ASKED.fullmatch(talk.rest)
    named = asked["again"].strip() if asked else talk.rest
    shown = "" if named else await last_offered(talk.db, talk.asker, since=talk.now - RECENT)
    number, page = (asked["number"], asked["page"]) if asked else (None, None)
    command = f"{named or shown or TODAYS} {WORD} {number or ''}".strip()
    for topic in OPENED:
        rest = topic.rest_of(command, strict=False)
        if rest is not None and talk.asker.role in topic.roles:
            turned = Turned(**{**vars(talk), "rest": rest}, page=int(page or 1))
            return await topic.run(turned)
    raise Misunderstood("basis.not_understood", said=named[:20])


BASIS = Topic("basis", (WORD,), show_last, aside=True)
