"""WS-Management and PSRP on loopback: authentication, quotas, faults and fragments in front of a PowerShell.

`http` reads a request, `auth` says who asks, `service` knows shells, quotas and faults, `psrp` turns bytes
into pipelines and messages into bytes. Only the messages of a runspace pool go through psrpcore.
"""
