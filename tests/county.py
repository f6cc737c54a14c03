"""The cast of every test: one small county with invented people, each with one role.

李队员, 赵队员, 王队长 (永安村, 清水镇), 钱队员, 孙队长 (柳树村, 清水镇), 吴队员, 郑队长 (石桥村, 云山乡),
周总队长 (清水镇), 冯总队长 (云山乡), 陈干事 (县), and 外人, who is not on the roster.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from ledger import invites, people, roster
from ledger.clock import SHANGHAI
from ledger.database import Database
from ledger.people import Address, Person, Role
from ledger.roster import Entry

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
CAST = (
    Entry("陈干事", Role.COUNTY),
    Entry("周总队长", Role.TOWNSHIP, "清水镇"),
    Entry("冯总队长", Role.TOWNSHIP, "云山乡"),
    Entry("王队长", Role.LEADER, "清水镇", "永安村", "第一书记", "13800000001", "县水利局"),
    Entry("李队员", Role.MEMBER, "清水镇", "永安村", "", "13800000002", "县水利局"),
    Entry("赵队员", Role.MEMBER, "清水镇", "永安村", "", "13800000003", "县税务局"),
    Entry("孙队长", Role.LEADER, "清水镇", "柳树村", "队长", "13800000004", "县教育局"),
    Entry("钱队员", Role.MEMBER, "清水镇", "柳树村", "", "13800000005", "县教育局"),
    Entry("郑队长", Role.LEADER, "云山乡", "石桥村", "第一书记", "13800000006", "县文旅局"),
    Entry("吴队员", Role.MEMBER, "云山乡", "石桥村", "", "13800000007", "县文旅局"),
)
HOUSEHOLDS = {
    "永安村": (
        ("张大山", "三组"),
        ("张小山", "三组"),
        ("王桂芳", "一组"),
        ("刘福来", "二组"),
        ("刘福来", "五组"),
    ),
    "柳树村": (("何满仓", "一组"), ("马春生", "二组")),
    "石桥村": (("田秀英", "一组"),),
}


ON_POST = "UPDATE posting SET from_day = '2026-01-05'"  # all of them since January


@dataclass
class County:
    """The cast by name."""

    id: int
    people: dict[str, Person] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Person:
        return self.people[name]


async def settle(
    database: Database, *, channel: str = "memory", now: datetime = MONDAY,
    at: Callable[[str], Address] | None = None,
) -> County:  # fmt: skip
    """Enter the cast, bind everybody to his name on a channel, give each village households.

    `at`: where somebody is reached instead, by his name.
    """
    async with database.transaction() as db:
        county = County(await roster.ensure_county(db, "安和县"))
        for entry in CAST:
            id = await roster.add_person(db, county.id, entry, now=now)
            where = at(entry.name) if at else Address(channel, "local", entry.name)
            await invites.bind(db, id, where, by=None, now=now)
            county.people[entry.name] = await people.by_id(db, id)
        teams = {one.village: one.id for one in await people.teams(db, people.Scope(county.id))}
        for village, households in HOUSEHOLDS.items():
            for name, group in households:
                await people.add_household(db, teams[village], name, group_name=group)
        await db.connection.execute(ON_POST)
    return county
