"""Cases: folders anyone can add to. Each holds what somebody wrote, the host they met, and what must come of it.

    desired.yaml       the files under review (with a Host whose simulated world is host.world.yaml)
    host.world.yaml    the host as it is
    case.toml          why the case exists; options of plan and apply; exit codes where they are not as usual
    plan.txt plan.json the plan, for people and as a document (without what changes from run to run)
    writes.txt         the writes that reached the host, in order, as the audit log has them
    after.diff         how the host differs afterwards

`python -m tests.casebook [NAME...]` writes the last four anew, to be reviewed like any change.
"""

from __future__ import annotations

import contextlib
import difflib
import io
import json
import os
import re
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hvplan.cli.main import run
from hvplan.simulator.world import SimulatedWorld

CASES = Path(__file__).parent / "cases"
NOW = "2026-01-02T03:04:05Z"
READS = ("Get-", "Where-Object", "Select-Object")
EXPECTED = ("plan.txt", "plan.json", "writes.txt", "after.diff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One folder. `exit` is of apply, `plan_exit` of `plan --detailed-exitcode` (2 where something is to be done)."""

    folder: Path
    why: str
    options: tuple[str, ...] = ()
    apply: tuple[str, ...] = ("--yes",)
    exit: int = 0
    plan_exit: int = 2
    converges: bool = True

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name


@cache
def cases() -> tuple[Case, ...]:
    """All of them, sorted by name."""
    found = []
    for file in sorted(CASES.glob("*/case.toml")):
        settings = tomllib.loads(file.read_text("utf-8"))
        changes = settings.pop("changes", True)
        settings |= {"options": tuple(settings.get("options", ())), "apply": tuple(settings.get("apply", ("--yes",)))}
        found.append(Case(folder=file.parent, **{"plan_exit": 2 if changes else 0, "converges": settings.get("exit", 0) == 0, **settings}))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One run of the command: what a user sees."""

    exit: int
    out: str
    err: str


def hvplan(*arguments: str) -> Ran:
    """Run the command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(arguments)
    return Ran(exit=code, out=out.getvalue(), err=err.getvalue())


@contextlib.contextmanager
def copied(case: Case) -> Iterator[Path]:
    """A copy of the case's inputs as the working folder; the expected files are not in it. Calls are kept in audit.jsonl."""
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for name in ("desired.yaml", "host.world.yaml"):
            shutil.copy(case.folder / name, folder / name)
        (folder / ".hosts.yaml").write_text("kind: Host\nname: hv01\nconnection: {simulated: {world: host.world.yaml, audit: audit.jsonl}}\n", "utf-8")
        os.chdir(folder)
        try:
            yield folder
        finally:
            os.chdir(here)


def plan(case: Case, *arguments: str) -> Ran:
    """`hvplan plan` of the working folder, with the case's options."""
    return hvplan("plan", ".", "--hosts", ".hosts.yaml", "--at", NOW, *case.options, *arguments)


def apply(case: Case, *arguments: str) -> Ran:
    """`hvplan apply` of the working folder, one step after another; the case's consents where no arguments are given."""
    return hvplan("apply", ".", "--hosts", ".hosts.yaml", "--at", NOW, "--parallel", "1", *case.options, *(arguments or case.apply))


def audit(folder: Path) -> list[dict[str, Any]]:
    """Every call the host got so far."""
    file = folder / "audit.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


def writes(calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that are no reads."""
    return [call for call in calls if not call["command"].startswith(READS)]


def line_of(call: dict[str, Any]) -> str:
    """One call for people: command, parameters, outcome."""
    bound = " ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in sorted(call["bound"].items()) if name != "Confirm")
    return f"{call['command']} {bound}".rstrip() + ("" if call["outcome"] == "ok" else f"  -> {call['outcome']} {call.get('error') or ''}".rstrip())


def dump(folder: Path, *, seed: bool = False) -> str:
    """The host as its world file would describe it: the seed, or the state it was left in."""
    state = folder / ".hvplan" / "host.state.yaml"
    file = folder / "host.world.yaml" if seed or not state.exists() else state
    return SimulatedWorld.from_text(file.read_text("utf-8")).dump_text()


def timeless(text: str) -> str:
    """A dump without the times that the clock of a run gave."""
    return re.sub(r"(started|due|created): '[^']*'", r"\1: (a time)", text)


def stable(document: dict[str, Any]) -> dict[str, Any]:
    """A plan document without what differs from run to run: meta, connections, the commit, hashes of files."""
    kept = {key: value for key, value in document.items() if key not in ("meta", "sources")}
    kept["hosts"] = {name: {key: value for key, value in host.items() if key != "connection"} for name, host in document["hosts"].items()}
    return kept


def outcome(case: Case) -> dict[str, str]:
    """What comes of a case, as the files that are expected."""
    with copied(case) as folder:
        planned = plan(case, "--document", "plan.json", "--detailed-exitcode")
        document = json.loads((folder / "plan.json").read_text("utf-8"))
        (folder / "audit.jsonl").unlink(missing_ok=True)
        before = dump(folder, seed=True)
        apply(case)
        after, before = timeless(dump(folder)), timeless(before)
        return {
            "plan.txt": planned.out + planned.err.replace(str(folder), "."),
            "plan.json": json.dumps(stable(document), indent=1, sort_keys=True, ensure_ascii=False) + "\n",
            "writes.txt": "".join(line_of(call) + "\n" for call in writes(audit(folder))),
            "after.diff": "".join(difflib.unified_diff(before.splitlines(True), after.splitlines(True), "before", "after", n=2)),
        }


def main(names: list[str]) -> None:
    """Write what is expected anew."""
    for case in cases():
        if not names or case.name in names:
            for name, text in outcome(case).items():
                (case.folder / name).write_text(text, "utf-8")
            sys.stdout.write(f"{case.name}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
