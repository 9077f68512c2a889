"""The exceptions that carry diagnostics up to `cli`, each with the exit code it means."""

from __future__ import annotations

from collections.abc import Iterable

from hvplan.diagnostics import Diagnostic, in_order


class HvplanError(Exception):
    """A failure that a user can understand. `exit_code` as in the table of exit codes: 1 or 3; nothing was changed."""

    exit_code = 1

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("; ".join(d.summary for d in diagnostics))
        self.diagnostics = in_order(diagnostics)

    @classmethod
    def of(cls, diagnostics: Iterable[Diagnostic]) -> HvplanError:
        """The error that carries all of them."""
        return cls(*diagnostics)


class ConfigurationError(HvplanError):
    """The files alone are wrong (exit 1)."""


class ConnectionFailed(HvplanError):
    """A host cannot be reached, refuses the credentials or cannot be read (exit 1)."""


class Refused(HvplanError):
    """Something that hvplan will not do: a stale plan, a missing consent, a policy (exit 3)."""

    exit_code = 3
