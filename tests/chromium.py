"""A phone made of Chromium, and the program behind it in a thread of its own."""

import asyncio
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from county import County
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait
from web_pages import login_link, open_web, serving

from bot.web.stream import feed_of
from ledger import chat_lines
from ledger.chat_lines import Line
from ledger.files import keep_bytes
from ledger.messages import Paper

CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
PICTURES = os.environ.get("ZHUCUN_TEST_PICTURES")  # a folder: every test leaves a picture there
SECONDS = 15


class Backstage:
    """The program in a thread of its own; it can be taken away and brought back."""

    def __init__(self, folder: Path, *, demo: bool = True) -> None:
        self.folder, self.demo, self.port, self.address = folder, demo, 0, ""
        self.county: County | None = None

    def start(self) -> None:
        """Start it, at the same port and over the same data as before."""
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(ready)))
        self._thread.start()
        assert ready.wait(SECONDS), "the program did not start"

    def stop(self) -> None:
        """Stop it and wait until it is gone."""
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(SECONDS)
        assert not self._thread.is_alive()

    def link_for(self, name: str) -> str:
        """A fresh login link."""
        made = asyncio.run_coroutine_threadsafe(login_link(self.web, name), self._loop)
        return made.result(SECONDS)

    def show(self, name: str, lines: list[Line]) -> None:
        """Put lines into somebody's transcript, as if they had come."""

        async def write() -> None:
            assert self.county is not None
            person = self.county[name].id
            async with self.web.app.database.transaction() as db:
                ids = [
                    await chat_lines.add(db, replace(line, person_id=person)) for line in lines
                ]
            feed_of(self.web.app).tell(person, ids[-1])

        asyncio.run_coroutine_threadsafe(write(), self._loop).result(SECONDS)

    def keep(self, data: bytes, name: str) -> Paper:
        """A picture on the program's disk."""
        kept = keep_bytes(
            self.web.app.settings.files, data, mime="image/png", name=name, kind="photo"
        )
        return Paper(kept.sha256, kept.name, kept.mime)

    async def _run(self, ready: threading.Event) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        async with open_web(self.folder, demo=self.demo, known=self.county) as web:
            self.web, self.county = web, web.county
            await web.app.start()
            async with serving(web, self.port) as self.address:
                self.port = int(self.address.rpartition(":")[2])
                ready.set()
                await self._over.wait()
            await web.app.stop()


class Phone:
    """A browser of a phone's size with the page open."""

    def __init__(self, driver: webdriver.Chrome, backstage: Backstage) -> None:
        self.driver, self.backstage = driver, backstage

    def open(self, path: str = "/chat") -> None:
        """Open the page with nothing remembered from before."""
        self.driver.get(self.backstage.address + path)
        self.driver.execute_script("localStorage.clear()")
        self.driver.refresh()

    def size(self, width: int, height: int, *, mobile: bool = True) -> None:
        """Become a phone of that many CSS pixels."""
        self.width = width  # innerWidth would grow with what is too wide
        metrics = {"width": width, "height": height, "deviceScaleFactor": 2, "mobile": mobile}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def become(self, name: str) -> None:
        """Choose somebody in the picker."""
        self.find("#first-pick").click()
        self.find("#search").send_keys(name)
        self.wait(lambda: len(self.all(".person")) == 1)
        self.find(".person").click()
        self.wait(lambda: self.find("#who").text == name)
        self.wait(lambda: len(self.all(".bot .bubble")) == 1)  # the greeting

    def say(self, text: str) -> None:
        """Type and press 发送."""
        self.find("#text").send_keys(text)
        self.find("#send").click()

    def find(self, css: str) -> WebElement:
        """The first element that fits, once it is there."""
        return WebDriverWait(self.driver, SECONDS).until(
            lambda driver: driver.find_element(By.CSS_SELECTOR, css)
        )

    def all(self, css: str) -> list[WebElement]:
        """Every visible element that fits."""
        found = self.driver.find_elements(By.CSS_SELECTOR, css)
        return [one for one in found if one.is_displayed()]

    def wait(self, fits: Callable[[], Any]) -> Any:
        """Wait until something holds; elements that vanish meanwhile are looked up again."""
        waiting = WebDriverWait(
            self.driver, SECONDS, ignored_exceptions=[StaleElementReferenceException]
        )
        return waiting.until(lambda _: fits())

    def last(self, css: str) -> str:
        """The text of the last one that fits; '' when there is none."""
        found = self.all(css)
        return found[-1].text if found else ""

    def hears(self, words: str) -> None:
        """Wait until the bot's newest bubble holds these words."""
        self.wait(lambda: words in self.last(".bot .words"))

    def overflow(self) -> int:
        """By how many pixels something is wider than the window."""
        return int(
            self.driver.execute_script(
                "return Math.max(...[...document.querySelectorAll('body, body *')]"
                ".filter(e => e.checkVisibility() && !e.closest('#chosen, .unseen'))"
                ".map(e => e.getBoundingClientRect().right)) - arguments[0]",
                self.width,
            )
        )

    def picture(self, name: str) -> None:
        """Leave a picture where one is wanted."""
        if PICTURES:
            self.driver.save_screenshot(f"{PICTURES}/{name}.png")


# Every text with a contrast under 4.5 : 1 to its ground.
CONTRAST = """
const shade = (c) => { const v = c / 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; };
const light = ([r, g, b]) => .2126 * shade(r) + .7152 * shade(g) + .0722 * shade(b);
const parts = (css) => css.match(/[\\d.]+/g).map(Number);
const ground = (e) => { for (; e; e = e.parentElement) { const c = parts(getComputedStyle(e).backgroundColor);
  if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
const poor = [];
for (const e of document.querySelectorAll('body *')) {
  const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  if (!own || !e.checkVisibility() || e.closest('.unseen, svg')) continue;
  const [a, b] = [light(parts(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
  const ratio = (a + .05) / (b + .05);
  if (ratio < 4.5) poor.push([e.className || e.id || e.tagName, ratio]);
}
return poor;
"""
