"""What a host lends its switches: its own network adapters and their addresses, teams, adapters of the host itself. One pipeline when all is well.

A switch names its physical adapters by interface GUID; a host of 2016 does not, there their descriptions are matched,
exactly (windows.md). Nothing here stops a plan: what could not be read is Unknown, and refuses what depends on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from hvplan.cmdlets.build import select
from hvplan.cmdlets.invocation import Cmd, Statement
from hvplan.live.ask import Answer, ask, sort
from hvplan.live.decode import Commands, fields_of, properties
from hvplan.model.network import LiveManagementAdapter, ManagementAdapters, ManagementSettings, Nic, Nics, SwitchSettings
from hvplan.model.rows import rows
from hvplan.model.values import MAC, Unknown
from hvplan.remoting.session import Record, Session

PHYSICAL: Final = ("NetAdapterInterfaceGuid", "NetAdapterInterfaceDescriptions")
"""Properties of a switch that tell its physical adapters; never the singular description, which a team does not have (windows.md)."""

_QUESTIONS: Final[Mapping[str, Statement]] = {
    "nics": (
        Cmd("Get-NetAdapter"),
        select("Name", "InterfaceGuid", "InterfaceDescription", "PermanentAddress", "HardwareInterface", "ConnectorPresent", "InterfaceIndex"),
    ),
    "teams": (Cmd("Get-VMSwitchTeam"), select("Id", *properties(SwitchSettings, "Get-VMSwitchTeam"))),
    "own": (
        Cmd("Get-VMNetworkAdapter", {"ManagementOS": True}),
        select("Id", "Name", "SwitchId", "DeviceId", *properties(ManagementSettings, "Get-VMNetworkAdapter")),
    ),
    "addresses": (Cmd("Get-NetIPAddress"), select("IPAddress", "InterfaceIndex")),
}
_WHAT: Final = {"nics": "its network adapters", "teams": "teams of its switches", "own": "the host's adapters on switches", "addresses": "its IP addresses"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """What was read of the host's side; `teams`: id of a switch -> its record."""

    nics: Nics
    teams: Mapping[str, Record] | Unknown
    own: ManagementAdapters


def read_lent(session: Session, commands: Commands, host: str, *, addresses: bool = True) -> Lent:
    """Everything in one pipeline; where an answer carries an error, each question again by itself (a batch then tells nothing, truth 1)."""
    asked = {name: statement for name, statement in _QUESTIONS.items() if statement[0].cmdlet in commands and (addresses or name != "addresses")}
    answers = {name: Answer(whole=False) for name in _QUESTIONS if name not in asked}
    statements = tuple(asked.values())
    together = ask(session, statements, what="its network", host=host) if statements else Answer()
    if not together.errors and together.whole:
        answers |= {name: Answer(records=records) for name, records in zip(asked, sort(together.records, statements), strict=True)}
    else:
        answers |= {name: ask(session, (statement,), what=_WHAT[name], host=host) for name, statement in asked.items()}
    return Lent(nics=_nics(answers), teams=_teams(answers["teams"]), own=_own(answers["own"], commands))


def _why(answer: Answer, name: str) -> str:
    """Why an answer is not complete, `""` if it is."""
    return "" if answer.whole and not answer.errors else answer.why or f"the session has no {_QUESTIONS[name][0].cmdlet}"


def _guid(raw: object) -> str:
    return str(raw or "").strip("{}").lower()


def _mac(raw: object) -> str:
    try:
        return MAC.parse(raw)
    except ValueError:
        return ""


def _nics(answers: Mapping[str, Answer]) -> Nics:
    if why := _why(answers["nics"], "nics"):
        return Unknown(why)
    # No address at all is no answer: a host that can be asked has one (its loopback).
    known = answers["addresses"].records if not _why(answers["addresses"], "addresses") else ()
    return tuple(
        Nic(
            id=_guid(record["InterfaceGuid"]),
            name=str(record["Name"] or ""),
            description=str(record["InterfaceDescription"] or ""),
            mac=_mac(record["PermanentAddress"]),
            physical=bool(record["HardwareInterface"]) and bool(record["ConnectorPresent"]),
            addresses=tuple(str(a["IPAddress"]) for a in known if a["InterfaceIndex"] == record["InterfaceIndex"]) if known else None,
        )
        for record in answers["nics"].records
    )


def _teams(answer: Answer) -> Mapping[str, Record] | Unknown:
    why = _why(answer, "teams")
    return Unknown(why) if why else {_guid(record["Id"]): record for record in answer.records}


def _own(answer: Answer, commands: Commands) -> ManagementAdapters:
    if why := _why(answer, "own"):
        return Unknown(why)
    found: list[LiveManagementAdapter] = []
    for record in answer.records:
        values, problem = fields_of(ManagementSettings, record, "Get-VMNetworkAdapter", commands)
        if problem:
            return Unknown(problem)
        ids = {"id": str(record["Id"]), "switch_id": _guid(record["SwitchId"]), "interface": _guid(record["DeviceId"])}
        found.append(LiveManagementAdapter(name=str(record["Name"]), settings=ManagementSettings(**values), **ids))
    return tuple(sorted(found, key=lambda adapter: (adapter.name, adapter.id)))


def of_switch(record: Record, settings: dict[str, Any], lent: Lent | None) -> dict[str, Any]:
    """What belongs to one switch: fields of a LiveSwitch beside its id, name and notes. `settings` gains what its team says."""
    if lent is None:
        return {}
    id = _guid(record["Id"])
    team_unread = ""
    if isinstance(lent.teams, Unknown):
        team_unread = lent.teams.why if settings.get("teaming") is True else ""
    elif team := lent.teams.get(id):
        values, team_unread = fields_of(SwitchSettings, team, "Get-VMSwitchTeam")
        settings |= {name: value for name, value in values.items() if rows(SwitchSettings)[name].query == "Get-VMSwitchTeam"}
    own = lent.own if isinstance(lent.own, Unknown) else tuple(adapter for adapter in lent.own if adapter.switch_id == id)
    return {"net_adapters": _under(record, lent.nics), "management": own, "team_unread": team_unread}


def _under(record: Record, nics: Nics) -> Nics:
    """The physical adapters under a switch; one that Windows does not list has its id or description alone."""
    if isinstance(nics, Unknown):
        return nics
    ids, descriptions = record.get(PHYSICAL[0]), record.get(PHYSICAL[1])
    if isinstance(ids, tuple):
        known = {nic.id: nic for nic in nics}
        return tuple(known.get(_guid(id), Nic(id=_guid(id), name="")) for id in ids)
    texts = descriptions if isinstance(descriptions, tuple) else ()
    by_text = {nic.description: nic for nic in nics}
    return tuple(by_text.get(str(text), Nic(id="", name=str(text), description=str(text))) for text in texts if text)
