"""Where-Object with `-Property P -EQ -Value V`: script blocks do not travel, so this is the only form (truth 15, 23)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from hvplan.simulator.powershell import compare, net_types, objects, psobject
from hvplan.simulator.powershell.stage import Host

_PRIMITIVES = frozenset(
    (
        "string",
        "int32",
        "int",
        "int64",
        "long",
        "uint32",
        "uint64",
        "int16",
        "uint16",
        "byte",
        "sbyte",
        "boolean",
        "bool",
        "double",
        "single",
        "decimal",
        "guid",
        "datetime",
        "timespan",
        "version",
        "object",
    )
)
Test = Callable[[Any, Any], bool]


def _like(exact_case: bool) -> Test:
    return lambda left, right: compare.wildcard(psobject.text(right), exact_case).fullmatch(psobject.text(left)) is not None


def _match(exact_case: bool) -> Test:
    return lambda left, right: re.search(psobject.text(right), psobject.text(left), 0 if exact_case else re.IGNORECASE) is not None


def _not(test: Test) -> Test:
    return lambda left, right: not test(left, right)


def _ordered(accept: Callable[[int], bool], exact_case: bool) -> Test:
    return lambda left, right: accept(compare.order(left, right, exact_case))


def _is(left: Any, right: Any) -> bool:
    wanted = psobject.text(right).lower().removeprefix("[").removesuffix("]")
    name = psobject.type_name(left).lower()
    return wanted in (name, name.removeprefix("system."))


def _is_type(name: str) -> bool:
    """Whether a name is that of a type that values here can have."""
    bare = name.removeprefix("[").removesuffix("]")
    known = objects.object_type(bare) is not None or net_types.enum_type(bare) is not None
    return known or bare.lower().removeprefix("system.") in _PRIMITIVES


def _operators(prefix: str, exact: bool) -> dict[str, Test]:
    def equal(left: Any, right: Any) -> bool:
        return compare.equal(left, right, exact)

    def contains(left: Any, right: Any) -> bool:
        return compare.contains(left, right, exact)

    def inside(left: Any, right: Any) -> bool:
        return compare.contains(right, left, exact)

    return {
        prefix + "EQ": compare.each(equal),
        prefix + "NE": compare.each(_not(equal)),
        prefix + "GT": compare.each(_ordered(lambda sign: sign > 0, exact)),
        prefix + "GE": compare.each(_ordered(lambda sign: sign >= 0, exact)),
        prefix + "LT": compare.each(_ordered(lambda sign: sign < 0, exact)),
        prefix + "LE": compare.each(_ordered(lambda sign: sign <= 0, exact)),
        prefix + "Like": compare.each(_like(exact)),
        prefix + "NotLike": compare.each(_not(_like(exact))),
        prefix + "Match": compare.each(_match(exact)),
        prefix + "NotMatch": compare.each(_not(_match(exact))),
        prefix + "Contains": contains,
        prefix + "NotContains": _not(contains),
        prefix + "In": inside,
        prefix + "NotIn": _not(inside),
    }


_OPERATORS: Mapping[str, Test] = {**_operators("", False), **_operators("C", True), "Is": _is, "IsNot": _not(_is)}


class Where:
    """Lets through what fits."""

    def __init__(self, bound: Mapping[str, Any], host: Host) -> None:
        self._host = host
        self._property = psobject.text(bound.get("Property"))
        self._value = psobject.base(bound.get("Value"))
        self._operator = next((name for name in _OPERATORS if bound.get(name)), None)
        self._given = "Value" in bound

    def begin(self) -> None:
        """Refuse a type that there is none of."""
        name = psobject.text(self._value)
        if self._operator in ("Is", "IsNot") and not _is_type(name):
            message = f"Unable to find type [{name}]."
            self._host.fail("InvalidCastFromStringToType", "InvalidArgument", message, "PSInvalidCastException")

    def _complete(self) -> None:
        """Refuse a value without an operator and an operator without a value."""
        if self._operator is None and self._given:
            message = "A value was given without an operator: name one, such as -EQ."
            self._host.fail("OperatorNotSpecified", "InvalidArgument", message, "PSArgumentException")
        if self._operator is not None and not self._given:
            message = f"The specified operator requires both the -Property and -Value parameters: -{self._operator}."
            self._host.fail("ValueNotSpecifiedForWhereObject", "InvalidArgument", message, "PSArgumentException")

    def process(self, value: Any) -> None:
        """One object of the pipe."""
        self._complete()
        names = self._names(value)
        if len(names) > 1:
            message = f"Property name '{self._property}' is ambiguous: {' '.join(names)}."
            self._host.error("AmbiguousPropertyName", "InvalidArgument", message, "PSArgumentException", value)
            return
        found = psobject.get(value, names[0]) if names else None
        if self._operator is None:
            if compare.truth(found):
                self._host.emit(value)
            return
        try:
            fits = _OPERATORS[self._operator](found, self._value)
        except compare.Incomparable as failure:
            self._host.error("OperatorFailed", "InvalidOperation", str(failure), "PSInvalidOperationException", value)
            return
        except re.error as failure:
            self._host.error("BadOperatorArgument", "InvalidArgument", f"The pattern is not valid: {failure}.", "PSArgumentException", value)
            return
        if fits:
            self._host.emit(value)

    def _names(self, value: Any) -> list[str]:
        found = psobject.find(value, self._property)
        if found is not None:
            return [found]
        if not compare.has_wildcard(self._property):
            return []
        pattern = compare.wildcard(self._property)
        return [name for name in psobject.properties(value) if pattern.fullmatch(name)]

    def end(self) -> None:
        """Nothing was held back."""
