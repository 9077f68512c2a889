"""What no library sends: the built-in PowerShell takes nothing that a real host would not.

What is refused here ends the session of a real engine, or is dropped by it so that the client waits for ever; each was tried on one.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from hvplan.simulator.clock import VirtualClock
from hvplan.simulator.serve import Endpoint, start
from tests.simulator.wire.soap_client import (
    CONFIGURATION,
    POWERSHELL,
    SHELL,
    TRANSFER,
    SoapClient,
    capability,
    command,
    create,
    fault,
    fragment,
    init,
    messages,
    text,
    without,
)
from tests.simulator.wire.wire_client import FakePowerShell

PLUGIN, NO_SHELL = 2152992672, 2150858843
STATE, OUTPUT, CREATE, INPUT, END = 0x41006, 0x41004, 0x21006, 0x41002, 0x41003
PLAIN = create(command())


def refused(client: SoapClient, clixml: str, **ids: Any) -> int:
    """The fault that a CREATE_PIPELINE ends with."""
    _, status, answer = client.start(clixml, **ids)
    return fault((status, answer))


@pytest.fixture
def fake() -> FakePowerShell:
    """What ran."""
    return FakePowerShell()


@pytest.fixture
def host(fake: FakePowerShell) -> Iterator[Endpoint]:
    """A host whose pipelines say `done`."""
    with start(fake) as served:
        yield served


@pytest.fixture
def client(host: Endpoint) -> SoapClient:
    """A client with an open shell."""
    made = SoapClient(host)
    assert made.open()[0] == 200
    return made


def done(client: SoapClient, id: uuid.UUID) -> bool:
    """Whether the pipeline gave its output and completed."""
    _, answer = client.receive(id)
    return [kind for kind, _ in messages(answer)] == [OUTPUT, STATE]


def test_a_whole_message_is_taken_whole_and_in_single_bytes(client: SoapClient) -> None:
    """The messages of this module are right: one fragment, one a byte, and every split of a fragment over two requests run."""
    id, status, _ = client.start(PLAIN)
    assert status == 200
    assert done(client, id)
    id = uuid.uuid4()
    assert client.run(b"".join(client.fragments(client.message(CREATE, PLAIN, id), 1)), id)[0] == 200
    assert done(client, id)
    whole = client.fragments(client.message(CREATE, PLAIN, id))[0]
    for at in (1, 20, 21, 22, 60, len(whole) - 1):
        id = uuid.uuid4()
        data = client.fragments(client.message(CREATE, PLAIN, id))[0]
        assert client.run(data[:at], id)[0] == 200
        assert client.send(data[at:], id)[0] == 200
        assert done(client, id)


@pytest.mark.parametrize(
    "member",
    [
        *("NoInput", "ApartmentState", "RemoteStreamOptions", "AddToHistory", "HostInfo", "IsNested"),
        *("PowerShell", "Cmds", "History", "RedirectShellErrorOutputPipe"),
        *("Cmd", "IsScript", "UseLocalScope", "MergeMyResult", "MergeToResult", "MergePreviousResults", "Args", "N", "V"),
    ],
)
def test_a_pipeline_without_a_member_that_it_must_have_is_no_message(client: SoapClient, fake: FakePowerShell, member: str) -> None:
    """A fault, nothing ran, and the session lives on."""
    whole = create(command(arguments='<Obj RefId="5"><MS><S N="N">Name</S><S N="V">web</S></MS></Obj>'))
    id, status, _ = client.start(whole)
    assert status == 200
    assert done(client, id)
    fake.ran.clear()
    assert refused(client, without(whole, member)) == PLUGIN
    assert fake.ran == []
    id, *_ = client.start(PLAIN)
    assert done(client, id)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<B N="NoInput">true</B>', '<S N="NoInput">true</S>'),
        ('<B N="IsScript">false</B>', '<S N="IsScript">false</S>'),
        ('<Nil N="UseLocalScope" />', '<S N="UseLocalScope">x</S>'),
        ("<S N='Cmd'>Get-VM</S>", "<I32 N='Cmd'>1</I32>"),
        (command(), ""),
    ],
)
def test_a_member_of_another_type_makes_no_message(client: SoapClient, fake: FakePowerShell, old: str, new: str) -> None:
    """Booleans are booleans, names are text, and a statement has a command."""
    assert old in PLAIN
    assert refused(client, PLAIN.replace(old, new)) == PLUGIN
    assert fake.ran == []


@pytest.mark.parametrize(
    "wrong",
    [{"destination": 1}, {"destination": 0}, {"pool": uuid.UUID(int=7)}, {"pool": uuid.UUID(int=0)}, {"pipeline": uuid.UUID(int=7)}],
    ids=["to a client", "to nobody", "another pool", "no pool", "another pipeline"],
)
def test_a_message_for_somebody_else_is_refused(client: SoapClient, fake: FakePowerShell, wrong: dict[str, Any]) -> None:
    """A real server drops it and the client waits; here the mistake is told."""
    assert refused(client, PLAIN, **wrong) == PLUGIN
    assert fake.ran == []


@pytest.mark.parametrize("before", ['<?xml version="1.0" encoding="utf-8"?>', "\n  "])
def test_nothing_stands_before_the_element_of_a_message(client: SoapClient, fake: FakePowerShell, before: str) -> None:
    """Neither a declaration nor space."""
    assert refused(client, before + PLAIN) == PLUGIN
    assert fake.ran == []


@pytest.mark.parametrize("number", [0, 1 << 63])
def test_an_object_has_a_positive_number(client: SoapClient, fake: FakePowerShell, number: int) -> None:
    """As a signed 64-bit integer."""
    id = uuid.uuid4()
    assert fault(client.run(fragment(number, 0, client.message(CREATE, PLAIN, id)), id)) == PLUGIN
    assert fake.ran == []


def test_an_empty_fragment_cannot_end_an_object(client: SoapClient, fake: FakePowerShell) -> None:
    """An empty one in the middle is nothing."""
    id, message = uuid.uuid4(), client.message(CREATE, PLAIN)
    assert fault(client.run(fragment(8, 0, message, end=False) + fragment(8, 1, b"", start=False), id)) == PLUGIN
    assert fake.ran == []
    id = uuid.uuid4()
    message = client.message(CREATE, PLAIN, id)
    data = fragment(9, 0, message[:50], end=False) + fragment(9, 1, b"", start=False, end=False) + fragment(9, 2, message[50:], start=False)
    assert client.run(data, id)[0] == 200
    assert done(client, id)


def test_input_needs_a_pipeline_that_takes_some(client: SoapClient) -> None:
    """A pipeline with NoInput takes none; an answer to a question that nobody asked begins no command."""
    id = uuid.uuid4()
    data = b"".join(client.fragments(client.message(kind, body, id))[0] for kind, body in ((CREATE, PLAIN), (INPUT, "<S>x</S>")))
    assert fault(client.run(data, id)) == PLUGIN
    id = uuid.uuid4()
    data = b"".join(client.fragments(client.message(kind, body, id))[0] for kind, body in ((CREATE, create(command(), no_input=False)), (END, "<S>x</S>")))
    assert fault(client.run(data, id)) == PLUGIN
    id = uuid.uuid4()
    assert fault(client.run(client.fragments(client.message(0x41101, PLAIN, id))[0], id)) == PLUGIN
    assert fault(client.receive(id)) == NO_SHELL
    id = uuid.uuid4()
    parts = ((CREATE, create(command(), no_input=False)), (INPUT, "<S>x</S>"), (END, ""))
    assert client.run(b"".join(client.fragments(client.message(kind, body, id))[0] for kind, body in parts), id)[0] == 200
    assert done(client, id)


@pytest.mark.parametrize("merges", [{"MergeError": 1}, {"MergeWarning": 1}, {"MergeInformation": 8}])
def test_merged_streams_are_refused_and_not_dropped(client: SoapClient, fake: FakePowerShell, merges: dict[str, int]) -> None:
    """A real engine would put the errors among the output: who asks for it must not believe that there were none."""
    id, status, _ = client.start(create(command(merges=merges)))
    assert status == 200
    _, answer = client.receive(id)
    ((kind, said),) = messages(answer)
    assert kind == STATE
    assert '<S N="FullyQualifiedErrorId">NotSimulated</S>' in said
    assert next(iter(merges)) in said
    assert fake.ran == []


def test_merges_that_mean_nothing_are_taken_and_impossible_ones_are_no_message(client: SoapClient) -> None:
    """`MergeMyResult` of protocol 2.1 says nothing beside `MergeError`; the first command has no previous results."""
    for taken in ({"MergeMyResult": 2, "MergeToResult": 1}, {"MergePreviousResults": 3}):
        id, status, _ = client.start(create(command(merges=taken)))
        assert status == 200
        assert done(client, id)
    for wrong in ({"MergeMyResult": 1, "MergeToResult": 1}, {"MergeMyResult": 2, "MergeToResult": 4}):
        assert refused(client, create(command(merges=wrong))) == PLUGIN
    id, *_ = client.start(create(command() + command(merges={"MergePreviousResults": 3})))
    assert "NotSimulated" in messages(client.receive(id)[1])[0][1]


CAPABILITY, INIT, CONNECT = 0x10002, 0x10004, 0x10008
OPENINGS: dict[str, tuple[tuple[int, str], ...]] = {
    "nothing at all": ((CAPABILITY, "<S></S>"),),
    "the pool first": ((INIT, init()), (CAPABILITY, capability())),
    "capabilities twice": ((CAPABILITY, capability()), (CAPABILITY, capability()), (INIT, init())),
    "the pool twice": ((CAPABILITY, capability()), (INIT, init()), (INIT, init())),
    "a connection in its place": ((CAPABILITY, capability()), (CONNECT, "<S></S>")),
    "another protocol": ((CAPABILITY, capability(protocol="3.0")), (INIT, init())),
    "an old protocol": ((CAPABILITY, capability(protocol="1.0")), (INIT, init())),
    "another PSVersion": ((CAPABILITY, capability(powershell="5.1")), (INIT, init())),
    "another serializer": ((CAPABILITY, capability(serialization="2.0")), (INIT, init())),
    "a version as text": ((CAPABILITY, capability().replace("Version N", "S N", 1).replace("</Version>", "</S>", 1)), (INIT, init())),
    "no runspace": ((CAPABILITY, capability()), (INIT, init("<I32 N='MinRunspaces'>0</I32>"))),
    "fewer than none": ((CAPABILITY, capability()), (INIT, init("<I32 N='MinRunspaces'>-1</I32>"))),
    "more least than most": ((CAPABILITY, capability()), (INIT, init("<I32 N='MinRunspaces'>2</I32>"))),
    "none at most": ((CAPABILITY, capability()), (INIT, init(most="<I32 N='MaxRunspaces'>0</I32>"))),
    "a number as text": ((CAPABILITY, capability()), (INIT, init("<S N='MinRunspaces'>1</S>"))),
    "a number as I64": ((CAPABILITY, capability()), (INIT, init("<I64 N='MinRunspaces'>1</I64>"))),
    "no least number": ((CAPABILITY, capability()), (INIT, init(""))),
    "no host": ((CAPABILITY, capability()), (INIT, without(init(), "HostInfo"))),
    "no thread options": ((CAPABILITY, capability()), (INIT, without(init(), "PSThreadOptions"))),
}


@pytest.mark.parametrize("name", OPENINGS)
def test_an_opening_that_no_engine_takes_is_a_fault_and_leaves_no_shell(host: Endpoint, name: str) -> None:
    """Create itself fails, and the place of the shell is free."""
    client = SoapClient(host)
    assert fault(client.open(client.opening(*OPENINGS[name]))) == PLUGIN
    _, listed = client.ask("http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate", "", resource=SHELL)
    assert "<rsp:ShellId>" not in listed


def test_an_empty_opening_is_a_fault(host: Endpoint) -> None:
    """A shell whose client never said a word would stay for two hours."""
    assert fault(SoapClient(host).open(b"")) == PLUGIN


@pytest.mark.parametrize("version", ["2.0", "2.1", "2.2", "2.3", "2.4"])
def test_every_client_of_protocol_two_is_served(host: Endpoint, version: str) -> None:
    """A newer one is told that this server speaks 2.3, an older one its own version."""
    client = SoapClient(host)
    assert client.open(client.opening((CAPABILITY, capability(protocol=version)), (INIT, init())))[0] == 200
    first = messages(client.receive()[1])[0]
    assert first[0] == CAPABILITY
    assert f'<Version N="protocolversion">{min(version, "2.3")}</Version>' in first[1]


@pytest.mark.parametrize(
    ("option", "version", "code"),
    [("", "", 2152991687), ("protocolversion", "3.0", 2152991685), ("protocolversion", "1.0", 2152991685), ("protocolversion", "x", 2152991685)],
)
def test_create_needs_the_protocol_version_as_an_option(host: Endpoint, option: str, version: str, code: int) -> None:
    """PowerShell's plugin asks for it before it reads a byte of the rest."""
    assert fault(SoapClient(host).open(option=option, version=version)) == code


@pytest.mark.parametrize("idle", ["PT1S", "-PT60S", "PT59.9S", "P100D"])
def test_an_idle_timeout_has_bounds(client: SoapClient, host: Endpoint, idle: str) -> None:
    """From a minute to MaxIdleTimeout, at Create and at Disconnect: fault 2150859250."""
    said = f"<rsp:IdleTimeOut>{idle}</rsp:IdleTimeOut>"
    assert fault(SoapClient(host).open(idle=said)) == 2150859250
    assert fault(client.ask(f"{SHELL}/Disconnect", f"<rsp:Disconnect>{said}</rsp:Disconnect>")) == 2150859250


def test_a_disconnect_can_set_the_idle_timeout() -> None:
    """It takes the place of the one of Create."""
    clock = VirtualClock()
    with start(FakePowerShell(), clock=clock) as host:
        client = SoapClient(host)
        client.open()
        assert client.ask(f"{SHELL}/Disconnect", "<rsp:Disconnect><rsp:IdleTimeOut>PT90S</rsp:IdleTimeOut></rsp:Disconnect>")[0] == 200
        assert "<rsp:IdleTimeOut>PT90.000S<" in client.ask(f"{TRANSFER}/Get", "", resource=SHELL)[1]
        clock.sleep(91)
        assert fault(client.ask(f"{SHELL}/Reconnect", "<rsp:Reconnect/>")) == NO_SHELL


def test_a_disconnected_shell_does_nothing_until_it_is_connected(client: SoapClient, fake: FakePowerShell) -> None:
    """Command, Send, Receive and Signal are fault 2150859204, and a second Disconnect or Reconnect is not valid."""
    id, *_ = client.start(PLAIN)
    assert done(client, id)
    fake.ran.clear()
    disconnect, reconnect = (f"{SHELL}/Disconnect", "<rsp:Disconnect/>"), (f"{SHELL}/Reconnect", "<rsp:Reconnect/>")
    assert fault(client.ask(*reconnect)) == 2150859216
    assert client.ask(*disconnect)[0] == 200
    assert fault(client.ask(*disconnect)) == 2150859215
    assert refused(client, PLAIN) == 2150859204
    assert [fault(client.send(b"")), fault(client.receive(id)), fault(client.signal(id, "powershell/signal/ctrl_c"))] == [2150859204] * 3
    assert fake.ran == []
    assert client.ask(*reconnect)[0] == 200
    id, *_ = client.start(PLAIN)
    assert done(client, id)
    assert client.ask(*disconnect)[0] == 200
    assert client.ask(f"{TRANSFER}/Delete", "")[0] == 200


def test_a_failed_takeover_harms_nobody(client: SoapClient) -> None:
    """Connect is refused while somebody is connected; with garbage it is a fault; the session goes on as it was."""

    def connect(data: bytes) -> tuple[int, str]:
        return client.ask(f"{SHELL}/Connect", f'<rsp:Connect><connectXml xmlns="{POWERSHELL}">{text(data)}</connectXml></rsp:Connect>')

    good = client.opening((CAPABILITY, capability()), (CONNECT, "<S></S>"))
    assert fault(connect(good)) == 2150859213
    client.ask(f"{SHELL}/Disconnect", "<rsp:Disconnect/>")
    for data in (b"", b"junk", client.opening(), client.opening((CAPABILITY, "<a/>")), client.opening((CONNECT, "<S></S>"), (CAPABILITY, capability()))):
        assert fault(connect(data)) == PLUGIN
    assert client.ask(f"{SHELL}/Reconnect", "<rsp:Reconnect/>")[0] == 200
    id, *_ = client.start(PLAIN)
    assert done(client, id)
    client.ask(f"{SHELL}/Disconnect", "<rsp:Disconnect/>")
    assert connect(good)[0] == 200
    id, *_ = client.start(PLAIN)
    assert done(client, id)


@pytest.mark.parametrize("resource", ["", "x", SHELL, f"{SHELL}/cmd", f"{POWERSHELL}/Other"])
def test_a_request_on_a_shell_names_its_configuration(client: SoapClient, fake: FakePowerShell, resource: str) -> None:
    """Another resource URI is not in the catalogue; the case of letters does not matter."""
    id, *_ = client.start(PLAIN)
    assert done(client, id)
    fake.ran.clear()
    data = client.fragments(client.message(CREATE, PLAIN))[0]
    asked = [
        client.run(data, uuid.uuid4(), resource=resource),
        client.send(b"", resource=resource),
        client.receive(id, resource=resource),
        client.signal(id, f"{SHELL}/signal/terminate", resource=resource),
        client.ask(f"{SHELL}/Disconnect", "<rsp:Disconnect/>", resource=resource),
        client.ask(f"{TRANSFER}/Delete", "", resource=resource),
    ]
    assert [fault(answer) for answer in asked] == [2150858811] * len(asked)
    assert fake.ran == []
    assert client.signal(id, f"{SHELL}/signal/terminate", resource=CONFIGURATION.upper())[0] == 200


def test_only_the_streams_of_powershell_are_known(client: SoapClient) -> None:
    """stdin and pr in, stdout out; the plugin refuses others."""
    assert fault(client.send(b"", stream="stderr")) == 2152991678
    assert client.send(b"", stream="pr")[0] == 200
    assert fault(client.receive(stream="stderr")) == 2152991680
    assert fault(client.receive(stream="stdout stderr")) == 2152991680


@pytest.mark.parametrize("code", ["powershell/signal/crtl_c", "powershell/signal/ctrl_c", f"{SHELL}/signal/ctrl_c"])
def test_every_spelling_of_a_stop_is_one(client: SoapClient, code: str) -> None:
    """PowerShell's own client writes `crtl_c`."""
    id, *_ = client.start(create(command(), no_input=False))
    assert client.signal(id, code)[0] == 200
    assert ">3</I32>" in messages(client.receive(id)[1])[0][1]
