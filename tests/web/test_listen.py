"""Listening: not beyond this machine before anybody can sign in, and not where somebody else does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from set_clock import SetClock

from desk import people
from desk.database import Desk
from detente import workspace as workspaces
from detente.errors import ServiceError, UsageError, WorkspaceError
from detente.settings import WebSettings
from detente.workspace import Workspace
from web.listen import listener, refuse_exposed
from web.site import is_loopback, site_of

COMPANY = '[company]\nname = "Acme"\n'
OPEN = '[web]\nhost = "0.0.0.0"\nbase_url = "https://intel.acme.test"\n'
MAIL = '[mail]\nhost = "127.0.0.1"\nsender = "d@acme.test"\n'
OIDC = '[oidc]\nissuer = "https://id.acme.test"\nclient_id = "x"\nclient_secret_file = "x"\n'
Make = Callable[[str], Workspace]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def made(settings: str) -> Workspace:
        (tmp_path / "detente.toml").write_text(COMPANY + settings, encoding="utf-8")
        return workspaces.load(tmp_path)

    return made


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.open(tmp_path / "data", "", SetClock())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_on_this_machine_alone_nothing_is_asked(make: Make, desk: Desk, host: str) -> None:
    refuse_exposed(make(f'[web]\nhost = "{host}"\n'), desk)
    desk.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "intel.acme.test", ""])
def test_where_others_reach_it_the_address_must_be_said(make: Make, desk: Desk, host: str) -> None:
    with pytest.raises(UsageError, match=r"set web\.base_url"):
        refuse_exposed(make(f'[web]\nhost = "{host}"\n'), desk)
    desk.close()


@pytest.mark.parametrize("settings", [OPEN, OPEN.replace("https", "http"), OPEN + MAIL])
def test_where_others_reach_it_somebody_must_be_able_to_sign_in(make: Make, desk: Desk, settings: str) -> None:
    with pytest.raises(UsageError, match="nobody can sign in"):
        refuse_exposed(make(settings), desk)
    desk.close()


def test_somebody_with_an_e_mail_can_sign_in_where_mail_is_set_up(make: Make, desk: Desk) -> None:
    with desk.writing() as c:
        ana = people.add_person(c, name="Ana", email="ana@acme.test", roles=["rep"], by=None, now=desk.clock.now())
    refuse_exposed(make(OPEN + MAIL), desk)
    with pytest.raises(UsageError, match="nobody can sign in"):
        refuse_exposed(make(OPEN), desk)
    with desk.writing() as c:
        people.disable(c, ana.person_id, by=None, now=desk.clock.now())
    with pytest.raises(UsageError, match="nobody can sign in"):
        refuse_exposed(make(OPEN + MAIL), desk)
    desk.close()


def test_somebody_with_a_password_can_sign_in_as_long_as_they_are_not_disabled(make: Make, desk: Desk) -> None:
    workspace = make(OPEN)
    with desk.writing() as c:
        ana = people.add_person(c, name="Ana", email="ana@acme.test", roles=["rep"], by=None, now=desk.clock.now())
        people.set_password(c, ana.person_id, "four words do well", by=None, now=desk.clock.now())
    refuse_exposed(workspace, desk)
    with desk.writing() as c:
        people.disable(c, ana.person_id, by=None, now=desk.clock.now())
    with pytest.raises(UsageError, match="nobody can sign in"):
        refuse_exposed(workspace, desk)
    desk.close()


def test_a_provider_is_a_way_to_sign_in(make: Make, desk: Desk) -> None:
    refuse_exposed(make(OPEN + OIDC), desk)
    desk.close()


def test_a_taken_port_is_told_with_what_to_do() -> None:
    with listener(WebSettings(port=0)) as first:
        port = first.getsockname()[1]
        with pytest.raises(ServiceError, match=rf"cannot listen on 127\.0\.0\.1:{port}: .*web\.port"):
            listener(WebSettings(port=port))


def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(ServiceError, match=r"cannot listen on 192\.0\.2\.7:1"):
        listener(WebSettings(host="192.0.2.7", port=1))


NO_HOSTS = """
intel.acme.test
ftp://intel.acme.test
https://
https://a:b@intel.acme.test
https://x.test/path
https://x.test/?q
https://x.test/#f
//x.test
"""


@pytest.mark.parametrize("url", NO_HOSTS.split())
def test_a_base_url_that_is_not_a_whole_host_is_refused(url: str) -> None:
    with pytest.raises(WorkspaceError, match=r"web\.base_url"):
        site_of(WebSettings(base_url=url))


def test_the_site_is_where_the_settings_say_and_else_where_it_listens() -> None:
    assert site_of(WebSettings(), 4000).url("/r/new") == "http://127.0.0.1:4000/r/new"
    assert site_of(WebSettings(host="::1"), 4000).base_url == "http://[::1]:4000"
    assert site_of(WebSettings(base_url="https://Intel.acme.test:443/")).base_url == "https://intel.acme.test"
    assert site_of(WebSettings(base_url="http://intel.acme.test:8080")).hosts >= {"intel.acme.test:8080"}
    assert is_loopback("[::1]")
    assert not is_loopback("127.0.0.1.evil.test")
