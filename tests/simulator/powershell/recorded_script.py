"""The constant script of the recordings, which the product does not send: what it did when it was recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hvplan.simulator.pipe import Argument
from hvplan.simulator.powershell import psobject
from hvplan.simulator.powershell.scripts import Scope, Script, Scripts, digest, one_or_all

BOOT_ORDER = (
    "param($VMId,[string[]]$Device) $vm = Get-VM -Id $VMId -ErrorAction Stop; $all = @(Get-VMNetworkAdapter -VM $vm) + @(Get-VMHardDiskDrive -VM $vm); "
    "$order = foreach ($d in $Device) { $all | Where-Object { $_.Id -eq $d } }; Set-VMFirmware -VM $vm -BootOrder $order -ErrorAction Stop"
)


def _boot_order(given: Mapping[str, Any], scope: Scope) -> None:
    stop = Argument("ErrorAction", "Stop")
    machine = scope.assign("vm", "Get-VM", Argument("Id", given.get("VMId")), stop)
    devices = [*scope.array("Get-VMNetworkAdapter", Argument("VM", machine)), *scope.array("Get-VMHardDiskDrive", Argument("VM", machine))]
    words = [psobject.text(word) for word in given.get("Device") or ()]
    ids = [(psobject.text(psobject.get(device, "Id")).casefold(), device) for device in devices]
    order = [device for word in words for id, device in ids if id == word.casefold()]
    for value in scope.array("Set-VMFirmware", Argument("VM", machine), Argument("BootOrder", one_or_all(order)), stop):
        scope.emit(value)


_DEVICE = ("Device", "System.String[]")
RECORDED: Scripts = {digest(BOOT_ORDER): Script(parameters=(("VMId", "System.Object"), _DEVICE), run=_boot_order)}
FUNCTIONS: Scripts = {"Set-HvplanBootOrder": Script(parameters=(("VMId", "System.Guid"), _DEVICE), run=_boot_order)}
