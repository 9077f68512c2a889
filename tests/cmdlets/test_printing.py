"""Printed PowerShell means exactly what is sent."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hvplan.cmdlets import constants
from hvplan.cmdlets.build import select, vm, where, write
from hvplan.cmdlets.invocation import Cmd, Ref, Text
from hvplan.cmdlets.printing import literal, powershell

ID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
RECORDED = Path(__file__).parent.parent / "recordings" / "quoting.jsonl.gz"
QUOTES = "'‘’‚‛"
DOUBLE = '"“”„'


def read_back(text: str) -> str:
    """A literal as PowerShell's rules read it: a doubled quote in single quotes is one; a backtick escapes in double quotes."""
    inner = text[1:-1]
    if text[0] in QUOTES:
        assert text[-1] in QUOTES
        assert not re.search(f"(?<![{QUOTES}])[{QUOTES}](?:[{QUOTES}]{{2}})*(?![{QUOTES}])", inner), "the text ends early"
        return re.sub(f"([{QUOTES}])[{QUOTES}]", r"\1", inner)
    assert text[0] in DOUBLE
    escapes = {"n": "\n", "r": "\r", "t": "\t"}

    def one(match: re.Match[str]) -> str:
        if match[2]:
            return chr(int(match[2], 16))
        return escapes.get(match[1], match[1])

    assert not re.search(rf"(?<!`)(?:``)*[{DOUBLE}]", inner), "the text ends early"
    return re.sub(r"`(.)|\$\(\[char\]0x([0-9A-F]+)\)", one, inner, flags=re.DOTALL)


def test_every_recorded_text_is_quoted_as_the_real_parser_reads_it(figure: Callable[[str], None]) -> None:
    """Every text whose verdict the real parser gave is printed as that literal, or on one line with escapes that mean the same."""
    lines = [json.loads(line) for line in gzip.decompress(RECORDED.read_bytes()).decode("utf-8").splitlines()]
    same = 0
    for line in lines:
        if not line["quotedParsesBack"]:  # the one text that even quotes do not protect: it hangs on its parameter
            assert line["value"] == "--%"
            continue
        printed = literal(line["value"])
        same += printed == line["quoted"]
        assert printed == line["quoted"] or printed[0] == '"'
        assert read_back(printed) == line["value"]
        assert "\n" not in printed
    figure(f"{len(lines)} recorded texts, {same} printed as recorded, {len(lines) - same} with escapes")
    assert len(lines) == 220
    assert same > 150


@given(st.text(alphabet=st.sampled_from("'‘’‚‛\"“”„`$(){};|&-%#@,\n\r\t\0 ab\u2028\u202e\x1b0xAF[char]")))
def test_any_text_comes_back(text: str) -> None:
    """Quotes, escapes, line breaks and hidden characters come back as they were, on one line."""
    assert read_back(literal(text)) == text
    assert not re.search(r"[\x00-\x1f\u2028\u202e]", literal(text))


NEW = Ref(address="vm/web01", property="Id")
PRINTED = {
    "a number and a switch": (
        write(vm(ID), Cmd("Set-VMProcessor", {"Count": 4, "ExposeVirtualizationExtensions": True})),
        f"Get-VM -Id '{ID}' | Set-VMProcessor -Count 4 -ExposeVirtualizationExtensions $true -Confirm:$false",
    ),
    "a forced removal": (write(vm(ID), Cmd("Remove-VM")), f"Get-VM -Id '{ID}' | Remove-VM -Force -Confirm:$false"),
    "what PowerShell would swallow": (write(vm(ID), Cmd("Set-VM", {"Notes": "--%"})), f"Get-VM -Id '{ID}' | Set-VM -Notes:'--%' -Confirm:$false"),
    "an adapter and a word": (
        write(vm(ID), Cmd("Get-VMNetworkAdapter"), where("Id", "Microsoft:A\\B"), Cmd("Set-VMNetworkAdapter", {"DhcpGuard": "On"})),
        (
            f"Get-VM -Id '{ID}' | Get-VMNetworkAdapter | Where-Object -Property 'Id' -EQ -Value 'Microsoft:A\\B'"
            " | Set-VMNetworkAdapter -DhcpGuard On -Confirm:$false"
        ),
    ),
    "null": (
        write(vm(ID), Cmd("Get-VMDvdDrive", {"ControllerNumber": 0, "ControllerLocation": 1}), Cmd("Set-VMDvdDrive", {"Path": None})),
        f"Get-VM -Id '{ID}' | Get-VMDvdDrive -ControllerNumber 0 -ControllerLocation 1 | Set-VMDvdDrive -Path $null -Confirm:$false",
    ),
    "a selection": (
        write(Cmd("New-VM", {"Name": "it's"}), select("Id", "NetworkAdapters")),
        "New-VM -Name 'it''s' -Confirm:$false | Microsoft.PowerShell.Utility\\Select-Object -Property Id, NetworkAdapters",
    ),
    "a text with a reference": (
        write(vm(NEW), Cmd("Set-VM", {"Notes": Text(parts=('a "b" $c\nvm=', Ref(address="vm/web01", property="Id", first=13)))})),
        'Get-VM -Id $s3.Id | Set-VM -Notes "a `"b`" `$c`nvm=$($s3.Id.ToString().Substring(0,13))" -Confirm:$false',
    ),
    "a part of a reference": (
        write(vm(ID), Cmd("Set-VM", {"Notes": Text(parts=("nic=", Ref(address="vm/web01", property="NetworkAdapters.1.Id", after="\\", first=13)))})),
        f"Get-VM -Id '{ID}' | Set-VM -Notes \"nic=$($s3.NetworkAdapters[1].Id.ToString().Split('\\')[-1].ToLower().Substring(0,13))\" -Confirm:$false",
    ),
    "a reference that no variable holds": (
        write(vm(Ref(address="vm/old}web", property="Id")), Cmd("Stop-VM")),
        "Get-VM -Id ${vm/old`}web}.Id | Stop-VM -Confirm:$false",
    ),
    "a reference into what came back": (
        write(
            vm(NEW),
            Cmd("Get-VMNetworkAdapter"),
            where("Id", Ref(address="vm/web01", property="NetworkAdapters.0.Id")),
            Cmd("Remove-VMNetworkAdapter"),
        ),
        "Get-VM -Id $s3.Id | Get-VMNetworkAdapter | Where-Object -Property 'Id' -EQ -Value $s3.NetworkAdapters[0].Id | Remove-VMNetworkAdapter -Confirm:$false",
    ),
}


@pytest.mark.parametrize(("invocation", "text"), PRINTED.values(), ids=PRINTED.keys())
def test_what_is_printed(invocation: object, text: str) -> None:
    """People may paste it, so its form is a promise."""
    assert powershell(invocation, variables={"vm/web01": "$s3"}) == text  # type: ignore[arg-type]


def test_a_constant_script_is_a_function_and_its_call() -> None:
    """Pasted whole it does its work; the last line alone says what that is, and works where the function is known."""
    lan = Ref(address="vm/web01/networkAdapters/lan", property="Id")
    invocation = write(Cmd("Set-HvplanBootOrder", {"VMId": NEW, "Device": ("SCSI 0:0", "Microsoft:A0\\B0", lan)}))
    printed = powershell(invocation, variables={"vm/web01": "$s3", lan.address: "$s5"})
    first, *body, end, call = printed.split("\n")
    assert (first, end) == ("function Set-HvplanBootOrder {", "}")
    assert "\n".join(body) + "\n" == constants.text("Set-HvplanBootOrder")
    assert call == "Set-HvplanBootOrder -VMId $s3.Id -Device 'SCSI 0:0', 'Microsoft:A0\\B0', $s5.Id"
    one = write(Cmd("Set-HvplanBootOrder", {"VMId": ID, "Device": ("SCSI 0:0",)}))
    assert powershell(one).endswith(f"\nSet-HvplanBootOrder -VMId '{ID}' -Device @('SCSI 0:0')")


def test_a_producing_step_assigns() -> None:
    """The variable that later lines use is assigned where it comes from."""
    assert powershell(write(Cmd("New-VM", {"Name": "a"})), assign="$s3 = ") == "$s3 = New-VM -Name 'a' -Confirm:$false"
