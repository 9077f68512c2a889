"""A short YAML example for any attribute: what surrounds it, its required neighbours, and a value that the loader takes (a test loads them all)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from hvplan.cli.reference.attributes import Attribute
from hvplan.load.format import DOCUMENTS
from hvplan.load.shapes import Group, Later, Leaf, Many, Named, Shape
from hvplan.model.values import UNSET

Tree = dict[str, Any]  # key -> Tree, or the text of a value
ITEM: Final = "-"
"""The key of the one item of a list of maps."""

NAMES: Final[Mapping[str, str]] = {
    "Stack": "lab",
    "Host": "hv01",
    "VirtualSwitch": "lan",
    "VirtualDisk": "ubuntu-golden",
    "VirtualMachineTemplate": "server",
    "VirtualMachine": "web01",
    "Nat": "lab-nat",
    "SnapshotPolicy": "nightly",
}
KEYS: Final[Mapping[str, str]] = {"disks": "os", "dvds": "setup", "networkAdapters": "lan", "labels": "tier", "annotations": "owner"}
"""Map of names -> a name in it."""

BY_PATH: Final[Mapping[str, str]] = {
    "generation": "2",
    "host": "hv01",
    "template": "server",
    "formerly": "[old-name]",
    "manage": "[processor, memory]",
    "ignore": "[notes]",
    "startAfter": "[dc01]",
    "exclusive": "[networkAdapters]",
    "netAdapters.*.name": "Ethernet 2",
    "labels.*": "web",
    "annotations.*": "platform team",
    "notes": "Front end",
    "processor.count": "4",
    "processor.reserve": "10",
    "processor.limit": "80",
    "processor.weight": "200",
    "memory.dynamic": "{minimum: 1GiB, maximum: 8GiB}",
    "dynamic.minimum": "1GiB",
    "dynamic.maximum": "8GiB",
    "memory.priority": "50",
    "policy.maxDeletes": "3",
    "policy.adopt": "allow",
    "policy.restart": "allow",
    "lifecycle.adopt": "allow",
    "lifecycle.restart": "allow",
    "state": "Running",
    "VirtualSwitch.type": "Internal",
    "vhd.type": "Fixed",
    "connection.transport": "https",
    "connection.auth": "kerberos",
    "shutdown.timeout": "5m",
    "connection.port": "5986",
    "connection.maxSessions": "4",
    "connection.configuration": "hvplan",
    "connection.caFile": "corp-ca.pem",
    "simulated.world": "hv01.world.yaml",
    "simulated.faults": "faults.yaml",
    "simulated.engine": "./engine",
    "simulated.audit": "audit.jsonl",
    "simulated.state": "hv01.state.yaml",
    "memoryMappedIo.low": "512MiB",
    "automaticActions.criticalErrorTimeout": "30m",
    "comPorts.com1.pipe": r"\\.\pipe\web01-com1",
    "comPorts.com2.pipe": r"\\.\pipe\web01-com2",
    "firmware.bootOrder": "[disks/os, networkAdapters/lan]",
    "bios.startupOrder": "[CD, IDE, LegacyNetworkAdapter, Floppy]",
    "vhd.path": r"D:\VHDs\web01-os.vhdx",
    "vhd.size": "60GiB",
    "vhd.source": "ubuntu-golden",
    "vhd.parent": "ubuntu-golden",
    "disks.*.disk": "data-01",
    "dvds.*.slot": "scsi 0:4",
    "qos.minimumIops": "100",
    "qos.maximumIops": "5000",
    "dvds.*.iso": r"D:\iso\ubuntu.iso",
    "networkAdapters.*.name": "Network Adapter",
    "networkAdapters.*.switch": "lan",
    "path": r"D:\VMs",
    "VirtualDisk.path": r"D:\golden\ubuntu-24.04.vhdx",
    "scsiControllers": "2",
}
"""End of a path (or kind and path) -> a value that says something; the longest end wins."""

BY_TYPE: Final[Mapping[str, tuple[str, ...]]] = {
    "size": ("4GiB", "512MiB"),
    "duration": ("30s", "30m"),
    "true | false": ("true",),
    "reference": ("{env: HVPLAN_PASSWORD}",),
    "user name | reference": ("{env: HVPLAN_USER}",),
    "host name or IP address": ("hv01.corp.example",),
    "block size": ("1MiB",),
    "configuration version": ('"10.0"',),
    "number | names": ("[web01, web02]",),
    "VLAN id | Untagged": ("20",),
    "list of VLAN ids and ranges": ("[10-20, 30]",),
    "MAC address | Dynamic": ("00-15-5D-0A-0B-0C",),
    "rate": ("1Gbit",),
    "switch name | null": ("lan",),
    "template | true | false": ("MicrosoftUEFICertificateAuthority",),
    "file": ("a-file",),
    "text": ("some text",),
    "path": (r"D:\folder",),
}
"""Type of a value -> examples that say something; of any other the one that its error names, else its last word, else its lowest number."""

FILL: Final[Mapping[str, tuple[str, ...]]] = {"bandwidth": ("minimumWeight",), "netAdapters": ("name",)}
"""A branch whose first two keys exclude each other -> what its example shows."""

BESIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "devices.disks.*.slot": ("devices.disks.*.vhd.path", "devices.disks.*.vhd.size"),
    "devices.disks.*.absent": ("devices.disks.*.slot",),
    "firmware.bootOrder": ("devices.disks.*.vhd.path", "devices.disks.*.vhd.size", "devices.networkAdapters.*.switch"),
    "devices.disks.*.qos": ("devices.disks.*.vhd.path", "devices.disks.*.vhd.size"),
    "devices.disks.*.qos.minimumIops": ("devices.disks.*.vhd.path", "devices.disks.*.vhd.size"),
    "devices.disks.*.qos.maximumIops": ("devices.disks.*.vhd.path", "devices.disks.*.vhd.size"),
    "devices.dvds.*.absent": ("devices.dvds.*.slot",),
    "devices.disks.*.vhd.existing": ("devices.disks.*.vhd.path", "devices.disks.*.vhd.size"),
    "devices.disks.*.vhd.type": ("devices.disks.*.vhd.path", "devices.disks.*.vhd.size"),
    "devices.disks.*.vhd.blockSize": ("devices.disks.*.vhd.path", "devices.disks.*.vhd.size"),
    "devices.disks.*.vhd.logicalSector": ("devices.disks.*.vhd.path", "devices.disks.*.vhd.size"),
    "devices.disks.*.vhd.physicalSector": ("devices.disks.*.vhd.path", "devices.disks.*.vhd.size"),
    "devices.disks.*.vhd.path": ("devices.disks.*.vhd.size",),
    "connection.caFile": ("connection.address",),
    "connection.password": ("connection.address", "connection.username"),
    "connection.username": ("connection.address", "connection.password"),
}
"""What has to stand beside an attribute for the example to make sense."""


WHOLE: Final[Mapping[str, tuple[str, ...]]] = {
    "Stack": ("host", "policy.restart"),
    "Host": ("connection.address", "connection.username", "connection.password"),
    "VirtualSwitch": ("type", "notes"),
    "VirtualDisk": ("path", "ensure"),
    "VirtualMachineTemplate": ("generation", "processor.count", "automaticActions.start"),
    "VirtualMachine": ("generation", "state", "memory.startup", "devices.disks.*.slot", *BESIDE["devices.disks.*.slot"], "devices.networkAdapters.*.switch"),
}
"""What the example of a whole kind shows."""


def value(attribute: Attribute) -> str:
    """A value as YAML text on one line, `""` for a map that has no short form."""
    own = f"{attribute.kind}.{attribute.path}"
    ends = [own, *(own.split(".", n)[-1] for n in range(1, own.count(".") + 1))]
    if attribute.row and attribute.row.default not in (True, False) and (default := attribute.row.show(attribute.row.default)) != "-":
        chosen = default
    else:
        chosen = next((BY_PATH[end] for end in ends if end in BY_PATH), "")
    match attribute.shape:
        case Leaf() as leaf:
            return chosen or _of_type(leaf)
        case Group(also=Leaf() as leaf):
            return chosen or _of_type(leaf)
        case Many(item=Leaf() as leaf):
            return chosen or f"[{_of_type(leaf)}]"
        case _:
            return chosen


def _of_type(leaf: Leaf) -> str:
    """The first candidate that the type itself takes."""
    return next((text for text in _candidates(leaf) if _takes(leaf, text)), leaf.kind.name)


def _candidates(leaf: Leaf) -> Iterator[str]:
    name = leaf.kind.name
    yield from BY_TYPE.get(name, ())
    expected = ""
    try:
        leaf.kind.parse(UNSET)
    except ValueError as error:
        expected = str(error)
    yield from re.findall(r"such as ([^,]+?)(?:,| or |$)", expected)
    yield from (f"[{words}]" for words in re.findall(r"list of (?:all of )?([A-Z]\w*(?:, [A-Z]\w*)+)", expected))
    yield from reversed(name.split(" | "))
    yield name.split(" to ")[0]


def _takes(leaf: Leaf, text: str) -> bool:
    """Would the loader take it, written like this."""
    plain: object = text.strip("\"'")
    if text.startswith("["):
        plain = text.strip("[]").split(", ")
    elif text.startswith("{"):
        plain = dict([text.strip("{}").split(": ", 1)])
    elif text in ("true", "false"):
        plain = text == "true"
    elif text.isdigit():
        plain = int(text)
    try:
        leaf.kind.parse(plain)
    except ValueError:
        return False
    return True


def example(attribute: Attribute) -> str:
    """The document around an attribute, as YAML; of a branch, with what it must have."""
    tree: Tree = {"kind": attribute.kind, "name": NAMES[attribute.kind]}
    root = DOCUMENTS[attribute.kind]
    paths = [attribute.path, *BESIDE.get(attribute.path, ())] if attribute.path else list(WHOLE.get(attribute.kind, ()))
    paths = [path for path in paths if path not in tree]
    for path in [*paths, *root.required]:
        _put(tree, attribute.kind, root, path.split("."))
    return "\n".join(_lines(tree)) + "\n"


def _put(tree: Tree, kind: str, shape: Shape, parts: list[str]) -> None:
    """Write a path into the tree, and what its maps require on the way."""
    done: list[str] = []
    node = tree
    for at, part in enumerate(parts):
        match shape:
            case Group(keys=keys):
                key, shape = part, keys[part]
            case Named(item=item):
                key, shape = KEYS.get(done[-1], "name"), item
            case Many(item=Group() as item):
                key, shape = ITEM, item
            case _:
                return
        done.append(part)
        if at == len(parts) - 1 and not _opens(shape):
            node.setdefault(key, value(Attribute(kind=kind, path=".".join(done), shape=shape)))
            return
        node = node.setdefault(key, {})
        for need in _needs(shape, parts[at + 1]) if isinstance(shape, Group) and at + 1 < len(parts) else ():
            _put_leaf(node, kind, shape, [*done, need])
    _fill(node, kind, shape, done)


def _needs(shape: Group, key: str) -> Iterator[str]:
    """What must stand beside a key: what is required, and the one of a choice that it goes with."""
    yield from (need for need in shape.required if need != key)
    if shape.choice and key not in shape.choice:
        yield next(choice for choice, beside in shape.choice.items() if key in beside)


def _opens(shape: Shape) -> bool:
    return isinstance(shape, Named) or (isinstance(shape, Many) and isinstance(shape.item, Group)) or (isinstance(shape, Group) and shape.also is None)


def _put_leaf(node: Tree, kind: str, shape: Shape, path: list[str]) -> None:
    if isinstance(shape, Group):
        node.setdefault(path[-1], value(Attribute(kind=kind, path=".".join(path), shape=shape.keys[path[-1]])))


def _fill(node: Tree, kind: str, shape: Shape, path: list[str]) -> None:
    """A branch by itself shows the first things below it that do not exclude each other."""
    match shape:
        case Group(keys=keys) if not node:
            named = path[-2] if path[-1:] == ["*"] else path[-1]
            for key in FILL.get(named) or [key for key, item in keys.items() if not isinstance(item, Later)][:2]:
                below = keys[key]
                if _opens(below):
                    _fill(node.setdefault(key, {}), kind, below, [*path, key])
                else:
                    _put_leaf(node, kind, shape, [*path, key])
        case Named(item=item) if not node:
            key = KEYS.get(path[-1], "name")
            if _opens(item):
                _fill(node.setdefault(key, {}), kind, item, [*path, "*"])
            else:
                node[key] = value(Attribute(kind=kind, path=".".join([*path, "*"]), shape=item))
        case Many(item=Group() as item) if not node:
            _fill(node.setdefault(ITEM, {}), kind, item, [*path, "*"])
        case _:
            return


def _lines(tree: Tree, indent: int = 0) -> Iterator[str]:
    for key, item in tree.items():
        if key == ITEM:
            first, *more = _lines(item)
            yield f"{' ' * indent}- {first}"
            yield from (f"{' ' * indent}  {line}" for line in more)
        elif isinstance(item, dict):
            yield f"{' ' * indent}{key}:"
            yield from _lines(item, indent + 2)
        else:
            yield f"{' ' * indent}{key}: {item}"
