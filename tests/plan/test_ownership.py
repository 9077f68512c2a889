"""Who is who and whose: by mark, then by name, then never by name again."""

from __future__ import annotations

from dataclasses import replace

from hvplan.model.marker import Marker
from hvplan.model.network import SwitchSettings
from hvplan.model.objects import Ensure, Lifecycle, Policy, Stack
from hvplan.model.parts import General, Memory, Processor
from hvplan.model.values import Unknown
from hvplan.plan.make import PlanOptions
from tests.plan.worlds import GIB, STACK, adapter, disk, drive, guid, host, lines, live_adapter, live_switch, live_vm, mine, plan, refusals, switch, vhd, vm

ME = f"Get-VM -Id '{guid(1)}' | "


def test_adopting_is_one_line_in_the_notes() -> None:
    """An unmarked machine is taken over with consent: one Set-VM -Notes, counted, importing its id."""
    document = plan(host(live_vm(state="Running", text="Front end")), vm())
    (step,) = document.steps
    assert step.powershell.startswith(ME + 'Set-VM -Notes "Front end`nhvplan/v1 stack=lab id=web01 vm=00000001-6d3e origin=adopted')
    assert step.impact == "online"
    assert [(c.kind, c.flag) for c in document.consents] == [("adopt", "--adopt=vm/web01")]
    (change,) = document.resource_changes
    assert (change.actions, change.importing, change.verbs) == (("no-op",), {"id": guid(1)}, ("adopt",))
    assert change.changes


def test_adopt_policies() -> None:
    """`never` is a refusal; `allow` asks nothing."""
    live = host(live_vm(state="Running"))
    assert refusals(plan(live, vm(), stack=Stack(name="lab", policy=Policy(adopt="never")))) == [("vm/web01", "adopt-never")]
    assert plan(live, vm(lifecycle=Lifecycle(adopt="allow"))).consents == ()


def test_whose_it_is() -> None:
    """Another stack's, two marks, two of a name, a copy: refused, each naming what to do; nothing is planned."""
    two = live_vm(text="hvplan/v1 stack=lab id=web01 vm=new\nhvplan/v1 stack=lab id=web01 vm=new")
    cases = {
        "foreign-stack": (live_vm(marker=mine(stack="prod")),),
        "two-markers": (two,),
        "duplicate": (live_vm(), live_vm(number=2)),
        "copy": (live_vm(marker=mine(number=7)),),
    }
    for code, vms in cases.items():
        document = plan(host(*vms), vm(processor=Processor(count=4)))
        assert (refusals(document), document.steps) == ([("vm/web01", code)], ()), code
    assert guid(2) in plan(host(live_vm(), live_vm(number=2)), vm()).refusals[0].text


def test_what_is_not_believed_says_nothing_about_who_it_is() -> None:
    """Two marks, or one of another kind, find no machine under another name: the declared one is made."""
    two = live_vm("other", text="hvplan/v1 stack=lab id=web01 vm=new\nhvplan/v1 stack=lab id=web01 vm=new")
    for live in (two, live_vm("other", marker=mine(kind="switch"))):
        document = plan(host(live), vm())
        assert refusals(document) == []
        assert "New-VM -Name 'web01'" in lines(document)[0]
    assert refusals(plan(host(live_vm(marker=mine(kind="switch"))), vm())) == [("vm/web01", "copy")]


def test_a_name_given_by_hand_to_a_machine_that_is_declared_no_more() -> None:
    """Its mark names nobody who is declared, so the machine of the name is the one that is meant, and marked anew; one that is declared keeps it."""
    live = host(live_vm("web01", marker=mine("old")))
    document = plan(live, vm())
    assert refusals(document) == []
    assert [step.action for step in document.steps] == ["mark"]
    assert "id=web01" in lines(document)[0]
    renamed = {change.address: change.previous_address for change in plan(live, vm(), vm("old")).resource_changes}
    assert renamed == {"vm/old": "vm/web01", "vm/web01": ""}


def test_a_former_stack_is_ours() -> None:
    """`Stack.formerly` takes its machines along: the mark is written anew."""
    document = plan(host(live_vm(marker=mine(stack="old"))), vm(), stack=replace(STACK, formerly=("old",)))
    assert "stack=lab" in lines(document)[0]
    assert document.consents == ()


def test_a_renamed_machine_is_found_by_its_mark() -> None:
    """The mark's id finds what somebody renamed, and it is renamed back, by id, even while another has the name it lost."""
    document = plan(host(live_vm("other", marker=mine())), vm())
    assert lines(document)[0] == ME + "Rename-VM -NewName 'web01' -Confirm:$false"
    assert document.resource_changes[0].previous_address == "vm/other"
    taken = plan(host(live_vm("other", marker=mine()), live_vm("web01", 2)), vm())
    assert refusals(taken) == [("vm/web01", "name-taken")]


def test_formerly_renames_in_place() -> None:
    """A machine declared under a new name with `formerly` is renamed, not made twice."""
    document = plan(host(live_vm("old", marker=mine("old"))), vm(lifecycle=Lifecycle(formerly=("old",))))
    assert lines(document)[0] == ME + "Rename-VM -NewName 'web01' -Confirm:$false"
    assert "id=web01" in lines(document)[-1]


def test_swapped_names_are_told_apart() -> None:
    """Two machines of ours whose names somebody exchanged are each known by their mark, and get them back; not one of them alone."""
    live = host(live_vm("b", 1, marker=mine("a", 1)), live_vm("a", 2, marker=mine("b", 2)))
    document = plan(live, vm("a"), vm("b"))
    assert refusals(document) == []
    assert sorted(line for line in lines(document) if "Rename-VM" in line) == [
        ME + "Rename-VM -NewName 'a' -Confirm:$false",
        ME.replace(guid(1), guid(2)) + "Rename-VM -NewName 'b' -Confirm:$false",
    ]
    alone = plan(live, vm("a"), vm("b"), options=PlanOptions(targets=("vm/a",)))
    assert refusals(alone) == [("vm/a", "name-taken")]
    held = host(live_vm("b", 1, marker=mine("a", 1)), live_vm("a", 2, marker=mine("b", 2), state="Paused"))
    assert sorted(refusals(plan(held, vm("a"), vm("b")))) == [("vm/a", "name-taken"), ("vm/b", "paused")]


def test_a_new_machine_waits_for_the_name_of_one_that_is_renamed() -> None:
    """Somebody renamed a machine of ours to a name that is declared as well: it gets its own back first; where it does not, nothing takes that name."""
    live = host(live_vm("b", 1, marker=mine("a", 1)))
    document = plan(live, vm("a"), vm("b"))
    renames, creates = (next(s for s in document.steps if s.action == action) for action in ("rename", "create"))
    assert renames.id in creates.needs
    assert ("vm/b", "exists", False) in [(e.address, e.path, e.value) for e in renames.verify]
    alone = plan(live, vm("a"), vm("b"), options=PlanOptions(targets=("vm/b",)))
    assert (refusals(alone), alone.steps) == ([("vm/b", "name-taken")], ())


def test_a_cut_off_create_is_completed_without_asking() -> None:
    """New-VM without its mark (off, no notes, no disk, no checkpoint), or with `vm=new`: completed, with every default."""
    bare = live_vm(
        general=General(notes="", start_action="StartIfRunning", start_delay=0, stop_action="Save", checkpoint_type="Production", automatic_checkpoints=True),
        adapters=(live_adapter("Network Adapter", on=None),),
    )
    for live in (bare, replace(bare, notes="hvplan/v1 stack=lab id=web01 vm=new origin=created")):
        document = plan(host(live, switches=(live_switch(),)), vm(state="Running", network_adapters=(adapter(),)))
        assert document.consents == ()
        assert [step.action for step in document.steps] == ["remove", "set", "add", "mark", "start"]
        assert "-AutomaticStopAction ShutDown -AutomaticCheckpointsEnabled $false" in document.steps[1].powershell
        assert "origin=created" in document.steps[3].powershell
    first, second = live_adapter("Network Adapter", on=None), live_adapter("Network Adapter", 701, on=None)
    connected = live_adapter("Network Adapter", on="lan")
    somebodys = (
        replace(bare, disks=(drive("D:\\x.vhdx"),)),
        replace(bare, adapters=(first, second)),
        replace(bare, adapters=(connected,)),
        replace(bare, checkpoints=Unknown("locked")),
        replace(bare, state="Running"),
        replace(bare, notes="Do not touch"),
    )
    for live in somebodys:
        assert [c.kind for c in plan(host(live, switches=(live_switch(),)), vm()).consents] == ["adopt"], "it has what no New-VM leaves: somebody made it"


def test_without_marks_a_cut_off_create_asks() -> None:
    """Where nothing is marked, what is found is not known to be ours: changing it asks."""
    document = plan(host(live_vm()), vm(processor=Processor(count=2)), stack=Stack(name="lab", ownership="none"))
    assert [c.kind for c in document.consents] == ["adopt"]
    assert not any("hvplan/v1" in line for line in lines(document))
    as_declared = plan(host(live_vm()), vm(processor=Processor(count=1)), stack=Stack(name="lab", ownership="none"))
    assert (as_declared.consents, as_declared.steps) == ((), ()), "nobody is asked about what is not changed"


def test_copies_are_reported() -> None:
    """An object that carries another's mark is reported, also when nobody declares it."""
    assert any("copy" in warning for warning in plan(host(live_vm("clone", 2, marker=mine())), vm("else", ensure=Ensure.ABSENT)).warnings)


def test_protection_is_remembered() -> None:
    """Setting and lifting protection are changes of the mark; not written, it stays."""
    assert "protect" in lines(plan(host(live_vm(marker=mine())), vm(lifecycle=Lifecycle(protect=True))))[0]
    assert "protect" not in lines(plan(host(live_vm(marker=mine(protect=True))), vm(lifecycle=Lifecycle(protect=False))))[0]
    assert plan(host(live_vm(marker=mine(protect=True))), vm()).steps == ()
    assert "protect" in lines(plan(host(live_vm(marker=mine(protect=True))), vm(processor=Processor(count=2))))[-1]


def test_clusters_and_replicas() -> None:
    """On a cluster node what is not found is not known to be missing; replicas are only read."""
    node = replace(host().identity, cluster_node=True)
    assert refusals(plan(host(identity=node), vm())) == [("vm/web01", "cluster")]
    assert refusals(plan(host(identity=node), vm(ensure=Ensure.ABSENT))) == [("vm/web01", "cluster")]
    running = live_vm(state="Running", marker=mine())
    assert refusals(plan(host(running, identity=node), vm(processor=Processor(count=2)))) == [("vm/web01", "cluster")]
    assert plan(host(running, identity=node), vm(processor=Processor(weight=2))).refusals == ()
    replica = live_vm(marker=mine(), replication="Replica")
    assert refusals(plan(host(replica), vm(processor=Processor(weight=2)))) == [("vm/web01", "replica")]


def test_references_must_be_there() -> None:
    """`ensure: Reference` is checked and never changed."""
    assert refusals(plan(host(), vm(ensure=Ensure.REFERENCE))) == [("vm/web01", "reference-missing")]
    assert plan(host(live_vm()), vm(ensure=Ensure.REFERENCE, processor=Processor(count=9))).steps == ()


def test_switches_are_owned_like_machines() -> None:
    """A switch of that name is adopted with consent; its type is changed by id; the built-in one is never touched."""
    document = plan(host(switches=(live_switch(kind="Private"),)), switch())
    assert [c.kind for c in document.consents] == ["adopt"]
    assert lines(document)[0] == f"Get-VMSwitch -Id '{guid(900)}' | Set-VMSwitch -SwitchType Internal -Confirm:$false"
    built_in = replace(live_switch("Default Switch"), id="c08cb7b8-9b3c-408e-8e30-5e16a3aeb444")
    assert ("switch/Default Switch", "built-in") in refusals(plan(host(switches=(built_in,)), switch("Default Switch")))


def test_memory_and_disks_of_an_adopted_machine_are_compared() -> None:
    """Adopting and changing go together: everything declared is brought in line in one run."""
    os = r"D:\VHDs\web01-os.vhdx"
    live = host(live_vm(disks=(drive(os),)), vhds=(vhd(os),))
    document = plan(live, vm(memory=Memory(startup=2 * GIB), disks=(disk(size=60 * GIB),)))
    assert [step.action for step in document.steps] == ["set", "mark"]
    assert document.resource_changes[0].verbs == ("adopt", "update")


def test_notes_that_would_be_too_long_are_refused_before_anything_is_begun() -> None:
    """The users' text and our line together: of a new machine, of a changed one, and of one that is adopted with long notes; bytes count, not characters."""
    long = "\N{LATIN SMALL LETTER E WITH ACUTE}" * 2040
    for document in (
        plan(host(), vm(general=General(notes=long))),
        plan(host(live_vm(marker=mine())), vm(general=General(notes=long))),
        plan(host(live_vm(text=long)), vm()),
        plan(host(), switch(settings=SwitchSettings(type="Private", notes=long))),
    ):
        assert [(r.code, r.flag) for r in document.refusals] == [("notes-too-long", "")]
        assert document.steps == ()
    assert plan(host(live_vm(text=long, marker=mine())), vm()).refusals == ()
    assert plan(host(), vm(general=General(notes=long[:1900]))).refusals == ()


def test_a_mark_that_would_be_too_long_is_refused() -> None:
    """Digests of devices fold into one where the line grows, the ids of adapters do not; a line above 3.5 KB is nobody's to send."""
    many = tuple(adapter(f"an adapter with a name as long as this one {n:02}", on=None) for n in range(60))
    assert ("vm/web01", "notes-too-long") in refusals(plan(host(), vm(network_adapters=many)))
    folded = plan(host(), vm(network_adapters=tuple(adapter(f"n{n:02}", on=None) for n in range(60))))
    assert refusals(folded) == []


def test_a_new_switch_waits_for_a_name_too() -> None:
    """As machines do; and a switch is not renamed to the name of somebody else's."""
    ours = live_switch("b", 901, marker=Marker(stack="lab", id="a", kind="switch", owner=guid(901)[:13]))
    document = plan(host(switches=(ours,)), switch("a"), switch("b"))
    renames, creates = (next(s for s in document.steps if s.action == action) for action in ("rename", "create"))
    assert renames.id in creates.needs
    taken = plan(host(switches=(ours, live_switch("a", 902))), switch("a"))
    assert refusals(taken) == [("switch/a", "name-taken")]
