# Stores: reading metadata in, showing it, writing it out.
# Needs XML.
trace maker
copy maker.man decode.tmf decode.mof

# The user's own store.
try etwire schema list
# Where that is, is another place each time.
imported() {
    try_shell "etwire schema import $* | sed 's/now in .*[/\\\\]/now in /'"
}
imported maker.man
try etwire schema list
try etwire dump --start +10us --limit 1 --fields name maker.etl
imported decode.tmf
try etwire schema list
imported --anew decode.mof
try etwire schema list
try etwire dump --start +10us --limit 1 --fields name maker.etl

mkdir folder folder/below empty
cp maker.man folder
cp decode.tmf decode.mof folder/below
echo nothing >folder/readme.txt
try etwire schema import -o store.etws folder
try etwire schema list store.etws
try etwire schema list -o json store.etws
try etwire schema list --provider shelf store.etws
try etwire schema list --provider {88888888-2222-3333-4444-555555555555} store.etws
try etwire schema list --provider nobody store.etws
try etwire schema list maker.man decode.tmf nothing
try etwire schema list empty
try etwire schema import -o twice.etws store.etws maker.man
try etwire schema list twice.etws

try etwire schema show Etwire-Test-Maker store.etws
try etwire schema show shelf store.etws
try etwire schema show demo folder
try etwire schema show -o json demo folder
try etwire schema show nobody folder

try etwire schema export store.etws
try etwire schema export -o json maker.man
try_shell 'etwire schema export -O again.man maker.man && etwire schema import -o again.etws again.man'
for path in maker.man again.man store.etws again.etws; do
    etwire schema export -o json --provider Etwire-Test-Maker $path |
        sed 's/"origin":"[^"]*",//' >"$path.json"
    try_shell "cmp maker.man.json $path.json && echo same"
done
try etwire schema export --provider nobody maker.man
try etwire schema export -o text maker.man

# What is wrong.
sed 's/<events>/<events/' maker.man >bad.man
head -c 300 store.etws >cut.etws
head -n 9 decode.mof >cut.mof
head -n 5 decode.tmf >cut.tmf
cp store.etws changed.etws
printf 'xxxxxxxxxxxxxxxx' | dd of=changed.etws bs=1 seek=300 conv=notrunc 2>/dev/null
mkdir bad
cp bad.man cut.* maker.man bad
try etwire schema check maker.man store.etws decode.mof decode.tmf folder
for path in bad.man cut.etws cut.mof cut.tmf bad maker.etl nothing empty; do
    try etwire schema check $path
done
try_shell 'etwire schema check changed.etws >/dev/null 2>&1; test $? -eq 3 && echo noticed'
try etwire schema check -O list.txt maker.man
try_shell 'cat list.txt'
try etwire schema import -o bad.etws bad
try etwire schema list bad.etws
try etwire schema import -o none.etws bad.man
try etwire schema import -o nowhere/none.etws maker.man
try_shell 'ls none.etws nowhere 2>/dev/null'
try_shell 'HOME= XDG_DATA_HOME= LOCALAPPDATA= etwire schema import maker.man'
