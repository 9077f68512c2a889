"""One VirtualMachine document to its machines: templates merged, instances counted, placeholders filled in."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, replace

from hvplan.diagnostics import Place
from hvplan.load.check import Checker, suggest
from hvplan.load.documents import Head
from hvplan.load.kinds import INSTANCES
from hvplan.load.merge import merge
from hvplan.load.placeholders import Words, expand, expand_document, expand_own, expand_text
from hvplan.load.tree import Entry, Mapping, Node, Scalar, Sequence, child, is_null, plain

_OWN = ("kind", "name", "apiVersion")
"""Keys of a template that say what it is and are not inherited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One object of a document, before its host is known: its name as written, the item it was listed as, `index` from 1; both None without instances."""

    name: Scalar
    place: Place
    item: Scalar | None = None
    index: str | None = None

    def words(self, stack: str | None, host: str | None, checker: Checker) -> Words:
        """What placeholders stand for in this object: {name} is the item of a list, else the name itself."""
        words = Words(stack=stack, host=host, index=self.index)
        item = self.item or self.name
        return replace(words, name=expand_text(item, words, checker).text)

    def full_name(self, words: Words, checker: Checker) -> str:
        """The object's name: the item, unless the document's own name has placeholders to build one from it."""
        if self.item is None or "{" not in self.name.text:
            return words.name or ""
        return expand_text(self.name, words, checker).text


def templates(heads: list[Head], checker: Checker) -> dict[str, Head]:
    """Templates by name; a name that stands twice is refused."""
    found: dict[str, Head] = {}
    seen: dict[str, Head] = {}
    for head in heads:
        for key in ("template", "instances"):
            if key in head.root.entries:
                hint = "a template has no template: list both in the machine" if key == "template" else "write it in the machine"
                checker.say("template-key", f"A template cannot have '{key}'.", head.root.entries[key].key, hint=hint)
        if not head.name:
            continue
        first = seen.setdefault(head.name.casefold(), head)
        if first is not head:
            summary = f"The template {head.name} is declared twice."
            hint = "keep one of them" if first.name == head.name else "give each a name of its own; names do not differ by case alone"
            checker.say("duplicate-document", summary, head.place, detail=f"first at {first.place}", hint=hint)
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


def instances(root: Mapping, checker: Checker) -> tuple[Instance, ...]:
    """The objects of a document: one, or one for each instance. Nothing when `instances` or the name is wrong."""
    name, node = child(root, "name"), child(root, "instances")
    if not isinstance(name, Scalar) or name.value is None or isinstance(name.value, bool):
        return ()
    text = name._replace(value=name.text)
    if node is None:
        return (Instance(name=text, place=root.place),)
    try:
        wanted = INSTANCES.parse(plain(node))
    except ValueError:
        return ()
    if isinstance(wanted, int):
        if "{index}" not in text.text:
            checker.say("instances", "With a number of instances the name needs {index}.", name.place, hint=f"write name: '{text.text}{{index}}'")
            return ()
        return tuple(Instance(name=text, place=root.place, index=str(number)) for number in range(1, wanted + 1))
    items = [item for item in node.items if isinstance(item, Scalar)] if isinstance(node, Sequence) else []
    return tuple(Instance(name=text, place=item.place, item=item._replace(value=item.text), index=str(number)) for number, item in enumerate(items, 1))


def hosts_expanded(root: Mapping, instance: Instance, stack: str | None, checker: Checker) -> Mapping:
    """The document with the placeholders of its `host` filled in: instances may stand on hosts of their own."""
    entry = root.entries.get("host")
    if entry is None:
        return root
    item = instance.item or instance.name
    words = Words(stack=stack, index=instance.index, name=None if "{" in item.text else item.text)
    node: Node = expand(entry.node, words, checker)
    return root if node is entry.node else root._replace(entries={**root.entries, "host": Entry(entry.key, node)})


def own_words(head: Head, stack: str | None, checker: Checker) -> Head:
    """A Host or Stack document with its placeholders filled in: `{name}` is its own name. What names a secret is handed on as it is written."""
    node = child(head.root, "name")
    name = expand_text(node, Words(stack=stack), checker) if head.name and isinstance(node, Scalar) else None
    known = (name.text if name else "") or "name"
    words = Words(name=known, host=known if head.kind == "Host" else None, stack=known if head.kind == "Stack" else stack)
    root = expand_own(head.root, words, checker)
    if name is None or name is node:
        return head if root is head.root else replace(head, root=root)
    entries = {**root.entries, "name": Entry(root.entries["name"].key, name)}
    return replace(head, name=name.text, root=root._replace(entries=entries))


def filled(root: Mapping, name: str, words: Words, checker: Checker) -> Mapping:
    """The document of one object: its own name, everything else with placeholders filled in; in `host` they are (`hosts_expanded`)."""
    entry = root.entries["name"]
    rest = expand_document(root._replace(entries={k: e for k, e in root.entries.items() if k not in ("name", "instances", "host")}), words, checker)
    done = {"name": Entry(entry.key, Scalar(entry.node.place, name, name))}
    done |= {key: root.entries[key] for key in ("host",) if key in root.entries}
    return rest._replace(entries={**rest.entries, **done})


def sample(head: Head, root: Mapping, stack: str, checker: Checker) -> Mapping:
    """A document as it would look for some machine: its head as written, words in place of what only a machine knows.

    A template is without its nulls: they may stop what another template gives.
    """
    words = Words(name="name", host="host", stack=stack or None, index="1")
    own = {key: head.root.entries[key] for key in _OWN if key in head.root.entries}
    own |= {key: root.entries[key] for key in ("instances",) if key in root.entries}
    rest = expand_document(root._replace(entries={key: value for key, value in root.entries.items() if key not in own}), words, checker)
    body = _without_nulls(rest) if head.kind == "VirtualMachineTemplate" else rest
    return body._replace(entries={**own, **body.entries})


def _without_nulls(root: Mapping) -> Mapping:
    entries = {key: entry for key, entry in root.entries.items() if not is_null(entry.node)}
    below = {key: Entry(e.key, _without_nulls(e.node)) if isinstance(e.node, Mapping) else e for key, e in entries.items()}
    return root._replace(entries=below)
