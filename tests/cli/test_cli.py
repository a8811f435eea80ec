"""The commands, run as a user does."""

import pytest
from click.testing import CliRunner

from oribi.cli import main


def run(*arguments):
    result = CliRunner().invoke(main, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_info_and_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("ORIBI_CACHE", str(tmp_path))
    assert "vector width" in run("info") and str(tmp_path) in run("info")
    (tmp_path / "entry").write_bytes(b"x")
    assert "removed 1 programs" in run("cache", "clear")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("options", [("--data", "synthetic"), ()])
def test_quickstart_tells_its_story(monkeypatch, tmp_path, options):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("ORIBI_DATA", str(tmp_path / "nowhere"))
    out = run("quickstart", "--epochs", "1", "--batch-size", "100", "--output", str(tmp_path / "out"), *options)
    assert ("MNIST COULD NOT BE LOADED" in out) == (not options)
    for word in ("Expected digits of the first 16", "-log(1/10) = 2.3026", "Epoch 1/1", "Confusion", "together"):
        assert word in out
    pictures = {p.name for p in (tmp_path / "out").iterdir()}
    assert pictures == {"digits.png", "mistakes.png", "learning.png", "confusion.png", "digits.keras"}


def test_asked_for_mnist_that_is_not_there(monkeypatch, tmp_path):
    monkeypatch.setenv("ORIBI_DATA", str(tmp_path / "nowhere"))
    result = CliRunner().invoke(main, ["quickstart", "--data", "mnist", "--output", str(tmp_path / "out")])
    assert result.exit_code == 1 and "which is no folder" in result.output
