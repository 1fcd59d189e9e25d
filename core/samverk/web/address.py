"""Which network address a request came from: what a trusted proxy says, else who is connected (rule 34).

What is counted by address is `rates.py`'s and `people.limits`'s.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network


def _read(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip())
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def client(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """Return the client's address: the last one in X-Forwarded-For that no trusted proxy stands for.

    >>> from ipaddress import ip_network
    >>> proxies = (ip_network("10.0.0.0/8"),)
    >>> client("10.0.0.1", "1.2.3.4, 5.6.7.8, 10.0.0.2", proxies), client("5.6.7.8", "1.2.3.4", proxies)
    ('5.6.7.8', '5.6.7.8')
    """
    if not trusted or not forwarded:
        return peer
    found = _read(peer)
    for written in (*reversed(forwarded.split(",")), None):
        if found is None or not any(found in network for network in trusted):
            break
        if written is None or (before := _read(written)) is None:
            break
        found = before
    return str(found) if found is not None else peer
