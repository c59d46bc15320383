"""The pages' mails leave by the mail server of the settings, through the same sender as the desk's."""

from __future__ import annotations

import ast
import time
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from set_clock import SetClock

import web
from desk.database import Desk
from detente import workspace as workspaces
from flows.server import free_port
from web.app import create_app
from web.mail import Mailer

ROOT = Path(web.__file__).parent.parent


class _Box(MessageHandler):
    def __init__(self) -> None:
        super().__init__()
        self.came: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.came.append(message)


@pytest.fixture
def box() -> Iterator[tuple[_Box, int]]:
    handler, port = _Box(), free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


def _mailer(root: Path, port: int) -> Mailer:
    (root / "competitors").mkdir(parents=True)
    (root / "detente.toml").write_text(
        '[company]\nname = "Acme Corp"\n'
        f'[mail]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nsender = "detente@acme.test"\n'
    )
    workspace = workspaces.load(root)
    desk = Desk.open(workspace.data, "", SetClock())
    mailer: Mailer = create_app(workspace, desk, clock=SetClock(), port=1, beside=False).state.services.mailer
    desk.close()
    return mailer


def _until(done: object) -> None:
    end = time.monotonic() + 10
    while not done() and time.monotonic() < end:  # type: ignore[operator]
        time.sleep(0.01)


def test_a_letter_of_the_pages_arrives(box: tuple[_Box, int], tmp_path: Path) -> None:
    handler, port = box
    mailer = _mailer(tmp_path / "workspace", port)
    mailer.start()
    assert mailer.send(to="ana@acme.test", subject="Your link", text="Open it.\n")
    _until(lambda: handler.came)
    mailer.stop()
    [letter] = handler.came
    assert (letter["To"], letter["Subject"], letter["Auto-Submitted"]) == (
        "ana@acme.test",
        "Your link",
        "auto-generated",
    )


def test_a_letter_that_cannot_be_sent_is_counted_and_its_words_are_not_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mailer = _mailer(tmp_path / "workspace", free_port())
    mailer.start()
    mailer.send(to="ana@acme.test", subject="Your link", text="canary-of-a-link")
    _until(lambda: mailer.failed)
    mailer.stop()
    assert mailer.failed == 1
    assert "ServiceError" in caplog.text
    assert "ana@" not in caplog.text
    assert "canary" not in caplog.text


def test_one_module_alone_speaks_to_mail_servers() -> None:
    speaking = []
    for room in ("cli", "desk", "detente", "flows", "reports", "scoring", "sources", "warehouse", "web"):
        for path in (ROOT / room).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            names = [one.names[0].name for one in ast.walk(tree) if isinstance(one, ast.Import)]
            if "smtplib" in names:
                speaking.append(path.relative_to(ROOT).as_posix())
    assert speaking == ["desk/following/messages.py"]
