"""A report where a leader looks: its picture above the words, its page, a figure that opens."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import CHROMIUM, CONTRAST, DRIVER, Backstage, Phone
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (CHROMIUM.exists() and DRIVER.exists()),
        reason="没有 chromium 和 chromedriver：报表页没有在真浏览器里检查（apt install chromium-driver）",
    ),
]
WHERE = """
const last = (css) => [...document.querySelectorAll(css)].at(-1);
const [image, file] = [last('.bot .pictures img'), last('.bot .files a')];
if (!image || !image.complete || !file) return null;
const [over, words, under] = [image, last('.bot .bubble'), file].map((e) => e.getBoundingClientRect());
return [image.naturalWidth, words.top - over.bottom, under.top - words.bottom, file.textContent];
"""


@pytest.fixture
def phone(tmp_path: Path) -> Iterator[Phone]:
    """A phone of 390 × 844 with the demo's page open."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    backstage = Backstage(tmp_path)
    backstage.start()
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    opened = Phone(driver, backstage)
    opened.size(390, 844)
    opened.open()
    yield opened
    driver.quit()
    backstage.stop()


def test_a_leader_sees_the_picture_first_and_opens_a_figure_of_the_page(phone: Phone) -> None:
    phone.become("王队长")
    phone.say("走访 张大山 屋顶漏雨")
    phone.hears("已记走访")
    phone.say("日报 图片 PDF")
    for _ in range(2):  # as it comes, and after the page was loaded again
        width, above, below, file = phone.wait(lambda: phone.driver.execute_script(WHERE))
        assert width == 720
        assert above > 0 < below
        assert file.startswith("永安村日报 2026-11-23.pdf（")
        assert phone.overflow() <= 0
        phone.driver.refresh()
    phone.wait(lambda: phone.driver.execute_script(WHERE))
    phone.picture("report-1-picture")
    phone.find("#reports").click()
    phone.find("a[href^='/reports/daily/2026-11-23/']").click()
    visits = phone.wait(lambda: next(one for one in phone.all(".figure") if one.text == "1"))
    assert phone.overflow() <= 0
    assert phone.driver.execute_script(CONTRAST) == []
    phone.picture("report-2-page")
    figures = len(phone.all(".figure"))
    visits.click()
    phone.wait(lambda: "依据" in phone.find("h1").text)
    assert len(phone.all(".records li")) == 1
    phone.picture("report-3-basis")
    phone.find("nav a").click()
    phone.wait(lambda: len(phone.all(".figure")) == figures)
