"""RTF as Outlook packs it [MS-OXRTFCP]: LZFu, a dictionary of 4096 bytes that begins with common words of RTF."""

from __future__ import annotations

import struct

from tocsin.errors import InputError

_BEGIN = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    b"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0"
    b"\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_SIZE = 4096
MOST = 64 << 20


def unpack_rtf(data: bytes) -> bytes:
    """The RTF text. Raises `InputError` for what is damaged or would be over 64 MiB."""
    if len(data) < 16:
        raise InputError("a packed RTF text is cut short")
    _, raw_size, kind = struct.unpack_from("<III", data)
    if kind == 0x414C454D:  # MELA: not packed
        return data[16 : 16 + raw_size]
    if kind != 0x75465A4C:
        raise InputError("a packed RTF text begins wrongly")
    if raw_size > MOST:
        raise InputError("a packed RTF text would unpack to more than 64 MiB")
    return _lzfu(data, raw_size)


def _lzfu(data: bytes, raw_size: int) -> bytes:
    window = bytearray(_BEGIN.ljust(_SIZE, b"\0"))
    at, out, place = len(_BEGIN), bytearray(), 16
    while place < len(data) and len(out) < raw_size:
        control, place = data[place], place + 1
        for bit in range(8):
            if place + (control >> bit & 1) >= len(data):
                return bytes(out)
            if control >> bit & 1:
                reference, place = data[place] << 8 | data[place + 1], place + 2
                start, length = reference >> 4, (reference & 15) + 2
                if start == at:  # the end
                    return bytes(out)
                for step in range(length):  # a reference may run into what it writes
                    sign = window[(start + step) % _SIZE]
                    window[at], at = sign, (at + 1) % _SIZE
                    out.append(sign)
            else:
                window[at], at = data[place], (at + 1) % _SIZE
                out.append(data[place])
                place += 1
    return bytes(out)
