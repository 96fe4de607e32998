"""`orchtui serve` where there is nothing to serve: other addresses, missing parts, wrong words."""

import os
import socket
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.cli.conftest import Orchtui

served = pytest.mark.skipif(
    find_spec("textual_serve") is None, reason="needs the extra [web]: textual-serve"
)


@pytest.mark.parametrize(
    "host",
    [
        "0.0.0.0",
        "::",
        "192.168.1.7",
        "example.com",
        "127.0.0.1.example.com",
        "localhost.example.com",
        "::ffff:127.0.0.1",
        "0177.0.0.1",
        "127.1",
        "2130706433",
        "",
        "fe80::1%lo",
    ],
)
def test_any_other_address_is_refused_and_it_says_why(orchtui: Orchtui, host: str) -> None:
    done = orchtui("serve", "--host", host)
    assert done.returncode == 2
    assert "is not this machine" in done.stderr
    assert "ssh -L" in done.stderr
    assert not done.stdout


def test_without_the_extra_it_says_how_to_get_it(orchtui: Orchtui, tmp_path: Path) -> None:
    (tmp_path / "lacking").mkdir()
    (tmp_path / "lacking" / "textual_serve.py").write_text(
        "raise ModuleNotFoundError('none', name='textual_serve')\n"
    )
    path = f"{tmp_path / 'lacking'}{os.pathsep}{os.environ['PYTHONPATH']}"
    done = orchtui("serve", PYTHONPATH=path)
    assert done.returncode == 2
    assert "pip install 'orchtui[web]'" in done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["no-such-plan.yaml"], "no-such-plan.yaml"),
        (["--no-such-flag"], "--no-such-flag"),
        (["--backend", "nobody"], "there is no 'nobody'"),
        (["--port", "70000"], "70000"),
        (["broken.yaml"], "broken.yaml:1:1"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_served(
    orchtui: Orchtui, project: Path, words: list[str], says: str
) -> None:
    (project / "broken.yaml").write_text("taks: []\n")
    done = orchtui("serve", *words)
    assert done.returncode == 2
    assert says in done.stderr
    assert "http://" not in done.stdout


@served
def test_a_port_that_is_taken_is_told_with_what_to_do(orchtui: Orchtui) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = orchtui("serve", "--port", port)
    assert done.returncode == 1
    assert f"127.0.0.1:{port} can not be served" in done.stderr
    assert "--port 0" in done.stderr
