#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh BUILD: the benchmarks. For each trace and each way to go over it: the median of five runs, in
# a warm page cache, on one processor; and the ratio to the sum of the same file in the same run.
#
# The traces are made by tests/tools/generate, and from the corpus if it is there. They need about
# 8 GB in TMPDIR; LARGE=0 leaves out those of 1 and 4 GB.
set -eu

build=$1
bench=$build/bench/engine_bench
generate=$build/tests/tools/generate
here=$(cd "$(dirname "$0")/.." && pwd)
corpus=${ETWIRE_CORPUS:-$here/../shared/corpus}
folder=$(mktemp -d "${TMPDIR:-/tmp}/etwire-bench.XXXXXX")
trap 'rm -rf "$folder"' EXIT
pin=
if command -v taskset >/dev/null; then
    pin="taskset -c 0"
fi

# median WAY FILE: `events bytes seconds kilobytes` of the run with the median time
median()
{
    cat "$2" >/dev/null
    for _ in 1 2 3 4 5; do
        $pin "$bench" "$1" "$2"
    done | sort -k3 -n | sed -n 3p
}

# size of the trace once expanded, or as it is
unpacked()
{
    if [ -n "${3:-}" ]; then echo "$3"; else wc -c <"$2"; fi
}

# measure NAME FILE [UNPACKED_BYTES]
measure()
{
    sum=$(median sum "$2" | cut -d' ' -f3)
    read=$(median read "$2" | cut -d' ' -f3)
    bytes=$(unpacked "$@")
    for way in next process stream; do
        median $way "$2" | awk -v name="$1" -v way=$way -v sum="$sum" -v read="$read" \
            -v bytes="$bytes" '{
            printf "%-22s %-8s %7.1f M events/s %6.2f GB/s  %3.0f %% of the sum mapped, " \
                "%3.0f %% read  %6.1f MB peak\n",
                name, way, $1 / $3 / 1e6, bytes / $3 / 1e9, 100 * sum / $3, 100 * read / $3,
                $4 / 1024 }'
    done
    rm -f "$2"
}

make()
{
    "$generate" "$@" "$folder/trace.etl" >/dev/null
}

echo "one processor, warm page cache, median of five; GB/s of unpacked bytes"
make --shape small --size 450000000
measure "small, 48 bytes" "$folder/trace.etl"
make --shape large --size 450000000
measure "large, 400 bytes" "$folder/trace.etl"
make --shape mix --size 450000000
measure "mix" "$folder/trace.etl"

net=$corpus/traces/perfview/net.4.5.2.x64.etl
if [ -r "$net" ]; then
    # 15 MB of payload, 18.6 MB with headers: 25 times is over 400 MB.
    "$generate" --multiply 25 --plain "$net" "$folder/trace.etl" >/dev/null
    plain=$(wc -c <"$folder/trace.etl")
    measure "kernel and CLR, plain" "$folder/trace.etl"
    "$generate" --multiply 25 "$net" "$folder/trace.etl" >/dev/null
    measure "kernel and CLR, XPRESS" "$folder/trace.etl" "$plain"
    process=$corpus/traces/tx/Process.etl
    "$generate" --multiply 300 "$process" "$folder/trace.etl" >/dev/null
    measure "manifest, 8 KB buffers" "$folder/trace.etl"
else
    echo "SKIP corpus traces: none at $corpus (or ETWIRE_CORPUS)"
fi

if [ "${LARGE:-1}" != 0 ]; then
    for size in 100000000 1000000000 4000000000; do
        make --shape mix --size $size
        measure "mix, $((size / 1000000)) MB" "$folder/trace.etl"
    done
fi
