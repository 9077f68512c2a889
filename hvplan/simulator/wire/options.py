"""The options of a Create, as PowerShell's WSMan plugin wants them (its public source)."""

from __future__ import annotations

import re

from hvplan.simulator.wire import faults
from hvplan.simulator.wire.faults import Fault
from hvplan.simulator.wire.soap import Option


def check_options(options: tuple[Option, ...]) -> None:
    """Raises Fault for options without a protocol version, with a foreign one, or with one that must be understood and is not."""
    declared = False
    for option in options:
        if option.name == "protocolversion":
            if not re.fullmatch(r"2(\.\d{1,9}){1,3}", option.value):
                raise Fault(faults.WRONG_VERSION, option.value)
            declared = True
        elif option.name.startswith("PS_") and option.must:
            raise Fault(faults.UNKNOWN_OPTION, option.name)
    if not declared:
        raise Fault(faults.NO_VERSION)
