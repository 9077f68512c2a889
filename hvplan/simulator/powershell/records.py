"""Error, warning, verbose and state messages of a pipeline, as CLIXML (behaviour 7, recorded exchanges)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hvplan.simulator.powershell.clixml_text import escape
from hvplan.simulator.powershell.psobject import PSObject, text, type_name
from hvplan.simulator.powershell.serializer import Writer

COMPLETED, FAILED, STOPPED = 4, 5, 3
CATEGORIES: tuple[str, ...] = (  # by their numbers
    "NotSpecified",
    "OpenError",
    "CloseError",
    "DeviceError",
    "DeadlockDetected",
    "InvalidArgument",
    "InvalidData",
    "InvalidOperation",
    "InvalidResult",
    "InvalidType",
    "MetadataError",
    "NotImplemented",
    "NotInstalled",
    "ObjectNotFound",
    "OperationStopped",
    "OperationTimeout",
    "SyntaxError",
    "ParserError",
    "PermissionDenied",
    "ResourceBusy",
    "ResourceExists",
    "ResourceUnavailable",
    "ReadError",
    "WriteError",
    "FromStdErr",
    "SecurityError",
    "ProtocolError",
    "ConnectionError",
    "AuthenticationError",
    "LimitsExceeded",
    "QuotaExceeded",
    "NotEnabled",
)

_SMA = "System.Management.Automation."
PARENT = _SMA + "ParentContainsErrorRecordException"
_RUNTIME = (_SMA + "RuntimeException", "System.SystemException", "System.Exception", "System.Object")
_SYSTEM = ("System.SystemException", "System.Exception", "System.Object")
_IO = ("System.IO.IOException", *_SYSTEM)
_BINDING = (_SMA + "ParameterBindingException", *_RUNTIME)
_SESSION_STATE = (_SMA + "SessionStateException", *_RUNTIME)
_BASES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "System.ArgumentException",
            "System.FormatException",
            "System.InvalidOperationException",
            "System.NotImplementedException",
            "System.NotSupportedException",
            "System.Security.SecurityException",
            "System.TimeoutException",
            "System.UnauthorizedAccessException",
            "System.IO.IOException",
            "Microsoft.PowerShell.Cmdletization.Cim.CimJobException",
            PARENT,
        ),
        _SYSTEM,
    ),
    "System.ArgumentNullException": ("System.ArgumentException", *_SYSTEM),
    "System.ArgumentOutOfRangeException": ("System.ArgumentException", *_SYSTEM),
    "System.IO.FileNotFoundException": _IO,
    "System.IO.DirectoryNotFoundException": _IO,
    "System.IO.PathTooLongException": _IO,
    _SMA + "PSArgumentException": ("System.ArgumentException", *_SYSTEM),
    _SMA + "PSInvalidOperationException": ("System.InvalidOperationException", *_SYSTEM),
    _SMA + "ParameterBindingException": _RUNTIME,
    _SMA + "ParameterBindingValidationException": _BINDING,
    _SMA + "ParameterBindingArgumentTransformationException": _BINDING,
    _SMA + "CommandNotFoundException": _RUNTIME,
    _SMA + "ParseException": _RUNTIME,
    _SMA + "PipelineStoppedException": _RUNTIME,
    _SMA + "ActionPreferenceStopException": _RUNTIME,
    _SMA + "Host.HostException": _RUNTIME,
    _SMA + "ItemNotFoundException": _SESSION_STATE,
    _SMA + "DriveNotFoundException": _SESSION_STATE,
    _SMA + "ProviderNotFoundException": _SESSION_STATE,
}
_SHORT = {name.rpartition(".")[2]: name for name in _BASES}
_TRACE = "   at System.Management.Automation.MshCommandRuntime.ThrowTerminatingError(ErrorRecord errorRecord)"
_SYSTEM_RESULT, _ARGUMENT_RESULT, _RESULT = -2146233087, -2147024809, -2146233088


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRecord:
    """One error as a client hears of it. `id` is the FullyQualifiedErrorId, `exception` a full type name, `category` a name.

    `activity` is the command's name; `invocation` how it was called (`""` where it did not bind, None: no InvocationInfo).
    `piped`: the target came out of the pipe, so its type reads PSObject. `thrown`: the exception was thrown, not only noted.
    `details` are members that the exception has beside the usual ones. `bare`: the exception itself ended the statement
    (a parameter that did not bind, an unknown command), no cmdlet's exception wraps it.
    """

    id: str
    category: str
    message: str
    exception: str
    activity: str = ""
    invocation: str | None = None
    target: Any = None
    piped: bool = False
    thrown: bool = False
    bare: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def target_type(self) -> str:
        """The short type name of the target, as the category says it."""
        if self.target is None:
            return ""
        if self.piped or isinstance(self.target, PSObject):
            return "PSObject"
        return type_name(self.target).rpartition(".")[2]

    def as_first(self) -> ErrorRecord:
        """The record of a first statement that failed for good: the stream has its error record, not its exception (truth 1)."""
        return replace(self, exception=PARENT, thrown=False, details={}) if self.bare else self


STOPPED_BY_CLIENT = ErrorRecord(
    id="PipelineStopped",
    category="OperationStopped",
    message="The pipeline has been stopped.",
    exception=_SMA + "PipelineStoppedException",
    thrown=True,
)


def exception_name(name: str) -> str:
    """The full type name of an exception given by its last part (`VirtualizationException`) or in full."""
    if "." in name:
        return name
    return _SHORT.get(name, f"Microsoft.HyperV.PowerShell.{name}")


def _ellipsized(name: str) -> str:
    return name if len(name) <= 40 else f"{name[:19]}…{name[-19:]}"


def _exception(writer: Writer, error: ErrorRecord) -> None:
    bases = _BASES.get(error.exception, ("System.Exception", "System.Object"))
    writer.open(' N="Exception"')
    writer.names((error.exception, *bases))
    writer.raw(f"<ToString>{escape(error.exception)}: {escape(error.message)}</ToString><Props>")
    if _RUNTIME[0] in bases:
        writer.note("ErrorRecord", error.message, 0)
        if "WasThrownFromThrowStatement" not in error.details:
            writer.note("WasThrownFromThrowStatement", False, 0)
    for name, value in error.details.items():
        writer.note(name, value, 0)
    writer.note("TargetSite", "Void ThrowTerminatingError(System.Management.Automation.ErrorRecord)" if error.thrown else None, 0)
    writer.note("Message", error.message, 0)
    writer.open(' N="Data"')
    writer.names(("System.Collections.ListDictionaryInternal", "System.Object"))
    writer.raw("<DCT /></Obj>")
    writer.note("InnerException", None, 0)
    writer.note("HelpLink", None, 0)
    writer.note("Source", "System.Management.Automation" if error.thrown else None, 0)
    argument = "System.ArgumentException" in (error.exception, *bases)
    writer.note("HResult", _ARGUMENT_RESULT if argument else _SYSTEM_RESULT if "System.SystemException" in bases else _RESULT, 0)
    writer.note("StackTrace", _TRACE if error.thrown else None, 0)
    writer.raw("</Props></Obj>")


def _invocation(writer: Writer, error: ErrorRecord) -> None:
    if error.invocation is None:
        writer.note("InvocationInfo", None, 0)
        return
    writer.open(' N="InvocationInfo"')
    writer.names(("System.Management.Automation.InvocationInfo", "System.Object"))
    writer.raw("<ToString>System.Management.Automation.InvocationInfo</ToString><Props>")
    writer.note("MyCommand", error.activity, 0)
    writer.open(' N="BoundParameters"')
    writer.names(("System.Collections.Generic.Dictionary`2[[System.String, mscorlib],[System.Object, mscorlib]]", "System.Object"))
    writer.raw("<DCT /></Obj>")
    writer.open(' N="UnboundArguments"')
    writer.names(("System.Collections.Generic.List`1[[System.Object, mscorlib]]", "System.Object"))
    writer.raw(
        '<LST /></Obj><I32 N="ScriptLineNumber">0</I32><I32 N="OffsetInLine">0</I32><I64 N="HistoryId">1</I64><S N="ScriptName"></S>'
        '<S N="Line"></S><S N="Statement"></S><S N="PositionMessage"></S><S N="PSScriptRoot"></S><Nil N="PSCommandPath" />'
    )
    writer.note("InvocationName", error.invocation, 0)
    writer.raw(
        '<I32 N="PipelineLength">0</I32><I32 N="PipelinePosition">0</I32><B N="ExpectingInput">false</B><S N="CommandOrigin">Internal</S>'
        '<Nil N="DisplayScriptPosition" /></Props></Obj>'
    )


def _error(writer: Writer, attributes: str, error: ErrorRecord, streamed: bool) -> None:
    reason = error.exception.rpartition(".")[2]
    name = text(error.target)
    category = CATEGORIES.index(error.category) if error.category in CATEGORIES else 0
    writer.open(attributes)
    writer.names(("System.Management.Automation.ErrorRecord", "System.Object"))
    writer.raw(f"<ToString>{escape(error.message)}</ToString><MS>")
    _exception(writer, error)
    writer.note("TargetObject", error.target, 1)
    writer.note("FullyQualifiedErrorId", error.id, 0)
    _invocation(writer, error)
    writer.note("ErrorCategory_Category", category, 0)
    writer.note("ErrorCategory_Activity", error.activity if error.invocation is not None else "", 0)
    writer.note("ErrorCategory_Reason", reason, 0)
    writer.note("ErrorCategory_TargetName", name, 0)
    writer.note("ErrorCategory_TargetType", error.target_type, 0)
    activity = _ellipsized(error.activity) if error.invocation is not None else ""
    writer.note("ErrorCategory_Message", f"{CATEGORIES[category]}: ({_ellipsized(name)}:{error.target_type}) [{activity}], {reason}", 0)
    writer.note("SerializeExtendedInfo", False, 0)
    if streamed:
        writer.note("PSMessageDetails", None, 0)
    writer.raw("</MS></Obj>")


def error_record(error: ErrorRecord) -> str:
    """The payload of an ERROR_RECORD message."""
    writer = Writer()
    _error(writer, "", error, not error.thrown and error.exception != PARENT)
    return writer.done()


def informational(kind: str, message: str) -> str:
    """The payload of a WARNING_RECORD (`kind` `Warning`), VERBOSE_RECORD (`Verbose`) or DEBUG_RECORD (`Debug`) message."""
    sma = "System.Management.Automation."
    return (
        f'<Obj RefId="0"><TN RefId="0"><T>{sma}{kind}Record</T><T>{sma}InformationalRecord</T><T>System.Object</T></TN>'
        f'<ToString>{escape(message)}</ToString><MS><S N="InformationalRecord_Message">{escape(message)}</S>'
        '<B N="InformationalRecord_SerializeInvocationInfo">false</B></MS></Obj>'
    )


def state(number: int, error: ErrorRecord | None = None) -> str:
    """The payload of a PIPELINE_STATE message, with the error that ended the pipeline."""
    writer = Writer()
    writer.open("")
    writer.raw("<MS>")
    writer.note("PipelineState", number, 0)
    if error is not None:
        _error(writer, ' N="ExceptionAsErrorRecord"', error, False)
    writer.raw("</MS></Obj>")
    return writer.done()
