#!/bin/sh
# SPDX-License-Identifier: MIT
# facts.sh ETWIRE FLATTEN CORPUS: what the program says of each real trace is what an independent
# reader says in expected/facts/: of the file, of standard input, of a pipe, and forwarded.
set -eu
export LC_ALL=C

etwire="${MESON_EXE_WRAPPER-} $1" # which runs programs for another system
flatten="${MESON_EXE_WRAPPER-} $2"
corpus=${ETWIRE_CORPUS:-$3}

if [ ! -d "$corpus/expected/facts" ]; then
    echo "1..0 # SKIP there is no corpus of real traces beside the project or at \$ETWIRE_CORPUS"
    exit 0
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/facts.XXXXXX")
trap 'rm -rf "$folder"' EXIT
count=0
failed=0

report() {
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $count - $2"
    else
        echo "not ok $count - $2"
        failed=$((failed + 1))
    fi
}

# The members of these names, one a line.
members() {
    tr -d '\r' | $flatten | tr -d '\r' | grep -E "^/\"($1)\"" | sort
}

# compare TEXT MEMBERS COMMAND...: the JSON that a command prints has these members of the facts,
# and no others in them.
compare() {
    text=$1
    names=$2
    shift 2
    code=0
    members "$names" <"$facts" >"$folder/expected"
    "$@" >"$folder/output" 2>"$folder/errors" || code=$?
    members "$names" <"$folder/output" >"$folder/actual" || code=1
    [ -s "$folder/expected" ] || code=1
    diff "$folder/expected" "$folder/actual" >"$folder/difference" || code=1
    if [ "$code" -ne 0 ]; then
        sed 's/^/# /' "$folder/difference" "$folder/errors" | head -n 40
    fi
    report "$code" "$text"
}

digest() {
    $etwire dump -o digest "$1"
}

digest_input() {
    $etwire dump -o digest - <"$1"
}

digest_pipe() {
    cat "$1" | $etwire dump -o digest -
}

digest_forwarded() {
    { $etwire forward "$1" || echo "forward: exit code $?" >"$folder/broken"; } |
        $etwire dump -o digest - || return 1
    if [ -e "$folder/broken" ]; then
        cat "$folder/broken" >&2
        rm "$folder/broken"
        return 1
    fi
}

info() {
    $etwire info -o json "$1"
}

for facts in "$corpus"/expected/facts/*.json; do
    name=$($flatten <"$facts" | tr -d '\r' | sed -n 's/^\/"trace"	"\(.*\)"$/\1/p')
    trace=$corpus/traces/$name
    compare "$name: file" 'events|first|last' digest "$trace"
    compare "$name: standard input" 'events|first|last' digest_input "$trace"
    compare "$name: pipe" 'events|first|last' digest_pipe "$trace"
    compare "$name: forwarded" 'events|first|last' digest_forwarded "$trace"
    compare "$name: header and buffers" 'header|buffers' info "$trace"
    code=0
    $etwire check "$trace" >"$folder/output" 2>&1 || code=1
    [ "$code" -eq 0 ] || sed 's/^/# /' "$folder/output"
    report "$code" "$name: nothing wrong with it"
done

echo "1..$count"
[ "$failed" -eq 0 ]
