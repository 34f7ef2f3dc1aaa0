"""Pages of IPS written by hand in the real markup, as the bytes that its server sends (windows-1251). Every act is invented."""

from __future__ import annotations

from collections.abc import Iterable

ND = "999000001"

_INNER = """<!DOCTYPE html>
<html lang="ru" xmlns:v="urn:schemas-microsoft-com:vml" xmlns="http://www.w3.org/TR/REC-html40">
<head>
<meta http-equiv="X-UA-Compatible" content="IE=edge">
<meta charset="windows-1251">
<title>Complex</title>
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Print</w:View></w:WordDocument></xml><![endif]-->
<style><!--/*CSS*/
p.H{{font-weight:bold;}}
.HD{{display:none;}}
.W9{{vertical-align:super;}}
--></style>
</head>
<body>{body}</body></html>"""


def frame(body: str, *, nd: str = ND, title: str = "О порядке", completed: str = "True") -> bytes:
    """The text frame (`?doc_itself=`): the act is a document of its own inside `#text_content`."""
    return f"""<!DOCTYPE html>
<html>
<head>
    <title>{title}</title>
    <meta http-equiv="Content-Type" content="text/html; charset=windows-1251; charset=windows-1251" />
    <script type="text/javascript">
        var textCompleted = '{completed}'.toLowerCase() == 'true';
        function loadFinished() {{
            document.doctitle = '{title}';
            window.docNum = parseInt('{nd}', 10);
        }}
    </script>
</head>
<body style="height:100%;" onload="loadFinished();" class="doc_content_bg_default">
    <table class="docinfo" name="docinfo" id="docinfo"><tr><td><br /><span></span><br /></td></tr></table>
    <div id="doc_content" class="doc_content">
        <div id="text_content" >
            {_INNER.format(body=body)}
        </div>
    </div>
</body>
</html>
""".encode("cp1251")


def printed(body: str, *, name: str, title: str = "", state: str = "По cоcтоянию на 01.02.2099 г.") -> bytes:
    """The print form (`?docview&page=1&print=1`): it names the act in full and the day of printing, not its `nd`."""
    return f"""
\t<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
\t<HTML>
\t<HEAD>
\t<META HTTP-EQUIV="GENERATOR" content="KODEKS HTTP">
\t<META HTTP-EQUIV="Content-Type" content="text/html; charset=windows-1251">
\t<TITLE>
\t\t{title}
\t</TITLE>
\t<LINK rel="stylesheet" type="text/css" href="/?doc_itself.css"}}
\t</HEAD><body onload="iePrint();"><span>{name}</span><hr />
\t\t\t\t<div align='right'>
\t\t\t\t<table border='0'><tr><td align='right'>{state}</td></tr></table></div>{_INNER.format(body=body)}
</BODY></HTML>""".encode("cp1251")


def fragment(body: str) -> bytes:
    """A saved body without a page around it, in UTF-8."""
    return f'<div class="pravo-doc" markdown="0">\n\n{body}\n</div>\n'.encode()


def option(rdk: int | None, label: str, *, nd: str = ND, selected: bool = False) -> str:
    value = "n" if rdk is None else f"{rdk},{nd}"
    return f"<option value='{value}' {'selected' if selected else ''} class='blue'>{label}</option>"


def shell(options: Iterable[str], *, nd: str = ND, title: str = "О порядке", rdk: str = "2") -> bytes:
    """The shell of a document (`?docbody=`). Without options it has no list of editions."""
    listed = "".join(options)
    select = (
        "<select name=\"doc_editions\" onchange=\"ChangeSelRDK(this, document.all['last_select_ed'], '')\">"
        f'{listed}</select><input type="hidden" name="last_select_ed" value="" \t'
    )
    return f"""<html>
<head>
<title>{title}</title>
<meta http-equiv="Content-Type" content="text/html; charset=windows-1251" />
</head>
<body style="overflow:hidden;" onload="document.link_id=0; initMessage();''">
<iframe id="tempframe" name="tempframe" src=""about:blank" style="position:absolute;"></iframe>
<table class="root"><tr><td class="header"><table class="global_header"><tr>
\t<td class="doc_editions">
{select if listed else ""}</td>
\t</tr></table>
<img src="?pic_doctext.gif" class="pic" onClick='window.location.replace("?docbody=&nd={nd}&rdk=")' />
<select id="red1"><option id="s1o0" value="0">Исходная редакция</option></select>
</td></tr></table>
<iframe id="list" frameborder="0" src="?doc_itself=&nd={nd}&page=1&rdk={rdk}" onload="onDocRefsLoaded();"></iframe>
</body>
</html>
""".encode("cp1251")


def row(name: str, *, nd: str, title: str, status: str = "Действует без изменений", place: int = 0) -> str:
    link = f"?docbody=&link_id={place}&nd={nd}&intelsearch=+%EF%EE%F0%FF%E4%EE%EA&firstDoc=1"
    return f"""
\t<!-- BEGIN элемент списка -->
\t<table class="list_elem {("even", "odd")[place % 2]}" onclick="clickAndGo(this,event)">
\t\t<tr><td class="l_top">
\t\t\t<div align="left"><div style="position: absolute;" class="bold">{place + 1}</div></div>
\t\t\t<span class="tiny_italic_bold">
\t\t\t{status}
\t\t\t</span>
\t\t</td></tr>
\t\t<tr><td class="l_checkbox"><table class="l_name"><tr>
\t\t\t<td class="l"><input type="checkbox" name="check_{nd}" value="" /></td><td>
\t\t\t<div class="l_link">
\t\t\t\t<a id="link_{place}" href="{link}" target="contents" class="bold" onclick="restoreFrame();">
\t\t\t\t{name}
\t\t\t\t</a>
\t\t\t</div>
\t\t\t<span class="bold">{title}</span>
\t\t</td></tr></table></td></tr>
\t\t<tr><td class="l_bottom"><div class="l_pics">
\t<a href="{link}"><img src="?pic_doctext.gif" class="pic_n" /></a><a href="?docbody=&vkart=ref&nd={nd}"><img src="?x.gif"/>
\t\t</nobr></div></td></tr>
\t</table>"""


def rows(*tables: str) -> bytes:
    """The frame with the rows of a search (`?list_itself=`)."""
    return f"<html>\n<head><title>Список</title></head>\n<body>{''.join(tables)}\n</body>\n</html>".encode("cp1251")


def note(text: str, *acts: tuple[str, str], newest: bool = False, close: str = ")") -> str:
    """A publisher's note as marked up: its words, and the acts it links as (what is printed, nd)."""
    links = ", ".join(
        f'<span class="cmd" style=""></span><a class="doclink" href="?docbody=&amp;prevDoc={ND}&amp;backlink=1&amp;&amp;nd={nd}"'
        f' target="contents">{shown}</a>'
        for shown, nd in acts
    )
    return f'<span class="{"markx" if newest else "mark"}" style="">{text}{links}{close}</span>'
