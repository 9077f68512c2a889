"""Values to CLIXML, as a remoting session writes them: flat, by joining strings (truth 11-17, cmdlets.md).

An output object is written at depth 1: its own properties travel at depth 0, where enums are their name and
objects their `ToString()`; what `Select-Object` made are notes and keep depth 1, so there an enum is an
object with text and number, and a device travels whole. Lists take no depth. CIM instances are always whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from hvplan.simulator.powershell import net_types, objects
from hvplan.simulator.powershell.clixml_text import duration, escape, moment, real
from hvplan.simulator.powershell.net_types import Declared
from hvplan.simulator.powershell.psobject import Dictionary, PSObject
from hvplan.simulator.values import Bag, Enum, List, Number, Obj, Real, TimeSpan, Version

_ENUM_BASES = ("System.Enum", "System.ValueType", "System.Object")
_MISSING = object()

_SIMPLE: dict[type, Callable[[Any], tuple[str, str]]] = {
    str: lambda value: ("S", escape(value)),
    bool: lambda value: ("B", "true" if value else "false"),
    int: lambda value: ("I32", str(value)),
    Number: lambda value: ("SB" if value.tag == "SBy" else value.tag, str(int(value))),
    Real: lambda value: (value.tag, real(value)),
    float: lambda value: ("Db", real(value)),
    Version: lambda value: ("Version", escape(value)),
    timedelta: lambda value: ("TS", duration(value)),
    TimeSpan: lambda value: ("TS", duration(value)),
    datetime: lambda value: ("DT", moment(value)),
}


class Writer:
    """Writes one message: references to objects and type names live as long as it does."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._objects: dict[int, int] = {}
        self._kept: list[Any] = []  # an id() is one object's only while the object lives
        self._types: dict[tuple[str, ...], int] = {}
        self._count = 0

    def done(self) -> str:
        """What was written so far."""
        return "".join(self._out)

    def raw(self, xml: str) -> None:
        """Write markup as it is."""
        self._out.append(xml)

    def open(self, attributes: str, value: Any = None) -> None:
        """Begin an `<Obj>`; `value` can be referred to by later mentions of the same object."""
        if value is not None:
            self._objects[id(value)] = self._count
            self._kept.append(value)
        self._out.append(f'<Obj{attributes} RefId="{self._count}">')
        self._count += 1

    def names(self, chain: tuple[str, ...]) -> None:
        """The type names, once; later a reference to them."""
        known = self._types.get(chain)
        if known is not None:
            self._out.append(f'<TNRef RefId="{known}" />')
            return
        number = self._types[chain] = len(self._types)
        self._out.append(f'<TN RefId="{number}">' + "".join(f"<T>{escape(name)}</T>" for name in chain) + "</TN>")

    def note(self, name: str, value: Any, depth: int) -> None:
        """A value as the property of that name."""
        self.write(value, f' N="{escape(name)}"', depth)

    def write(self, value: Any, attributes: str = "", depth: int = 1) -> None:
        """A value; `attributes` are those of its element, ` N="Name"` for a property."""
        simple = _SIMPLE.get(type(value))
        if simple is not None:
            tag, content = simple(value)
            self._out.append(f"<{tag}{attributes}>{content}</{tag}>")
        elif value is None:
            self._out.append(f"<Nil{attributes} />")
        else:
            self._write_rest(value, attributes, depth)

    def _write_rest(self, value: Any, attributes: str, depth: int) -> None:
        match value:
            case Enum():
                self._enum(value, attributes, depth)
            case Obj():
                self._obj(value, attributes, depth)
            case PSObject():
                self._psobject(value, attributes, depth)
            case Bag():
                self._bag(value, attributes, depth)
            case bytes():
                import base64

                self._out.append(f"<BA{attributes}>{base64.b64encode(value).decode()}</BA>")
            case dict():
                self._dictionary(value, attributes, depth)
            case list() | tuple():
                chain = (value.type, "System.Array", "System.Object") if isinstance(value, List) else ("System.Object[]", "System.Array", "System.Object")
                self._list(value, chain if chain[0].endswith("[]") else (chain[0], "System.Object"), attributes, depth)
            case _:  # a Guid, or a text that a caller made from another kind of str
                tag = "G" if type(value).__name__ == "UUID" else "S"
                self._out.append(f"<{tag}{attributes}>{escape(str(value))}</{tag}>")

    def _enum(self, value: Enum, attributes: str, depth: int) -> None:
        if depth < 1:
            self._out.append(f"<S{attributes}>{escape(value)}</S>")
            return
        known = net_types.enum_type(value.type)
        number = value.number if value.number is not None else known.number(value) if known else 0
        tag = known.tag if known else "I32"
        self.open(attributes)
        self.names((known.name if known else value.type, *_ENUM_BASES))
        self._out.append(f"<ToString>{escape(value)}</ToString><{tag}>{number}</{tag}></Obj>")

    def _list(self, items: Iterable[Any], chain: tuple[str, ...], attributes: str, depth: int) -> None:
        self.open(attributes)
        self.names(chain)
        self._out.append("<LST>")
        for item in items:
            self.write(item, "", depth)
        self._out.append("</LST></Obj>")

    def _dictionary(self, value: dict[Any, Any], attributes: str, depth: int) -> None:
        self.open(attributes)
        self.names((value.type if isinstance(value, Dictionary) else "System.Collections.Hashtable", "System.Object"))
        self._out.append("<DCT>")
        for key, item in value.items():
            self._out.append("<En>")
            self.write(key, ' N="Key"', depth)
            self.write(item, ' N="Value"', depth)
            self._out.append("</En>")
        self._out.append("</DCT></Obj>")

    def _again(self, value: Any, attributes: str) -> bool:
        number = self._objects.get(id(value))
        if number is not None:
            self._out.append(f'<Ref{attributes} RefId="{number}" />')
        return number is not None

    def _obj(self, value: Obj, attributes: str, depth: int) -> None:
        if self._again(value, attributes):
            return
        known = objects.object_type(value.type)
        if depth < 1 and not (known and known.cim):
            self._out.append(f"<S{attributes}>{escape(objects.obj_text(value))}</S>")
            return
        self.open(attributes, value)
        self.members(value, ())
        self._out.append("</Obj>")

    def members(self, value: Obj, notes: Iterable[tuple[str, Any]]) -> None:
        """The inside of an object's element: type names, text, `Props`, and in `MS` type file members and notes."""
        known = objects.object_type(value.type)
        self.names(objects.chain_of(value))
        self._out.append(f"<ToString>{escape(objects.obj_text(value))}</ToString><Props>")
        props = value.props
        if known is None:
            for name, item in props.items():
                self.note(name, item, 0)
        else:
            defaults = _defaults(known.name)
            for name, declared in known.props.items():
                item = props.get(name, _MISSING)
                if item is _MISSING:
                    self._out.append(defaults[name])
                elif name in known.extended and isinstance(item, str):
                    number = item.number if isinstance(item, Enum) else None  # windows.md: the number in Props, its name in MS
                    self._declared(number, name, declared)
                else:
                    self._declared(item, name, declared)
        self._out.append("</Props>")
        extra = [(name, objects.get(value, name)) for name, _ in known.extended.items()] if known is not None else []
        if extra or notes:
            self._out.append("<MS>")
            for name, item in extra:
                self.note(name, item, 0)
            for name, item in notes:
                self.note(name, item, 1)
            self._out.append("</MS>")

    def _declared(self, value: Any, name: str, declared: Declared) -> None:
        """A property at depth 0: what it is declared as decides its element."""
        attributes = f' N="{name}"'
        if value is None:
            self._out.append(f"<Nil{attributes} />")
            return
        match declared.kind:
            case "text" | "flag":
                self.write(value, attributes, 0)
            case "number":
                self._out.append(f"<{declared.tag}{attributes}>{int(value)}</{declared.tag}>")
            case "enum":
                self._out.append(f"<S{attributes}>{escape(str(declared.coerce(value)))}</S>")
            case "char":
                self._out.append(f"<C{attributes}>{ord(value)}</C>")
            case "list" if isinstance(value, list | tuple):
                element = declared.element
                items = value if element is None or element.kind in ("text", "other") else (element.coerce(item) for item in value)
                self._list(items, declared.chain, attributes, 0)
            case _:
                self.write(declared.coerce(value), attributes, 0)

    def _psobject(self, value: PSObject, attributes: str, depth: int) -> None:
        if self._again(value, attributes):
            return
        base = value.base
        if base is None:
            if depth < 1:
                self._out.append(f"<S{attributes}>{escape(value.text)}</S>")
                return
            self.open(attributes, value)
            self.names(value.types)
        elif isinstance(base, Obj):
            if depth < 1:
                self._out.append(f"<S{attributes}>{escape(value.text)}</S>")
                return
            self.open(attributes, base)
            self.members(base, value.notes.items())
            self._out.append("</Obj>")
            return
        elif not value.notes:
            self.write(base, attributes, depth)
            return
        else:
            self.open(attributes, value)
            self.write(base, "", depth)
        self._out.append("<MS>")
        for name, item in value.notes.items():
            self.note(name, item, depth)
        self._out.append("</MS></Obj>")

    def _bag(self, value: Bag, attributes: str, depth: int) -> None:
        if self._again(value, attributes):
            return
        if depth < 1:
            self._out.append(f"<S{attributes}>{escape(value.text)}</S>")
            return
        self.open(attributes, value)
        self.names(value.types or ("System.Management.Automation.PSCustomObject", "System.Object"))
        if value.text:
            self._out.append(f"<ToString>{escape(value.text)}</ToString>")
        self._out.append("<MS>")
        for name, item in value.props.items():
            self.note(name, item, depth)
        self._out.append("</MS></Obj>")


@cache
def _defaults(type: str) -> Mapping[str, str]:
    """The element of each property of a type that a world leaves out."""
    known = objects.object_type(type)
    made: dict[str, str] = {}
    for name, declared in known.props.items() if known is not None else ():
        writer = Writer()
        if declared.kind == "char" and declared.default is not None:
            writer.raw(f'<C N="{name}">0</C>')
        else:
            writer.note(name, declared.default, 0)
        made[name] = writer.done()
    return made


def serialize(value: Any) -> str:
    """An output object as a PIPELINE_OUTPUT message carries it; nothing at all for null."""
    if value is None:
        return ""
    writer = Writer()
    writer.write(value)
    return writer.done()
