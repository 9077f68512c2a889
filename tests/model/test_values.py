"""Values: what is taken, the normal form, and how people see it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hvplan.model.values import DURATION, MAC, PATH, SIZE, TRUTH, Kind, is_root, normal_path, number, same_path, show_size, text, word


@pytest.mark.parametrize(
    ("kind", "written", "meant"),
    [
        (SIZE, "4GiB", 4 << 30),
        (SIZE, "512 mib", 512 << 20),
        (SIZE, "60GB", 60 * 10**9),
        (SIZE, "1.5GiB", 3 << 29),
        (SIZE, "0.5kb", 500),
        (SIZE, 1024, 1024),
        (SIZE, "1024", 1024),
        (TRUTH, True, True),
        (TRUTH, "Off", False),
        (TRUTH, "on", True),
        (TRUTH, "FALSE", False),
        (DURATION, "30s", 30),
        (DURATION, "5M", 300),
        (DURATION, "2 h", 7200),
        (DURATION, 90, 90),
        (MAC, "00155d0a0b0c", "00-15-5D-0A-0B-0C"),
        (MAC, "00:15:5d:0a:0b:0c", "00-15-5D-0A-0B-0C"),
        (MAC, "0015.5d0a.0b0c", "00-15-5D-0A-0B-0C"),
        (PATH, "D:/VMs/", "D:\\VMs"),
        (PATH, "D:\\", "D:\\"),
        (PATH, "\\\\nas\\share\\a", "\\\\nas\\share\\a"),
        (PATH, "C:\\a[1]\\b'c", "C:\\a[1]\\b'c"),
        (word("Off", "Running"), "off", "Off"),
        (word("Off", "Running"), False, "Off"),
        (word("Off", "Running"), "RUNNING", "Running"),
        (number(1, 4), 4, 4),
        (text(), 1234, "1234"),
        (text(), "x'; y", "x'; y"),
    ],
)
def test_what_is_taken(kind: Kind[object], written: object, meant: object) -> None:
    """Usual spellings arrive in one normal form."""
    assert kind.parse(written) == meant
    assert type(kind.parse(written)) is type(meant)


@pytest.mark.parametrize(
    ("kind", "written", "expected"),
    [
        (SIZE, "4 gigs", "a size such as"),
        (SIZE, "-1", "a size such as"),
        (SIZE, -1, "a size such as"),
        (SIZE, "0.3b", "a size such as"),
        (SIZE, True, "a size such as"),
        (SIZE, 1.5, "a size such as"),
        (TRUTH, 1, "true or false"),
        (TRUTH, "yes", "true or false"),
        (DURATION, "5 weeks", "a duration such as"),
        (DURATION, True, "a duration such as"),
        (MAC, "00-15", "a MAC address"),
        (PATH, "VMs", "a full Windows path"),
        (PATH, "D:VMs", "a full Windows path"),
        (PATH, "D:\\a\\..\\b", "a full Windows path"),
        (PATH, "D:\\a\\.", "a full Windows path"),
        (PATH, "D:\\*.vhdx", "a full Windows path"),
        (PATH, "D:\\a|b", "a full Windows path"),
        (PATH, "D:\\a\nb", "a full Windows path"),
        (word("Off"), "On", "one of Off"),
        (word("a"), True, "one of a"),
        (number(1, 4), 5, "from 1 to 4"),
        (number(1, 4), "2", "from 1 to 4"),
        (number(0, 4), True, "from 0 to 4"),
        (text(), None, "text"),
        (text(), True, "text"),
        (text(3), "abcd", "at most 3 characters (this one has 4)"),
        (text(), "\ud800", "cannot be sent"),
        (text(), "\uffff", "cannot be sent"),
    ],
)
def test_what_is_refused(kind: Kind[object], written: object, expected: str) -> None:
    """The error says what was expected."""
    with pytest.raises(ValueError, match=re.escape(expected)):
        kind.parse(written)


@given(st.integers(0, 2**60))
def test_a_shown_size_is_never_wrong(size: int) -> None:
    """What people see, read back, is the same number of bytes."""
    shown = show_size(size).removesuffix(" bytes")
    assert SIZE.parse(shown) == size or "." in shown
    if "." in shown:
        number_text, unit = shown.split(" ")
        scale = {"KiB": 10, "MiB": 20, "GiB": 30, "TiB": 40}[unit]
        whole, tenth = number_text.split(".")
        assert (int(whole) * 10 + int(tenth)) << scale == size * 10


@pytest.mark.parametrize(
    ("size", "shown"), [(4 << 30, "4 GiB"), (3 << 29, "1.5 GiB"), (10**9, "1 GB"), (1000, "1000 bytes"), (0, "0 bytes"), (1 << 40, "1 TiB")]
)
def test_sizes_for_people(size: int, shown: str) -> None:
    """The largest unit that fits exactly, with at most one decimal."""
    assert show_size(size) == shown


@given(st.text(), st.text())
def test_paths_ignore_case_and_slashes(one: str, other: str) -> None:
    """Two spellings of a path are one file."""
    assert same_path("D:\\" + one.upper(), "d:/" + one.upper().replace("\\", "/"))
    assert same_path(one, other) == (normal_path(one) == normal_path(other))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"D:\\VMs\\web", r"D:\VMs\web"),
        ("D://VMs///web/", r"D:\VMs\web"),
        ("D:\\\\", "D:\\"),
        (r"\\files\vms\\web", r"\\files\vms\web"),
        (r"D:\null\auxiliary\com10.vhdx", r"D:\null\auxiliary\com10.vhdx"),
    ],
)
def test_separators_written_twice_are_one(written: str, meant: str) -> None:
    """What YAML leaves of a doubled backslash outside double quotes is the path that was meant, and compares as it."""
    assert PATH.parse(written) == meant
    assert same_path(written, meant)


@pytest.mark.parametrize("path", [r"D:\con", r"D:\VHDs\NUL.vhdx", r"D:\aux.d\a.vhdx", r"D:\Com¹\a.vhdx", r"\\files\vms\lpt9 .x\a.vhdx"])
def test_names_of_devices_are_no_files(path: str) -> None:
    """Windows would open the device, whatever stands behind the dot."""
    with pytest.raises(ValueError, match="keeps for a device"):
        PATH.parse(path)


@pytest.mark.parametrize("path", ["D:\\", "d:/", r"\\files\vms", "\\\\files\\vms\\"])
def test_the_root_of_a_drive_or_share_is_no_folder_for_a_machine(path: str) -> None:
    """Hyper-V refuses files of a machine there (behaviour 3.2); one folder below is fine."""
    assert is_root(PATH.parse(path))
    assert not is_root(PATH.parse(path.rstrip("\\/") + "\\a"))
