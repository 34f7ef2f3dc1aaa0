"""Where messages may go: the address policy of the gate, and the operator's own networks beside it.

The policy itself is handed in by the conductor (`scrapers.addresses`): it is one for everything that this program sends.
Addresses of subscriptions are secrets, so no message of this module repeats one.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from yarl import URL

from tracker.errors import ConfigError, DeliveryError, FetchError

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

REFUSED = "the address is not allowed: https to a public host, or a network of [webhooks] allow_networks"


def networks(values: Sequence[str]) -> tuple[Network, ...]:
    """The networks of ``[webhooks] allow_networks``, or `ConfigError`."""
    try:
        return tuple(ipaddress.ip_network(value) for value in values)
    except ValueError as error:
        raise ConfigError(f'webhooks.allow_networks: write networks as "10.0.0.0/8" or "fd00::/8" ({error})') from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Destinations:
    """Which URLs and addresses may be asked.

    `check_url` gives a URL in the one form in which it is sent, `check_place` judges what such a URL shows without any look-up;
    both raise `FetchError`. Plain http, and every port, only inside `allowed`.
    """

    check_url: Callable[[str], str]
    check_place: Callable[[str], None]
    allowed: tuple[Network, ...] = ()

    def permits(self, scheme: str, address: str, port: int) -> bool:
        """Whether a connection to an IP address may be made for a URL of that scheme."""
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:  # an old form, such as 127.1: nothing that a look-up gives
            return False
        if any(ip in network for network in self.allowed):
            return True
        if scheme != "https":
            return False
        try:
            self.check_place(f"https://[{ip}]:{port}/" if ip.version == 6 else f"https://{ip}:{port}/")
        except FetchError:
            return False
        return True

    def target(self, url: str) -> URL:
        """The URL as it is sent, or `DeliveryError`. Names are judged again when they are looked up, by `permits`."""
        try:
            target = URL(self.check_url(url), encoded=True)
            host, port = target.raw_host or "", target.port or 0  # what the client dials, by its own parser
            if ":" in host or host.replace(".", "").isdigit():  # the client dials these as they are, also 2130706433
                fine = self.permits(target.scheme, host, port)
            else:
                fine = target.scheme == "https" or bool(self.allowed)
                if not self.allowed:
                    self.check_place(str(target))
        except (FetchError, ValueError):
            raise DeliveryError(REFUSED) from None  # their text repeats the URL
        if not fine:
            raise DeliveryError(REFUSED)
        return target
