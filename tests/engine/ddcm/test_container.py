from __future__ import annotations

import dataclasses
import struct
import zlib

import pytest

from engine.ddcm.container import HEADER_BYTES, Header, packed, unpacked
from engine.errors import RecordingError

HEADER = Header(
    variant="turbo",
    kind=2,
    number_format="bfloat16",
    model_hash=bytes(range(8)),
    seed=2**63 - 1,
    frames=480000,
    rate=48000,
    channels=2,
    codewords=4096,
    steps=30,
    coefficient_bits=2,
    atoms=6000,
    gain=1.5,
    mean=-0.25,
)
CODES = bytes(range(256)) * 4
FILE = packed(HEADER, CODES)


def signed_again(data: bytes) -> bytes:
    """The file with a checksum that fits."""
    crc = zlib.crc32(data[HEADER_BYTES:], zlib.crc32(data[: HEADER_BYTES - 4]))
    return data[: HEADER_BYTES - 4] + struct.pack("<I", crc) + data[HEADER_BYTES:]


def test_a_file_comes_back_and_its_header_takes_64_bytes() -> None:
    assert unpacked(FILE, "x") == (HEADER, CODES)
    assert len(FILE) - len(CODES) == 64
    other = dataclasses.replace(HEADER, variant="published", number_format="float32", seed=0)
    assert unpacked(packed(other, b""), "x") == (other, b"")


def test_the_header_is_laid_out_as_the_table_says() -> None:
    assert FILE[:8] == b"DDCM" + bytes([1, 0, 2, 1])
    assert FILE[8:16] == bytes(range(8))
    assert struct.unpack_from("<QQIHHHBxIffI", FILE, 16) == (
        2**63 - 1,
        480000,
        48000,
        2,
        4096,
        30,
        2,
        6000,
        1.5,
        -0.25,
        1024,
    )
    assert signed_again(FILE) == FILE


@pytest.mark.parametrize("length", [1, 4, 5, 40, 63, 64, 65, len(FILE) - 1])
def test_a_truncated_file_is_refused_with_how_much_there_is(length: int) -> None:
    there = (
        f"{length} bytes of a header of 64" if length < 64 else f"{length - 64} bytes of codes; the header says 1024"
    )
    with pytest.raises(RecordingError, match=f"cut.ddcm: truncated: {there}"):
        unpacked(FILE[:length], "cut.ddcm")


@pytest.mark.parametrize("at", [*range(5, 56), 60, 63, 64, 700, len(FILE) - 1])
def test_a_flipped_bit_is_noticed_wherever_it_is(at: int) -> None:
    for bit in (0, 7):
        data = bytearray(FILE)
        data[at] ^= 1 << bit
        with pytest.raises(RecordingError, match=r"x: damaged: its checksum"):
            unpacked(bytes(data), "x")


def test_a_flipped_bit_in_the_length_is_refused_too() -> None:
    for at in range(56, 60):
        for bit in range(8):
            data = bytearray(FILE)
            data[at] ^= 1 << bit
            with pytest.raises(RecordingError, match=r"x: (damaged|truncated)"):
                unpacked(bytes(data), "x")


def test_bytes_after_the_end_are_refused() -> None:
    with pytest.raises(RecordingError, match="damaged"):
        unpacked(FILE + b"\0", "x")


@pytest.mark.parametrize("data", [b"", b"RIFF", b"x", b"\0" * 100])
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    with pytest.raises(RecordingError, match=r"x: is no .ddcm file"):
        unpacked(data, "x")


def test_a_newer_version_is_refused_by_its_number() -> None:
    with pytest.raises(RecordingError, match=r"is of version 2 .* up to version 1"):
        unpacked(signed_again(FILE[:4] + b"\2" + FILE[5:]), "x")


def test_version_0_is_refused_though_the_checksum_fits() -> None:
    with pytest.raises(RecordingError, match=r"x: is of version 0 .* 1 is read"):
        unpacked(signed_again(FILE[:4] + b"\0" + FILE[5:]), "x")


@pytest.mark.parametrize(
    ("at", "value", "said"),
    [(5, 7, "variant 7"), (7, 9, "number format 9"), (38, 0, "no encoder"), (40, 0, "no encoder")],
)
def test_values_that_no_encoder_writes_are_refused_though_the_checksum_fits(at: int, value: int, said: str) -> None:
    data = bytearray(FILE)
    data[at : at + (2 if at > 8 else 1)] = bytes([value] + [0] * (at > 8))
    with pytest.raises(RecordingError, match=said):
        unpacked(signed_again(bytes(data)), "x")
