"""Rules between fields that the files alone decide."""

from __future__ import annotations

from hvplan.load.check import Checker
from hvplan.load.places import Places
from hvplan.load.tree import Mapping
from hvplan.model.objects import Desired, VirtualDisk, VirtualMachine, VirtualSwitch


def switch_rules(switch: VirtualSwitch, root: Mapping, checker: Checker) -> None:
    pass


def disk_rules(disk: VirtualDisk, root: Mapping, checker: Checker) -> None:
    pass


def machine_rules(vm: VirtualMachine, root: Mapping, checker: Checker) -> None:
    pass


def cross_rules(desired: Desired, places: Places, checker: Checker, *, complete: bool) -> None:
    pass
