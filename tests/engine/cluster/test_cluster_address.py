"""What a cluster may be called, and what it is never sent."""

import pytest

from orchtui.engine.cluster.cluster_address import Cluster
from orchtui.engine.text import clean_line


@pytest.mark.parametrize(
    ("address", "local"),
    [("local:2", 2), ("local:999", 999), ("tcp://10.0.0.1:8786", 0), ("tls://s.example:8786", 0)],
)
def test_an_address(address: str, local: int) -> None:
    assert Cluster.of(address).local == local


@pytest.mark.parametrize(
    "address",
    ["", "local", "local:0", "local:-1", "local:1000", "local:x", "8786", "host:8786", "http://h:1",
     "tcp://h", "tcp://h:99999", "tcp://u:p@h:1", "tcp://h:1/x", "tcp://h\x1b:1", "tls://:1", "tcp://[::1"],
)  # fmt: skip
def test_what_is_none_is_refused_with_what_is_allowed(address: str) -> None:
    with pytest.raises(ValueError, match="local:N for N workers here .1 to 999., not '") as told:
        Cluster.of(address)
    shown = clean_line(address.replace("u:p@", "…@"))
    assert str(told.value).endswith(f"not '{shown}'")


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("local:1", True),
        ("tls://far:1", True),
        ("tcp://127.0.0.1:1", False),
        ("tcp://far:1", False),
    ],
)
def test_secrets_are_sent_only_where_nobody_can_read_them_on_the_way(
    address: str, sent: bool
) -> None:
    cluster = Cluster(address=address, env=("KEY", "UNSET"))
    if sent:
        assert cluster.secrets({"KEY": "k", "OTHER": "o"}) == {"KEY": "k"}
    else:
        with pytest.raises(ValueError, match="use tls://"):
            cluster.secrets({"KEY": "k", "OTHER": "o"})
        assert cluster.secrets({"OTHER": "o"}) == {}
