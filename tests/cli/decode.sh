# Events that are decoded, by what is built in, by themselves, and by MOF and TMF files.
trace decode
copy decode.mof decode.tmf
with='--schema decode.tmf --schema decode.mof'

try etwire dump decode.etl
for format in text json csv xml; do
    try etwire dump -o $format $with decode.etl
done
try etwire dump --message $with decode.etl
try etwire dump -o json --message --payload $with --provider demo decode.etl
try_shell "etwire dump --color always $with --id 10 decode.etl 2>&1 | tr '\033' '#'"

# Only these, of the header or the event's own.
for format in text json csv xml; do
    try etwire dump -o $format --fields time,provider,name,Title,status,peer.port,sizes $with \
        --start +35us --end +60us decode.etl
done
try etwire dump --fields pid --fields "'sizes[1],Colour'" $with decode.etl
try etwire dump -o csv --fields "'[id],id'" --limit 1 decode.etl

for how in text both number; do
    try etwire dump -o json --maps $how $with --pid 201,203,206 decode.etl
done

where() {
    try etwire dump --fields ticks,name $with --where "\"$1\"" decode.etl
}
where 'pid == 202'
where 'status >= 500'
where 'status = 0x194'
where 'Colour = Red or Colour = 7'
where "Title contains 'Peace' and not Pages < 1225"
where "url prefix 'http://' && name = Request"
where "url suffix 'rt'"
where 'sizes = 20'
where 'sizes[1] = 20'
where 'peer.port != 81'
where 'TransferSize in (1, 4096)'
where 'one < 0'
where 'two > 1.25'
where 'kw & 0x30'
where 'keyword & 0x30'
where 'provider = {55555555-2222-3333-4444-555555555555} and level > 3'
where 'provider = Shelf'
where 'provider_name = Shelf'
where 'IrpFlags & 0x40'
where 'Pages'
where '!(pid = 202 || pid = 203) and level = 4'
for wrong in '' 'pid =' 'pid == 1 2' '(pid = 1' 'pid = "a' '[pid' 'pid in 1' 'pid = 1 and'; do
    try etwire dump --where "'$wrong'" decode.etl
done

try etwire dump --provider Shelf --fields ticks,provider,name $with decode.etl
try etwire dump --provider Nobody $with decode.etl

# A schema that is not there, or is none.
try etwire dump --schema missing.man decode.etl
echo "neither this nor that" >wrong.mof
try etwire dump --schema wrong.mof --limit 1 decode.etl

for format in text csv json; do
    try etwire stats -o $format $with decode.etl
done
try etwire stats --sort bytes -o csv decode.etl
try etwire stats --sort name -o csv decode.etl decode.etl
try_shell "etwire stats $with - <decode.etl | head -n 3"
