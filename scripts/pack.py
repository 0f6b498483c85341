#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Packs a folder into an archive whose bytes depend only on its files: pack.py ARCHIVE FOLDER

The name of ARCHIVE selects .tar.gz, .tar.bz2 or .zip. Members are in order of their names, belong
to root, have the modes 644 and 755, and the time of the tree's last commit.
"""
import bz2
import gzip
import io
import pathlib
import stat
import subprocess
import sys
import tarfile
import time
import zipfile

ZIP_OLDEST = 315532800  # 1980-01-01, the first day that a zip file can represent


def epoch():
    script = pathlib.Path(__file__).resolve().parent / "version.sh"
    return int(subprocess.run([script, "--epoch"], stdout=subprocess.PIPE, check=True).stdout)


def members(folder):
    """Returns the folder and everything below it, with their names in the archive."""
    for path in [folder, *sorted(folder.rglob("*"))]:
        yield path, path.relative_to(folder.parent).as_posix()


def mode_of(path):
    runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
    return 0o755 if runs else 0o644


def tar(folder, when):
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path, name in members(folder):
            member = archive.gettarinfo(path, name)
            member.uid = member.gid = 0
            member.uname = member.gname = "root"
            member.mtime = when
            member.mode = 0o777 if member.issym() else mode_of(path)
            if member.isreg():
                with open(path, "rb") as file:
                    archive.addfile(member, file)
            else:
                archive.addfile(member)
    return output.getvalue()


def zipped(folder, when):
    output = io.BytesIO()
    date = time.gmtime(max(when, ZIP_OLDEST))[:6]
    with zipfile.ZipFile(output, "w") as archive:
        for path, name in members(folder):
            if path.is_dir():
                continue
            member = zipfile.ZipInfo(name, date)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3  # Unix: the next field contains its modes
            member.external_attr = (stat.S_IFREG | mode_of(path)) << 16
            archive.writestr(member, path.read_bytes(), compresslevel=9)
    return output.getvalue()


FORMATS = {
    ".tar.gz": lambda folder, when: gzip.compress(tar(folder, when), mtime=0),
    ".tar.bz2": lambda folder, when: bz2.compress(tar(folder, when)),
    ".zip": zipped,
}


def main():
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} ARCHIVE FOLDER")
    output, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    for ending, pack in FORMATS.items():
        if output.name.endswith(ending):
            output.write_bytes(pack(folder, epoch()))
            return
    sys.exit(f"pack.py: {output.name}: expected one of {', '.join(FORMATS)}")


if __name__ == "__main__":
    main()
