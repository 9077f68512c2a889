"""A virtual machine as a document, with remarks on everything of it that this version cannot say."""

from __future__ import annotations

import ntpath
import re
from typing import Final

from hvplan.export.adapters import adapters_of
from hvplan.export.boot import boot_of
from hvplan.export.disks import Files, disks_of
from hvplan.export.dvds import dvds_of
from hvplan.export.settings import VERSIONS, settings_of
from hvplan.export.written import API_VERSION, Json, Written, literal
from hvplan.model.live import LiveHost, LiveVm
from hvplan.model.marker import find, line_in
from hvplan.model.parts import PARTS
from hvplan.model.values import PATH, Unknown, same_path

STEADY: Final = {"Off": "", "Saved": "it is saved; its saved memory is not declared", "Paused": "it is paused; that is not declared"}
_NO_FOLDER: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f]|[. ]$|^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?$', re.IGNORECASE)
"""Names that no folder of Windows can have."""


def machine(vm: LiveVm, live: LiveHost, files: Files, host: str) -> Written:
    """The document of one machine; `host` is written where it is not empty."""
    settings, remarks = settings_of(vm, live)
    disks, dvds, adapters = disks_of(vm, live, files), dvds_of(vm, live), adapters_of(vm, live)
    remarks += [*_about(vm), *disks.remarks, *dvds.remarks, *adapters.remarks]
    ignore = [*disks.ignore, *dvds.ignore, *adapters.ignore]
    head: dict[str, Json] = {"apiVersion": API_VERSION, "kind": "VirtualMachine", "name": literal(vm.name)}
    head |= {"host": literal(host)} if host else {}
    head |= {"lifecycle": {"ignore": ignore}} if ignore else {}
    head["generation"] = vm.generation
    if vm.version and vm.version != VERSIONS.get(live.identity.release, vm.version):
        head["version"] = vm.version
    if vm.state == "Running":
        head["state"] = "Running"
    if path := _folder(vm, live, remarks):
        head["path"] = literal(path)
    devices: dict[str, Json] = settings.pop("devices", {})
    declared = {device["slot"] for device in (*disks.devices.values(), *dvds.devices.values())}
    named = [drive.slot.controller + 1 for drive in (*vm.disks, *vm.dvds) if drive.slot.kind == "scsi" and str(drive.slot) in declared]
    if vm.scsi_controllers > max([1, *named]):
        devices["scsiControllers"] = vm.scsi_controllers
    devices |= {"disks": disks.devices} if disks.devices else {}
    devices |= {"dvds": dvds.devices} if dvds.devices else {}
    devices |= {"networkAdapters": adapters.devices} if adapters.devices else {}
    order, boot = boot_of(vm, devices)
    remarks += boot.remarks
    if order:
        settings["firmware"] = settings.get("firmware", {}) | {"bootOrder": order}
    body = head | settings
    body |= {"devices": devices} if devices else {}
    unread = any(isinstance(getattr(vm, name), Unknown) for name, _ in PARTS)
    partial = disks.partial or dvds.partial or adapters.partial or boot.partial or unread
    return Written(id=f"vm {vm.id}", title=f"vm/{vm.name}", body=body, remarks=tuple(remarks), partial=partial)


def _about(vm: LiveVm) -> list[str]:
    """What a document of this version has no words for."""
    found = [STEADY.get(vm.state, f"its state is {vm.state}; that is not declared")] if vm.state != "Running" else []
    found += [f"it is busy: {vm.busy}"] if vm.busy else []
    found += [f"it is a replica ({vm.replication}) and is only read"] if vm.replication not in ("None", "Primary") else []
    found += ["it is clustered"] if vm.clustered else []
    found += ["it carries hvplan's mark in its notes, which is not exported"] if line_in(vm.notes) and find(vm.notes)[1] == 1 else []
    found += [f"it has {device}; that is not declared" for device in vm.beyond]
    if isinstance(vm.checkpoints, Unknown):
        found.append(f"its checkpoints could not be read ({vm.checkpoints.why})")
    elif vm.checkpoints:
        names = ", ".join(checkpoint.name for checkpoint in vm.checkpoints)
        found.append(
            f"it has a checkpoint ({names}), which is not declared"
            if len(vm.checkpoints) == 1
            else f"it has {len(vm.checkpoints)} checkpoints ({names}), which are not declared"
        )
    if vm.scsi_controllers == 0:
        found.append("it has no SCSI controller; a machine made anew has one")
    return [text for text in found if text]


def _folder(vm: LiveVm, live: LiveHost, remarks: list[str]) -> str:
    """The folder below which a machine made anew would lie just there; `""` where that is the host's own."""
    if not vm.path or same_path(vm.path, live.vm_path):
        return ""
    above, own = ntpath.split(vm.path.rstrip("\\"))
    folder = above if own.casefold() == vm.name.casefold() and above else vm.path
    try:
        clean = PATH.parse(folder)
    except ValueError:
        clean = ""
    if not clean or _NO_FOLDER.search(vm.name):
        why = "no folder can have its name" if clean else "this is no path that a file could name"
        remarks.append(f"its files lie in {vm.path}, which is not declared: {why}")
        return ""
    return clean
