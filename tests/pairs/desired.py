"""A whole desired state: stack, host, switches, a golden image, a template, machines and instances."""

from __future__ import annotations

from typing import Any, Final

from hvplan.model.hostsettings import HostSettings
from hvplan.model.network import ManagementSettings, SwitchSettings
from hvplan.model.rows import Row, nest, rows
from tests.pairs.draws import Doc, Draws, merged
from tests.pairs.machines import GOLDEN, NAMES, ROWS, Around, adapter, machine, memory, row_values
from tests.pairs.values import value

SWITCHES: Final = ("lan", "dmz", "Inner [x]")
GOLDEN_FILE: Final = "D:\\golden\\base.vhdx"
HOST_ROWS: Final[tuple[Row, ...]] = tuple(rows(HostSettings).values())
SWITCH_ROWS: Final[tuple[Row, ...]] = tuple(row for row in rows(SwitchSettings).values() if row.path != "type")
MANAGEMENT_ROWS: Final[tuple[Row, ...]] = tuple(rows(ManagementSettings).values())
_EXTERNAL_ONLY: Final = ("allowManagementOS", "embeddedTeaming", "loadBalancing", "sriov")


def documents(draws: Draws, world: Doc) -> tuple[Doc, ...]:
    """Everything that one set of files asks for, on some host."""
    names = draws.some(SWITCHES, 2)
    machines = {vm["name"]: vm for vm in world["vms"]}
    around = Around(release=world["host"]["release"], switches=(*names, *(s["name"] for s in world["switches"])), machines=machines)
    made: list[Doc] = [stack(draws), host(draws), {"kind": "VirtualDisk", "name": GOLDEN, "path": GOLDEN_FILE, "ensure": "Reference"}]
    made += [switch(draws, name) for name in names]
    wanted = draws.some(NAMES, 3, least=1)
    known = [name for name in NAMES if name in machines and name not in wanted]
    wanted += [draws.one(known)] if known and draws.chance(60) else []
    made += [machine(draws, name, NAMES.index(name), around) for name in wanted]
    if draws.chance(20):
        made += templated(draws, around)
    if draws.chance(20) and made[-1]["kind"] == made[-2]["kind"] == "VirtualMachine":
        made[-1] = merged(made[-1], {"lifecycle": {"startAfter": [made[-2]["name"]]}})
    return tuple(made)


def stack(draws: Draws) -> Doc:
    """The stack: mostly one that allows what is asked, so that something happens."""
    policy: Doc = {"maxDeletes": 0 if draws.chance(15) else 9}
    policy |= dict(
        draws.some(
            (
                ("adopt", "allow"),
                ("restart", "allow"),
                ("shutdown", {"timeout": "2m", "then": draws.one(("Force", "Save", "TurnOff"))}),
                ("savedState", draws.one(("Resume", "Discard"))),
                ("adopt", "never"),
                ("restart", "never"),
            ),
            2,
        )
    )
    made: Doc = {"kind": "Stack", "name": "lab", "host": "hv01", "policy": policy}
    return made | ({"ownership": "none"} if draws.chance(4) else {})


def host(draws: Draws) -> Doc:
    """The host, at times with settings."""
    made: Doc = {"kind": "Host", "name": "hv01", "connection": {"simulated": {"world": "host.world.yaml"}}}
    if draws.chance(25):
        found = nest({row.path: draws.of(value(row)) for row in draws.some(HOST_ROWS, 3)})
        made |= found
    return made


def switch(draws: Draws, name: str) -> Doc:
    """One switch."""
    kind = draws.one(("Internal", "Private", "External", "Internal"))
    known = [row for row in SWITCH_ROWS if kind == "External" or row.path not in _EXTERNAL_ONLY]
    made: Doc = {"kind": "VirtualSwitch", "name": name, "type": kind, **nest({row.path: draws.of(value(row)) for row in draws.some(known, 2)})}
    if kind == "External":
        made["netAdapters"] = [{"name": draws.one(("Ethernet 2", "Ethernet 3"))}]
    if kind != "Private" and draws.chance(25):
        made["managementAdapters"] = {draws.one(("Mgmt", name)): management(draws)}
    if draws.chance(10):
        made["lifecycle"] = {"adopt": "allow"} if draws.chance(50) else {"protect": True}
    return made


def management(draws: Draws) -> Doc:
    """An adapter of the host on a switch."""
    return nest({row.path: draws.of(value(row)) for row in draws.some(MANAGEMENT_ROWS, 1)})


def templated(draws: Draws, around: Around) -> list[Doc]:
    """A template and instances of it."""
    generation = draws.one((2, 1))
    flat: dict[str, Any] = memory(draws) | row_values(draws, ROWS, generation, around.release, 4)
    template = {"kind": "VirtualMachineTemplate", "name": "base", "generation": generation, **nest(flat)}
    template["devices"] = {"networkAdapters": {"lan": adapter(draws, generation, around)}}
    made: Doc = {"kind": "VirtualMachine", "name": "node{index}", "instances": draws.one((1, 2)), "template": "base"}
    if draws.chance(50):
        made["devices"] = {"disks": {"os": {"vhd": {"path": "D:\\VHDs\\{name}-{device}.vhdx", "size": "8GiB"}}}}
    made |= nest(row_values(draws, ROWS, generation, around.release, 2))
    return [template, made]
