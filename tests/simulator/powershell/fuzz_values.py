"""Values for fuzzing the binder: what a parameter of a type wants, and everything that it does not, in the recordings' notation.

Not generated, each for its reason:

- dates without a year and times without a date mean today, which no recording can hold;
- single ticks of a date, and trailing zeros of a decimal: our values do not carry them;
- objects as a client sends them (`Bag`): only a session over the wire has them, and the recordings have 730 of them;
- a SwitchParameter as a value: here it is a boolean, and only where a number is wanted does .NET tell them apart;
- a list with a type of its own: the notation of questions has none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from hvplan.simulator.powershell.catalogue import load_catalogue
from hvplan.simulator.powershell.declarations import Parameter

Json = Any
MODULE = "Microsoft.HyperV.PowerShell."
GUID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
OBJECTS = (
    *("VirtualMachine", "VMSnapshot", "VMNetworkAdapter", "VMSwitch", "HardDiskDrive", "DvdDrive", "VMScsiController", "VMIdeController", "VMProcessor"),
    *("VMMemory", "VMFirmware", "VMBios", "VMHost", "VMComPort", "VMIntegrationComponent", "VMReplication", "VMGroup", "VMSwitchExtension"),
    *("VMNetworkAdapterVlanSetting", "VMVideo", "VirtualHardDisk"),
)
TEXTS = (
    *("web", "abc", "", " ", "*", "we*", "x y'z", "a,b", "0", "1", "4", "-1", "007", " 5 ", "5.5", "2.5", "1e3", "1e400", "0x10", "0xFFFFFFFF", "0x", "&h1f"),
    *("#a", "0b101", "1GB", "1.5kb", "4l", "4u", "1_000", "1,000", "+3", "--1", "255", "256", "65536", "2147483648", "4294967296", "9223372036854775808"),
    *("18446744073709551616", "NaN", "Infinity", "-0", "True", "false", "$true", "$null", "On", "off", "o", "Off,On", "Running", "Static", "dynamic", "Start"),
    *("0,1", "1,2", GUID, "{" + GUID.upper() + "}", GUID.replace("-", ""), f"({GUID})", GUID[:-1], "00:05:00", "5", "1.02:03:04.5", "1:2", "24:00:00"),
    *("-0:1:0", "P1D", "2026-01-02", "2026-01-02T03:04:05Z", "01/02/2026", "2026-02-30", "10.0", "10.0.26100.1", "1.2.3.4.5", "-Force", "-", "--", "@{a=1}"),
    *("C:\\x.vhdx", "٣", "ﬀ", "\u00a05", "ı", "a\nb", "\0", "😀", "aa:bb", "global:x", "+x", "x:y", "script:", "٠x١"),
)
LETTERS = "0123456789.,+-eEx kKmgtpbB:&#_'\t\u00a0,Offn١"
ALPHABETS = ("0123456789", "0123456789.", "+-.,eE ", "0123456789abcdefx", "kKmMgGtTpPbBlLdDuUsSyYnN", "0123456789:.", "x&h#b01_")
NUMBERS: tuple[Json, ...] = (
    *({"I32": number} for number in (0, 1, 2, 3, 7, 255, 256, 4096, 2147483647, -1, -2, -2147483648)),
    *({"I64": number} for number in (0, 1, 5_000_000_000, 4 << 30, 2**63 - 1, -(2**63), -1, 864_000_000_000)),
    *({"U64": number} for number in (1, 2**64 - 1)),
    *({"U32": number} for number in (2, 2**32 - 1)),
    *({"By": number} for number in (0, 1, 255)),
    *({"I16": number} for number in (-3, 300)),
    *({"Db": text} for text in ("5.5", "2.5", "3.5", "-0.5", "0", "1E+20", "NaN", "Infinity", "-Infinity")),
    {"D": "2.5"},
    {"Sg": "1.5"},
)
OTHERS: tuple[Json, ...] = (
    None,
    True,
    False,
    {"G": GUID},
    {"TS": "PT5M"},
    {"TS": "-P1DT2H3M4.5S"},
    {"DT": "2026-01-02T03:04:05.0000000Z"},
    {"Version": "10.0"},
    {"hash": {}},
    {"hash": {"z": {"I32": 1}}},
    {"hash": {"Name": "web"}},
    {"psobject": {}},
    {"psobject": {"Name": "web", "z": None}},
    {"list": []},
    {"list": [None]},
    {"list": ["a", None, {"I32": 1}]},
    {"list": [{"list": ["a"]}, "b"]},
)

DATE = "System.DateTime"
NO_DATES: tuple[Json, ...] = ("", "abc", "2026-02-30", GUID, None, True, {"I64": 864_000_000_000}, {"TS": "PT5M"}, {"hash": {}}, {"psobject": {}}, {"list": []})
"""For a date, in place of anything: nothing that means a day of this year, or single ticks."""


def enum_names(type: str) -> list[str]:
    """The members of an enum, none if the type is none."""
    known = load_catalogue(None).enum(type)
    return list(known.members) if known else []


def live(draw: Random, type: str) -> Json:
    """An object of a module's type with the properties that go through a pipe by name."""
    props = {"Name": draw.choice(("web", "old web")), "Id": {"G": GUID}}
    known = load_catalogue(None).type(type)
    kept = {name: value for name, value in props.items() if known and name in known.props and ("Guid" in known.props[name].name) == (name == "Id")}
    return {"obj": type, "props": kept if draw.random() < 0.7 else {}}


def word(draw: Random, names: Sequence[str]) -> str:
    """A member's name as people write it: whole, in any case, a beginning of it, or two of them."""
    name = draw.choice(names)
    match draw.randrange(6):
        case 0:
            return name.lower()
        case 1:
            return name.upper()
        case 2:
            return name[: draw.randint(1, len(name))]
        case 3:
            return f"{name}, {draw.choice(names)}"
        case 4:
            return f" {name} "
    return name


def text(draw: Random) -> str:
    """One of the texts, or one like none of them: of what numbers, durations, GUIDs, versions and lists of names are made of."""
    if draw.random() < 0.6:
        return draw.choice(TEXTS)
    if draw.random() < 0.3:
        one = draw.choice(TEXTS)
        place = draw.randint(0, len(one))
        return one[:place] + draw.choice(LETTERS) + one[place + draw.randint(0, 1) :]
    return "".join(draw.choice(draw.choice(ALPHABETS)) for _ in range(draw.randint(1, 7)))


def hostile(draw: Random, depth: int = 0) -> Json:
    """Anything."""
    match draw.randrange(10):
        case 0 | 1 | 2:
            return text(draw)
        case 3 | 4:
            return draw.choice(NUMBERS)
        case 5 | 6:
            return draw.choice(OTHERS if depth < 2 else NUMBERS)
        case 7:
            return live(draw, draw.choice(OBJECTS))
        case 8 if depth < 2:
            return {"list": [hostile(draw, depth + 1) for _ in range(draw.randint(0, 3))]}
        case _:
            enum = load_catalogue(None).enum(draw.choice(("VMState", "OnOffState", "StartAction", "VhdType", "VMResourcePoolType", "CheckpointType")))
            assert enum is not None
            return {"enum": enum.name, "v": draw.choice(list(enum.members))}


_WANTED: Mapping[str, Callable[[Random], Json]] = {
    "System.String": lambda draw: text(draw),
    "System.Boolean": lambda draw: draw.choice((True, False, {"I32": 0}, {"I32": 1}, {"Db": "0"})),
    "System.Management.Automation.SwitchParameter": lambda draw: draw.choice((True, False, {"I32": 1}, {"I32": 0}, None)),
    "System.Guid": lambda draw: draw.choice((GUID, {"G": GUID}, "{" + GUID + "}")),
    "System.TimeSpan": lambda draw: draw.choice(({"TS": "PT5M"}, "00:05:00", "1.00:00", {"I32": 7}, text(draw))),
    "System.DateTime": lambda draw: draw.choice(({"DT": "2026-01-02T03:04:05.0000000Z"}, "2026-01-02", "2026-01-02T03:04:05+02:00")),
    "System.Version": lambda draw: draw.choice(("10.0", {"Version": "9.0"}, text(draw))),
    "System.Collections.Hashtable": lambda draw: draw.choice(({"hash": {"a": "b"}}, {"hash": {}})),
}


def value_for(draw: Random, parameter: Parameter) -> Json:
    """What the parameter wants or, one in four times, anything."""
    if draw.random() < 0.75:
        return wanted(draw, parameter)
    return draw.choice(NO_DATES) if parameter.type == DATE else hostile(draw)


def wanted(draw: Random, parameter: Parameter) -> Json:
    """A value that a parameter of this type is likely to take."""
    element = parameter.type.removesuffix("[]")
    for kind, arguments in parameter.validation:
        if kind == "set" and draw.random() < 0.7:
            return draw.choice([str(one) for one in arguments])
        if kind == "range" and draw.random() < 0.5:
            limit = int(str(draw.choice(arguments))) + draw.choice((-1, 0, 0, 1))
            return {"I32" if -(2**31) <= limit < 2**31 else "I64" if limit < 2**63 else "U64": limit} if limit < 2**64 else str(limit)
    one = _one(draw, element)
    if parameter.type.endswith("[]") and draw.random() < 0.4:
        return {"list": [one, *(_one(draw, element) for _ in range(draw.randrange(3)))]}
    return one


def _one(draw: Random, type: str) -> Json:
    if type in _WANTED:
        return _WANTED[type](draw)
    if names := enum_names(type):
        return word(draw, names) if draw.random() < 0.8 or not type.startswith(MODULE) or "+" in type else {"enum": type, "v": draw.choice(names)}
    if type.startswith(MODULE):
        return live(draw, type.removeprefix(MODULE)) if load_catalogue(None).type(type) else live(draw, draw.choice(OBJECTS))
    return draw.choice(NUMBERS) if draw.random() < 0.7 else text(draw)
