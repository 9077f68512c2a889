"""Rules between the fields of one object that its document alone decides; the devices of a machine are in `rules_devices`."""

from __future__ import annotations

import re
from typing import Any, Final

from hvplan.load.check import Checker, suggest
from hvplan.load.rules_boot import boot_rules
from hvplan.load.rules_devices import device_rules
from hvplan.load.rules_files import extension_rule, folder_rule
from hvplan.load.rules_network import network_rules
from hvplan.load.tree import Mapping, Node, Scalar, Sequence, child, where
from hvplan.model import marker
from hvplan.model.firmware import TEMPLATES
from hvplan.model.objects import Ensure, SwitchSettings, VirtualDisk, VirtualMachine, VirtualSwitch
from hvplan.model.parts import PARTS
from hvplan.model.rows import rows, written
from hvplan.model.values import RESERVED, show_size

MIB: Final = 1 << 20
TIB: Final = 1 << 40
MEMORY_STEP: Final = 2 * MIB  # behaviour 3.2
MEMORY_LEAST: Final = 32 * MIB  # behaviour 3.2
MEMORY_MOST: Final = {1: TIB, 2: 240 * TIB}  # behaviour 3.1
PROCESSORS_MOST: Final = {1: 64, 2: 2048}  # behaviour 3.1
_FOLDER_BAD: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f]')

_VM_OWN: Final = ("state", "path", "generation", "version", "devices.scsiControllers", "firmware.bootOrder")
_SWITCH_PATHS: Final = frozenset({row.path for row in rows(SwitchSettings).values()} | {"netAdapters"})
_VM_PATHS: Final = frozenset({row.path for _, part in PARTS for row in rows(part).values()} | set(_VM_OWN))


def switch_rules(switch: VirtualSwitch, root: Mapping, checker: Checker) -> None:
    """One switch."""
    network_rules(switch, root, checker)
    _notes(switch.settings.notes, root, checker)
    managed_paths(root, _SWITCH_PATHS, ("managementAdapters",), checker)


def disk_rules(disk: VirtualDisk, root: Mapping, checker: Checker) -> None:
    """One disk that lives on its own."""
    if disk.ensure is not Ensure.REFERENCE and not isinstance(child(root, "ensure"), Mapping | Sequence):
        summary = f"A VirtualDisk with ensure: {disk.ensure} is not supported by this version."
        if child(root, "ensure") is None:
            summary = "A VirtualDisk needs ensure: Reference; others are not supported by this version."
        checker.say("not-supported", summary, where(root, "ensure"), hint="write ensure: Reference and make the file yourself")
    if disk.path:
        extension_rule(disk.path, where(root, "path"), checker)
    managed_paths(root, frozenset({"path"}), (), checker)


def machine_rules(vm: VirtualMachine, root: Mapping, checker: Checker) -> None:
    """One machine."""
    _memory(vm, root, checker)
    _processor(vm, root, checker)
    if vm.generation == 1 and child(root, "firmware", "secureBoot") is not None:
        hint = "remove firmware, or use generation: 2"
        checker.say("generation", "Secure boot needs Generation 2; this machine has Generation 1.", where(root, "firmware", "secureBoot"), hint=hint)
    _generations(vm, root, checker)
    _secure_boot(vm.firmware.secure_boot, root, checker)
    _notes(vm.general.notes, root, checker)
    folder_rule(vm.platform.checkpoint_path, "checkpoints.path", root, checker)
    folder_rule(vm.platform.paging_path, "smartPagingPath", root, checker)
    if isinstance(vm.path, str):
        _folder_name(vm.name, root, checker)
    managed_paths(root, _VM_PATHS, ("disks", "dvds", "networkAdapters"), checker)
    device_rules(vm, root, checker)
    boot_rules(vm, root, checker)


def _generations(vm: VirtualMachine, root: Mapping, checker: Checker) -> None:
    """Attributes that a machine of this generation does not have."""
    for name, _ in PARTS:
        for _, row, _ in written(getattr(vm, name)):
            if isinstance(vm.generation, int) and vm.generation not in row.generations and row.path != "firmware.secureBoot":
                summary = f"{row.path} needs Generation {row.generations[0]}; this machine has Generation {vm.generation}."
                checker.say("generation", summary, where(root, *row.path.split(".")), hint=f"remove it, or use generation: {row.generations[0]}")


def _secure_boot(template: object, root: Mapping, checker: Checker) -> None:
    """A template that Windows does not bring is most often a typing mistake; the host alone knows its own."""
    if isinstance(template, str) and template.strip().lower() in ("", "yes", "no"):  # no names, but nothing, or another format's booleans
        summary = "firmware.secureBoot must be the name of a secure boot template, true (keep the template) or false."
        checker.say("invalid-value", summary, where(root, "firmware", "secureBoot"), detail=f"found the text '{template}'")
    elif isinstance(template, str) and template not in TEMPLATES:
        hint = "those that Windows brings are " + ", ".join(TEMPLATES)
        summary = "Windows brings no secure boot template of that name; a host that has none either refuses it."
        checker.warn("secure-boot-unknown", summary, where(root, "firmware", "secureBoot"), detail=f"found '{template}'", hint=hint)


def _notes(notes: object, root: Mapping, checker: Checker) -> None:
    """A line that looks like our mark would be believed: copied from a host, it would give the object to whoever it names."""
    if isinstance(notes, str) and marker.find(notes)[1]:
        hint = "take the line out: hvplan keeps its own beside the notes that are written here"
        checker.say(
            "notes-line", "notes hold a line that is hvplan's own.", where(root, "notes"), detail=f"a line that begins with {marker.PREFIX.strip()}", hint=hint
        )


def _memory(vm: VirtualMachine, root: Mapping, checker: Checker) -> None:
    sizes: dict[str, tuple[int, tuple[str, ...]]] = {}
    for name, size, keys in (
        ("minimum", vm.memory.minimum, ("memory", "dynamic", "minimum")),
        ("startup", vm.memory.startup, ("memory", "startup")),
        ("maximum", vm.memory.maximum, ("memory", "dynamic", "maximum")),
    ):
        if isinstance(size, int):
            sizes[name] = (size, keys)
            _memory_size(size, ".".join(keys), where(root, *keys), vm.generation, checker)
    for low, high in (("minimum", "startup"), ("startup", "maximum"), ("minimum", "maximum")):
        if low in sizes and high in sizes and sizes[low][0] > sizes[high][0] and not (low == "minimum" and high == "maximum" and "startup" in sizes):
            (small, at), (large, other) = sizes[high], sizes[low]
            detail = f"{high} is {show_size(small)}; {low} is {show_size(large)}, at {where(root, *other)}"
            summary = f"{'.'.join(at)} is below {'.'.join(other)}."
            checker.say("memory-order", summary, where(root, *at), detail=detail, hint="minimum <= startup <= maximum must hold")


def _memory_size(size: int, path: str, place: Any, generation: object, checker: Checker) -> None:
    if size % MEMORY_STEP:
        below = size // MEMORY_STEP * MEMORY_STEP
        hint = f"use {below // MIB}MiB or {(below + MEMORY_STEP) // MIB}MiB" if below >= MEMORY_LEAST else f"use {MEMORY_LEAST // MIB}MiB or more"
        if (decimal := show_size(size).replace(" ", "")).endswith(("MB", "GB", "TB")):
            hint += f"; {decimal} is decimal, and what PowerShell calls {decimal} is {decimal[:-1]}iB"
        checker.say("memory-alignment", f"{path} must be a whole multiple of 2 MiB.", place, detail=f"found {show_size(size)}", hint=hint)
    elif size < MEMORY_LEAST:
        checker.say("limit", f"{path} must be at least 32 MiB.", place, detail=f"found {show_size(size)}", hint="did you mean MiB or GiB")
    most = MEMORY_MOST.get(generation if isinstance(generation, int) else 2, MEMORY_MOST[2])
    if size > most:
        checker.say("limit", f"{path} is more than Hyper-V gives to one machine.", place, detail=f"found {show_size(size)}; the most is {show_size(most)}")


def _processor(vm: VirtualMachine, root: Mapping, checker: Checker) -> None:
    count, reserve, limit = vm.processor.count, vm.processor.reserve, vm.processor.limit
    if isinstance(count, int) and vm.generation == 1 and count > PROCESSORS_MOST[1]:
        place = where(root, "processor", "count")
        checker.say("limit", "A Generation 1 machine has at most 64 processors.", place, detail=f"found {count}", hint="use generation: 2, or fewer processors")
    if isinstance(reserve, int) and isinstance(limit, int) and reserve > limit:
        place, other = where(root, "processor", "reserve"), where(root, "processor", "limit")
        checker.say(
            "processor-order",
            "processor.reserve is above processor.limit.",
            place,
            detail=f"reserve {reserve}; limit {limit}, at {other}",
            hint="lower the reserve",
        )


def _folder_name(name: str, root: Mapping, checker: Checker) -> None:
    bad = _FOLDER_BAD.search(name)
    if bad:
        why = f"it holds {bad.group()!r}"
    elif name.endswith((".", " ")):
        why = "it ends with a dot or a blank"
    elif RESERVED.fullmatch(name):
        why = "Windows keeps it for a device"
    else:
        return
    hint = "rename the machine, or remove 'path'"
    checker.say("folder-name", "With 'path' a folder is named after the machine, and this name cannot be one.", where(root, "name"), detail=why, hint=hint)


def managed_paths(root: Mapping, known: frozenset[str], groups: tuple[str, ...], checker: Checker) -> None:
    """`lifecycle.manage` and `ignore` name paths that exist: a typing mistake there would silently manage nothing, or everything."""
    if child(root, "lifecycle") is None:
        return
    words = known | {path[:dot] for path in known for dot in _dots(path)}
    for key in ("manage", "ignore"):
        node: Node | None = child(root, "lifecycle", key)
        items = [item for item in node.items if isinstance(item, Scalar) and item.value is not None] if isinstance(node, Sequence) else []
        for item in items:
            if item.text not in words and re.split("[./]", item.text.removeprefix("devices."))[0] not in groups:
                hint = suggest(item.text, (*words, *groups)) or "paths are " + ", ".join(sorted({word.split(".")[0] for word in words} | set(groups)))
                checker.say("path-unknown", f"lifecycle.{key}: there is no such path.", item.place, detail=f"found '{item.text}'", hint=hint)


def _dots(path: str) -> list[int]:
    return [at for at, char in enumerate(path) if char == "."]
