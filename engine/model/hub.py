"""Talk to a hub of models: what a repository holds, and the bytes of a file. Free of torch.

Stands on huggingface_hub, which brings the hub's address (``HF_ENDPOINT``), the user's token (``HF_TOKEN``) and
proxies. Its `hf_hub_download` isn't used: since 1.0 it starts each file anew after a break and hands bytes on in blocks
of 10 MB. Files come from plain HTTP, which the hub serves for those that it stores as xet, too. Nothing is told to the
hub but Retake's name and version. Limits: files over 50 GB, which the hub gives to xet's own protocol alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from engine.errors import HubError, ModelError, RetakeError
from engine.model.licence import PUBLISHED, UNKNOWN, name_of
from engine.progress import Control

BLOCK_BYTES = 1 << 18
TIMEOUT_S = 20.0  # for an answer to begin, or to go on
TRIES = 4  # in a row that bring no byte
TRY_AGAIN_S = 1.0
FROM_DISK = "--model FOLDER loads a model from disk"
KEPT = "what came is kept, the next fetch goes on from there"


@dataclass(frozen=True)
class RemoteFile:
    """One file of a repository.

    Attributes:
        path: in the repository.
        size: in bytes.
        sha256: of its content, for what the hub stores outside git; else empty.
        git_sha1: the name that git gives to its content, for the rest; else empty.
    """

    path: str
    size: int
    sha256: str
    git_sha1: str


@dataclass(frozen=True)
class RemoteModel:
    """A repository at one commit.

    Attributes:
        repo: OWNER/NAME.
        revision: the commit.
        licence: as its card says, or is known of it; else ``unknown``.
        files: all that are in it.
    """

    repo: str
    revision: str
    licence: str
    files: tuple[RemoteFile, ...]


def look_up(repo: str, revision: str | None) -> RemoteModel:
    """What the hub tells of a model.

    Args:
        repo: OWNER/NAME.
        revision: a branch, a tag or a commit; None is the main branch.

    Raises:
        ModelError: there is no such model or revision, or it is not for this user.
        HubError: the hub can't be reached, or fails.
    """
    _be_discreet()
    from huggingface_hub import HfApi

    api = HfApi(headers=_own_name())
    with told_plainly(f"{api.endpoint}/api/models/{repo}", revision):
        info = api.model_info(repo, revision=revision, files_metadata=True, timeout=TIMEOUT_S)
        files = [
            RemoteFile(
                file.rfilename,
                (file.lfs.size if file.lfs else file.size) or 0,
                file.lfs.sha256 if file.lfs else "",
                "" if file.lfs else file.blob_id or "",
            )
            for file in info.siblings or ()
        ]
        if not info.sha:
            raise ValueError("it names no commit")
        card = {field: getattr(info.card_data, field, None) for field in ("license", "license_name")}
    return RemoteModel(repo, info.sha, name_of(card) or PUBLISHED.get(repo, UNKNOWN), tuple(files))


def download(model: RemoteModel, file: RemoteFile, part: Path, control: Control, done: int, of: int) -> None:
    """Append to ``part`` what it lacks of ``file``; a connection that breaks is taken up again where it broke.

    Args:
        done, of: bytes fetched before this file, without what ``part`` holds, and in all; for the report.

    Raises:
        Cancelled: the user stopped it; what came is in ``part``.
        HubError, ModelError: as `look_up`; what came is in ``part``.
        OSError: ``part`` can't be written.
    """
    from httpx2 import TransportError
    from huggingface_hub import hf_hub_url

    url = hf_hub_url(model.repo, file.path, revision=model.revision)
    part.touch()
    tries = 0
    with told_plainly(url, model.revision, f"{KEPT}; {FROM_DISK}"):
        while (have := part.stat().st_size) < file.size:
            try:
                _stream(url, file, part, control, done, of)
            except TransportError:
                tries = tries + 1 if part.stat().st_size == have else 0
                if tries >= TRIES:
                    raise
                time.sleep(TRY_AGAIN_S)
                control.check("fetching")


def _stream(url: str, file: RemoteFile, part: Path, control: Control, done: int, of: int) -> None:
    """One answer of the hub, appended to ``part``."""
    from huggingface_hub.utils import build_hf_headers, hf_raise_for_status, http_stream_backoff

    have = part.stat().st_size
    # A compressed answer would have bytes of another count.
    headers = build_hf_headers(headers={**_own_name(), "accept-encoding": "identity"})
    if have:
        headers["range"] = f"bytes={have}-"
    with (
        http_stream_backoff(
            "GET", url, headers=headers, timeout=TIMEOUT_S, max_retries=TRIES, retry_on_exceptions=()
        ) as answer,
        part.open("ab") as out,
    ):
        hf_raise_for_status(answer)
        if answer.status_code != 206 and have:  # it begins anew
            out.truncate(have := 0)
        for block in answer.iter_bytes(BLOCK_BYTES):
            have += len(block)
            if have > file.size:
                raise ValueError(f"{file.path} is longer than the {file.size} bytes announced")
            out.write(block)
            out.flush()
            control.step(file.path, done + have, of)
        if have < file.size:
            raise ValueError(f"{file.path} ended after {have} of {file.size} bytes")


@contextmanager
def told_plainly(url: str, revision: str | None, advice: str = FROM_DISK) -> Iterator[None]:
    """Turn every error of the libraries into one line: what was tried, why it failed, and ``advice``."""
    from httpx2 import HTTPError, InvalidURL
    from huggingface_hub import errors

    try:
        yield
    except errors.GatedRepoError as error:
        raise ModelError(
            f"{url}: gated (HTTP {error.response.status_code}): accept its terms on the model's page, then give your "
            f"token in HF_TOKEN; nothing is fetched without; {advice}"
        ) from error
    except errors.RevisionNotFoundError as error:
        raise ModelError(f"{url}: has no revision {revision!r}; a branch, tag or commit is accepted") from error
    except errors.HfHubHTTPError as error:
        raise _refused(url, error.response.status_code, advice) from error
    except errors.OfflineModeIsEnabled as error:
        raise ModelError(f"{url}: not tried, HF_HUB_OFFLINE is set; unset it to fetch; {advice}") from error
    except (HTTPError, InvalidURL) as error:
        raise HubError(f"{url}: the hub can't be reached: {_first_line(error)}; {advice}") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise HubError(f"{url}: answers with what is no hub's answer: {_first_line(error)}; {advice}") from error


def _refused(url: str, status: int, advice: str) -> RetakeError:
    if status in (401, 403):
        return ModelError(
            f"{url}: there is no such model, or it is private (HTTP {status}): check the name; a private one wants a "
            f"token of one who may read it in HF_TOKEN; {advice}"
        )
    if status == 404:
        return ModelError(f"{url}: there is no such model (HTTP 404); OWNER/NAME is accepted; {advice}")
    return HubError(f"{url}: the hub fails (HTTP {status}); try again later; {advice}")


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _own_name() -> dict[str, str]:
    return {"user-agent": f"retake/{version('retake')}"}


def _be_discreet() -> None:
    """Have the library tell the hub nothing of this machine, ask it nothing for that end, and not log on stderr.

    Its constants are read from the environment when it is first imported, which may be long ago.
    """
    from huggingface_hub import constants
    from huggingface_hub.utils import logging

    constants.HF_HUB_DISABLE_TELEMETRY = True
    logging.set_verbosity_error()
