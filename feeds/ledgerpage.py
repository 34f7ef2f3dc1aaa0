"""The ledger in public: the page of its roots, and ``roots.json``. Living feeds carry the newest root in their heads.

A root proves something only from the day on which somebody else had it. So it is handed to everybody who has anything of ours:
whoever keeps yesterday's feed can hold us to everything that was in the ledger yesterday.
"""

from __future__ import annotations

import json
from typing import Final

from feeds.frame import Frame
from feeds.labels import Words
from feeds.pages import Page
from tracker.roots import FORMAT

PATH: Final = "/ledger"
ROOTS_PATH: Final = "/ledger/roots.json"
#: Roots that the page shows; the file has all of them.
_SHOWN: Final = 100

_HEADING: Final = Words("Журнал и его корни", "The ledger and its roots")
_LEDE: Final = Words(
    "Каждое сообщение — строка журнала, в которой стоит хеш предыдущей. Корень дня — один хеш на все строки, записанные после"
    " прошлого корня.",
    "Every event is a line of a ledger that holds the hash of the line before. The root of a day is one hash for all lines"
    " written since the root before.",
)
_PROVES: Final = Words(
    "Сохраните корень там, где мы не можем его изменить (веб-архив, метка времени, газета): с этого дня ни одну строку до него"
    " нельзя заменить незаметно. Корень не доказывает, что сайт госоргана показывал именно это: он доказывает, что мы с тех пор"
    " ничего не переписали.",
    "Keep a root where we cannot alter it (a web archive, a time stamp, a newspaper): from that day no line before it can be"
    " replaced unseen. A root does not prove that the state site showed just that: it proves that we have rewritten nothing"
    " since.",
)
_NOTHING: Final = Words(
    "Корней ещё нет: первый появится, когда закончится первый день с записями (UTC).",
    "There are no roots yet: the first one comes when the first day with records is over (UTC).",
)


def page(frame: Frame) -> Page:
    """The page of the ledger."""
    roots = frame.library.roots()
    newest = list(reversed(roots))[:_SHOWN]
    return frame.html(
        PATH,
        "ledger.html",
        None,
        heading=frame.say.of(_HEADING),
        lede=_LEDE,
        proves=_PROVES,
        nothing=_NOTHING,
        roots=newest,
        more=len(roots) - len(newest),
        file=ROOTS_PATH,
    )


def roots_file(frame: Frame) -> Page:
    """Every root as it was hashed, for programs: what `verify --root` and the stand-alone script read."""
    roots = frame.library.roots()
    own = frame.layout.own(ROOTS_PATH)
    told = {"format": FORMAT, "authority": frame.info.authority, "roots": [root.published for root in roots]}
    body = json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"
    return Page(
        path=own, content_type="application/json; charset=utf-8", body=body, modified=None, file=frame.layout.file(own)
    )
