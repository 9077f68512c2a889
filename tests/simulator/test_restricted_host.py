"""A host that serves one restricted session configuration, seen by a plain pypsrp client.

`engine/` runs the same tests with a real PowerShell that reads the same file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypsrp.exceptions import WSManFaultError
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

from hvplan.errors import ConfigurationError
from hvplan.simulator.serve import Endpoint
from hvplan.simulator.session_file import read_session_file
from tests.simulator.test_plain_pypsrp import OLD_WEB, WORLD, Host, endpoint, ids

FILE = r"""
# @{ this is a comment }
@{
    SchemaVersion = '2.0.0.0'
    SessionType = 'RestrictedRemoteServer'
    ModulesToImport = 'Hyper-V'
    VisibleCmdlets = 'Get-VM', 'Microsoft.PowerShell.Utility\Select-Object',
        @{ Name = 'Set-VM'; Parameters = @{ Name = 'VM' }, @{ Name = 'Notes'; ValidatePattern = '^[a-z ]+\z' } },
        @{ Name = 'Start-VM'; Parameters = @{ Name = 'Name'; ValidateSet = 'old-web', 'new-web' }, @{ Name = 'AsJob'; ValidateSet = 'False' } }
}
"""
NO_CONFIGURATION = 2150858811


def pool(host: Endpoint, **options: Any) -> RunspacePool:
    """A plain client's pool; `configuration_name` chooses the endpoint."""
    connection = WSMan(host.host, port=host.port, ssl=False, auth="basic", encryption="never", username="admin", password="secret", no_proxy=True)
    return RunspacePool(connection, **options)


@pytest.fixture
def engine() -> Path | None:
    """The program that is PowerShell; None for the built-in one."""
    return None


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The session configuration file."""
    path = tmp_path / "hvplan.lab.pssc"
    path.write_text(FILE, "utf-8")
    return path


@pytest.fixture
def host(tmp_path: Path, engine: Path | None, file: Path) -> Iterator[Endpoint]:
    """A host with that configuration and no other."""
    with endpoint(tmp_path, engine=engine, configuration_file=file) as served:
        yield served


def test_only_what_is_visible_is_there(host: Endpoint, tmp_path: Path) -> None:
    """Visible cmdlets answer, parameters that are not listed do not exist, values are validated, all else is no command (truth 18-24)."""
    assert host.configuration == "hvplan.lab"
    with pool(host, configuration_name="hvplan.lab") as opened:
        client = Host(opened)
        assert client.records(("Get-VM", {}), properties=("Name", "State"))[0]["Name"] == "old-web"
        assert ids(client.run(("Get-VM", {"Id": OLD_WEB}), ("Set-VM", {"Notes": "by hand"}))) == []
        assert client.records(("Get-VM", {}), properties=("Notes",)) == [{"Notes": "by hand"}]
        assert failed(opened, "Set-VM", Name="old-web", Notes="x") == "NamedParameterNotFound,Set-VM"
        assert failed(opened, "Start-VM", Name="other") == "ParameterArgumentValidationError,Start-VM"
        assert failed(opened, "Start-VM", Name="old-web", AsJob=True) == "ParameterArgumentValidationError,Start-VM"
        for name in ("Stop-VM", "Remove-VM", "Hyper-V\\Set-VM", "Get-Item"):
            assert failed(opened, name) == "CommandNotFoundException"
        assert ids(client.run(("Get-VM", {}), ("Set-VM", {"Notes": "NOT; this"}))) == ["ParameterArgumentValidationError"]
    written = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text("utf-8").splitlines()]
    done = [line["command"] for line in written if line["outcome"] != "unbound"]
    assert set(done) <= {"Get-VM", "Set-VM"}
    assert done.count("Set-VM") == 1


MERGED = r"""
@{
    SessionType = 'RestrictedRemoteServer'
    VisibleCmdlets = @{ Name = 'Set-VM'; Parameters = @{ Name = 'Name' } }, @{ Name = 'set-vm'; Parameters = @{ Name = 'Notes'; ValidateSet = 'a' } },
        @{ Name = 'Set-VM'; Parameters = @{ Name = 'Notes'; ValidateSet = 'b' }, @{ Name = 'NewVMName' } }, 'Get-VM'
    VisibleFunctions = @{ Name = 'Stop-VM'; Parameters = @{ Name = 'Name' }, @{ Name = 'TurnOff' } }
}
"""


def test_tables_of_one_command_are_one_and_a_plain_name_brings_their_module(tmp_path: Path, engine: Path | None) -> None:
    """Parameters and words of all tables hold, most of all those that forbid; `Get-VM` imports Hyper-V for the tables before it."""
    path = tmp_path / "merged.psrc"
    path.write_text(MERGED, "utf-8")
    with endpoint(tmp_path, engine=engine, configuration_file=path) as host, pool(host, configuration_name="merged") as opened:
        client = Host(opened)
        for notes in ("a", "B"):
            assert ids(client.run(("Set-VM", {"Name": "old-web", "Notes": notes}))) == []
        assert failed(opened, "Set-VM", Name="old-web", Notes="c") == "ParameterArgumentValidationError,Set-VM"
        assert failed(opened, "Set-VM", Name="old-web", ProcessorCount=2) == "NamedParameterNotFound,Set-VM"
        assert ids(client.run(("Stop-VM", {"Name": "old-web", "TurnOff": True}))) == []


def test_null_is_the_empty_text_for_a_limited_command(tmp_path: Path, engine: Path | None) -> None:
    """A function's text parameter converts null before anything validates it: notes are emptied, though the cmdlet itself refuses null."""
    path = tmp_path / "notes.psrc"
    path.write_text("@{ VisibleCmdlets = 'Get-VM', @{ Name = 'Set-VM'; Parameters = @{ Name = 'Name' }, @{ Name = 'Notes' } } }", "utf-8")
    with endpoint(tmp_path, engine=engine, configuration_file=path) as host, pool(host, configuration_name="notes") as opened:
        client = Host(opened)
        for notes in ("kept", None):
            assert ids(client.run(("Set-VM", {"Name": "old-web", "Notes": notes}))) == []
        (machine,) = client.run(("Get-VM", {"Name": "old-web"})).output
        assert machine.adapted_properties["Notes"] == ""


def test_a_session_has_the_eight_functions_of_its_own(host: Endpoint) -> None:
    """A bare Get-Command lists them beside what is visible (JEA)."""
    with pool(host, configuration_name="hvplan.lab") as opened:
        shell = PowerShell(opened)
        found = shell.add_cmdlet("Get-Command").add_parameter("CommandType", "Function").invoke()
        own = {"Clear-Host", "Exit-PSSession", "Get-Command", "Get-FormatData", "Get-Help", "Measure-Object", "Out-Default", "Select-Object"}
        assert {command.adapted_properties["Name"] for command in found} == own | {"Set-VM", "Start-VM"}
        assert Host(opened).run(("Exit-PSSession", {})).output == []


def test_no_script_runs_there(host: Endpoint) -> None:
    """Script text, however harmless, is refused: the session has no language."""
    with pool(host, configuration_name="hvplan.lab") as opened:
        shell = PowerShell(opened)
        shell.add_script("1+1")
        assert outcome(shell) == "ScriptsNotAllowed"


def test_a_command_may_not_ask_for_the_sessions_own_scope(host: Endpoint) -> None:
    """UseLocalScope false is refused where there is no language; saying nothing, or true, is not."""
    with pool(host, configuration_name="hvplan.lab") as opened:
        for scope in (None, True):
            shell = PowerShell(opened)
            shell.add_cmdlet("Get-VM", use_local_scope=scope)
            assert (len(shell.invoke()), shell.had_errors) == (1, False)
            shell.close()
        shell = PowerShell(opened)
        shell.add_cmdlet("Get-VM", use_local_scope=False)
        assert outcome(shell) == "RuntimeException"


@pytest.mark.parametrize("options", [{}, {"configuration_name": "Microsoft.PowerShell"}, {"configuration_name": "hvplan"}])
def test_another_configuration_is_not_there(host: Endpoint, options: dict[str, Any]) -> None:
    """A name that the host does not have, the usual one included, is the fault that Windows gives."""
    with pytest.raises(WSManFaultError) as caught:
        pool(host, **options).open()
    assert caught.value.code == NO_CONFIGURATION


def test_a_role_file_without_a_session_type_is_restricted(tmp_path: Path, engine: Path | None) -> None:
    """A role's keys alone make a RestrictedRemoteServer session, never an open one: it has Get-Command, and no language."""
    path = tmp_path / "reader.psrc"
    path.write_text("@{ ModulesToImport = 'Hyper-V'; VisibleCmdlets = 'Get-VM' }", "utf-8")
    with endpoint(tmp_path, engine=engine, configuration_file=path) as served, pool(served, configuration_name="READER") as opened:
        client = Host(opened)
        assert len(client.run(("Get-VM", {})).output) == 1
        assert len(client.run(("Get-Command", {"Name": "Get-VM"})).output) == 1
        assert failed(opened, "Set-VM", Name="old-web") == "CommandNotFoundException"
        shell = PowerShell(opened)
        shell.add_script("Get-VM")
        assert outcome(shell) == "ScriptsNotAllowed"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read"),
        ("", "line 1"),
        ("@{ VisibleCmdlets = Get-VM }", "line 1"),
        ("@{ SessionType = 'Open' }", "unknown session type"),
        ("@{ VisibleCmdlets = @{ Name = 'Get-VM' } }", "Parameters"),
        (
            "@{ VisibleCmdlets = @{ Name = 'Set-VM'; Parameters = @{ Name = 'Name' } }; VisibleFunctions = @{ Name = 'set-vm'; Parameters = @() } }",
            "list it once",
        ),
        ("@{ RoleDefinitions = @{ 'LAB\\Admins' = @{ RoleCapabilities = 'x' } } }", "RoleDefinitions"),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_name(tmp_path: Path, text: str | None, said: str) -> None:
    """Nothing is served then; the message names the file and what is wrong in it."""
    path = tmp_path / "wrong.pssc"
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        endpoint(tmp_path, configuration_file=path)
    (diagnostic,) = caught.value.diagnostics
    assert str(path) in str(diagnostic)
    assert said in str(diagnostic)
    assert not (tmp_path / ".hvplan").exists()


def test_the_command_serves_it(tmp_path: Path, file: Path) -> None:
    """`hvplan simulate WORLD --configuration FILE` says the name that clients ask for, and serves under it."""
    world = tmp_path / "hv01.world.yaml"
    world.write_text(WORLD, "utf-8")
    code = "import sys; from hvplan.cli.main import main; sys.argv[0] = 'hvplan'; sys.exit(main())"
    command = [sys.executable, "-c", code, "simulate", str(world), "--configuration", str(file)]
    served = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])})
    try:
        assert served.stdout is not None
        said = json.loads(served.stdout.readline())
        assert said["configuration"] == "hvplan.lab"
        connection = WSMan(said["host"], port=said["port"], ssl=False, auth="basic", encryption="never", username="admin", password="secret", no_proxy=True)
        with RunspacePool(connection, configuration_name=said["configuration"]) as opened:
            assert len(Host(opened).run(("Get-VM", {})).output) == 1
            assert failed(opened, "Remove-VM", Name="old-web") == "CommandNotFoundException"
    finally:
        served.kill()
        served.wait()
        if served.stdout is not None:
            served.stdout.close()


def test_what_an_engine_reads_says_its_session_type(tmp_path: Path) -> None:
    """The type stands in the table itself, not in a comment before it, and only where the file has none."""
    path = tmp_path / "role.psrc"
    path.write_text("# @{ no }\n@{ VisibleCmdlets = 'Get-VM' }", "utf-8")
    assert read_session_file(path).text == "# @{ no }\n@{ SessionType = 'RestrictedRemoteServer'; VisibleCmdlets = 'Get-VM' }"
    path.write_text("@{ sessiontype = 'Empty' }", "utf-8-sig")
    assert read_session_file(path).text == "@{ sessiontype = 'Empty' }"


def failed(opened: RunspacePool, name: str, **parameters: Any) -> str:
    """The id of the error that ended a pipeline of one command."""
    shell = PowerShell(opened)
    shell.add_cmdlet(name).add_parameters(parameters)
    return outcome(shell)


def outcome(shell: PowerShell) -> str:
    """The id of the error that ended it."""
    shell.invoke()
    assert shell.had_errors
    found = [str(error.fq_error) for error in shell.streams.error]
    shell.close()
    assert len(found) == 1, found
    return found[0]
