"""What two PowerShells said of one pipeline, without what is the stand-ins' own.

An engine's commands are compiled stand-ins, also where Windows has functions (NetAdapter, NetNat, Storage), and it can build
objects of the modules only. So these are set aside, and nothing else:

- assemblies in type names; the version of .NET shows in them;
- the types, text and kind of bag of what belongs to Windows itself (files, CIM instances): names and values are compared;
- behind the comma of an error id of a function: the stand-in's class; and its exception;
- that a boot source is a component of a machine, as on real hosts, where its order takes it: an engine's class is none (`exchanges`);
- the members of an enum whose numbers nobody knows (`BootType`): an engine's enum has none;
- `ProgressAction`, a common parameter that Windows PowerShell 5.1 does not have;
- that a key protector, an array of bytes as one object, is built as a list.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence

from hvplan.simulator.powershell.catalogue import load_catalogue
from tests.simulator.powershell.exchanges import differences

_ASSEMBLIES = (
    (re.compile(r", engine, Version=[^\]<]*"), ", Microsoft.HyperV.PowerShell.Objects"),
    (re.compile(r", System\.Private\.CoreLib, Version=[^\]<]*"), ", mscorlib"),
    (re.compile(r", (System\.Management\.Automation), Version=[^\]<]*"), r", \1"),
)
_WINDOWS = ("System.Management.Automation.PSCustomObject", "System.IO.", "Microsoft.Management.Infrastructure.CimInstance")
_UNNUMBERED = ("BootType",)


def disagreements(real: Sequence[tuple[str, str]], builtin: Sequence[tuple[str, str]]) -> list[str]:
    """What a client would hear otherwise from the built-in PowerShell; nothing where the two agree."""
    return list(differences([[kind, normal(kind, clixml)] for kind, clixml in real], [(kind, normal(kind, clixml)) for kind, clixml in builtin]))


def normal(kind: str, clixml: str) -> str:
    """A message without what is the stand-ins' own."""
    for found, instead in _ASSEMBLIES:
        clixml = found.sub(instead, clixml)
    if not clixml:
        return clixml
    root = ET.fromstring(clixml)
    for member in [one for one in root.iter() if one.get("N") in _UNNUMBERED]:
        name = member.get("N", "")
        member.clear()
        member.tag, member.attrib["N"] = "Nil", name
    for table in root.iter("DCT"):
        for entry in [entry for entry in table if entry.findtext("S[@N='Key']") == "ProgressAction"]:
            table.remove(entry)
    if kind == "PIPELINE_OUTPUT":
        _output(root)
    elif kind in ("ERROR_RECORD", "PIPELINE_STATE"):
        _error(root)
    return ET.tostring(root, encoding="unicode")


def _output(root: ET.Element) -> None:
    if root.tag == "BA":
        root.clear()
        root.tag = "Obj"
        return
    names = root.find("TN")
    first = None if names is None else names.findtext("T")
    if names is None or first is None:
        return
    if first == "System.Object[]" and root.find("LST/By") is not None:
        root.clear()
    elif first.startswith(_WINDOWS):
        # several bags become one, in which order means nothing; a name in both means the one that type files add
        members = {member.get("N"): member for bag in root if bag.tag in ("Props", "MS") for member in bag}
        root.clear()
        ET.SubElement(root, "Props").extend(_loose(member) for name, member in members.items() if name != "__ClassMetadata")
    elif first.removeprefix("Selected.").startswith(_WINDOWS):
        root.remove(names)


def _loose(member: ET.Element) -> ET.Element:
    """A property of Windows' own objects: an engine has no character, and of a list it does not keep the type."""
    if member.tag == "C":
        member.tag, member.text = "S", chr(int(member.text or "0"))
    for names in member.findall("TN"):
        if member.find("LST") is not None:
            member.remove(names)
    return member


def _error(root: ET.Element) -> None:
    record = root if root.find("MS/Obj[@N='Exception']") is not None else root.find("MS/Obj[@N='ExceptionAsErrorRecord']")
    if record is None:
        return
    command = load_catalogue(None).find(record.findtext("MS/S[@N='ErrorCategory_Activity']") or "")
    if command is None or command.kind == "cmdlet":
        return
    error_id = record.find("MS/S[@N='FullyQualifiedErrorId']")
    exception = record.find("MS/Obj[@N='Exception']/TN/T")
    if error_id is not None and error_id.text:
        error_id.text = error_id.text.partition(",")[0]
    if exception is not None:
        exception.text = ""
