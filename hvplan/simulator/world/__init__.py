"""A simulated Hyper-V host: its objects, their states and rules, from published facts about Hyper-V alone."""

from hvplan.simulator.world.world import SimulatedWorld, open_world

__all__ = ["SimulatedWorld", "open_world"]
