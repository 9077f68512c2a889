"""Broken requests by the thousand: each gets an answer, none ends the service or meets a bug in it."""

from __future__ import annotations

import base64
import random
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from pypsrp.powershell import PowerShell, RunspacePool

from hvplan.simulator.serve import start
from hvplan.simulator.wire.psrp import PsrpSession
from hvplan.simulator.wire.quotas import Quotas
from hvplan.simulator.wire.service import Service
from tests.simulator.wire.wire_client import FakePowerShell, wsman

SEED = 20261
ROUNDS = 1500


def recorded() -> list[bytes]:
    """The requests of one plain session: opening, a pipeline with many kinds of values, closing."""
    requests: list[bytes] = []
    with start(FakePowerShell()) as host, wsman(host) as connection:
        transport: Any = connection.transport
        send = transport.send

        def keep(message: bytes, **options: Any) -> Any:
            requests.append(message.replace(b"PT20S", b"PT0S"))
            return send(message, **options)

        transport.send = keep
        with RunspacePool(connection) as opened:
            shell = PowerShell(opened)
            shell.add_cmdlet("Set-VM").add_parameters({"Id": uuid.uuid4(), "A": ["a", {"b": 1}], "-Force": None}).add_statement()
            values: Any = ["y", 1]
            shell.add_cmdlet("Get-VM").add_argument("x").invoke(values)
            shell.close()
            opened.exchange_keys()
            opened.get_available_runspaces()
    return requests


def broken(chance: random.Random, message: bytes) -> bytes:
    """The message with something wrong: in the envelope, in the PSRP inside it, or in the CLIXML inside that."""
    found = re.search(rb">([A-Za-z0-9+/=]{60,})<", message)
    if found and chance.random() < 0.7:
        inner = bytearray(base64.b64decode(found[1]))
        spoil(chance, inner)
        return message[: found.start(1)] + base64.b64encode(bytes(inner)) + message[found.end(1) :]
    outer = bytearray(message)
    spoil(chance, outer)
    return bytes(outer)


def spoil(chance: random.Random, data: bytearray) -> None:
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(data))
        match chance.randrange(5):
            case 0:
                data[at] = chance.randrange(256)
            case 1:
                del data[at : at + chance.randint(1, 40)]
            case 2:
                data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 8)))
            case 3:
                data[at:at] = data[at : at + 30]
            case 4:
                del data[at:]
        if not data:
            data += b"<"


def test_whatever_a_client_sends_gets_an_answer(caplog: pytest.LogCaptureFixture, figure: Callable[[str], None]) -> None:
    """1,500 mutations of real requests: the status is 200 or 500 with an envelope, and no answer came from a bug."""
    requests, chance = recorded(), random.Random(SEED)  # noqa: S311  (reproducible on purpose)
    fake = FakePowerShell()
    quotas = Quotas(shells_per_user=10**6, operations_per_user=10**6)
    service = Service(lambda number, sink: PsrpSession(fake, number, sink, ps_version="5.1.26100.1"), quotas=quotas)
    answers: dict[int, int] = {}
    try:
        for turn in range(ROUNDS):
            if turn % 25 == 0:  # a shell that is whole, for the broken requests to work on
                service.handle("admin", requests[-1])
                service.handle("admin", requests[0])
            status, answer = service.handle("admin", broken(chance, chance.choice(requests)))
            assert status in (200, 500)
            assert answer.startswith(b"<s:Envelope")
            answers[status] = answers.get(status, 0) + 1
    finally:
        assert service.close()
    told = ", ".join(f"{count} with {status}" for status, count in sorted(answers.items()))
    figure(f"{sum(answers.values())} broken requests answered, {told} (seed {SEED}, {len(requests)} requests to break)")
    assert "Traceback" not in caplog.text
    assert min(answers[200], answers[500]) > ROUNDS / 20
