"""Sessions over the real protocol, against the simulated host: values, outcomes, trouble on the wire, deadlines, threads."""

from __future__ import annotations

import itertools
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from hvplan.cmdlets.build import read, select, vm, write
from hvplan.cmdlets.invocation import Cmd, Invocation, Ref
from hvplan.remoting import psrp
from hvplan.remoting.session import Done, Failed, NotSent, Unsure
from tests.remoting.conftest import Connect
from tests.remoting.proxy import Proxy

WEB, DB = "2f0c8a52-6d3e-4f1a-9b7c-0d1e2f3a4b5c", "11111111-2222-3333-4444-555555555555"
NAMES = read((Cmd("Get-VM"), select("Name")))
_numbers = itertools.count()


def mark(text: str) -> Invocation:
    """A write whose traces can be read."""
    return write(vm(WEB), Cmd("Set-VM", {"Notes": text}))


def notes(port: int, connect: Connect) -> str:
    """The notes as the host has them, asked without the proxy."""
    session = connect(port=port)
    done = session.run(read((vm(WEB), select("Notes"))))
    session.close()
    assert isinstance(done, Done)
    return str(done.records[0]["Notes"])


def test_values_come_back_as_they_were_sent(connect: Connect) -> None:
    """Text with everything PowerShell might take for something else, large numbers, truths, GUIDs, enums, lists."""
    session = connect()
    text = "it's ‘quoted’ ‚so‛ $(Stop-VM x) `n _x0041_ \r\n\t\x00\x1b \u2028 😀 --% ; | # \\ "
    done = session.run(write(vm(WEB), Cmd("Set-VM", {"Notes": text, "Passthru": True}), select("Notes", "Id", "State", "Generation", "HardDrives")))
    assert isinstance(done, Done)
    assert done.errors == ()
    assert done.records == ({"Notes": text, "Id": WEB, "State": "Off", "Generation": 2, "HardDrives": ()},)
    done = session.run(write(vm(WEB), Cmd("Set-VMMemory", {"DynamicMemoryEnabled": True, "StartupBytes": 1 << 32, "MaximumBytes": 1 << 40})))
    assert (type(done), done.errors if isinstance(done, Done) else done) == (Done, ())
    done = session.run(write(vm(WEB), Cmd("Set-VM", {"AutomaticStopAction": "Save", "Passthru": True}), select("AutomaticStopAction")))
    assert isinstance(done, Done)
    assert done.records[0]["AutomaticStopAction"] == "Save"


def test_several_statements_are_one_pipeline(connect: Connect, proxy: Proxy) -> None:
    """Reads may be batched: outputs of all statements come in order."""
    session = connect()
    done = session.run(read((vm(WEB), select("Name")), (vm(DB), select("Name", "Id"))))
    assert isinstance(done, Done)
    assert [record["Name"] for record in done.records] == ["web", "db"]
    assert proxy.seen.count("Command") == 1


def test_an_error_of_a_write_is_told(connect: Connect) -> None:
    """The host's error record comes with its id, category and target."""
    done = connect().run(write(vm("99999999-0000-0000-0000-000000000000"), Cmd("Set-VM", {"Notes": "x"})))
    assert isinstance(done, Done | Failed)
    assert "GetVM" in done.errors[0].id
    assert done.errors[0].category != "NotSpecified"
    assert done.errors[0].target == "99999999-0000-0000-0000-000000000000"


TROUBLE = ["reset-before", "reset-after", "truncate", "garble", "foreign", "http 401", "http 503", "http 404", "http 500", "fault 2150859173", "fault 5"]


@pytest.mark.parametrize("what", TROUBLE)
@pytest.mark.parametrize("action", ["Create", "Command", "Receive", "Signal"])
def test_trouble_is_told_honestly(action: str, what: str, connect: Connect, proxy: Proxy, served: int) -> None:
    """Whatever happens to one request: NotSent means nothing was done, what was done is never called NotSent, nothing is sent twice,
    and the next call works."""
    session = connect()
    if action == "Command":
        assert isinstance(session.run(NAMES), Done)
    text = f"{action} {what} {next(_numbers)}"
    proxy.trouble[action] = what
    proxy.seen.clear()
    outcome = session.run(mark(text), timeout=20)
    assert proxy.seen.count("Command") <= 1, "no request may be repeated"
    written = notes(served, connect) == text
    if isinstance(outcome, NotSent):
        assert not written
        assert outcome.why
        assert outcome.code
    if action == "Create":
        assert isinstance(outcome, NotSent)
    elif action == "Receive":
        opening = proxy.seen.count("Command") == 0
        assert isinstance(outcome, NotSent if opening else Unsure)
    elif action == "Signal":
        assert isinstance(outcome, Done), "the answer had arrived"
        assert written
    if written:
        assert isinstance(outcome, Done | Unsure)
    proxy.trouble.clear()
    assert isinstance(session.run(mark(text + " again")), Done)
    assert notes(served, connect) == text + " again"


@pytest.mark.parametrize("what", ["reset-before", "reset-after", "truncate", "garble", "http 503"])
def test_a_lost_answer_is_unsure(what: str, connect: Connect, proxy: Proxy) -> None:
    """After the command was taken, trouble with its answer says nothing about what the host did."""
    session = connect()
    assert isinstance(session.run(NAMES), Done)
    proxy.trouble["Receive"] = what
    outcome = session.run(mark("x"))
    assert isinstance(outcome, Unsure)
    assert "Error" not in outcome.why, "a person reads this: no representation of a Python object"
    assert "Disconnected(" not in outcome.why


def test_a_deadline_passes(connect: Connect, proxy: Proxy) -> None:
    """A host that says nothing is not waited for longer than was asked; what was begun is unsure, what was not is not sent."""
    session = connect()
    assert isinstance(session.run(NAMES), Done)
    proxy.trouble["Receive"] = "hang-before"
    assert isinstance(session.run(mark("late"), timeout=0.5), Unsure)
    proxy.trouble["Create"] = "hang-before"
    assert isinstance(session.run(NAMES, timeout=0.5), NotSent)


def test_connections_are_never_shared(connect: Connect, proxy: Proxy) -> None:
    """Eight threads, three sessions: every call is answered, and no more connections are opened than sessions."""
    session = connect(max_sessions=3)
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda number: session.run(mark(str(number)) if number % 2 else NAMES), range(40)))
    assert all(isinstance(outcome, Done) for outcome in outcomes)
    assert proxy.connections <= 3
    assert proxy.seen.count("Create") <= 3


def test_a_busy_session_says_so(connect: Connect, proxy: Proxy) -> None:
    """A call that found no free session until its deadline was not sent."""
    session = connect(max_sessions=1)
    proxy.trouble["Create"] = "hang-before"
    first = threading.Thread(target=session.run, args=(NAMES,), kwargs={"timeout": 3}, daemon=True)
    first.start()
    while "Create" not in proxy.seen:
        first.join(0.02)
    outcome = session.run(NAMES, timeout=0.05)
    assert isinstance(outcome, NotSent)
    assert outcome.code == "busy"
    proxy.released.set()
    first.join()


def test_sessions_are_recycled(connect: Connect, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell is replaced long before the host would count it out, and the old one is deleted."""
    monkeypatch.setattr(psrp, "RECYCLE", 3)
    session = connect()
    for _ in range(7):
        assert isinstance(session.run(NAMES), Done)
    assert (proxy.seen.count("Create"), proxy.seen.count("Delete")) == (3, 2)


def test_a_connection_that_rested_is_not_trusted(connect: Connect, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a pause a new one is opened: the host may have dropped the old one without a word."""
    session = connect()
    assert isinstance(session.run(NAMES), Done)
    monkeypatch.setattr(psrp, "IDLE", -1)
    assert isinstance(session.run(NAMES), Done)
    assert proxy.seen.count("Create") == 2


def test_close(connect: Connect, proxy: Proxy) -> None:
    """Shells are deleted, closing twice is fine, afterwards nothing is sent; a host that is gone does not keep anyone waiting or raise."""
    session = connect()
    session.run(NAMES)
    session.close()
    session.close()
    assert proxy.seen.count("Delete") == 1
    assert isinstance(session.run(NAMES), NotSent)
    other = connect()
    other.run(NAMES)
    proxy.trouble["Delete"] = "reset-before"
    other.close()


def test_a_wrong_password(connect: Connect) -> None:
    """What is wrong and what to check, and never the password."""
    outcome = connect(password="s3cret-but-wrong").run(NAMES)
    assert isinstance(outcome, NotSent)
    assert outcome.code == "logon-failed"
    assert "admin" in outcome.why
    assert outcome.hint
    assert "s3cret" not in str(outcome)


def test_nobody_there(connect: Connect) -> None:
    """A port where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    outcome = connect(port=port).run(NAMES)
    assert isinstance(outcome, NotSent)
    assert outcome.code == "host-unreachable"
    assert "Enable-PSRemoting" in outcome.hint


def test_no_tls_there(connect: Connect, served: int) -> None:
    """https to a port that speaks http."""
    outcome = connect(transport="https", port=served).run(NAMES, timeout=2)
    assert isinstance(outcome, NotSent)
    assert outcome.code in ("tls-failed", "connection-lost", "no-answer")


def test_references_must_be_resolved(connect: Connect) -> None:
    """A reference has no meaning on a host."""
    with pytest.raises(ValueError, match="references"):
        connect().run(write(vm(Ref(address="vm/a", property="Id")), Cmd("Stop-VM")))


def test_libraries_come_only_when_a_session_opens() -> None:
    """Importing the room loads nothing heavy."""
    from tests.house import PACKAGE

    code = "import sys, hvplan.remoting.psrp, hvplan.live.read; print('pypsrp' in sys.modules or 'requests' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    assert done.stdout.strip() == "False"
