"""PATHs: what is read, in which order, and what is not."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from hvplan.load import SourceFile, load, load_hosts
from hvplan.load.files import find

HOST = "kind: Host\nname: {}\nconnection: {{address: h}}\n"


def tree(folder: Path, *names: str) -> None:
    """Files, each with a Host of its own."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(HOST.format(Path(name).stem.strip(".")), "utf-8")


def test_a_folder_is_read_sorted_and_recursive(tmp_path: Path) -> None:
    """Files of a folder come before its folders, both sorted; only *.yaml and *.yml, nothing that begins with a dot."""
    tree(tmp_path, "b.yaml", "a.yml", "z/c.yaml", "d/e.YAML", ".git/x.yaml", ".hidden.yaml", "notes.txt", "plan.json")
    found, wrong = find([str(tmp_path)])
    assert [os.path.relpath(item.path, tmp_path) for item in found] == ["a.yml", "b.yaml", "d/e.YAML", "z/c.yaml"]
    assert wrong == ()


def test_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`.` gives paths without a `./` before them."""
    tree(tmp_path, "a.yaml", "sub/b.yaml")
    monkeypatch.chdir(tmp_path)
    assert [file.path for file in load(["."]).files] == ["a.yaml", os.path.join("sub", "b.yaml")]


def test_a_file_is_read_once(tmp_path: Path) -> None:
    """A file given twice, or by itself and by its folder, or through a link, is read once."""
    tree(tmp_path, "a.yaml")
    (tmp_path / "link.yaml").symlink_to(tmp_path / "a.yaml")
    loaded = load([str(tmp_path / "a.yaml"), str(tmp_path), str(tmp_path / "a.yaml")])
    assert len(loaded.files) == 1
    assert loaded.diagnostics == ()


def test_links_that_lead_back_are_walked_once(tmp_path: Path) -> None:
    """A symbolic link to a folder is followed; one that leads back up ends."""
    tree(tmp_path, "x/a.yaml", "elsewhere/b.yaml")
    (tmp_path / "x" / "up").symlink_to(tmp_path / "x", target_is_directory=True)
    (tmp_path / "x" / "other").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    found, _ = find([str(tmp_path / "x")])
    assert [os.path.relpath(item.path, tmp_path) for item in found] == ["x/a.yaml", "x/other/b.yaml"]


def test_a_hidden_file_is_read_when_it_is_named(tmp_path: Path) -> None:
    """Only what is found in a folder is passed over."""
    tree(tmp_path, ".a.yaml")
    assert [file.path for file in load([str(tmp_path / ".a.yaml")]).files] == [str(tmp_path / ".a.yaml")]


def test_the_digest_is_of_the_bytes(tmp_path: Path) -> None:
    """SHA-256 of the file as it is on the disk."""
    tree(tmp_path, "a.yaml")
    data = (tmp_path / "a.yaml").read_bytes()
    assert load([str(tmp_path)]).files == (SourceFile(path=str(tmp_path / "a.yaml"), sha256=hashlib.sha256(data).hexdigest()),)


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    """A missing path is an error with what was probably meant, and the other paths are read all the same."""
    tree(tmp_path, "lab.yaml")
    (tmp_path / "other.yaml").write_text("kind: Hots\n")
    said = [str(d) for d in load([str(tmp_path / "lap.yaml"), str(tmp_path / "other.yaml")]).diagnostics]
    assert said[0] == f"{tmp_path}/lap.yaml: error: There is no such file or folder.\n    hint: did you mean {tmp_path}/lab.yaml"
    assert said[1].startswith(f"{tmp_path}/other.yaml:1:7: error: There is no such kind of document.")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """A link to nothing says that the file cannot be read, and why."""
    (tmp_path / "a.yaml").symlink_to(tmp_path / "gone")
    assert [str(d) for d in load([str(tmp_path)]).diagnostics] == [f"{tmp_path}/a.yaml: error: The file cannot be read: No such file or directory."]


@pytest.mark.parametrize("kind", ["World", "Inventory"])
def test_a_world_that_is_named_is_an_error(tmp_path: Path, kind: str) -> None:
    """In a folder worlds and inventories are passed over; a PATH that is itself such a file says so."""
    (tmp_path / "w.yaml").write_text(f"kind: {kind}\nhost: {{name: A}}\n")
    tree(tmp_path, "a.yaml")
    assert load([str(tmp_path)]).diagnostics == ()
    assert [file.path for file in load([str(tmp_path)]).files] == [str(tmp_path / "a.yaml")]
    (said,) = load([str(tmp_path / "w.yaml")]).diagnostics
    assert str(said).splitlines()[0] == f"{tmp_path}/w.yaml:1:7: error: This file holds {'a' if kind == 'World' else 'an'} {kind}, not documents to plan from."


@pytest.mark.parametrize("more", ["---\nkind: VirtualSwitch\nname: lan\nhost: h\ntype: Privat\n", "...\n---\nkind: Nonsense\n"])
def test_a_world_is_passed_over_only_alone(tmp_path: Path, more: str) -> None:
    """Documents that stand behind a world in its file are read, with what is wrong in them."""
    (tmp_path / "w.yaml").write_text("# a host\n\nkind: World   # as it is\nhost: {name: A}\n" + more)
    tree(tmp_path, "a.yaml")
    assert [d.place.line for d in load([str(tmp_path)]).diagnostics if d.place] != []
    assert len(load([str(tmp_path)]).files) == 2


def test_no_document_at_all(tmp_path: Path) -> None:
    """A folder without a document is an error."""
    (said,) = load([str(tmp_path)]).diagnostics
    assert (said.code, str(said.place)) == ("no-document", str(tmp_path))


def test_an_empty_file_is_noted(tmp_path: Path) -> None:
    """An empty file beside others stops nothing."""
    tree(tmp_path, "a.yaml")
    (tmp_path / "b.yaml").write_text("# later\n")
    assert [str(d) for d in load([str(tmp_path)]).diagnostics] == [f"{tmp_path}/b.yaml: note: The file holds no document."]


def test_the_hosts_file_wins_and_is_no_source(tmp_path: Path) -> None:
    """A connection in the hosts file replaces the one in the documents; the file is no source, also when it lies in the folder."""
    tree(tmp_path, "hv01.yaml")
    hosts = tmp_path / "hosts.yaml"
    hosts.write_text(
        "kind: Host\nname: hv01\nconnection: {address: real, username: u, password: {file: secret}}\n---\nkind: Host\nname: other\nconnection: {address: o}\n"
    )
    loaded = load([str(tmp_path)], hosts_file=str(hosts))
    assert loaded.diagnostics == ()
    assert [file.path for file in loaded.files] == [str(tmp_path / "hv01.yaml")]
    (host,) = loaded.desired.hosts
    assert (host.name, host.from_hosts_file) == ("hv01", True)
    assert host.connection == {"address": "real", "username": "u", "password": {"file": str(tmp_path / "secret")}}
    assert [h.name for h in load_hosts(str(hosts))[0]] == ["hv01", "other"]


def test_a_host_of_the_hosts_file_counts_once_it_is_used(tmp_path: Path) -> None:
    """A hosts file may hold many hosts; those that nothing belongs to take no part."""
    (tmp_path / "lab.yaml").write_text("kind: VirtualSwitch\nname: lan\nhost: b\n")
    (tmp_path / "hosts.yaml").write_text("kind: Host\nname: a\nconnection: {address: a}\n---\nkind: Host\nname: b\nconnection: {address: b}\n")
    loaded = load([str(tmp_path / "lab.yaml")], hosts_file=str(tmp_path / "hosts.yaml"))
    assert loaded.diagnostics == ()
    assert [host.name for host in loaded.desired.hosts] == ["b"]
