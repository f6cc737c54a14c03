"""kill -9 under load, ten times: nothing acknowledged is lost, nothing happens twice.

The real program in its own process, real HTTP, a real database file. The sender of messages
behaves like the page: it repeats a message with the same id until it is acknowledged.
"""

import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

KILLS = 10
WRITERS = 4
PATIENCE = 60  # seconds until a start counts as failed


def free_port() -> int:
    """A port nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Program:
    """`zhucun demo` (or what is asked for) in a process that can be killed and started again."""

    def __init__(
        self, folder: Path, *command: str, env: Mapping[str, str] | None = None
    ) -> None:
        self.folder, self.port = folder, free_port()
        self.command = command or ("demo", "--seed", "1")
        self.env = {**os.environ, **(env or {})}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "bot.cli", *self.command]
        command += ["--port", str(self.port), "--data", str(self.folder)]
        with (self.folder / "program.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self.folder, env=self.env
            )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.get("/health"):
                return
            time.sleep(0.05)
        raise AssertionError((self.folder / "program.log").read_text(encoding="utf-8")[-3000:])

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(timeout=20)

    def get(self, path: str) -> object:
        return self._call(urllib.request.Request(f"http://127.0.0.1:{self.port}{path}"))

    def post(self, path: str, body: dict[str, object]) -> object:
        data = json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        return self._call(
            urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers)
        )

    def _call(self, request: urllib.request.Request) -> object:
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            error.close()
            return None
        except (OSError, json.JSONDecodeError, urllib.error.URLError):
            return None


class Writer(threading.Thread):
    """Sends one study after the other for one person; repeats until acknowledged."""

    def __init__(self, program: Program, person: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.program, self.person, self.stopping = program, person, stop
        self.acknowledged: list[str] = []

    def run(self) -> None:
        number = 0
        while not self.stopping.is_set():
            number += 1
            topic = f"压力{self.person}第{number}次"
            body = {
                "person": self.person,
                "text": f"学习 60 {topic}",
                "client_id": f"load-{self.person}-{number}",
            }
            while not self.program.post("/chat/api/messages", body):
                if self.stopping.wait(0.05):
                    return
            self.acknowledged.append(topic)


@pytest.mark.slow
def test_ten_kills_under_load_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    program, stopping = Program(tmp_path), threading.Event()
    program.start()
    people = [one["id"] for one in program.get("/chat/api/people") if one["role"] == "member"]  # type: ignore[union-attr, index]
    writers = [Writer(program, person, stopping) for person in people[:WRITERS]]
    for writer in writers:
        writer.start()
    dice = random.Random(20261121)
    for _ in range(KILLS):
        time.sleep(dice.uniform(0.2, 0.9))
        program.kill()
        program.start()
    time.sleep(0.5)
    stopping.set()
    for writer in writers:
        writer.join()
    acknowledged = [topic for writer in writers for topic in writer.acknowledged]
    wait_until_answered(program, tmp_path / "zhucun.db")
    assert program.stop() == 0
    check_ledger(tmp_path / "zhucun.db", acknowledged)


def wait_until_answered(program: Program, path: Path, patience: float = PATIENCE) -> None:
    """Every kept message gets its answer, also those of before the last kill."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        assert program.get("/health")
        with sqlite3.connect(path) as database:
            (waiting,) = database.execute(
                "SELECT (SELECT count(*) FROM inbox WHERE state = 'new')"
                " + (SELECT count(*) FROM outbox WHERE state IN ('ready', 'claimed'))"
            ).fetchone()
        database.close()
        if not waiting:
            return
        time.sleep(0.2)
    raise AssertionError("messages still wait for their answer")


def check_ledger(path: Path, acknowledged: list[str]) -> None:
    """One record, one answer for each acknowledged message; and the printed ledger of it."""
    database = sqlite3.connect(path)
    topics = Counter(row[0] for row in database.execute("SELECT topic FROM study"))
    lines = Counter(
        row[0] for row in database.execute("SELECT text FROM chat_line WHERE speaker = 'bot'")
    )
    states = dict(database.execute("SELECT state, count(*) FROM inbox GROUP BY state"))
    (sound,) = database.execute("PRAGMA quick_check").fetchone()
    database.close()
    lost = [topic for topic in acknowledged if not topics[topic]]
    double = [
        topic for topic, count in topics.items() if topic.startswith("压力") and count > 1
    ]
    answers = [
        sum(count for text, count in lines.items() if f"{topic}，" in text)
        for topic in acknowledged
    ]
    print(
        f"kills {KILLS}, acknowledged {len(acknowledged)}, lost {len(lost)}, double {len(double)},"
        f" answered more than once {sum(count > 1 for count in answers)}"
    )
    assert len(acknowledged) > 50
    assert (lost, double) == ([], [])
    assert set(answers) == {1}
    assert set(states) == {"done"}
    assert sound == "ok"
