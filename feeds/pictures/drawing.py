"""Inline SVG without strings: elements built by lxml, colours taken from the page, so that dark mode and print are its own.

Presentation attributes are allowed where a content policy forbids inline styles. What a picture says stands in words
beside it; the drawing itself is one image to those who cannot see it, with a title and a description.
"""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree, html
from markupsafe import Markup

from feeds.textual import clean

#: Attributes with a hyphen are written with an underscore; values are numbers or words of ours.
Value = str | float


def element(name: str, *children: html.HtmlElement | str, **attributes: Value) -> html.HtmlElement:
    """An element of SVG or HTML. Text is cleaned and escaped; a trailing underscore keeps a name apart from Python's words."""
    made = html.Element(name)
    for key, value in attributes.items():
        made.set(key.rstrip("_").replace("_", "-") if key != "viewBox" else key, _number(value))
    for child in children:
        if not isinstance(child, str):
            made.append(child)
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + clean(child)
        else:
            made.text = (made.text or "") + clean(child)
    return made


def image(
    name: str,
    size: tuple[float, float],
    title: str,
    description: str,
    children: Sequence[html.HtmlElement],
    **more: Value,
) -> html.HtmlElement:
    """A drawing that is one image: `name` makes its ids, which must be its own on the page."""
    svg = element(
        "svg",
        element("title", title, id=f"{name}-title"),
        element("desc", description, id=f"{name}-desc"),
        *children,
        viewBox=f"0 0 {_number(size[0])} {_number(size[1])}",
        width=size[0],
        height=size[1],
        role="img",
        **more,
    )
    svg.set("aria-labelledby", f"{name}-title {name}-desc")
    return svg


def markup(*elements: html.HtmlElement) -> Markup:
    """Elements as HTML. lxml escaped every text in them, which is what Markup promises."""
    whole = "".join(etree.tostring(each, method="html", encoding="unicode") for each in elements)
    return Markup(whole)  # noqa: S704 - built by lxml from text nodes and our own attributes


def _number(value: Value) -> str:
    """A short number: two digits behind the point are a hundredth of a pixel."""
    if isinstance(value, str):
        return clean(value)
    return f"{value:.2f}".rstrip("0").rstrip(".")
