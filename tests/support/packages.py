"""Function packages made in memory."""

import io
import stat
import zipfile


def package(**files):
    """A zip of FILE__EXTENSION="text": package(index__py="...")."""
    return zip_of({name.replace("__", "."): text for name, text in files.items()})


def zip_of(files, executable=()):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (stat.S_IFREG | (0o755 if name in executable else 0o644)) << 16
            archive.writestr(entry, text)
    return out.getvalue()
