param([guid]$VMId, [string[]]$Device)
# Boots the named devices first, in that order; what follows stays in the order it has, with the entries that the guest wrote.
# A device is 'SCSI 0:1' (the drive in that slot) or the id of a network adapter. Empty entries go, and an empty order is never set.
$ErrorActionPreference = 'Stop'  # what could not be read ends the script before anything is set
$vm = $firmware = $one = $name = $entry = $null
$vm = Get-VM -Id $VMId -ErrorAction Stop
$firmware = Get-VMFirmware -VM $vm -ErrorAction Stop
$drives = @(Get-VMHardDiskDrive -VM $vm -ErrorAction Stop) + @(Get-VMDvdDrive -VM $vm -ErrorAction Stop)
$devices = @{}
foreach ($one in $drives) { $devices["$($one.ControllerType) $($one.ControllerNumber):$($one.ControllerLocation)"] = $one }
foreach ($one in @(Get-VMNetworkAdapter -VM $vm -ErrorAction Stop)) { $devices["$($one.Id)"] = $one }
$order = @(foreach ($name in $Device) { if ($null -eq $devices[$name]) { throw "The virtual machine has no device $name." } $devices[$name] })
if ($order.Count -eq 0) { throw 'No device was named.' }
$named = @(foreach ($one in $order) { "$($one.Id)" })
foreach ($entry in $firmware.BootOrder) {
    if ($null -eq $entry) { continue }
    if ($null -eq $entry.Device) { $order += $entry } elseif ($named -notcontains "$($entry.Device.Id)") { $order += $entry.Device }
}
Set-VMFirmware -VM $vm -BootOrder $order -Confirm:$false -ErrorAction Stop
