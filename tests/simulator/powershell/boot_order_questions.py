"""What the constant script of a boot order was asked of the real engine, in the words of the recordings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SCRIPT = (Path(__file__).parents[3] / "hvplan" / "cmdlets" / "scripts" / "set_boot_order.ps1").read_bytes().decode("utf-8")
Json = Any
WEB = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
COMMANDS = ("Get-VM", "Get-VMFirmware", "Get-VMHardDiskDrive", "Get-VMDvdDrive", "Get-VMNetworkAdapter", "Set-VMFirmware")


def _drive(kind: str, name: str, location: int, controller: str = "SCSI") -> Json:
    where = {"ControllerType": {"enum": "ControllerType", "v": controller}, "ControllerNumber": 0, "ControllerLocation": location}
    return {"obj": kind, "props": {"Name": name, "Id": f"Microsoft:{WEB}\\{name}", **where}}


def _source(device: Json) -> Json:
    return {"obj": "VMBootSource", "props": {"Description": "d", "FirmwarePath": "x", "Device": device}}


def _firmware(*entries: Json) -> Json:
    return {"obj": "VMFirmware", "props": {"BootOrder": {"list": list(entries), "type": "Microsoft.HyperV.PowerShell.VMBootSource[]"}}}


VM = {"obj": "VirtualMachine", "props": {"Name": "web", "Id": {"G": WEB}}}
OS, DATA, DVD = _drive("HardDiskDrive", "os", 0), _drive("HardDiskDrive", "data", 1), _drive("DvdDrive", "dvd", 2)
LAN = {"obj": "VMNetworkAdapter", "props": {"Name": "lan", "Id": f"Microsoft:{WEB}\\ABC"}}
FIRMWARE = _firmware(_source(OS), _source(LAN), _source(DVD))
ANSWERS = {
    "Get-VM": {"objects": [VM]},
    "Get-VMFirmware": {"objects": [FIRMWARE]},
    "Get-VMHardDiskDrive": {"objects": [OS, DATA]},
    "Get-VMDvdDrive": {"objects": [DVD]},
    "Get-VMNetworkAdapter": {"objects": [LAN]},
}


def texts(*items: Json) -> Json:
    """A String[]."""
    return {"list": list(items), "type": "System.String[]"}


def _fails(terminating: bool) -> Json:
    return {
        "id": "InvalidParameter", "category": "InvalidArgument", "exception": "VirtualizationException", "message": "Not so.", "target": "web",
        "terminating": terminating,
    }  # fmt: skip


def _asked(device: Json = None, answers: Json = None, **parameters: Json) -> Json:
    given = {"VMId": {"G": WEB}, "Device": texts("SCSI 0:1") if device is None else device, **parameters}
    return {"script": SCRIPT, "parameters": {name: value for name, value in given.items() if value != "absent"}, "answers": {**ANSWERS, **(answers or {})}}


QUESTIONS: dict[str, Json] = {
    "in that order": _asked(texts("SCSI 0:1", "SCSI 0:0")),
    "names in another case": _asked(texts("scsi 0:1", f"microsoft:{WEB}\\abc")),
    "an adapter": _asked(texts(f"Microsoft:{WEB}\\ABC")),
    "a device that is not there": _asked(texts("SCSI 0:1", "SCSI 7:7")),
    "an empty name": _asked(texts("SCSI 0:1", "")),
    "no name": _asked(texts("SCSI 0:1", None)),
    "an empty list": _asked(texts()),
    "no list": _asked("absent"),
    "null for a list": {**_asked(), "parameters": {"VMId": {"G": WEB}, "Device": None}},
    "one text": _asked("SCSI 0:1"),
    "a number": _asked({"I32": 5}),
    "texts and numbers": _asked({"list": ["SCSI 0:1", {"I32": 3}]}),
    "named twice": _asked(texts("SCSI 0:1", "scsi 0:1")),
    "empty entries": _asked(answers={"Get-VMFirmware": {"objects": [_firmware(None, _source(OS), None, _source(LAN))]}}),
    "no entries": _asked(answers={"Get-VMFirmware": {"objects": [_firmware()]}}),
    "no order": _asked(answers={"Get-VMFirmware": {"objects": [{"obj": "VMFirmware", "props": {}}]}}),
    "no firmware": _asked(answers={"Get-VMFirmware": {}}),
    "two firmwares": _asked(answers={"Get-VMFirmware": {"objects": [FIRMWARE, FIRMWARE]}}),
    "no machine": _asked(answers={"Get-VM": {}}),
    "two machines": _asked(answers={"Get-VM": {"objects": [VM, VM]}}),
    "no drives": _asked(texts(f"Microsoft:{WEB}\\ABC"), {"Get-VMHardDiskDrive": {}, "Get-VMDvdDrive": {}}),
    "an IDE slot": _asked(texts("IDE 0:1"), {"Get-VMHardDiskDrive": {"objects": [_drive("HardDiskDrive", "ide", 1, "IDE")]}}),
    "warnings": _asked(answers={"Get-VM": {"objects": [VM], "warnings": ["w"]}, "Set-VMFirmware": {"warnings": ["careful"]}}),
    "output": _asked(answers={"Set-VMFirmware": {"objects": [FIRMWARE]}}),
    "id as text": _asked(VMId=WEB),
    "id that is none": _asked(VMId="nope"),
    "null for an id": _asked(VMId=None),
    "no id": _asked(VMId="absent"),
    "a number for an id": _asked(VMId={"I32": 4}),
    "a list for an id": _asked(VMId={"list": [WEB]}),
    "one parameter too many": _asked(Nope=1),
    "abbreviated": {**_asked(), "parameters": {"VM": {"G": WEB}, "dev": texts("SCSI 0:1")}},
    "parameters in another case": {**_asked(), "parameters": {"vmid": {"G": WEB}, "DEVICE": texts("SCSI 0:1")}},
    **{f"{name} fails": _asked(answers={name: {"errors": [_fails(False)]}}) for name in COMMANDS},
    **{f"{name} fails for good": _asked(answers={name: {"errors": [_fails(True)]}}) for name in COMMANDS},
    **{f"{name} gives something and fails": _asked(answers={name: {**ANSWERS[name], "errors": [_fails(False)]}}) for name in COMMANDS[:5]},
    **{f"{name} gives something and fails for good": _asked(answers={name: {**ANSWERS[name], "errors": [_fails(True)]}}) for name in COMMANDS[:5]},
}
