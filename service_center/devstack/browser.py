"""A Chromium without root, and Chinese glyphs for it, for the browser tests."""

from __future__ import annotations

import json
import os
import platform
import shutil
from pathlib import Path

from .places import FRONTEND, PYTHON, RUN, plain_environment, site_packages
from .processes import lock, need_space, run_logged
from .terminal import Refusal, step

_PACKAGE = FRONTEND / "node_modules" / "@sparticuz" / "chromium"
_UNPACK = """
import io, pathlib, sys, tarfile, brotli
source, target = map(pathlib.Path, sys.argv[1:])
(target / "chromium").write_bytes(brotli.decompress((source / "chromium.br").read_bytes()))
(target / "chromium").chmod(0o755)
for name in ("al2023.tar.br", "swiftshader.tar.br"):
    with tarfile.open(fileobj=io.BytesIO(brotli.decompress((source / name).read_bytes()))) as archive:
        safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        archive.extractall(target, **safe)
"""


def environment() -> dict[str, str]:
    """CHROMIUM_PATH and FONTCONFIG_FILE for the tests; unpacks the browser on first use."""
    return {"CHROMIUM_PATH": str(_chromium()), "FONTCONFIG_FILE": str(_fonts_conf())}


def _chromium() -> Path:
    named = os.environ.get("CHROMIUM_PATH")
    if named:
        if not os.access(named, os.X_OK):
            raise Refusal(f"CHROMIUM_PATH names {named}, which is no program.")
        return Path(named)
    if platform.machine() == "x86_64" and platform.system() == "Linux" and (_PACKAGE / "bin").is_dir():
        with lock(RUN / "bootstrap.lock", busy=None):
            return _unpacked()
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return Path(found)
    raise Refusal("No browser for this machine: run `apt install chromium`, or set CHROMIUM_PATH to one.")


def _unpacked() -> Path:
    version: str = json.loads((_PACKAGE / "package.json").read_text())["version"]
    home = RUN / "browser" / version
    starter = home / "start"
    if not starter.exists():
        need_space(RUN, 400)
        with step(f"Chromium unpacked ({version})"):
            half = home.with_name(f"{version}.new")
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir(parents=True)
            run_logged(
                [PYTHON, "-c", _UNPACK, _PACKAGE / "bin", half],
                log=RUN / "log" / "browser.log",
                env=plain_environment(),
                cwd=RUN,
                fault="The browser could not be unpacked",
            )
            _write_starter(half / "start", home)
            shutil.rmtree(home, ignore_errors=True)
            half.rename(home)
    return starter


def _write_starter(path: Path, home: Path) -> None:
    """A starter that shows the package's own libraries to the browser and to nothing else."""
    path.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH="{home / "lib"}" exec "{home / "chromium"}" "$@"\n')
    path.chmod(0o755)


def _fonts_conf() -> Path:
    """A fontconfig that knows the Chinese font of the Python package beside the machine's own fonts."""
    path = RUN / "browser" / "fonts.conf"
    path.parent.mkdir(parents=True, exist_ok=True)
    families = "".join(
        f"<alias><family>{generic}</family><prefer><family>{own}</family></prefer></alias>"
        for generic, own in (
            ("sans-serif", "Noto Sans SC"),
            ("serif", "Noto Serif SC"),
            ("monospace", "DejaVu Sans Mono"),
        )
    )
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig>'
        f"<dir>{site_packages() / 'pylopdf_fonts_zh_cn'}</dir><dir>/usr/share/fonts</dir>"
        f"<cachedir>{RUN / 'browser' / 'font-cache'}</cachedir>{families}</fontconfig>\n"
    )
    return path
