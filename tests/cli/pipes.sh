# Standard input, and output that nobody reads.
trace mixed
trace many
trace packed
trace silent

try_shell 'etwire dump --limit 2 - <mixed.etl'
try_shell 'cat mixed.etl | etwire dump --limit 2 -'
for name in mixed many; do
    etwire dump -o digest $name.etl >$name.digest 2>/dev/null
    try_shell "etwire dump -o digest - <$name.etl 2>/dev/null | cmp - $name.digest && echo same"
    try_shell "cat $name.etl | etwire dump -o digest - 2>/dev/null | cmp - $name.digest && echo same"
    try_shell "etwire forward $name.etl 2>/dev/null | etwire dump -o digest - 2>/dev/null | cmp - $name.digest && echo same"
done
etwire forward many.etl >many.stream 2>/dev/null
try_shell 'cat many.stream | etwire dump -o digest - | cmp - many.digest && echo same'
try_shell 'etwire dump -o digest many.stream | cmp - many.digest && echo same'
try etwire dump many.stream mixed.etl

try etwire dump - mixed.etl
try_shell 'etwire info - <mixed.etl'
try_shell 'cat mixed.etl | etwire info -'
try_shell 'cat mixed.etl | etwire info -o json -'
try_shell 'cat mixed.etl | etwire check -'
try_shell 'cat mixed.etl | etwire buffers -'
try_shell 'cat mixed.etl | etwire dump --start +30us --end +50us -'
try_shell 'cat mixed.etl | etwire dump --hold 1K --limit 1 -'

# Order has to give way to memory, unless the stream says whom to wait for.
try_shell 'cat silent.etl | etwire dump --hold 64 -'
try_shell 'cat silent.etl | etwire dump --hold 64K -'
try_shell 'etwire forward silent.etl | etwire dump --hold 64K -'

try_shell 'etwire dump - </dev/null'
try_shell 'printf "" | etwire dump -'
try_shell 'printf "ETWIRE" | etwire dump -'
try_shell 'printf "ETWIRE\002\000" | etwire dump -'
try_shell 'printf "no trace at all" | etwire dump -'

# A stream that is cut: within a frame, and before its end frame.
try_shell 'head -c 2000 many.stream | etwire dump -o null -'
try_shell 'head -c -8 many.stream | etwire dump -o null -'

# A reader that goes away.
for command in 'dump' 'dump -o json' 'forward'; do
    try_shell "{ etwire $command many.etl; echo \"= \$?\" >&2; } | head -c 1 >/dev/null"
done

# A damaged buffer that was compressed costs as much in a pipe as in a file.
printf '\200' | dd of=packed.etl bs=1 seek=731 conv=notrunc 2>/dev/null
try etwire dump packed.etl
try_shell 'cat packed.etl | etwire dump -'
try_shell 'cat packed.etl | etwire check -'
