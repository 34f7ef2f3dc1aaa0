"""Settings: `tracker.toml`, checked word by word. An unknown key is an error that names the nearest right one.

The shape is a contract (see `docs/configuration.md`). A value that is a secret (a proxy with a password) is written as
``env:NAME`` or ``file:/path`` and read from there; no message of this module repeats a value of `proxy`.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator

from scrapers import acts, page_noise, registry, sozd
from scrapers import page as web_page
from tracker.alert_settings import SubscriptionSettings, Webhooks
from tracker.errors import ConfigError
from tracker.setting_types import Section, from_outside, seconds

DEFAULT_FILE: Final = Path("tracker.toml")
PROJECT_URL: Final = "https://example.org/duma-tracker"
_SLUG: Final = re.compile(r"^[a-z0-9][a-z0-9-]{0,79}$")
#: Everything that can be asked, by the name of its section.
SOURCES: Final = (*registry.SOURCES, web_page.NAME)
_PROXY_SCHEMES: Final = ("http", "https", "socks5", "socks5h")


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("not an http or https address")
    if parts.username or parts.password:
        raise ValueError("an address with a name or a password in it would be shown to readers")
    return value


def _base_address(value: str) -> str:
    return _web_address(value).rstrip("/")


class Site(Section):
    """What readers see. `authority` and `year` are written once by `init`: entry ids are made of them for ever."""

    title: str = "Duma Tracker"
    base_url: str = "http://127.0.0.1:8000"
    language: Literal["ru"] = "ru"  # Russian first, English beside it; other orders need words that are not written yet
    authority: str = "duma-tracker.invalid"
    year: Annotated[int, Field(ge=2000, le=2999)] = 2026

    publish: Path | None = None  # a relative path is counted from the configuration file

    _base_url = field_validator("base_url")(_base_address)

    @field_validator("authority")
    @classmethod
    def _domain(cls, value: str) -> str:
        if not re.fullmatch(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", value):
            raise ValueError("not a domain name in lower case, such as tracker.example.org")
        return value


class Storage(Section):
    """Where everything is kept, and how long what is not evidence. A relative path is counted from the configuration file."""

    directory: Path = Path("var")
    keep_logs: Annotated[float, Field(ge=86_400, le=36_500 * 86_400)] = 30 * 86_400.0

    _read_keep_logs = field_validator("keep_logs", mode="before")(seconds)

    @property
    def logs_kept_for(self) -> timedelta:
        """How long messages that came to their end, attempts, and the operator's journal are kept."""
        return timedelta(seconds=self.keep_logs)


class Http(Section):
    """How we introduce ourselves, and the proxy of every source that names none."""

    user_agent: str | None = None
    contact: str = ""
    proxy: str | None = None

    @field_validator("user_agent", "contact")
    @classmethod
    def _header(cls, value: str | None) -> str | None:
        return _one_line(value)


def _one_line(value: str | None) -> str | None:
    if value is not None and any(ord(char) < 32 or ord(char) > 126 for char in value):
        raise ValueError("only plain ASCII characters can stand in a request header")
    return value


class SourceSettings(Section):
    """How one source is asked. `delay`: seconds between requests; `every`: how often, "30m"."""

    base_url: str | None = None
    proxy: str | None = None
    ca_bundle: Path | None = None
    delay: Annotated[float, Field(ge=0, le=3600)] = 1.0
    every: float | None = None

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        return None if value is None else _base_address(value)

    @field_validator("every", mode="before")
    @classmethod
    def _every(cls, value: Any) -> float | None:
        if value is None:
            return None
        found = seconds(value)
        if not 60 <= found <= 30 * 86400:
            raise ValueError("a source is asked once a minute at most, and once in 30 days at least")
        return found


class Watchlist(Section):
    """The default watchlist: whether it is followed, and only of which topics (none named: all)."""

    follow: bool = False
    topics: tuple[str, ...] = ()


class Topics(Section):
    """Vocabularies of one's own, beside those that come with the tracker; paths are counted from the configuration file."""

    files: tuple[Path, ...] = ()


class Files(Section):
    """How files are read. `ocr`: scans are recognised by tesseract where it is installed, and told as recognised by a machine."""

    ocr: bool = False


class WorkerSettings(Section):
    """Where texts are read and compared: here (``inline``), in ``processes`` of this machine, on a Dask cluster at ``address``.

    ``in_flight``: how many readings at once, while fetches go on. TLS of the cluster: PEM files, all three or none.
    """

    engine: Literal["inline", "process", "dask"] = "inline"
    processes: Annotated[int, Field(ge=1, le=64)] = os.cpu_count() or 1
    in_flight: Annotated[int, Field(ge=2, le=256)] | None = None
    address: str | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None

    @field_validator("address")
    @classmethod
    def _scheduler(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"(?:tcp|tls)://[^\s/@]+:\d{1,5}", value):
            raise ValueError("not a scheduler's address, such as tls://10.1.0.5:8786")
        return value

    @model_validator(mode="after")
    def _whole(self) -> WorkerSettings:
        if self.engine == "dask" and self.address is None:
            raise ValueError('engine = "dask" needs the address of a scheduler')
        files = (self.ca_file, self.cert_file, self.key_file)
        if any(files) and not all(files):
            raise ValueError("ca_file, cert_file and key_file belong together")
        if self.address is not None and self.address.startswith("tls://") != all(files):
            raise ValueError("a tls:// address and its ca_file, cert_file, key_file belong together")
        return self

    def under(self, folder: Path) -> WorkerSettings:
        """The same with files counted from a folder."""
        names = ("ca_file", "cert_file", "key_file")
        found = {name: folder / path for name in names if (path := getattr(self, name)) is not None}
        return self.model_copy(update=found)


def _checked(value: str, check: Callable[[str], None]) -> str:
    try:
        check(value)
    except ConfigError as error:
        raise ValueError(str(error)) from None
    return value


class WatchSettings(Section):
    """One thing to follow: ``bill``, or ``act``, or ``page`` (a name) with ``url``.

    An act is followed at the publication portal and in the state's legal system, where it is found by its date and number, or by
    ``nd``, its number there; with ``kremlin``, its number in the acts bank, there too; with ``url`` its text is followed at that
    address instead. ``remove`` (CSS selectors) and ``ignore`` (regular expressions) name what is no text on a page.
    """

    bill: str | None = None
    act: str | None = None
    page: str | None = None
    url: str | None = None
    nd: Annotated[str, Field(pattern=r"^\d{6,12}$")] | None = None
    kremlin: Annotated[str, Field(pattern=r"^\d{1,8}$")] | None = None
    selector: str | None = None
    remove: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    title: str | None = None

    @field_validator("url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        return None if value is None else _web_address(value)

    @field_validator("selector")
    @classmethod
    def _css(cls, value: str | None) -> str | None:
        return value if value is None else _checked(value, web_page.check_selector)

    @field_validator("remove")
    @classmethod
    def _selectors(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_checked(value, web_page.check_selector) for value in values)

    @field_validator("ignore")
    @classmethod
    def _patterns(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_checked(value, page_noise.check_ignore) for value in values)

    @model_validator(mode="after")
    def _one_of(self) -> WatchSettings:
        named = [name for name in ("bill", "act", "page") if getattr(self, name)]
        if len(named) != 1:
            raise ValueError("name exactly one of bill, act, page")
        if self.page and not self.url:
            raise ValueError("a page needs its url")
        if self.bill and (self.url or self.selector):
            raise ValueError("a bill is found by its number: url and selector belong to an act or a page")
        if (self.selector or self.remove or self.ignore) and not self.url:
            raise ValueError("a selector needs a url, and so do remove and ignore")
        if (self.nd or self.kremlin) and (not self.act or self.url):
            raise ValueError("nd and kremlin belong to an act without a url of its own")
        if self.page and not _SLUG.match(self.page):
            raise ValueError("a page's name is made of a-z, 0-9 and -, such as mvd-order")
        return self


class Settings(Section):
    """The whole of `tracker.toml`, with defaults for what it leaves out."""

    site: Site = Site()
    storage: Storage = Storage()
    http: Http = Http()
    sources: dict[str, SourceSettings] = Field(default_factory=dict)
    topics: Topics = Topics()
    files: Files = Files()
    workers: WorkerSettings = WorkerSettings()
    watchlist: Watchlist = Watchlist()
    watch: tuple[WatchSettings, ...] = ()
    webhooks: Webhooks = Webhooks()
    subscriptions: tuple[SubscriptionSettings, ...] = ()

    @field_validator("sources")
    @classmethod
    def _known(cls, values: dict[str, SourceSettings]) -> dict[str, SourceSettings]:
        for name in values:
            if name not in SOURCES:
                near = difflib.get_close_matches(name, SOURCES, n=1, cutoff=0.4)
                hint = f"did you mean {near[0]}?" if near else "known: " + ", ".join(SOURCES)
                raise ValueError(f"unknown source sources.{name}; {hint}")
        return values

    @field_validator("subscriptions")
    @classmethod
    def _distinct(cls, values: tuple[SubscriptionSettings, ...]) -> tuple[SubscriptionSettings, ...]:
        names = [value.name for value in values]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two of them are called {name}")
        return values

    def source(self, name: str) -> SourceSettings:
        """The settings of a source, defaults where the file is silent."""
        return self.sources.get(name, SourceSettings())

    @property
    def user_agent(self) -> str:
        """An honest name with a role contact, so that an administrator can write to a person."""
        if self.http.user_agent:
            return self.http.user_agent
        return f"duma-tracker/0.1 (+{self.http.contact or PROJECT_URL})"


def load(path: Path | None) -> Settings:
    """Read a configuration file; without one (and without `tracker.toml` here) the defaults hold."""
    if path is None:
        if not DEFAULT_FILE.exists():
            return Settings()
        path = DEFAULT_FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; `duma-tracker init` writes one") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: cannot be read as UTF-8 text; save it as UTF-8") from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    settings = parse(data, where=str(path))
    directory = settings.storage.directory
    if not directory.is_absolute():
        storage = settings.storage.model_copy(update={"directory": path.parent / directory})
        settings = settings.model_copy(update={"storage": storage})
    if settings.site.publish is not None:
        site = settings.site.model_copy(update={"publish": path.parent / settings.site.publish})
        settings = settings.model_copy(update={"site": site})
    vocabularies = Topics(files=tuple(path.parent / file for file in settings.topics.files))
    workers = settings.workers.under(path.parent)
    return settings.model_copy(update={"topics": vocabularies, "workers": workers})


def parse(data: Mapping[str, Any], *, where: str) -> Settings:
    """Check a parsed file. The first fault becomes one line: file, key, what is wrong, the nearest right key."""
    try:
        settings = Settings.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{where}: {first_fault(error)}") from None
    for entry in settings.watch:
        watch_target(entry, where=where)
    for name, source in settings.sources.items():
        secret(source.proxy, where=f"{where}: sources.{name}.proxy")
    secret(settings.http.proxy, where=f"{where}: http.proxy")
    return settings


def watch_target(entry: WatchSettings, *, where: str = "watch") -> str:
    """The document id of an entry; a number or an act that is none is refused here, in one line."""
    try:
        if entry.bill:
            return sozd.document_id(sozd.bill_number(entry.bill))
        if entry.act:
            kind, day, number = acts.parse_act(entry.act)
            return acts.act_id(kind, "", day, number)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from error
    return f"page/{entry.page}"


def entry_of(name: str, *, url: str | None = None, **settings: Any) -> WatchSettings:
    """What a person means by a name on the command line: a bill number, the words or the id of an act, a page's name.

    A web address alone is a page, named after its address. `settings`: further keys of a ``[[watch]]``.
    """
    bare = name.strip()
    if url is None and bare.startswith(("http://", "https://")):
        bare, url = page_name(bare), bare
    if bare.startswith("act/") or " " in bare:
        kind = "act"
    elif url is not None:
        kind, bare = "page", bare.removeprefix("page/")
    else:
        kind, bare = "bill", bare.removeprefix("bill/")
    try:
        entry = WatchSettings.model_validate({kind: bare, "url": url, **settings})
    except ValidationError as error:
        raise ConfigError(first_fault(error)) from None
    try:
        watch_target(entry, where=name)
    except ConfigError as error:
        hint = "; a page of any other site is followed by a name and its --url" if kind == "bill" else ""
        raise ConfigError(f"{error}{hint}") from error
    return entry


def page_name(url: str) -> str:
    """A name for the page of an address: ``https://example.org/a/b.html`` -> ``example-org-a-b-html``."""
    parts = urlsplit(url)
    words = re.findall(r"[a-z0-9]+", f"{parts.hostname or ''} {parts.path} {parts.query}".lower())
    return "-".join(words)[:80].strip("-")


def secret(value: str | None, *, where: str) -> str | None:
    """A proxy address, taken from the environment or a file when the setting says so. The value never enters a message."""
    if value is None or not value:
        return None
    value = from_outside(value, where=where)
    try:
        parts = urlsplit(value)
        usable = parts.scheme in _PROXY_SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:  # its message would repeat the address
        usable = False
    if not usable:
        raise ConfigError(
            f"{where}: not a proxy address; write {', '.join(s + '://host:port' for s in _PROXY_SCHEMES)}"
        )
    return value


def _known_keys(location: tuple[int | str, ...]) -> list[str]:
    """The keys that may stand where an unknown one was found."""
    model: Any = Settings
    for part in location:
        field = model.model_fields.get(part) if isinstance(part, str) and issubclass(model, BaseModel) else None
        if field is not None:
            inner = {"sources": SourceSettings, "watch": WatchSettings, "subscriptions": SubscriptionSettings}.get(
                str(part), field.annotation
            )
            model = inner if isinstance(inner, type) and issubclass(inner, BaseModel) else model
    return list(model.model_fields)


def first_fault(error: ValidationError) -> str:
    """The first fault of a section in one line, without the value that was wrong."""
    fault = error.errors(include_url=False, include_input=False)[0]
    location = tuple(part for part in fault["loc"] if part != "[key]")
    if not location:  # said of the whole entry
        return str(fault["msg"]).removeprefix("Value error, ")
    name = ".".join(str(part + 1) if isinstance(part, int) else part for part in location)
    if fault["type"] == "extra_forbidden":
        known = _known_keys(location[:-1])
        near = difflib.get_close_matches(str(location[-1]), known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else "known here: " + ", ".join(known)
        return f"unknown key {name}; {hint}"
    if fault["type"] in {"model_type", "dataclass_type", "dict_type"}:
        heading = f"[[{location[0]}]]" if isinstance(location[-1], int) else f"[{name}]"
        return f"{name}: must be a table: {heading} on a line of its own and the settings below it"
    if fault["type"] == "path_type":
        return f'{name}: must be a path in quotes, as "var"'
    message = fault["msg"].removeprefix("Value error, ")
    if message.startswith("unknown source"):  # names its place itself
        return message
    return f"{name or 'file'}: {message[0].lower()}{message[1:]}"
