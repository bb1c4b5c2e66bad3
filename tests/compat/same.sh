#!/bin/sh
# SPDX-License-Identifier: MIT
# same.sh SAME_TEST FLATTEN CORPUS: same_test over all real traces, with what an independent reader
# says in expected/facts/.
set -eu

run=${MESON_EXE_WRAPPER-} # what runs programs for another system
same_test=$1
flatten=$2
corpus=${ETWIRE_CORPUS:-$3}

if [ ! -d "$corpus/expected/facts" ]; then
    echo "1..0 # SKIP there is no corpus of real traces beside the project or at \$ETWIRE_CORPUS"
    exit 0
fi

# member NAME: the value of a member of the facts, without quotes.
member() {
    $run "$flatten" <"$facts" | tr -d '\r' | sed -n "s|^/$1	\"*\([^\"]*\)\"*\$|\1|p"
}

set --
for facts in "$corpus"/expected/facts/*.json; do
    set -- "$@" "$corpus/traces/$(member '"trace"')" \
        "$(member '"events"/"payload_crc32_in_delivery_order"')" "$(member '"events"/"total"')"
done
exec $run "$same_test" "$@"
