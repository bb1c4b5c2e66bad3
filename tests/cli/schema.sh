# Needs XML.
# Metadata that is read, kept in stores, shown and written, and what is decoded with it.
trace maker
copy maker.man decode.mof decode.tmf

try etwire schema check maker.man decode.mof decode.tmf
try etwire schema import -o all.store maker.man decode.mof decode.tmf
try etwire schema list all.store
try etwire schema list -o json all.store
try etwire schema list --provider shelf all.store
try etwire schema list maker.man decode.mof
for name in etwire-test-maker '{44444444-2222-3333-4444-555555555555}' demo; do
    try etwire schema show $name all.store
done
try etwire schema show -o json Shelf all.store
try etwire schema show Nobody all.store
try etwire schema export -o json --provider demo all.store

# What is exported is read again, and is the same list.
try etwire schema export all.store
etwire schema export -O again.man all.store
try etwire schema import -o again.store again.man
try_shell 'etwire schema list --provider Etwire-Test-Maker all.store >all.list'
try_shell 'etwire schema list again.store | cmp - all.list && echo same'
for store in all again; do
    etwire dump -o json --message --schema $store.store maker.etl >$store.json 2>/dev/null
done
try_shell 'cmp all.json again.json && echo same'

# A store that is added to, and one that is made anew; the user's own.
try etwire schema import -o some.store decode.mof
try etwire schema import -o some.store decode.tmf
try etwire schema list some.store
try etwire schema import --anew -o some.store decode.tmf
try etwire schema list some.store
try_shell 'etwire schema import decode.mof | sed "s/; now in .*//"'
try_shell 'etwire schema list | grep Shelf'

# What is malformed, or no metadata, or not there, costs itself only.
printf '<instrumentationManifest><events></instrumentationManifest>\n' >bad.man
echo "neither this nor that" >wrong.mof
mkdir folder folder/inner
cp maker.man bad.man wrong.mof folder
cp decode.mof folder/inner
try etwire schema check bad.man
try etwire schema check wrong.mof
try etwire schema check missing.man
try etwire schema check maker.man bad.man decode.mof
try_shell 'etwire schema check folder | sort'
try etwire schema import -o bad.store bad.man
try_shell 'test -e bad.store || echo none'
try etwire schema import -o folder.store folder
try etwire schema list folder.store
try etwire schema list bad.man
head -c 100 all.store >short.store
try etwire schema check short.store
try etwire dump --schema bad.man maker.etl

try etwire dump maker.etl
for format in text json csv xml; do
    try etwire dump -o $format --schema maker.man maker.etl
done
try etwire dump --message --schema folder maker.etl
for how in text both number; do
    try etwire dump -o json --maps $how --id 1 --schema maker.man maker.etl
done
try_shell 'cat maker.etl | etwire dump --schema maker.man -'
try etwire dump --fields ticks,Result,Mode,Reason,level,[level] --schema maker.man maker.etl
try etwire dump --fields ticks,name --schema maker.man --where "'Reason = 2 or Parts[1].Name = \"c,d\"'" maker.etl
try etwire stats --schema maker.man maker.etl
