"""The result document: what an apply did, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from hvplan.document.plan import Refusal

Json = Any
Outcome = Literal["done", "failed", "not_sent", "unknown", "skipped"]
Verdict = Literal["converged", "unchanged", "refused", "failed", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepError:
    """Why a step failed: the error record's id and category (empty for one of our own), and a message for people."""

    id: str
    category: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """`cmdlet`: what it writes with, so that no verb can be misread; `because`: the failed step that skipped this one, `""` otherwise."""

    id: str
    host: str
    address: str
    action: str
    cmdlet: str
    outcome: Outcome
    error: StepError | None = None
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultDocument:
    """A whole result. `hosts` is written as `{NAME: {"verdict": ...}}`, `continue_with` as `continue`: the command to go on with, `""` when nothing is left."""

    plan_digest: str
    exit_code: int
    hosts: Mapping[str, Verdict]
    steps: tuple[StepResult, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    continue_with: str = ""
    meta: Mapping[str, Json] = field(default_factory=dict)
