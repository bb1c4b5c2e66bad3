#!/bin/sh
# SPDX-License-Identifier: MIT
# The public structures are laid out as mingw-w64's own headers have them. Nothing is run: that two
# builds of layout_dump.c, whose numbers are constants, come to the same assembly is the proof.
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

for cc in x86_64-w64-mingw32-gcc i686-w64-mingw32-gcc; do
    if ! command -v $cc >/dev/null; then
        count=$((count + 1))
        echo "ok $count - $cc # SKIP not installed"
        continue
    fi
    assemble="$cc -std=c11 -fno-asynchronous-unwind-tables -DLAYOUT_MINGW10 -S"
    $assemble -o "$scratch/theirs.s" "$abi/layout_dump.c" &&
        $assemble -I"$include" -o "$scratch/ours.s" "$abi/layout_dump.c" &&
        grep -q EVENT_RECORD "$scratch/ours.s" &&
        diff "$scratch/theirs.s" "$scratch/ours.s" >&2
    result $? "$cc: the same layout as its own headers"
    $cc -std=c11 -I"$include" -fsyntax-only "$abi/layout_static.c"
    result $? "$cc: the expected layout"
done

echo "1..$count"
exit $failed
