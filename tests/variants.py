"""Variants of cases: the same files on another host, or other files on the same host, made in a folder of the test's own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from hvplan.document.yaml_values import read_values
from tests import casebook
from tests.casebook import Case

World = dict[str, Any]


def named(name: str) -> Case:
    """One case."""
    return next(case for case in casebook.cases() if case.name == name)


def world_of(case: Case) -> World:
    """The host of a case as it is written down."""
    found: World = read_values((case.folder / "host.world.yaml").read_text("utf-8"))[0]
    return found


def documents(case: Case) -> list[World]:
    """What a case declares, as it is written."""
    return [found for found in yaml.safe_load_all((case.folder / "desired.yaml").read_text("utf-8")) if isinstance(found, dict)]


def variant(
    case: Case, folder: Path, *, world: Callable[[World], None] | None = None, desired: Callable[[str], str] | None = None, options: tuple[str, ...] = ()
) -> Case:
    """A case in `folder`, whose world or text was changed. JSON is YAML, so the world is written as that."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("desired.yaml", "host.world.yaml"):
        shutil.copy(case.folder / name, folder / name)
    if world is not None:
        changed = world_of(case)
        world(changed)
        (folder / "host.world.yaml").write_text(json.dumps(changed, default=str), "utf-8")
    if desired is not None:
        (folder / "desired.yaml").write_text(desired((case.folder / "desired.yaml").read_text("utf-8")), "utf-8")
    return replace(case, folder=folder, options=(*options, *case.options))


def machine(world: World, name: str) -> World:
    """A machine of a world."""
    found: World = next(vm for vm in world["vms"] if vm["name"] == name)
    return found


def drives(world: World) -> Iterator[tuple[str, str]]:
    """Every attached file of a host: whose, and its path in small letters."""
    for vm in world.get("vms", ()):
        for disk in vm.get("devices", {}).get("disks", ()):
            if isinstance(disk.get("path"), str):
                yield vm["id"], disk["path"].lower()


def parents(world: World) -> Iterator[tuple[str, str]]:
    """Every file that is built on another one, and that other one, in small letters."""
    for file in world.get("files", ()):
        parent = file.get("vhd", {}).get("parent")
        if isinstance(parent, str):
            yield file["path"].lower(), parent.lower()
