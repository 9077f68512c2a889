"""What a Windows host allows (behaviour 9), and how it says so."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """The limits of WinRM since Server 2012. Sizes in KiB, times in seconds.

    `commands_per_shell` counts commands that ended as well: a pool is worn out after so many.
    """

    shells_per_user: int = 30
    operations_per_user: int = 1500
    commands_per_shell: int = 1000
    envelope_kb: int = 500
    idle_timeout: float = 7200.0
    min_idle_timeout: float = 60.0
    max_idle_timeout: float = 2147483.647

    @property
    def envelope(self) -> int:
        """The largest envelope in bytes."""
        return self.envelope_kb * 1024

    def config(self) -> str:
        """The answer to a Get of the configuration."""
        return (
            '<cfg:Config xmlns:cfg="http://schemas.microsoft.com/wbem/wsman/1/config">'
            f"<cfg:MaxEnvelopeSizekb>{self.envelope_kb}</cfg:MaxEnvelopeSizekb><cfg:MaxTimeoutms>60000</cfg:MaxTimeoutms>"
            "<cfg:MaxBatchItems>32000</cfg:MaxBatchItems><cfg:MaxProviderRequests>4294967295</cfg:MaxProviderRequests>"
            "<cfg:Service><cfg:MaxConcurrentOperations>4294967295</cfg:MaxConcurrentOperations>"
            f"<cfg:MaxConcurrentOperationsPerUser>{self.operations_per_user}</cfg:MaxConcurrentOperationsPerUser>"
            "<cfg:EnumerationTimeoutms>240000</cfg:EnumerationTimeoutms><cfg:MaxConnections>300</cfg:MaxConnections>"
            "<cfg:MaxPacketRetrievalTimeSeconds>120</cfg:MaxPacketRetrievalTimeSeconds><cfg:AllowUnencrypted>true</cfg:AllowUnencrypted>"
            "<cfg:Auth><cfg:Basic>true</cfg:Basic><cfg:Kerberos>false</cfg:Kerberos><cfg:Negotiate>false</cfg:Negotiate>"
            "<cfg:Certificate>false</cfg:Certificate><cfg:CredSSP>false</cfg:CredSSP></cfg:Auth></cfg:Service>"
            f"<cfg:Winrs><cfg:AllowRemoteShellAccess>true</cfg:AllowRemoteShellAccess><cfg:IdleTimeout>{int(self.idle_timeout * 1000)}</cfg:IdleTimeout>"
            "<cfg:MaxConcurrentUsers>10</cfg:MaxConcurrentUsers><cfg:MaxShellRunTime>2147483647</cfg:MaxShellRunTime>"
            "<cfg:MaxProcessesPerShell>25</cfg:MaxProcessesPerShell><cfg:MaxMemoryPerShellMB>1024</cfg:MaxMemoryPerShellMB>"
            f"<cfg:MaxShellsPerUser>{self.shells_per_user}</cfg:MaxShellsPerUser></cfg:Winrs></cfg:Config>"
        )
