"""Questions to the real engine that HVPLAN_ENGINE names: one process, one JSON line each way."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import threading
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any, Self

import pytest

Json = Any
SECONDS = 8


def engine_path() -> str:
    """The engine's program; without one the test that asks is reported as not run."""
    named = os.environ.get("HVPLAN_ENGINE")
    if not named:
        pytest.skip("not run: HVPLAN_ENGINE is not set")
    return named


class Asked:
    """An engine that answers; close it, or use it in a `with`."""

    def __init__(self, path: str) -> None:
        self._process = subprocess.Popen([path, "ask"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8")

    def ask(self, questions: Sequence[Json]) -> list[Json]:
        """One answer for each question, in order. Raises RuntimeError if the engine could not read one, or ended."""
        said = threading.Thread(target=self._say, args=(questions,), daemon=True)
        said.start()
        assert self._process.stdout is not None
        answers = []
        for question in questions:
            overdue = threading.Timer(SECONDS, self._process.kill)
            overdue.start()
            line = self._process.stdout.readline()
            overdue.cancel()
            answer = json.loads(line) if line else {"broken": f"the engine has ended, or said nothing for {SECONDS} seconds"}
            if "broken" in answer:
                raise RuntimeError(f"{json.dumps(question)}: {answer['broken']}")
            answers.append(answer)
        said.join()
        return answers

    def verdicts(self, lines: Sequence[Json]) -> list[Json]:
        """What the engine makes of invocations, in the words of the recordings."""
        return [verdict(answer) for answer in self.ask([question(line) for line in lines])]

    def _say(self, questions: Iterable[Json]) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError, ValueError):  # it has ended: who waits for its answer tells
            for one in questions:
                self._process.stdin.write(json.dumps(one) + "\n")
            self._process.stdin.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()  # it keeps nothing
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            with contextlib.suppress(BrokenPipeError):
                stream.close()


def question(line: Json) -> Json:
    """A line of the recordings as the engine wants to be asked."""
    statements = [[{"cmd": one["command"], "args": [_argument(*said) for said in one["arguments"]]} for one in statement] for statement in line["statements"]]
    return {"statements": statements, **({"input": line["input"]} if "input" in line else {})}


def _argument(name: str | None, *value: Json) -> Json:
    """A bare name is one with a dash and null; alone it would be a switch that is true (truth, for who writes a client)."""
    return [name, *value] if value or name is None else [f"-{name.lstrip('-')}", None]


def verdict(answer: Json) -> Json:
    """The calls that were made, the error that ended it and those that did not."""
    calls = [{key: one[key] for key in ("command", "set", "bound")} for one in answer["calls"]]
    made: Json = {"calls": calls}
    if "thrown" in answer:
        record = answer["thrown"]["record"]
        made["failed"] = {"id": record["id"], "category": record["category"], "exception": answer["thrown"]["type"]}
    if answer["errors"]:
        made["errors"] = [{key: one[key] for key in ("id", "category", "exception")} for one in answer["errors"]]
    return made
