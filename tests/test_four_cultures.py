"""The same files give the same plan, the same writes and the same end state whatever language a host speaks; and an export says the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from hvplan.cli.exporting import exported
from hvplan.document.canonical import dumps, to_json
from hvplan.live.read import read_host
from hvplan.live.wanted import Wanted
from hvplan.model.objects import Host
from tests import casebook
from tests.casebook import Case
from tests.endstate import difference, end_state
from tests.lab import Lab
from tests.variants import World, named, variant

CASES = pytest.mark.parametrize("case", casebook.cases(), ids=lambda case: case.name)
CULTURES: Final = ("en-US", "de-DE", "fr-FR", "ja-JP")
HOST: Final = Host(name="hv01", connection={"simulated": {"world": "host.world.yaml"}})


def speaking(case: Case, culture: str, folder: Path) -> Lab:
    """The case on a host of that culture; always in the same folder, because a plan names files."""

    def translate(world: World) -> None:
        world["host"]["culture"] = culture

    (folder / "work").mkdir(exist_ok=True)
    return Lab(variant(case, folder / "case", world=translate), folder / "work")


def _spoken(value: Any) -> Any:
    """A parameter of a call without the host's own names of things: a machine is known by its name, what belongs to one by its kind."""
    match value:
        case Mapping():
            return (value.get("type"), value.get("name") if value.get("type") == "VirtualMachine" else None)
        case list() | tuple():
            return [_spoken(one) for one in value]
        case _:
            return value


def calls(lab: Lab) -> list[tuple[str, dict[str, Any], str]]:
    """Every write, with its parameters and its outcome."""
    return [(call["command"], {name: _spoken(value) for name, value in call["bound"].items()}, call["outcome"]) for call in casebook.writes(lab.calls())]


def worked(case: Case, culture: str, folder: Path) -> tuple[Any, ...]:
    """What was written, what became of every step, and the host afterwards."""
    lab = speaking(case, culture, folder)
    result = lab.apply(lab.plan())
    return calls(lab), [(step.id, step.outcome, step.error.id if step.error else "") for step in result.steps], result.exit_code, end_state(lab.world)


@CASES
def test_the_same_plan(case: Case, tmp_path: Path) -> None:
    """Localised text is never compared: plans are the same to the byte."""
    plans = {culture: dumps(to_json(speaking(case, culture, tmp_path).plan())) for culture in CULTURES}
    assert len(set(plans.values())) == 1


def _same_work(case: Case, folder: Path, cultures: Iterable[str]) -> None:
    *first, home = worked(case, CULTURES[0], folder)
    for culture in cultures:
        *told, state = worked(case, culture, folder)
        assert told == first, culture
        assert [line for line in difference(state, home) if not line.startswith("host.culture:")] == [], culture


@CASES
def test_the_same_work(case: Case, tmp_path: Path) -> None:
    """The same writes one by one, the same results and the same host afterwards, in English and in one of the other languages, which take turns."""
    _same_work(case, tmp_path, [CULTURES[1 + casebook.cases().index(case) % 3]])


@pytest.mark.soak
@CASES
def test_the_same_work_in_every_language(case: Case, tmp_path: Path) -> None:
    """All of them on every case."""
    _same_work(case, tmp_path, CULTURES[1:])


def test_the_hosts_do_speak(tmp_path: Path) -> None:
    """Otherwise all this would prove nothing: what New-VM makes unasked has another name in each language."""
    names = set()
    for culture in CULTURES:
        lab = speaking(named("create-a-lab"), culture, tmp_path)
        lab.apply(lab.plan())
        gone = [call for call in lab.calls() if call["command"] == "Remove-VMNetworkAdapter"]
        names.add(gone[0]["bound"]["VMNetworkAdapter"][0]["name"])
    assert len(names) == len(CULTURES)


@CASES
def test_the_same_export(case: Case, tmp_path: Path) -> None:
    """An export of the same host in another language is the same text: names that users gave stand in it, and names that the host gives do not."""
    texts = {}
    for culture in CULTURES:
        lab = speaking(case, culture, tmp_path)
        texts[culture] = exported(HOST, read_host(lab.session, Wanted(host="hv01", every=True))).text
    assert len(set(texts.values())) == 1
