"""F6–F10: no request ever reaches an address that is not public, unless the settings name its host and port."""

from __future__ import annotations

import pytest

from detente.records import Outcome
from sources.fetching.address_guard import why_not_public

PUBLIC = "93.184.216.34"


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("http://169.254.169.254/latest/meta-data/", "link-local"),
        ("http://10.0.0.5/", "private"),
        ("http://[::1]/", "loopback"),
        ("http://inside.acme.test/", "private"),
    ],
)
def test_f6_a_redirect_inside_is_refused_and_nothing_is_dialled(world, target, kind):
    site = world.site(answers={"/": world.redirect(target)})
    world.names["inside.acme.test"] = ["192.168.1.7"]
    fetch = world.fetch(site.url())
    assert Outcome.REFUSED_ADDRESS is fetch.outcome
    assert kind in fetch.detail
    assert world.network.dialled == ["127.0.0.1"]


def test_f7_a_name_that_turns_private_after_the_check_is_not_followed_there(world):
    site = world.site(
        "ok.test", {"/": world.html("<p>hello</p>", "Connection: close"), "*": world.html("<p>again</p>")}
    )
    world.names["rebind.test"] = [[PUBLIC], ["127.0.0.1"]]
    world.network.leads[PUBLIC] = site.address
    url = f"http://rebind.test:{site.port}/"
    assert Outcome.OK is world.fetch(url).outcome
    later = world.fetch(url + "later")
    assert Outcome.REFUSED_ADDRESS is later.outcome
    assert {PUBLIC} == set(world.network.dialled)


def test_f7_each_new_connection_goes_to_a_checked_address_once_the_check_is_old(world):
    site = world.site("ok.test", {"*": world.html("<p>hello</p>", "Connection: close")})
    world.names["rebind.test"] = [[PUBLIC], ["127.0.0.1"]]
    world.network.leads[PUBLIC] = site.address
    base = f"http://rebind.test:{site.port}"
    first, second = world.fetch_all([base + "/1", base + "/2"], pace_s=60, robots=[world.robots(base, b"")])
    assert (first.outcome, second.outcome) == (Outcome.OK, Outcome.REFUSED_ADDRESS)
    assert world.network.dialled == [PUBLIC]


@pytest.mark.parametrize("addresses", [[PUBLIC, "10.0.0.1"], ["127.0.0.1", PUBLIC], [PUBLIC, "fd00::1"]])
def test_f8_one_private_address_among_public_ones_refuses_them_all(world, addresses):
    world.names["mixed.test"] = addresses
    fetch = world.fetch("http://mixed.test/")
    assert Outcome.REFUSED_ADDRESS is fetch.outcome
    assert world.network.dialled == []


@pytest.mark.parametrize(
    "url",
    [
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.0.0.1/",
        "http://127.1/",
        "http://0177.0.0.1/",
        "http://①②⑦.⓪.⓪.①/",
        "http://127.0.0.1./",
        "http://127。0。0。1/",
        "http://127.0.0.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://[0:0:0:0:0:0:0:1]/",
    ],
)
def test_f9_odd_spellings_of_an_inner_address_are_refused(world, url):
    fetch = world.fetch(url)
    assert fetch.outcome in {Outcome.REFUSED_URL, Outcome.REFUSED_ADDRESS}
    assert world.network.dialled == []


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.168.0.1",
        "198.18.0.1",
        "224.0.0.251",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::10.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::8.8.8.8",
        "2002:0a00:0001::",
        "2002:7f00:1::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "2001:db8::1",
        "100::1",
        "not an address",
    ],
)
def test_f10_addresses_that_are_not_public_have_a_kind(address):
    assert why_not_public(address)


@pytest.mark.parametrize(
    "address", [PUBLIC, "8.8.8.8", "2606:4700::1111", "2a00:1450:4001::200e", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8"]
)
def test_f10_public_addresses_pass(address):
    assert why_not_public(address) is None


@pytest.mark.parametrize(
    "address", ["::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "fec0::1", "100.64.0.9", "0.0.0.0"]
)
def test_f10_a_name_that_leads_to_one_is_refused(world, address):
    world.names["acme.test"] = [address]
    assert Outcome.REFUSED_ADDRESS is world.fetch("https://acme.test/").outcome
    assert world.network.dialled == []


def test_only_the_exact_host_and_port_that_settings_allow_may_be_private(world):
    site = world.site("intranet.test", {"*": world.html("<p>hello</p>")})
    other = world.site("intranet.test", {"*": world.html("<p>hello</p>")})
    allow = (f"intranet.test:{site.port}",)
    first, second = world.fetch_all([site.url(), other.url()], allow_hosts=allow)
    assert (first.outcome, second.outcome) == (Outcome.OK, Outcome.REFUSED_ADDRESS)
    assert f"'intranet.test:{other.port}'" in second.detail
    assert other.hits == []


def test_the_next_address_is_tried_where_the_first_does_not_answer(world):
    site = world.site(answers={"/": world.html("<p>hello</p>")})
    world.names["acme.test"] = ["127.0.0.5", site.address]
    assert Outcome.OK is world.fetch(site.url()).outcome
    assert world.network.dialled == ["127.0.0.5", "127.0.0.1"]
