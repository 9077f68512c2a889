"""The catalogue: names, releases, sets and enums."""

from __future__ import annotations

import pytest

from hvplan.simulator.powershell.catalogue import ALL_SETS, load_catalogue

EVERYTHING = load_catalogue(None)


def test_every_cmdlet_can_be_built_and_found_again() -> None:
    """By its name, in capitals, and qualified with its module; never with another module's."""
    names = list(EVERYTHING.names())
    for name in names:
        cmdlet = EVERYTHING.find(name)
        assert cmdlet is not None
        assert EVERYTHING.find(name.upper()) is cmdlet
        assert EVERYTHING.find(f"{cmdlet.module.lower()}\\{name}") is cmdlet
        assert EVERYTHING.find(f"Elsewhere\\{name}") is None
    assert sum(EVERYTHING.find(f"Hyper-V\\{name}") is not None for name in names) == 240


def test_flags_are_one_bit_for_each_set_and_none_for_all_sets() -> None:
    """A parameter's flags are the sum of its sets' bits, and every bit has its set's name."""
    for name in EVERYTHING.names():
        cmdlet = EVERYTHING.find(name)
        assert cmdlet is not None
        for parameter in cmdlet.parameters:
            assert parameter.flags <= cmdlet.all_flags
            for entry in parameter.entries:
                assert (entry.flag == 0) == (entry.set == ALL_SETS or entry.set not in cmdlet.sets)
                assert entry.flag == 0 or cmdlet.set_name(entry.flag) == entry.set


def test_the_checkpoint_names_are_aliases() -> None:
    """Get-VMCheckpoint is Get-VMSnapshot, qualified or not."""
    for name in ("Get-VMCheckpoint", "Hyper-V\\get-vmcheckpoint"):
        found = EVERYTHING.find(name)
        assert found is not None
        assert found.name == "Get-VMSnapshot"


@pytest.mark.parametrize(
    ("command", "parameter", "since"),
    [("New-VM", "GuestStateIsolationType", "2025"), ("New-VM", "Generation", "2012R2"), ("Set-VM", "AutomaticCheckpointsEnabled", "2019")],
)
def test_a_parameter_exists_from_its_release_on(command: str, parameter: str, since: str) -> None:
    """Older hosts do not have it, newer ones do."""
    for release in ("2016", "2019", "2022", "2025", "Windows 11"):
        cmdlet = load_catalogue(release).find(command)
        assert cmdlet is not None
        year = 2025 if release == "Windows 11" else int(release)
        assert (parameter.lower() in cmdlet.by_name) == (year >= int(since[:4])), release


def test_a_cmdlet_exists_from_its_release_on() -> None:
    """Set-VMStorageSettings came with 2019."""
    assert load_catalogue("2016").find("Set-VMStorageSettings") is None
    assert load_catalogue("2019").find("Set-VMStorageSettings") is not None


def test_an_unknown_release_is_named_in_the_error() -> None:
    """The message says what would be right."""
    with pytest.raises(ValueError, match="2016, 2019, 2022, 2025, Windows 11"):
        load_catalogue("2008")


def test_enums_carry_their_numbers() -> None:
    """OnOffState is On=0, Off=1 (cmdlets.md)."""
    enum = EVERYTHING.enum("OnOffState")
    assert enum is not None
    assert enum.members == {"On": 0, "Off": 1}
    assert enum.named(1) == "Off"
