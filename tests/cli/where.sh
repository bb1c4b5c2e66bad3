# Conditions on fields.
trace decode
trace mixed
copy decode.tmf decode.mof
export ETWIRE_SCHEMA_PATH=store.etws
try etwire schema import -o store.etws decode.tmf decode.mof

# The ticks of the events that a condition holds for.
holds() {
    printf '%s:' "$1"
    etwire dump -o csv --fields ticks --where "$1" decode.etl 2>/dev/null | tail -n +2 |
        tr -d '\r' | tr '\n' ' ' | sed 's/^/ /'
    echo
}

holds 'pid == 202'
holds 'pid=202'
holds 'pid != 202'
holds 'pid < 202'
holds 'pid <= 0xca'
holds 'pid > 204 and pid >= 206'
holds 'pid in (200, 0xCB,204)'
holds 'pid & 4'
holds 'not pid & 4'
holds '!(pid & 4)'
holds 'pid'
holds '!pid'
holds 'kind == message'
holds 'kind in (message, "perfinfo")'
holds "kind == 'event' && id == 21"
holds 'id == 21 || id == 11'
holds 'kind == event and not (level == 4 or level == 5)'
holds 'id==21 or id==11 and pid==200'
holds '(id==21 or id==11) and pid==200'

holds 'level == Error'
holds 'level == 2'
holds 'level <= 2 and level >= 1'
holds 'opcode == Start'
holds 'opcode == 1'
holds 'task == Process'
holds 'name contains Request'
holds 'name prefix Request and provider_name prefix Etwire.'
holds 'name suffix /Start'
holds 'provider_name == Shelf'
holds 'provider == 55555555-2222-3333-4444-555555555555'
holds 'provider == {55555555-2222-3333-4444-555555555555}'
holds 'provider == 3D6FA8D0-FE05-11D0-9DDA-00C04FD7BA7C'
holds 'provider != "{55555555-2222-3333-4444-555555555555}"'
holds 'activity == {00000100-0000-0003-193D-42FB30BBCB01}'
holds 'related'
holds 'property'
holds 'time_utc prefix 2012-12-14T23:06:40.00011'
holds 'time > 130000000000001699'
holds 'keyword & 0x30'
holds 'keyword == 0x20'
holds 'flags & 0x100'
holds 'payload_size == 0'
holds 'cpu == 1 and ticks < 1400'

holds 'url'
holds 'url contains example'
holds 'url == short'
holds 'status == 404'
holds 'status == 0x194'
holds 'status >= 500'
holds 'sizes == 20'
holds 'sizes > 25'
holds 'sizes != 10'
holds 'sizes == 40'
holds 'sizes[2] == 30'
holds 'sizes[3]'
holds 'peer'
holds 'peer.port == 80'
holds 'peer.host contains "h\""'
holds 'one < 0'
holds 'one == -5'
holds 'one > -6 and one < -4'
holds 'two == 1.5'
holds 'two > 1.25 && two < 2'
holds 'Colour == Red'
holds 'Colour == 1'
holds 'Colour == 7'
holds 'Title contains Peace'
holds 'Title == "War & Peace"'
holds "[Title] == 'War & Peace'"
holds '[pid]'
holds 'ImageFileName == hello.exe'
holds 'IrpFlags & 1'
holds 'ByteOffset == 140737488289792'
holds 'nothing'
holds '[and]'
holds 'nothing != 1'
holds 'not nothing'
holds ' ( ( pid==200 ) ) '
holds 'android == 1 or inner == 2 or nothing == 3 or notes == 4'

# What is wrong, and where.
wrong() {
    try etwire dump -o null --where "'$1'" x.etl
}
wrong ''
wrong 'pid =='
wrong 'pid == 1 2'
wrong '(pid == 1'
wrong 'pid == 1)'
wrong 'pid == "1'
wrong '[pid == 1'
wrong 'pid in 1'
wrong 'pid in (1'
wrong 'pid in ()'
wrong 'and'
wrong 'in (1)'
wrong 'pid == 1 and'
wrong 'not'
wrong '== 1'
wrong "$(printf '(%.0s' 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0)pid"
try etwire dump --where pid --where tid x.etl

# Together with other conditions; what is asked of the header alone needs no decoding.
try etwire dump --pid 202 --where "'url or one'" --limit 2 --fields name,url,one decode.etl
try etwire dump -o null --where "'pid == 200'" decode.etl
try etwire dump -o digest --where "'pid == 200'" mixed.etl
