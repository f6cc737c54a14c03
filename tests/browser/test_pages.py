"""The page for a place and files in a real headless Chromium of a phone's size."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import CHROMIUM, CONTRAST, DRIVER, Backstage, Phone
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from web_pages import PNG

from ledger import page_passes
from ledger.page_passes import FILES, PLACE, PagePass
from ledger.people import Address

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (CHROMIUM.exists() and DRIVER.exists()),
        reason="没有 chromium 和 chromedriver：发位置的网页没有试（apt install chromium-driver）",
    ),
]


@pytest.fixture(scope="module")
def driver() -> Iterator[webdriver.Chrome]:
    """One Chromium for all tests of this file."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    opened = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    yield opened
    opened.quit()


@pytest.fixture
def phone(driver: webdriver.Chrome, tmp_path: Path) -> Iterator[Phone]:
    """A phone of 390 × 844."""
    backstage = Backstage(tmp_path)
    backstage.start()
    opened = Phone(driver, backstage)
    opened.size(390, 844)
    yield opened
    backstage.stop()


def opens(phone: Phone, purpose: str) -> None:
    """Open a fresh page of 李队员."""
    backstage = phone.backstage
    assert backstage.county is not None
    person = backstage.county["李队员"].id

    async def make() -> str:
        page = PagePass(person, Address("web", "local", str(person)), purpose)
        async with backstage.web.app.database.transaction() as db:
            return await page_passes.make(db, page, now=backstage.web.app.clock.now())

    made = asyncio.run_coroutine_threadsafe(make(), backstage._loop)
    phone.driver.get(f"{backstage.address}/pages/{made.result(15)}")


def stands_at(phone: Phone, **where: float) -> None:
    """The browser may read the place, and this is it."""
    asked = {"origin": phone.backstage.address, "permissions": ["geolocation"]}
    phone.driver.execute_cdp_cmd("Browser.grantPermissions", asked)
    phone.driver.execute_cdp_cmd("Emulation.setGeolocationOverride", where)


def lines(phone: Phone) -> list[str]:
    """What stands in his chat, once it is answered."""

    async def read() -> list[str]:
        web = phone.backstage.web
        await web.app.settle()
        return [str(line["text"]) for line in await web.lines("李队员")]

    return asyncio.run_coroutine_threadsafe(read(), phone.backstage._loop).result(15)


def test_one_press_sends_the_place_with_its_accuracy(phone: Phone) -> None:
    stands_at(phone, latitude=28.13, longitude=106.83, accuracy=12.4)
    opens(phone, PLACE)
    assert phone.overflow() <= 0
    assert phone.driver.execute_script(CONTRAST) == []
    phone.picture("pages-1-place")
    phone.find("button.main").click()
    phone.wait(lambda: phone.find("h1").text == "已收到")
    phone.picture("pages-2-received")
    assert "收到一个位置" in lines(phone)[-1]
    phone.driver.back()  # the page of before: what it was for is done
    phone.driver.refresh()
    phone.wait(lambda: "用过了" in phone.find("main").text)


def test_who_forbids_it_is_told_what_to_do_and_may_press_again(phone: Phone) -> None:
    origin = {"origin": phone.backstage.address, "permission": {"name": "geolocation"}}
    phone.driver.execute_cdp_cmd("Browser.setPermission", {**origin, "setting": "denied"})
    opens(phone, PLACE)
    phone.find("button.main").click()
    phone.wait(lambda: phone.find("#forbidden").is_displayed())
    assert "请在手机设置里允许" in phone.find("#forbidden").text
    assert phone.find("button.main").is_enabled()
    assert not phone.find("#looking").is_displayed()


def test_files_and_a_sentence_go_together(phone: Phone, tmp_path: Path) -> None:
    photo = tmp_path / "屋顶.png"
    photo.write_bytes(PNG)
    opens(phone, FILES)
    assert phone.overflow() <= 0
    assert phone.driver.execute_script(CONTRAST) == []
    phone.picture("pages-3-files")
    phone.find("input[type=file]").send_keys(str(photo))
    phone.find("input[name=text]").send_keys("走访 张大山 屋顶漏雨")
    phone.find("button.main").click()
    phone.wait(lambda: phone.find("h1").text == "已收到")
    assert "已记走访" in lines(phone)[-1]


def test_inside_wecom_its_own_way_is_asked_first(phone: Phone) -> None:
    """The script is WeCom's; here it is a stand-in that says what it was asked."""
    stands_at(phone, latitude=1, longitude=1, accuracy=5)
    opens(phone, PLACE)
    phone.driver.execute_script(
        "Object.defineProperty(navigator, 'userAgent', {get: () => 'wxwork/4.1'});"
        "Object.assign(document.querySelector('#place').dataset, {sdk: 'x', corp: 'ww1', agent: '7'});"
        "document.querySelector('#place').submit = () => { window.sent = true; };"
        "window.ww = {register: (how) => { window.asked = how; }, getLocation: async (how) => "
        "({latitude: 28.13, longitude: 106.83, accuracy: 9, type: window.type = how.type})};"
    )
    phone.find("button.main").click()
    phone.wait(lambda: phone.driver.execute_script("return window.sent"))
    told = phone.driver.execute_script(
        "const {lat, accuracy} = document.querySelector('#place').elements;"
        "return [window.type, window.asked.corpId, window.asked.agentId, lat.value, accuracy.value]"
    )
    assert told == ["wgs84", "ww1", 7, "28.13", "9"]
