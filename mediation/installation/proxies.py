"""Trusted proxies, whose `X-Forwarded-For` the server believes: only those that the settings name."""

from ipaddress import ip_network

from mediation.errors import BadSetup
from mediation.settings import Settings


def trusted_proxies(settings: Settings) -> list[str]:
    """The addresses and networks of `MEDIATION_TRUSTED_PROXY`, each as a network, such as `127.0.0.1/32`.

    Rate limits count by client address: clients that could invent one would have no limit, and behind a proxy that is not
    named all clients would share one. Refuses with `proxy-unknown` what is neither an address nor a network, or is a
    network of all addresses; and with `proxy-not-named` in production with an https base URL.
    """
    named = [_network(one.strip()) for one in settings.trusted_proxy.split(",") if one.strip()]
    if not named and settings.production and settings.base_url.startswith("https://"):
        raise BadSetup("proxy-not-named", setting="MEDIATION_TRUSTED_PROXY")
    return named


def _network(text: str) -> str:
    try:
        network = ip_network(text)
    except ValueError as error:
        raise BadSetup("proxy-unknown", setting="MEDIATION_TRUSTED_PROXY") from error
    if network.prefixlen == 0:
        raise BadSetup("proxy-unknown", setting="MEDIATION_TRUSTED_PROXY")
    return str(network)
