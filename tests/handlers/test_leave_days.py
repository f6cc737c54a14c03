"""The days that a line of leave names, in the forms people write them."""

from datetime import date, timedelta

import pytest

from handlers.leave import read_days


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("明天到后天 看病", 24, 25),
        ("下周三 - 周五 回家", 32, 34),
        ("24、25号 看病", 24, 25),
        ("明天起三天 家里有事", 24, 26),
        ("明后两天 办事", 24, 25),
        ("从明天到后天 办事", 24, 25),
        ("11月25日到11月24日 办事", 25, 24),
    ],
)
def test_the_days_of_a_line(said: str, first: int, last: int) -> None:
    """Days of November, counted on into December; turned-round days stay turned round."""
    found = read_days(said, today=date(2026, 11, 23))
    begin = date(2026, 11, 1)
    assert found is not None
    assert found[:2] == (begin + timedelta(days=first - 1), begin + timedelta(days=last - 1))
