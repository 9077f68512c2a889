"""Rules of switches and of host settings that their document alone decides."""

from __future__ import annotations

from typing import Final

from hvplan.load.check import Checker
from hvplan.load.rules_files import folder_rule
from hvplan.load.tree import Mapping, Sequence, child, where
from hvplan.model.adapters import crossed
from hvplan.model.hostsettings import HostSettings
from hvplan.model.objects import Ensure, VirtualSwitch
from hvplan.model.values import UNSET

_EXTERNAL_ONLY: Final = ("netAdapters", "allowManagementOS", "loadBalancing")
"""What only an External switch has (catalogue: they stand in the sets of New-VMSwitch and Set-VMSwitch that name a physical adapter)."""


def network_rules(switch: VirtualSwitch, root: Mapping, checker: Checker) -> None:
    """One switch: its type, its physical adapters, the host's adapters on it."""
    if switch.ensure is Ensure.ABSENT:
        return
    _type(switch, root, checker)
    _net_adapters(switch, root, checker)
    _management(switch, root, checker)


def _type(switch: VirtualSwitch, root: Mapping, checker: Checker) -> None:
    kind = switch.settings.type
    if kind not in ("Internal", "Private"):
        return
    wrong = [key for key in _EXTERNAL_ONLY if child(root, key) is not None]
    wrong += [key for key, on in (("embeddedTeaming", switch.settings.teaming), ("sriov", switch.settings.sriov)) if on is True]
    for key in wrong:
        checker.say("switch-type", f"{key} needs type: External; this switch is {kind}.", where(root, key), hint=f"remove {key}, or write type: External")
    if kind == "Private" and any(not adapter.absent for adapter in switch.management):
        hint = "remove managementAdapters, or use type: Internal"
        checker.say("switch-type", "The host takes no part in a Private switch, so it has no adapters there.", where(root, "managementAdapters"), hint=hint)


def _net_adapters(switch: VirtualSwitch, root: Mapping, checker: Checker) -> None:
    node = child(root, "netAdapters")
    items = node.items if isinstance(node, Sequence) else (node,) if isinstance(node, Mapping) else ()
    for item in items:
        named = [key for key in ("name", "mac", "description") if child(item, key) is not None] if isinstance(item, Mapping) else ["?"]
        typo = not named and isinstance(item, Mapping) and item.entries  # of a key that is none, something has been said
        if len(named) != 1 and not typo:
            summary = "An item of netAdapters names an adapter in one way: name, mac or description."
            checker.say("net-adapter", summary, item.place, detail=f"found {' and '.join(named) or 'none'}", hint="write {name: Ethernet 2}")
    if isinstance(node, Sequence) and not node.items:
        checker.say("net-adapter", "netAdapters is empty.", node.place, hint="name an adapter, or use type: Internal")
    refs = () if switch.net_adapters is UNSET else switch.net_adapters
    for index, ref in enumerate(refs):
        if any(ref.by == other.by and ref.value.casefold() == other.value.casefold() for other in refs[:index]):
            checker.say("net-adapter", "netAdapters names one adapter twice.", where(root, "netAdapters"), detail=f"found {ref}", hint="keep one of them")
    if len(refs) > 1 and switch.settings.teaming is not True:
        hint = "write embeddedTeaming: true, or name one adapter"
        checker.say("net-adapter", "Several netAdapters make a team, and that has to be said.", where(root, "netAdapters"), hint=hint)
    if switch.settings.load_balancing is not UNSET and switch.settings.teaming is False:
        checker.say("switch-team", "loadBalancing is of a team, and embeddedTeaming is false.", where(root, "loadBalancing"), hint="remove loadBalancing")


def _management(switch: VirtualSwitch, root: Mapping, checker: Checker) -> None:
    present = [adapter for adapter in switch.management if not adapter.absent]
    if present and switch.settings.allow_management is False:
        summary = "allowManagementOS: false leaves the host no adapter on this switch, and managementAdapters declares some."
        checker.say("switch-management", summary, where(root, "allowManagementOS"), hint="remove one of them")
    names: dict[str, str] = {}
    for adapter in switch.management:
        if (first := names.setdefault(adapter.name.casefold(), adapter.name)) != adapter.name:
            summary = "Two managementAdapters differ in case only, which is one name to Windows."
            checker.say("switch-management", summary, where(root, "managementAdapters", adapter.key), detail=f"the other is {first}", hint="rename one")
    mode = switch.settings.bandwidth_mode
    for adapter in present:
        weight, absolute = adapter.settings.minimum_weight, adapter.settings.minimum_absolute
        at = ("managementAdapters", adapter.key, "bandwidth")
        if weight is not UNSET and absolute is not UNSET:
            hint = "keep the one of the switch's bandwidthMode"
            checker.say("bandwidth", "minimumWeight and minimumAbsolute exclude each other.", where(root, *at), hint=hint)
        if text := crossed(absolute, adapter.settings.maximum):
            hint = "lower the minimum, or write maximum: 0 for no limit"
            checker.say("bandwidth-order", "minimumAbsolute is above maximum.", where(root, *at), detail=text, hint=hint)
        for key, value, fits in (("minimumWeight", weight, ("Weight",)), ("minimumAbsolute", absolute, ("Absolute",))):
            if value is not UNSET and mode is not UNSET and mode not in fits:
                hint = f"write bandwidthMode: {fits[0]}, or remove {key}"
                checker.say("bandwidth", f"{key} does not go with bandwidthMode: {mode}.", where(root, *at, key), hint=hint)


def host_rules(settings: HostSettings, root: Mapping, checker: Checker) -> None:
    """The settings of one host."""
    folder_rule(settings.vm_path, "settings.virtualMachinePath", root, checker)
    low, high = settings.mac_minimum, settings.mac_maximum
    for key, end in (("minimum", low), ("maximum", high)):
        if isinstance(end, str) and int(end[:2], 16) & 1:
            summary = "An adapter cannot have an address for several receivers: the first octet of a range is even."
            place = where(root, "settings", "macAddressRange", key)
            checker.say("mac-address", summary, place, detail=f"found {end}", hint="use one such as 00-15-5D-01-00-00")
    if isinstance(low, str) and isinstance(high, str) and low > high:
        place = where(root, "settings", "macAddressRange", "minimum")
        checker.say("mac-range", "macAddressRange.minimum is above its maximum.", place, detail=f"{low} to {high}", hint="exchange them")
