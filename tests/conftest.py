"""Figures: what tests counted stands in the summary of every run, where a reader of the log looks for it. And the longest tests begin first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

FIGURES = pytest.StashKey[list[str]]()


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Say one line of figures: `figure("8206 recorded bindings agree")`. It is shown at the end of the run."""
    lines = request.config.stash.setdefault(FIGURES, [])
    where = request.node.nodeid.split("::")[0]

    def say(text: str) -> None:
        lines.append(f"{where}: {text}")

    return say


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What may take long by its own word begins first, so that no worker is left alone with it in the end."""

    def most(item: pytest.Item) -> float:
        given = item.get_closest_marker("timeout")
        return float(given.args[0]) if given and given.args else 0.0

    items.sort(key=most, reverse=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of a run on several processors hands its figures over."""
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["figures"] = session.config.stash.get(FIGURES, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Take the figures of a worker that has ended."""
    del error
    node.config.stash.setdefault(FIGURES, []).extend(getattr(node, "workeroutput", {}).get("figures", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show the figures before the runner's own last line."""
    if lines := config.stash.get(FIGURES, []):
        terminalreporter.section("figures")
        for line in sorted(lines):
            terminalreporter.write_line(line)
