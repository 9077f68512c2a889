"""Codes of refusals: what does not go with the host as it is (rooms `diff` and `plan`, and the gates of `apply`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

HOST: Final[Mapping[str, tuple[str, str]]] = {
    # whose is it
    "unknown": (
        "Something that decides could not be read. Unknown is never taken for absent.",
        "The text says what; usually rights, or a busy host: run again.",
    ),
    "duplicate": ("Several objects of the host fit one document.", "Rename or remove all but one."),
    "two-markers": ("The notes hold two hvplan lines, so neither is believed.", "Remove all but the right one by hand."),
    "copy": ("The object carries the mark of another one: an import, replica or restored copy.", "Remove the hvplan line from its notes to take it over."),
    "foreign-stack": ("The object belongs to another stack.", "Release it there, or name that stack in Stack.formerly."),
    "not-owned": ("ensure: Absent for an object that this stack neither created nor adopted.", "Adopt it first, or remove it by hand."),
    "name-taken": ("A rename would take a name that another object has.", "Rename the other one first."),
    "reference-missing": ("ensure: Reference, and it is not on the host.", "Create it by hand, or correct the name or path."),
    "owner-missing": ("A device of a machine that is not there.", "The text says what the machine needs first."),
    "adopt-never": ("policy.adopt or lifecycle.adopt is never, and the object would have to be taken over.", "Say ask or allow, or take it out of the files."),
    "built-in": ("The Default Switch of client Windows is built in and not managed.", "Take it out of the files; adapters may name it."),
    # may it be changed now
    "protected": ("It is protected, here or by its mark on the host.", "Apply once with lifecycle.protect: false."),
    "replica": ("A replica machine is only read.", "Change its primary, or take it out of the files."),
    "cluster": ("The host is a node of a failover cluster.", "Say cluster: standalone-vms-only on the Host for machines that are not clustered."),
    "clustered": ("A clustered machine; this Host leaves those alone.", "Take it out of the files."),
    "state": (
        "The machine is in a state in which nothing is changed, or a state is declared that it cannot be brought to.",
        "Bring it to Running or Off first.",
    ),
    "paused": ("The machine is paused, and something else is to be changed.", "Resume it, or turn it off."),
    "saved": ("The machine is saved, and what is declared needs it off.", "Start it, or let savedState be Resume or Discard (Discard loses its memory)."),
    "busy": ("The machine is merging disks or being backed up; left for a later run.", "Run again later."),
    "restart-never": ("Restarts are never allowed for this machine, and a change needs one.", "Say ask or allow, or write lifecycle.ignore for that path."),
    "checkpoints": ("Checkpoints stand in the way of this change.", "Remove them first."),
    # creating and replacing
    "incomplete": ("Something has to be written for an object that must be created.", "A machine needs generation and memory.startup, a switch its type."),
    "replace": ("Only a new machine could have that; this version does not replace machines.", "Declare it as it is, or remove the machine first."),
    "path": ("The machine's files do not lie below path; this version does not move machines.", "Declare the path as it is."),
    "external": ("External switches are not made or changed by this version.", "Make it by hand; it is found by its name then (ensure: Reference)."),
    # settings
    "no-default": ("null means the documented default, and this attribute has none.", "Write the value."),
    "wrong-generation": ("The attribute does not exist on this machine's generation.", "Remove it."),
    "not-on-this-host": ("The host's Hyper-V module lacks the parameter.", "Remove it for this host; hvplan explain says since which release it is there."),
    "version": ("The host does not make machines of that configuration version.", "Choose one that it supports, or leave version out."),
    "threads": ("Threads per core that this host does not take.", "Declare 1 or 2."),
    "memory": ("A size of memory that this host does not give.", "From 32 MiB, a multiple of 2 MiB, up to the limit in the text."),
    "memory-order": ("minimum <= startup <= maximum would not hold, counting what the host keeps.", "Write the others too."),
    "processors": ("More processors than the host or this generation has.", "Declare fewer."),
    "host-memory": ("The machines that run do not leave enough memory to start it.", "Declare less, or stop something."),
    "cannot-be-sent": ("A value that no cmdlet call can carry safely.", "Change the value; the text says which."),
    # disks
    "space": ("A volume has no room for the new files.", "Make room, or choose another path."),
    "no-slot": ("Every SCSI slot of the machine is taken.", "Detach something."),
    "slot-occupied": ("The slot holds something else.", "Choose another slot."),
    "slot-kind": ("The machine has no slots of that kind.", "Use scsi."),
    "slot-moved": ("The disk is attached to another slot of the machine; drives are not moved by this version.", "Declare that slot, or detach it there."),
    "controllers": ("More SCSI controllers than a machine takes.", "At most 4."),
    "controllers-fewer": ("The machine has more SCSI controllers than declared; they are not removed by this version.", "Declare as many as there are."),
    "disk-path": ("The slot holds another file.", "Detach it, correct the path, or choose another slot."),
    "disk-attached": ("The file is attached to another machine.", "One file belongs to one machine; detach it there."),
    "disk-is-parent": ("The file is the parent of other disks and is never attached.", "Attach a child of it (vhd.parent)."),
    "disk-missing": ("The file of a VirtualDisk is not there.", "Put it in place, or correct its path."),
    "disk-format": ("The format of the file (.vhd, .vhdx) does not go with the machine or with its origin.", "Convert it by hand, or choose another."),
    "disk-size": (
        "The size is not possible, is missing, or differs from the file; disks are not resized by this version.",
        "Declare it as it is, or resize by hand.",
    ),
    "disk-type": ("The file has another type; disks are not converted by this version.", "Declare it as it is, or convert it by hand."),
    "disk-parent": ("The file has another parent.", "Declare it as it is."),
    "disk-blocksize": ("The file has another block size.", "Declare it as it is, or convert it by hand."),
    "disk-logicalsector": ("The file has another logical sector size.", "Declare it as it is."),
    "disk-physicalsector": ("The file has another physical sector size.", "Declare it as it is."),
    "disk-origin": ("A copy or child cannot have what is declared, because it inherits from its origin.", "Leave it out, or choose another origin."),
    "disk-kept": ("A machine that is deleted has a disk that may not go with it.", "The text says why; detach it first."),
    "parent-missing": ("The parent's file is not there.", "Put it in place, or correct the path of its VirtualDisk."),
    "source-missing": ("The source's file is not there.", "Put it in place, or correct the path of its VirtualDisk."),
    "parent-attached": ("The parent is attached to a machine; its children would break.", "Detach it there first."),
    "source-attached": ("The source is in use, so a copy would be torn.", "Detach it first."),
    "file-in-the-way": (
        "A file already stands at the path of a new disk. Nothing is ever overwritten.",
        "Remove it, choose another path, or write existing: Adopt.",
    ),
    "file-in-use": ("The file is in use elsewhere.", "Release it there."),
    "file-differs": ("existing: Adopt, but the file is not what is declared.", "Declare it as it is, or choose another path."),
    "leftover-in-use": ("What looks like a leftover of a cut-off run (NAME.hvplan.vhdx) is in use.", "Detach it; then run again."),
    "not-a-folder": ("A file stands where a folder would have to be.", "Choose another path."),
    # networks
    "adapters": ("More network adapters than the machine takes.", "Declare fewer."),
    "adapter-ambiguous": ("Several adapters of the machine have that name.", "Rename one, or claim one with match.mac."),
    "adapter-unmatched": ("An adopted machine has adapters that no declared one is.", "Name one with name or match.mac, or declare them too."),
    "switch-missing": ("The host has no switch of that name, and no document makes one.", "Correct the name, or declare the switch."),
    "switch-duplicate": ("Several switches of the host have that name.", "Rename all but one."),
    "bandwidth-mode": ("A minimum bandwidth is not of the kind that the switch of the adapter takes.", "Use the other minimum."),
    "switch-pattern": ("The switch name, read as a pattern, fits another switch of the host.", "Rename the switch."),
    "switch-in-use": ("Adapters are connected to a switch that is to be removed.", "Connect them elsewhere first."),
    # gates and consents
    "depends": ("Something it needs was refused.", "Clear that refusal; this one goes with it."),
    "impact": ("A change costs more than --refuse-above allows.", "Raise the gate, or leave the change out."),
    "refuse-above": ("A saved plan holds a change that costs more than --refuse-above allows.", "Raise the gate, or make another plan."),
    "max-impact": ("Not refused: deferred, because it costs more than --max-impact.", "Run again without the filter when it may cost that."),
    "max-deletes": ("More deletions than maxDeletes allows.", "Look at them; then --max-deletes N, or policy.maxDeletes."),
    "consent-restart": ("Machines would be stopped or restarted, and nobody has consented.", "--allow-restart, or lifecycle.restart: allow."),
    "consent-adopt": ("Existing, unmarked objects would be taken over, and nobody has consented.", "--adopt, or policy.adopt: allow."),
    "consent-delete-disk": ("Files of disks would be deleted, and nobody has consented.", "--delete-disks=ADDRESS."),
}
"""code -> (what it says, what to do)."""
