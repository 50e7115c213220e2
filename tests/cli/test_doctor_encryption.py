"""Whether the disk of a database is encrypted, told from what Linux keeps in `/proc` and `/sys`."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.cli.doctor import encryption_words, folder_flags

DISK = "its disk is encrypted (dm-crypt)"
BARE = "its disk is not encrypted, as far as the system tells"


def flags_of(_: Path) -> int:
    return 0


def system(root: Path, *mounts: str, **disks: dict[str, str]) -> Path:
    """Make what Linux keeps: mounts, and disks by name with files; `below` names those below."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/mountinfo").write_text("".join(f"{line}\n" for line in mounts))
    for name, files in disks.items():
        node = root / "sys/devices" / name
        node.mkdir(parents=True)
        for folder in ("dev/block", "class/block"):
            (root / "sys" / folder).mkdir(parents=True, exist_ok=True)
        (root / "sys/class/block" / name).symlink_to(node)
        if "number" in files:
            (root / "sys/dev/block" / files["number"]).symlink_to(node)
        for one in files.get("below", "").split():
            (node / "slaves").mkdir(exist_ok=True)
            (node / "slaves" / one).symlink_to(root / "sys/devices" / one)
        for file in ("uuid", "name"):
            if file in files:
                (node / "dm").mkdir(exist_ok=True)
                (node / "dm" / file).write_text(f"{files[file]}\n")
    return root


def mount(
    point: Path | str, device: str = "8:1", kind: str = "ext4", source: str = "/dev/x"
) -> str:
    written = str(point).replace(" ", "\\040")
    return f"36 35 {device} / {written} rw shared:1 - {kind} {source} rw"


@pytest.fixture(name="home")
def _home(tmp_path: Path) -> Path:
    home = tmp_path / "a desk"
    home.mkdir()
    return home


def words(home: Path, root: Path) -> str:
    return encryption_words(home, root, flags_of, "linux")


def test_a_volume_on_luks_is_encrypted(home: Path, tmp_path: Path) -> None:
    """LVM on LUKS, as installers make it; the mount's name has a space in it."""
    root = system(
        tmp_path / "root",
        mount("/", "8:1"),
        mount(home, "253:1"),
        sda1={"number": "8:1"},
        dm0={"number": "253:0", "uuid": "CRYPT-LUKS2-77", "below": "sda1"},
        dm1={"number": "253:1", "uuid": "LVM-abc", "below": "dm0"},
    )
    assert words(home, root) == DISK
    assert words(Path("/"), root).startswith(BARE)


def test_a_raid_is_encrypted_if_all_its_disks_are(home: Path, tmp_path: Path) -> None:
    both = {"sdb": {"number": "8:16"}, "dm0": {"number": "253:0", "uuid": "CRYPT-PLAIN-1"}}
    half = system(
        tmp_path / "half", mount(home, "9:0"), md0={"number": "9:0", "below": "sdb dm0"}, **both
    )
    assert words(home, half).startswith(BARE)
    whole = system(
        tmp_path / "whole", mount(home, "9:0"), md0={"number": "9:0", "below": "dm0"}, **both
    )
    assert words(home, whole) == DISK


def test_btrfs_is_found_by_its_source(home: Path, tmp_path: Path) -> None:
    line = mount(home, "0:35", "btrfs", "/dev/mapper/luks-home")
    disk = {"uuid": "CRYPT-LUKS1-5", "name": "luks-home"}
    root = system(tmp_path / "root", line, **{"dm-0": disk})
    assert words(home, root) == DISK
    plain = mount(home, "0:35", "btrfs", "/dev/sda2")
    assert words(home, system(tmp_path / "plain", plain, sda2={})).startswith(BARE)


@pytest.mark.parametrize(
    ("kind", "source", "said"),
    [
        ("ecryptfs", "/home/.x", "its disk is encrypted (eCryptfs)"),
        ("fuse.gocryptfs", "/x", "its disk is encrypted (gocryptfs)"),
        ("tmpfs", "tmpfs", "in memory"),
        ("zfs", "tank/desk", "cannot tell; zfs get encryption tank/desk"),
        ("nfs4", "server:/x", "cannot tell of nfs4"),
        ("overlay", "overlay", "cannot tell of overlay"),
    ],
)
def test_other_kinds(home: Path, tmp_path: Path, kind: str, source: str, said: str) -> None:
    assert said in words(home, system(tmp_path / "root", mount(home, "0:9", kind, source)))


def test_a_folder_may_be_encrypted_on_a_bare_disk(home: Path, tmp_path: Path) -> None:
    root = system(tmp_path / "root", mount("/"), sda1={"number": "8:1"})
    assert words(home, root).startswith(BARE)
    assert encryption_words(home, root, lambda _: 0x80800, "linux").endswith("(fscrypt)")


def test_where_nothing_is_told_nothing_is_claimed(home: Path, tmp_path: Path) -> None:
    assert words(home, tmp_path).endswith("cannot tell")
    assert words(home, system(tmp_path / "odd", "no mount", "")).endswith("cannot tell")
    assert "manage-bde" in encryption_words(home, tmp_path, flags_of, "win32")
    assert "cannot tell here" in encryption_words(home, tmp_path, flags_of, "sunos5")


def test_this_machine_answers(tmp_path: Path) -> None:
    assert isinstance(folder_flags(tmp_path), int)
    said = encryption_words(tmp_path)
    assert "encrypted" in said or "memory" in said
