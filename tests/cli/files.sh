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
try etwire dump -O missing/x.txt mixed.etl
try ls
