"""The error records of Hyper-V's cmdlets (behaviour 7): ids, categories, messages in one place.

The ids of rows that nobody captured are the likeliest reading, named "inferred" here.
"""

from __future__ import annotations

from hvplan.simulator.call import Error
from hvplan.simulator.world.nouns import VM


class Refusal(Exception):
    """One error record; the object that a handler works on is left as it was."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.message)
        self.error = error


def refusal(id: str, category: str, message: str, target: object = None, *, exception: str | None = None, terminating: bool = False) -> Refusal:
    """A refusal from its parts."""
    extra = {"exception": exception} if exception else {}
    return Refusal(Error(id=id, category=category, message=message, target=target, terminating=terminating, **extra))


def about(vm: VM, short: str, detail: str) -> str:
    """The four-part message of VMMS: both lines, and both again with the id."""
    mark = f"(Virtual machine ID {str(vm.id).upper()})"
    return f"{short}\n\n{detail}\n\n{short} {mark}\n\n{detail} {mark}"


def vm_not_found(name: str, *, reading: bool) -> Refusal:
    """Rows 1 and 2: Get-VM says it as a bad parameter, the others as a missing object."""
    message = f'Hyper-V was unable to find a virtual machine with name "{name}".'
    return refusal("InvalidParameter", "InvalidArgument", message, name) if reading else refusal("ObjectNotFound", "ObjectNotFound", message, name)


def vm_id_not_found(id: object, *, reading: bool) -> Refusal:
    """The same for an id."""
    message = f"Hyper-V was unable to find a virtual machine with id {id}."
    return refusal("InvalidParameter", "InvalidArgument", message, str(id)) if reading else refusal("ObjectNotFound", "ObjectNotFound", message, str(id))


def gone(what: str, target: object) -> Refusal:
    """Row 46's neighbour: a live object in the pipe whose thing was removed meanwhile."""
    return refusal(
        "ObjectNotFound", "ObjectNotFound", f"Hyper-V encountered an error trying to access an object because the object was not found: {what}.", target
    )


def switch_not_found(name: str) -> Refusal:
    """Row 3."""
    return refusal("InvalidParameter", "InvalidArgument", f'Hyper-V was unable to find a virtual switch with name "{name}".', name)


def switch_ambiguous(name: str) -> Refusal:
    """Row 27."""
    return refusal("InvalidOperation", "InvalidOperation", "Sequence contains more than one element", name)


def adapter_not_found() -> Refusal:
    """Row 4."""
    return refusal("ObjectNotFound", "ObjectNotFound", "No network adapter was found with the given criteria.")


def snapshot_not_found() -> Refusal:
    """Row 5."""
    return refusal("ObjectNotFound", "ObjectNotFound", "Unable to find a snapshot matching the given criteria.")


def wrong_state(vm: VM) -> Refusal:
    """Row 13: a power operation or removal in a state that does not allow it."""
    detail = "The operation cannot be performed while the virtual machine is in its current state."
    return refusal("InvalidState", "InvalidOperation", about(vm, f"'{vm.name}': the operation failed.", detail), vm.name)


def invalid(message: str, target: object = None) -> Refusal:
    """A value that the cmdlet or VMMS does not take."""
    return refusal("InvalidParameter", "InvalidArgument", message, target)


def operation_failed(message: str, target: object = None) -> Refusal:
    """The general failure of a VMMS job."""
    return refusal("OperationFailed", "NotSpecified", message, target)


def prompt(command: str) -> Refusal:
    """A question that nobody can answer over the wire: what PowerShell's host says."""
    return refusal(
        "HostFunctionNotImplemented",
        "NotImplemented",
        f"A command that prompts the user failed because the host program or the command type does not support user interaction ({command}).",
        exception="System.Management.Automation.Host.HostException",
        terminating=True,
    )


def not_simulated(what: str) -> Refusal:
    """Something that the catalogue has and this world does not."""
    return refusal(
        "NotSimulated", "NotImplemented", f"The simulated host does not know {what} yet.", exception="System.NotImplementedException", terminating=True
    )
