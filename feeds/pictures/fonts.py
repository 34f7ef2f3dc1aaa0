"""Type for pictures: faces with Cyrillic letters, from a Python package where one is installed, else from the system.

Pillow's own face has no Cyrillic, and a server may have no faces at all. The Source families (SIL Open Font License) come
as packages of data; DejaVu, Liberation and Noto stand on most Linux machines. Nothing is loaded before it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal, TypeAlias

from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont

from tracker.errors import ConfigError

Family: TypeAlias = Literal["serif", "sans"]

#: Family -> (package, file inside it): variable faces with an axis of weight.
_PACKAGES: Final[dict[Family, tuple[str, str]]] = {
    "serif": ("fontpkg_source_serif_4", "files/SourceSerif4[opsz,wght].ttf"),
    "sans": ("fontpkg_source_sans_3", "files/SourceSans3[wght].ttf"),
}
#: Family -> (regular, bold) files that Pillow looks for where the system keeps its faces.
_SYSTEM: Final[dict[Family, tuple[tuple[str, str], ...]]] = {
    "serif": (
        ("DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf"),
        ("LiberationSerif-Regular.ttf", "LiberationSerif-Bold.ttf"),
        ("NotoSerif-Regular.ttf", "NotoSerif-Bold.ttf"),
        ("times.ttf", "timesbd.ttf"),
        ("Times New Roman.ttf", "Times New Roman Bold.ttf"),
    ),
    "sans": (
        ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
        ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
        ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
        ("arial.ttf", "arialbd.ttf"),
        ("Arial.ttf", "Arial Bold.ttf"),
    ),
}
_REGULAR, _BOLD = 400, 650
_WEIGHT: Final = "Weight"
_SIZE: Final = "Optical Size"
_NOTHING: Final = "\U000efffe"  # a code point of no face: what is drawn for it is the sign of a missing letter


@dataclass(frozen=True, slots=True)
class Face:
    """One face: family, size in pixels, weight."""

    family: Family
    size: int
    bold: bool = False

    def font(self) -> FreeTypeFont:
        """The face as Pillow draws it. Raises ConfigError where no face with Cyrillic letters can be found."""
        return _font(self)

    def width(self, text: str) -> float:
        """Pixels that a text takes on a line."""
        return _font(self).getlength(text)


def available() -> bool:
    """Whether pictures with words can be drawn on this machine."""
    try:
        for family in _PACKAGES:
            Face(family, 16).font()
    except ConfigError:
        return False
    return True


@cache
def _font(face: Face) -> FreeTypeFont:
    found = _packaged(face) or _of_system(face)
    if found is None:
        raise ConfigError(
            "no font with Cyrillic letters was found, so pictures cannot be drawn:"
            " pip install fontpkg-source-serif-4 fontpkg-source-sans-3, or install the DejaVu fonts of your system"
        )
    return found


def _packaged(face: Face) -> FreeTypeFont | None:
    package, name = _PACKAGES[face.family]
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    file = Path(spec.submodule_search_locations[0]) / name
    if not file.is_file():
        return None
    # The plain layout measures letter by letter, which is equal on every machine; libraqm may be there or not.
    font = ImageFont.truetype(file, face.size, layout_engine=ImageFont.Layout.BASIC)
    wanted = {_WEIGHT: _BOLD if face.bold else _REGULAR, _SIZE: face.size}
    font.set_variation_by_axes([_on(axis, wanted) for axis in font.get_variation_axes()])
    return font


def _on(axis: ImageFont.Axis, wanted: dict[str, int]) -> float:
    """A position on an axis of a variable face, inside its bounds."""
    name = (axis["name"] or b"").decode()
    low, high = axis["minimum"] or 0, axis["maximum"] or 0
    return min(max(wanted.get(name, axis["default"] or 0), low), high)


def _of_system(face: Face) -> FreeTypeFont | None:
    for regular, bold in _SYSTEM[face.family]:
        try:
            font = ImageFont.truetype(bold if face.bold else regular, face.size, layout_engine=ImageFont.Layout.BASIC)
        except OSError:
            continue
        if bytes(font.getmask("Ж")) != bytes(font.getmask(_NOTHING)):
            return font
    return None
