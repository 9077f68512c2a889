"""Shells: quotas, faults, idle timeouts, disconnecting, ownership."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from pypsrp.exceptions import WSManFaultError
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import SelectorSet, WSMan

from hvplan.simulator.clock import VirtualClock
from hvplan.simulator.pipe import Emit, Pipeline
from hvplan.simulator.serve import start
from hvplan.simulator.wire.quotas import Quotas
from tests.simulator.wire.wire_client import FakePowerShell, invoke, pool, post, state, wsman

SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"


def code_of(call: Any, *arguments: Any, **options: Any) -> int:
    """The fault code that a call ends with."""
    with pytest.raises(WSManFaultError) as caught:
        call(*arguments, **options)
    code: int = caught.value.code
    return code


def open_pool(connection: WSMan, **options: Any) -> RunspacePool:
    opened = RunspacePool(connection, **options)
    opened.open()
    return opened


def test_the_thirty_first_shell_of_a_user_is_refused_and_another_user_has_his_own() -> None:
    """30 shells for each user (behaviour 9): fault 2150859173; a deleted shell makes room."""
    with start(FakePowerShell()) as host, wsman(host) as mine, wsman(host, username="other") as other:
        shells = [open_pool(mine) for _ in range(30)]
        assert code_of(open_pool, mine) == 2150859173
        with RunspacePool(other) as opened:
            assert invoke(opened, "Get-VM") == ["done"]
        shells.pop().close()
        shells.append(open_pool(mine))
        assert code_of(open_pool, mine) == 2150859173


def test_commands_that_are_never_closed_use_up_the_operations_of_a_user() -> None:
    """1500 operations for each user (here 3): fault 2150859174 until one is closed."""
    with start(FakePowerShell(), quotas=Quotas(operations_per_user=3)) as host, pool(host) as opened:
        shells = [PowerShell(opened) for _ in range(4)]
        for shell in shells[:3]:
            shell.add_cmdlet("Get-VM").invoke()
        assert code_of(shells[3].add_cmdlet("Get-VM").invoke) == 2150859174
        shells[0].close()
        assert invoke(opened, "Get-VM") == ["done"]


def test_a_pool_is_worn_out_after_its_thousandth_pipeline() -> None:
    """1000 commands for each shell, closed ones too (here 3); the plugin words that fault without a WSManFault (pypsrp 148)."""
    assert Quotas().commands_per_shell == 1000
    with start(FakePowerShell(), quotas=Quotas(commands_per_shell=3)) as host, pool(host) as opened:
        for _ in range(3):
            invoke(opened, "Get-VM")
        with pytest.raises(WSManFaultError, match="maximum number of concurrent commands per shell") as caught:
            invoke(opened, "Get-VM")
        assert caught.value.code == "w:InternalError"


def test_a_deleted_shell_is_not_found() -> None:
    """After Delete every request on it is fault 2150858843 that names the shell."""
    with start(FakePowerShell()) as host, wsman(host) as connection:
        opened = open_pool(connection)
        selector = SelectorSet()
        selector.add_option("ShellId", opened.id)
        connection.delete(opened.shell.resource_uri, selector_set=selector)
        with pytest.raises(WSManFaultError, match=opened.id) as caught:
            invoke(opened, "Get-VM")
        assert caught.value.code == 2150858843
        assert code_of(connection.get, SHELL, selector_set=selector) == 2150858843


def test_a_command_is_not_found_once_it_was_closed() -> None:
    """Terminate releases a command: a second one is fault 2150858843."""
    with start(FakePowerShell()) as host, pool(host) as opened:
        shell = PowerShell(opened)
        shell.add_cmdlet("Get-VM").invoke()
        shell.close()
        assert code_of(opened.shell.signal, f"{SHELL}/signal/Terminate", shell.id) == 2150858843


def test_terminating_a_running_pipeline_stops_it() -> None:
    """A client that closes a command without waiting does not leave its pipeline running."""
    begun, ended = threading.Event(), threading.Event()

    def run(_: Pipeline, __: Emit, stopped: threading.Event) -> None:
        begun.set()
        if stopped.wait(30):
            ended.set()

    with start(FakePowerShell(run)) as host, pool(host) as opened:
        shell = PowerShell(opened)
        shell.add_cmdlet("Merge-VHD").begin_invoke()
        assert begun.wait(30)
        opened.shell.signal(f"{SHELL}/signal/Terminate", shell.id)
        assert ended.wait(30)


def test_an_unknown_configuration_is_refused_and_a_configured_one_is_the_only_one() -> None:
    """Another session configuration than the host's is not in its catalogue."""
    with start(FakePowerShell()) as host, wsman(host) as connection:
        assert code_of(open_pool, connection, configuration_name="Nothing") == 2150858811
    with start(FakePowerShell(), configuration="hvplan") as host, wsman(host) as connection:
        assert invoke(open_pool(connection, configuration_name="hvplan"), "Get-VM") == ["done"]
        assert code_of(open_pool, connection) == 2150858811


def test_a_shell_of_somebody_else_is_denied() -> None:
    """Access is denied (code 5) to a shell of another user; a user's name has no case."""
    with start(FakePowerShell()) as host, wsman(host) as mine, wsman(host, username="other") as other, wsman(host, username="ADMIN") as same:
        opened = open_pool(mine)
        selector = SelectorSet()
        selector.add_option("ShellId", opened.id)
        assert code_of(other.get, SHELL, selector_set=selector) == 5
        assert same.get(SHELL, selector_set=selector) is not None


def test_an_idle_shell_ends_and_its_place_is_free() -> None:
    """After its idle timeout, and not before, a shell is gone; a request starts the time anew."""
    clock = VirtualClock()
    with start(FakePowerShell(), clock=clock) as host, wsman(host) as connection:
        opened = open_pool(connection, idle_timeout=180)
        for seconds in (179, 179, 179):
            clock.advance(seconds)
            assert invoke(opened, "Get-VM") == ["done"]
        clock.advance(181)
        assert code_of(invoke, opened, "Get-VM") == 2150858843


def test_shells_and_their_commands_can_be_listed_and_looked_at() -> None:
    """Enumerate and Get tell of a user's shells and commands, with state and resource."""
    with start(FakePowerShell()) as host, wsman(host) as connection:
        opened = open_pool(connection)
        shell = PowerShell(opened)
        shell.add_cmdlet("Get-VM").invoke()
        found = RunspacePool.get_runspace_pools(connection)
        assert [pool.id for pool in found] == [opened.id]
        assert list(found[0].pipelines) == [shell.id]
        assert opened.is_alive()
        described = opened.shell._get_shell()
        assert (described["Owner"], described["State"]) == ("admin", "Connected")
        assert described["ResourceUri"] == "http://schemas.microsoft.com/powershell/Microsoft.PowerShell"


def test_a_disconnected_shell_keeps_its_pipeline_for_who_reconnects() -> None:
    """Nothing is lost while nobody listens, whether the same client comes back or a new one."""
    go = threading.Event()

    def run(_: Pipeline, emit: Emit, __: threading.Event) -> None:
        go.wait(30)
        emit("PIPELINE_OUTPUT", "<S>kept</S>")
        emit("PIPELINE_STATE", state(4))

    with start(FakePowerShell(run)) as host, wsman(host) as connection, wsman(host) as second:
        opened = open_pool(connection)
        shell = PowerShell(opened)
        shell.add_cmdlet("Get-VM").begin_invoke()
        opened.disconnect()
        assert not opened.is_alive()
        (found,) = RunspacePool.get_runspace_pools(second)
        go.set()
        found.connect()
        again: Any = found.create_disconnected_power_shells()[0]
        again.connect_async()
        assert again.end_invoke() == ["kept"]
        opened.state = found.state
        found.disconnect()
        found.connection.reconnect(found.shell.resource_uri, selector_set=found.shell._selector_set)
        assert found.shell._get_shell()["State"] == "Connected"


def test_the_configuration_tells_the_quotas() -> None:
    """A client that asks for MaxEnvelopeSizekb hears 500 (behaviour 9)."""
    with start(FakePowerShell()) as host, wsman(host) as connection:
        connection.update_max_payload_size()
        assert connection.max_envelope_size == 500 * 1024


def test_an_unknown_action_or_resource_is_a_fault() -> None:
    """Actions and resources that the host does not have are named in a fault."""
    with start(FakePowerShell()) as host, wsman(host) as connection:
        assert code_of(connection.put, "http://schemas.microsoft.com/wbem/wsman/1/config") == 2150858753
        assert code_of(connection.get, "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service") == 2150858752


@pytest.mark.parametrize("what", ["no xml", "no envelope", "entities", "no body", "bad base64", "not psrp", "too early"])
def test_garbage_is_answered_with_a_fault_and_never_ends_the_server(what: str) -> None:
    """Whatever the body holds, the answer is a fault (500) and the next client is served."""
    soap = "http://www.w3.org/2003/05/soap-envelope"
    create = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Create"
    head = (
        f'<s:Envelope xmlns:s="{soap}" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd">'
        f"<s:Header><a:Action>{create}</a:Action><a:MessageID>uuid:1</a:MessageID>"
        "<w:ResourceURI>http://schemas.microsoft.com/powershell/Microsoft.PowerShell</w:ResourceURI></s:Header>"
    )
    xml = 'xmlns:p="http://schemas.microsoft.com/powershell"'
    bodies = {
        "no xml": b"\xff\x00garbage",
        "no envelope": b"<a/>",
        "entities": b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>',
        "no body": (head + "<s:Body/></s:Envelope>").encode(),
        "bad base64": (head + f'<s:Body><r:Shell xmlns:r="{SHELL}" {xml}><p:creationXml>***</p:creationXml></r:Shell></s:Body></s:Envelope>').encode(),
        "not psrp": (head + f'<s:Body><r:Shell xmlns:r="{SHELL}" {xml}><p:creationXml>{"A" * 400}</p:creationXml></r:Shell></s:Body></s:Envelope>').encode(),
        "too early": (head + "<s:Body>").encode(),
    }
    with start(FakePowerShell()) as host:
        status, answer = post(host, bodies[what])
        assert status == 500
        assert b"Fault>" in answer
        with pool(host) as opened:
            assert invoke(opened, "Get-VM") == ["done"]
            assert len(RunspacePool.get_runspace_pools(opened.connection)) == 1
