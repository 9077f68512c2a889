"""Records to parts of the model, by their rows: what is read, and how each value is decoded, is written there alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hvplan.model.rows import rows
from hvplan.model.values import UNSET, Unknown
from hvplan.remoting.session import Record

Commands = Mapping[str, frozenset[str]]


def properties(part: type[Any], query: str) -> tuple[str, ...]:
    """Every property that the rows of a part read from what `query` lists, in their order."""
    return tuple(dict.fromkeys(name for row in rows(part).values() if row.query == query for name in row.get))


def fields_of(part: type[Any], record: Record, query: str, commands: Commands | None = None) -> tuple[dict[str, Any], str]:
    """Values of a part's fields from one record, and why some could not be decoded (`""`: all were).

    A host that has neither the property nor the parameter that writes it does not have the attribute: UNSET (an older
    release; `Select-Object` then gives null).
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    for name, row in rows(part).items():
        if row.query != query:
            continue
        absent = all(record.get(source) is None for source in row.get)
        if absent and not (commands and set(row.set) & commands.get(row.write, frozenset())):
            values[name] = UNSET
            continue
        try:
            values[name] = row.decode(record)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            values[name] = UNSET
            problems.append(f"{row.path} came back as {[record.get(source) for source in row.get]}, expected {error}")
    return values, "; ".join(problems)


def components_of(part: type[Any], records: tuple[Record, ...], why: str) -> Any:
    """A part whose rows are read from several objects of one VM, each known by its component; UNSET for one that the host does not list.

    With an error beside them, a missing one may be there all the same: the part is Unknown.
    """
    by_component = {str(record.get("Id")).partition("\\")[2].lower(): record for record in records}
    known = {name: by_component.get(row.component.lower()) for name, row in rows(part).items()}
    if not records or (why and None in known.values()):
        return Unknown(why or "the host returned nothing about it")
    try:
        return part(**{name: UNSET if (found := known[name]) is None else row.decode(found) for name, row in rows(part).items()})
    except (ValueError, TypeError, KeyError) as error:
        return Unknown(f"it came back as something else: {error}")


def part_of(part: type[Any], records: tuple[Record, ...], query: str, why: str, commands: Commands) -> Any:
    """One part of one VM: from its record, or Unknown with the reason: no record, or one that cannot be decoded."""
    if len(records) != 1:
        return Unknown(why or (f"the host returned nothing from {query}" if not records else f"the host returned {len(records)} records from {query}"))
    values, problem = fields_of(part, records[0], query, commands)
    return Unknown(problem) if problem else part(**values)
