"""The keys of a virtual machine: the rows of the model where there is one, and the devices."""

from __future__ import annotations

from typing import Any, Final

from hvplan.load.kinds import BLOCK, CONSENT, NAME, SAVED_STATE, SECTOR, STOP_THEN, TEXT, VERSION
from hvplan.load.shapes import Group, Leaf, Many, Named, Shape, later, leaf
from hvplan.model import boot
from hvplan.model.adapters import AdapterSettings
from hvplan.model.devices import ISO, SLOT, DriveSettings
from hvplan.model.parts import Bios, ComPorts, Firmware, General, IntegrationServices, Memory, Platform, Processor, Video
from hvplan.model.rows import Row, rows
from hvplan.model.values import DURATION, MAC, PATH, SIZE, TRUTH, number, word
from hvplan.model.vlan import HIGHEST, LOWEST, TRUNK


def below(part: type[Any], prefix: str) -> dict[str, Shape]:
    """The rows of a part whose path is one key below a prefix, by that key."""
    return {row.path.removeprefix(prefix): leaf(row) for row in rows(part).values() if row.path.startswith(prefix) and "." not in row.path.removeprefix(prefix)}


def vlan(row: Row) -> Group:
    """The VLANs of a port: one value, or the map of a trunk or of a private VLAN."""
    trunk = Leaf(kind=TRUNK, doc="The VLANs that pass tagged: ids and ranges such as [10-20, 30].", raw=True)
    native = Leaf(kind=number(0, HIGHEST), doc="The VLAN of what arrives untagged; default 0: none.")
    primary = Leaf(kind=number(LOWEST, HIGHEST), doc="The primary VLAN, by which a private VLAN leaves the switch.")
    one = {"primary": primary, "secondary": Leaf(kind=number(LOWEST, HIGHEST), doc="The secondary VLAN it is in.")}
    many = {"primary": primary, "secondary": Leaf(kind=TRUNK, doc="The secondary VLANs it talks to: ids and ranges.", raw=True)}
    both = ("primary", "secondary")
    keys: dict[str, Shape] = {
        "trunk": trunk,
        "native": native,
        "isolated": Group(doc="Of a private VLAN: it talks to promiscuous ports only.", keys=one, required=both),
        "community": Group(doc="Of a private VLAN: it talks to its community and to promiscuous ports.", keys=one, required=both),
        "promiscuous": Group(doc="Of a private VLAN: it talks to all its secondary VLANs.", keys=many, required=both),
    }
    return Group(doc=row.doc, keys=keys, choice={"trunk": ("native",), "isolated": (), "community": (), "promiscuous": ()}, also=leaf(row))


SHUTDOWN: Final = Group(
    doc="How a running machine is stopped.",
    keys={
        "timeout": Leaf(kind=DURATION, doc="How long the guest may take to shut down by itself; default 5m."),
        "then": Leaf(kind=STOP_THEN, doc="What happens when it has not: Fail (default), Force, Save or TurnOff."),
    },
)
COMMON_LIFECYCLE: Final[dict[str, Shape]] = {
    "formerly": Many(doc="Names it had before; it is renamed in place.", item=Leaf(kind=NAME, doc="A former name."), single=True),
    "protect": Leaf(kind=TRUTH, doc="true: nothing may delete or replace it; remembered on the host."),
    "manage": Many(doc="Compare only these paths.", item=Leaf(kind=TEXT, doc="A path such as processor or memory.startup.")),
    "ignore": Many(doc="Compare everything but these paths.", item=Leaf(kind=TEXT, doc="A path such as notes.")),
    "adopt": Leaf(kind=CONSENT, doc="May an existing object that nobody owns be taken over; overrides the stack's policy."),
}
LIFECYCLE: Final = Group(doc="How this object is handled.", keys=COMMON_LIFECYCLE)
VM_LIFECYCLE: Final = Group(
    doc="How this machine is handled.",
    keys=COMMON_LIFECYCLE
    | {
        "restart": Leaf(kind=CONSENT, doc="May it be restarted or turned off for a change; overrides the stack's policy."),
        "shutdown": SHUTDOWN,
        "savedState": Leaf(kind=SAVED_STATE, doc="What to do with a saved machine that has to be stopped; overrides the stack's policy."),
        "startAfter": Many(doc="Machines that are started before this one.", item=Leaf(kind=NAME, doc="The name of a VirtualMachine document."), single=True),
        "exclusive": Many(
            doc="Kinds of devices of which undeclared ones are removed.",
            item=Leaf(kind=word("disks", "dvds", "networkAdapters"), doc="A kind of device."),
            single=True,
        ),
        **later("maintenanceWindow", "antiAffinity", "upgradeVersion"),
    },
)

VHD: Final = Group(
    doc="The virtual hard disk file.",
    keys={
        "path": Leaf(kind=PATH, doc="Where the file stands on the host (.vhdx or .vhd)."),
        "size": Leaf(kind=SIZE, doc="The size the guest sees."),
        "source": Leaf(kind=NAME, doc="A VirtualDisk document; the file is made as a full copy of it."),
        "parent": Leaf(kind=NAME, doc="A VirtualDisk document; the file is made as a differencing child of it."),
        "existing": Leaf(kind=word("Refuse", "Adopt"), doc="What to do when a file already stands at the path of a new disk."),
        "type": Leaf(kind=word("Dynamic", "Fixed", "Differencing"), doc="How the file grows."),
        "blockSize": Leaf(kind=BLOCK, doc="Block size of the file."),
        "logicalSector": Leaf(kind=SECTOR, doc="Logical sector size in bytes."),
        "physicalSector": Leaf(kind=SECTOR, doc="Physical sector size in bytes."),
        **later("allowShrink"),
    },
    required=("path",),
)
DISK: Final = Group(
    doc="A disk.",
    keys={
        "slot": Leaf(kind=SLOT, doc="Where it sits: scsi 0:1. Omitted: the next free place on SCSI."),
        "vhd": VHD,
        "disk": Leaf(kind=NAME, doc="A VirtualDisk document that is attached."),
        "absent": Leaf(kind=TRUTH, doc="true: the disk is detached; its file stays."),
        "qos": Group(doc="How many operations of 8 KiB a second.", keys=below(DriveSettings, "qos.")),
        **later("shared", "physicalDisk"),
    },
)
DVD: Final = Group(
    doc="A DVD drive.",
    keys={
        "slot": Leaf(kind=SLOT, doc="Where it sits: scsi 0:4 on Generation 2, ide 1:0 on Generation 1. Omitted: the next free place on SCSI."),
        "iso": Leaf(kind=ISO, doc="The file in it; null: an empty drive. Omitted: what is in it is not managed.", null=True),
        "absent": Leaf(kind=TRUTH, doc="true: the drive is removed; the file stays."),
    },
)
_ADAPTER_ROWS: Final = rows(AdapterSettings)
ADAPTER: Final = Group(
    doc="A network adapter.",
    keys={
        "name": Leaf(kind=NAME, doc="Its name on the host; default: the key. A change renames it in place."),
        "match": Group(doc="How to find it on a machine that is adopted.", keys={"mac": Leaf(kind=MAC, doc="The MAC address it has.")}, required=("mac",)),
        "switch": leaf(_ADAPTER_ROWS["switch"], null=True),
        "vlan": vlan(_ADAPTER_ROWS["vlan"]),
        "mac": leaf(_ADAPTER_ROWS["mac"]),
        "legacy": leaf(_ADAPTER_ROWS["legacy"]),
        "deviceNaming": leaf(_ADAPTER_ROWS["device_naming"]),
        "security": Group(doc="What the guest may do on the network.", keys=below(AdapterSettings, "security.")),
        "bandwidth": Group(doc="How much it may send; one of the minimums, that of the switch's bandwidthMode.", keys=below(AdapterSettings, "bandwidth.")),
        "offload": Group(doc="What the physical adapter does for it.", keys=below(AdapterSettings, "offload.")),
        "monitoredInCluster": leaf(_ADAPTER_ROWS["monitored"]),
        "absent": Leaf(kind=TRUTH, doc="true: the adapter is removed."),
    },
)
DEVICES: Final = Group(
    doc="Virtual devices, each under a name of your choice.",
    keys={
        "scsiControllers": Leaf(kind=number(0, 4), doc="How many SCSI controllers; at least as many as the slots name."),
        "disks": Named(doc="Hard disks, each under a name of your choice.", item=DISK, key=NAME, removable=True),
        "dvds": Named(doc="DVD drives, each under a name of your choice.", item=DVD, key=NAME, removable=True),
        "networkAdapters": Named(doc="Network adapters, each under a name of your choice.", item=ADAPTER, key=NAME, removable=True),
        "comPorts": Group(
            doc="The two serial ports of the machine.",
            keys={key: Group(doc=f"The port {key.upper()}.", keys=below(ComPorts, f"devices.comPorts.{key}.")) for key in ("com1", "com2")},
        ),
        **later("floppy", "gpuPartitions", "assignedDevices", "fibreChannel", "keyStorageDrive"),
    },
)

BOOT_ORDER: Final = Many(
    doc="Declared devices to boot from, in this order; what is not named comes after them, in the order it has.",
    item=Leaf(kind=boot.NAME, doc="A device of this machine: disks/os, networkAdapters/lan or dvds/setup."),
)

_MEMORY: Final = rows(Memory)
MACHINE: Final[dict[str, Shape]] = {
    "lifecycle": VM_LIFECYCLE,
    "generation": Leaf(kind=number(1, 2), doc="1 (BIOS) or 2 (UEFI); decided at creation."),
    "version": Leaf(kind=VERSION, doc="The configuration version; decided at creation."),
    "state": Leaf(
        kind=word("Running", "Off", "Saved", "Paused"), doc="Power: Running or Off; Saved and Paused hold a machine that runs. Omitted: power is not managed."
    ),
    "path": Leaf(kind=PATH, doc="The folder on the host below which the machine's folder is made; decided at creation."),
    **below(General, ""),
    **below(Platform, ""),
    "processor": Group(
        doc="Virtual processors.",
        keys=below(Processor, "processor.") | {"numa": Group(doc="Virtual NUMA nodes.", keys=below(Processor, "processor.numa."))},
    ),
    "memory": Group(
        doc="Memory.",
        keys={
            "startup": leaf(_MEMORY["startup"]),
            "dynamic": Group(
                doc="Dynamic memory: its limits, or false for static memory.", keys=below(Memory, "memory.dynamic."), also=leaf(_MEMORY["dynamic"])
            ),
            "priority": leaf(_MEMORY["priority"]),
            "numaMaximumPerNode": leaf(_MEMORY["numa_node"]),
        },
    ),
    "firmware": Group(
        doc="UEFI firmware of a Generation 2 machine.",
        keys={"bootOrder": BOOT_ORDER} | below(Firmware, "firmware."),
    ),
    "bios": Group(doc="BIOS of a Generation 1 machine.", keys=below(Bios, "bios.")),
    "automaticActions": Group(
        doc="What happens when the host starts and shuts down, and when the machine's storage is gone.",
        keys=below(General, "automaticActions.") | below(Platform, "automaticActions."),
    ),
    "checkpoints": Group(doc="Settings of checkpoints.", keys=below(General, "checkpoints.") | below(Platform, "checkpoints.") | later("policy")),
    "integrationServices": Group(
        doc="What host and guest do for each other; services that are not written stay as they are.", keys=below(IntegrationServices, "integrationServices.")
    ),
    "video": Group(doc="The synthetic video adapter.", keys=below(Video, "video.")),
    "memoryMappedIo": Group(doc="Address space for devices of the host that are assigned to the machine.", keys=below(Platform, "memoryMappedIo.")),
    "devices": DEVICES,
    **later("security"),
}
