"""The name of an issue list, as people write it beside their table."""

import pytest

from handlers.catalogues import named_in


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("省级巡视反馈的清单，给我导进台账", "省级巡视反馈"),
        ("省级巡视反馈", "省级巡视反馈"),
        ("半年成效考核问题清单", "半年成效考核问题清单"),
        ("请把这份半年成效考核问题台账导入", "半年成效考核问题台账"),
        ("麻烦您，这是县里巡察反馈的问题清单，帮我导一下", "县里巡察反馈"),
        ("给我导进台账", ""),
        ("这是问题清单，请导入", ""),
        ("帮我把这个清单录入台账，谢谢", ""),
        ("", ""),
    ],
)
def test_a_list_is_called_by_its_words_not_by_the_request(words: str, name: str) -> None:
    assert named_in(words) == name
