#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh BUILD: the benchmarks. For each trace and each way to go over it: the median of five rounds,
# in a warm page cache, on one processor; and the ratio to the sum of the same file in the same round.
#
# The traces are made by tests/tools/generate, and from the corpus if it is there. They need about
# 8 GB in TMPDIR; LARGE=0 leaves out those of 1 and 4 GB.
set -eu

build=$1
bench=$build/bench/engine_bench
generate=$build/tests/tools/generate
etwire=$build/tools/etwire/etwire
here=$(cd "$(dirname "$0")/.." && pwd)
corpus=${ETWIRE_CORPUS:-$here/../shared/corpus}
folder=$(mktemp -d "${TMPDIR:-/tmp}/etwire-bench.XXXXXX")
trap 'rm -rf "$folder"' EXIT
pin=
if command -v taskset >/dev/null; then
    pin="taskset -c 0"
fi

# rounds FILE: five rounds of all ways, as `way events bytes seconds kilobytes`. The ways take turns,
# so that a machine that is now fast and now slow is so to all of them.
rounds()
{
    cat "$1" >/dev/null
    for _ in 1 2 3 4 5; do
        for way in sum read next process stream; do
            echo "$way $($pin "$bench" $way "$1")"
        done
    done
}

# measure NAME FILE [UNPACKED_BYTES]: the medians of the rounds; ratios are those within a round
measure()
{
    rounds "$2" | awk -v name="$1" -v unpacked="${3:-0}" '
    function median(values, count,    i, j, value) {
        for (i = 2; i <= count; i++) {
            value = values[i]
            for (j = i - 1; j > 0 && values[j] > value; j--)
                values[j + 1] = values[j]
            values[j + 1] = value
        }
        return values[int((count + 1) / 2)]
    }
    function ratio(above, below,    i, values) {
        for (i = 1; i <= count["sum"]; i++)
            values[i] = seconds[above, i] / seconds[below, i]
        return 100 * median(values, count["sum"])
    }
    function time(way,    i, values) {
        for (i = 1; i <= count[way]; i++)
            values[i] = seconds[way, i]
        return median(values, count[way])
    }
    {
        seconds[$1, ++count[$1]] = $4
        events[$1] = $2
        bytes = unpacked ? unpacked : $3
        if ($5 > peak[$1])
            peak[$1] = $5
    }
    END {
        split("next process stream", ways)
        for (i = 1; i <= 3; i++) {
            way = ways[i]
            printf "%-22s %-8s %5.1f M events/s %5.2f GB/s %4.0f %% of the sum mapped, " \
                "%3.0f %% read, %4.0f %% of next, %5.1f MB peak\n", name, way,
                events[way] / time(way) / 1e6, bytes / time(way) / 1e9, ratio("sum", way),
                ratio("read", way), ratio("next", way), peak[way] / 1024
        }
    }'
    rm -f "$2"
}

# decode NAME FILE STORE: the medians of five rounds of what is made of the events: their schemas and
# the place of the last field, and JSON, by the library; then the program as a whole, start, metadata
# and first pass included.
decode()
{
    cat "$2" >/dev/null
    for way in json csv; do
        "$etwire" dump -o $way --schema "$3" "$2" 2>/dev/null | wc -lc >"$folder/$way"
    done
    for _ in 1 2 3 4 5; do
        for way in lookup json; do
            echo "$way $($pin "$build/bench/trace_bench" $way "$2" "$3")"
        done
        for way in json csv; do
            echo "dump-$way $(tr -s ' ' <"$folder/$way" | sed 's/^ //')" \
                "$($pin "$build/bench/child_bench" "$etwire" dump -o $way --schema "$3" "$2")"
        done
    done | sort -k1,1 -k4,4n | awk -v name="$1" '
    { line[$1, ++count[$1]] = $0 }
    END {
        split("lookup json dump-json dump-csv", ways)
        for (i = 1; i <= 4; i++) {
            split(line[ways[i], int((count[ways[i]] + 1) / 2)], field, " ")
            printf "%-22s %-9s %5.2f M events/s %7.1f MB/s %5.1f MB peak\n", name, ways[i],
                field[2] / field[4] / 1e6, field[3] / field[4] / 1e6, field[5] / 1024
        }
    }'
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
    "$etwire" schema import --anew -o "$folder/store.etws" "$corpus/metadata" >/dev/null 2>&1
    decode "kernel and CLR" "$folder/trace.etl" "$folder/store.etws"
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
