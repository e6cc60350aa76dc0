"""Adds a table to a model file, or replaces it: `add_section.py MODEL.winnow NAME TABLE TARGET.winnow`.

The weights stay as they are, bit for bit; exporting and importing the model again would round them twice. The layout is version 2
of docs/MODEL.md; the checksums are those of inference/model/model_writer.c.
"""
import struct
import sys
from pathlib import Path

import xxhash

HEADER, ROW, ALIGNMENT, BYTES = 144, 88, 64, 1
SEED = 0x57494E4E4F57  # HASH_SEED of base/hash.h


def hash_combine(value, part):
    seed = xxhash.xxh3_64_intdigest(struct.pack("<QQ", value, len(part)))
    return xxhash.xxh3_64_intdigest(part, seed)


def read(raw):
    """[(name, kind, reserved, rows, columns, bytes)], in the order of the file."""
    found = []
    for at in range(struct.unpack_from("<I", raw, 48)[0]):
        name, kind, reserved, rows, columns, offset, size = struct.unpack_from("<48sIIQQQQ", raw, HEADER + ROW * at)
        found.append((name, kind, reserved, rows, columns, raw[offset:offset + size]))
    return found


def write(header, sections):
    end = header_size = HEADER + ROW * len(sections)
    table, payload = b"", b""
    for name, kind, reserved, rows, columns, part in sections:
        offset = -(-end // ALIGNMENT) * ALIGNMENT
        payload += bytes(offset - end) + part
        table += struct.pack("<48sIIQQQQ", name, kind, reserved, rows, columns, offset, len(part))
        end = offset + len(part)
    digest = xxhash.xxh3_128_intdigest(payload)
    struct.pack_into("<IQQQQI", header, 12, header_size, 0, digest & (1 << 64) - 1, digest >> 64, end, len(sections))
    struct.pack_into("<Q", header, 16, hash_combine(hash_combine(SEED, bytes(header)), table))
    return bytes(header) + table + payload


def main():
    model, name, table, target = sys.argv[1:]
    raw, part = Path(model).read_bytes(), Path(table).read_bytes()
    name = name.encode().ljust(48, b"\0")
    sections = [section for section in read(raw) if section[0] != name]
    place = 1 + max(at for at, section in enumerate(sections) if section[1] == BYTES)
    sections.insert(place, (name, BYTES, 0, len(part), 1, part))
    Path(target).write_bytes(write(bytearray(raw[:HEADER]), sections))


if __name__ == "__main__":
    main()
