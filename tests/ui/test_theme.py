"""Theme files, good and broken."""

from pathlib import Path

import pytest

from orchtui.ui.theme import load_theme, load_themes, theme_folders

ROOT = Path(__file__).parent.parent.parent


def test_the_two_themes_of_the_house_are_found() -> None:
    themes, notices = load_themes(theme_folders())
    assert {"orchtui-dark", "orchtui-light"} <= {theme.name for theme in themes}
    assert not notices


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("primary: [", "expected the node content"),
        ("- a\n- b", "not a mapping"),
        ("name: x", "'primary' is missing"),
        ("primary: orangey", "'primary' must be a colour"),
        ("primary: 5", "'primary' must be a colour"),
        ("primary: red\ndark: maybe", "'dark' must be"),
        ("primary: red\nbeauty: much", "unknown key 'beauty'"),
        ("primary: red\nvariables: red", "'variables' must be a mapping"),
        ("primary: red\nvariables: {border: 5}", "variable 'border' must be text"),
        ("primary: red\ntext_alpha: high", "'text_alpha' must be a number"),
    ],
)
def test_what_is_wrong_with_a_theme_is_said(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=complaint):
        load_theme(path)


def test_a_broken_theme_leaves_the_others_usable(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "b.yaml").write_text("primary: '#aa5500'")
    themes, notices = load_themes([tmp_path])
    assert [theme.name for theme in themes] == ["b"]
    assert len(notices) == 1
    assert "a.yaml" in notices[0]


def test_the_first_folder_wins(tmp_path: Path) -> None:
    for folder, colour in (("mine", "red"), ("theirs", "blue")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.yaml").write_text(f"primary: {colour}")
    themes, _ = load_themes([tmp_path / "mine", tmp_path / "theirs"])
    assert [theme.primary for theme in themes] == ["red"]
