"""The nouns: host, switch, disk, virtual machine, devices. Frozen values, no input or output. Read this room first."""
