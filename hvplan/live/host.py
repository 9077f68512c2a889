"""The host itself: who it is, what its cmdlets can do, its switches, its free space."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from hvplan.cmdlets.build import select
from hvplan.cmdlets.invocation import Cmd
from hvplan.cmdlets.table import SELECT, TABLE
from hvplan.diagnostics import Diagnostic
from hvplan.errors import ConnectionFailed
from hvplan.live.ask import Answer, ask, must, sort
from hvplan.live.decode import Commands, fields_of, part_of, properties
from hvplan.live.network import PHYSICAL, Lent, of_switch
from hvplan.model.hostsettings import HostSettings
from hvplan.model.live import Identity, LiveSwitch
from hvplan.model.marker import text_of
from hvplan.model.network import SwitchSettings
from hvplan.model.values import Unknown
from hvplan.remoting.session import Record, Session

RELEASES: Final[Mapping[str, str]] = {"14393": "2016", "17763": "2019", "20348": "2022", "26100": "2025"}
"""Build of a server -> release (windows.md)."""

_WINDOWS_11: Final = 22000
_SYSTEM: Final = (Cmd("Get-CimInstance", {"ClassName": "Win32_OperatingSystem"}), select("BuildNumber", "ProductType", "CSName"))
_PRODUCT: Final = (Cmd("Get-CimInstance", {"ClassName": "Win32_ComputerSystemProduct"}), select("UUID"))
_COMPUTER: Final = (Cmd("Get-CimInstance", {"ClassName": "Win32_ComputerSystem"}), select("PartOfDomain"))
_CLUSTER: Final = (Cmd("Get-CimInstance", {"ClassName": "Win32_Service", "Filter": "Name='ClusSvc'"}), select("Name", "StartMode"))
SETTINGS: Final = properties(HostSettings, "Get-VMHost")
_HYPERV: Final = (Cmd("Get-VMHost"), select("ComputerName", "LogicalProcessorCount", "MemoryCapacity", "SecureBootTemplates", *SETTINGS))
_IDENTITY: Final = (_SYSTEM, _PRODUCT, _COMPUTER, _CLUSTER, _HYPERV)
_CMDLETS: Final = tuple(name for name, cmdlet in TABLE.items() if name != SELECT and not cmdlet.script)
_FUNCTIONS: Final = tuple(name for name, cmdlet in TABLE.items() if cmdlet.script)
"""What constant scripts are at a restricted endpoint; asked for there alone, since a host looks for an unknown name in all its modules."""
SWITCH: Final = ("Id", "Name", *properties(SwitchSettings, "Get-VMSwitch"), *PHYSICAL)
_SWITCHES: Final = (Cmd("Get-VMSwitch"), select(*SWITCH))
_VOLUMES: Final = (Cmd("Get-Volume"), select("DriveLetter", "FileSystem", "SizeRemaining"))


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a host says of itself; memory in bytes. `domain`: is it in a domain, None when it does not say.

    `templates`: names of the secure boot templates it knows, none when it does not say.
    """

    identity: Identity
    commands: Mapping[str, frozenset[str]]
    processors: int
    memory: int
    vm_path: str
    vhd_path: str
    settings: HostSettings | Unknown
    domain: bool | None
    templates: tuple[str, ...]


def read_about(session: Session, host: str, *, restricted: bool = False) -> About:
    """Identity and capabilities: two pipelines. Any error stops: without them nothing that follows means anything (law 11).

    `restricted`: the session is at an endpoint that takes no script text.
    """
    what = "the host's identity"
    systems, products, computers, services, hosts = sort(must(ask(session, _IDENTITY, what=what, host=host), what=what, host=host), _IDENTITY)
    if not (systems and hosts):
        raise ConnectionFailed(Diagnostic(code="cannot-read", summary=f"Host {host}: {what} cannot be read: the answer is empty."))
    commands, version = read_commands(session, host, restricted=restricted)
    system, hyperv = systems[0], hosts[0]
    build, uuid = str(system["BuildNumber"] or ""), str(products[0]["UUID"] or "").lower() if products else ""
    identity = Identity(
        computer=str(hyperv["ComputerName"] or system["CSName"] or ""),
        machine_id="" if set(uuid) <= set("0-") or set(uuid) <= set("f-") else uuid,
        release=release(build, client=system["ProductType"] == 1),
        build=build,
        module_version=version,
        # A node is a host whose cluster service is there and may start ([MS-CMRP] 3.1.3.2); these words are not localized.
        cluster_node=any(str(service["StartMode"]) != "Disabled" for service in services),
    )
    return About(
        identity=identity,
        commands=commands,
        processors=int(hyperv["LogicalProcessorCount"] or 0),
        memory=int(hyperv["MemoryCapacity"] or 0),
        vm_path=str(hyperv["VirtualMachinePath"] or ""),
        vhd_path=str(hyperv["VirtualHardDiskPath"] or ""),
        settings=part_of(HostSettings, (hyperv,), "Get-VMHost", "", commands),
        domain=next((joined for computer in computers if isinstance(joined := computer["PartOfDomain"], bool)), None),
        templates=_templates(hyperv["SecureBootTemplates"]),
    )


def _templates(value: object) -> tuple[str, ...]:
    """Names of secure boot templates; none where one of them did not come as an object with a name (truth 11, 12)."""
    entries = value if isinstance(value, tuple) else ()
    names = [str(entry.get("Name") or "") if isinstance(entry, Mapping) else "" for entry in entries]
    return tuple(names) if all(names) else ()


def read_settings(session: Session, commands: Commands) -> HostSettings | Unknown:
    """The settings of the whole host again: one pipeline. Unknown when they cannot be told; raises ConnectionFailed when the host was not reached."""
    answer = ask(session, ((Cmd("Get-VMHost"), select(*SETTINGS)),), what="the settings of the host", host="")
    settings: HostSettings | Unknown = part_of(HostSettings, answer.records, "Get-VMHost", answer.why, commands)
    return settings


def release(build: str, *, client: bool) -> str:
    """`2016 | 2019 | 2022 | 2025 | Windows 11` by build number and product type, else the build number."""
    if client:
        return "Windows 11" if build.isdigit() and int(build) >= _WINDOWS_11 else build
    return RELEASES.get(build, build)


def read_commands(session: Session, host: str, *, restricted: bool = False) -> tuple[Mapping[str, frozenset[str]], str]:
    """Cmdlet -> parameters of every cmdlet of the table that the session has, and the version of the Hyper-V module; `restricted`: its functions too.

    `ObjectNotFound` for a name is an answer: it is not there. Any other error stops.
    """
    what = "the list of its cmdlets"
    asked = (*_CMDLETS, *(_FUNCTIONS if restricted else ()))
    answer = ask(session, ((Cmd("Get-Command", {"Name": asked}), select("Name", "Version", "Parameters")),), what=what, host=host)
    others = tuple(error for error in answer.errors if error.category != "ObjectNotFound" or error.target not in TABLE)
    records = must(Answer(records=answer.records, errors=others, whole=answer.whole), what=what, host=host)
    commands: dict[str, frozenset[str]] = {}
    for record in records:
        known = record["Parameters"]
        names = known.get("Keys", known.keys()) if isinstance(known, Mapping) else ()
        commands[str(record["Name"])] = frozenset(str(name) for name in names)
    version = next((str(record["Version"]) for record in records if record["Name"] == "Get-VM" and record["Version"]), "")
    return commands, version


def read_switches(session: Session, host: str, lent: Lent | None = None) -> tuple[LiveSwitch, ...]:
    """Every switch, one pipeline; an error stops. `lent`: what the host lends them, where that was asked for."""
    what = "the list of its switches"
    return tuple(live_switch(record, lent) for record in must(ask(session, (_SWITCHES,), what=what, host=host), what=what, host=host))


def live_switch(record: Record, lent: Lent | None = None) -> LiveSwitch:
    """A switch from its record; `settings.notes` without our line."""
    notes = str(record["Notes"] or "")
    values, _ = fields_of(SwitchSettings, {**record, "Notes": text_of(notes)}, "Get-VMSwitch")
    more = of_switch(record, values, lent)
    return LiveSwitch(id=str(record["Id"]), name=str(record["Name"]), notes=notes, settings=SwitchSettings(**values), **more)


def read_free(session: Session, host: str, *, cluster_node: bool) -> Mapping[str, int]:
    """Free bytes by drive (`d:`), one pipeline; what cannot be read is left out.

    On a cluster node the module answers for all nodes, so a letter says nothing there (windows.md).
    """
    if cluster_node:
        return {}
    answer = ask(session, (_VOLUMES,), what="free space", host=host)
    rows = [(str(record["DriveLetter"] or ""), record["SizeRemaining"]) for record in answer.records]
    return {f"{letter.lower()}:": int(free) for letter, free in rows if letter.isalpha() and isinstance(free, int)}
