"""Builds ONNX graphs without the onnx package; field numbers are those of onnx.proto.

Only what the converters here use: float and int64 tensors, and integer, integer-list and text
attributes. The bytes written depend on nothing but the calls made, so the result can be pinned by
its SHA-256.
"""

import struct
from array import array
from typing import Dict, List, Optional, Sequence, Tuple, Union

import protobuf

FLOAT, INT64 = 1, 7  # TensorProto.DataType

Attribute = Union[int, str, Sequence[int]]
Dimension = Union[int, str]


def little_endian(numbers: array) -> bytes:
    """The bytes of an array in the order ONNX wants."""
    if struct.pack("=H", 1) != struct.pack("<H", 1):
        numbers = array(numbers.typecode, numbers)
        numbers.byteswap()
    return numbers.tobytes()


def value_info(name: str, shape: Sequence[Dimension]) -> bytes:
    """A float input or output; a dimension given by name is free at run time."""
    dims: protobuf.Message = []
    for size in shape:
        dim: protobuf.Message = [(2, size.encode())] if isinstance(size, str) else [(1, size)]
        dims.append((1, protobuf.encode(dim)))
    tensor = protobuf.encode([(1, FLOAT), (2, protobuf.encode(dims))])
    return protobuf.encode([(1, name.encode()), (2, protobuf.encode([(1, tensor)]))])


def _attribute(name: str, value: Attribute) -> bytes:
    fields: protobuf.Message = [(1, name.encode())]
    if isinstance(value, int):
        fields += [(3, value), (20, 2)]
    elif isinstance(value, str):
        fields += [(4, value.encode()), (20, 3)]
    else:
        fields += [(8, number) for number in value] + [(20, 7)]
    return protobuf.encode(fields)


class Graph:
    """Collects nodes and constants; every method that adds a node returns its output names."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes: List[bytes] = []
        self._constants: Dict[str, bytes] = {}
        self._small: Dict[Tuple[int, Tuple[int, ...], bytes], str] = {}

    def floats(self, values: Sequence[float], shape: Sequence[int]) -> str:
        """A float constant."""
        return self._constant(FLOAT, little_endian(array("f", values)), 4, shape)

    def ints(self, values: Sequence[int], shape: Optional[Sequence[int]] = None) -> str:
        """An int64 constant; a vector unless a shape is given."""
        raw = little_endian(array("q", values))
        return self._constant(INT64, raw, 8, [len(values)] if shape is None else shape)

    def _constant(self, kind: int, raw: bytes, width: int, shape: Sequence[int]) -> str:
        count = 1
        for size in shape:
            count *= size
        if count * width != len(raw):
            raise ValueError(f"{len(raw) // width} numbers do not fill the shape {list(shape)}")
        key = (kind, tuple(shape), raw)
        if count < 64 and key in self._small:
            return self._small[key]
        name = f"constant_{len(self._constants)}"
        self._small[key] = name
        fields: protobuf.Message = [(1, size) for size in shape]
        fields += [(2, kind), (8, name.encode()), (9, raw)]
        self._constants[name] = protobuf.encode(fields)
        return name

    def nodes(self, op: str, inputs: Sequence[str], count: int, **attributes: Attribute) -> List[str]:
        """Adds a node with `count` outputs."""
        label = f"{op.lower()}_{len(self._nodes)}"
        outputs = [label if count == 1 else f"{label}_{index}" for index in range(count)]
        self._add(op, inputs, outputs, attributes)
        return outputs

    def node(self, op: str, inputs: Sequence[str], **attributes: Attribute) -> str:
        """Adds a node with one output."""
        return self.nodes(op, inputs, 1, **attributes)[0]

    def name_output(self, value: str, name: str) -> None:
        """Gives a value the name it has outside the graph."""
        self._add("Identity", [value], [name], {})

    def _add(
        self, op: str, inputs: Sequence[str], outputs: Sequence[str], attributes: Dict[str, Attribute]
    ) -> None:
        fields: protobuf.Message = [(1, name.encode()) for name in inputs]
        fields += [(2, name.encode()) for name in outputs]
        fields += [(3, f"{op}_{len(self._nodes)}".encode()), (4, op.encode())]
        fields += [(5, _attribute(name, attributes[name])) for name in sorted(attributes)]
        self._nodes.append(protobuf.encode(fields))

    def model(
        self, inputs: Sequence[bytes], outputs: Sequence[bytes], metadata: Dict[str, str]
    ) -> bytes:
        """The whole file: IR version 8, operator set 13."""
        graph: protobuf.Message = [(1, node) for node in self._nodes]
        graph.append((2, self._name.encode()))
        graph += [(5, constant) for constant in self._constants.values()]
        graph += [(11, item) for item in inputs] + [(12, item) for item in outputs]
        model: protobuf.Message = [
            (1, 8),
            (2, b"flaneur"),
            (7, protobuf.encode(graph)),
            (8, protobuf.encode([(1, b""), (2, 13)])),
        ]
        for key, value in metadata.items():
            model.append((14, protobuf.encode([(1, key.encode()), (2, value.encode())])))
        return protobuf.encode(model)
