"""The text plan and the text result: pure functions of the documents."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from hvplan.document.canonical import digest, dumps, to_json
from hvplan.document.plan import Deferred, Field, PlanDocument, Refusal, ResourceChange, Unmanaged
from hvplan.document.saved import load_plan
from hvplan.model.impact import Impact
from hvplan.report.blocks import IMPACTS
from hvplan.report.lines import duration, show
from hvplan.report.text import plan_lines, release, render_plan, render_result, render_summary, result_lines, result_summary_lines
from tests.document.sample import PLAN, REFUSAL, RESULT


def change(address: str, *actions: str, **more: Any) -> ResourceChange:
    """One entry."""
    base = ResourceChange(host="hv01", address=address, type="hyperv_virtual_machine", name=address[3:], actions=actions or ("no-op",), before=None, after=None)
    return replace(base, **more)


def nothing(**more: Any) -> PlanDocument:
    """A plan without work."""
    values: dict[str, Any] = {"steps": (), "power_windows": (), "consents": (), "deferred": (), "warnings": (), "unmanaged": ()}
    return replace(PLAN, **(values | {"resource_changes": tuple(change(f"vm/web{n:02d}") for n in range(14))} | more))


def test_the_sample_reads_as_on_the_page() -> None:
    """Headline, headline of the object with impact and place, fields with unit and impact, cause, PowerShell, totals."""
    lines = render_plan(PLAN).splitlines()
    assert lines[0] == f"hvplan 0.1.0   host hv01 (Windows Server 2025, simulated)   plan {digest(to_json(PLAN))[:8]}   14 objects read"
    assert lines[2] == "  ~ vm/web01                                    restart, about 40 s            lab.yaml:12"
    assert lines[3] == "      memory.startup             4 GiB -> 8 GiB    restart (dynamic memory is on)"
    assert lines[4].split() == ["networkAdapters/lan", "vlan", "10", "->", "20", "online"]
    assert "because lab.yaml and the host were changed since the last apply" in lines[5]
    assert lines[-1] == "Plan: 0 to create, 1 to update, 0 to replace, 0 to delete, and 1 device. 1 VM restarts."
    assert "Update   (1)  vm/web01" in lines
    assert "Drift    (1)  vm/web01, counted above" in lines


def test_a_saved_plan_reads_as_the_fresh_one() -> None:
    """The text is computed from the document alone, so saving and loading changes nothing in it."""
    assert render_plan(load_plan(dumps(to_json(PLAN)))) == render_plan(PLAN) == render_plan(to_json(PLAN))


def test_nothing_to_do_is_the_last_line() -> None:
    """After what is deferred, with the number of objects; one object is one."""
    deferred = (Deferred(host="hv01", address="vm/db01", path="processor.count", why="above --max-impact online", next="2026-01-03T22:00:00Z"),)
    text = render_plan(nothing(deferred=deferred))
    assert text.splitlines()[-1] == "Nothing to do: 14 objects match."
    assert "vm/db01 processor.count: above --max-impact online, next 2026-01-03T22:00:00Z" in text
    assert render_plan(nothing(resource_changes=(change("vm/a"),))).endswith("Nothing to do: 1 object matches.\n")


def test_what_is_deferred_for_one_reason_is_said_once() -> None:
    """Many objects share a line; the reason of a device stands at the device, and its machine waits for that."""

    def later(address: str, why: str, path: str = "") -> Deferred:
        return Deferred(host="hv01", address=address, path=path, why=why)

    many = [later(f"vm/m{number}", "not in this run (--target)") for number in range(5)]
    few = [later("vm/a", "vm/a/disks/os: the file is taken."), later("vm/a/disks/os", "the file is taken.", "vhd.path"), later("vm/b", "refused")]
    text = render_plan(nothing(deferred=(*many, *few)))
    assert [line.removeprefix("Deferred      ") for line in text.splitlines() if line.startswith("Deferred")] == [
        "each of 5: not in this run (--target): vm/m0, vm/m1, vm/m2, vm/m3, vm/m4",
        "vm/a: waits for what is deferred of it",
        "vm/a/disks/os vhd.path: the file is taken.",
        "vm/b: refused",
    ]


def test_a_refused_plan_says_why_and_how_out() -> None:
    """The refusal stands at its object, in the summary and in the last line with the flags that help."""
    refused = replace(REFUSAL, address="vm/web01", flag="--max-deletes 1")
    text = render_plan(replace(PLAN, refusals=(refused, REFUSAL)))
    assert "      refused: vm/old01 is protected (--max-deletes 1 allows it)" in text
    assert "  ! vm/old01" in text
    assert "Update   (1)  vm/web01  REFUSED" in text
    assert text.splitlines()[-1].endswith("Not applyable: 2 refusals (--max-deletes 1, --exclude vm/old01, or --skip-refused).")


@pytest.mark.parametrize(
    ("actions", "more", "sign"),
    [
        (("create",), {}, "+"),
        (("delete",), {"impact": "data"}, "-"),
        (("delete", "create"), {"impact": "replace"}, "-/+"),
        (("update",), {}, "~"),
        (("no-op",), {"importing": {"id": "x"}, "verbs": ("adopt",)}, "<="),
        (("update",), {"verbs": ("release",)}, "."),
    ],
)
def test_every_kind_of_change_has_its_sign(actions: tuple[str, ...], more: dict[str, Any], sign: str) -> None:
    """The sign stands in front, always in the same columns."""
    line = render_plan(nothing(resource_changes=(change("vm/a", *actions, **more),))).splitlines()[2]
    assert line.startswith(f"{sign:>3} vm/a")


def test_data_loss_is_shouted() -> None:
    """A change that may lose data says so in capitals and in the style of danger."""
    document = nothing(resource_changes=(change("vm/a", "delete", impact="data"),))
    loud = [line for line in plan_lines(document) if "DATA LOSS" in line.text]
    assert [line.style for line in loud] == ["danger"]


def test_every_impact_has_a_word() -> None:
    """A new level cannot be forgotten here."""
    assert set(IMPACTS) == {level.label for level in Impact}


def test_several_hosts_are_told_apart() -> None:
    """With several hosts every address carries its host."""
    other = replace(PLAN.hosts["hv01"], simulated=False, release="2022")
    document = replace(PLAN, hosts={**PLAN.hosts, "hv02": other}, unmanaged=(Unmanaged(host="hv02", address="vm/x"),))
    text = render_plan(document)
    assert "hosts hv01 (Windows Server 2025, simulated), hv02 (Windows Server 2022)" in text
    assert "  ~ hv01:vm/web01" in text
    assert "hv02:vm/x" in text


def test_names_and_notes_cannot_paint_the_terminal() -> None:
    """Control characters and turns of direction in anything a host or a file said are written out, one line stays one line."""
    evil = "a\x1b[2Jb\nc\u202ed\r"
    field = Field(path="notes", before=evil, after=evil * 40, impact="online")
    refusal = Refusal(host="hv01", address="vm/a", code="x", text=evil)
    document = nothing(
        resource_changes=(change("vm/a", "update", fields=(field,), impact="online"),),
        refusals=(refusal,),
        unmanaged=(Unmanaged(host="hv01", address=f"vm/{evil}"),),
        warnings=(evil,),
        deferred=(Deferred(host="hv01", address="vm/a", path="notes", why=evil),),
    )
    text = render_plan(document) + render_result(replace(RESULT, refusals=(refusal,)))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", text)
    assert max(map(len, text.splitlines())) < 400


def test_an_incomplete_plan_does_not_look_like_an_empty_one() -> None:
    """A host that could not be read: the last line says incomplete, never `Nothing to do`."""
    text = render_plan(nothing(errored=True))
    assert "Nothing to do" not in text
    assert "incomplete" in text.splitlines()[-1]


def test_values_are_for_people() -> None:
    """Bytes, seconds and percent by their unit; lists and truth as words; nothing as a dash."""
    assert [show(8 << 30, "bytes"), show(90, "seconds"), show(5, "percent"), show(True), show(None), show(["a", "b"]), show(4)] == [
        "8 GiB",
        "90s",
        "5 %",
        "true",
        "-",
        "a, b",
        "4",
    ]
    assert [duration(40), duration(180), duration(7200)] == ["40 s", "3 min", "2 h"]
    assert [release("2025"), release("Windows 11"), release("27000")] == ["Windows Server 2025", "Windows 11", "Windows build 27000"]


def test_the_summary_is_the_end_of_the_plan() -> None:
    """`--format summary`: headline, objects by verb and totals, without the details but with every reason for a refusal."""
    short, long = render_summary(PLAN).splitlines(), render_plan(PLAN).splitlines()
    reasons = [line for line in short if line.startswith("  refused: ")]
    assert [REFUSAL.text in line for line in reasons] == [True] * len(PLAN.refusals)
    rest = [line for line in short if line not in reasons]
    assert rest[0] == long[0]
    assert rest[1:] == long[-len(rest) + 1 :]
    assert not any(line.lstrip().startswith(">") for line in short)


def test_the_summary_of_a_result_says_why() -> None:
    """What failed and what was refused, not what that skipped; nothing where the run ended well, whatever it tried on the way."""
    text = "\n".join(line.text for line in result_summary_lines(replace(RESULT, refusals=(REFUSAL,))))
    assert "vm/web01 was not off after 300 seconds" in text
    assert f"refused: {REFUSAL.address}" in text
    assert "because s2 failed" not in text
    assert "vm/web01" not in "\n".join(line.text for line in result_summary_lines(replace(RESULT, exit_code=0)))


def test_a_result_names_the_root_failure_and_the_way_on() -> None:
    """What failed and why, what that skipped, the verdict of each host, the command to go on with."""
    text = render_result(RESULT)
    assert "vm/web01 was not off after 300 seconds" in text
    assert "skipped   s3    vm/web01: Set-VMMemory   because s2 failed" in text
    assert "host hv01: failed" in text
    assert "Stopped part-way: 1 done, 1 failed, 2 skipped." in text
    assert text.splitlines()[-1] == "Continue with: hvplan apply lab.yaml"


@pytest.mark.parametrize(("code", "word"), [(0, "Applied"), (1, "Failed before anything was changed"), (3, "Refused"), (4, "part-way"), (130, "Interrupted")])
def test_every_exit_code_has_its_sentence(code: int, word: str) -> None:
    """The sentence tells whether the host was changed."""
    assert any(word in line.text for line in result_lines(replace(RESULT, exit_code=code)))
