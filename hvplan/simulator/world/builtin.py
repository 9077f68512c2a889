"""What an installation brings along, by release: the host's defaults, and a client's Default Switch."""

from __future__ import annotations

from uuid import UUID

from hvplan.simulator.world.host_nouns import Settings, Switch
from hvplan.simulator.world.releases import RELEASES
from hvplan.simulator.world.state import State, own_adapter

DEFAULT_SWITCH = UUID("c08cb7b8-9b3c-408e-8e30-5e16a3aeb444")
"""The id of the Default Switch, the same on every client; nobody can change or remove it."""

_CLIENT = Settings(vhd_path="C:\\ProgramData\\Microsoft\\Windows\\Virtual Hard Disks", enhanced_session=True)


def default_settings(release: str) -> Settings:
    """The settings of a host that nobody has set: a client has its disks in a folder of its own (behaviour 6) and takes enhanced sessions."""
    return Settings() if RELEASES[release].server else _CLIENT


def add_default_switch(state: State) -> None:
    """A client has it, with an adapter of the host's own; a switch that the world lists under that id stands for it."""
    if not state.release.server and DEFAULT_SWITCH not in state.switches:
        name = "Default Switch"
        notes = "The Default Network switch automatically gives virtual machines access to the computer's network using NAT (network address translation)."
        state.put_switch(Switch(id=DEFAULT_SWITCH, name=name, notes=notes, management=(own_adapter(state, DEFAULT_SWITCH, name),)))
