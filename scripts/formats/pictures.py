#!/usr/bin/env python3
"""Makes a photo in the formats that phones and programs write, with what other decoders see in it.

    python3 scripts/formats/pictures.py PICTURES

PICTURES is the folder with astronaut.png (scripts/models/test_pictures.py). Below its folder `formats`, NAME.heic, NAME.png and
NAME.webp are the files, and NAME.EXTENSION.ppm is what Pillow and libheif decode, upright, with what is transparent laid
on white; profile.icc is the colour profile of `profile.*`. Needs pillow-heif.
"""

import io
import pathlib
import struct
import sys
import zlib

import pillow_heif
from PIL import Image, ImageCms, ImageOps
from PIL.TiffImagePlugin import IFDRational

pillow_heif.register_heif_opener()

# In the Jardin du Luxembourg.
LATITUDE, LONGITUDE, HEADING = 48.8462, 2.3372, 123.5
TIME = "2025:06:01 12:00:00"
WIDTH, HEIGHT = 448, 300


def exif(orientation=1):
    """A phone's tags."""
    degrees = lambda value: (int(value), int(value * 60 % 60), round(value * 3600 % 60, 4))
    tags = Image.Exif()
    tags[0x010F], tags[0x0110], tags[0x0112] = "Apple", "iPhone 15", orientation
    tags[0x0132] = TIME
    photo = tags.get_ifd(0x8769)
    photo[0x9003], photo[0x9011] = TIME, "+02:00"
    gps = tags.get_ifd(0x8825)
    gps[1], gps[2] = "N", degrees(LATITUDE)
    gps[3], gps[4] = "E", degrees(LONGITUDE)
    gps[16], gps[17] = "T", IFDRational(round(HEADING * 100), 100)
    return tags.tobytes()


def box(kind, *parts):
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


def full(kind, version, flags, *parts):
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def boxes(data):
    """Kinds and contents of the boxes beside each other."""
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        size = size or len(data) - at
        yield kind, data[at + 8:at + size]
        at += size


def coded(file):
    """Decoder configuration, colours and data of the only picture of a file."""
    top = dict(boxes(file))
    meta = dict(boxes(top[b"meta"][4:]))
    properties = list(boxes(dict(boxes(meta[b"iprp"]))[b"ipco"]))
    configuration = next(content for kind, content in properties if kind == b"hvcC")
    return configuration, top[b"mdat"]


def grid(image, tile, transforms, tags, gain_map=False):
    """A photo in tiles, as iPhones write it: an Exif item, and its orientation left in EXIF beside.

    `transforms` are boxes as irot, in the order in which they are applied. A gain map is the first tile again, by its name.
    """
    columns, rows = -(-image.width // tile), -(-image.height // tile)
    tiles = []
    for row in range(rows):
        for column in range(columns):
            # Beyond the edge the last column and row go on.
            part = image.transform((tile, tile), Image.Transform.EXTENT,
                                   (column * tile, row * tile, (column + 1) * tile, (row + 1) * tile))
            out = io.BytesIO()
            part.save(out, "HEIF", quality=80, chroma=420)
            tiles.append(coded(out.getvalue()))
    assert all(configuration == tiles[0][0] for configuration, _ in tiles)
    count, primary, tags_item = len(tiles), len(tiles) + 1, len(tiles) + 2
    tags = struct.pack(">I", 6) + b"Exif\0\0" + tags.removeprefix(b"Exif\0\0")
    descriptor = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, image.width, image.height)
    contents = [data for _, data in tiles] + [descriptor, tags]
    kinds = [b"hvc1"] * count + [b"grid", b"Exif"]
    if gain_map:
        contents.append(tiles[0][1])
        kinds.append(b"hvc1")

    def meta(start):
        entries = [full(b"infe", 2, 0, struct.pack(">HH", i + 1, 0), kind, b"\0") for i, kind in enumerate(kinds)]
        at, places = start, []
        for i, content in enumerate(contents):
            places.append(struct.pack(">HHHII", i + 1, 0, 1, at, len(content)))
            at += len(content)
        properties = box(b"ipco", box(b"hvcC", tiles[0][0]), full(b"ispe", 0, 0, struct.pack(">II", tile, tile)),
                         full(b"ispe", 0, 0, struct.pack(">II", image.width, image.height)),
                         box(b"colr", b"nclx", struct.pack(">HHHB", 1, 13, 6, 0x80)),
                         full(b"auxC", 0, 0, b"urn:com:apple:photo:2020:aux:hdrgainmap\0"), *transforms)
        owned = [struct.pack(">HB", i + 1, 3) + bytes([0x81, 2, 4]) for i in range(count)]
        owned.append(struct.pack(">HB", primary, 2 + len(transforms)) +
                     bytes([3, 4, *(0x86 + i for i in range(len(transforms)))]))
        if gain_map:
            owned.append(struct.pack(">HB", len(contents), 4) + bytes([0x81, 2, 4, 5]))
        associations = full(b"ipma", 0, 0, struct.pack(">I", len(owned)), *owned)
        references = full(b"iref", 0, 0,
                          box(b"dimg", struct.pack(">HH", primary, count), *(struct.pack(">H", i + 1) for i in range(count))),
                          box(b"cdsc", struct.pack(">HHH", tags_item, 1, primary)),
                          *([box(b"auxl", struct.pack(">HHH", len(contents), 1, primary))] if gain_map else []))
        return full(b"meta", 0, 0, full(b"hdlr", 0, 0, bytes(4), b"pict", bytes(13)),
                    full(b"pitm", 0, 0, struct.pack(">H", primary)),
                    full(b"iinf", 0, 0, struct.pack(">H", len(entries)), *entries),
                    full(b"iloc", 0, 0, b"\x44\0", struct.pack(">H", len(places)), *places),
                    references, box(b"iprp", properties, associations))

    head = box(b"ftyp", b"heic", bytes(4), b"mif1heic")
    start = len(head) + len(meta(0)) + 8
    return head + meta(start) + box(b"mdat", *contents)


def crop(width, height, right, down):
    """A clap box: what is kept, in pixels, and how far its middle lies from the picture's."""
    return box(b"clap", struct.pack(">IIIIiIiI", width, 1, height, 1, right, 1, down, 1))


def interlaced(image, tags):
    """An RGB PNG in the seven passes of Adam7, which Pillow does not write."""
    pixels, lines = image.load(), []
    passes = (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)
    for left, top, across, down in passes:
        for y in range(top, image.height, down):
            lines.append(b"\0" + b"".join(bytes(pixels[x, y]) for x in range(left, image.width, across)))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", image.width, image.height, 8, 2, 0, 0, 1)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"eXIf", tags.removeprefix(b"Exif\0\0")) +
            chunk(b"IDAT", zlib.compress(b"".join(lines))) + chunk(b"IEND", b""))


def deep(image):
    """Samples of 16 bits whose lower ones are not those of the upper ones."""
    return b"".join(struct.pack("<H", value * 257 ^ 0x15) for value in image.tobytes())


def main():
    pictures = pathlib.Path(sys.argv[1])
    out = pictures / "formats"
    out.mkdir(parents=True, exist_ok=True)
    photo = Image.open(pictures / "astronaut.png").convert("RGB").crop((32, 0, 32 + WIDTH, HEIGHT))
    # Transparent from the left to the right.
    fading = photo.copy()
    fading.putalpha(Image.linear_gradient("L").rotate(90).resize(photo.size))

    def put(name, image, **options):
        image.save(out / name, "HEIF" if name.endswith("heic") else None, **options)

    heic = {"quality": 80, "chroma": 420}
    put("photo.heic", photo, exif=exif(), **heic)
    put("video.heic", photo, exif=exif(), matrix_coefficients=1, full_range_flag=0, color_primaries=1,
        transfer_characteristics=1, **heic)
    put("fine.heic", photo, exif=exif(), quality=80, chroma=444)
    put("fading.heic", fading, exif=exif(), **heic)
    put("grey.heic", photo.convert("L"), exif=exif(), quality=80)
    turned = photo.transpose(Image.Transpose.ROTATE_90)
    put("turned.heic", turned, exif=exif(6), **heic)
    pillow_heif.options.SAVE_HDR_TO_12_BIT = False
    ten = pillow_heif.from_bytes(mode="RGB;16", size=photo.size, data=deep(photo))
    ten.save(out / "deep.heic", exif=exif(), **heic)
    # The orientation in EXIF is what iPhones leave there, and what nobody may follow.
    turn = box(b"irot", b"\3")
    (out / "tiles.heic").write_bytes(grid(turned, 256, [turn], exif(6)))
    (out / "mirrored.heic").write_bytes(grid(photo, 256, [box(b"imir", b"\1")], exif()))
    (out / "flipped.heic").write_bytes(grid(photo, 256, [box(b"imir", b"\0")], exif()))
    (out / "cropped.heic").write_bytes(grid(photo, 256, [crop(401, 260, 7, -11)], exif()))
    (out / "all.heic").write_bytes(grid(turned, 256, [crop(260, 400, -6, 8), turn, box(b"imir", b"\1")], exif(6)))
    put("half.heic", photo, exif=exif(), quality=80, chroma=422)
    # What is dropped: a gain map, and the film of a motion photo.
    (out / "gain-map.heic").write_bytes(grid(photo, 256, [], exif(), gain_map=True))
    film = box(b"mpvd", box(b"ftyp", b"mp42", bytes(4)), bytes(500))
    (out / "motion.heic").write_bytes((out / "photo.heic").read_bytes() + film)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    (out / "profile.icc").write_bytes(profile)
    put("profile.heic", photo, exif=exif(), icc_profile=profile, **heic)

    put("photo.png", photo, exif=exif())
    put("turned.png", turned, exif=exif(6))
    put("fading.png", fading, exif=exif())
    put("grey.png", photo.convert("L"), exif=exif())
    (out / "interlaced.png").write_bytes(interlaced(photo, exif()))
    put("profile.png", photo, exif=exif(), icc_profile=profile)
    put("profile.webp", photo, exif=exif(), icc_profile=profile, quality=90)
    put("palette.png", photo.quantize(64), exif=exif())
    put("deep.png", Image.frombytes("I;16", photo.size, deep(photo.convert("L"))), exif=exif())

    put("photo.webp", photo, exif=exif(), quality=90)
    put("turned.webp", turned, exif=exif(6), quality=90)
    put("fading.webp", fading, exif=exif(), lossless=True)
    put("film.webp", photo, save_all=True, append_images=[photo.convert("L").convert("RGB")], duration=100)

    for path in sorted(out.iterdir()):
        if path.suffix not in {".heic", ".png", ".webp"} or path.stem == "film":
            continue
        image = Image.open(path)
        image.load()
        if image.mode.startswith("I"):
            image = image.point(lambda value: value / 256).convert("L")
        # Of a HEIC, Pillow's own plug-in has turned the pixels, and set the orientation right.
        image = ImageOps.exif_transpose(image) if path.suffix != ".heic" else image
        if image.mode in {"RGBA", "LA"}:
            white = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(white, image.convert("RGBA"))
        image.convert("RGB").save(out / (path.name + ".ppm"))
        print(path.name, image.size, path.stat().st_size)


if __name__ == "__main__":
    main()
