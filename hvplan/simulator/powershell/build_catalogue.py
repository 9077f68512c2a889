"""Make the catalogue's data file from a folder of facts: `python -m hvplan.simulator.powershell.build_catalogue FACTS_DIR`.

FACTS_DIR holds `hyperv-cmdlets.json`, `powershell-cmdlets.json`, `windows-cmdlets.json`, `hyperv-objects.json` and
`windows-objects.json`. Only what the simulator needs is kept; the same facts always give the same bytes.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

from hvplan.simulator.powershell.enum_facts import FLAGS, MEMBERS

Facts = dict[str, Any]
TARGET = Path(__file__).parent / "data" / "catalogue.json.gz"
ALLOWS = {"allowNull": "z", "allowEmptyString": "e"}


def parameter(facts: Facts) -> Facts:
    """One parameter, keys shortened: t type, n nullable, a aliases, v validation, since, k PSTypeName, z/e null and empty allowed."""
    made: Facts = {"t": _type(facts["type"])}
    if facts.get("nullable") or facts["type"].startswith("System.Nullable`1"):
        made["n"] = 1
    if facts.get("aliases"):
        made["a"] = facts["aliases"]
    validation: list[list[Any]] = [[kind] for kind in facts.get("validate", ()) if kind in ("notNull", "notNullOrEmpty")]
    if "validateRange" in facts:
        validation.append(["range", *facts["validateRange"]])
    values = facts.get("validateSet") or (facts.get("values") if facts["type"] in ("System.String", "System.String[]") else None)
    if values:
        validation.append(["set", *values])
    if validation:
        made["v"] = validation
    made.update({short: 1 for kind, short in ALLOWS.items() if kind in facts.get("validate", ())})
    if facts.get("since"):
        made["since"] = facts["since"]
    if facts.get("psTypeName") or facts.get("cimClass"):
        made["k"] = facts.get("psTypeName") or f"Microsoft.Management.Infrastructure.CimInstance#{facts['cimClass']}"
    return made


def _type(name: str) -> str:
    if name.startswith("System.Nullable`1[["):
        return name.removeprefix("System.Nullable`1[[").removesuffix("]]")
    return name


def cmdlet(facts: Facts, module: str) -> Facts:
    """One cmdlet, keys shortened: m module, d default set, sp ShouldProcess, ci confirm impact, p parameters, s sets, a aliases, o outputs."""
    made: Facts = {"m": module, "d": facts.get("defaultSet") or "", "p": {name: parameter(one) for name, one in facts["params"].items()}, "s": facts["sets"]}
    if facts.get("shouldProcess"):
        made["sp"] = 1
        made["ci"] = facts.get("confirmImpact") or "Medium"
    for key, short in (("aliases", "a"), ("outputs", "o"), ("since", "since"), ("kind", "kind")):
        if facts.get(key):
            made[short] = facts[key]
    return made


def enums(*files: Facts) -> Facts:
    """All enums: m members, u underlying type where it is not Int32, f flags."""
    found: Facts = {}
    for file in files:
        for name, one in file.get("enums", {}).items():
            found[name] = {"m": one["members"]}
            if one.get("underlying", "System.Int32") != "System.Int32":
                found[name]["u"] = one["underlying"]
            if one.get("flags"):
                found[name]["f"] = 1
    for file in files:
        for one in file.get("cmdlets", {}).values():
            for declared in one["params"].values():
                if declared.get("values") and not declared["type"].startswith("System.String") and "[" not in declared["type"]:
                    found.setdefault(declared["type"], {"m": dict.fromkeys(declared["values"])})
    found.update({name: {"m": {member: number for number, member in enumerate(members)}} for name, members in MEMBERS.items()})
    found.update({name: {"m": dict(members), "f": 1} for name, members in FLAGS.items()})
    return found


def build(folder: Path) -> bytes:
    """The data file's bytes, from the facts in `folder`."""
    hyperv, powershell, windows, hyperv_objects, windows_objects = (
        json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("hyperv-cmdlets", "powershell-cmdlets", "windows-cmdlets", "hyperv-objects", "windows-objects")
    )
    cmdlets = {name: cmdlet(one, one["module"]) for file in (powershell, windows) for name, one in file["cmdlets"].items()}
    cmdlets |= {name: cmdlet(one, "Hyper-V") for name, one in hyperv["cmdlets"].items()}
    for alias, name in hyperv["aliases"].items():
        cmdlets[name].setdefault("a", []).append(alias)
    content = {"cmdlets": cmdlets, "enums": enums(windows_objects, hyperv_objects, windows, powershell, hyperv)}
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    return gzip.compress(text.encode(), mtime=0)


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(build(Path(sys.argv[1])))
