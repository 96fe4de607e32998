"""The user's pages tell every key, and every id for one's own keys."""

from pathlib import Path

from orchtui.ui.key_help import sections

DOCS = Path(__file__).parents[2] / "docs"


def test_every_key_stands_in_the_docs_under_its_title() -> None:
    text = (DOCS / "app.md").read_text()
    for title, rows in sections():
        chapter = text.partition(f"### {title}\n")[2].partition("\n#")[0]
        for row in rows:
            assert f"| {_code(row.keys)} | {row.what} |" in chapter, (title, row.keys)


def _code(keys: str) -> str:
    return "  ".join(f"`{name}`" for name in keys.split())
