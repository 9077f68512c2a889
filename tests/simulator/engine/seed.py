"""The world that both rooms begin with."""

SEED = r"""
kind: World
host:
  name: HV01
  release: "2025"
  processors: 16
  memory: 64GiB
  volumes: [{path: 'C:\', size: 200GiB, free: 120GiB}, {path: 'D:\', size: 2TiB, free: 1500GiB}]
  netAdapters: [{name: Ethernet, mac: 00-15-5D-FF-00-01, description: Intel(R) Ethernet X710, linkSpeed: 10Gbit}]
  settings: {virtualMachinePath: 'D:\VMs', virtualHardDiskPath: 'D:\VHDs'}
switches: [{name: lan, type: Internal}, {name: backend, type: Private}]
files:
  - {path: 'D:\golden\ubuntu.vhdx', vhd: {size: 20GiB, type: Dynamic, fileSize: 2GiB}}
  - {path: 'D:\VHDs\web.vhdx', vhd: {size: 40GiB, type: Dynamic, fileSize: 9GiB}}
  - {path: 'D:\VHDs\old.vhdx', vhd: {size: 40GiB, type: Fixed, fileSize: 40GiB}}
  - {path: 'D:\VHDs\new.vhdx', vhd: {size: 40GiB, type: Dynamic}}
  - {path: 'D:\VHDs\data.vhdx', vhd: {size: 40GiB, type: Dynamic}}
  - {path: 'D:\iso\setup.iso', size: 5GiB}
vms:
  - name: web
    id: 2f0c8a52-6d3e-4f1a-9b7c-0d1e2f3a4b5c
    state: Running
    generation: 2
    processor: {count: 2}
    memory: {startup: 2GiB}
    notes: Made by hand
    devices:
      disks: [{slot: scsi 0:0, path: 'D:\VHDs\web.vhdx'}]
      networkAdapters: [{name: Network Adapter, switch: lan, mac: 00-15-5D-01-02-03}, {name: Network Adapter, switch: null}]
    checkpoints: [{name: before update, created: 2026-01-01T02:00:00Z, type: Standard}]
    guest: {shutdown: prompt}
  - name: old
    id: 7d1f2b0a-3c4d-4e5f-8a9b-0c1d2e3f4a5b
    state: "Off"
    generation: 1
    memory: {startup: 1GiB}
    devices:
      disks: [{slot: ide 0:0, path: 'D:\VHDs\old.vhdx'}]
  - name: new
    id: 3e4f5a6b-7c8d-4e9f-8a0b-1c2d3e4f5a6b
    state: "Off"
    generation: 2
    firmware: {bootOrder: [null, disks/data, networkAdapters/lan]}
    devices:
      disks: {os: {slot: scsi 0:0, path: 'D:\VHDs\new.vhdx'}, data: {slot: scsi 0:1, path: 'D:\VHDs\data.vhdx'}}
      dvds: {setup: {slot: scsi 0:2, iso: 'D:\iso\setup.iso'}}
      networkAdapters: {lan: {switch: lan, mac: 00-15-5D-01-02-09}}
  - name: guest
    state: "Off"
    generation: 2
    firmware: {bootOrder: ['file \HD(2,GPT,0A1B2C3D)\EFI\Microsoft\Boot\bootmgfw.efi', null, networkAdapters/lan]}
    devices: {networkAdapters: {lan: {}}}
"""
"""A host with a running and a stopped VM, one of each generation; one that has an empty entry in its boot order, one whose guest wrote one."""
