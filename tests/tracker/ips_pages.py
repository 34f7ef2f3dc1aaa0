"""Pages of the state's legal system in its real markup, windows-1251, with invented acts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """An entry of the list. `label` as the site prints it, without the word about readiness."""

    rdk: int
    label: str
    ready: bool = True


def shell(nd: str, title: str, editions: tuple[Edition, ...], *, selected: int) -> bytes:
    options = "".join(
        f"<option value='{row.rdk},{nd}' {'selected ' if row.rdk == selected else ''}class='blue'>{row.label}</option>"
        if row.ready
        else f"<option value='n'  class='blue'>{row.label}(не готова)</option>"
        for row in editions
    )
    return (
        f'<html>\n<head>\n<title>{title}</title>\n<meta http-equiv="Content-Type" content="text/html; charset=windows-1251" />\n'
        '</head>\n<body style="overflow:hidden;">\n<table class="root">\n<tr>\n<td class="header">\n<td class="doc_editions">\n'
        f"""<select name="doc_editions" onchange="ChangeSelRDK(this, document.all['last_select_ed'], '')">{options}</select>"""
        '<input type="hidden" name="last_select_ed" value="" />\n</td>\n</tr>\n</table>\n'
        f'<iframe id="list" frameborder="0" src="?doc_itself=&nd={nd}&page=1&rdk={selected}"></iframe>\n'
        "</body>\n</html>\n"
    ).encode("cp1251")


def text(nd: str, paragraphs: tuple[str, ...], *, completed: bool = True) -> bytes:
    """The page of an edition; each paragraph is markup of its own."""
    rows = "\n".join(row if row.startswith("<p") else f"<p>{row}</p>" for row in paragraphs)
    return (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n'
        '<html>\n<head>\n<meta http-equiv="Content-Type" content="text/html; charset=windows-1251" />\n'
        f"<script>var textCompleted = '{completed}'; window.docNum = parseInt('{nd}');</script>\n</head>\n<body>\n"
        '<div id="text_content">\n<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN">\n'
        "<html>\n<head>\n<title></title>\n</head>\n<body>\n"
        f"{rows}\n</body>\n</html>\n</div>\n</body>\n</html>\n"
    ).encode("cp1251")


def found(*rows: tuple[str, str, str]) -> bytes:
    """A list of results: (nd, kind with date and number, subject)."""
    tables = "\n".join(
        f"""<table class="list_elem odd" onclick="clickAndGo(this,event)">
<tr><td class="l_top"><div align="left" style="position: relative;">
<div style="position: absolute;" class="bold">{number}</div></div>
<span class="tiny_italic_bold">
Действует c изменениями
</span></td></tr>
<tr><td class="l_checkbox"><table class="l_name"><tr><td class="l">
<input type="checkbox" name="check_{nd}" value="" />
</td><td><div class="l_link">
<a id="link_{number - 1}" href="?docbody=&link_id={number - 1}&nd={nd}&intelsearch=&firstDoc=1" target="contents" class="bold">
{name}
</a></div>
<span class="bold">{subject}</span>
</td></tr></table></td></tr></table>"""
        for number, (nd, name, subject) in enumerate(rows, 1)
    )
    return f"<html><head><title></title></head><body>{tables}</body></html>".encode("cp1251")
