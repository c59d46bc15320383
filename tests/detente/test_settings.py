"""The environment wins over the file, and is checked as strictly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from detente.errors import WorkspaceError
from detente.workspace import load

WorkspaceWith = Callable[..., Path]
FILE = {"detente.toml": '[company]\nname = "Acme"\n[fetch]\npace_s = 9\nretries = 1\n'}


def test_a_variable_overrides_one_key_and_leaves_its_neighbours(
    workspace_with: WorkspaceWith, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DETENTE_FETCH__PACE_S", "5")

    fetch = load(workspace_with(FILE)).settings.fetch

    assert (fetch.pace_s, fetch.retries) == (5.0, 1)


def test_a_variable_can_set_what_the_file_leaves_out(
    workspace_with: WorkspaceWith, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DETENTE_FETCH__PROXY", "http://user:hush@proxy.test:8080")
    monkeypatch.setenv("DETENTE_LIMITS__KEEP_PUBLISHED", "7")

    settings = load(workspace_with(FILE)).settings

    assert settings.fetch.proxy == "http://user:hush@proxy.test:8080"
    assert settings.limits.keep_published == 7


def test_an_empty_variable_is_as_none(workspace_with: WorkspaceWith, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETENTE_FETCH__PACE_S", "")

    assert load(workspace_with(FILE)).settings.fetch.pace_s == 9


def test_a_wrong_value_in_a_variable_is_told_with_the_key(
    workspace_with: WorkspaceWith, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DETENTE_FETCH__PACE_S", "slow")

    with pytest.raises(WorkspaceError, match=r"^DETENTE_FETCH__PACE_S: fetch.pace_s: .* \(it is 'slow'\)$"):
        load(workspace_with(FILE))


@pytest.mark.parametrize(("name", "value"), [("DETENTE_FETCH", "fast"), ("DETENTE_FETCH__ALLOW_HOSTS", "a.test:80")])
def test_a_variable_for_a_table_or_a_list_that_is_not_json_is_told(
    workspace_with: WorkspaceWith, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(WorkspaceError, match="write it as JSON"):
        load(workspace_with(FILE))


def test_a_list_in_a_variable_is_json(workspace_with: WorkspaceWith, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETENTE_FETCH__ALLOW_HOSTS", '["Intranet.test:8080"]')

    assert load(workspace_with(FILE)).settings.fetch.allow_hosts == ("intranet.test:8080",)


def test_a_variable_that_names_no_key_is_told(workspace_with: WorkspaceWith, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETENTE_FETCH__PACE", "5")

    with pytest.raises(WorkspaceError, match=r"^DETENTE_FETCH__PACE: .*did you mean 'pace_s'"):
        load(workspace_with(FILE))


def test_variables_that_are_not_settings_are_left_alone(
    workspace_with: WorkspaceWith, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DETENTE_WORKSPACE", "/somewhere")
    monkeypatch.setenv("DETENTE_KILLS", "50")

    assert load(workspace_with(FILE)).settings.company.name == "Acme"


def test_settings_cannot_be_changed_by_the_code_that_reads_them(workspace_with: WorkspaceWith) -> None:
    settings = load(workspace_with(FILE)).settings

    with pytest.raises(ValueError, match="frozen"):
        settings.fetch.pace_s = 0.0  # type: ignore[misc]
