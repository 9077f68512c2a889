"""Changing what is there: online where it can be, one window for the rest, the mark once, power last."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hvplan.model.devices import AdapterSettings, NetworkAdapter, Vlan
from hvplan.model.live import LiveAdapter, LiveCheckpoint
from hvplan.model.marker import digest
from hvplan.model.objects import Lifecycle, Shutdown, Stack
from hvplan.model.parts import Firmware, General, IntegrationServices, Memory, Platform, Processor
from hvplan.model.values import RESET, Unknown
from hvplan.plan.make import PlanOptions
from tests.plan.worlds import (
    COMMANDS,
    GIB,
    IDENTITY,
    SERVICES,
    drive,
    guid,
    host,
    lines,
    live_adapter,
    live_switch,
    live_vm,
    mine,
    plan,
    printed,
    refusals,
    vm,
    with_part,
)
from tests.plan.worlds import processor as live_processor

ME = f"Get-VM -Id '{guid(1)}' | "


def test_in_sync_is_nothing() -> None:
    """What is as written has no step, no field, no question; its address is listed as no-op."""
    document = plan(host(live_vm(marker=mine())), vm())
    assert document.steps == ()
    assert [(c.address, c.actions) for c in document.resource_changes] == [("vm/web01", ("no-op",))]
    assert not document.applyable


def test_an_outdated_mark_is_no_change() -> None:
    """Digests that are only old are written with the next real change, never for themselves."""
    assert plan(host(live_vm(marker=mine(applied={"cpu": "000000"}))), vm(processor=Processor(count=1))).steps == ()


def test_online_changes_never_stop() -> None:
    """Weights, static memory, notes: no stop, and only what changes is sent."""
    wanted = vm(processor=Processor(weight=200, reserve=0), memory=Memory(startup=2 * GIB), general=General(notes="new"))
    document = plan(host(live_vm(state="Running", marker=mine())), wanted)
    assert [line.split(" | ")[1].split(" -Confirm")[0].split(" 'hvplan")[0] for line in lines(document)][:2] == [
        "Set-VMProcessor -RelativeWeight 200",
        "Set-VMMemory -StartupBytes 2147483648",
    ]
    assert len(document.steps) == 3
    assert document.power_windows == ()
    assert document.consents == ()


def test_one_window() -> None:
    """Everything that needs the machine off shares one stop and one start; what can be done before is done before."""
    wanted = vm(processor=Processor(count=4, weight=200), memory=Memory(startup=GIB, dynamic=True, minimum=GIB, maximum=2 * GIB), state="Running")
    document = plan(host(live_vm(state="Running", marker=mine())), wanted)
    assert printed(document)[:5] == [
        f"s1 () {ME}Set-VMProcessor -RelativeWeight 200 -Confirm:$false",
        f"s2 (s1) {ME}Stop-VM -Confirm:$false",
        f"s3 (s2) {ME}Set-VMProcessor -Count 4 -Confirm:$false",
        f"s4 (s2) {ME}Set-VMMemory -DynamicMemoryEnabled $true -MinimumBytes 1073741824 -MaximumBytes 2147483648 -Confirm:$false",
        f"s5 (s3 s4) {ME}Start-VM -Confirm:$false",
    ]
    assert document.steps[5].action == "mark"
    (window,) = document.power_windows
    assert (window.steps, window.timeout, window.then) == (("s2", "s3", "s4", "s5"), 300, "Fail")
    assert [(c.kind, c.flag) for c in document.consents] == [("restart", "--allow-restart=vm/web01")]
    assert [c.impact for c in document.resource_changes] == ["restart"]


def test_a_template_that_the_host_does_not_know_is_refused() -> None:
    """For a new machine and for a change; not where the host does not say what it knows, nor where the machine has it already."""
    knows: dict[str, Any] = {"templates": ("MicrosoftWindows", "MicrosoftUEFICertificateAuthority")}
    there = live_vm(marker=mine())
    wanted = vm(firmware=Firmware(secure_boot="NoSuch"))
    for live in (host(**knows), host(there, **knows)):
        assert refusals(plan(live, wanted)) == [("vm/web01", "secure-boot-template")]
    assert plan(host(there), wanted).applyable
    assert plan(host(there, **knows), vm(firmware=Firmware(secure_boot="microsoftuefiCertificateAuthority"))).applyable
    assert plan(host(with_part(there, firmware=Firmware(secure_boot="NoSuch")), **knows), wanted).refusals == ()
    assert plan(host(there, **knows), vm(firmware=Firmware(secure_boot=False))).applyable


def test_a_service_that_the_host_does_not_list_is_refused() -> None:
    """A step for it would find nothing and change nothing."""
    live = with_part(live_vm(marker=mine()), services=IntegrationServices(shutdown=True))
    assert refusals(plan(host(live), vm(services=IntegrationServices(vss=True)))) == [("vm/web01", "not-on-this-host")]


def test_a_session_that_lacks_a_cmdlet() -> None:
    """What cannot be read or sent is refused; the rest of the machine is not held up by a cmdlet that nobody needs."""
    commands = {name: parameters for name, parameters in COMMANDS.items() if name != "Enable-VMIntegrationService"}
    off = with_part(live_vm(marker=mine()), services=IntegrationServices(shutdown=False))
    assert refusals(plan(host(off, commands=commands), vm(services=IntegrationServices(shutdown=True)))) == [("vm/web01", "not-on-this-host")]
    assert plan(host(off, commands=commands), vm(processor=Processor(weight=200))).applyable


def test_the_folder_of_checkpoints_stays_while_there_are_any() -> None:
    """Also while nobody knows whether there are any (behaviour 2.5, 4)."""
    wanted = vm(platform=Platform(checkpoint_path=r"D:\Snapshots"))
    taken = LiveCheckpoint(id=guid(5), name="before", kind="Standard")
    assert refusals(plan(host(live_vm(marker=mine(), checkpoints=(taken,))), wanted)) == [("vm/web01", "checkpoints")]
    assert refusals(plan(host(live_vm(marker=mine(), checkpoints=Unknown("locked"))), wanted)) == [("vm/web01", "unknown")]
    assert plan(host(live_vm(marker=mine(), checkpoints=())), wanted).applyable
    same = vm(platform=Platform(checkpoint_path=r"c:\vms\WEB01"))
    document = plan(host(live_vm(marker=mine(), checkpoints=(taken,))), same)
    assert (document.steps, document.refusals) == ((), ())


def test_threads_per_core_of_an_old_host() -> None:
    """0 is refused by a 2016 host (behaviour 3.2), also when null says it."""
    old = replace(IDENTITY, release="2016")
    for value in (0, RESET):
        document = plan(host(live_vm(marker=mine()), identity=old), vm(processor=Processor(threads_per_core=value)))
        assert refusals(document) == [("vm/web01", "threads")]


def test_off_machines_need_no_window() -> None:
    """What needs a stop while it runs is made online while it is off."""
    document = plan(host(live_vm(marker=mine())), vm(processor=Processor(count=4)))
    assert [step.action for step in document.steps] == ["set", "mark"]
    assert document.consents == ()


def test_what_could_not_be_read_refuses_only_what_depends_on_it() -> None:
    """An unreadable part refuses changes of that part; everything else goes on (law 11)."""
    blind = live_vm(state="Running", marker=mine(), processor=Unknown("no rights"))
    document = plan(host(blind), vm(processor=Processor(count=4), memory=Memory(priority=9)))
    assert refusals(document) == [("vm/web01", "unknown")]
    assert [step.cause for step in document.steps][:1] == [("memory.priority",)]
    assert plan(host(blind), vm()).refusals == ()
    growing = plan(host(blind), vm(memory=Memory(startup=2 * GIB)))
    assert (refusals(growing), growing.steps) == ([("vm/web01", "unknown")], ()), "whether it needs a stop is not known, so nothing is done"


def test_ignored_and_managed_paths() -> None:
    """Only what lifecycle.manage names is compared, and nothing that ignore names."""
    live = host(live_vm(marker=mine()))
    for lifecycle in (Lifecycle(ignore=("processor",)), Lifecycle(manage=("memory",))):
        assert plan(live, vm(processor=Processor(count=8), lifecycle=lifecycle)).steps == ()


def test_create_only_differences_are_replacements_and_refused() -> None:
    """Another generation is a new machine: listed, refused, not done."""
    document = plan(host(live_vm(marker=mine())), vm(generation=1))
    assert refusals(document) == [("vm/web01", "replace")]
    (change,) = document.resource_changes
    assert (change.actions, change.replace_paths, change.impact) == (("delete", "create"), ("generation",), "replace")


def test_notes_keep_their_mark_and_every_other_byte() -> None:
    """The users' text and our line share the notes: each is written without touching the other."""
    live = live_vm(marker=mine(), text="first\r\nsecond")
    kept = plan(host(live), vm(processor=Processor(count=2))).steps[-1]
    assert kept.invocation[1]["parameters"]["Notes"].startswith("first\r\nsecond\nhvplan/v1 ")
    changed = plan(host(live), vm(general=General(notes="third"))).steps[-1]
    assert changed.invocation[1]["parameters"]["Notes"].startswith("third\nhvplan/v1 ")
    assert changed.impact == "online"
    assert kept.impact == "none"


def test_without_a_stack_another_ones_mark_stays() -> None:
    """Without a stack nothing is marked, notes keep whatever mark stands there, and every change asks."""
    live = live_vm(marker=mine(stack="prod"), text="old")
    document = plan(host(live), vm(general=General(notes="new")), stack=Stack())
    (step,) = document.steps
    assert step.invocation[1]["parameters"]["Notes"].startswith("new\nhvplan/v1 stack=prod ")
    assert [c.kind for c in document.consents] == ["adopt"]


def test_cause() -> None:
    """The digests in the mark tell who moved: the file, the host, both, or nobody knows."""

    def told(applied: dict[str, str]) -> str:
        document = plan(host(live_vm(marker=mine(applied=applied))), vm(processor=Processor(count=4)))
        return document.resource_changes[0].fields[0].cause

    assert told({"cpu": digest({"processor.count": 1})}) == "pending"
    assert told({"cpu": digest({"processor.count": 1, "processor.weight": 100})}) == "pending", "the file said more then"
    assert told({"cpu": digest({"processor.count": 4})}) == "drift"
    assert told({"cpu": digest({"processor.count": 7})}) == "both"
    assert told({}) == "unknown"


def test_what_was_left_for_later_was_not_applied() -> None:
    """`--max-impact` leaves a change out: the mark does not say that it was made, so the next plan says that the file moved, not the host."""
    wanted = NetworkAdapter(key="lan", name="lan", settings=AdapterSettings(mac="00-15-5D-00-00-09", vlan=Vlan("Access", 9)))
    want = vm(state="Running", processor=Processor(count=4, weight=7), network_adapters=(wanted,))

    def there(vlan: Vlan) -> LiveAdapter:
        return replace(live_adapter(), settings=AdapterSettings(switch="lan", vlan=vlan, mac="00-15-5D-00-00-01"))

    live = live_vm(marker=mine(applied={"vm": "000000"}), state="Running", adapters=(there(Vlan()),))
    document = plan(host(live, switches=(live_switch(),)), want, options=PlanOptions(max_impact="online"))
    assert sorted((d.address, d.path) for d in document.deferred) == [("vm/web01", "processor.count"), ("vm/web01/networkAdapters/lan", "mac")]
    mark = document.steps[-1].powershell
    line = next(word for word in mark.split() if word.startswith("applied="))
    digests = dict(pair.split(".") for pair in line.removeprefix("applied=1:").split(","))
    then = live_vm(marker=mine(applied=digests), state="Running", processor=live_processor(weight=7), adapters=(there(Vlan("Access", 9)),))
    later = plan(host(then, switches=(live_switch(),)), want)
    told = {field.path: field.cause for change in later.resource_changes for field in change.fields}
    assert told == {"processor.count": "pending", "mac": "pending"}


def test_what_a_filter_leaves_for_later_hinders_nothing_now() -> None:
    """--max-impact defers what needs the machine off, so what stands in the way of a stop or a start is no refusal of the rest."""
    iso = r"D:\iso\gone.iso"
    wanted = vm(general=General(notes="new"), processor=Processor(count=4), lifecycle=Lifecycle(shutdown=Shutdown(then="Save")))
    deaf = replace(SERVICES, shutdown=False)
    for live in (
        live_vm(state="Running", marker=mine(), dvds=(drive(iso, "scsi 0:1"),)),
        live_vm(state="Running", marker=mine(), services=deaf),
        live_vm(state="Saved", marker=mine()),
    ):
        there = host(live, missing=(iso,))
        assert len(refusals(plan(there, wanted))) == 1
        online = plan(there, wanted, options=PlanOptions(max_impact="online"))
        assert (refusals(online), [later.path for later in online.deferred]) == ([], ["processor.count"])
        assert len(online.steps) == 1
        assert "new" in online.steps[0].powershell
