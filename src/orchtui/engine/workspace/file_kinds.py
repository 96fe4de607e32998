"""Kinds of files by the words that searching programs have for them, such as ripgrep's `--type`.

This module never looks at a file.
"""

from collections.abc import Mapping

_ENDINGS = {
    "c": "c h",
    "cpp": "cpp cc cxx hpp hh hxx h inl",
    "cs": "cs",
    "css": "css scss",
    "csv": "csv",
    "dart": "dart",
    "elixir": "ex exs eex heex",
    "go": "go",
    "haskell": "hs lhs",
    "html": "html htm",
    "java": "java",
    "js": "js jsx mjs cjs vue",
    "json": "json",
    "kotlin": "kt kts",
    "lua": "lua",
    "markdown": "md markdown mdx",
    "md": "md markdown mdx",
    "perl": "pl pm",
    "php": "php phtml",
    "proto": "proto",
    "py": "py pyi",
    "python": "py pyi",
    "r": "r R Rmd",
    "rs": "rs",
    "rst": "rst",
    "ruby": "rb gemspec",
    "rust": "rs",
    "scala": "scala sbt",
    "sh": "sh bash zsh",
    "sql": "sql",
    "svelte": "svelte",
    "swift": "swift",
    "tf": "tf tfvars",
    "toml": "toml",
    "ts": "ts tsx mts cts",
    "tsx": "tsx",
    "txt": "txt",
    "typescript": "ts tsx mts cts",
    "vue": "vue",
    "xml": "xml",
    "yaml": "yaml yml",
    "zig": "zig",
}

GLOBS: Mapping[str, str] = {
    kind: f"**/*.{{{','.join(endings.split())}}}" for kind, endings in _ENDINGS.items()
}
"""The glob that finds all files of a kind."""
