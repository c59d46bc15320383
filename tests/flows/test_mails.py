"""Mails are taken again and again while it is served, and nothing that goes wrong ends that."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from reporting import plain_workspace

from desk.reading.mail_in import Fetched
from detente.errors import ServiceError
from detente.workspace import load
from flows.mails import MailRounds, fetched, taking_mails


def test_a_problem_is_told_once_and_its_end_too() -> None:
    answers = [Fetched(), ServiceError("gone"), ServiceError("gone"), RuntimeError("canary"), Fetched(taken=["x"])]
    said: list[str] = []

    def take() -> Fetched:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    rounds = MailRounds(take, said.append)
    for _ in range(5):
        rounds.take()

    assert said == [
        "mails: gone; it is tried again, and nothing is lost",
        "mails: RuntimeError; it is tried again, and nothing is lost",
        "mails: works again",
        "mails: 1 taken, 0 refused",
    ]


def test_it_looks_at_once_and_until_it_is_told_to_stop() -> None:
    stop, count = threading.Event(), 0

    def take() -> Fetched:
        nonlocal count
        count += 1
        if count == 3:
            stop.set()
        return Fetched()

    MailRounds(take, [].append).run(stop, 0.001)

    assert count == 3


def test_without_a_folder_nothing_is_looked_at(tmp_path: Path) -> None:
    before = threading.active_count()

    with taking_mails(load(plain_workspace(tmp_path / "ws")), [].append):
        assert threading.active_count() == before


def test_a_server_that_does_not_answer_is_told_and_ends_nothing(tmp_path: Path) -> None:
    root = plain_workspace(tmp_path / "ws")
    with (root / "detente.toml").open("a") as file:
        file.write('\n[mail_in]\nhost = "127.0.0.1"\nport = 1\nuser = "x"\npassword_file = "imap"\n')
    (root / "imap").write_text("secret")
    (root / "imap").chmod(0o600)
    said: list[str] = []
    workspace = load(root)

    with pytest.raises(ServiceError, match="does not answer"):
        fetched(workspace)
    with taking_mails(workspace, said.append, every_s=0.01):
        for _ in range(500):
            if said:
                break
            threading.Event().wait(0.01)

    assert len(said) == 1
    assert "127.0.0.1 does not answer" in said[0]
