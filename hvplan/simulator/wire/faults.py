"""The faults of WS-Management as Windows words them.

Codes are those of `wsmerror.h`; 2150858793, 2150858843, 2150859173, 2150859174 and the plugin's 2152992672
are seen in recorded answers of real hosts, with the sub-codes and texts below. `proven` says so. Those from 2152991678 to
2152991687 are what PowerShell's public source of its WSMan plugin gives for options and streams.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Final, Literal
from xml.sax.saxutils import escape, quoteattr

MACHINE: Final = "localhost"
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of fault. `side`: whose mistake it is. `detail`: how Windows reports it (`wmi`: without a WSManFault element)."""

    code: int
    side: Literal["Sender", "Receiver"]
    subcode: str
    text: str
    detail: Literal["wsman", "wmi", "provider"] = "wsman"
    proven: bool = True


TIMED_OUT: Final = Kind(
    code=2150858793,
    side="Receiver",
    subcode="w:TimedOut",
    text="The WS-Management service cannot complete the operation within the time specified in OperationTimeout.  ",
)
NO_SHELL: Final = Kind(
    code=2150858843,
    side="Sender",
    subcode="w:InvalidSelectors",
    text="The request for the Windows Remote Shell with ShellId {0} failed because the shell was not found on the server. "
    "Possible causes are: the specified ShellId is incorrect or the shell no longer exists on the server. "
    "Provide the correct ShellId or create a new shell and retry the operation. ",
)
NO_COMMAND: Final = Kind(
    code=2150858843,
    side="Sender",
    subcode="w:InvalidSelectors",
    text="The Windows Remote Shell cannot process the request. The command with CommandId {0} was not found in the shell. ",
)
MAX_SHELLS: Final = Kind(
    code=2150859173,
    side="Sender",
    subcode="w:QuotaLimit",
    text="The WS-Management service cannot process the request. This user is allowed a maximum number of {0} concurrent shells, "
    "which has been exceeded. Close existing shells or raise the quota for this user. ",
)
MAX_OPERATIONS: Final = Kind(
    code=2150859174,
    side="Sender",
    subcode="w:QuotaLimit",
    text="The WS-Management service cannot process the request. This user is allowed a maximum number of {0} concurrent operations, "
    "which has been exceeded. Close existing operations for this user, or raise the quota for this user. ",
)
MAX_COMMANDS: Final = Kind(
    code=2150859241,
    side="Receiver",
    subcode="w:InternalError",
    text="The WS-Management service cannot process the request. The maximum number of concurrent commands per shell has been exceeded. "
    "Retry the request later or raise the Maximum Commands per Shell quota. ",
    detail="wmi",
)
PLUGIN: Final = Kind(code=2152992672, side="Receiver", subcode="w:InternalError", text="{0}", detail="provider")
INPUT_STREAM: Final = Kind(code=2152991678, side="Receiver", subcode="w:InternalError", text="{0} is no stream of input here; stdin is.", detail="provider")
OUTPUT_STREAM: Final = Kind(code=2152991680, side="Receiver", subcode="w:InternalError", text="stdout is the only stream of output here.", detail="provider")
WRONG_VERSION: Final = Kind(
    code=2152991685, side="Receiver", subcode="w:InternalError", text="The protocol version {0} is not supported; 2.0 and later ones are.", detail="provider"
)
UNKNOWN_OPTION: Final = Kind(code=2152991686, side="Receiver", subcode="w:InternalError", text="The option {0} is not understood.", detail="provider")
NO_VERSION: Final = Kind(code=2152991687, side="Receiver", subcode="w:InternalError", text="The request has no option protocolversion.", detail="provider")
NO_CONFIGURATION: Final = Kind(
    code=2150858811,
    side="Sender",
    subcode="a:DestinationUnreachable",
    text="The WS-Management service cannot process the request. The resource URI ({0}) was not found in the WS-Management catalog. "
    "The catalog contains the metadata that describes resources, or logical endpoints. ",
    proven=False,
)
NO_RESOURCE: Final = Kind(
    code=2150858752,
    side="Sender",
    subcode="a:DestinationUnreachable",
    text="The WS-Management service cannot process the request. The service cannot find the resource identified by the resource URI and selectors. ",
    proven=False,
)
NO_ACTION: Final = Kind(
    code=2150858753,
    side="Sender",
    subcode="a:ActionNotSupported",
    text="The action URI is not valid in the WS-Management request: {0}. ",
    proven=False,
)
BAD_SCHEMA: Final = Kind(
    code=2150858817,
    side="Sender",
    subcode="w:SchemaValidationError",
    text="The SOAP XML in the message does not match the corresponding XML schema definition. Change the XML and retry. ",
)
ACCESS_DENIED: Final = Kind(code=5, side="Sender", subcode="w:AccessDenied", text="Access is denied. ")
ABORTED: Final = Kind(
    code=995,
    side="Receiver",
    subcode="w:InternalError",
    text="The I/O operation has been aborted because of either a thread exit or an application request. ",
    proven=False,
)
DISCONNECTED: Final = Kind(
    code=2150859230,
    side="Sender",
    subcode="w:InternalError",
    text="The WS-Management service cannot process the request because the stream is currently disconnected. ",
    proven=False,
)
SHELL_DISCONNECTED: Final = Kind(
    code=2150859204,
    side="Sender",
    subcode="w:InternalError",
    text="The WS-Management service cannot process the request because the shell is disconnected. Reconnect to it first. ",
    proven=False,
)
CONNECTED_ELSEWHERE: Final = Kind(
    code=2150859213,
    side="Sender",
    subcode="w:InternalError",
    text="The WS-Management service cannot connect to the shell because it is connected to another client. ",
    proven=False,
)
NOT_TO_DISCONNECT: Final = Kind(
    code=2150859215,
    side="Sender",
    subcode="w:InternalError",
    text="The Disconnect operation is not valid for a shell that is not connected. ",
    proven=False,
)
NOT_TO_RECONNECT: Final = Kind(
    code=2150859216,
    side="Sender",
    subcode="w:InternalError",
    text="The Reconnect operation is not valid for a shell that is not disconnected. ",
    proven=False,
)
IDLE_OUT_OF_BOUNDS: Final = Kind(
    code=2150859250,
    side="Sender",
    subcode="w:InternalError",
    text="The WS-Management service cannot process the request because the idle timeout {0} is out of bounds: from {1:.0f} to {2:.0f} seconds. ",
    proven=False,
)
SHELL_EXISTS: Final = Kind(
    code=2150858851,
    side="Sender",
    subcode="w:AlreadyExists",
    text="The WS-Management service cannot process the request because a shell with the same ShellId exists. ",
    proven=False,
)
BROKEN: Final = Kind(code=2150858755, side="Receiver", subcode="w:InternalError", text="{0}", proven=False)

_PROVIDER: Final = '<f:ProviderFault provider="microsoft.powershell" path="C:\\Windows\\system32\\pwrshplugin.dll">{0}</f:ProviderFault>'
_WMI: Final = (
    '<p:MSFT_WmiError b:IsCIM_Error="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:b="http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd"'
    ' xmlns:p="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError" xmlns:cim="http://schemas.dmtf.org/wbem/wscim/1/common"'
    ' xsi:type="p:MSFT_WmiError_Type"><p:CIMStatusCode xsi:type="cim:cimUnsignedInt">27</p:CIMStatusCode>'
    '<p:Message xsi:type="cim:cimString">{text}</p:Message><p:MessageID xsi:type="cim:cimString">HRESULT 0x{code:08x}</p:MessageID>'
    '<p:error_Category xsi:type="cim:cimUnsignedInt">30</p:error_Category><p:error_Code xsi:type="cim:cimUnsignedInt">{code}</p:error_Code>'
    '<p:error_Type xsi:type="cim:cimString">HRESULT</p:error_Type>'
    '<p:error_WindowsErrorMessage xsi:type="cim:cimString">{text}</p:error_WindowsErrorMessage></p:MSFT_WmiError>'
)


class Fault(Exception):
    """Ends a request with a SOAP fault; `words` fill the text's places."""

    def __init__(self, kind: Kind, *words: object) -> None:
        super().__init__(kind.text.format(*words))
        self.kind = kind

    def body(self) -> str:
        """The content of the SOAP body."""
        # A message may quote what a client sent, or a bug: only what XML can hold gets through.
        kind, said = self.kind, escape(_NOT_XML.sub("?", str(self)))
        match kind.detail:
            case "wmi":
                reason, detail = said, _WMI.format(text=said, code=kind.code)
            case "wsman":
                reason, detail = said, _wsman(kind.code, said)
            case "provider":
                reason, detail = "", _wsman(kind.code, _PROVIDER.format(said))
        return (
            f"<s:Fault><s:Code><s:Value>s:{kind.side}</s:Value><s:Subcode><s:Value>{kind.subcode}</s:Value></s:Subcode></s:Code>"
            f'<s:Reason><s:Text xml:lang="en-US">{reason}</s:Text></s:Reason><s:Detail>{detail}</s:Detail></s:Fault>'
        )


def _wsman(code: int, message: str) -> str:
    return (
        f'<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="{code}" Machine={quoteattr(MACHINE)}>'
        f"<f:Message>{message}</f:Message></f:WSManFault>"
    )


def no_shell(shell_id: str) -> Fault:
    """The fault for an unknown shell."""
    return Fault(NO_SHELL, shell_id)


def no_command(command: uuid.UUID) -> Fault:
    """The fault for a command that is not, or no longer, in its shell."""
    return Fault(NO_COMMAND, str(command).upper())
