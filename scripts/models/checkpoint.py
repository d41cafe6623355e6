"""Reads a PyTorch checkpoint without PyTorch and without running what is in it.

A checkpoint is a zip of a pickle and of one file per tensor storage. A pickle is a program, so only
the classes named here exist for it: containers, tensors, and network layers, which become inert
`Module` objects that merely hold attributes. Anything else ends the reading with an error.
"""

import collections
import io
import pickle
import struct
import zipfile
from array import array
from typing import Any, Dict, List, NamedTuple, Sequence, Tuple

# Struct codes and widths of the storages that layers use.
_STORAGES = {
    "HalfStorage": ("e", 2),
    "FloatStorage": ("f", 4),
    "LongStorage": ("q", 8),
}
_LAYERS = {
    "torch.nn.modules.activation": {"SiLU"},
    "torch.nn.modules.batchnorm": {"BatchNorm2d"},
    "torch.nn.modules.container": {"ModuleList", "Sequential"},
    "torch.nn.modules.conv": {"Conv2d"},
    "torch.nn.modules.loss": {"BCEWithLogitsLoss"},
    "torch.nn.modules.pooling": {"MaxPool2d"},
    "torch.nn.modules.upsampling": {"Upsample"},
    "ultralytics.nn.modules.block": {"Bottleneck", "C2f", "DFL", "SPPF"},
    "ultralytics.nn.modules.conv": {"Concat", "Conv"},
    "ultralytics.nn.modules.head": {"Detect"},
    "ultralytics.nn.tasks": {"DetectionModel"},
    "ultralytics.yolo.utils": {"IterableSimpleNamespace"},
    "ultralytics.yolo.utils.loss": {"BboxLoss", "v8DetectionLoss"},
    "ultralytics.yolo.utils.tal": {"TaskAlignedAssigner"},
}
_MAX_STORAGE = 64 << 20  # bytes; the largest of a nano-sized network is 1.2 MB


class Tensor(NamedTuple):
    """Numbers in row-major order."""

    values: array
    shape: Tuple[int, ...]


class Module:
    """A layer: its class name in `kind`, its attributes as in PyTorch."""

    kind = ""

    def __init__(self, *_arguments: Any) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, dict):
            self.__dict__.update(state)

    def children(self) -> Dict[str, "Module"]:
        """The layers inside this one, in order."""
        return dict(self.__dict__.get("_modules") or {})

    def tensor(self, name: str) -> Tensor:
        """A weight or a running statistic; `KeyError` if the layer has none of that name."""
        for table in ("_parameters", "_buffers"):
            found = (self.__dict__.get(table) or {}).get(name)
            if found is not None:
                return found
        raise KeyError(name)

    def has(self, name: str) -> bool:
        """Whether `tensor(name)` would find something."""
        try:
            self.tensor(name)
        except KeyError:
            return False
        return True


def _tensor(storage: array, offset: int, size: Sequence[int], stride: Sequence[int], *_: Any) -> Tensor:
    """PyTorch's way to say which numbers of a storage are a tensor, brought into row-major order."""
    if len(size) != len(stride) or min((offset, *size, *stride)) < 0:
        raise pickle.UnpicklingError("a tensor has an impossible shape")
    count = 1
    for length in size:
        count *= length
    last = offset + sum((length - 1) * step for length, step in zip(size, stride))
    if count > len(storage) or (count and last >= len(storage)):
        raise pickle.UnpicklingError("a tensor reaches beyond its storage")
    places = [offset]
    for length, step in zip(size, stride):
        places = [place + index * step for place in places for index in range(length)]
    return Tensor(array(storage.typecode, [storage[place] for place in places]), tuple(size))


def _inert(*_: Any) -> None:
    """Stands for values that inference does not need, such as the device a tensor was on."""
    return None


class _Reader(pickle.Unpickler):
    def __init__(self, archive: zipfile.ZipFile, root: str) -> None:
        super().__init__(io.BytesIO(archive.read(root + "data.pkl")))
        self._archive = archive
        self._root = root
        self._storages: Dict[str, array] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("__builtin__", "set"):
            return set
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if (module, name) == ("torch._utils", "_rebuild_parameter"):
            return lambda data, *_: data
        if (module, name) == ("torch", "Size"):
            return tuple
        if (module, name) == ("torch", "device"):
            return _inert
        if module == "torch" and name in _STORAGES:
            return name
        if name in _LAYERS.get(module, ()):
            return type(name, (Module,), {"kind": name})
        raise pickle.UnpicklingError(f"the checkpoint asks for {module}.{name}, which is not allowed")

    def persistent_load(self, pid: Any) -> array:
        _, kind, key, _, count = pid
        if key not in self._storages:
            code, width = _STORAGES[kind]
            entry = self._archive.getinfo(f"{self._root}data/{key}")
            if entry.file_size != count * width or entry.file_size > _MAX_STORAGE:
                raise pickle.UnpicklingError(f"storage {key} has {entry.file_size} bytes")
            numbers = struct.unpack(f"<{count}{code}", self._archive.read(entry))
            # Half and single precision are exact in double precision.
            self._storages[key] = array("q" if code == "q" else "d", numbers)
        return self._storages[key]


def load(data: bytes) -> Dict[str, Any]:
    """The checkpoint's dictionary."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        pickles: List[str] = [name for name in archive.namelist() if name.endswith("/data.pkl")]
        if len(pickles) != 1:
            raise ValueError("not a PyTorch checkpoint: it should hold exactly one data.pkl")
        loaded = _Reader(archive, pickles[0][: -len("data.pkl")]).load()
    if not isinstance(loaded, dict):
        raise ValueError("not a training checkpoint: it holds no dictionary")
    return loaded
