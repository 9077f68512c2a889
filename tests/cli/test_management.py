"""Switches that may carry the session: `--yes` is not enough, and a name in the documents says where a host is reached."""

from __future__ import annotations

import pytest

from hvplan.cli.hosts import ip_addresses
from hvplan.model.objects import Host
from tests import casebook

CASE = next(case for case in casebook.cases() if case.name == "switch-leaves-its-network")
NEW = next(case for case in casebook.cases() if case.name == "team-under-a-switch")


@pytest.mark.parametrize(
    ("consents", "code"),
    [
        (("--yes",), 3),
        (("--yes", "--allow-restart", "--adopt"), 3),
        (("--yes", "--adopt", "--allow-management-change=switch/la*"), 0),
        (("--yes", "--adopt", "--allow-management-change"), 0),
    ],
)
def test_the_consent_has_a_flag_of_its_own(consents: tuple[str, ...], code: int) -> None:
    """Without it nothing is written, and the refusal names it; a pattern that fits is enough."""
    with casebook.copied(CASE) as folder:
        ran = casebook.apply(CASE, *consents)
        assert ran.exit == code, ran.out + ran.err
        assert bool(casebook.writes(casebook.audit(folder))) == (code == 0)
        assert ("--allow-management-change=switch/lan" in ran.err) == (code == 3)


@pytest.mark.parametrize(("address", "code"), [("", 0), ("addresses: [{interface: Ethernet 2, address: 192.0.2.10, length: 24}]\n", 3)])
def test_a_new_switch_over_adapters_without_an_address_carries_nothing(address: str, code: int) -> None:
    """No connection arrives where the host has no address; an adapter that has one may be the one it arrives at."""
    with casebook.copied(NEW) as folder:
        with (folder / "host.world.yaml").open("a", encoding="utf-8") as world:
            world.write(address)
        ran = casebook.apply(NEW, "--yes")
        assert ran.exit == code, ran.out + ran.err
        assert ("--allow-management-change=switch/converged" in ran.err) == (code == 3)


def test_a_pattern_that_fits_nothing_is_a_mistake() -> None:
    """As with every other consent."""
    with casebook.copied(CASE):
        assert casebook.apply(CASE, "--yes", "--allow-management-change=switch/other").exit == 1


@pytest.mark.parametrize(
    ("connection", "found"),
    [
        ({"address": "192.0.2.10"}, ("192.0.2.10",)),
        ({"address": "[2001:db8::10]"}, ("2001:db8::10",)),
        ({"address": "127.0.0.1"}, ()),
        ({"address": "localhost"}, ()),
        ({"address": "no-such-host.invalid"}, ()),
        ({"simulated": {"world": "x"}}, ()),
        ({}, ()),
    ],
)
def test_where_a_host_is_reached(connection: dict[str, object], found: tuple[str, ...]) -> None:
    """By its address, never by a tunnel's end; what cannot be found out is nothing, which is the careful answer."""
    assert ip_addresses(Host(name="hv01", connection=connection)) == found
