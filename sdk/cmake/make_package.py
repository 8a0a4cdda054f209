"""make_package.py ZIP FILE...: a zip whose bytes depend on the files' names and contents only.

Every file becomes an executable entry of its base name, in order of name, dated 1 January 1980.
"""
import os
import sys
import zipfile


def main():
    target, files = sys.argv[1], sys.argv[2:]
    unfinished = target + ".part"
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for path in sorted(files, key=os.path.basename):
            entry = zipfile.ZipInfo(os.path.basename(path), (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # Unix: the mode below counts
            entry.external_attr = 0o100755 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            with open(path, "rb") as content:
                package.writestr(entry, content.read())
    os.replace(unfinished, target)


main()
