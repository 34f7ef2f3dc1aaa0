"""One comparison as one HTML file: styles inside, no scripts, nothing to fetch. It can be mailed, archived and printed."""

from __future__ import annotations

from functools import partial

from markupsafe import Markup

from feeds import diffview, headline, labels, phrases, times
from feeds.exports.comparison import Comparison
from feeds.languages import Speech
from feeds.pages import asset, environment
from tracker.models import Diff, Language


def of_comparison(comparison: Comparison, language: Language) -> str:
    """The same page of a comparison of the site: with its document, force, captures and permanent address on it."""
    before, after = comparison.before.name, comparison.after.name
    return standalone(comparison.diff, old_name=before, new_name=after, comparison=comparison, language=language)


def standalone(
    diff: Diff, *, old_name: str, new_name: str, comparison: Comparison | None = None, language: Language = "ru"
) -> str:
    """A self-contained HTML page of a diff. `old_name` and `new_name` are what people call the two texts."""
    say = Speech(language)
    # The stylesheet is our own file: it holds no markup that could end the style element.
    style = Markup(asset("style.css").decode())  # noqa: S704 - our own file, never foreign text
    return (
        environment(say)
        .get_template("standalone.html")
        .render(
            old_name=old_name,
            new_name=new_name,
            style=style,
            verdict=_verdict(diff, say),
            reasons=diff.significance.reasons,
            level=labels.LEVELS[diff.significance.level],
            view=diffview.view(diff, say, sides=comparison.sides if comparison else None),
            origin=comparison,
            are_times=comparison is None or comparison.are_times or diff.same,
            say=say,
            both=partial(times.both, language=language),
            demo=labels.DEMO,
        )
    )


def _verdict(diff: Diff, say: Speech) -> str:
    """The page in one sentence."""
    if diff.same:
        return say("Слова текстов совпадают.") + (f" {say('Различается только оформление.')}" if diff.noise else "")
    line = phrases.upper(headline.headline(diff, language=say.language))
    stats = diff.stats
    words = say("Слов добавлено: {added}, исключено: {removed}.", added=stats.words_added, removed=stats.words_removed)
    return f"{line}. {words}" if line else words
