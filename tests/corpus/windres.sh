#!/bin/sh
# SPDX-License-Identifier: MIT
# windres.sh BINARY_SHOW SOURCE_ROOT: what another linker and resource compiler make is read as it
# was meant: DLLs of 32 and 64 bits with messages in two languages, a version, and a template.
set -eu
export LC_ALL=C

show="${MESON_EXE_WRAPPER-} $1"
template=$2/fuzz/corpus/pe/crim
for tool in gcc windres windmc; do
    for machine in i686 x86_64; do
        if ! command -v "$machine-w64-mingw32-$tool" >/dev/null; then
            echo "1..0 # SKIP $machine-w64-mingw32-$tool is not there"
            exit 0
        fi
    done
done

folder=$(mktemp -d "${TMPDIR:-/tmp}/windres.XXXXXX")
trap 'rm -rf "$folder"' EXIT
cp "$template" "$folder/template.bin"

cat >"$folder/texts.mc" <<'FILE'
LanguageNames=(German=0x407:texts_de)
LanguageNames=(English=0x409:texts_en)

MessageId=0x64
Language=English
A thing
.
Language=German
Ein Ding
.

MessageId=
Language=English
Two lines
with %1
.
Language=German
Zwei Zeilen
mit %1
.
FILE
cat >"$folder/all.rc" <<'FILE'
#include "texts.rc"
1 WEVT_TEMPLATE "template.bin"
1 VERSIONINFO
FILEVERSION 10,0,19041,7
PRODUCTVERSION 10,0,19041,7
BEGIN
    BLOCK "StringFileInfo"
    BEGIN
        BLOCK "040904B0"
        BEGIN
            VALUE "ProductName", "A part of Windows"
            VALUE "OriginalFilename", "thing.dll"
        END
    END
    BLOCK "VarFileInfo"
    BEGIN
        VALUE "Translation", 0x409, 1200
    END
END
FILE

# expected BITS A_THING FIRST_LINE SECOND_LINE
expected() {
    printf 'status 0 bits %s templates 1 tables 2 languages de-DE en-US\n' "$1"
    echo 'version 10.0.19041.7 build 19041 name thing.dll'
    echo "message 64 '$2'"
    printf "message 65 '%s\n%s'\n" "$3" "$4"
    echo 'read 0'
    echo 'provider Vendor-Thing, events 2'
}

count=0
failed=0
same() { # TEXT
    count=$((count + 1))
    if diff "$folder/expected" "$folder/actual" >"$folder/difference"; then
        echo "ok $count - $1"
    else
        echo "not ok $count - $1"
        sed 's/^/# /' "$folder/difference"
        failed=1
    fi
}

for machine in i686 x86_64; do
    bits=64
    [ $machine = x86_64 ] || bits=32
    tools=$machine-w64-mingw32
    (
        cd "$folder"
        $tools-windmc -b texts.mc
        $tools-windres all.rc all.o
        $tools-gcc -shared -nostdlib -o all.dll all.o -Wl,-e,0 2>/dev/null
    )
    expected $bits 'A thing' 'Two lines' 'with %1' >"$folder/expected"
    $show "$folder/all.dll" | tr -d '\r' >"$folder/actual"
    same "$machine, English"
    expected $bits 'Ein Ding' 'Zwei Zeilen' 'mit %1' >"$folder/expected"
    $show "$folder/all.dll" de-DE | tr -d '\r' >"$folder/actual"
    same "$machine, German"
done
echo "1..$count"
exit $failed
