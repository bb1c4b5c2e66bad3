# Events of manifests: those of files, and those that a trace carries.
# Needs XML.
trace maker
copy maker.man
some='--start +10us --schema maker.man'

try etwire dump --fields provider_name,name maker.etl
try etwire dump $some --message maker.etl
try etwire dump $some -o json --message maker.etl
try etwire dump $some -o json --maps both --limit 2 maker.etl
try etwire dump $some -o json --maps number --limit 2 maker.etl
try etwire dump $some -o csv maker.etl
try etwire dump $some -o xml maker.etl
try etwire dump $some -o csv --fields name,Path,Mode,Reason,Parts,Parts[1].Name,[level],level,Sizes maker.etl
try etwire dump $some -o json --fields Size,Mode,Big,Small,Half,Third,Yes,Flags,Peer,Port,Result,Blob --limit 3 maker.etl

# Of a stream, only what was read before is known.
try_shell 'cat maker.etl | etwire dump --schema maker.man --start +10us --fields provider_name,name -'

holds() {
    printf '%s:' "$1"
    etwire dump $some -o csv --fields ticks --where "$1" maker.etl 2>/dev/null | tail -n +2 |
        tr -d '\r' | tr '\n' ' ' | sed 's/^/ /'
    echo
}
holds 'level == "Very loud"'
holds 'level == 17'
holds '[level] == 9'
holds 'Mode & 2'
holds 'Mode == "Read | Write | 0x4"'
holds "Reason == 'was \"forced\"'"
holds 'Reason == 2'
holds 'Mode contains Write'
holds 'Yes == true'
holds 'Yes == 1'
holds 'Id == 12345678-9ABC-DEF0-1234-56789abcdef0'
holds 'Big == 18446744073709551615'
holds 'Big > 18446744073709551614'
holds 'Small == -5 and Half == 0.5'
holds 'Peer == 192.168.0.1 and Port == 443'
holds 'Who == S-1-5-18'
holds 'Blob contains DEAD'
holds 'Parts[1].Kind == 2'
holds 'Pair < 0'
holds 'Path suffix "\"c\""'
holds "Path suffix '\"c\"'"
holds 'channel suffix Operational'
holds 'task == Files'
holds 'howOften == -1'

try etwire dump $some --provider etwire-test-source --fields name maker.etl
try etwire stats --schema maker.man --sort name maker.etl
