"""Somebody turns billing off by hand: a plain pypsrp client, as any PowerShell Remoting client could. Its argument is the port of `hvplan simulate`."""

import sys

from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

wsman = WSMan("127.0.0.1", port=int(sys.argv[1]), ssl=False, encryption="never", auth="basic", username="somebody", password="any")  # noqa: S106
with wsman, RunspacePool(wsman) as pool:
    shell = PowerShell(pool)
    shell.add_cmdlet("Get-VM").add_parameter("Name", "billing")
    shell.add_cmdlet("Stop-VM").add_parameter("TurnOff", True)
    shell.invoke()
    sys.exit("\n".join(map(str, shell.streams.error)) or 0)
