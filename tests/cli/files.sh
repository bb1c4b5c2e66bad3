# Files that cannot be read or written, and files that are written.
trace mixed
trace other
: >empty.etl
mkdir folder
printf 'This is not a trace, only a text that is a little longer than a buffer header has to be.\n' >text.etl

for command in info dump check buffers forward; do
    try etwire $command missing.etl
    try etwire $command missing/x.etl
    try etwire $command folder
    try etwire $command empty.etl
    try etwire $command text.etl
done
try etwire dump mixed.etl missing.etl
try_shell 'etwire buffers missing.etl mixed.etl | head -n 3'

try etwire dump -O x.txt mixed.etl
try cat x.txt
try etwire dump --output-file=x.txt --limit 1 mixed.etl
try cat x.txt
try etwire dump -O x.txt missing.etl
try etwire check -O x.txt mixed.etl missing.etl
try cat x.txt
ln -s x.txt link
try etwire dump -O link -o json --limit 1 mixed.etl
try_shell 'test -L link && cat x.txt'
try etwire dump -O missing/x.txt mixed.etl
try etwire dump -O folder mixed.etl
try etwire dump -O /dev/null mixed.etl
try_shell 'test -c /dev/null && echo fine'
try ls

if [ -c /dev/full ]; then
    for command in info dump check buffers forward; do
        try_shell "etwire $command mixed.etl >/dev/full"
    done
    try etwire dump -O /dev/full mixed.etl
fi
try_shell 'umask 077; etwire dump -O private.txt mixed.etl; ls -l private.txt | cut -c1-10'
try_shell 'umask 022; etwire dump -O private.txt other.etl; ls -l private.txt | cut -c1-10'
try_shell 'etwire dump -o null mixed.etl >&-'
