from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.model.folder import is_non_commercial
from engine.model.licence import PUBLISHED, licence_of


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\nlicense: mit\n---\n# Model", "mit"),
        ("\ufeff---\r\ntags:\r\n- audio\r\nlicense:   'cc-by-nc-sa-4.0'  # so\r\n---\r\n", "cc-by-nc-sa-4.0"),
        ("---\nlicense: other\nlicense_name: house-licence\n---\n", "house-licence"),
        ("---\nlicense: other\n---\n", "other"),
        ("---\nlicense: [mit, apache-2.0]\n---\n", "mit, apache-2.0"),
        ("---\nlicense: no\n---\n", "no"),
        ("# Model\n\nlicense: mit\n", "unknown"),
        ("---\nlicense: mit\n", "unknown"),
        ("---\n- license\n---\n", "unknown"),
        ("---\nlicense: [\n---\n", "unknown"),
        ("---\n" + "[" * 20000 + "\n---\n", "unknown"),
        ("---\ndate: 2023-99-99\nlicense: mit\n---\n", "mit"),
        ("", "unknown"),
    ],
)
def test_the_licence_is_what_the_card_s_front_matter_names(tmp_path: Path, card: str, licence: str) -> None:
    (tmp_path / "README.md").write_text(card, encoding="utf-8", newline="")
    assert licence_of(tmp_path) == licence


def test_without_a_word_of_the_card_what_was_fetched_with_it_counts(tmp_path: Path) -> None:
    manifest = tmp_path / "retake.json"
    manifest.write_text(json.dumps({"licence": "cc-by-4.0"}))
    assert licence_of(tmp_path) == "cc-by-4.0"
    (tmp_path / "README.md").write_text("# No front matter")
    assert licence_of(tmp_path) == "cc-by-4.0"
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\n")
    assert licence_of(tmp_path) == "mit"
    for damaged in ("{", "[]", '{"licence": 3}'):
        (tmp_path / "README.md").unlink(missing_ok=True)
        manifest.write_text(damaged)
        assert licence_of(tmp_path) == "unknown"


@pytest.mark.parametrize("licence", ["cc-by-nc-sa-4.0", "CC BY-NC 4.0", "cc-by-nc-nd-4.0", "some-non-commercial", "NC"])
def test_licences_that_rule_out_commercial_use_are_known(licence: str) -> None:
    assert is_non_commercial(licence)


@pytest.mark.parametrize("licence", ["MIT", "apache-2.0", "cc-by-sa-4.0", "creativeml-openrail-m", "ncsa", "unknown"])
def test_other_licences_are_not_taken_for_such(licence: str) -> None:
    assert not is_non_commercial(licence)


def test_audioldm2_is_known_to_be_non_commercial_where_a_hub_tells_no_licence() -> None:
    assert all(is_non_commercial(PUBLISHED[f"cvssp/audioldm2{size}"]) for size in ("", "-large", "-music"))
