"""Pipelines of plain pypsrp: what goes in, what comes out, in which order, and how it ends."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pypsrp.complex_objects import ObjectMeta, PSInvocationState
from pypsrp.exceptions import WSManFaultError
from pypsrp.messages import GetCommandMetadata
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.serializer import TaggedValue

from hvplan.simulator.pipe import Argument, Command, Emit, Pipeline
from hvplan.simulator.serve import start
from hvplan.simulator.values import Bag, Number
from tests.simulator.wire.wire_client import FakePowerShell, invoke, pool, simulator_threads, state, wsman


def test_statements_commands_and_typed_values_arrive_as_they_were_typed() -> None:
    """8 GiB sent as I64 arrives as Number I64; several statements and pipes keep their order; switches keep their form."""
    fake, vm = FakePowerShell(), uuid.uuid4()
    with start(fake) as host, pool(host) as opened:
        shell = PowerShell(opened)
        shell.add_cmdlet("Hyper-V\\Get-VM").add_parameter("Id", vm)
        shell.add_cmdlet("Set-VMMemory").add_parameters({"StartupBytes": TaggedValue("I64", 8 << 30), "Passthru": True, "-Force": None})
        shell.add_statement()
        shell.add_cmdlet("Get-VM").add_argument("web").add_parameter("X", ["a", 1])
        shell.add_statement()
        shell.add_script("1+1")
        assert shell.invoke() == ["done"]
        assert shell.state == PSInvocationState.COMPLETED
    (ran,) = fake.ran
    first, second, third = ran.statements
    assert first[0] == Command("Hyper-V\\Get-VM", (Argument("Id", vm),))
    assert first[1].arguments == (Argument("StartupBytes", 8 << 30), Argument("Passthru", True), Argument("Force", None, given=False))
    assert isinstance(first[1].arguments[0].value, Number)
    assert first[1].arguments[0].value.tag == "I64"
    assert second[0].arguments == (Argument(None, "web"), Argument("X", ("a", 1)))
    assert third == (Command("1+1", (), is_script=True),)


def test_a_number_written_as_i32_that_does_not_fit_is_a_fault_and_runs_nothing() -> None:
    """pypsrp writes every int as I32; one beyond 2^31 is the plugin's fault (truth 10) and the session lives on."""
    fake = FakePowerShell()
    with start(fake) as host, pool(host) as opened:
        shell = PowerShell(opened)
        shell.add_cmdlet("Set-VMMemory").add_parameter("StartupBytes", 8 << 30)
        with pytest.raises(WSManFaultError) as caught:
            shell.invoke()
        assert caught.value.code == 2152992672
        assert caught.value.provider == "microsoft.powershell"
        assert fake.ran == []
        assert invoke(opened, "Get-VM") == ["done"]


@pytest.mark.parametrize(("name", "parameter", "error"), [("", "Name", "RuntimeException"), ("Get-VM", "-", "Argument"), ("Get-VM", " ", "RuntimeException")])
def test_what_makes_no_pipeline_fails_as_one(name: str, parameter: str, error: str) -> None:
    """A command or a parameter without a name: the pipeline fails with the engine's id, nothing runs, the session lives on."""
    fake = FakePowerShell()
    with start(fake) as host, pool(host) as opened:
        shell = PowerShell(opened)
        shell.add_cmdlet(name).add_parameter(parameter, 1).invoke()
        assert shell.had_errors
        assert shell.streams.error[0].fq_error == error
        assert fake.ran == []
        assert invoke(opened, "Get-VM") == ["done"]


def test_input_of_the_client_is_collected_before_the_pipeline_runs() -> None:
    """Objects sent as pipeline input arrive as the pipeline's input."""
    fake = FakePowerShell()
    with start(fake) as host, pool(host) as opened:
        shell = PowerShell(opened)
        shell.add_cmdlet("Stop-VM")
        values: Any = ["a", 2, None]
        assert shell.invoke(values) == ["done"]
    assert fake.ran[0].input == ("a", 2, None)


def test_large_output_comes_whole_and_in_order_over_many_fragments() -> None:
    """3,000 small records and texts of a megabyte arrive complete, in order, in envelopes the client allowed."""
    texts = [f"{number:04d}" for number in range(3000)] + ["x" * 1_000_000, "\U0001f600" * 100_000]

    def run(_: Pipeline, emit: Emit, __: threading.Event) -> None:
        for text in texts:
            emit("PIPELINE_OUTPUT", f"<S>{text}</S>")
        emit("PIPELINE_STATE", state(4))

    with start(FakePowerShell(run)) as host, pool(host) as opened:
        sizes: list[int] = []
        transport: Any = opened.connection.transport
        send = transport.send

        def measured(message: bytes, **options: Any) -> bytes:
            answer: bytes = send(message, **options)
            sizes.append(len(answer))
            return answer

        transport.send = measured
        assert invoke(opened, "Get-VM") == texts
        assert max(sizes) <= 500 * 1024
        assert sum(sizes) > 1_400_000


def test_a_large_request_is_sent_in_fragments() -> None:
    """A parameter of two megabytes travels as one Command and several Sends."""
    fake, text = FakePowerShell(), "y" * 2_000_000
    with start(fake) as host, pool(host) as opened:
        shell = PowerShell(opened)
        shell.add_cmdlet("Set-VM").add_parameter("Notes", text)
        assert shell.invoke() == ["done"]
    assert fake.ran[0].statements[0][0].arguments[0].value == text


def test_every_stream_arrives() -> None:
    """A message of each kind is handed out as the client's record of that kind."""
    record = (
        '<Obj RefId="0"><ToString>{0}</ToString><MS><S N="InformationalRecord_Message">{0}</S>'
        '<B N="InformationalRecord_SerializeInvocationInfo">false</B></MS></Obj>'
    )

    def run(_: Pipeline, emit: Emit, __: threading.Event) -> None:
        emit("WARNING_RECORD", record.format("careful"))
        emit("VERBOSE_RECORD", record.format("by the way"))
        emit("DEBUG_RECORD", record.format("bits"))
        emit("PIPELINE_STATE", state(4))

    with start(FakePowerShell(run)) as host, pool(host) as opened:
        shell = PowerShell(opened)
        shell.add_cmdlet("Get-VM")
        shell.invoke()
        streams = shell.streams
        assert [str(stream[0].message) for stream in (streams.warning, streams.verbose, streams.debug)] == ["careful", "by the way", "bits"]


def test_a_slow_pipeline_is_waited_for_across_operation_timeouts() -> None:
    """With an operation timeout of 1 s a Receive ends with fault 2150858793, and a later one brings the output."""
    go = threading.Event()

    def run(_: Pipeline, emit: Emit, __: threading.Event) -> None:
        go.wait(30)
        emit("PIPELINE_OUTPUT", "<S>late</S>")
        emit("PIPELINE_STATE", state(4))

    with start(FakePowerShell(run)) as host, pool(host, operation_timeout=1) as opened:
        shell = PowerShell(opened)
        shell.add_cmdlet("Merge-VHD")
        shell.begin_invoke()
        with pytest.raises(WSManFaultError) as caught:
            opened._receive(shell.id)
        assert caught.value.code == 2150858793
        threading.Timer(0.2, go.set).start()
        assert shell.end_invoke() == ["late"]


def test_output_is_handed_out_while_the_pipeline_still_runs() -> None:
    """The first record reaches the client before the pipeline ends."""
    go = threading.Event()

    def run(_: Pipeline, emit: Emit, __: threading.Event) -> None:
        emit("PIPELINE_OUTPUT", "<S>early</S>")
        go.wait(30)
        emit("PIPELINE_STATE", state(4))

    with start(FakePowerShell(run)) as host, pool(host) as opened:
        shell = PowerShell(opened)
        shell.add_cmdlet("Get-VM")
        shell.begin_invoke()
        shell.poll_invoke()
        assert shell.output == ["early"]
        assert shell.state == PSInvocationState.RUNNING
        go.set()
        assert shell.end_invoke() == ["early"]


def test_a_stop_signal_reaches_the_pipeline_and_its_state_says_stopped() -> None:
    """ctrl_c sets the event; what the pipeline then says arrives, and the session lives on."""
    begun, heard = threading.Event(), threading.Event()

    def run(pipeline: Pipeline, emit: Emit, stopped: threading.Event) -> None:
        if pipeline.statements[0][0].name == "Merge-VHD":
            begun.set()
            assert stopped.wait(30)
            heard.set()
            emit("PIPELINE_STATE", state(3))
        else:
            emit("PIPELINE_STATE", state(4))

    with start(FakePowerShell(run)) as host, pool(host) as opened:
        shell = PowerShell(opened)
        shell.add_cmdlet("Merge-VHD")
        shell.begin_invoke()
        assert begun.wait(30)
        shell.stop()
        opened.pipelines[shell.id] = shell  # the client forgets a stopped pipeline; here its last messages are wanted
        shell.state = PSInvocationState.RUNNING
        shell.poll_invoke()
        assert heard.is_set()
        assert shell.state == PSInvocationState.STOPPED
        assert invoke(opened, "Get-VM") == []


def test_a_pipeline_stopped_before_its_turn_never_runs() -> None:
    """It waits behind another, is stopped, and its state says stopped with the id PipelineStopped."""
    go = threading.Event()

    def run(_: Pipeline, emit: Emit, __: threading.Event) -> None:
        go.wait(30)
        emit("PIPELINE_STATE", state(4))

    fake = FakePowerShell(run)
    with start(fake) as host, pool(host) as opened:
        first, second = PowerShell(opened), PowerShell(opened)
        first.add_cmdlet("Merge-VHD").add_parameter("Path", "x")
        second.add_cmdlet("Get-VM")
        first.begin_invoke()
        second.begin_invoke()
        opened.shell.signal("powershell/signal/ctrl_c", second.id)
        go.set()
        second.end_invoke()
        assert second.state == PSInvocationState.STOPPED
        assert second.streams.error[0].fq_error == "PipelineStopped"
        first.end_invoke()
    assert len(fake.ran) == 1


def test_pipelines_of_one_runspace_run_one_after_another() -> None:
    """The second waits for all of the first, also for what that still runs after its state was told (truth 1)."""
    order: list[str] = []
    told, go = threading.Event(), threading.Event()

    def run(pipeline: Pipeline, emit: Emit, __: threading.Event) -> None:
        name = pipeline.statements[0][0].name
        order.append(f"{name} begins")
        emit("PIPELINE_STATE", state(4))
        if name == "first":
            told.set()
            go.wait(30)
        order.append(f"{name} ends")

    with start(FakePowerShell(run)) as host, pool(host) as opened:
        assert invoke(opened, "first") == []
        assert told.wait(30)
        shell = PowerShell(opened)
        shell.add_cmdlet("second")
        shell.begin_invoke()
        assert order == ["first begins"]
        go.set()
        shell.end_invoke()
    assert order[:3] == ["first begins", "first ends", "second begins"]


def test_what_follows_the_state_is_not_sent() -> None:
    """The end is the end: later messages of the same pipeline are dropped."""

    def run(_: Pipeline, emit: Emit, __: threading.Event) -> None:
        emit("PIPELINE_STATE", state(4))
        emit("PIPELINE_OUTPUT", "<S>too late</S>")

    with start(FakePowerShell(run)) as host, pool(host) as opened:
        assert invoke(opened, "Get-VM") == []


@pytest.mark.parametrize("how", ["raises", "forgets"])
def test_a_failing_powershell_fails_the_pipeline_and_nothing_else(how: str, caplog: pytest.LogCaptureFixture) -> None:
    """A bug behind the wire is told to the client as a failed pipeline that names it; the next pipeline runs."""

    def run(pipeline: Pipeline, emit: Emit, __: threading.Event) -> None:
        if pipeline.statements[0][0].name == "Get-VM":
            emit("PIPELINE_STATE", state(4))
        elif how == "raises":
            raise RuntimeError("a bug <&>")

    with start(FakePowerShell(run)) as host, pool(host) as opened:
        shell = PowerShell(opened)
        shell.add_cmdlet("Set-VM")
        shell.invoke()
        assert shell.had_errors
        assert shell.streams.error[0].fq_error == "SimulatorFailure"
        assert ("a bug <&>" if how == "raises" else "without a state") in str(shell.streams.error[0])
        assert invoke(opened, "Get-VM") == []
    assert ("a bug" in caplog.text) == (how == "raises")


def test_two_pools_and_eight_threads_do_not_mix_up_their_output() -> None:
    """Each of 8 clients with a connection of its own gets its own answers, 5 pipelines each; sessions are numbered."""

    def run(pipeline: Pipeline, emit: Emit, __: threading.Event) -> None:
        for command in pipeline.statements[0]:
            emit("PIPELINE_OUTPUT", f"<S>{command.name}</S>")
        emit("PIPELINE_STATE", state(4))

    fake = FakePowerShell(run)
    with start(fake) as host:

        def client(number: int) -> list[Any]:
            with pool(host) as opened:
                return [invoke(opened, f"Get-{number}-{turn}") for turn in range(5)]

        with ThreadPoolExecutor(8) as workers:
            found = list(workers.map(client, range(8)))
    assert found == [[[f"Get-{number}-{turn}"] for turn in range(5)] for number in range(8)]
    assert sorted(fake.sessions) == list(range(1, 9))


def test_a_pool_of_three_runspaces_runs_three_pipelines_at_once() -> None:
    """MaxRunspaces is what the client asked for: three pipelines meet at a barrier, each in a runspace of its own."""
    meet = threading.Barrier(3, timeout=30)

    def run(_: Pipeline, emit: Emit, __: threading.Event) -> None:
        meet.wait()
        emit("PIPELINE_STATE", state(4))

    fake = FakePowerShell(run)
    with start(fake) as host, wsman(host) as connection, RunspacePool(connection, max_runspaces=3) as opened:
        shells = [PowerShell(opened) for _ in range(3)]
        for shell in shells:
            shell.add_cmdlet("Get-VM")
            shell.begin_invoke()
        for shell in shells:
            shell.end_invoke()
        assert opened.get_available_runspaces() <= 3
    assert len(fake.sessions) == 3


def test_a_secure_string_needs_the_key_exchange_and_is_not_kept() -> None:
    """After the exchange a SecureString arrives as an object without content."""
    fake = FakePowerShell()
    with start(fake) as host, pool(host) as opened:
        opened.exchange_keys()
        shell = PowerShell(opened)
        shell.add_cmdlet("New-X").add_parameter("Password", opened.serialize("hunter2-canary", ObjectMeta("SS")))
        assert shell.invoke() == ["done"]
    value = fake.ran[0].statements[0][0].arguments[0].value
    assert isinstance(value, Bag)
    assert value.types[0] == "System.Security.SecureString"
    assert "canary" not in repr(fake.ran)


def test_command_metadata_is_refused_with_advice() -> None:
    """GET_COMMAND_METADATA fails as a pipeline; what to do instead is said."""
    with start(FakePowerShell()) as host, pool(host) as opened:
        shell = PowerShell(opened)
        shell._invoke(GetCommandMetadata(["Get-VM"], 8, None, None))
        shell.end_invoke()
        assert shell.had_errors
        assert "Get-Command" in str(shell.streams.error[0])


def test_closing_ends_waiting_clients_running_pipelines_and_every_thread() -> None:
    """A client that waits hears at once, a running pipeline is stopped, no thread of the server remains."""
    before = simulator_threads()
    heard = threading.Event()

    def run(_: Pipeline, emit: Emit, stopped: threading.Event) -> None:
        heard.set()
        stopped.wait(60)

    with start(FakePowerShell(run)) as host, wsman(host) as connection:
        opened = RunspacePool(connection)
        opened.open()
        shell = PowerShell(opened)
        shell.add_cmdlet("Merge-VHD")
        shell.begin_invoke()
        errors: list[BaseException] = []

        def wait() -> None:
            try:
                shell.end_invoke()
            except Exception as error:  # noqa: BLE001  (kept, and looked at below)
                errors.append(error)

        waiting = threading.Thread(target=wait)
        waiting.start()
        assert heard.wait(30)
        host.close()
        waiting.join(30)
        assert not waiting.is_alive()
        assert len(errors) == 1
        assert host.quiet
    assert simulator_threads() == before
