"""One comparison as one HTML file: styles inside, no scripts, nothing to fetch. It can be mailed, archived and printed."""

from __future__ import annotations

from markupsafe import Markup

from feeds import diffview, headline, labels, times
from feeds.exports.comparison import Comparison
from feeds.languages import Speech
from feeds.pages import asset, environment
from tracker.models import Diff


def of_comparison(comparison: Comparison) -> str:
    """The same page of a comparison of the site: with its document, force, captures and permanent address on it."""
    return standalone(
        comparison.diff, old_name=comparison.before.name, new_name=comparison.after.name, comparison=comparison
    )


def standalone(diff: Diff, *, old_name: str, new_name: str, comparison: Comparison | None = None) -> str:
    """A self-contained HTML page of a diff. `old_name` and `new_name` are what people call the two texts."""
    # The stylesheet is our own file: it holds no markup that could end the style element.
    style = Markup(asset("style.css").decode())  # noqa: S704 - our own file, never foreign text
    return (
        environment(Speech("ru"))
        .get_template("standalone.html")
        .render(
            old_name=old_name,
            new_name=new_name,
            style=style,
            verdict=_verdict(diff),
            reasons=diff.significance.reasons,
            level=labels.LEVELS[diff.significance.level],
            view=diffview.view(diff, sides=comparison.sides if comparison else None),
            origin=comparison,
            say=Speech("ru"),
            both=times.both,
            demo=labels.DEMO,
        )
    )


def _verdict(diff: Diff) -> str:
    """The page in one sentence."""
    if diff.same:
        return "Слова текстов совпадают." + (" Различается только оформление." if diff.noise else "")
    line = headline.headline(diff)
    stats = diff.stats
    words = f"Слов добавлено: {stats.words_added}, исключено: {stats.words_removed}."
    return f"{line[:1].upper()}{line[1:]}. {words}"
