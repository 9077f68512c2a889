"""The boot order of a machine as a document names it: its declared devices, where they do not come as those of a new machine do.

A machine that hvplan makes gets its devices one after another as they are declared (disks, DVD drives, adapters) and is
left to boot in that order; so that order is not written, and nothing is managed that nobody chose. Where a device of the
machine has no entry, or an undeclared one stands before declared ones, a machine made anew would boot otherwise: the file says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hvplan.export.adapters import Found
from hvplan.export.written import Json, literal
from hvplan.model.boot import GROUPS, counting, shown, words
from hvplan.model.live import LiveVm
from hvplan.model.values import Unknown


def boot_of(vm: LiveVm, devices: Mapping[str, Json]) -> tuple[list[str], Found]:
    """The names for `firmware.bootOrder`, none where it is not written; and remarks. `devices`: those of the document."""
    found = Found()
    if vm.generation != 2:
        return [], found
    if isinstance(vm.boot_order, Unknown):
        found.say(f"its boot order could not be read ({vm.boot_order.why}), so it is not declared", partial=True)
        return [], found
    names = dict(_names(vm, devices))
    order = tuple(counting(words(vm.boot_order), tuple(names)))
    run: list[str] = []
    for word in order:
        if word not in names:
            break
        run.append(names[word])
    if len(run) < len(names):
        rest = order[len(run) :]
        left = next(name for name in names.values() if name not in run)
        why = f"goes on with {shown(rest[0], names)}, which is not declared" if rest else f"has no entry for {left}"
        found.say(f"its boot order {why}; it is declared up to there" if run else f"its boot order is not declared: it {_begins(why)}", partial=True)
    return ([literal(name) for name in run] if run != list(names.values()) else []), found


def _begins(why: str) -> str:
    return why.replace("goes on", "begins", 1)


def _names(vm: LiveVm, devices: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Word of a live device -> its name in the document, in the order in which a new machine gets them."""
    adapters = () if isinstance(vm.adapters, Unknown) else vm.adapters
    for group in GROUPS:
        for key, body in devices.get(group, {}).items():
            if "slot" in body:
                yield body["slot"], f"{group}/{key}"
                continue
            mac = body.get("match", {}).get("mac")
            adapter = next((a for a in adapters if (a.mac == mac if mac else a.name == key)), None)
            if adapter:
                yield adapter.id.lower(), f"{group}/{key}"
