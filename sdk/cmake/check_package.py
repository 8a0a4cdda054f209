"""check_package.py ZIP: fails unless the package's bootstrap runs on provided.al2023.

That is Amazon Linux 2023 with glibc 2.34 and without the C++ library: a bootstrap may be static, or else need no
newer symbol version than GLIBC_2.34 and no library beyond glibc's own.
"""
import os
import re
import subprocess
import sys
import tempfile
import zipfile

NEWEST = (2, 34)
PROVIDED = {"libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "ld-linux-x86-64.so.2"}


def readelf(option, path):
    return subprocess.run(["readelf", "-W", option, path], check=True, capture_output=True, text=True).stdout


def problems(path):
    found = []
    if "Class:                             ELF64" not in readelf("-h", path):
        found.append("is not a 64-bit ELF file")
    for library in re.findall(r"\(NEEDED\).*\[(.+?)\]", readelf("-d", path)):
        if library not in PROVIDED:
            found.append(f"needs {library}")
    for name, version in sorted(set(re.findall(r"Name: ([A-Z]+[A-Z_]*)_([0-9.]+|[A-Z_]+)", readelf("-V", path)))):
        numbers = tuple(int(part) for part in version.split(".") if part.isdigit())
        if name != "GLIBC" or not numbers or numbers[:2] > NEWEST:
            found.append(f"needs {name}_{version}")
    return found


def main():
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(sys.argv[1]) as package:
        if package.namelist().count("bootstrap") != 1:
            sys.exit(f"{sys.argv[1]}: no bootstrap")
        if (package.getinfo("bootstrap").external_attr >> 16) & 0o111 != 0o111:
            sys.exit(f"{sys.argv[1]}: bootstrap is not executable")
        found = problems(package.extract("bootstrap", folder))
        size = os.path.getsize(sys.argv[1])
    if found:
        sys.exit(f"{sys.argv[1]}: bootstrap " + ", ".join(found))
    print(f"{sys.argv[1]}: {size} bytes, runs on provided.al2023")


main()
