"""A client made by hand, for what no library sends: envelopes, PSRP messages and fragments as text and bytes."""

from __future__ import annotations

import base64
import re
import struct
import uuid
from collections.abc import Mapping
from typing import Any, Final

from hvplan.simulator.serve import Endpoint
from tests.simulator.wire.wire_client import post

SHELL: Final = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
POWERSHELL: Final = "http://schemas.microsoft.com/powershell"
TRANSFER: Final = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
CONFIGURATION: Final = f"{POWERSHELL}/Microsoft.PowerShell"
_ENUM: Final = '<Obj N="{0}" RefId="{3}"><TN RefId="{3}"><T>{1}</T><T>System.Enum</T><T>System.ValueType</T><T>System.Object</T></TN><I32>{2}</I32></Obj>'
_MERGES: Final = ("MergeMyResult", "MergeToResult", "MergePreviousResults", "MergeError", "MergeWarning", "MergeVerbose", "MergeDebug", "MergeInformation")
NO_MERGES: Final[Mapping[str, int]] = {}
_HOST: Final = (
    '<Obj N="HostInfo" RefId="9"><MS><B N="_isHostNull">true</B><B N="_isHostUINull">true</B><B N="_isHostRawUINull">true</B>'
    '<B N="_useRunspaceHost">true</B></MS></Obj>'
)
_APARTMENT: Final = _ENUM.format("ApartmentState", "System.Threading.ApartmentState", 2, 901)


def capability(protocol: str = "2.3", powershell: str = "2.0", serialization: str = "1.1.0.1") -> str:
    """SESSION_CAPABILITY."""
    said = (("protocolversion", protocol), ("PSVersion", powershell), ("SerializationVersion", serialization))
    return '<Obj RefId="0"><MS>' + "".join(f'<Version N="{name}">{version}</Version>' for name, version in said) + "</MS></Obj>"


def init(least: str = "<I32 N='MinRunspaces'>1</I32>", most: str = "<I32 N='MaxRunspaces'>1</I32>") -> str:
    """INIT_RUNSPACEPOOL; `least` and `most` are its two numbers."""
    threads = _ENUM.format("PSThreadOptions", "System.Management.Automation.Runspaces.PSThreadOptions", 0, 902)
    return f'<Obj RefId="0"><MS>{least}{most}{threads}{_APARTMENT}{_HOST}<Nil N="ApplicationArguments" /></MS></Obj>'


def command(name: str = "<S N='Cmd'>Get-VM</S>", arguments: str = "", merges: Mapping[str, int] = NO_MERGES) -> str:
    """A command as CREATE_PIPELINE holds it; `merges` are the numbers of its merge settings."""
    merged = "".join(
        _ENUM.format(key, "System.Management.Automation.Runspaces.PipelineResultTypes", merges.get(key, 0), 910 + number) for number, key in enumerate(_MERGES)
    )
    inside = f'<B N="IsScript">false</B><Nil N="UseLocalScope" />{merged}<Obj N="Args" RefId="3"><LST>{arguments}</LST></Obj>'
    return f'<Obj RefId="2"><MS>{name}{inside}</MS></Obj>'


def create(commands: str, *, no_input: bool = True) -> str:
    """CREATE_PIPELINE of one statement."""
    options = _ENUM.format("RemoteStreamOptions", "System.Management.Automation.RemoteStreamOptions", 0, 903)
    shell = f'<Obj N="Cmds" RefId="1"><LST>{commands}</LST></Obj><B N="IsNested">false</B><Nil N="History" /><B N="RedirectShellErrorOutputPipe">true</B>'
    return (
        f'<Obj RefId="0"><MS><B N="NoInput">{str(no_input).lower()}</B>{_APARTMENT}{options}<B N="AddToHistory">false</B>{_HOST}'
        f'<B N="IsNested">false</B><Obj N="PowerShell" RefId="4"><MS>{shell}</MS></Obj></MS></Obj>'
    )


def without(xml: str, name: str) -> str:
    """A message without the member of that name (the first of them)."""
    found = re.search(rf'<(\w+) N=["\']{name}["\'](?: RefId="\d+")?(?: />|>)', xml)
    assert found is not None, name
    if found[0].endswith("/>"):
        return xml[: found.start()] + xml[found.end() :]
    depth, at = 1, found.end()
    while depth:
        tag = re.compile(rf"<(/?){found[1]}\b[^>]*?(/?)>").search(xml, at)
        assert tag is not None
        depth, at = depth + (-1 if tag[1] else 0 if tag[2] else 1), tag.end()
    return xml[: found.start()] + xml[at:]


class SoapClient:
    """Sends one request at a time; `shell` is the shell it works on, `pool` its runspace pool."""

    def __init__(self, host: Endpoint) -> None:
        self.host = host
        self.shell = ""
        self.pool = uuid.uuid4()
        self.objects = 0

    def message(self, kind: int, clixml: str, pipeline: uuid.UUID | None = None, *, pool: uuid.UUID | None = None, destination: int = 2) -> bytes:
        """A PSRP message."""
        ids = (pool or self.pool).bytes_le + (pipeline or uuid.UUID(int=0)).bytes_le
        return struct.pack("<II", destination, kind) + ids + clixml.encode()

    def fragments(self, message: bytes, size: int = 1 << 30) -> list[bytes]:
        """Its fragments, with the next object number."""
        self.objects += 1
        parts = [message[at : at + size] for at in range(0, len(message), size)]
        return [fragment(self.objects, number, part, start=number == 0, end=number == len(parts) - 1) for number, part in enumerate(parts)]

    def opening(self, *messages: tuple[int, str]) -> bytes:
        """The fragments of an opening; the usual two messages unless others are given."""
        return b"".join(self.fragments(self.message(kind, text))[0] for kind, text in messages or ((0x10002, capability()), (0x10004, init())))

    def ask(self, action: str, body: str, *, resource: str = CONFIGURATION, options: str = "", timeout: str = "PT5S") -> tuple[int, str]:
        """One request: HTTP status and envelope."""
        envelope = (
            '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
            f' xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:rsp="{SHELL}"><s:Header><a:Action>{action}</a:Action>'
            f"<a:To>http://127.0.0.1/wsman</a:To><a:MessageID>uuid:{uuid.uuid4()}</a:MessageID><w:ResourceURI>{resource}</w:ResourceURI>"
            f"<w:OperationTimeout>{timeout}</w:OperationTimeout>{options}"
            f'<w:SelectorSet><w:Selector Name="ShellId">{self.shell}</w:Selector></w:SelectorSet></s:Header><s:Body>{body}</s:Body></s:Envelope>'
        )
        status, answer = post(self.host, envelope.encode())
        return status, answer.decode()

    def open(self, data: bytes | None = None, *, idle: str = "", version: str = "2.3", option: str = "protocolversion") -> tuple[int, str]:
        """Create."""
        given = self.opening() if data is None else data
        options = f'<w:OptionSet><w:Option Name="{option}" MustComply="true">{version}</w:Option></w:OptionSet>' if option else ""
        status, answer = self.ask(
            f"{TRANSFER}/Create",
            f"<rsp:Shell>{idle}<rsp:InputStreams>stdin pr</rsp:InputStreams><rsp:OutputStreams>stdout</rsp:OutputStreams>"
            f'<creationXml xmlns="{POWERSHELL}">{text(given)}</creationXml></rsp:Shell>',
            options=options,
        )
        found = re.search('Name="ShellId">([^<]*)<', answer)
        self.shell = found[1] if found else ""
        return status, answer

    def run(self, data: bytes, id: uuid.UUID, **options: Any) -> tuple[int, str]:
        """Command."""
        return self.ask(f"{SHELL}/Command", f'<rsp:CommandLine CommandId="{id}"><rsp:Arguments>{text(data)}</rsp:Arguments></rsp:CommandLine>', **options)

    def start(self, clixml: str, **ids: Any) -> tuple[uuid.UUID, int, str]:
        """A CREATE_PIPELINE in one fragment: the command's id and the answer."""
        id = uuid.uuid4()
        message = self.message(0x21006, clixml, ids.pop("pipeline", id), **ids)
        return (id, *self.run(self.fragments(message)[0], id))

    def send(self, data: bytes, id: uuid.UUID | None = None, *, stream: str = "stdin", **options: Any) -> tuple[int, str]:
        """Send."""
        to = f' CommandId="{id}"' if id else ""
        return self.ask(f"{SHELL}/Send", f'<rsp:Send><rsp:Stream Name="{stream}"{to}>{text(data)}</rsp:Stream></rsp:Send>', **options)

    def receive(self, id: uuid.UUID | None = None, *, stream: str = "stdout", **options: Any) -> tuple[int, str]:
        """Receive."""
        of = f' CommandId="{id}"' if id else ""
        return self.ask(f"{SHELL}/Receive", f"<rsp:Receive><rsp:DesiredStream{of}>{stream}</rsp:DesiredStream></rsp:Receive>", **options)

    def signal(self, id: uuid.UUID, code: str, **options: Any) -> tuple[int, str]:
        """Signal."""
        return self.ask(f"{SHELL}/Signal", f'<rsp:Signal CommandId="{id}"><rsp:Code>{code}</rsp:Code></rsp:Signal>', **options)


def fragment(object_id: int, number: int, data: bytes, *, start: bool = True, end: bool = True) -> bytes:
    """One fragment."""
    return struct.pack(">QQBI", object_id, number, start | end << 1, len(data)) + data


def text(data: bytes) -> str:
    """Base64."""
    return base64.b64encode(data).decode()


def fault(answer: tuple[int, str]) -> int:
    """The code of a fault, 0 for an answer that is none."""
    found = re.search(r'WSManFault [^>]*Code="(\d+)"', answer[1])
    return int(found[1]) if found else 0


def messages(envelope: str) -> list[tuple[int, str]]:
    """Type and CLIXML of the messages in the answer to a Receive."""
    data = b"".join(base64.b64decode(part) for part in re.findall(r"<rsp:Stream [^>]*>([^<]+)</rsp:Stream>", envelope))
    found: list[tuple[int, str]] = []
    parts = b""
    while data:
        _, _, flags, length = struct.unpack_from(">QQBI", data)
        parts, data = parts + data[21 : 21 + length], data[21 + length :]
        if flags & 2:
            found.append((struct.unpack_from("<I", parts, 4)[0], parts[40:].removeprefix(b"\xef\xbb\xbf").decode()))
            parts = b""
    return found
