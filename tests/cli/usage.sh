# What the program says of itself, and of command lines that make no sense.
try etwire
try etwire --help
try etwire -h
try_shell 'etwire --version | tr -d "\r" | grep -E "^etwire [0-9]+\.[0-9]+\.[0-9]+$" >/dev/null && echo fine'
try etwire info --help
try etwire dump --help
try etwire check -h
try etwire buffers --help
try etwire forward --help
try etwire stats --help
for command in import list show export check; do
    try etwire schema $command --help
done

try etwire nothing x.etl
try etwire schema
try etwire schema nothing
try etwire schemas list
try etwire dump
try etwire dump --nothing x.etl
try etwire dump -x x.etl
try etwire dump --output
try etwire dump -o
try etwire dump --payload=yes x.etl
try etwire dump -o yaml x.etl
try etwire info --output=xml x.etl
try etwire check -oxml x.etl
try etwire buffers -o xml x.etl
try etwire forward -o json x.etl
try etwire forward x.etl y.etl
try etwire dump -O "''" x.etl
try etwire stats
try etwire stats -o xml x.etl
for command in import show export check; do
    try etwire schema $command
done
try etwire schema list -o xml

try etwire dump --provider Nobody, x.etl
try etwire dump --provider 11111111-2222-3333-4444-55555555555 x.etl
try etwire dump --provider {11111111-2222-3333-4444-555555555555 x.etl
try etwire dump --id x x.etl
try etwire dump --id 65536 x.etl
try etwire dump --id 1,,2 x.etl
try etwire dump --opcode 256 x.etl
try etwire dump --level 256 x.etl
try etwire dump --keyword x x.etl
try etwire dump --keyword 0x10000000000000000 x.etl
try etwire dump --pid -1 x.etl
try etwire dump --tid 4294967296 x.etl
try etwire dump --processor 65536 x.etl
try etwire dump --start yesterday x.etl
try etwire dump --start 2011-02-30 x.etl
try etwire dump --start 2011-01-23T24:00 x.etl
try etwire dump --end +1y x.etl
try etwire dump --limit many x.etl
try etwire dump --hold 0 x.etl
try etwire dump --hold 1T x.etl
try etwire dump --hold 99999999999G x.etl
try etwire dump --color sometimes x.etl
try etwire dump --maps none x.etl
try etwire dump --fields ,x x.etl
try_shell "etwire dump --where 'id = 1' --where 'id = 2' x.etl"
try etwire dump --schema missing.man x.etl
