# Conditions on events.
trace mixed
trace later
ids() {
    printf '%s:' "$*"
    etwire dump -o json "$@" mixed.etl 2>/dev/null | sed 's/.*"ticks":\([0-9]*\),.*/ \1/' | tr -d '\n'
    echo
}

ids --provider 11111111-2222-3333-4444-555555555555
ids --provider {11111111-2222-3333-4444-555555555555}
ids --provider process
ids --provider Process,PERFINFO
ids --provider Process --provider SysConfig
ids --id 21
ids --id 22,0x15
ids --id 10
ids --id 0
ids --opcode 28
ids --opcode 1,7
ids --level 2
ids --level 0
ids --keyword 0x10
ids --keyword 0x30
ids --keyword 0xffffffffffffffff
ids --pid 200
ids --pid 200,201,4294967295
ids --tid 107
ids --pid 200 --tid 100,101
ids --processor 1
ids --processor 0,1
ids --processor 7
ids --start 130000000000001300
ids --end 130000000000001300
ids --start 130000000000001200 --end 130000000000001400
ids --start +100us
ids --start +0.00003s --end +60us
ids --start +50000ns
ids --end +0.05ms
ids --start +1
ids --start +1m
ids --start +1h
ids --start 2012-12-14T23:06:40.00014Z
ids --start '2012-12-14 23:06:40.0001400'
ids --end 2012-12-14T23:06:40.0001400
ids --start 2012-12-15
ids --end 2012-12-14T23:06
ids --start 2013
ids --id 21 --level 1
ids --id 21 --limit 1
ids --start +30us --limit 2

# The start of several traces is that of the first.
try etwire dump --end +0 later.etl mixed.etl
try etwire dump --start +60us later.etl mixed.etl

try etwire dump --start 130000000000001500 --end 130000000000001400 mixed.etl
try etwire dump --start +2s --end +1s mixed.etl
try_shell 'cat mixed.etl | etwire dump --start +2s --end +1s -'
try etwire dump -o digest --provider Process mixed.etl
