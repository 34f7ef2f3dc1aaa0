"""What settings say of the parts of an instance that stand alone: the clock, where and how sources are asked, the topics.

Apart from `tracker.instance`, which brings all rooms with it: commands that open no store start in half the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from diffs import topics
from diffs.topics import TopicRules
from scrapers import page as web_page
from scrapers import registry
from scrapers.http import SourcePolicy
from tracker import config
from tracker.config import Settings
from tracker.errors import ConfigError

BASE_URLS: Final[Mapping[str, str]] = {
    **{name: source.base_url for name, source in registry.SOURCES.items()},
    web_page.NAME: "",
}


def utc_now() -> datetime:
    """The clock of the real world."""
    return datetime.now(UTC)


def rules_of(settings: Settings) -> TopicRules:
    """The topics: those that come with the tracker, and those of the operator's own vocabularies.

    Raises ConfigError (file, line, reason) for a vocabulary that cannot be used.
    """
    own = settings.topics.files
    return topics.load_rules(own) if own else topics.default_rules()


def base_urls_of(settings: Settings) -> dict[str, str]:
    """Where each source is asked."""
    return {name: settings.source(name).base_url or default for name, default in BASE_URLS.items()}


def policies_of(settings: Settings) -> dict[str, SourcePolicy]:
    """How each source is asked, with secrets resolved at the last moment."""
    common = config.secret(settings.http.proxy, where="http.proxy")
    found = {}
    for name in BASE_URLS:
        source = settings.source(name)
        own = config.secret(source.proxy, where=f"sources.{name}.proxy")
        if source.ca_bundle is not None and not source.ca_bundle.is_file():
            raise ConfigError(f"sources.{name}.ca_bundle: {source.ca_bundle}: no such file")
        found[name] = SourcePolicy(
            proxy=own or common, ca_bundle=str(source.ca_bundle) if source.ca_bundle else None, delay=source.delay
        )
    return found
