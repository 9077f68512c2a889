"""What the constant script that sets a boot order does, statement by statement, as a real engine was seen to run it.

Its `$ErrorActionPreference = 'Stop'` makes every error end it: without that, one that ends a statement would be survived
(`ErrorAction Stop` does not change that, truth 1), and an order be set from half of what is there. A machine that was not
found gives null, which the next command refuses. It begins by clearing its variables, so nothing of an earlier pipeline shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn, Protocol

from hvplan.simulator.pipe import Argument
from hvplan.simulator.powershell import psobject
from hvplan.simulator.powershell.records import ErrorRecord
from hvplan.simulator.powershell.stage import Terminate
from hvplan.simulator.values import List

_STOP = Argument("ErrorAction", "Stop")


class _Scope(Protocol):
    @property
    def variables(self) -> dict[str, Any]: ...

    @property
    def emit(self) -> Callable[[Any], None]: ...

    def array(self, name: str, *arguments: Argument) -> list[Any]: ...

    def assign(self, variable: str, name: str, *arguments: Argument) -> Any: ...


def set_boot_order(given: Mapping[str, Any], scope: _Scope) -> None:
    """Boot the named devices first, in that order; the other entries follow as they stand, without empty ones. Raises Terminate."""
    scope.variables.update({"ErrorActionPreference": "Stop", **dict.fromkeys(("vm", "firmware", "one", "name", "entry"))})
    vm = Argument("VM", scope.assign("vm", "Get-VM", Argument("Id", given.get("VMId")), _STOP))
    firmware = scope.assign("firmware", "Get-VMFirmware", vm, _STOP)
    drives = [*scope.array("Get-VMHardDiskDrive", vm, _STOP), *scope.array("Get-VMDvdDrive", vm, _STOP)]
    devices = {_slot(drive).casefold(): drive for drive in drives}
    devices |= {_id(adapter).casefold(): adapter for adapter in scope.array("Get-VMNetworkAdapter", vm, _STOP)}
    order = []
    for name in _items(given.get("Device")):
        word = psobject.text(name)
        if word.casefold() not in devices:
            _throw(f"The virtual machine has no device {word}.")
        order.append(devices[word.casefold()])
    if not order:
        _throw("No device was named.")
    named = {_id(device).casefold() for device in order}
    for entry in _entries(firmware):
        device = psobject.get(entry, "Device")
        if device is None:
            order.append(entry)
        elif _id(device).casefold() not in named:
            order.append(device)
    setting = (vm, Argument("BootOrder", List(order)), Argument("Confirm", False), _STOP)
    for value in scope.array("Set-VMFirmware", *setting):
        scope.emit(value)


def _entries(firmware: Any) -> Iterator[Any]:
    """`$firmware.BootOrder` in a foreach: of every firmware there is, without empty entries."""
    for one in _items(firmware):
        for entry in _items(psobject.get(one, "BootOrder")):
            if entry is not None:
                yield entry


def _items(value: Any) -> tuple[Any, ...]:
    bare = psobject.base(value)
    return () if bare is None else tuple(bare) if isinstance(bare, list | tuple) else (value,)


def _slot(drive: Any) -> str:
    words = [psobject.text(psobject.get(drive, part)) for part in ("ControllerType", "ControllerNumber", "ControllerLocation")]
    return "{} {}:{}".format(*words)


def _id(device: Any) -> str:
    return psobject.text(psobject.get(device, "Id"))


def _throw(message: str) -> NoReturn:
    raise Terminate(
        ErrorRecord(
            id=message,
            category="OperationStopped",
            message=message,
            exception="System.Management.Automation.RuntimeException",
            invocation="",
            target=message,
            thrown=True,
            details={"WasThrownFromThrowStatement": True},
        )
    )
