#!/bin/sh
# SPDX-License-Identifier: MIT
# Structures and constants are those of mingw-w64's own headers, once with the system's <windows.h>
# below ours and once with our stand-in for it. Nothing is run: that two builds of layout_dump.c,
# whose numbers are constants, come to the same assembly is the proof.
# usage: mingw_test.sh SOURCE_ROOT
include=$1/include/etwire
abi=$1/tests/abi
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
count=0
failed=0

result() { # STATUS TEXT
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $count - $2"
    else
        echo "not ok $count - $2"
        failed=1
    fi
}

# The constants of our headers, as a program that has them as variables.
constants() {
    echo '#include "trace_headers.h"'
    sed -n 's/^#define \([A-Z][A-Z0-9_]*\)  *-\{0,1\}[0-9].*/\1/p' "$include"/windows.h \
        "$include"/wmistr.h "$include"/evntprov.h "$include"/evntrace.h "$include"/evntcons.h |
        sort -u | sed 's/.*/#ifdef &\
const unsigned value_of_& = (unsigned)(&);\
#endif/'
}

# From its assembly, lines NAME VALUE in order.
values() {
    awk '/^_?value_of_.*:/ { sub(/^_?value_of_/, ""); sub(/:.*/, ""); name = $0; next }
        name && /\.(long|space)/ { print name, $1 == ".long" ? $2 : 0; name = "" }' "$1" |
        sort
}

# Where both have a constant, both have the same value. EVENT_HEADER_EXT_TYPE_MAX grows.
same_values() { # THEIRS OURS
    values "$1" > "$scratch/theirs"
    values "$2" > "$scratch/ours"
    join "$scratch/theirs" "$scratch/ours" | grep -v EXT_TYPE_MAX > "$scratch/both"
    awk '$2 != $3 { print $1 " is " $2 " there, " $3 " here"; bad = 1 }
        END { print NR " constants compared"; exit bad || NR < 300 }' "$scratch/both" >&2
}

for cc in x86_64-w64-mingw32-gcc i686-w64-mingw32-gcc; do
    if ! command -v $cc >/dev/null; then
        count=$((count + 1))
        echo "ok $count - $cc # SKIP not installed"
        continue
    fi
    assemble="$cc -std=c11 -fno-asynchronous-unwind-tables -DWIN32_LEAN_AND_MEAN -S"
    assemble="$assemble -DLAYOUT_MINGW10 -I$abi"
    constants > "$scratch/constants.c"
    $assemble -o "$scratch/layout_theirs.s" "$abi/layout_dump.c"
    $assemble -o "$scratch/constants_theirs.s" "$scratch/constants.c"

    for ours in "-I$include" "-I$include -DLAYOUT_STAND_IN"; do
        $assemble $ours -o "$scratch/layout_ours.s" "$abi/layout_dump.c" &&
            grep -q EVENT_RECORD "$scratch/layout_ours.s" &&
            diff "$scratch/layout_theirs.s" "$scratch/layout_ours.s" >&2
        result $? "$cc: the same layout as its own headers${ours#*etwire}"

        $assemble $ours -o "$scratch/constants_ours.s" "$scratch/constants.c" &&
            same_values "$scratch/constants_theirs.s" "$scratch/constants_ours.s"
        result $? "$cc: the same constants${ours#*etwire}"
        rm -f "$scratch"/*_ours.s
    done

    $cc -std=c11 -I"$include" -fsyntax-only "$abi/layout_static.c"
    result $? "$cc: the expected layout"
done

echo "1..$count"
exit $failed
