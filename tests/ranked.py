"""Issues that tell two townships apart, while the county's switch for tiers is on."""

from phones import Phones


async def ranked(phones: Phones, until: str = "2026-12-31") -> None:
    """The county's switch is on; 12 issues due in each township, all struck off in one of them."""
    chen = phones.county["陈干事"]
    async with phones.app.database.transaction() as db:
        await db.connection.execute(
            "INSERT INTO switch (county_id, name, reason, scene, approver, from_day, until_day, by_id, at)"
            " VALUES (:county, 'township_ranking', '试行', '季度', '县委', '2026-11-01', :until, :by,"
            " 1)",
            {"county": chen.county_id, "by": chen.id, "until": until},
        )
        for name, closed in (("李队员", "2026-11-20"), ("吴队员", None)):
            one = phones.county[name]
            for _ in range(12):
                await db.connection.execute(
                    "INSERT INTO issue (county_id, township_id, team_id, text, tier, found_day, due,"
                    " state, owner_id, closed_day, closed_at) VALUES (:county, :town, :team, '漏雨',"
                    " 'general', '2026-11-02', '2026-11-25', :state, :owner, :closed, :at)",
                    {
                        "county": one.county_id, "town": one.township_id, "team": one.team_id,
                        "state": "closed" if closed else "open", "owner": one.id,
                        "closed": closed, "at": 1 if closed else None,
                    },
                )  # fmt: skip
