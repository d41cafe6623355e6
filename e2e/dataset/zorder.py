"""Whether points lie in Morton order of the Web-Mercator map, as the catalog's spatial key has it (crates/coverage)."""

import numpy

ZOOM = 30
MAX_LATITUDE = 85.05112877980659
# Two libraries may differ in the last digits of a logarithm. This is a hundred times more than that, in cells.
DOUBT = 1e-5


def project(lon, lat):
    """Points in the square of cells, x eastward, y southward."""
    lat = numpy.radians(numpy.clip(lat, -MAX_LATITUDE, MAX_LATITUDE))
    x = (lon + 180) / 360
    y = (1 - numpy.arcsinh(numpy.tan(lat)) / numpy.pi) / 2
    return numpy.clip(x, 0, 1) * 2**ZOOM, numpy.clip(y, 0, 1) * 2**ZOOM


def spread(value):
    """Bits with a gap between any two."""
    bits = value.astype(numpy.uint64)
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        bits = (bits | (bits << numpy.uint64(shift))) & numpy.uint64(mask)
    return bits


def keys(lon, lat, aside=(0, 0)):
    """The keys of points (degrees), moved aside by so many cells."""
    x, y = (
        numpy.clip(numpy.floor(each + by), 0, 2**ZOOM - 1) for each, by in zip(project(lon, lat), aside, strict=True)
    )
    return (spread(x) | (spread(y) << numpy.uint64(1))).astype(numpy.int64)


def first_out_of_order(lon, lat):
    """The index of the first point that lies before the ones in front of it, or None."""
    if len(lon) == 0:
        return None
    near = [keys(lon, lat, (x, y)) for x in (-DOUBT, DOUBT) for y in (-DOUBT, DOUBT)]
    least, most = numpy.minimum.reduce(near), numpy.maximum.reduce(near)
    wrong = numpy.nonzero(most < numpy.maximum.accumulate(least))[0]
    return int(wrong[0]) if len(wrong) else None
