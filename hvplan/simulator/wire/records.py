"""The CLIXML that the wire itself writes: the end of a pipeline that PowerShell did not end."""

from __future__ import annotations

import re
from typing import Final
from xml.sax.saxutils import escape

STOPPED: Final = 3
FAILED: Final = 5

_CATEGORIES: Final = {"NotSpecified": 0, "NotImplemented": 2, "InvalidArgument": 5, "OperationStopped": 14}
_NOT_CREATED: Final = {"Argument": ("InvalidArgument", "PSArgumentException"), "NotSimulated": ("NotImplemented", "PSInvalidOperationException")}
_ESCAPED: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]|_(?=[xX][0-9A-Fa-f]{4}_)")


def text(value: str) -> str:
    """Text for an `S` element (truth 17)."""
    return escape(_ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", value))


def pipeline_state(state: int, *, error_id: str, category: str, reason: str, message: str) -> str:
    """A PIPELINE_STATE with an error record; `reason` is the exception's name, of System.Management.Automation."""
    said, exception = text(message), f"System.Management.Automation.{reason}"
    return (
        f'<Obj RefId="0"><MS><I32 N="PipelineState">{state}</I32><Obj N="ExceptionAsErrorRecord" RefId="1"><TN RefId="0">'
        f"<T>System.Management.Automation.ErrorRecord</T><T>System.Object</T></TN><ToString>{said}</ToString><MS>"
        f'<Obj N="Exception" RefId="2"><TN RefId="1"><T>{exception}</T><T>System.SystemException</T><T>System.Exception</T><T>System.Object</T></TN>'
        f'<ToString>{exception}: {said}</ToString><Props><S N="Message">{said}</S><Nil N="InnerException" /></Props></Obj>'
        f'<Nil N="TargetObject" /><S N="FullyQualifiedErrorId">{text(error_id)}</S><Nil N="InvocationInfo" />'
        f'<I32 N="ErrorCategory_Category">{_CATEGORIES[category]}</I32><S N="ErrorCategory_Activity"></S>'
        f'<S N="ErrorCategory_Reason">{reason}</S><S N="ErrorCategory_TargetName"></S><S N="ErrorCategory_TargetType"></S>'
        f'<S N="ErrorCategory_Message">{category}: (:) [], {reason}</S><B N="SerializeExtendedInfo">false</B></MS></Obj></MS></Obj>'
    )


def stopped() -> str:
    """The state of a pipeline that was stopped before it began."""
    message = "The pipeline has been stopped."
    return pipeline_state(STOPPED, error_id="PipelineStopped", category="OperationStopped", reason="PipelineStoppedException", message=message)


def not_created(error_id: str, message: str) -> str:
    """The state of a pipeline whose commands make none; category and exception as the real engine gives them."""
    category, reason = _NOT_CREATED.get(error_id, ("NotSpecified", "RuntimeException"))
    return pipeline_state(FAILED, error_id=error_id, category=category, reason=reason, message=message)


def failed(error_id: str, message: str) -> str:
    """The state of a pipeline that could not be run at all."""
    return pipeline_state(FAILED, error_id=error_id, category="NotImplemented", reason="PSInvalidOperationException", message=message)
