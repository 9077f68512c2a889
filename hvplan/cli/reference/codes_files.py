"""Codes of errors that the files alone decide (rooms `load` and `document`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

FILES: Final[Mapping[str, tuple[str, str]]] = {
    # reading
    "path-missing": ("A PATH on the command line names nothing.", "Correct the path; the hint names what is nearby."),
    "path-unreadable": ("A file cannot be opened, or is a folder.", "Check its permissions and its name."),
    "empty-file": ("A file holds no document; this is a note, not an error.", "Remove the file, or leave it."),
    "no-document": ("The paths hold no document to plan from.", "Name a file or folder with YAML documents; hvplan init writes a first one."),
    "yaml-encoding": ("A file is neither UTF-8 nor UTF-16 with a byte order mark.", "Save it as UTF-8 (PowerShell: Set-Content -Encoding utf8)."),
    "yaml-character": ("A control character, or one that cannot be sent to a host, stands in a file.", "Remove it, or write it as an escape in double quotes."),
    "yaml-syntax": ("The file is not valid YAML.", "Look at the indentation, quotes and colons of the named line and the one above."),
    "yaml-limit": ("The file is larger, deeper or expands to more than is read.", "Split it; close brackets; use fewer aliases."),
    "yaml-tag": ("A tag (!name) stands in a file; tags are not used.", "Remove it, or put quotes around a text that starts with !."),
    "yaml-alias": ("An alias (*name) names no anchor.", "Correct the name, or put quotes around a text that starts with *."),
    "yaml-cycle": ("An alias stands inside the value that it names.", "Write the value out."),
    "yaml-merge": ("'<<' takes a map, or a list of maps.", "Write <<: *anchor, with an anchor that stands on a map."),
    "yaml-key": ("A key is missing, or is no plain text.", "Write 'key: value'."),
    "duplicate-key": ("A key stands twice in one map; both lines are named.", "Keep one of them."),
    # documents
    "document-shape": ("A document is not a map.", "Begin it with 'kind: ...'."),
    "kind-missing": ("A document has no kind.", "Write one; hvplan explain lists the kinds."),
    "kind-unknown": ("There is no such kind of document.", "hvplan explain lists the kinds."),
    "foreign-kind": ("The file holds a World or an Inventory, which is not planned from.", "Name it in connection.simulated.world, or do not pass it."),
    "not-supported": (
        "A key, value, kind or option of the format that this version does not carry. It is not ignored, because what you asked for would not be done.",
        "Leave it out, or do that part by hand; hvplan explain KIND lists what there is.",
    ),
    "duplicate-document": ("Two documents have the same kind and name on one host.", "Rename or remove one of them."),
    "unknown-key": ("There is no key of that name at that place.", "The hint says what was probably meant; hvplan explain KIND.path lists the keys."),
    "missing": ("A key that has to be written is not there.", "Write it."),
    "invalid-key": ("A name that you chose for an item is not possible.", "Choose a name of 1 to 100 characters; labels have no colon."),
    "invalid-value": ("A value is not of its type or not in its range.", "The message says what is expected; hvplan explain KIND.path shows an example."),
    "wrong-type": ("A map, a list or a single value stands where something else is expected.", "hvplan explain KIND.path shows an example."),
    "null": ("A key has no value, or null where null means nothing in this version.", "Write a value, or remove the key: what is not written is not managed."),
    "placeholder": (
        "A {word} is no placeholder, or has no value at that place.",
        "The placeholders are {name} {host} {stack} {device} {index}; {{ is a brace.",
    ),
    # hosts and machines
    "hosts-file": ("A hosts file holds something other than Host documents.", "Move the document into the files that you plan from."),
    "host-missing": ("It is not said which host a document belongs to.", "Write host on the Stack or on the document, or declare exactly one Host."),
    "host-twice": ("A document names a host twice.", "Remove one of them."),
    "host-unknown": ("There is no Host document of that name.", "Correct the name, or declare the Host (or pass a hosts file with --hosts)."),
    "connection": ("Keys of a connection contradict each other, or one is missing.", "The hint says which; hvplan explain host.connection lists them all."),
    "secret-command": (
        "A reference that runs a command stands outside a hosts file.",
        "Keep the connection in a file outside the repository; pass it with --hosts.",
    ),
    "template-key": ("A template has a template or instances.", "Write them on the machine."),
    "template-unknown": ("There is no VirtualMachineTemplate of that name.", "Correct the name, or write the template."),
    "instances": ("Instances would all have one name.", "Put {index} into name, or give a list of names."),
    "machine-unknown": ("lifecycle.startAfter names a machine that no document has.", "Correct the name, or declare the machine."),
    "start-circle": ("Machines wait for each other in a circle (lifecycle.startAfter).", "Take one of them out of the circle."),
    "formerly-taken": ("lifecycle.formerly holds a name that another document has.", "Remove it once the rename is done."),
    "path-unknown": ("lifecycle.manage or ignore holds a path that does not exist.", "hvplan explain vm lists the paths."),
    "folder-name": ("With path, a folder is named after the machine, and its name cannot be one.", "Choose another name, or leave path out."),
    "generation": ("An attribute does not exist on this generation.", "Remove it, or change generation before the machine is created."),
    "limit": ("A size or number is outside what Hyper-V takes.", "The message says the limit."),
    "memory-alignment": ("A size of memory is no whole multiple of 2 MiB.", "Round it."),
    "memory-order": ("minimum <= startup <= maximum does not hold.", "Change one of them; what is not written counts as the host has it."),
    "processor-order": ("processor.reserve is higher than processor.limit.", "Change one of them."),
    # devices
    "slot-twice": ("Two disks of a machine have one slot.", "Give each its own, or leave the slot out."),
    "slot-generation": ("That kind of slot does not exist on this generation.", "Generation 2 has scsi only."),
    "controllers": (
        "Fewer SCSI controllers are declared than slots name, or more than a machine takes.",
        "Raise devices.scsiControllers up to 4, or leave it out.",
    ),
    "disk-conflict": ("A disk has both vhd and disk.", "Keep one: vhd for a file of this machine, disk for a VirtualDisk document."),
    "disk-unknown": ("There is no VirtualDisk document of that name on that host.", "Correct the name, or declare the VirtualDisk."),
    "file-twice": ("One file is declared for two disks.", "Give each its own; to share a base, use vhd.parent."),
    "parent-attached": ("A disk that is the parent of others is attached, or declared to be; its children would break.", "Attach a child of it (vhd.parent)."),
    "vhd-conflict": ("Keys of a vhd contradict each other.", "The hint says which to remove; hvplan explain vm.devices.disks.*.vhd lists them."),
    "vhd-ending": ("A disk's file must end in .vhdx or .vhd, and is no file of a checkpoint.", "Name the .vhdx or .vhd at the end of the chain."),
    "vhd-format": ("Formats (.vhd, .vhdx) or sector sizes do not go together.", "Use .vhdx throughout."),
    "vhd-generation": ("A Generation 2 machine takes .vhdx only.", "Name a .vhdx."),
    "vhd-size": ("The size of a disk is no whole number of sectors.", "Round it."),
    "adapter-name": ("Two adapters of a machine have one name.", "Give each its own name."),
    "qos-order": ("qos.minimumIops is above qos.maximumIops.", "Lower the minimum, or write maximumIops: 0 for no limit."),
    "boot-order": (
        "firmware.bootOrder names nothing, or a device that the machine does not declare, that is removed, or that stands there twice.",
        "Name declared devices, each once: [disks/os, networkAdapters/lan].",
    ),
    "mac-twice": (
        "Two adapters have one MAC address, or are found by one: an error in one machine, in two of one host a warning.",
        "Give each its own, or Dynamic.",
    ),
    "notes-line": ("notes hold a line that looks like hvplan's own mark.", "Take the line out; hvplan writes its own."),
    "secure-boot-unknown": ("firmware.secureBoot names a template that Windows does not bring.", "Check its spelling; a host may have others."),
    "switch-pattern": ("A switch name has to be sent as it is and, read as a pattern ([ ] * ?), fits another switch.", "Rename one of the switches."),
    "switch-type": ("A key of a switch does not go with its type.", "Remove the key, or change type."),
    "switch-team": ("loadBalancing without a team.", "Remove it, or write embeddedTeaming: true."),
    "switch-management": ("The host's own adapters on a switch contradict allowManagementOS or each other.", "Remove or rename one of them."),
    "net-adapter": ("The physical adapters of a switch are none, named twice, or named in two ways.", "Write netAdapters: [{name: Ethernet 2}]."),
    "bandwidth": ("A bandwidth does not go with the bandwidthMode of its switch, or two of them exclude each other.", "Keep the one of the mode."),
    "bandwidth-order": ("bandwidth.minimumAbsolute is above bandwidth.maximum.", "Lower the minimum, or write maximum: 0 for no limit."),
    "mac-address": ("An adapter cannot have an address for several receivers, or none.", "Use one such as 00-15-5D-0A-0B-0C, or Dynamic."),
    "iso-ending": ("What is put into a DVD drive must be an .iso file.", "Name the .iso."),
    "mac-range": ("The minimum of a range of MAC addresses is above its maximum.", "Exchange them."),
    # saved documents
    "not-a-plan": (
        "A file cannot be used as a plan: not JSON, another version, a result, or something that no plan may hold.",
        "Make the plan again: hvplan plan -o FILE.",
    ),
}
"""code -> (what it says, what to do)."""
