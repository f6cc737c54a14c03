"""The chat page in a real headless Chromium of a phone's size, before the whole program."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import CHROMIUM, CONTRAST, DRIVER, Backstage, Phone
from county import MONDAY
from selenium import webdriver
from selenium.webdriver import ActionChains
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.keys import Keys
from web_pages import PNG

from ledger.chat_lines import BOT, Line
from ledger.clock import ms

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (CHROMIUM.exists() and DRIVER.exists()),
        reason="没有 chromium 和 chromedriver：网页对话没有在真浏览器里检查（apt install chromium-driver）",
    ),
]


@pytest.fixture(scope="module")
def driver() -> Iterator[webdriver.Chrome]:
    """One Chromium for all tests of this file."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--lang=zh-CN",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    opened = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    yield opened
    opened.quit()


@pytest.fixture
def backstage(tmp_path: Path) -> Iterator[Backstage]:
    """The running program."""
    started = Backstage(tmp_path)
    started.start()
    yield started
    started.stop()


@pytest.fixture
def phone(driver: webdriver.Chrome, backstage: Backstage) -> Phone:
    """A phone of 390 × 844 with the demo's page open."""
    opened = Phone(driver, backstage)
    opened.size(390, 844)
    opened.open()
    return opened


def test_a_member_records_his_study_and_takes_it_back(phone: Phone) -> None:
    phone.picture("1-open")
    phone.find("#first-pick").click()
    phone.wait(lambda: len(phone.all(".person")) == 10)
    phone.picture("2-people")
    phone.find("#close-people").click()
    phone.become("李队员")
    phone.say("学习 60 中央一号文件")
    phone.hears("60 分钟")
    phone.wait(lambda: phone.last(".own .state") == "已存")
    phone.picture("3-answer")
    [undo] = [one for one in phone.all(".choices button") if one.text == "撤销"]
    undo.click()
    phone.hears("撤销")
    phone.wait(lambda: phone.last(".own .words") == "撤销")
    pressed = phone.find(".choices [aria-pressed=true]")
    assert pressed.text.endswith("撤销")
    phone.picture("4-undone")


def test_a_guided_talk_goes_on_by_buttons(phone: Phone) -> None:
    phone.become("李队员")
    phone.wait(lambda: len(phone.all(".quick button")) == 6)
    [study] = [one for one in phone.all(".quick button") if one.text == "学习"]
    study.click()
    phone.wait(lambda: any(one.text == "取消" for one in phone.all(".choices button")))
    phone.say("防返贫监测")
    phone.wait(lambda: any(one.text == "60 分钟" for one in phone.all(".choices button")))
    phone.picture("5-question")
    next(one for one in phone.all(".choices button") if one.text == "60 分钟").click()
    phone.wait(lambda: any(one.text == "自学" for one in phone.all(".choices button")))
    next(one for one in phone.all(".choices button") if one.text == "自学").click()
    phone.hears("防返贫监测")


def test_the_transcript_and_pressed_buttons_are_there_after_a_reload(phone: Phone) -> None:
    phone.become("李队员")
    phone.say("学习 60 中央一号文件")
    phone.hears("60 分钟")
    next(one for one in phone.all(".choices button") if one.text == "撤销").click()
    phone.hears("撤销")
    before = [one.text for one in phone.all(".words")]
    phone.driver.refresh()
    phone.wait(lambda: [one.text for one in phone.all(".words")] == before)
    assert phone.find(".choices [aria-pressed=true]").text.endswith("撤销")


def test_a_message_is_corrected_with_the_pencil(phone: Phone) -> None:
    phone.become("李队员")
    phone.say("学习 60 中央一号文件")
    phone.hears("60 分钟")
    phone.find(".own .edit").click()
    assert phone.find("#text").get_property("value") == "学习 60 中央一号文件"
    phone.find("#text").clear()
    phone.say("学习 90 中央一号文件")
    phone.hears("90 分钟")
    phone.wait(lambda: phone.last(".own .state") == "已存，改过")
    assert [one.text for one in phone.all(".own .words")] == ["学习 90 中央一号文件"]


def test_a_photo_is_shown_before_and_after_it_is_sent(phone: Phone, tmp_path: Path) -> None:
    phone.become("李队员")
    photo = tmp_path / "屋顶.png"
    photo.write_bytes(PNG)
    phone.find("#files").send_keys(str(photo))
    phone.wait(lambda: len(phone.all("#chosen img")) == 1)
    phone.say("走访 张大山 屋顶漏雨")
    phone.hears("张大山")
    phone.wait(
        lambda: phone.driver.execute_script(
            "const one = document.querySelector('.own .files img');"
            "return one && one.src.includes('/chat/api/files/') && one.naturalWidth === 1"
        )
    )


def test_what_is_written_while_the_server_is_away_is_sent_once(phone: Phone) -> None:
    phone.become("李队员")
    phone.backstage.stop()
    phone.wait(lambda: phone.all("#away"))
    phone.say("学习 60 中央一号文件")
    phone.wait(lambda: phone.last(".own .state") == "等待发送")
    kept = phone.driver.execute_script("return Object.values(localStorage).join()")
    assert "中央一号文件" in kept
    phone.picture("6-away")
    phone.backstage.start()
    phone.hears("60 分钟")
    phone.wait(lambda: phone.last(".own .state") == "已存")
    phone.wait(lambda: not phone.all("#away"))
    assert [one.text for one in phone.all(".own .words")] == ["学习 60 中央一号文件"]
    assert phone.driver.execute_script("return Object.values(localStorage).join()") in {
        "[]",
        "[],",
    }


def test_a_refused_message_stays_in_its_place_with_its_reason(phone: Phone) -> None:
    phone.become("李队员")
    phone.driver.execute_script("document.getElementById('text').value = '字'.repeat(20001)")
    phone.find("#send").click()
    phone.wait(lambda: "请分成几条发" in phone.last(".own .state"))
    assert [one.text for one in phone.all(".own .state button")] == ["不发了"]
    for expected in (3, 1):  # now, and after the page was loaded again
        if expected == 3:
            phone.say("今天")
            phone.wait(lambda: phone.last(".own .state") == "已存")
        lines = [one.get_attribute("class") for one in phone.all("#log > .line")]
        assert ["failed" in one for one in lines[:4]] == [False, True, False, False]
        phone.driver.refresh()
        phone.wait(lambda: len(phone.all("#log > .line")) == 4)
    phone.find(".drop").click()
    phone.wait(lambda: len(phone.all(".own .words")) == 1)


def test_too_large_a_file_is_told_before_it_is_sent(phone: Phone, tmp_path: Path) -> None:
    phone.become("李队员")
    large, small = tmp_path / "大图.png", tmp_path / "小图.png"
    large.write_bytes(PNG + bytes(10 << 20))
    small.write_bytes(PNG)
    phone.find("#files").send_keys(f"{large}\n{small}")
    phone.wait(lambda: "“大图.png”超过 10 MB" in phone.last("#chosen-said"))
    assert [one.text for one in phone.all("#chosen li span")] == ["小图.png"]
    phone.picture("14-too-large")
    phone.find("#send").click()
    phone.wait(lambda: phone.last(".own .state") == "已存")
    assert not phone.all("#chosen-said")


def test_two_quick_taps_are_one_press(phone: Phone) -> None:
    phone.become("李队员")
    phone.say("学习 60 中央一号文件")
    phone.hears("60 分钟")
    undo = next(one for one in phone.all(".choices button") if one.text == "撤销")
    ActionChains(phone.driver).double_click(undo).perform()
    phone.wait(lambda: phone.last(".own .words") == "撤销")
    phone.wait(lambda: len(phone.all(".bot .words")) == 3)
    phone.wait(lambda: all(one.is_enabled() for one in phone.all(".choices button")))
    assert [one.text for one in phone.all(".own .words")] == ["学习 60 中央一号文件", "撤销"]


def long_chat(phone: Phone, name: str, picture: bytes = PNG) -> None:
    """A transcript longer than the page takes at once, with pictures from the bot in it."""
    paper = phone.backstage.keep(picture, "屋顶.png")
    phone.backstage.show(name, [
        Line(0, BOT, f"第 {number} 条", "text", f"{name}:{number}", ms(MONDAY),
             files=(paper,) if number % 7 == 0 else ())
        for number in range(260)
    ])  # fmt: skip


def below(phone: Phone) -> int:
    """How far the newest line is under the window's edge."""
    return int(
        phone.driver.execute_script(
            "const s = document.getElementById('scroll');"
            "return s.scrollHeight - s.scrollTop - s.clientHeight"
        )
    )


def test_a_long_chat_opens_at_its_newest_line(phone: Phone) -> None:
    for name in ("李队员", "赵队员"):
        long_chat(phone, name)
    for name in ("李队员", "赵队员", "李队员"):
        phone.driver.execute_script("location.hash = arguments[0]", str(_id(phone, name)))
        phone.wait(lambda: phone.last("#log > :last-child .words") == "第 259 条")
        phone.wait(lambda: below(phone) < 2)
        phone.wait(lambda: phone.driver.execute_script(
            "return [...document.querySelectorAll('#log img')].every((one) => one.complete)"
        ))  # fmt: skip
        assert below(phone) < 2
    assert len(phone.driver.find_elements("css selector", "#log > .line")) == 200
    phone.picture("15-long")


def test_who_has_scrolled_up_is_left_where_he_reads(phone: Phone) -> None:
    long_chat(phone, "李队员")
    phone.driver.execute_script("location.hash = arguments[0]", str(_id(phone, "李队员")))
    phone.wait(lambda: phone.last("#log > :last-child .words") == "第 259 条")
    phone.wait(lambda: below(phone) < 2)
    phone.driver.execute_script("document.getElementById('scroll').scrollTop -= 900")
    phone.wait(lambda: below(phone) > 800)
    where = "return document.getElementById('scroll').scrollTop"
    before = phone.driver.execute_script(where)
    phone.backstage.show("李队员", [Line(0, BOT, "新的一条", "text", "new", ms(MONDAY))])
    phone.wait(
        lambda: "新的一条" in phone.find("#log > :last-child").get_attribute("textContent")
    )
    assert abs(phone.driver.execute_script(where) - before) < 2
    phone.say("今天")  # speaking goes back to the newest line
    phone.wait(lambda: phone.last(".own .state") == "已存" and below(phone) < 2)


def test_a_picture_from_the_bot_is_a_thumbnail_that_opens(phone: Phone) -> None:
    phone.become("李队员")
    paper = phone.backstage.keep(PNG, "屋顶.png")
    card = Line(0, BOT, "请核验：新瓦", "card", "evidence", ms(MONDAY), files=(paper,))
    phone.backstage.show("李队员", [card])
    shown = "return document.querySelector('.bot .pictures img')?.naturalWidth === 1"
    phone.wait(lambda: phone.driver.execute_script(shown))
    chat = phone.driver.current_window_handle
    phone.find(".bot .pictures a").click()
    phone.wait(lambda: len(phone.driver.window_handles) == 2)
    phone.driver.switch_to.window(next(iter({*phone.driver.window_handles} - {chat})))
    phone.wait(lambda: phone.driver.execute_script("return document.images[0]?.naturalWidth"))
    phone.driver.close()
    phone.driver.switch_to.window(chat)


def test_two_pages_of_one_person_show_the_same(phone: Phone) -> None:
    phone.become("李队员")
    first = phone.driver.current_window_handle
    address = phone.driver.current_url
    phone.driver.switch_to.new_window("tab")
    phone.driver.get(address)
    phone.wait(lambda: phone.last(".bot .words"))
    phone.say("今天")
    phone.wait(lambda: len(phone.all(".bot .words")) == 2)
    phone.driver.close()
    phone.driver.switch_to.window(first)
    phone.wait(lambda: phone.last(".own .words") == "今天")


def test_the_demos_clock_is_moved(phone: Phone) -> None:
    phone.become("李队员")
    assert "11月23日 周一 09:00" in phone.find("#now").text
    phone.find("#clock summary").click()
    phone.picture("7-clock")
    phone.find("[data-jump=hour]").click()
    phone.wait(lambda: "10:00" in phone.find("#now").text)
    phone.find("[data-jump=workday]").click()
    phone.wait(lambda: "11月24日 周二 09:00" in phone.find("#now").text)


@pytest.mark.parametrize("large", [False, True], ids=["normal", "large"])
def test_nothing_is_wider_than_a_small_phone_and_buttons_are_big_enough(
    phone: Phone, large: bool
) -> None:
    phone.size(360, 740)
    phone.become("李队员")
    if large:
        phone.find("#large").click()
    phone.say("学习 60 中央一号文件，" + "https://example.invalid/" + "x" * 80)
    phone.hears("60 分钟")
    phone.find("#clock summary").click()
    phone.wait(lambda: phone.last(".own .state") == "已存")
    assert phone.overflow() <= 0
    least = 60 if large else 44
    small = {
        one.text: one.size
        for one in phone.all("button, .attach, textarea, #clock summary, .moves input")
        if one.size["height"] < (least if one.tag_name != "summary" else 44)
        or one.size["width"] < least
    }
    assert small == {}
    phone.picture(f"8-small-{'large' if large else 'normal'}")
    phone.find("#open-people").click()
    phone.picture(f"9-people-{'large' if large else 'normal'}")
    assert phone.overflow() <= 0


def test_the_large_type_is_remembered(phone: Phone) -> None:
    phone.find("#large").click()
    phone.driver.refresh()
    assert phone.find("#large").get_attribute("aria-pressed") == "true"
    size = phone.find("#first-pick").value_of_css_property("font-size")
    assert float(size.removesuffix("px")) >= 18


def test_everything_is_reached_with_the_keyboard(phone: Phone) -> None:
    phone.size(1100, 800, mobile=False)
    phone.driver.execute_script("location.hash = arguments[0]", str(_id(phone, "李队员")))
    phone.wait(lambda: phone.last(".bot .words"))
    phone.find("#text").send_keys("今天", Keys.ENTER)
    phone.wait(lambda: phone.last(".own .words") == "今天")
    phone.picture("10-wide")
    reached = set()
    for _ in range(60):
        ActionChains(phone.driver, duration=0).send_keys(Keys.TAB).perform()
        reached.add(phone.driver.execute_script("return document.activeElement.id"))
    assert {"search", "large", "files", "text", "send"} <= reached
    assert phone.overflow() <= 0


def test_words_and_grounds_have_enough_contrast(phone: Phone) -> None:
    phone.become("李队员")
    phone.say("学习 60 中央一号文件")
    phone.hears("60 分钟")
    phone.find("#clock summary").click()
    poor = phone.driver.execute_script(CONTRAST)
    assert poor == []


def test_markup_from_people_never_becomes_a_page(phone: Phone) -> None:
    phone.become("李队员")
    phone.say("<img src=x onerror=alert(1)> **粗**")
    phone.wait(lambda: len(phone.all(".bot .words")) == 2)
    assert phone.last(".own .words") == "<img src=x onerror=alert(1)> **粗**"
    assert (
        phone.driver.execute_script("return document.querySelectorAll('.words img').length")
        == 0
    )


def test_the_page_has_no_errors_of_its_own(phone: Phone) -> None:
    phone.driver.get_log("browser")
    phone.open()
    phone.become("陈干事")
    phone.say("日报")
    phone.wait(lambda: len(phone.all(".bot .words")) == 2)
    phone.picture("11-county")
    assert phone.driver.get_log("browser") == []


def test_a_login_link_signs_in_with_one_press(driver: webdriver.Chrome, tmp_path: Path) -> None:
    backstage = Backstage(tmp_path, demo=False)
    backstage.start()
    try:
        phone = Phone(driver, backstage)
        phone.size(390, 844)
        phone.open()
        assert "邀请链接" in phone.find("main").text
        driver.get(backstage.address + backstage.link_for("李队员"))
        [button] = phone.all("button")
        assert (button.text, button.size["height"] >= 44) == ("进入", True)
        phone.picture("12-login")
        button.click()
        phone.hears("李队员")
        assert not phone.all("#clock, #open-people")
        phone.say("学习 60 中央一号文件")
        phone.hears("60 分钟")
        phone.picture("13-signed-in")
    finally:
        driver.delete_all_cookies()
        backstage.stop()


def _id(phone: Phone, name: str) -> int:
    assert phone.backstage.county is not None
    return phone.backstage.county[name].id
