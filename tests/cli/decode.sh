# Events that need no manifest: what is decoded, and what is said of the others.
trace decode
trace mixed
copy decode.tmf decode.mof
# The header event, whose time zone is long in these formats, is left out of them.
some='--start +10us --schema decode.tmf --schema decode.mof'

try etwire dump decode.etl
try etwire dump --schema decode.tmf --schema decode.mof decode.etl
try etwire dump $some --payload --limit 3 decode.etl
try_shell "etwire dump $some --color always decode.etl 2>/dev/null | tr '\033' '#'"
try etwire dump $some --message decode.etl
try etwire dump $some -o json decode.etl
try etwire dump $some -o json --message --payload --maps both --provider demo,Shelf decode.etl
try etwire dump $some -o json --maps number --provider shelf decode.etl
try etwire dump $some -o csv decode.etl
try etwire dump $some -o xml decode.etl
try etwire dump -o csv --start +10us --limit 7 mixed.etl
try etwire dump -o xml --provider 22222222-2222-3333-4444-555555555555 mixed.etl
try etwire dump $some -o null decode.etl
try etwire dump $some -o digest --limit 1 decode.etl

# Chosen fields.
fields='time,time_utc,ticks,cpu,pid,tid,provider,provider_name,name,kind,id,version,channel,level'
fields="$fields,task,opcode,keyword,flags,property,activity,related,payload_size,logger,buffer"
try etwire dump $some --fields $fields -o csv decode.etl
try etwire dump $some --fields url,sizes,peer.host,peer.port,sizes[1],one,two decode.etl
try etwire dump $some --fields url,status,sizes,peer.host,peer.port,sizes[1],one,two -o csv decode.etl
try etwire dump $some --fields name,ImageFileName --fields ProcessId,CommandLine,pid -o json --limit 1 decode.etl
try etwire dump $some --fields '"pid,[pid],[one],a\"b"' -o json --provider etwire.test.demo decode.etl
try etwire dump --fields pid,,tid decode.etl
try etwire dump --fields '""' decode.etl
for format in xml digest null; do
    try etwire dump --fields pid -o $format decode.etl
done

# Providers by names that decoding tells.
try etwire dump $some --provider DEMO,nobody --fields name decode.etl
try etwire dump $some -o null --provider Etwire.Test.Demo decode.etl
try etwire dump $some -o null --provider Etwire.Test.Dem decode.etl
try etwire dump $some --provider process,shelf --limit 2 --fields name decode.etl

# Metadata from the stores of ETWIRE_SCHEMA_PATH; that of --schema comes first.
try etwire schema import -o store.etws decode.tmf decode.mof
try_shell 'ETWIRE_SCHEMA_PATH=store.etws etwire dump --fields provider_name,name --provider demo,shelf decode.etl'
try_shell 'cat decode.etl | etwire dump --schema store.etws --fields provider_name,name --provider demo,shelf -'
try etwire dump --schema nothing decode.etl
try etwire dump --schema decode.etl decode.etl
try_shell 'echo garbage >x.tmf; etwire dump --schema x.tmf decode.etl'
try_shell 'head -c 60 store.etws >cut.etws; etwire dump --schema cut.etws decode.etl'
try etwire dump --schema '""' decode.etl
try etwire dump --maps all decode.etl
