# The frames of a forwarded trace.
trace mixed
trace damaged
try_shell 'etwire forward mixed.etl | od -A d -t x1 | cut -c 1-40 | sed -n "1,8p"'
frames='
import struct, sys
data = sys.stdin.buffer.read()
print(data[:8])
at = 8
while at < len(data):
    size, kind, flags, processor = struct.unpack_from("<IBBH", data, at)
    print(size, chr(kind), flags, processor, data[at + 8:at + 8 + size].hex() if kind == 80 else "")
    at += 8 + size
'
