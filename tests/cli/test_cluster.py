"""`--cluster` and `orchtui cluster`: what is told where it can not be, and how a worker starts."""

import importlib.util
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from orchtui.cli.cluster_command import worker_arguments
from tests.cli.conftest import Orchtui

HAS_DASK = importlib.util.find_spec("distributed") is not None


@pytest.mark.skipif(HAS_DASK, reason="Dask is installed here")
@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--request", "Write about ships", "--backend", "rehearsal", "--cluster", "local:2"),
        ("cluster", "worker", "tcp://127.0.0.1:1"),
    ],
)
def test_without_dask_it_is_told_how_to_get_it(
    orchtui: Orchtui, arguments: tuple[str, ...]
) -> None:
    done = orchtui(*arguments)
    assert done.returncode == 2
    assert "pip install 'orchtui[dask]'" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("local:2",), "needs the address of a scheduler"),
        (("nowhere",), "a cluster is tcp://HOST:PORT"),
        (("tcp://h:1", "--label", "g u"), "is no label"),
        (("tcp://h:1", "--label", "gpu=0"), "is no label"),
        (("tcp://h:1", "--label", "gpu=x"), "is no label"),
        (("tcp://h:1", "--slots", "0"), "--slots"),
    ],
)
def test_what_is_no_worker_is_told(orchtui: Orchtui, arguments: tuple[str, ...], says: str) -> None:
    done = orchtui("cluster", "worker", *arguments)
    assert done.returncode == 2 and says in done.stderr


@pytest.mark.skipif(not HAS_DASK, reason="Dask is not installed here")
def test_a_worker_over_tls_needs_its_files(orchtui: Orchtui) -> None:
    done = orchtui("cluster", "worker", "tls://127.0.0.1:1")
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "tls:// needs ca and cert, and key where cert does not hold it" in done.stderr


@pytest.mark.skipif(not HAS_DASK, reason="Dask is not installed here")
def test_a_worker_says_that_it_waits_for_its_scheduler_and_ends_when_it_is_told_to() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        command = (sys.executable, "-m", "orchtui", "cluster", "worker", address)
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as worker:
            assert worker.stderr is not None
            line = worker.stderr.readline()
            worker.send_signal(signal.SIGINT)
            rest = worker.stderr.read()
    assert line == f"orchtui: waiting for {address} (ctrl+c ends): nothing listens there\n"
    assert rest == "orchtui: stopped\n" and worker.returncode == 130


@pytest.mark.skipif(not HAS_DASK, reason="Dask is not installed here")
def test_a_run_says_what_it_connects_to_and_ctrl_c_meanwhile_is_answered(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        request = ("--request", "Write about ships", "--backend", "rehearsal", "--cluster", address)
        command = (sys.executable, "-m", "orchtui", "run", *request)
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as run:
            assert run.stderr is not None
            lines = iter(run.stderr.readline, "")
            last = next(line for line in lines if "connecting" in line)
            run.send_signal(signal.SIGINT)
            rest = run.stderr.read()
    assert last == f"orchtui: connecting to the cluster {address}, on which attempts run\n"
    assert rest == "orchtui: stopping; nothing has begun\n" and run.returncode == 130
    assert not (tmp_path / "artifacts").exists()


def test_a_worker_is_dasks_own_with_its_labels() -> None:
    assert worker_arguments("tcp://h:1", {"gpu": 1_000_000.0, "big": 2.0}, 4, "w") == [
        *("tcp://h:1", "--nthreads", "4", "--nworkers", "1", "--no-dashboard"),
        *("--resources", "gpu=1e+06 big=2", "--name", "w"),
    ]


def test_labels_without_a_cluster_are_told(orchtui: Orchtui) -> None:
    plan = "tasks: [{id: a, prompt: '[rehearse: 3 words, 1 ms]', runs_on: gpu}]"
    done = orchtui("run", "-", "--backend", "rehearsal", stdin=plan)
    assert done.returncode == 0
    assert "runs_on has a meaning with --cluster alone; run here: a" in done.stderr
