"""Where a command's words go: stdout is the result, stderr is progress and diagnostics; colour only on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, TextIO

from hvplan.diagnostics import Diagnostic, Severity, in_order
from hvplan.errors import ConfigurationError

STYLES: Final[Mapping[str, str]] = {
    "create": "green",
    "update": "yellow",
    "replace": "bold red",
    "delete": "red",
    "danger": "bold red",
    "refused": "bold red",
    "adopt": "cyan",
    "dim": "dim",
    "head": "bold",
    "good": "green",
}
"""Style of a report line -> rich's words for it."""

_SEVERITY: Final[Mapping[Severity, str]] = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def wants_color(stream: TextIO, environment: Mapping[str, str], no_color: bool) -> bool:
    """`--no-color` and NO_COLOR win, then FORCE_COLOR, then whether it is a terminal that can."""
    if no_color or environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return stream.isatty() and environment.get("TERM") != "dumb"


@contextmanager
def quiet_pipe() -> Iterator[None]:
    """Writes whose reader has gone (`hvplan plan | head`) are dropped: the command goes on and keeps its exit code.

    Raises ConfigurationError where they fail otherwise (a full disk): half a result must not look like one.
    """
    try:
        yield
    except BrokenPipeError:
        _silence()
    except OSError as error:
        _silence()
        summary = f"the output cannot be written: {error.strerror or error}"
        raise ConfigurationError(Diagnostic(code="output-unwritable", summary=summary, hint="send it elsewhere, or make room")) from error


def _silence() -> None:
    """Streams that take no more are led to nowhere, so that nothing fails on them a second time."""
    silence = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(silence, stream.fileno())
        except ValueError:
            continue


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Two streams and whether each may show colour. `terminal`: somebody is there to be asked."""

    out: TextIO
    err: TextIO
    color_out: bool
    color_err: bool
    terminal: bool

    @classmethod
    def of_process(cls, *, no_color: bool) -> Output:
        """The streams of this process."""
        return cls(
            out=sys.stdout,
            err=sys.stderr,
            color_out=wants_color(sys.stdout, os.environ, no_color),
            color_err=wants_color(sys.stderr, os.environ, no_color),
            terminal=sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty(),
        )

    def lines(self, lines: Iterable[Any]) -> None:
        """The result as report lines (`text`, `style`), for people."""
        with quiet_pipe():
            if self.color_out:
                self._rich(self.out, [(line.text, STYLES.get(line.style, "")) for line in lines])
            else:
                self.out.writelines(f"{line.text}\n" for line in lines)
            self.out.flush()

    def document(self, raw: bytes) -> None:
        """The result as the document's own bytes; a line break follows only on a terminal."""
        with quiet_pipe():
            self.out.flush()
            buffer = getattr(self.out, "buffer", None)
            if buffer is not None:
                buffer.write(raw + (b"\n" if self.out.isatty() else b""))
                buffer.flush()
            else:
                self.out.write(raw.decode())

    def progress(self, text: str) -> None:
        """One line on stderr; one that cannot be written stops no run."""
        with suppress(ConfigurationError), quiet_pipe():
            self.err.write(f"{text}\n")
            self.err.flush()

    def diagnostics(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Messages on stderr, sorted, without repeats."""
        with suppress(ConfigurationError), quiet_pipe():
            for diagnostic in in_order(diagnostics):
                if self.color_err:
                    self._rich(self.err, [(str(diagnostic), _SEVERITY[diagnostic.severity])])
                else:
                    self.err.write(f"{diagnostic}\n")
            self.err.flush()

    def _rich(self, stream: TextIO, pieces: Sequence[tuple[str, str]]) -> None:
        from rich.console import Console
        from rich.text import Text

        console = Console(file=stream, force_terminal=True, highlight=False, soft_wrap=True)
        for text, style in pieces:
            console.print(Text(text, style=style))
