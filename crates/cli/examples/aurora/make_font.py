"""Makes assets/aurora-sans.ttf: a whole TrueType font with a handful of glyphs, and nobody's rights in it.

    python3 make_font.py

Uses nothing but the standard library; the same script always makes the same bytes.
"""

import struct
from pathlib import Path

UNITS_PER_EM = 1000
ASCENT, DESCENT = 800, -200


def box(left, bottom, right, top):
    """A filled rectangle: TrueType fills what lies to the right of the outline's direction."""
    return [(left, bottom), (left, top), (right, top), (right, bottom)]


def hole(left, bottom, right, top):
    """A rectangle cut out of another one: the other way round."""
    return box(left, bottom, right, top)[::-1]


# What the letters of "AURORA" are made of, on a grid of bars 120 units thick.
A = [box(80, 0, 200, 700), box(400, 0, 520, 700), box(200, 580, 400, 700), box(200, 280, 400, 400)]
U = [box(80, 0, 200, 700), box(400, 0, 520, 700), box(200, 0, 400, 120)]
R = [box(80, 0, 200, 700), box(200, 580, 520, 700), box(400, 400, 520, 580), box(200, 280, 520, 400), box(340, 0, 460, 280)]
O = [box(80, 0, 520, 700), hole(200, 120, 400, 580)]
NOTDEF = [box(80, 0, 520, 700), hole(120, 40, 480, 660)]

# Glyphs by index: their outlines, and the characters that show them.
GLYPHS = [(NOTDEF, ""), ([], " \u00a0"), (A, "Aa"), (O, "Oo"), (R, "Rr"), (U, "Uu")]
ADVANCE = 600


def glyph(contours):
    if not contours:
        return b""
    points = [point for contour in contours for point in contour]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    out = struct.pack(">hhhhh", len(contours), min(xs), min(ys), max(xs), max(ys))
    end = -1
    for contour in contours:
        end += len(contour)
        out += struct.pack(">H", end)
    out += struct.pack(">H", 0)  # no instructions
    out += bytes([0x01]) * len(points)  # on the curve, coordinates as words
    for values in (xs, ys):
        previous = 0
        for value in values:
            out += struct.pack(">h", value - previous)
            previous = value
    return out + b"\0" * (-len(out) % 4)


def cmap():
    pairs = sorted((ord(c), index) for index, (_, characters) in enumerate(GLYPHS) for c in characters)
    segments = pairs + [(0xFFFF, 0)]
    count = len(segments)
    power = 1 << (count.bit_length() - 1)
    body = struct.pack(">HHHH", count * 2, power * 2, power.bit_length() - 1, (count - power) * 2)
    body += b"".join(struct.pack(">H", code) for code, _ in segments) + struct.pack(">H", 0)
    body += b"".join(struct.pack(">H", code) for code, _ in segments)
    body += b"".join(struct.pack(">H", (index - code) % 0x10000 if code != 0xFFFF else 1) for code, index in segments)
    body += b"".join(struct.pack(">H", 0) for _ in segments)
    table = struct.pack(">HHH", 4, len(body) + 6, 0) + body
    return struct.pack(">HHHHI", 0, 1, 3, 1, 12) + table


def name():
    texts = {
        0: "Dedicated to the public domain (CC0 1.0)",
        1: "Aurora Sans",
        2: "Regular",
        3: "Aurora Sans 1.000",
        4: "Aurora Sans",
        5: "Version 1.000",
        6: "AuroraSans-Regular",
    }
    records, data = b"", b""
    for number, text in sorted(texts.items()):
        encoded = text.encode("utf-16-be")
        records += struct.pack(">HHHHHH", 3, 1, 0x0409, number, len(encoded), len(data))
        data += encoded
    return struct.pack(">HHH", 0, len(texts), 6 + len(records)) + records + data


def tables():
    outlines = [glyph(contours) for contours, _ in GLYPHS]
    offsets, position = [0], 0
    for outline in outlines:
        position += len(outline)
        offsets.append(position)
    points = [sum(map(len, contours)) for contours, _ in GLYPHS]
    bearings = [min((x for contour in contours for x, _ in contour), default=0) for contours, _ in GLYPHS]
    characters = sorted(ord(c) for _, text in GLYPHS for c in text)
    count = len(GLYPHS)
    return {
        b"OS/2": struct.pack(
            ">HhHHHhhhhhhhhhhh10sIIII4sHHHhhhHHIIhhHHH",
            4, ADVANCE, 400, 5, 0, 650, 600, 0, 75, 650, 600, 0, 350, 50, 300, 0, bytes(10), 3, 0, 0, 0, b"DSS ",
            0x40, characters[0], characters[-1], ASCENT, DESCENT, 0, ASCENT, -DESCENT, 1, 0, 700, 700, 0, 32, 0,
        ),
        b"cmap": cmap(),
        b"glyf": b"".join(outlines),
        b"head": struct.pack(
            ">IIIIHHQQhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0x000B, UNITS_PER_EM, 0, 0, 80, 0, 520, 700, 0, 8, 2, 0, 0
        ),
        b"hhea": struct.pack(
            ">IhhhHhhhhhhhhhhhH", 0x10000, ASCENT, DESCENT, 0, ADVANCE, 0, 80, 520, 1, 0, 0, 0, 0, 0, 0, 0, count
        ),
        b"hmtx": b"".join(struct.pack(">Hh", ADVANCE, bearing) for bearing in bearings),
        b"loca": b"".join(struct.pack(">H", offset // 2) for offset in offsets),
        b"maxp": struct.pack(
            ">IHHHHHHHHHHHHHH", 0x10000, count, max(points), max(len(c) for c, _ in GLYPHS), 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0
        ),
        b"name": name(),
        b"post": struct.pack(">IIhhIIIII", 0x30000, 0, -100, 50, 0, 0, 0, 0, 0),
    }


def checksum(data):
    data += b"\0" * (-len(data) % 4)
    return sum(struct.unpack(f">{len(data) // 4}I", data)) % (1 << 32)


def font():
    parts = tables()
    count = len(parts)
    power = 1 << (count.bit_length() - 1)
    out = struct.pack(">IHHHH", 0x10000, count, power * 16, power.bit_length() - 1, (count - power) * 16)
    body, position = b"", 12 + 16 * count
    head_at = None
    for tag, data in sorted(parts.items()):
        if tag == b"head":
            head_at = position
        out += struct.pack(">4sIII", tag, checksum(data), position, len(data))
        padded = data + b"\0" * (-len(data) % 4)
        body += padded
        position += len(padded)
    whole = bytearray(out + body)
    struct.pack_into(">I", whole, head_at + 8, (0xB1B0AFBA - checksum(bytes(whole))) % (1 << 32))
    return bytes(whole)


if __name__ == "__main__":
    target = Path(__file__).parent / "assets" / "aurora-sans.ttf"
    target.write_bytes(font())
    print(f"{target.name}: {target.stat().st_size} bytes")
