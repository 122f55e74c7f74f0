"""``retake models fetch`` as a process of its own, against a hub on this machine: no network."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engine.commands.conftest import Run
from tests.engine.hub import COMMIT, Hub, serving

REPO = "maker/small"
LARGE = "feature_extractor/large.model"  # a part that nothing loads
LARGE_BYTES = 3 << 20
HELD_BYTES = 1 << 20
PATIENCE_S = 60.0
CARD = b"---\nlicense: cc-by-nc-sa-4.0\n---\n# Small\n"
NOT_WANTED = {
    ".gitattributes": b"x",
    "vae/diffusion_pytorch_model.bin": b"pickle",
    "vae/diffusion_pytorch_model.fp16.safetensors": b"variant",
    "vae/deeper/config.json": b"{}",
    "samples/one.wav": b"RIFF",
    "../outside.json": b"{}",
    "vae/../../outside.json": b"{}",
}
Fetch = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def hub(whole_model: Path) -> Iterator[Hub]:
    """A hub with a small model in AudioLDM2's layout, and what of it nobody needs."""
    files = {path.relative_to(whole_model).as_posix(): path.read_bytes() for path in whole_model.rglob("*.*")}
    files["README.md"] = CARD
    files["model_index.json"] = b'{"_class_name": "AudioLDM2Pipeline", "vae": ["diffusers", "AutoencoderKL"]}'
    files["scheduler/scheduler_config.json"] = b'{"num_train_timesteps": 1000}'
    files[LARGE] = random.Random(0).randbytes(LARGE_BYTES)
    with serving(Hub(files | NOT_WANTED, {"license": "cc-by-nc-sa-4.0"})) as hub:
        yield hub


@pytest.fixture
def environment(hub: Hub, tmp_path: Path) -> dict[str, str]:
    """Of a user with nothing fetched yet, and no token."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HF_") and "OFFLINE" not in name}
    places = {"XDG_DATA_HOME": str(tmp_path / "data"), "HF_HOME": str(tmp_path / "hf")}
    return kept | places | {"HF_ENDPOINT": hub.url, "NO_PROXY": "127.0.0.1,localhost"}


@pytest.fixture
def begin(root: Path, environment: dict[str, str]) -> Callable[..., subprocess.Popen[str]]:
    """A function that starts ``retake`` and doesn't wait for it."""
    code = "import sys; from engine.cli import main; sys.exit(main())"

    def start(*arguments: str, **changes: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            cwd=root,
            env=environment | changes,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.fixture
def retake_alone(begin: Callable[..., subprocess.Popen[str]]) -> Fetch:
    """A function that runs ``retake`` as a process of its own."""

    def run(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        process = begin(*arguments, **changes)
        out, err = process.communicate(timeout=PATIENCE_S)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    return run


@pytest.fixture
def fetch(retake_alone: Fetch) -> Fetch:
    """A function that runs ``retake models fetch`` for the model of `hub`."""
    return lambda *arguments, **changes: retake_alone("models", "fetch", REPO, *arguments, **changes)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Where fetched models are kept."""
    return tmp_path / "data" / "retake" / "models"


def wanted(hub: Hub) -> dict[str, bytes]:
    return {path: content for path, content in hub.files.items() if path not in NOT_WANTED}


def installed(folder: Path) -> dict[str, bytes]:
    """The content of a model's folder but its manifest."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if name != "retake.json"}


def refused(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """Assert one line of complaint with these words, after no more than what is announced and progress."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    said = [line for line in done.stderr.splitlines() if line.startswith("retake: ")]
    assert len(said) == 1 and "Traceback" not in done.stderr, done.stderr
    assert [word for word in words if word not in said[0]] == [], said[0]


def test_a_fetched_model_is_whole_and_holds_nothing_else(hub: Hub, fetch: Fetch, models: Path) -> None:
    done = fetch("--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    folder = models / "maker--small"
    assert installed(folder) == wanted(hub)
    assert (told["name"], told["path"], told["revision"]) == (REPO, str(folder), COMMIT)
    assert told["licence"] == "cc-by-nc-sa-4.0" and told["already"] is False
    manifest = json.loads((folder / "retake.json").read_text())
    assert (manifest["repo"], manifest["revision"], manifest["licence"]) == (REPO, COMMIT, "cc-by-nc-sa-4.0")
    assert {file["path"]: file["size"] for file in manifest["files"]} == {
        path: len(content) for path, content in wanted(hub).items()
    }
    assert hub.served_bytes == sum(map(len, wanted(hub).values()))
    assert [path.name for path in models.iterdir() if not path.name.startswith(".")] == ["maker--small"]


def test_the_licence_is_said_before_the_first_file_comes(
    hub: Hub, begin: Callable[..., subprocess.Popen[str]], models: Path
) -> None:
    hub.held = {"model_index.json": 0}
    process = begin("models", "fetch", REPO)
    assert process.stderr is not None
    assert "cc-by-nc-sa-4.0 (non-commercial use only)" in process.stderr.readline()
    assert re.match(r"\d+ files, \d+\.\d MB, to ", process.stderr.readline())
    assert hub.served == {}
    hub.go_on.set()
    process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0


def test_a_fetched_model_is_found_listed_and_checked_by_its_name(
    fetch: Fetch, retake: Callable[..., Run], models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch()
    monkeypatch.setenv("XDG_DATA_HOME", str(models.parents[1]))
    listed = retake("models").done().out
    assert listed.startswith("bundled ") and f"\n{REPO} " in listed
    told = retake("models", "check", REPO, "--hashes").done().out
    assert "licence: cc-by-nc-sa-4.0 (non-commercial use only)" in told
    assert "all hashes hold" in told and "whole: all parts load and fit" in told
    assert re.search(r"scheduler +there\n", told)
    assert re.search(r"text_encoder_2 +not there: no prompts", told)


def test_a_second_fetch_asks_nothing_of_the_hub(hub: Hub, fetch: Fetch) -> None:
    fetch()
    hub.asked.clear()
    done = fetch()
    assert done.returncode == 0 and "is there already, all hashes hold" in done.stdout
    assert hub.asked == []


def test_a_killed_fetch_goes_on_where_it_stopped(
    hub: Hub, begin: Callable[..., subprocess.Popen[str]], fetch: Fetch, models: Path
) -> None:
    hub.held = {LARGE: HELD_BYTES}
    process = begin("models", "fetch", REPO)
    part = wait_for_part(models, HELD_BYTES)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=PATIENCE_S)
    have = part.stat().st_size
    assert not (models / "maker--small").exists()

    whole = {path for path in hub.served if path != LARGE}
    hub.held, before = {}, dict(hub.served)
    hub.go_on.set()
    hub.asked.clear()
    assert fetch().returncode == 0
    assert installed(models / "maker--small") == wanted(hub)
    assert {path for path in whole if hub.served[path] != before[path]} == set()
    ranges = [headers.get("range") for _, path, headers in hub.asked if path == f"/stored/{LARGE}"]
    assert have >= HELD_BYTES and ranges == [f"bytes={have}-"]


def wait_for_part(models: Path, size: int) -> Path:
    """The file that grows until it has ``size`` bytes."""
    until_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < until_s:
        for path in models.glob("*.partial/**/large.model.*.part"):
            if path.stat().st_size >= size:
                return path
        time.sleep(0.01)
    raise AssertionError("nothing came")


def test_ctrl_c_keeps_what_came_and_says_so(
    hub: Hub, begin: Callable[..., subprocess.Popen[str]], models: Path
) -> None:
    hub.held = {LARGE: HELD_BYTES}
    process = begin("models", "fetch", REPO)
    part = wait_for_part(models, HELD_BYTES)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE_S)
    done = subprocess.CompletedProcess([], process.returncode, out, err)
    refused(done, 130, "stopped", "maker--small.partial", "goes on from there")
    assert part.stat().st_size >= HELD_BYTES
    assert not (models / "maker--small").exists()


def test_a_connection_that_breaks_is_taken_up_where_it_broke(hub: Hub, fetch: Fetch, models: Path) -> None:
    hub.cut = {LARGE: HELD_BYTES}
    assert fetch().returncode == 0
    assert installed(models / "maker--small") == wanted(hub)
    assert hub.served[LARGE] == LARGE_BYTES


@pytest.mark.parametrize("path", [LARGE, "vae/config.json"])
def test_content_that_is_not_what_was_announced_is_thrown_away(hub: Hub, fetch: Fetch, models: Path, path: str) -> None:
    hub.spoilt = {path}
    refused(fetch(), 1, path, "arrived damaged", "thrown away", "no model was put in place")
    assert not (models / "maker--small").exists()
    assert not (models / "maker--small.partial" / path).exists()
    hub.spoilt = set()
    assert fetch().returncode == 0


def test_a_damaged_model_is_told_and_mended_by_another_fetch(
    hub: Hub, fetch: Fetch, retake_alone: Fetch, models: Path
) -> None:
    fetch()
    weights = models / "maker--small" / LARGE
    weights.write_bytes(bytes(LARGE_BYTES))
    refused(retake_alone("models", "check", REPO, "--hashes"), 2, LARGE, "SHA-256", f"models fetch {REPO}")
    hub.served.clear()
    assert fetch().returncode == 0
    assert installed(models / "maker--small") == wanted(hub)
    assert hub.served == {LARGE: LARGE_BYTES}


def test_a_new_revision_fetches_what_changed_and_replaces_the_old_one(hub: Hub, fetch: Fetch, models: Path) -> None:
    fetch()
    hub.served.clear()
    hub.commit = "feed" + "0" * 36
    hub.files["README.md"] = CARD + b"Better.\n"
    assert fetch("--revision", "main").returncode == 0
    assert installed(models / "maker--small") == wanted(hub)
    assert hub.served == {"README.md": len(CARD) + 8}
    assert [path.name for path in models.iterdir() if not path.name.startswith(".")] == ["maker--small"]


def test_a_model_that_no_disk_could_hold_is_refused_before_it_is_fetched(hub: Hub, fetch: Fetch, models: Path) -> None:
    hub.announced = {LARGE: 10**18}
    refused(fetch(), 1, "no space", "bytes are needed", "are free")
    assert hub.served == {}


def test_a_disk_that_gets_full_is_told_and_what_came_is_gone_on_with(
    hub: Hub, root: Path, environment: dict[str, str], fetch: Fetch, models: Path
) -> None:
    code = f"""
import resource, sys
from engine.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, ({HELD_BYTES}, {HELD_BYTES}))
sys.exit(main(["models", "fetch", "{REPO}"]))
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    refused(done, 1, "maker--small.partial", "no space", "what came is kept")
    hub.asked.clear()
    assert fetch().returncode == 0
    assert installed(models / "maker--small") == wanted(hub)
    assert [h.get("range") for _, path, h in hub.asked if path == f"/stored/{LARGE}"] == [f"bytes={HELD_BYTES}-"]


def test_pickles_alone_are_refused_before_anything_is_fetched(hub: Hub, fetch: Fetch) -> None:
    hub.files["unet/config.json"] = b"{}"
    hub.files["unet/diffusion_pytorch_model.bin"] = b"pickle"
    refused(fetch(), 2, "unet only as the pickle unet/diffusion_pytorch_model.bin", "runs code", "safetensors")
    assert hub.served == {}


def test_another_pipeline_is_refused_before_its_weights_are_fetched(hub: Hub, fetch: Fetch, models: Path) -> None:
    hub.files["model_index.json"] = b'{"_class_name": "StableDiffusionPipeline"}'
    refused(fetch(), 2, "StableDiffusionPipeline", "accepted is AudioLDM2Pipeline")
    assert set(hub.served) == {"model_index.json"}
    assert not list(models.glob("maker*"))


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        ((404, "RepoNotFound"), 2, ["there is no such model (HTTP 404)"]),
        ((401, ""), 2, ["private (HTTP 401)", "HF_TOKEN"]),
        ((401, "GatedRepo"), 2, ["gated (HTTP 401)", "accept its terms", "HF_TOKEN"]),
        ((503, ""), 1, ["the hub fails (HTTP 503)"]),
    ],
)
def test_a_refusal_of_the_hub_is_one_line_with_its_address_and_the_way_out(
    hub: Hub, fetch: Fetch, status: tuple[int, str], code: int, words: list[str]
) -> None:
    hub.status = status
    refused(fetch(), code, f"{hub.url}/api/models/{REPO}", "--model FOLDER", *words)


def test_a_hub_that_is_down_is_told(fetch: Fetch) -> None:
    refused(fetch(HF_ENDPOINT="http://127.0.0.1:9"), 1, "http://127.0.0.1:9", "can't be reached", "--model FOLDER")


def test_an_unknown_revision_is_told(fetch: Fetch) -> None:
    refused(fetch("--revision", "nosuch"), 2, "no revision 'nosuch'", "branch, tag or commit")


def test_the_token_goes_to_the_hub_alone_and_nothing_else_is_told_of_this_machine(hub: Hub, fetch: Fetch) -> None:
    assert fetch(HF_TOKEN="hf_secret", AI_AGENT="some").returncode == 0
    stored = [headers for _, path, headers in hub.asked if path.startswith("/stored/")]
    asked = [headers for _, path, headers in hub.asked if not path.startswith("/stored/")]
    assert stored and all("authorization" not in headers for headers in stored)
    assert all(headers["authorization"] == "Bearer hf_secret" for headers in asked)
    assert all(re.fullmatch(r"retake/[\d.]+", headers["user-agent"]) for headers in stored + asked)
    assert {
        path.partition("?")[0] for _, path, _ in hub.asked if "/resolve/" not in path and "/stored/" not in path
    } == {f"/api/models/{REPO}"}


def test_two_fetches_of_one_model_are_not_in_each_others_way(
    hub: Hub, begin: Callable[..., subprocess.Popen[str]], fetch: Fetch, models: Path
) -> None:
    hub.held = {LARGE: HELD_BYTES}
    first = begin("models", "fetch", REPO)
    wait_for_part(models, HELD_BYTES)
    refused(fetch(), 2, "is being fetched by another process")
    hub.go_on.set()
    first.communicate(timeout=PATIENCE_S)
    assert first.returncode == 0
    assert installed(models / "maker--small") == wanted(hub)


def test_a_model_that_is_not_there_is_never_fetched_unasked(hub: Hub, retake_alone: Fetch, models: Path) -> None:
    done = retake_alone("models", "check", REPO)
    refused(done, 2, REPO, str(models), "nothing is downloaded unasked", f"models fetch {REPO}", "--model FOLDER")
    assert hub.asked == []
