"""The graph of steps: edges from the table of rules and from references, one order that is always the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from hvplan.cmdlets.build import references
from hvplan.diagnostics import Diagnostic
from hvplan.errors import HvplanError
from hvplan.plan.draft import Draft
from hvplan.plan.order import MACHINE, OBJECT, RULES, Rule

if TYPE_CHECKING:
    import networkx as nx

Node = int | tuple[str, str, str]  # the place of a draft in the list, or a join: (host, rule's number, what links it)


def edges(drafts: Sequence[Draft]) -> Iterator[tuple[Node, Node, str]]:
    """(before, after, reason). Where many come before many, a join node stands between them."""
    for number, rule in enumerate(RULES):
        for link, before, after in _groups(rule, drafts):
            if len(before) > 1 and len(after) > 1:
                join: Node = (link[0], str(number), link[1])
                yield from ((node, join, rule.reason) for node in before)
                yield from ((join, node, rule.reason) for node in after)
            else:
                yield from ((a, b, rule.reason) for a in before for b in after)
    producers = {(draft.host, draft.address): index for index, draft in enumerate(drafts) if draft.produces}
    for index, draft in enumerate(drafts):
        for ref in references(draft.invocation):
            yield producers[(draft.host, ref.address)], index, f"it refers to {ref.address}"


def _groups(rule: Rule, drafts: Sequence[Draft]) -> Iterator[tuple[tuple[str, str], list[int], list[int]]]:
    """Steps that a rule joins, by what links them; a step is never on both sides of one link."""
    before: dict[tuple[str, str], list[int]] = {}
    after: dict[tuple[str, str], list[int]] = {}
    for index, draft in enumerate(drafts):
        if draft.escalates:
            continue
        if rule.before.fits(draft):
            for link in _links(rule, draft, draft.gives):
                before.setdefault(link, []).append(index)
        if rule.after.fits(draft):
            for link in _links(rule, draft, draft.uses):
                after.setdefault(link, []).append(index)
    for link, first in before.items():
        second = [index for index in after.get(link, ()) if index not in first]
        if second:
            yield link, first, second


def _links(rule: Rule, draft: Draft, things: Iterable[str]) -> Iterator[tuple[str, str]]:
    if rule.link == MACHINE:
        yield draft.host, draft.owner
    elif rule.link == OBJECT:
        yield draft.host, draft.address
    else:
        yield from ((draft.host, thing) for thing in dict.fromkeys(things))


def build(drafts: Sequence[Draft]) -> nx.DiGraph[Any]:
    """The graph over the places of the drafts and the joins. Raises HvplanError with the path of a cycle and the rules on it."""
    import networkx as nx

    graph: nx.DiGraph[Any] = nx.DiGraph()
    graph.add_nodes_from(index for index, draft in enumerate(drafts) if not draft.escalates)
    for before, after, reason in edges(drafts):
        graph.add_edge(before, after, reason=reason)
    if not nx.is_directed_acyclic_graph(graph):
        path = nx.find_cycle(graph)
        lines = [f"{_name(a, drafts)} before {_name(b, drafts)}: {graph.edges[a, b]['reason']}" for a, b, *_ in path]
        raise HvplanError(Diagnostic(code="cycle", summary="The steps wait for each other in a circle.", detail="\n".join(lines)))
    return graph


def _name(node: Node, drafts: Sequence[Draft]) -> str:
    return f"{drafts[node].action} {drafts[node].address}" if isinstance(node, int) else "all of them"


def ordered(graph: nx.DiGraph[Any], drafts: Sequence[Draft]) -> tuple[int, ...]:
    """Places of the drafts in one topological order: as they were drafted, wherever the rules leave a choice; an escalation right behind its stop."""
    import networkx as nx

    def rank(node: Node) -> tuple[int, str]:
        return (node, "") if isinstance(node, int) else (-1, str(node))

    found: list[int] = []
    for node in nx.lexicographical_topological_sort(graph, key=rank):
        if isinstance(node, int):
            found.append(node)
            found += _escalations(node, drafts)
    return tuple(found)


def _escalations(stop: int, drafts: Sequence[Draft]) -> list[int]:
    draft = drafts[stop]
    if (draft.kind, draft.action) != ("power", "stop"):
        return []
    return [i for i, other in enumerate(drafts) if other.escalates and (other.host, other.owner) == (draft.host, draft.owner)]


def needs(graph: nx.DiGraph[Any], order: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Place -> the places it waits for, without those it waits for anyway through another one."""
    ancestors: dict[Node, frozenset[int]] = {}
    direct: dict[int, tuple[int, ...]] = {}
    place = {index: position for position, index in enumerate(order)}
    import networkx as nx

    for node in nx.topological_sort(graph):
        above = frozenset(p for before in graph.predecessors(node) for p in (ancestors[before] | ({before} if isinstance(before, int) else set())))
        ancestors[node] = above
        if isinstance(node, int):
            near = {p for before in graph.predecessors(node) for p in _steps(graph, before)}
            direct[node] = tuple(sorted((p for p in near if not any(p in ancestors[q] for q in near if q != p)), key=place.__getitem__))
    return direct


def _steps(graph: nx.DiGraph[Any], node: Node) -> Iterator[int]:
    """The step behind a node: itself, or the ones a join stands for."""
    if isinstance(node, int):
        yield node
    else:
        for before in graph.predecessors(node):
            yield from _steps(graph, before)
