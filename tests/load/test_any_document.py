"""No document, however wrong, brings the loader down: it gives a model or says what is wrong."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from hvplan.load import load
from hvplan.load.format import DOCUMENTS
from hvplan.load.shapes import Group, Leaf, Many, Named, Shape
from hvplan.model import address

WRONG = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3000), st.just([]), st.just({}), st.just([1]), st.just({"a": None}), st.text("ab{}:*\\ .", max_size=8)
)
RIGHT = st.sampled_from(
    [
        "a",
        "b",
        "{name}",
        "web{index}",
        "Off",
        "Present",
        "1GiB",
        "64MiB",
        2,
        "scsi 0:0",
        "ide 0:1",
        "D:\\{name}.vhdx",
        "D:\\a.vhdx",
        "D:\\b.vhd",
        True,
        "lan",
        "hv01",
    ]
)


def values(shape: Shape) -> st.SearchStrategy[object]:
    """Values of a shape that are right, nearly right, or wrong."""
    match shape:
        case Leaf():
            return st.one_of(RIGHT, WRONG)
        case Group():
            known = {key: values(item) for key, item in shape.keys.items()}
            return st.one_of(WRONG, st.fixed_dictionaries({}, optional=known), st.fixed_dictionaries({}, optional=known))
        case Named():
            return st.one_of(WRONG, st.dictionaries(st.sampled_from(["a", "b", "os", "", "é"]), values(shape.item), max_size=2))
        case Many():
            return st.one_of(RIGHT, WRONG, st.lists(values(shape.item), max_size=3))
        case _:
            return WRONG


def documents(kind: str, group: Group) -> st.SearchStrategy[dict[str, object]]:
    """Documents of one kind that say so."""
    keys = {key: values(item) for key, item in group.keys.items() if key not in ("kind", "name")}
    return st.fixed_dictionaries({"kind": st.just(kind), "name": RIGHT}, optional=keys)


ANY = st.lists(st.one_of([documents(kind, group) for kind, group in DOCUMENTS.items()]), min_size=1, max_size=5)


@settings(max_examples=300, deadline=None)
@given(ANY, st.booleans())
def test_any_documents_give_a_model_or_diagnostics(wanted: list[dict[str, object]], hosts_file: bool) -> None:
    """Every diagnostic has a place, a code and a sentence; a model without errors can be taken apart by host, and every object has a place."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.yaml")
        path.write_text("\n---\n".join(json.dumps(document, ensure_ascii=False) for document in wanted), "utf-8")
        hosts = Path(folder, "h", "hosts.yaml")
        hosts.parent.mkdir()
        hosts.write_text("kind: Host\nname: hv01\nconnection: {address: h}\n", "utf-8")
        loaded = load([folder], hosts_file=str(hosts) if hosts_file else None)
        again = load([folder], hosts_file=str(hosts) if hosts_file else None)
    assert loaded.diagnostics == again.diagnostics
    for diagnostic in loaded.diagnostics:
        assert diagnostic.place is not None
        assert diagnostic.code
        assert diagnostic.summary.endswith(".")
    for vm in loaded.desired.vms:
        assert loaded.places.place(vm.host, address.vm(vm.name)) is not None
    if not any(d.severity == "error" for d in loaded.diagnostics):
        names = {host.name for host in loaded.desired.hosts}
        assert {vm.host for vm in loaded.desired.vms} | {switch.host for switch in loaded.desired.switches} <= names
        assert sum(len(loaded.desired.of(name).vms) for name in names) == len(loaded.desired.vms)
