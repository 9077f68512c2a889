"""The tables of a world file: host, switches, files, and the regular parts of a VM."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from hvplan.simulator.world import nouns, units
from hvplan.simulator.world.cultures import CULTURES
from hvplan.simulator.world.enums import words
from hvplan.simulator.world.reader import Node, Problems
from hvplan.simulator.world.releases import RELEASES, TEMPLATES
from hvplan.simulator.world.shape import (
    INVALID,
    Field,
    Shape,
    boolean,
    choice,
    duration,
    guid,
    mac,
    many,
    minutes,
    moment,
    moment_text,
    optional_moment,
    part,
    rate,
    size,
    text,
    whole,
)  # fmt: skip

_LARGE = 2**63 - 1
percent = whole(0, 100)


def _path(node: Node, problems: Problems) -> Any:
    found = text(node, problems)
    if found is not INVALID and found and not re.match(r"[A-Za-z]:\\|\\\\", found.replace("/", "\\")):
        problems.add(node, f"`{found}` is not a full Windows path.", "Write it with its drive, in single quotes: 'D:\\VHDs\\web.vhdx'.")
        return INVALID
    return found


def guest(node: Node, problems: Problems) -> Any:
    """What a VM has inside."""
    given = GUEST.load(node, problems)
    word = str(given.get("shutdown", "prompt")).strip().lower()
    kind, _, rest = word.partition(" ")
    seconds = units.parse_duration(rest.strip(" ()")) if rest else 90
    if kind not in ("prompt", "slow", "never", "none") or seconds is None:
        problems.add(node, f"`{word}` is not a way to shut down.", "Known: prompt, slow, slow (30s), never, none.")
        return INVALID
    return nouns.Guest(shutdown=kind, seconds=seconds, addresses=given.get("addresses", ()))


def guest_map(value: nouns.Guest) -> dict[str, Any]:
    """A guest as it is written."""
    word = f"slow ({value.seconds}s)" if value.shutdown == "slow" and value.seconds != 90 else value.shutdown
    return {"shutdown": word, **({"ipAddresses": list(value.addresses)} if value.addresses else {})}


def guid_text(value: UUID | None) -> str | None:
    """A GUID in lower case."""
    return None if value is None else str(value)


GUEST = Shape("A guest", {"shutdown": Field("shutdown", text), "ipAddresses": Field("addresses", many(text))})
SETTINGS = Shape(
    "The settings of a host",
    {
        "virtualMachinePath": Field("vm_path", _path),
        "virtualHardDiskPath": Field("vhd_path", _path),
        "numaSpanning": Field("numa_spanning", boolean),
        "enhancedSessionMode": Field("enhanced_session", boolean),
    },
)
MAC_RANGE = Shape(
    "The range of MAC addresses",
    {"minimum": Field("mac_minimum", mac, units.mac_text), "maximum": Field("mac_maximum", mac, units.mac_text)},
)
MIGRATION = Shape(
    "Live migration",
    {
        "enabled": Field("migration", boolean),
        "authentication": Field("migration_authentication", choice(*words("MigrationAuthenticationType"))),
        "performance": Field("migration_performance", choice(*words("VMMigrationPerformance"))),
        "maximum": Field("migrations", whole(0, 1000)),
        "storageMaximum": Field("storage_migrations", whole(0, 1000)),
        "anyNetwork": Field("any_network", boolean),
    },
)
VOLUME = Shape(
    "A volume",
    {
        "path": Field("path", _path),
        "size": Field("size", size, units.size_text),
        "free": Field("free", size, units.size_text),
        "fileSystem": Field("file_system", text),
        "label": Field("label", text),
    },
)
NET_ADAPTER = Shape(
    "A network adapter of the host",
    {
        "id": Field("id", guid, str),
        "name": Field("name", text),
        "mac": Field("mac", mac, units.mac_text),
        "description": Field("description", text),
        "linkSpeed": Field("speed", rate, units.rate_text),
        "up": Field("up", boolean),
        "physical": Field("physical", boolean),
    },
)
HOST = Shape(
    "The host",
    {
        "name": Field("name", text),
        "release": Field("release", choice(*RELEASES)),
        "culture": Field("culture", choice(*CULTURES)),
        "uuid": Field("uuid", guid, str),
        "processors": Field("processors", whole(1, 4096)),
        "threadsPerCore": Field("threads_per_core", whole(1, 2)),
        "memory": Field("memory", size, units.size_text),
        "cluster": Field("cluster", boolean),
        "domain": Field("domain", text),
        "secureBootTemplates": Field("templates", many(choice(*TEMPLATES)), list),
        "guest": Field("guest", guest, guest_map),
        "nextMac": Field("next_mac", whole(0, _LARGE)),
    },
)
SWITCH = Shape(
    "A switch",
    {
        "name": Field("name", text),
        "id": Field("id", guid, str),
        "type": Field("type", choice("External", "Internal", "Private")),
        "netAdapters": Field("net_adapters", many(lambda node, problems: node), list),
        "bandwidthMode": Field("bandwidth_mode", choice(*words("VMSwitchBandwidthMode"))),
        "embeddedTeaming": Field("embedded_teaming", boolean),
        "loadBalancing": Field("load_balancing", choice(*words("VMSwitchLoadBalancingAlgorithm"))),
        "sriov": Field("sriov", boolean),
        "notes": Field("notes", text),
    },
)


VHD = Shape(
    "A virtual hard disk",
    {
        "size": Field("size", size, units.size_text),
        "type": Field("type", choice("Dynamic", "Fixed", "Differencing")),
        "parent": Field("parent", _path),
        "blockSize": Field("block", size, units.size_text),
        "logicalSector": Field("logical", whole(512, 4096)),
        "physicalSector": Field("physical", whole(512, 4096)),
        "identifier": Field("identifier", text),
        "minimumSize": Field("minimum", size, lambda value: None if value is None else units.size_text(value)),
    },
)
FILE = Shape("A file", {"path": Field("path", _path), "size": Field("size", size, units.size_text), "folder": Field("folder", boolean)})
PROCESSOR = Shape(
    "A processor",
    {
        "count": Field("count", whole(1, 2048)),
        "reserve": Field("reserve", percent),
        "limit": Field("limit", percent),
        "weight": Field("weight", whole(1, 10000)),
        "nestedVirtualization": Field("nested", boolean),
        "hostResourceProtection": Field("host_resource_protection", boolean),
        "migrationCompatibility": Field("migration_compatibility", boolean),
        "legacyCompatibility": Field("legacy_compatibility", boolean),
        "threadsPerCore": Field("threads_per_core", whole(0, 2)),
        "maximumPerNode": Field("per_node", whole(1, 2048)),
        "maximumPerSocket": Field("per_socket", whole(1, 2048)),
    },
)
NUMA = Shape("NUMA", {key: PROCESSOR.fields[key] for key in ("maximumPerNode", "maximumPerSocket")})
MEMORY = Shape(
    "Memory",
    {
        "startup": Field("startup", size, units.size_text),
        "minimum": Field("minimum", size, units.size_text),
        "maximum": Field("maximum", size, units.size_text),
        "buffer": Field("buffer", whole(0, 2000)),
        "priority": Field("priority", percent),
        "numaMaximumPerNode": Field("per_node", size, units.size_text),
    },
)
DYNAMIC = Shape("Dynamic memory", {key: MEMORY.fields[key] for key in ("minimum", "maximum", "buffer")})


def _boot_order(node: Node, problems: Problems) -> Any:
    """The entries with their places; null is an empty one."""
    if isinstance(node.value, list):
        return tuple(node.value)
    return many(text)(node, problems)


FIRMWARE = Shape(
    "Firmware",
    {
        "secureBootEnabled": Field("secure_boot", boolean),
        "secureBootTemplate": Field("template", text),
        "networkBoot": Field("network_boot", choice(*words("IPProtocolPreference"))),
        "consoleMode": Field("console_mode", choice(*words("ConsoleModeType"))),
        "pauseAfterBootFailure": Field("pause_after_boot_failure", boolean),
        "bootOrder": Field("boot_order", _boot_order, lambda value: [entry or None for entry in value]),
    },
)
BIOS = Shape("The BIOS", {"startupOrder": Field("startup_order", many(choice(*words("BootDevice"))), list), "numLock": Field("num_lock", boolean)})
SECURITY = Shape(
    "Security",
    {
        "tpm": Field("tpm", boolean),
        "keyProtector": Field("key_protector", text),
        "encryptTraffic": Field("encrypt_traffic", boolean),
        "shielded": Field("shielded", boolean),
        "virtualizationBasedSecurityOptOut": Field("vbs_opt_out", boolean),
        "templateLocked": Field("template_locked", boolean),
    },
)
ACTIONS = Shape(
    "Automatic actions",
    {
        "start": Field("start", choice(*words("StartAction"))),
        "startDelay": Field("delay", duration, units.duration_text),
        "stop": Field("stop", choice(*words("StopAction"))),
        "criticalError": Field("critical", choice(*words("CriticalErrorAction"))),
        "criticalErrorTimeout": Field("critical_timeout", minutes, lambda value: units.duration_text(value * 60)),
    },
)
VIDEO = Shape(
    "Video",
    {
        "resolution": Field("resolution", choice(*words("ResolutionType"))),
        "horizontal": Field("horizontal", whole(640, 65535)),
        "vertical": Field("vertical", whole(480, 65535)),
    },
)
MAPPED_IO = Shape(
    "Memory-mapped IO",
    {
        "low": Field("low", size, units.size_text),
        "high": Field("high", size, units.size_text),
        "guestControlledCacheTypes": Field("cache_types", boolean),
    },
)
BANDWIDTH = Shape(
    "Bandwidth",
    {
        "maximum": Field("maximum_bandwidth", rate, units.rate_text),
        "minimumAbsolute": Field("minimum_absolute", rate, units.rate_text),
        "minimumWeight": Field("minimum_weight", percent),
    },
)
ADAPTER_SECURITY = Shape(
    "The security of an adapter",
    {
        "macSpoofing": Field("mac_spoofing", boolean),
        "dhcpGuard": Field("dhcp_guard", boolean),
        "routerGuard": Field("router_guard", boolean),
        "teaming": Field("teaming", boolean),
        "portMirroring": Field("port_mirroring", choice(*words("VMNetworkAdapterPortMirroringMode"))),
        "ieeePriorityTag": Field("ieee_priority_tag", boolean),
    },
)
OFFLOAD = Shape(
    "Offloading",
    {
        "vmqWeight": Field("vmq_weight", percent),
        "sriovWeight": Field("iov_weight", percent),
        "ipsecAssociations": Field("ipsec_associations", whole(0, 4096)),
    },
)
ADAPTER = Shape(
    "A network adapter",
    {
        "id": Field("id", guid, str),
        "name": Field("name", text),
        "dynamicMac": Field("dynamic_mac", mac, units.mac_text),
        "legacy": Field("legacy", boolean),
        "deviceNaming": Field("device_naming", boolean),
        "monitoredInCluster": Field("monitored", boolean),
    },
)
PENDING = Shape("A pending state", {"state": Field("state", choice(*words("VMState"))), "due": Field("due", optional_moment, moment_text)})
VM = Shape(
    "A VM",
    {
        "name": Field("name", text),
        "id": Field("id", guid, str),
        "state": Field("state", choice(*words("VMState"))),
        "generation": Field("generation", whole(1, 2)),
        "version": Field("version", text),
        "path": Field("path", _path),
        "notes": Field("notes", text),
        "created": Field("created", moment, moment_text),
        "started": Field("started", moment, moment_text),
        "processor": Field("processor", lambda node, problems: node, lambda value: PROCESSOR.dump(value, nouns.Processor())),
        "smartPagingPath": Field("smart_paging_path", _path),
        "lockOnDisconnect": Field("lock_on_disconnect", boolean),
        "enhancedSession": Field("enhanced_session", choice(*words("EnhancedSessionTransportType"))),
        "mergingUntil": Field("merging_until", moment, moment_text),
        "parentCheckpoint": Field("parent", guid, guid_text),
        "clustered": Field("clustered", boolean),
        "replication": Field("replication", choice(*words("VMReplicationMode"))),
        "bios": Field("bios", part(BIOS, nouns.Bios), lambda value: BIOS.dump(value, nouns.Bios())),
        "security": Field("security", part(SECURITY, nouns.Security), lambda value: SECURITY.dump(value, nouns.Security())),
        "automaticActions": Field("actions", part(ACTIONS, nouns.Actions), lambda value: ACTIONS.dump(value, nouns.Actions())),
        "video": Field("video", part(VIDEO, nouns.Video), lambda value: VIDEO.dump(value, nouns.Video())),
        "memoryMappedIo": Field("mapped_io", part(MAPPED_IO, nouns.MappedIo), lambda value: MAPPED_IO.dump(value, nouns.MappedIo())),
        "guest": Field("guest", guest, guest_map),
    },
)
