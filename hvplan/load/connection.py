"""How a host is reached: what may be combined with what, no secret as a plain value, file paths made absolute."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping as Map
from typing import Any, Final

from hvplan.load.check import Checker
from hvplan.load.tree import Node, child, where
from hvplan.model.values import UNSET

HOSTS_FILE_ONLY: Final = ("engine", "audit", "state")
FILES: Final = ("world", "faults", "engine", "audit", "state")


def loopback(address: str) -> bool:
    """Is it this machine: `localhost` or an address of the loopback network."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address.lower().rstrip(".") == "localhost"


def connection(values: Map[str, Any], node: Node, folder: str, checker: Checker, *, hosts_file: bool) -> dict[str, Any]:
    """The connection of a checked document, its rules held; relative paths stand against `folder`, the folder of its file."""
    result = {key: value for key, value in values.items() if value is not UNSET}
    if "simulated" in values:
        _simulated(result, node, folder, checker, hosts_file=hosts_file)
        return result
    if "address" not in values:
        checker.say("connection", "connection needs an address, or simulated with a world.", node.place, hint="write address: hv01.corp.example")
    _rules(result, node, checker)
    for key in ("username", "password"):
        reference = result.get(key)
        if isinstance(reference, dict):
            if "command" in reference and not hosts_file:
                place, hint = where(node, key), "keep the connection in a file outside the repository and pass it with --hosts"
                checker.say("secret-command", f"connection.{key}: a command is allowed in a hosts file only.", place, hint=hint)
            if "file" in reference:
                result[key] = {"file": absolute(folder, reference["file"])}
    if "caFile" in result:
        result["caFile"] = absolute(folder, result["caFile"])
    return result


def absolute(folder: str, path: str) -> str:
    """A path of a document against its file's folder."""
    return os.path.abspath(os.path.join(folder, path))


def _simulated(result: dict[str, Any], node: Node, folder: str, checker: Checker, *, hosts_file: bool) -> None:
    for key in result:
        if key != "simulated":
            checker.say("connection", f"connection.{key} has no meaning for a simulated host.", where(node, key), hint="remove it")
    inner = result.get("simulated")
    if not isinstance(inner, dict):
        return
    world = {key: value for key, value in inner.items() if value is not UNSET}
    for key in HOSTS_FILE_ONLY:
        if key in world and not hosts_file:
            checker.say(
                "connection", f"connection.simulated.{key} is allowed in a hosts file only.", where(node, "simulated", key), hint="pass it with --hosts"
            )
    result["simulated"] = world | {key: absolute(folder, world[key]) for key in FILES if key in world}


def _rules(values: Map[str, Any], node: Node, checker: Checker) -> None:
    """What cannot be combined; a value that is wrong by itself is left out of `values` and judged no further."""
    transport, auth = values.get("transport", "https"), values.get("auth", "negotiate")
    local = loopback(values.get("address", ""))

    def say(key: str, summary: str, hint: str) -> None:
        checker.say("connection", summary, where(node, key), hint=hint)

    if auth == "certificate":
        checker.say("not-supported", "connection.auth: certificate is not supported by this version.", where(node, "auth"), hint="use negotiate or kerberos")
    if auth == "basic" and transport == "http" and not local:
        say("auth", "basic over http would send the password readable.", "use transport: https, or auth: negotiate")
    if transport == "http":
        for key in ("insecure", "caFile"):
            if values.get(key):
                say(key, f"connection.{key} has a meaning only with https.", "remove it, or use transport: https")
    if values.get("insecure") and "caFile" in values:
        say("insecure", "insecure: true and caFile contradict each other.", "keep caFile, and remove insecure")
    if "password" in values and "username" not in values:
        if child(node, "username") is None:
            say("password", "connection.password without a username.", "write username: {env: HVPLAN_USER}")
    elif auth in ("basic", "ntlm"):
        for key in ("username", "password"):
            if child(node, key) is None:
                say("auth", f"auth: {auth} needs a {key}.", f"write {key}: {{env: HVPLAN_{'USER' if key == 'username' else 'PASSWORD'}}}")
