"""A page saved as it came, with what its server said about it: what a fixture is written after, and a case is argued with.

Beside the bytes lies a JSON file: address, status, headers, time, way. Neither holds what could endanger anybody: cookies
and a proxy's own words never pass the gate, and a header that names an IP address (it may be ours) is withheld by name. The
bytes themselves are not touched; when they name an address, whoever captures them is told so.
"""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from scrapers.http import Gate, check_url
from tracker.errors import ConfigError
from tracker.models import Response

SIDE_SUFFIX: Final = ".capture.json"
_LONGEST_NAME: Final = 120  # characters; file systems take 255 bytes
_EXTENSIONS: Final = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/json": ".json",
    "application/problem+json": ".json",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/rss+xml": ".xml",
    "application/atom+xml": ".xml",
    "text/plain": ".txt",
    "application/pdf": ".pdf",
}
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9.-]+")
_BETWEEN_VALUES: Final = re.compile(r"""[\s,;="'\[\]()]+""")
_IPV4: Final = re.compile(rb"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """A saved answer: the file of its bytes, the file beside it, what the operator should know before showing them around."""

    response: Response
    page: Path
    side: Path
    warnings: tuple[str, ...] = ()


def capture(gate: Gate, url: str, *, source: str, out: Path) -> Capture:
    """Fetch a page by the policy of its source (pauses, robots.txt, proxy) and save it, whatever its status.

    `out` is a file, or a directory where the file is named after the address. Nothing is overwritten. Raises FetchError when
    no answer came, ConfigError when it cannot be saved.
    """
    check_url(url)
    if not out.is_dir():
        _require_free(out)
    response = gate.fetch(url, source=source)
    return save(response, out / name_of(response) if out.is_dir() else out, source=source)


def save(response: Response, page: Path, *, source: str) -> Capture:
    """Write the bytes of an answer and the file beside them, both or none."""
    side = side_of(page)
    _require_free(page)
    written: list[Path] = []
    try:
        for path, data in ((page, response.body), (side, _described(response, source))):
            with path.open("xb") as stream:
                written.append(path)
                stream.write(data)
    except OSError as error:
        for path in written:
            with suppress(OSError):
                path.unlink()
        raise ConfigError(f"{page}: cannot be written ({error.strerror})") from error
    warnings = (
        ("the page names an IP address, perhaps yours: look before you show it",) if _names_address(response) else ()
    )
    return Capture(response=response, page=page, side=side, warnings=warnings)


def load(page: Path) -> Response:
    """A saved answer as the gate gave it. Raises ConfigError when the file beside it is missing, or is not about these bytes."""
    side = side_of(page)
    try:
        body, told = page.read_bytes(), json.loads(side.read_bytes())
        known = told["sha256"] == hashlib.sha256(body).hexdigest()
        response = Response(
            url=told["url"],
            final_url=told["final_url"],
            status=int(told["status"]),
            headers=tuple((str(name), str(value)) for name, value in told["headers"]),
            body=body,
            fetched_at=datetime.fromisoformat(told["fetched_at"]),
            via=told["via"],
        )
    except OSError as error:
        raise ConfigError(f"{error.filename or page}: cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{side}: not the description of a capture ({type(error).__name__})") from error
    if not known:
        raise ConfigError(f"{page}: not the bytes that {side.name} describes; capture the page again")
    return response


def side_of(page: Path) -> Path:
    """Where the description of a saved page lies."""
    return page.with_name(page.name + SIDE_SUFFIX)


def name_of(response: Response) -> str:
    """A file name made of the address: `sozd.duma.gov.ru_bill_100001-99.html`; of an error, its status stands in it."""
    parts = urlsplit(response.url)
    place = unquote(f"{parts.hostname}_{parts.path}_{parts.query}")
    stem = _UNSAFE.sub("_", place).strip("._")
    if len(stem) > _LONGEST_NAME:
        stem = f"{stem[:_LONGEST_NAME]}_{hashlib.sha256(response.url.encode()).hexdigest()[:8]}"
    status = "" if response.status == 200 else f".{response.status}"
    extension = _EXTENSIONS.get(response.content_type, ".bin")
    return f"{stem.removesuffix(extension)}{status}{extension}"


def _require_free(page: Path) -> None:
    for path in (page, side_of(page)):
        if path.exists():
            raise ConfigError(f"{path}: exists already; name another file, a capture is never overwritten")


def _described(response: Response, source: str) -> bytes:
    withheld = [(name, value) for name, value in response.headers if _is_private(name, value)]
    described: dict[str, Any] = {
        "source": source,
        "url": response.url,
        "final_url": response.final_url,
        "status": response.status,
        "headers": [list(pair) for pair in response.headers if pair not in withheld],
        "withheld": sorted({name for name, _ in withheld}),
        "fetched_at": response.fetched_at.isoformat(),
        "via": response.via,
        "size": len(response.body),
        "sha256": hashlib.sha256(response.body).hexdigest(),
    }
    return (json.dumps(described, ensure_ascii=False, indent=2) + "\n").encode()


def _is_private(name: str, value: str) -> bool:
    return name.lower().startswith(("set-cookie", "x-forwarded", "forwarded")) or any(
        map(_is_address, _BETWEEN_VALUES.split(value))
    )


def _is_address(word: str) -> bool:
    try:
        ip_address(word)
    except ValueError:
        return False
    return True


def _names_address(response: Response) -> bool:
    return any(
        _is_address(found.decode()) and ip_address(found.decode()).is_global for found in _IPV4.findall(response.body)
    )
