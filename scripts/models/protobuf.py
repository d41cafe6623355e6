"""The little of the protocol-buffer wire format that ONNX files need.

A message is a list of `(field, value)` pairs in file order, where a value is an `int` (varint) or
`bytes` (length-delimited; also how nested messages are kept). The two fixed-width kinds are kept as
`Fixed`, so that reading a message and writing it again gives the same bytes.
"""

from typing import List, NamedTuple, Tuple, Union


class Fixed(NamedTuple):
    """A fixed32 or fixed64 value, kept as its raw bytes."""

    raw: bytes


Value = Union[int, bytes, Fixed]
Message = List[Tuple[int, Value]]

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def _write_varint(number: int) -> bytes:
    if number < 0:
        raise ValueError("negative numbers are not used in ONNX files written here")
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _read_varint(data: bytes, at: int) -> Tuple[int, int]:
    number = 0
    for index in range(10):
        if at + index >= len(data):
            raise ValueError("the message ends inside a number")
        byte = data[at + index]
        number |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return number, at + index + 1
    raise ValueError("a number is longer than ten bytes")


def encode(message: Message) -> bytes:
    """The bytes of a message."""
    out = bytearray()
    for field, value in message:
        if isinstance(value, Fixed):
            kind = _FIXED32 if len(value.raw) == 4 else _FIXED64
            out += _write_varint(field << 3 | kind) + value.raw
        elif isinstance(value, int):
            out += _write_varint(field << 3 | _VARINT) + _write_varint(value)
        else:
            out += _write_varint(field << 3 | _BYTES) + _write_varint(len(value)) + value
    return bytes(out)


def decode(data: bytes) -> Message:
    """The fields of a message, in file order; `ValueError` where it is cut short or malformed."""
    message: Message = []
    at = 0
    while at < len(data):
        key, at = _read_varint(data, at)
        field, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, at = _read_varint(data, at)
            message.append((field, value))
            continue
        if kind == _BYTES:
            length, at = _read_varint(data, at)
        elif kind in (_FIXED32, _FIXED64):
            length = 4 if kind == _FIXED32 else 8
        else:
            raise ValueError(f"wire type {kind} is not used in ONNX files")
        if at + length > len(data):
            raise ValueError("the message ends inside a field")
        raw = bytes(data[at : at + length])
        message.append((field, raw if kind == _BYTES else Fixed(raw)))
        at += length
    return message


def all_of(message: Message, field: int) -> List[Value]:
    """Every value of a repeated field."""
    return [value for number, value in message if number == field]


def text_of(message: Message, field: int) -> str:
    """The text in a field, empty when the field is absent."""
    for number, value in message:
        if number == field and isinstance(value, bytes):
            return value.decode("utf-8", "replace")
    return ""
