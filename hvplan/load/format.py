"""The documents that people write: every kind with its keys. Reader and JSON Schema both come from this table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hvplan.load.format_network import HOST_SETTINGS, SWITCH
from hvplan.load.format_vm import LIFECYCLE, MACHINE, SHUTDOWN
from hvplan.load.kinds import ADDRESS, CONSENT, ENSURE, INSTANCES, LABEL, NAME, REFERENCE, RELEASE, SAVED_STATE, TEXT, USER, file_path
from hvplan.load.shapes import Group, Leaf, Many, Named, Shape, later
from hvplan.model.values import DURATION, PATH, TRUTH, number, word

API_VERSION: Final = "hvplan/v1"

_HEAD: Final[dict[str, Shape]] = {
    "apiVersion": Leaf(kind=word(API_VERSION), doc="The version of this format; optional."),
    "kind": Leaf(kind=TEXT, doc="What this document describes."),
    "name": Leaf(kind=NAME, doc="Its name; with kind and host its identity."),
    "labels": Named(doc="Labels to select by: --target label=tier:web.", key=LABEL, item=Leaf(kind=TEXT, doc="The value of a label.")),
    "annotations": Named(doc="Remarks for people and other tools.", key=NAME, item=Leaf(kind=TEXT, doc="Any text.")),
}
_OBJECT: Final[dict[str, Shape]] = _HEAD | {
    "ensure": Leaf(kind=ENSURE, doc="Present; Absent: remove it; Reference: it must be there and is never created, changed or deleted."),
    "host": Many(
        doc="The Host document it belongs to; a list makes one of it on every host. Default: the stack's host, else the only Host document.",
        item=Leaf(kind=NAME, doc="The name of a Host document."),
        single=True,
    ),
}

CONNECTION: Final = Group(
    doc="How the host is reached. Better kept in a hosts file outside the repository (--hosts).",
    keys={
        "address": Leaf(kind=ADDRESS, doc="Host name or IP address."),
        "port": Leaf(kind=number(1, 65535), doc="Default: 5986 with https, 5985 with http."),
        "transport": Leaf(kind=word("https", "http"), doc="https (default), or http: with message encryption, or to a loopback address."),
        "insecure": Leaf(kind=TRUTH, doc="true: the certificate is not checked."),
        "auth": Leaf(kind=word("negotiate", "kerberos", "ntlm", "certificate", "basic"), doc="How to log on; default negotiate."),
        "username": Leaf(kind=USER, doc="The user name, or a reference to it.", raw=True, secret=True),
        "password": Leaf(kind=REFERENCE, doc="A reference to the password; never the password itself.", raw=True, secret=True),
        "caFile": Leaf(kind=file_path("a file with CA certificates"), doc="CA certificates to check the host with; relative to this file."),
        "configuration": Leaf(kind=NAME, doc="The endpoint (JEA); default Microsoft.PowerShell."),
        "operationTimeout": Leaf(kind=DURATION, doc="How long one request may take; default 30s."),
        "maxSessions": Leaf(kind=number(1, 30), doc="How many sessions may be open at once; default 4."),
        "simulated": Group(
            doc="A simulated host that runs inside the command.",
            keys={
                "world": Leaf(kind=file_path("a world file"), doc="The file that describes the simulated host; relative to this file."),
                "release": Leaf(kind=RELEASE, doc="The Windows release, over the one of the world."),
                "latency": Leaf(kind=word("none", "lan", "wan"), doc="How long everything takes."),
                "faults": Leaf(kind=file_path("a file of faults"), doc="Faults to inject; relative to this file."),
                "engine": Leaf(kind=file_path("an engine"), doc="A PowerShell engine; in a hosts file only."),
                "audit": Leaf(kind=file_path("an audit file"), doc="Where calls are logged; in a hosts file only."),
                "state": Leaf(kind=file_path("a state file"), doc="Where the state is kept; in a hosts file only."),
            },
            required=("world",),
        ),
    },
)
POLICY: Final = Group(
    doc="House rules.",
    keys={
        "adopt": Leaf(kind=CONSENT, doc="May an existing object that nobody owns be taken over; default ask."),
        "restart": Leaf(kind=CONSENT, doc="May a running machine be restarted or turned off; default ask."),
        "shutdown": SHUTDOWN,
        "savedState": Leaf(kind=SAVED_STATE, doc="What to do with a saved machine that has to be stopped; default Refuse."),
        "maxDeletes": Leaf(kind=number(0, 1_000_000), doc="How many machines, switches and files one apply may delete; default 0."),
        "protectDisks": Leaf(kind=TRUTH, doc="true (default): files of disks are never deleted without being asked for twice."),
    },
)

MACHINE_KEYS: Final[dict[str, Shape]] = (
    _OBJECT
    | {
        "template": Many(
            doc="VirtualMachineTemplate documents; the later wins, the machine wins over all.",
            item=Leaf(kind=NAME, doc="The name of a VirtualMachineTemplate document."),
            single=True,
        ),
        "instances": Leaf(kind=INSTANCES, doc="Several machines from one document: a list of names, or a number with {index} in the name.", raw=True),
    }
    | MACHINE
)

DOCUMENTS: Final[Mapping[str, Group]] = {
    "Stack": Group(
        doc="What these files own, and house rules. At most one per run; without one nothing is owned.",
        keys=_HEAD
        | {
            "formerly": Many(doc="Names the stack had before.", item=Leaf(kind=NAME, doc="A former name."), single=True),
            "host": Leaf(kind=NAME, doc="The default host."),
            "ownership": Leaf(kind=word("notes", "none"), doc="notes (default): objects carry one line in their notes; none: nothing is marked."),
            "policy": POLICY,
        },
    ),
    "Host": Group(
        doc="A Hyper-V host.",
        keys=_HEAD
        | {
            "connection": CONNECTION,
            "cluster": Leaf(kind=word("refuse", "standalone-vms-only"), doc="What to do on a node of a failover cluster; default refuse."),
            "settings": HOST_SETTINGS,
            **later("ensure", "lifecycle"),
        },
    ),
    "VirtualSwitch": Group(
        doc="A virtual switch.",
        keys=_OBJECT | {"lifecycle": LIFECYCLE} | SWITCH,
    ),
    "VirtualDisk": Group(
        doc="A disk that lives on its own: a golden image, a shared parent.",
        keys=_OBJECT
        | {
            "lifecycle": LIFECYCLE,
            "path": Leaf(kind=PATH, doc="Where the file stands on the host (.vhdx or .vhd)."),
            **later("size", "type", "source", "parent", "existing", "blockSize", "logicalSector", "physicalSector", "allowShrink"),
        },
        required=("path",),
    ),
    "VirtualMachineTemplate": Group(
        doc="What several machines have in common. A template has no template.",
        keys={key: shape for key, shape in MACHINE_KEYS.items() if key not in ("template", "instances")},
    ),
    "VirtualMachine": Group(doc="A virtual machine.", keys=MACHINE_KEYS),
}
LATER_KINDS: Final = ("Nat", "SnapshotPolicy")
FOREIGN_KINDS: Final = ("World", "Inventory")
