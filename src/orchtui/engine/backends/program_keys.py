"""Which secrets are a known program's own: how the names of their variables begin.

Known by the name under which a program is found on the PATH; a file of a project that
is called the same is another one. This module never reads the process environment:
it is handed in.
"""

from collections.abc import Mapping
from types import MappingProxyType

from orchtui.engine.backends.child_environment import ChildEnvironment

_CLAUDE = ("ANTHROPIC_", "CLAUDE_")
_BEDROCK = "CLAUDE_CODE_USE_BEDROCK"
"""Set where `claude` reaches its models through Amazon's cloud."""
_CODEX = ("OPENAI_", "CODEX_", "AZURE_OPENAI_")
_GEMINI = ("GEMINI_", "GOOGLE_")
_ANY_PROVIDER = (
    "ANTHROPIC_",
    "AWS_",
    "AZURE_",
    "CEREBRAS_",
    "COHERE_",
    "DASHSCOPE_",
    "DEEPSEEK_",
    "FIREWORKS_",
    "GEMINI_",
    "GOOGLE_",
    "GROQ_",
    "HF_",
    "HUGGINGFACE_",
    "HUGGING_FACE_",
    "MISTRAL_",
    "MOONSHOT_",
    "NVIDIA_",
    "OLLAMA_",
    "OPENAI_",
    "OPENROUTER_",
    "PERPLEXITY_",
    "TOGETHER_",
    "XAI_",
)
"""For programs that work with any provider of models."""

KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "claude": _CLAUDE,
        "claude-agent-acp": _CLAUDE,
        "claude-code-acp": _CLAUDE,
        "codex": _CODEX,
        "codex-acp": _CODEX,
        "gemini": _GEMINI,
        "llm": (*_ANY_PROVIDER, "LLM_"),
        "opencode": (*_ANY_PROVIDER, "OPENCODE_"),
    }
)
"""By the program's name."""


def keys_of(program: str, environment: ChildEnvironment) -> tuple[str, ...]:
    """How the own secrets of a program begin; nothing where it is not known."""
    own = KEYS.get(program, ())
    if own == _CLAUDE and environment.get(_BEDROCK):
        return (*own, "AWS_")
    return own
