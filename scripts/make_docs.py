"""Writes what can be written by the program itself: .env.example, the tables of the manual,
the picture of the chat and the day in the README. `make docs` runs it.
"""

import inspect
import json
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from bot.channels.wecom import numbers
from bot.settings import Settings, TelegramSettings, WeComSettings
from ledger.ladder import DEFAULT
from ledger.rules import Rules

ROOT = Path(__file__).resolve().parent.parent
GROUPS = (
    ("ZHUCUN_", Settings),
    ("TELEGRAM_", TelegramSettings),
    ("WECOM_", WeComSettings),
)
PHONE = (390, 844)


def env_example() -> str:
    """Every setting with its help and default, commented out where the default will do."""
    lines = ["# 复制为 .env 后按需填写；不写的用默认值。", ""]
    for prefix, group in GROUPS:
        for name, field in group.model_fields.items():
            default = _default(field.default)
            lines += [f"# {field.description}", f"#{prefix}{name.upper()}={default}", ""]
    return "\n".join(lines)


def settings_table() -> str:
    """The same as a table for the manual."""
    rows = ["| 名称 | 默认 | 说明 |", "|---|---|---|"]
    for prefix, group in GROUPS:
        for name, field in group.model_fields.items():
            rows.append(
                f"| `{prefix}{name.upper()}` | `{_default(field.default) or '空'}` | {field.description} |"
            )
    return "\n".join(rows)


def numbers_table() -> str:
    """WeCom's error numbers: what happened, what to do."""
    rows = ["| 号 | 意思 | 怎么办 |", "|---|---|---|"]
    for number, told in sorted(numbers.MEANINGS.items()):
        rows.append(f"| {number} | {told.what} | {told.remedy} |")
    card = f"{numbers.CARD_NUMBERS[0]}–{numbers.CARD_NUMBERS[-1]} 里其余的"
    return "\n".join([*rows, f"| {card} | {numbers.CARD.what} | {numbers.CARD.remedy} |"])


def rules_table() -> str:
    """Every number a county may change, with the remark that stands beside it in the code."""
    rows = ["| 名称 | 默认 | 说明 |", "|---|---|---|"]
    pattern = re.compile(r"^    (\w+): [^=]+ = (.+?)(?:  # (.+))?$")
    for line in inspect.getsource(Rules).splitlines():
        if (found := pattern.match(line)) and found[1] != "calendar":  # has a file of its own
            rows.append(f"| `{found[1]}` | `{_toml(found[2])}` | {found[3] or ''} |")
    return "\n".join(rows)


def _toml(value: str) -> str:
    """A default as a county writes it into its rules.toml."""
    if value == "DEFAULT":
        return json.dumps(DEFAULT, ensure_ascii=False)
    value = re.sub(r"time\((\d+), (\d+)\)", _clock, value)
    value = re.sub(r"^\((.*?),?\)$", r"[\1]", value)
    return value.lower() if value in {"True", "False"} else value


def _clock(found: re.Match[str]) -> str:
    return f'"{int(found[1]):02}:{int(found[2]):02}"'


def _default(value: Any) -> str:
    if hasattr(value, "get_secret_value"):
        return ""
    return "" if value is None else str(value)


def between(text: str, mark: str, new: str) -> str:
    """The text with what stands between two marks replaced."""
    pattern = rf"(<!-- {mark}:begin -->\n).*?(<!-- {mark}:end -->)"
    return re.sub(pattern, lambda found: f"{found[1]}{new}\n{found[2]}", text, flags=re.DOTALL)


class Demo:
    """A running demo county, spoken to through its documented API."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "bot.cli", "demo", "--port", str(self.port)]
        self.process = subprocess.Popen([*command, "--data", str(folder)], cwd=ROOT)
        self.read: dict[int, int] = {}
        self._wait()

    def _wait(self) -> None:
        for _ in range(600):
            try:
                self.get("/health")
                return
            except OSError:
                time.sleep(0.1)
        raise TimeoutError("the demo did not start")

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{self.port}{path}", timeout=60
        ) as answer:
            return json.load(answer)

    def post(self, path: str, body: dict[str, object]) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    def new(self, person: int) -> list[dict[str, Any]]:
        """What stands in a person's chat since the last look."""
        time.sleep(0.6)
        lines = self.get(f"/chat/api/messages?person={person}&after={self.read.get(person, 0)}")
        if lines:
            self.read[person] = lines[-1]["id"]
        return [line for line in lines if line["from"] == "bot"]

    def says(self, person: int, text: str) -> list[dict[str, Any]]:
        self.post("/chat/api/messages", {"person": person, "text": text})
        return self.new(person)

    def presses(self, person: int, label: str) -> list[dict[str, Any]]:
        lines = self.get(f"/chat/api/messages?person={person}&after=0")
        for line in reversed(lines):
            for button in line["buttons"]:
                if button["label"] == label:
                    self.post("/chat/api/actions", {"person": person, "token": button["token"]})
                    return self.new(person)
        raise LookupError(f"no button {label}")

    def clock(self, hour: int, minute: int) -> None:
        now = self.get("/chat/api/clock")["now"]
        self.post("/chat/api/clock", {"now": f"{now[:11]}{hour:02}:{minute:02}:00+08:00"})

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def a_day(demo: Demo) -> str:
    """One day of a member, his leader and the county, as it really goes."""
    people = demo.get("/chat/api/people")
    leader = next(one for one in people if one["role"] == "leader")
    members = [one for one in people if one["village"] == leader["village"]]
    member = next(one for one in members if one["role"] == "member")
    county = next(one for one in people if one["role"] == "county")
    script: list[str] = []

    def tell(who: dict[str, Any], text: str, lines: list[dict[str, Any]]) -> None:
        script.append(f"{who['role_name']}> {text}")
        for line in lines:
            head, *rest = line["text"].split("\n")
            script.append(f"机器人< {head}")
            script.extend(f"        {one}" for one in rest if one)
            if line["buttons"]:
                script.append(
                    "        " + " ".join(f"[{one['label']}]" for one in line["buttons"])
                )

    def scene(text: str) -> None:
        script.append(f"—— {text} ——")

    for one in people:
        demo.new(one["id"])
    scene("上午，队员在村里")
    text = "今天走访张大山家，屋顶漏雨，答应周三带住建的人来，另外集中学习一小时一号文件"
    tell(member, text, demo.says(member["id"], text))
    tell(member, "[正确]", demo.presses(member["id"], "正确"))
    number = re.search(
        r"问题(\d+) 张大山",
        "\n".join(script),
    )
    assert number
    issue = number[1]
    demo.clock(10, 30)
    scene("10:30，县里随机抽查")
    tell(county, "/抽查 3", demo.says(county["id"], "/抽查 3"))
    tell(county, "[抽]", demo.presses(county["id"], "抽"))
    checked = next(
        one for one in people if any("抽查" in line["text"] for line in demo.new(one["id"]))
    )
    lines = demo.get(f"/chat/api/messages?person={checked['id']}&after=0")[-1:]
    tell(checked, "（收到卡片）", lines)
    tell(checked, "[在村]", demo.presses(checked["id"], "在村"))
    demo.clock(15, 0)
    scene("下午，问题解决了")
    text = f"问题{issue} 申请销号 下雨不再漏"
    tell(member, text, demo.says(member["id"], text))
    text = "请人换了新瓦"
    tell(member, text, demo.says(member["id"], text))
    demo.new(leader["id"])
    tell(leader, "[电话问过，同意]", demo.presses(leader["id"], "电话问过，同意"))
    tell(member, "今天", demo.says(member["id"], "今天"))
    demo.new(leader["id"]), demo.new(county["id"])
    demo.clock(17, 15)
    scene("17:10，周报自己来了；要办的写在上面，一天只有这一条")
    weekly = [one for one in demo.new(leader["id"]) if "周报" in one["text"]]
    tell(leader, "（收到周报）", weekly)
    tell(leader, "[本周都在]", demo.presses(leader["id"], "本周都在"))
    scene("天数不用签到")
    tell(member, "天数", demo.says(member["id"], "天数"))
    return "```text\n" + "\n".join(script) + "\n```"


def picture(demo: Demo, target: Path) -> None:
    """The chat of the member on a phone-size screen."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                     "--disable-background-networking", f"--window-size={PHONE[0]},{PHONE[1]}"):  # fmt: skip
        options.add_argument(argument)
    options.add_experimental_option(
        "mobileEmulation",
        {"deviceMetrics": {"width": PHONE[0], "height": PHONE[1], "pixelRatio": 2}},
    )
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    try:
        people = demo.get("/chat/api/people")
        member = next(one for one in people if one["role"] == "member")
        driver.get(f"http://127.0.0.1:{demo.port}/chat#{member['id']}")
        time.sleep(2)
        driver.execute_script("document.activeElement.blur()")
        driver.save_screenshot(str(target))
    finally:
        driver.quit()


def main() -> None:
    """Write everything; with --tables only what needs no running demo."""
    (ROOT / ".env.example").write_text(env_example(), encoding="utf-8")
    manual = ROOT / "docs" / "operating.md"
    text = between(manual.read_text(encoding="utf-8"), "settings", settings_table())
    manual.write_text(between(text, "rules", rules_table()), encoding="utf-8")
    wecom = ROOT / "docs" / "wecom.md"
    text = between(wecom.read_text(encoding="utf-8"), "numbers", numbers_table())
    wecom.write_text(text, encoding="utf-8")
    if "--tables" in sys.argv[1:]:
        return
    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(Path(folder))
        try:
            day = a_day(demo)
            picture(demo, ROOT / "docs" / "chat.png")
        finally:
            demo.stop()
    readme = ROOT / "README.md"
    readme.write_text(between(readme.read_text(encoding="utf-8"), "day", day), encoding="utf-8")


if __name__ == "__main__":
    main()
