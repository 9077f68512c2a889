"""Codes of commands, connections and steps (rooms `cli`, `remoting`, `live`, `apply`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CONNECTION: Final[Mapping[str, tuple[str, str]]] = {
    "host-unknown": ("The name of the host is not known to DNS.", "Check the address, and the DNS of this machine."),
    "host-unreachable": ("Nothing answers at that address and port.", "Check address, port, firewall, and that WinRM listens there."),
    "no-answer": ("The host did not answer in time.", "It may be busy; a higher operationTimeout waits longer."),
    "tls-failed": ("The certificate was not accepted.", "Give the CA with caFile; insecure: true switches the check off."),
    "auth-unavailable": ("The chosen way to log on is not installed on this machine.", "Install what the hint names, or choose another auth."),
    "logon-failed": ("The host refuses the user or the password.", "Check both, auth, and that the user may use remoting."),
    "access-denied": ("The user may not use the endpoint.", "Remote Management Users and Hyper-V Administrators, or a role at the endpoint."),
    "no-endpoint": ("A web server without WinRM answers there.", "Check the port."),
    "service-unavailable": ("WinRM is not running, or is starting.", "Start-Service WinRM on the host."),
    "http-error": ("Something answers there that is not WinRM.", "Check address, port and transport."),
    "wsman-fault": ("WinRM refused a request.", "Check that the endpoint exists (Get-PSSessionConfiguration)."),
    "quota": ("The host has no session left for this user.", "Close other sessions, or lower maxSessions."),
    "shell-gone": ("The host no longer knows the session.", "Run the command again; it looks at the host first."),
    "connection-lost": ("The connection broke.", "Run the command again; it looks at the host first."),
    "closed": ("The session was closed before the call.", "Run the command again."),
    "busy": ("Every session to the host was in use until the deadline.", "Lower --parallel, or raise maxSessions."),
    "cannot-read": ("The host answered, but something that decides cannot be read.", "Usually rights: Hyper-V Administrators."),
    "reference-failed": ("A secret that the connection refers to is not there.", "Set the variable, write the file, or correct the reference."),
    "unsafe-connection": ("The connection would send the password readable.", "Use https, or auth negotiate or kerberos."),
    "no-address": ("A host has no address.", "Write connection.address, or pass --hosts or --address."),
    "no-world": ("A simulated host has no world, or its world cannot be started.", "Check connection.simulated.world."),
    "no-connection": ("The plan was made with a hosts file, which is needed again.", "--hosts FILE, or HVPLAN_HOSTS."),
}
RUN: Final[Mapping[str, tuple[str, str]]] = {
    "no-host": ("There is no host to read.", "Declare one, or pass --hosts or --address."),
    "no-inventory": ("--against names no inventory of this host.", "Make one with hvplan inspect, and pass it too."),
    "export": ("What a host has could not be written as documents that load; a fault of hvplan.", "Export single machines with --vm, and tell us."),
    "not-an-inventory": ("A file is no inventory of this version.", "Make it again with hvplan inspect."),
    "inventory": ("A warning: the plan is made against a saved inventory, and what it does not hold is not known.", "Plan against the host before you apply."),
    "no-match": ("A --target, --exclude or consent pattern fits nothing.", "Addresses look like vm/web01 or vm/web01/disks/os."),
    "unpinned": ("Under CI, the address of a host stands only in the files under review (exit 3).", "Pin it in a hosts file, or --allow-unpinned."),
    "insecure": ("Under CI, a host whose certificate is not checked (exit 3).", "caFile, or --allow-insecure."),
    "not-approved": ("Nobody said yes, so nothing was written (exit 3).", "--yes consents to writes; restarts, adoption and deletion of files need their own."),
    "other-plan": ("The plan is not the one whose digest was expected (exit 3).", "Review the new plan, then pass its digest."),
    "plan-digest": ("A saved plan was changed after it was made (exit 3).", "Make it again, and carry it unchanged to where it is applied."),
    "other-host": ("The host is not the one that the plan was made for (exit 3).", "Make a plan for this host."),
    "stale": ("Something that the plan read has moved since; nothing was changed (exit 3).", "Make the plan again."),
    "not-applyable": ("The plan is incomplete, so it is not carried out.", "Make it again."),
    "cannot-serve": ("A simulated host cannot be served.", "Choose another --port, or 0."),
    "file-exists": ("hvplan init found a file in the way; it never overwrites one.", "Choose another folder, or move the file."),
    "file-unwritable": ("A file that a command was asked to write cannot be written.", "Check the folder and its permissions."),
    "output-unwritable": ("What a command has to say cannot be written, so half of it may be missing.", "Make room where it goes, or send it elsewhere."),
    "explain-unknown": ("hvplan explain or schema was asked about something it does not know.", "hvplan explain lists the kinds."),
    "cycle": ("The steps of a plan wait for each other in a circle: a fault of hvplan.", "The detail names the rules; report it."),
    "internal-error": ("A fault of hvplan itself.", "Run again with --debug, after hvplan plan has shown what is left."),
}
STEPS: Final[Mapping[str, tuple[str, str]]] = {
    "precondition": ("Nothing was sent: right before the write, the host was not as the plan expects.", "Make a new plan."),
    "unreadable": ("Nothing was sent: the object could not be re-read before the write.", "hvplan plan shows what is left."),
    "reference": ("Nothing was sent: what an earlier step should have produced is not known.", "hvplan plan shows what is left."),
    "invocation": ("Nothing was sent: the call is not one that may be sent.", "Report it; nothing was changed by this step."),
    "not-sent": ("The host was not reached.", "hvplan plan shows what is left."),
    "not-shown": ("It was sent without an error, but the re-read shows something else.", "Look at the object; then hvplan plan."),
    "unsure": ("It was sent, and neither an answer nor the re-read tells whether it took place.", "hvplan plan looks at the host and shows what is left."),
    "timeout": ("The machine was not off in time.", "policy.shutdown says how long to wait, and what then; then apply again."),
    "interrupted": ("The command was interrupted; the call may still run on the host.", "hvplan plan shows what is left."),
    "internal-error": ("A fault of hvplan itself in this step.", "hvplan plan shows what is left; run with --debug."),
}
"""code -> (what it says, what to do)."""
