#!/bin/sh
# SPDX-License-Identifier: MIT
# run_trace.sh ASSEMBLE SHOW FILE.trace: assembles a test trace, shows what the library makes of it,
# and compares that with what the test expects.
# run_trace.sh --accept ASSEMBLE SHOW FILE.trace...: rewrites what they expect, after a look at why
# it changed; a trace that repeats lines below `expect` is left alone.
set -eu

accept=
if [ "$1" = --accept ]; then
    accept=yes
    shift
fi
assemble=$1
show=$2
run=${MESON_EXE_WRAPPER-} # what runs programs for another system
shift 2

folder=$(mktemp -d "${TMPDIR:-/tmp}/trace.XXXXXX")
trap 'rm -rf "$folder"' EXIT

failed=0
for trace in "$@"; do
    $run "$assemble" "$trace" "$folder/trace.etl" "$folder/expected"
    $run "$show" "$folder/trace.etl" | tr -d '\r' >"$folder/shown"
    if diff -u "$folder/expected" "$folder/shown" >"$folder/difference"; then
        continue
    fi
    if [ -n "$accept" ] && ! sed '1,/^expect/d' "$trace" | grep -q '^ *repeat'; then
        { sed '/^expect/q' "$trace"; sed 's/^/  /' "$folder/shown"; } >"$folder/accepted"
        cat "$folder/accepted" >"$trace"
        echo "accepted: $trace"
        continue
    fi
    echo "$trace: - expected, + shown"
    cat "$folder/difference"
    failed=1
done
exit $failed
