# What Windows does not have or has otherwise: links, devices, rights, a name of standard input.
trace mixed
trace many
trace other
mkdir folder
: >x.txt

ln -s x.txt link
try etwire dump -O link -o json --limit 1 mixed.etl
try_shell 'test -L link && cat x.txt'
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
try_shell 'etwire dump mixed.etl >&-'

for name in mixed many; do
    etwire dump -o digest $name.etl >$name.digest 2>/dev/null
    try_shell "etwire forward - <$name.etl 2>/dev/null | etwire dump -o digest - 2>/dev/null | cmp - $name.digest && echo same"
done
try_shell 'cat mixed.etl | etwire forward -'
try_shell 'etwire dump - <&-'

# Regular expressions are the system's.
trace decode
try etwire dump --fields ticks,name --where "'name ~ \"^Req.*/St\"'" --pid 202 decode.etl
try etwire dump --where "'name ~ \"(\"'" decode.etl
try etwire dump -o null --where "'name matches \"^[A-Z][a-z]+/S.*t\$\"'" decode.etl

# Paths are separated as they are here.
copy decode.tmf decode.mof
mkdir stores
try etwire schema import -o stores/one.etws decode.tmf
try etwire schema import -o two.etws decode.mof
try_shell 'ETWIRE_SCHEMA_PATH=two.etws:stores etwire schema list | tail -n 2'
