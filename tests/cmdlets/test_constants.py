"""The only script text that ever leaves: constants, known by their hash."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hvplan.cmdlets import constants
from hvplan.cmdlets.build import InvalidInvocation, references, resolve, vm, write
from hvplan.cmdlets.invocation import Cmd
from hvplan.cmdlets.table import TABLE
from hvplan.remoting.shell import fill
from tests.cmdlets.test_build import ADAPTER, GOOD, ID
from tests.house import PACKAGE

KNOWN = {"Set-HvplanBootOrder": "5cd5a4fdd67fb84c6ae9d2f789cb5a52f029e502b188e5b0634f0f60b226ce9a"}
"""Every script that may travel. Who changes one changes what hosts and allow-lists know it by."""


@dataclass
class Pipeline:
    """What a client library would be told."""

    commands: list[tuple[str, str]] = field(default_factory=list)
    parameters: list[tuple[str, Any]] = field(default_factory=list)
    scopes: list[bool | None] = field(default_factory=list)

    def add_script(self, text: str, use_local_scope: bool | None = None) -> None:
        """Script text."""
        self.commands.append(("script", text))
        self.scopes.append(use_local_scope)

    def add_cmdlet(self, name: str) -> None:
        """A command by name."""
        self.commands.append(("name", name))

    def add_parameter(self, name: str, value: Any) -> None:
        """A parameter of the last command."""
        self.parameters.append((name, value))

    def add_statement(self) -> None:
        """The end of a statement."""


def test_the_constants_are_these() -> None:
    """Files and commands of the table are the same list, and their bytes are known."""
    assert constants.hashes() == KNOWN
    assert {name for name, cmdlet in TABLE.items() if cmdlet.script} == set(constants.FILES)
    assert {file.name for file in (PACKAGE / "cmdlets" / "scripts").iterdir()} == set(constants.FILES.values())


def test_nothing_else_sends_a_script() -> None:
    """One line of the whole product adds script text to a pipeline, and what it adds is a constant; nothing evaluates text on the host."""
    found: list[tuple[str, str]] = []
    for file in sorted(PACKAGE.rglob("*.py")):
        if "simulator" in file.relative_to(PACKAGE).parts:
            continue
        source = file.read_text("utf-8")
        for word in ("Invoke-Expression", "Invoke-Command", "IsScript", "is_script", "ScriptBlock]::Create", "execute_ps"):
            assert word not in source, file
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Attribute) and node.attr == "add_script":
                found.append((file.name, ""))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "add_script":
                assert isinstance(node.args[0], ast.Name)
                found.append((file.name, node.args[0].id))
    assert found == [("shell.py", "script"), ("shell.py", "")]


def test_a_constant_travels_as_text_or_as_a_function() -> None:
    """With typed parameters both ways, in a scope of its own as text; a restricted endpoint gets its name alone."""
    invocation = write(Cmd("Set-HvplanBootOrder", {"VMId": ID, "Device": ("SCSI 0:0", ADAPTER)}))
    opened, restricted = Pipeline(), Pipeline()
    fill(opened, invocation, restricted=False)
    fill(restricted, invocation, restricted=True)
    assert (opened.commands, opened.scopes) == ([("script", constants.text("Set-HvplanBootOrder"))], [True])
    assert restricted.commands == [("name", "Set-HvplanBootOrder")]
    for pipeline in (opened, restricted):
        (first, guid), (second, devices) = pipeline.parameters
        assert (first, guid.tag, guid.value, second, devices) == ("VMId", "G", ID, "Device", ["SCSI 0:0", ADAPTER])


def test_whatever_may_be_sent_sends_no_other_script() -> None:
    """Every form of a write, at both kinds of endpoints."""
    for cmds in GOOD.values():
        invocation = write(*cmds)
        ready = resolve(invocation, lambda ref: ADAPTER if "networkAdapters" in ref.address else ID) if references(invocation) else invocation
        for restricted in (False, True):
            pipeline = Pipeline()
            fill(pipeline, ready, restricted=restricted)
            scripts = [text for kind, text in pipeline.commands if kind == "script"]
            assert set(scripts) <= ({constants.text(name) for name in constants.FILES} if not restricted else set())
            assert len(pipeline.commands) == len(ready.statements[0])


@given(st.text(max_size=40).filter(lambda text: text not in TABLE))
def test_no_text_becomes_a_script(text: str) -> None:
    """A command that is script text is in no table, and a script's parameters are values."""
    for cmds in ((Cmd(text),), (vm(ID), Cmd(text)), (Cmd("Set-HvplanBootOrder", {"VMId": text, "Device": (text,)}),)):
        try:
            write(*cmds)
        except InvalidInvocation:
            continue
        raise AssertionError(cmds)
