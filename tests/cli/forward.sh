# The frames of a forwarded trace.
trace mixed
trace many
cat >walk.awk <<'END'
NF { byte[count++] = $1 }
END {
    for (at = 0; at < 8; at++)
        printf "%d ", byte[at]
    print ""
    while (at < count) {
        size = byte[at] + 256 * byte[at + 1] + 65536 * byte[at + 2]
        printf "%c flags=%d processor=%d size=%d", byte[at + 4], byte[at + 5],
            byte[at + 6] + 256 * byte[at + 7], size
        if (byte[at + 4] == 80)
            for (i = 0; i < size; i += 2)
                printf " %d", byte[at + 8 + i] + 256 * byte[at + 9 + i]
        print ""
        at += 8 + size
    }
}
END
walk='od -A n -v -t u1 | tr -s " " "\n" | awk -f walk.awk'

try_shell "etwire forward mixed.etl | $walk"
try_shell "etwire forward many.etl | $walk"
try etwire forward -O mixed.stream mixed.etl
try_shell 'etwire forward mixed.etl 2>/dev/null | cmp - mixed.stream && echo same'
