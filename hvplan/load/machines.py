"""One VirtualMachine document to its machines: templates merged, instances counted, placeholders filled in."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, replace

from hvplan.diagnostics import Place
from hvplan.load.check import Checker, suggest
from hvplan.load.documents import Head
from hvplan.load.kinds import INSTANCES
from hvplan.load.merge import merge
from hvplan.load.placeholders import Words, expand, expand_document, expand_text
from hvplan.load.tree import Entry, Mapping, Node, Scalar, Sequence, child, plain

_OWN = ("kind", "name", "apiVersion")
"""Keys of a template that say what it is and are not inherited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One machine of a document: `name` filled in, `item` what {name} stands for, `index` from 1 (`""` without instances)."""

    name: str
    item: str
    index: str
    place: Place


def templates(heads: list[Head], checker: Checker) -> dict[str, Head]:
    """Templates by name; a name that stands twice is refused."""
    found: dict[str, Head] = {}
    for head in heads:
        for key in ("template", "instances"):
            if key in head.root.entries:
                hint = "a template has no template: list both in the machine" if key == "template" else "write it in the machine"
                checker.say("template-key", f"A template cannot have '{key}'.", head.root.entries[key].key, hint=hint)
        if not head.name:
            continue
        first = found.get(head.name)
        if first is not None:
            summary = f"The template {head.name} is declared twice."
            checker.say("duplicate-document", summary, head.place, detail=f"first at {first.place}", hint="keep one of them")
        else:
            found[head.name] = head
    return found


def merged(head: Head, known: Map[str, Head], checker: Checker, *, complete: bool) -> Mapping:
    """The document over its templates. `complete` False: an unknown template is not reported, its file may be the unreadable one."""
    node = child(head.root, "template")
    layers: list[Mapping] = []
    for item in node.items if isinstance(node, Sequence) else (node,) if node is not None else ():
        if not isinstance(item, Scalar) or item.value is None:
            continue
        template = known.get(item.text)
        if template is not None:
            layers.append(inherited(template.root))
        elif complete:
            hint = suggest(item.text, known) or ("the templates are " + ", ".join(sorted(known)) if known else "no template is declared")
            checker.say("template-unknown", "There is no VirtualMachineTemplate of that name.", item.place, detail=f"found '{item.text}'", hint=hint)
    return merge(tuple(layers), head.root) if layers else head.root


def inherited(root: Mapping) -> Mapping:
    """What a machine inherits of a template: all but its own head, and but keys that a template cannot have."""
    return root._replace(entries={key: entry for key, entry in root.entries.items() if key not in (*_OWN, "template", "instances")})


def instances(root: Mapping, words: Words, checker: Checker) -> tuple[Instance, ...]:
    """The objects of a document: one, or one for each instance. Nothing when `instances` or the name is wrong."""
    name, node = child(root, "name"), child(root, "instances")
    if not isinstance(name, Scalar) or name.value is None or isinstance(name.value, bool):
        return ()
    text = name._replace(value=name.text)
    if node is None:
        filled_name = expand_text(text, words, checker).text
        return (Instance(name=filled_name, item=filled_name, index="", place=root.place),)
    try:
        wanted = INSTANCES.parse(plain(node))
    except ValueError:
        return ()
    if isinstance(wanted, int):
        if "{index}" not in text.text:
            checker.say("instances", "With a number of instances the name needs {index}.", name.place, hint=f"write name: '{text.text}{{index}}'")
            return ()
        names = [expand_text(text, replace(words, index=str(i)), checker).text for i in range(1, wanted + 1)]
        return tuple(Instance(name=name, item=name, index=str(i), place=root.place) for i, name in enumerate(names, 1))
    built: list[Instance] = []
    for position, item in enumerate(node.items if isinstance(node, Sequence) else (), 1):
        if isinstance(item, Scalar):
            numbered = replace(words, index=str(position))
            word = expand_text(item._replace(value=item.text), numbered, checker).text
            full = expand_text(text, replace(numbered, name=word), checker).text if "{" in text.text else word
            built.append(Instance(name=full, item=word, index=str(position), place=item.place))
    return tuple(built)


def hosts_expanded(root: Mapping, words: Words, checker: Checker) -> Mapping:
    """The document with the placeholders of its `host` filled in: instances may stand on hosts of their own."""
    entry = root.entries.get("host")
    if entry is None:
        return root
    node: Node = expand(entry.node, words, checker)
    return root if node is entry.node else root._replace(entries={**root.entries, "host": Entry(entry.key, node)})


def filled(root: Mapping, name: str, words: Words, checker: Checker) -> Mapping:
    """The document of one object: its own name, everything else with placeholders filled in."""
    entry = root.entries["name"]
    rest = expand_document(root._replace(entries={key: value for key, value in root.entries.items() if key not in ("name", "instances")}), words, checker)
    own = Entry(entry.key, Scalar(entry.node.place, name, name))
    return rest._replace(entries={**rest.entries, "name": own})


def sample(head: Mapping, root: Mapping, stack: str, checker: Checker) -> Mapping:
    """A document as it would look for some machine: its head as written, words in place of what only a machine knows, no nulls."""
    words = Words(name="name", host="host", stack=stack or None, index="1")
    own = {key: head.entries[key] for key in _OWN if key in head.entries}
    own |= {key: root.entries[key] for key in ("instances",) if key in root.entries}
    rest = expand_document(root._replace(entries={key: value for key, value in root.entries.items() if key not in own}), words, checker)
    return _without_nulls(rest)._replace(entries={**own, **_without_nulls(rest).entries})


def _without_nulls(root: Mapping) -> Mapping:
    """Without nulls that stand there to stop what a template gives; an empty value is left to be reported."""
    entries = {key: entry for key, entry in root.entries.items() if not (isinstance(entry.node, Scalar) and entry.node.value is None and entry.node.text)}
    below = {key: Entry(e.key, _without_nulls(e.node)) if isinstance(e.node, Mapping) else e for key, e in entries.items()}
    return root._replace(entries=below)
