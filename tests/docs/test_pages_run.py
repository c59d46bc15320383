"""What the tutorial and the how-to guides ask their reader to type is typed here, and does what they say."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GUIDES = [DOCS / "tutorial" / "first-report.md", *sorted((DOCS / "how-to").glob("[a-z]*.md"))]

# What no test can run, each with its reason; anything else on a page must run.
NOT_RUN = {
    "make": "sets up an environment, or runs the tests that this test is one of",
    "export PATH": "the test's path has the command already",
    "mkdir ~/": "writes into the home folder",
    "detente serve": "does not end; tests/flows starts and ends it",
    "pip install": "needs the network",
    "sudo": "changes the system",
    "duckdb": "a program of its own, which nobody needs",
    ".venv/bin/python docs/generate.py": "writes the reference; test_reference runs it with --check",
    "prefect": "needs a Prefect server; test_prefect_yaml reads the file with Prefect's own loader",
}
_SHELL = re.compile(r"[;|&<>$*]")


class Reader:
    """Somebody who does what a page says, in a folder of their own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = str(port)
        self.started: list[subprocess.Popen[bytes]] = []
        self._written = 0

    def write(self, path: str, text: str) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.replace("8123", self.port), encoding="utf-8")
        # a server tells dates by the second: a page that is written twice in one must not look unchanged
        self._written += 10
        moment = time.time() - 3600 + self._written
        os.utime(target, (moment, moment))

    def type(self, command: str, shown: tuple[str, ...]) -> None:
        command = command.replace("8123", self.port)
        if command.startswith("cd "):
            self.folder = (self.folder / command.removeprefix("cd ")).resolve()
        elif command.endswith("&"):
            self._start(command.removesuffix("&"))
        else:
            code, output = self._shell(command) if _SHELL.search(command) else self._call(command)
            assert code == 0, f"$ {command}\n{output}"
            self._compare(command, output, shown)

    def run(self, program: str) -> None:
        done = subprocess.run([sys.executable, "-c", program], cwd=self.folder, env=self._env(), capture_output=True)
        assert done.returncode == 0, f"{program}\n{done.stderr.decode()}"

    def end(self) -> None:
        for process in self.started:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _call(self, command: str) -> tuple[int, str]:
        """A plain `detente …` in this process, which spares each the second of a start."""
        program, *words = shlex.split(command)
        if program != "detente":
            return self._shell(command)
        with contextlib.chdir(self.folder):
            result = CliRunner(env={"COLUMNS": "80"}).invoke(app, words, catch_exceptions=False)
        return result.exit_code, result.output

    def _shell(self, command: str) -> tuple[int, str]:
        words = ["bash", "-c", command]
        done = subprocess.run(
            words, cwd=self.folder, env=self._env(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        return done.returncode, done.stdout

    def _start(self, command: str) -> None:
        words = shlex.split(command)
        words[0] = sys.executable if words[0] == "python3" else words[0]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.started.append(subprocess.Popen(words, cwd=self.folder, start_new_session=True, **quiet))
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", int(self.port)), 1):
                return
            time.sleep(0.05)
        pytest.fail(f"nobody answers on the port of: {command}")

    def _env(self) -> dict[str, str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DETENTE_", "PREFECT_"))}
        return kept | {"PATH": path, "COLUMNS": "80"}

    def _compare(self, command: str, output: str, shown: tuple[str, ...]) -> None:
        real = [" ".join(line.split()) for line in output.splitlines()]
        for line in shown:
            wanted = " ".join(line.replace("8123", self.port).split())
            pattern = ".*".join(map(re.escape, wanted.split("…")))
            assert any(re.fullmatch(pattern, one) for one in real), f"$ {command}\nshows no {line!r}, but:\n{output}"


def _not_run(command: str) -> bool:
    return any(command.startswith(known) for known in NOT_RUN)


@pytest.mark.slow
@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_what_a_page_asks_for_works_as_the_page_says(page, request, tmp_path, steps):
    if page.parent.name == "tutorial":
        reader = Reader(tmp_path, _free_port())
    else:
        folder = request.getfixturevalue("after_the_tutorial")
        reader = Reader(folder / "acme-intel", request.getfixturevalue("site").port)
    try:
        for step in steps(page):
            if step.kind == "file":
                reader.write(step.path, step.text)
            elif step.kind == "python":
                reader.run(step.text)
            elif not _not_run(step.text):
                reader.type(step.text, step.shown)
    finally:
        reader.end()


def test_only_the_tutorial_and_the_guides_ask_for_what_a_test_can_run(steps, documents):
    others = [page for page in documents if page not in GUIDES]

    assert [step.text for page in others for step in steps(page) if not _not_run(step.text)] == []


def test_every_exception_from_running_is_needed(steps, documents):
    typed = [step.text for page in documents for step in steps(page) if step.kind == "command"]

    assert [known for known in NOT_RUN if not any(command.startswith(known) for command in typed)] == []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
