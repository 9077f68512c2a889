"""The CLIXML that the wire itself writes: the end of a pipeline that PowerShell did not end."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

STOPPED, FAILED = 3, 5

_ESCAPED = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]|_(?=[xX][0-9A-Fa-f]{4}_)")


def text(value: str) -> str:
    """Text for an `S` element (truth 17)."""
    return escape(_ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", value))


def pipeline_state(state: int, *, error_id: str, category: int, reason: str, exception: str, message: str) -> str:
    """A PIPELINE_STATE with an error record; `category` is the number of an ErrorCategory."""
    said = text(message)
    return (
        f'<Obj RefId="0"><MS><I32 N="PipelineState">{state}</I32><Obj N="ExceptionAsErrorRecord" RefId="1"><TN RefId="0">'
        "<T>System.Management.Automation.ErrorRecord</T><T>System.Object</T></TN>"
        f'<ToString>{said}</ToString><MS><Obj N="Exception" RefId="2"><TN RefId="1"><T>{exception}</T><T>System.Exception</T><T>System.Object</T></TN>'
        f'<ToString>{exception}: {said}</ToString><Props><S N="Message">{said}</S><Nil N="InnerException" /></Props></Obj>'
        f'<Nil N="TargetObject" /><S N="FullyQualifiedErrorId">{text(error_id)}</S><Nil N="InvocationInfo" /><I32 N="ErrorCategory_Category">{category}</I32>'
        f'<S N="ErrorCategory_Activity"></S><S N="ErrorCategory_Reason">{reason}</S><S N="ErrorCategory_TargetName"></S>'
        f'<S N="ErrorCategory_TargetType"></S><S N="ErrorCategory_Message">{text(f": (:) [], {reason}")}</S>'
        '<B N="SerializeExtendedInfo">false</B></MS></Obj></MS></Obj>'
    )


def stopped() -> str:
    """The state of a pipeline that was stopped before it began."""
    return pipeline_state(
        STOPPED,
        error_id="PipelineStopped",
        category=14,  # OperationStopped
        reason="PipelineStoppedException",
        exception="System.Management.Automation.PipelineStoppedException",
        message="The pipeline has been stopped.",
    )


def not_created(error_id: str, message: str) -> str:
    """The state of a pipeline whose commands make none; id and category as the real engine gives them."""
    kind = {"Argument": (5, "PSArgumentException")}.get(error_id, (0, "RuntimeException"))  # InvalidArgument, NotSpecified
    exception = f"System.Management.Automation.{kind[1]}"
    return pipeline_state(FAILED, error_id=error_id, category=kind[0], reason=kind[1], exception=exception, message=message)


def failed(error_id: str, message: str) -> str:
    """The state of a pipeline that could not be run at all; category NotImplemented."""
    return pipeline_state(
        FAILED,
        error_id=error_id,
        category=2,
        reason="PSInvalidOperationException",
        exception="System.Management.Automation.PSInvalidOperationException",
        message=message,
    )
