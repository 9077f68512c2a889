"""The on-ramp on worlds that nobody wrote by hand: export, inventory and made-up names, each held to its law."""

from __future__ import annotations

from functools import cache

import pytest

from hvplan.cli.exporting import Exported, exported
from hvplan.document.anonymise import anonymised
from hvplan.document.inventory_file import load_inventories, to_bytes, to_yaml
from hvplan.document.plan import PlanDocument
from hvplan.live.inventory import as_read, host_of, inventory_of, word_settings
from hvplan.live.read import read_host
from hvplan.live.wanted import Wanted, wanted_of
from hvplan.load.loading import load
from hvplan.model.live import LiveHost
from hvplan.model.objects import Desired, Host
from hvplan.plan.make import HostInput, PlanOptions, make_plan
from hvplan.simulator.clock import VirtualClock
from hvplan.simulator.world import SimulatedWorld
from tests.direct import DirectSession
from tests.export.odd import odd_world
from tests.lab import NOW

HOST = Host(name="hv01", connection={"simulated": {"world": "host.world.yaml"}})
SEEDS = pytest.mark.parametrize("seed", range(8))


@cache
def _world(seed: int) -> tuple[DirectSession, LiveHost, Exported]:
    session = DirectSession(SimulatedWorld.from_text(odd_world(seed), clock=VirtualClock(NOW)))
    live = read_host(session, Wanted(host="hv01", every=True, network=True, media=True))
    return session, live, exported(HOST, live)


def _loaded(text: str, tmp: pytest.TempPathFactory) -> Desired:
    file = tmp.mktemp("odd") / "x.yaml"
    file.write_text(text, "utf-8", newline="\n")
    loaded = load([str(file)])
    assert [d for d in loaded.diagnostics if d.severity == "error"] == []
    return loaded.desired


def _plan(desired: Desired, live: LiveHost) -> PlanDocument:
    one = HostInput(host=HOST, desired=desired, live=live)
    return make_plan([one], stack=desired.stack, options=PlanOptions(), now=NOW, place=lambda *_: "")


def _edited(text: str) -> str:
    """Somebody takes the host over and changes much of it."""
    for old, new in (("count: 2", "count: 3"), ("dhcpGuard: true", "dhcpGuard: false"), ("size: 20GiB", "size: 30GiB"), ("weight: 200", "weight: 300")):
        text = text.replace(old, new)
    return text.replace("apiVersion", "kind: Stack\nname: odd\n---\napiVersion", 1)


@SEEDS
def test_only_twins_are_left_out(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Of whatever stands on a host everything is declared, at least in part, but machines of one name; and the plan of that is empty (law 6)."""
    session, _, made = _world(seed)
    assert {one.title for one in made.left_out if "machines have this name" not in one.remarks[0]} == set(), made.text
    desired = _loaded(made.text, tmp_path_factory)
    document = _plan(desired, read_host(session, wanted_of(desired)))
    assert (document.steps, document.refusals, document.deferred, document.consents) == ((), (), (), ())


@SEEDS
def test_an_inventory_stands_for_its_host(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Written and read again it is the same, and an edited export has the same plan against it as against the host."""
    session, live, made = _world(seed)
    inventory = inventory_of(live, host="hv01", meta={})
    for raw in (to_bytes(inventory), to_yaml(inventory).encode()):
        assert load_inventories(raw, name="x") == (inventory,)
    desired = _loaded(_edited(made.text), tmp_path_factory)
    document = _plan(desired, read_host(session, wanted_of(desired)))
    assert document.steps
    assert _plan(desired, as_read(host_of(inventory), wanted_of(desired))) == document


@SEEDS
def test_made_up_names_change_no_count(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The export of an anonymised host declares as much as that of the host, and the same edit of both plans as many steps of each kind."""
    _, live, made = _world(seed)
    anonymous = host_of(anonymised(inventory_of(live, host="hv01", meta={}), word_settings()))
    again = exported(HOST, anonymous)
    assert sorted(_kind(one.id) for one in again.objects if one.body) == sorted(_kind(one.id) for one in made.objects if one.body)
    plans = []
    for host, text in ((live, made.text), (anonymous, again.text)):
        desired = _loaded(_edited(text), tmp_path_factory)
        plans.append(_plan(desired, as_read(host, wanted_of(desired))))
    of_host, of_copy = ((sorted((step.action, step.impact) for step in plan.steps), len(plan.refusals), len(plan.deferred)) for plan in plans)
    assert of_copy == of_host


def _kind(id: str) -> str:
    return id.partition(" ")[0]
