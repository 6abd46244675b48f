"""Vega-Lite to SVG and PNG, without a browser and without a network."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

from capacity.extras import check_installed, needed
from capacity.report.palette import darkened
from capacity.report.vega import drawable

VERSION = "6.1"
"""Of Vega-Lite, which vl-convert brings along."""
_WHAT = "Charts"
_SVG = "{http://www.w3.org/2000/svg}"
_SPOKEN = re.compile(r"^(aria-|role$)")
_SHARPNESS = 2.0
"""Pixels of a PNG for each of the drawing."""

ET.register_namespace("", _SVG.strip("{}"))


def check_drawing() -> None:
    """Make sure that charts can be drawn, before any work is spent on one; see `needed`."""
    check_installed(_WHAT, "vl_convert")


def drawn(spec: Mapping[str, Any], about: str) -> str:
    """A chart as SVG: readable without a script, and each mark says its numbers when pointed at.

    Parameters
    ----------
    spec
        In Vega-Lite. What a mark's `description` says becomes its `<title>`.
    about
        What the whole drawing shows, for those who cannot see it.
    """
    vl_convert = needed("vl_convert", _WHAT)
    text = vl_convert.vegalite_to_svg(dict(spec), vl_version=VERSION, allowed_base_urls=[])
    root = ET.fromstring(text)  # noqa: S314 (our own, written a moment ago)
    for element in root.iter():
        said = element.get("aria-label")
        if said and element.get("role") == "graphics-symbol" and not len(element):
            title = ET.Element(f"{_SVG}title")
            title.text = said
            element.append(title)
        for name in [name for name in element.attrib if _SPOKEN.match(name)]:
            del element.attrib[name]
    root.set("role", "img")
    root.set("aria-label", drawable(about))
    return ET.tostring(root, encoding="unicode")


def in_pixels(svg: str, *, dark: bool = False) -> bytes:
    """A drawing as PNG."""
    vl_convert = needed("vl_convert", _WHAT)
    png: bytes = vl_convert.svg_to_png(darkened(svg) if dark else svg, scale=_SHARPNESS)
    return png
