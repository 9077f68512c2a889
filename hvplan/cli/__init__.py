"""The command line: parse, wire the rooms together, print, exit."""
