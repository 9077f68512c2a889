"""Stopping and starting: what is asked of a guest, what follows where it does not answer, what a run owes, and which states are left alone."""

from __future__ import annotations

from dataclasses import replace

from hvplan.model.objects import Lifecycle, Policy, Shutdown, Stack
from hvplan.model.parts import IntegrationServices, Processor
from hvplan.model.values import RESET
from tests.plan.worlds import (
    GIB,
    SERVICES,
    STACK,
    disk,
    drive,
    guid,
    host,
    lines,
    live_vm,
    mine,
    plan,
    refusals,
    vm,
    with_part,
)

ME = f"Get-VM -Id '{guid(1)}' | "


def test_the_service_that_stops_a_machine_is_taken_away_after_the_stop() -> None:
    """Without it the guest could not be asked to shut down. Where nothing stops, it goes under power; giving it back comes first."""
    off = IntegrationServices(shutdown=False)
    running = live_vm(state="Running", marker=mine())
    shutdown = f"Microsoft:{guid(1).upper()}\\9F8233AC-BE49-4C79-8EE3-E7E1985B2077"
    pipe = f"{ME}Get-VMIntegrationService | Where-Object -Property 'Id' -EQ -Value '{shutdown}' | "
    document = plan(host(running), vm(processor=Processor(count=4), services=off, state="Running"))
    order = [line.removeprefix(pipe).removeprefix(ME).split(" ")[0] for line in lines(document)]
    assert order.index("Stop-VM") < order.index("Disable-VMIntegrationService") < order.index("Start-VM")
    assert len(document.power_windows) == 1
    document = plan(host(running), vm(services=off, state="Running"))
    assert [line for line in lines(document) if "Service" in line] == [f"{pipe}Disable-VMIntegrationService -Confirm:$false"]
    assert document.power_windows == ()
    held = plan(host(running), vm(services=off, state="Saved"))
    assert not any("Stop-VM" in line for line in lines(held))
    back = plan(host(with_part(running, services=off)), vm(processor=Processor(count=4), services=IntegrationServices(shutdown=True), state="Running"))
    order = [line.removeprefix(pipe).removeprefix(ME).split(" ")[0] for line in lines(back)]
    assert order.index("Enable-VMIntegrationService") < order.index("Stop-VM")


def test_a_guest_that_cannot_be_asked_is_warned_of() -> None:
    """Where it has to be stopped and its shutdown service is off, unless this plan turns that on first (behaviour 5.3)."""
    deaf = with_part(live_vm(state="Running", marker=mine()), services=replace(SERVICES, shutdown=False))
    for wanted, warned in (
        (vm(processor=Processor(count=4)), True),
        (vm(state="Off"), True),
        (vm(processor=Processor(weight=200)), False),
        (vm(processor=Processor(count=4), services=IntegrationServices(shutdown=RESET)), False),
    ):
        (*found,) = [warning for warning in plan(host(deaf), wanted).warnings if "shutdown service is off" in warning]
        assert [warning.split(": ")[0] for warning in found] == ["vm/web01"] * warned


def test_a_guest_that_is_silent_is_warned_of() -> None:
    """Its shutdown service is on and says that it hears nothing of the guest; what the policy names for that is said."""
    silent = replace(live_vm(state="Running", marker=mine()), silent="NoContact")
    (told,) = plan(host(silent), vm(processor=Processor(count=4))).warnings
    assert "no contact with the guest (NoContact)" in told
    (told,) = plan(host(silent), vm(processor=Processor(count=4)), stack=Stack(name="lab", policy=Policy(shutdown=Shutdown(then="TurnOff")))).warnings
    assert "turned off (shutdown.then: TurnOff)" in told
    assert plan(host(silent), vm(processor=Processor(weight=200))).warnings == ()
    assert plan(host(silent), vm(state="Saved")).warnings == ()  # nobody asks the guest for that


def test_saving_is_no_way_to_turn_a_machine_off() -> None:
    """shutdown.then: Save leaves a silent guest saved, and saved is not off: said in a plan, and refused where it is certain."""
    saves = Stack(name="lab", policy=Policy(shutdown=Shutdown(then="Save")))
    running = live_vm(state="Running", marker=mine())
    for wanted in (vm(processor=Processor(count=4)), vm(state="Off")):
        document = plan(host(running), wanted, stack=saves)
        assert document.applyable
        assert ["which is not off" in warning for warning in document.warnings] == [True]
        deaf = with_part(running, services=replace(SERVICES, shutdown=False))
        assert refusals(plan(host(deaf), wanted, stack=saves)) == [("vm/web01", "saved-not-off")]
    assert plan(host(running), vm(state="Saved"), stack=saves).warnings == ()
    assert plan(host(running), vm(processor=Processor(weight=200)), stack=saves).warnings == ()


def test_a_machine_that_is_to_stay_off_was_not_turned_off_by_saving_it() -> None:
    """Where off is only for the changes, saving is what the policy asks for and the changes fail; where off is declared, saving is not it."""
    saves = Stack(name="lab", policy=Policy(shutdown=Shutdown(then="Save")))
    running = live_vm(state="Running", marker=mine())
    for wanted, ends in ((vm(processor=Processor(count=4)), "Saved"), (vm(state="Off"), "Off")):
        (escalation,) = [step for step in plan(host(running), wanted, stack=saves).steps if step.escalates]
        assert [e.value for e in escalation.verify] == [ends]


def test_a_machine_without_declared_power_is_owed_its_start() -> None:
    """Before such a machine is stopped its mark says that a start is owed; a killed run's machine is started by the next."""
    wanted = vm(processor=Processor(count=4))
    first = plan(host(live_vm(state="Running", marker=mine())), wanted).steps[0]
    assert first.action == "mark"
    assert first.powershell.endswith("origin=created restart' -Confirm:$false")
    left_off = live_vm(state="Off", marker=mine(restart=True), processor=Processor(count=4))
    document = plan(host(left_off), wanted)
    assert [step.action for step in document.steps] == ["start", "mark"]
    assert "restart" not in document.steps[1].powershell
    again = live_vm(state="Running", marker=mine(restart=True), processor=Processor(count=4))
    assert [step.action for step in plan(host(again), wanted).steps] == ["mark"], "a debt that is paid is struck out"


def test_an_escalation_is_a_step_of_its_own() -> None:
    """Only what the policy names comes after a guest that does not answer, and only then."""
    for then, flag in (("Force", "-Force"), ("TurnOff", "-TurnOff"), ("Save", "-Save")):
        policy = Policy(shutdown=Shutdown(timeout=60, then=then))
        document = plan(
            host(live_vm(state="Running", marker=mine())), vm(processor=Processor(count=2), state="Running"), stack=Stack(name="lab", policy=policy)
        )
        stop, escalation = document.steps[:2]
        assert "-Force" not in stop.powershell
        assert (escalation.escalates, escalation.powershell) == (stop.id, f"{ME}Stop-VM {flag} -Confirm:$false")
        assert document.steps[2].needs == (stop.id,)
        assert (stop.timeout, stop.impact) == (60, "restart")
        assert escalation.timeout > 60, "Windows itself takes longer for it, however short the guest's time was"
        patient = Policy(shutdown=Shutdown(timeout=3600, then=then))
        for wanted in (vm(state="Off"), vm(state="Off", processor=Processor(count=2))):
            document = plan(host(live_vm(state="Running", marker=mine())), wanted, stack=Stack(name="lab", policy=patient))
            assert [(step.timeout, step.impact) for step in document.steps[:2]] == [(3600, "stop")] * 2


def test_never_restart() -> None:
    """`never` is a refusal, whoever asks; nothing of that machine is done."""
    document = plan(host(live_vm(state="Running", marker=mine())), vm(processor=Processor(count=2, weight=5), lifecycle=Lifecycle(restart="never")))
    assert refusals(document) == [("vm/web01", "restart-never")]
    assert document.steps == ()
    allowed = plan(host(live_vm(state="Running", marker=mine())), vm(processor=Processor(count=2), lifecycle=Lifecycle(restart="allow")))
    assert allowed.consents == ()


def test_saved_is_not_off() -> None:
    """An offline change of a saved machine follows savedState, and is refused unless that says otherwise."""
    saved, wanted = live_vm(state="Saved", marker=mine()), vm(processor=Processor(weight=7))
    assert refusals(plan(host(saved), wanted)) == [("vm/web01", "saved")]
    actions = {}
    for policy in ("Resume", "Discard"):
        document = plan(host(saved), vm(processor=Processor(weight=7), state="Running", lifecycle=Lifecycle(saved_state=policy)))
        actions[policy] = [line.removeprefix(ME).split(" ")[0] for line in lines(document)]
    assert actions["Resume"] == ["Start-VM", "Stop-VM", "Set-VMProcessor", "Start-VM", "Set-VM"]
    assert actions["Discard"] == ["Remove-VMSavedState", "Set-VMProcessor", "Start-VM", "Set-VM"]
    discarded = plan(host(saved), vm(processor=Processor(weight=7), lifecycle=Lifecycle(saved_state="Discard")))
    assert [line.removeprefix(ME).split(" ")[0] for line in lines(discarded)] == ["Remove-VMSavedState", "Set-VMProcessor", "Set-VM"]


def test_states_in_which_nothing_is_changed() -> None:
    """Paused, transitional and critical states are named and refused; a busy machine is left for later."""
    wanted = vm(processor=Processor(weight=7))
    assert refusals(plan(host(live_vm(state="Paused", marker=mine())), wanted)) == [("vm/web01", "paused")]
    assert refusals(plan(host(live_vm(state="RunningCritical", marker=mine())), wanted)) == [("vm/web01", "state")]
    busy = plan(host(live_vm(state="Running", busy="merging disks", marker=mine())), wanted)
    assert (busy.refusals, busy.steps, [d.address for d in busy.deferred]) == ((), (), ["vm/web01"])
    assert [c.actions for c in busy.resource_changes] == [("no-op",)]
    assert plan(host(live_vm(state="RunningCritical", marker=mine())), vm()).refusals == (), "nothing to change, nothing to refuse"


def test_declared_power() -> None:
    """The declared state is the target, and comes last; Saved and Paused only hold what runs."""

    def words(state: str, target: str) -> list[str]:
        return [line.removeprefix(ME).split(" -Confirm")[0] for line in lines(plan(host(live_vm(state=state, marker=mine())), vm(state=target)))][:-1]

    assert words("Off", "Running") == ["Start-VM"]
    assert words("Running", "Off") == ["Stop-VM"]
    assert words("Paused", "Running") == ["Resume-VM"]
    assert words("Running", "Saved") == ["Save-VM"]
    assert words("Running", "Paused") == ["Suspend-VM"]
    assert plan(host(live_vm(state="Off", marker=mine())), vm(state="Saved")).steps == ()
    assert [c.kind for c in plan(host(live_vm(state="Running", marker=mine())), vm(state="Saved")).consents] == ["restart"]


def test_an_offline_change_with_the_declared_state_off_does_not_start() -> None:
    """A machine that is to be off is stopped once, changed, and stays off."""
    document = plan(host(live_vm(state="Running", marker=mine())), vm(processor=Processor(count=2), state="Off"))
    assert [step.action for step in document.steps] == ["stop", "set", "mark"]


def test_what_a_killed_run_owes_stays_owed() -> None:
    """The word that a machine is to be started, or stopped, is kept by a mark that is written in between, until that is done."""
    more = disk("data", "scsi 0:1", size=4 * GIB)
    off = host(live_vm(state="Off", marker=mine(restart=True)), missing=(r"D:\VHDs\web01-data.vhdx", r"D:\VHDs\web01-data.hvplan.vhdx"))
    document = plan(off, vm(disks=(more,)))
    first, *_, last = [line for line in lines(document) if "Set-VM -Notes" in line]
    assert " restart" in first
    assert " restart" not in last
    assert any("Start-VM" in line for line in lines(document))
    runs = host(live_vm(state="Running", marker=mine(resumed=True)), missing=(r"D:\VHDs\web01-data.vhdx", r"D:\VHDs\web01-data.hvplan.vhdx"))
    document = plan(runs, vm(disks=(more,)))
    first, *_, last = [line for line in lines(document) if "Set-VM -Notes" in line]
    assert " resumed" in first
    assert " resumed" not in last
    assert any("Stop-VM" in line for line in lines(document))
    assert [consent.kind for consent in document.consents] == ["restart"]


def test_a_machine_that_was_resumed_for_a_change_is_known_to_have_been_saved() -> None:
    """Word of it is left before it is resumed; where its state is declared nothing is owed."""
    saved = live_vm(state="Saved", marker=mine())
    resume = Stack(name="lab", policy=Policy(saved_state="Resume"))
    order = lines(plan(host(saved), vm(processor=Processor(count=4)), stack=resume))
    assert [next(w for w in ("resumed", "Start-VM", "Stop-VM", "Processor", "Notes") if w in line) for line in order] == [
        "resumed",
        "Start-VM",
        "Stop-VM",
        "Processor",
        "Notes",
    ]
    assert not any(" resumed" in line for line in lines(plan(host(saved), vm(processor=Processor(count=4), state="Running"), stack=resume)))


def test_a_machine_that_could_not_start_again_is_not_stopped() -> None:
    """A medium that is gone hinders nobody who runs, and every start: what needs one is refused before the stop, what needs none is done."""
    iso = r"D:\iso\gone.iso"
    saved = replace(STACK, policy=Policy(saved_state="Resume"))
    for state, stack in (("Running", STACK), ("Saved", saved)):
        live = host(live_vm(state=state, marker=mine(), dvds=(drive(iso, "scsi 0:1"),)), missing=(iso,))
        document = plan(live, vm(processor=Processor(count=4)), stack=stack)
        assert refusals(document) == [("vm/web01", "file-missing")]
        assert f"scsi 0:1 has {iso}, which is not there" in document.refusals[0].text
    running = host(live_vm(state="Running", marker=mine(), dvds=(drive(iso, "scsi 0:1"),)), missing=(iso,))
    for fine in (vm(processor=Processor(weight=200)), vm(state="Off", processor=Processor(count=4))):
        assert refusals(plan(running, fine)) == []
