"""Power: what a declared `state` asks of a machine as it is, and which states nothing may be changed in.

Power converges last. Saved is not Off: what a saved machine holds is somebody's work, and `savedState` says whether it
may go. Paused, transitional and critical states are named, never looped on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from hvplan.diff.changes import Change, Create, Delete, DiffOptions, FieldChange, Finding, Update
from hvplan.model.impact import Impact, When
from hvplan.model.live import LiveVm
from hvplan.model.marker import Marker
from hvplan.model.objects import Policy, VirtualMachine
from hvplan.model.values import UNSET

STEADY: Final = frozenset({"Running", "Off", "Saved", "Paused"})
_START: Final = When("it is started", Impact.ONLINE)
_OWED: Final = When("an earlier run stopped it and did not start it again", Impact.ONLINE)
_OWED_STOP: Final = When("an earlier run resumed it for a change and did not shut it down again", Impact.STOP)
_RESUME: Final = When("it is resumed", Impact.ONLINE)
_RESUMED: Final = When("it is resumed and shut down", Impact.STOP)
_STOP: Final = When("the declared state stops it", Impact.STOP)
DISCARD: Final = When("its saved state is discarded", Impact.DATA)

MOVES: Final[Mapping[tuple[str, str], When | None]] = {
    ("Off", "Running"): _START,
    ("Saved", "Running"): _START,
    ("Paused", "Running"): _RESUME,
    ("Running", "Off"): _STOP,
    ("Saved", "Off"): DISCARD,
    ("Running", "Saved"): When("the declared state saves it", Impact.STOP),
    ("Running", "Paused"): When("the declared state pauses it", Impact.STOP),
    ("Off", "Saved"): None,  # Saved and Paused hold a machine that already runs
    ("Off", "Paused"): None,
    ("Saved", "Paused"): None,
}
"""(as it is, as wanted) -> what it costs; None: nothing to hold. A pair that is not here is refused."""

ON_THE_WAY: Final[Mapping[str, str]] = {"Starting": "Running", "Resuming": "Running", "Stopping": "Off", "Saving": "Saved", "Pausing": "Paused"}
"""A state that passes -> the one it ends in."""


def state_change(want: VirtualMachine, live: LiveVm, marker: Marker | None = None, saved: str = "") -> FieldChange | None:
    """The declared power state as a change, if it is one; or what a killed run still owes: a start, or the stop of a machine it has resumed.

    `saved`: the policy for saved machines.
    """
    wanted = want.power
    if wanted is UNSET and marker and marker.restart and live.state == "Off":
        return FieldChange(path="state", before="Off", after="Running", line=_OWED)
    if wanted is UNSET and marker and marker.resumed and live.state == "Running":
        return FieldChange(path="state", before="Running", after="Off", line=_OWED_STOP)
    if wanted is UNSET or wanted == live.state:
        return None
    if ON_THE_WAY.get(live.state) == wanted:
        return None
    line = MOVES.get((live.state, wanted), _STOP if wanted != "Running" else _START)
    line = _RESUMED if line is DISCARD and saved == "Resume" else line
    return FieldChange(path="state", before=live.state, after=wanted, line=line) if line else None


def saved_policy(want: VirtualMachine, policy: Policy) -> str:
    """Refuse | Resume | Discard for this machine."""
    return want.lifecycle.saved_state or policy.saved_state


def needs_off(change: Update, devices: Collection[Change], options: DiffOptions) -> bool:
    """Does this run change something of a machine or its devices that needs it off, its declared state aside."""
    impacts = {field.impact for one in (change, *devices) if isinstance(one, Update) for field in one.fields if field.path != "state"}
    impacts |= {one.line.impact for one in devices if isinstance(one, Create | Delete)}
    return Impact.RESTART in impacts and options.most >= Impact.RESTART


def state_findings(want: VirtualMachine, live: LiveVm, address: str, policy: Policy, *, offline: bool, changes: bool, power: bool) -> Iterator[Finding]:
    """Why this machine cannot be changed in the state it is in. `offline`: some change needs it off; `power`: its state changes; `changes`: anything else."""

    def refuse(code: str, text: str) -> Finding:
        return Finding(address=address, code=code, text=text, path="state", blocks=(address,))

    if not (changes or power):
        return
    if live.state in ON_THE_WAY:
        text = f"the machine is {live.state}; nothing is changed in that state. Run again when it is {ON_THE_WAY[live.state]}."
        text += " If its guest never gets there, turn it off (Stop-VM -TurnOff)." if live.state == "Stopping" else ""
        yield refuse("state", text)
    elif live.state not in STEADY:
        yield refuse("state", f"the machine is {live.state}; nothing is changed in that state. Bring it to Running or Off, then run again.")
    elif live.busy:
        text = f"the machine is busy ({live.busy}); left for a later run"
        yield Finding(address=address, code="busy", text=text, blocks=(address,), deferred=True)
    elif live.state == "Paused" and (changes or want.state not in ("Running", UNSET)):
        yield refuse("paused", "the machine is paused; nothing else is changed in that state. Resume or turn it off first.")
    elif live.state == "Saved" and (offline or want.state == "Off") and saved_policy(want, policy) == "Refuse":
        text = "the machine is saved, and what is declared needs it off. Start it, or let `savedState` be Resume or Discard (its saved memory is lost)."
        yield refuse("saved", text)


def idle_state(want: VirtualMachine, live: LiveVm) -> str:
    """A warning where a declared Saved or Paused has nothing to hold, `""` otherwise."""
    if want.state is not UNSET and ON_THE_WAY.get(live.state) == want.state:
        return f"{want.name} is {live.state}, on its way to {want.state}"
    if want.state is UNSET or (live.state, want.state) not in MOVES or MOVES[(live.state, want.state)] is not None:
        return ""
    return f"state {want.state} holds a machine that runs; {want.name} is {live.state}, and stays so"
