"""What a pipeline has sent so far, and what is known of its outcome from it."""

from __future__ import annotations

from dataclasses import dataclass, field

from hvplan.remoting import clixml, messages
from hvplan.remoting.session import Done, ErrorRecord, Failed, Outcome, Record, Unsure


@dataclass(slots=True)
class Heard:
    """What a pipeline has sent so far."""

    records: list[Record] = field(default_factory=list)
    errors: list[ErrorRecord] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    state: str = ""

    def take(self, kind: int, body: bytes) -> None:
        """One message; kinds that say nothing about the outcome (progress, verbose ...) pass by."""
        match kind:
            case messages.PIPELINE_OUTPUT:
                self.records.append(clixml.record(body))
            case messages.ERROR_RECORD:
                self.errors.append(clixml.error_record(body))
            case messages.WARNING_RECORD:
                self.warnings.append(clixml.warning(body))
            case messages.PIPELINE_STATE:
                state, error = clixml.pipeline_state(body)
                self.state = state
                self.errors += [error] if error is not None else []

    def outcome(self) -> Outcome | None:
        """The outcome, once the pipeline has ended."""
        match self.state:
            case "Completed":
                return Done(records=tuple(self.records), errors=tuple(self.errors), warnings=tuple(self.warnings))
            case "Failed" | "Stopped":
                why = ErrorRecord(id=f"Pipeline{self.state}", category="OperationStopped", message=f"The host says {self.state} and gives no reason.")
                return Failed(errors=tuple(self.errors) or (why,), records=tuple(self.records))
            case "Disconnected":
                return Unsure(why="the host has detached the pipeline from this connection")
        return None
