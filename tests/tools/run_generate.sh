#!/bin/sh
# SPDX-License-Identifier: MIT
# run_generate.sh GENERATE SHOW: generated traces are sound: as many events as asked for, in time
# order, nothing wrong with them, and the same for the same seed.
set -eu

generate="${MESON_EXE_WRAPPER-} $1" # which runs programs for another system
show="${MESON_EXE_WRAPPER-} $2"
folder=$(mktemp -d "${TMPDIR:-/tmp}/generate.XXXXXX")
trap 'rm -rf "$folder"' EXIT

# The lines of a trace, the header event's first: times must not go back.
check() {
    $show "$1" | tr -d '\r' | awk -v expected="$2" -v name="$3" '
        NR == 1 && /^header/ { next }
        !/^[0-9]/ { print name ": " $0; failed = 1; next }
        $2 + 0 < last + 0 { print name ": back in time: " $0; failed = 1 }
        { last = $2; count++ }
        END {
            if (count != expected) { print name ": " count " events, not " expected; failed = 1 }
            exit failed
        }'
}

for shape in small mix large xpress; do
    for processors in 1 7 300; do
        $generate --seed 5 --shape $shape --events 1000 --processors $processors \
            --buffer-size 8192 "$folder/a.etl"
        check "$folder/a.etl" 1000 "$shape on $processors"
    done
    $generate --seed 5 --shape $shape --events 1000 --processors 300 --buffer-size 8192 \
        "$folder/b.etl"
    cmp "$folder/a.etl" "$folder/b.etl"
    $generate --multiply 3 "$folder/a.etl" "$folder/b.etl"
    check "$folder/b.etl" 3000 "$shape multiplied"
    $generate --multiply 3 --plain "$folder/a.etl" "$folder/b.etl"
    check "$folder/b.etl" 3000 "$shape multiplied, plain"
done
