"""What the tests of apply have in common: a run on a virtual clock, and a machine that is restarted for a change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hvplan.apply.run import Options, apply_plan
from hvplan.document.plan import PlanDocument, Step
from hvplan.document.result import ResultDocument
from hvplan.model.parts import Processor
from hvplan.remoting.session import ErrorRecord
from tests.apply.fake import (
    Eyes,
    FakeHost,
    clock,
    guid,
    set_step,
    start_step,
    stop_step,
)

NO = ErrorRecord(id="InvalidState,Microsoft.HyperV.PowerShell.Commands.SetVMProcessor", category="InvalidOperation", message="The VM is in use.")


def run(host: FakeHost, document: PlanDocument, **more: Any) -> ResultDocument:
    """Apply on a virtual clock, without a journal unless one is asked for."""
    listener = more.pop("listener", None)
    return apply_plan(
        document, {"hv01": host}, clock=clock(), options=Options(again="hvplan apply lab.yaml", **more), listener=listener, readers={"hv01": Eyes(host)}
    )


def set_count(host: FakeHost, number: int, count: int) -> None:
    """Somebody else changes a machine."""
    host.vms[guid(number)] = replace(host.vms[guid(number)], processor=Processor(count=count, weight=100))


def outcomes(result: ResultDocument) -> dict[str, str]:
    return {step.id: step.outcome for step in result.steps}


def restart(number: int, prefix: str = "s") -> tuple[Step, ...]:
    """Stop, set, start."""
    one, two, three = f"{prefix}1", f"{prefix}2", f"{prefix}3"
    return stop_step(one, number), set_step(two, number, needs=(one,)), start_step(three, number, needs=(two,))
