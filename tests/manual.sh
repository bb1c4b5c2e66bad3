#!/bin/sh
# SPDX-License-Identifier: MIT
# manual.sh SOURCE_ROOT ETWIRE: what there is has a page. Each command of the program has one of its
# own that tells all its options (those of two words share that of the first); each function of etw.h
# is in etwire(3), of etw_decode.h in etw_decode(3), and each that consumes traces in evntrace.h is
# in evntrace(3). Each page is installed.
etwire=$(realpath "$2")
cd "$1" || exit 1
count=0
failed=0

result() { # TEXT FAULTS
    count=$((count + 1))
    if [ -z "$2" ]; then
        echo "ok $count - $1"
    else
        echo "not ok $count - $1"
        printf '%s\n' "$2" | sed 's/^/# missing: /'
        failed=1
    fi
}

# Wine ends lines as Windows does.
help() {
    ${MESON_EXE_WRAPPER-} "$etwire" "$@" --help | tr -d '\r'
}

# Of two words each, with a dash between them: schema-import.
commands=$(help | sed -n 's/^  \([a-z]*\)  .*/\1/p; s/^  \([a-z]*\) \([a-z][a-z]*\)  .*/\1-\2/p')
test -n "$commands" || result 'the program lists its commands' 'commands'
for command in $commands; do
    page=man/etwire-${command%%-*}.1
    words=$(echo "$command" | tr - ' ')
    if [ -e "$page" ]; then
        # The page names what --output takes as it likes; options by their long names.
        # shellcheck disable=SC2086
        result "$page tells the options of $words" "$(
            help $words | sed -n 's/^ .*--\([a-z-]*\) .*/\1/p' | while read -r option; do
                grep -q "Fl Fl $option\>" "$page" man/etwire.1 || echo "--$option"
            done
        )"
        result "etwire(1) names $words" "$(grep -q "^\.It Cm $words$" man/etwire.1 || echo it)"
        if [ "$command" != "$words" ]; then
            result "$page tells of $words" "$(grep -q "^\.Nm etwire $words$" "$page" || echo it)"
        fi
    else
        result "$words has a page" "$page"
    fi
done

# in_page PAGE FUNCTION...: those that the page does not show.
in_page() {
    page=$1
    shift
    for function in "$@"; do
        grep -qs "^\.\(Fn\|Fo\) $function\>" "$page" || echo "$function"
    done
}

# The names of functions that a header declares, each after a marker word and before a bracket.
declared() { # MARKER HEADER
    awk -v marker="$1" '
        $1 == marker { text = ""; reads = 1 }
        reads {
            text = text " " $0
            if (sub(/\(.*/, "", text)) {
                print substr(text, match(text, /[A-Za-z0-9_]+$/))
                reads = 0
            }
        }' "$2"
}

# shellcheck disable=SC2046
result 'etwire(3) has all of etw.h' \
    "$(in_page man/etwire.3 $(declared ETW_API include/etwire/etw.h))"

# shellcheck disable=SC2046
result 'etw_decode(3) has all of etw_decode.h' \
    "$(in_page man/etw_decode.3 $(declared ETW_API include/etwire/etw_decode.h))"

# Those that control sessions come after the heading.
sed '/^\/\* --- Controlling/q' include/etwire/evntrace.h >"${TMPDIR:-/tmp}/consuming.$$"
# shellcheck disable=SC2046
result 'evntrace(3) has what consumes traces' \
    "$(in_page man/evntrace.3 $(declared ETWIRE_EXPORT "${TMPDIR:-/tmp}/consuming.$$"))"
rm -f "${TMPDIR:-/tmp}/consuming.$$"

# shellcheck disable=SC2046
result 'tdh(3) has all of tdh.h' \
    "$(in_page man/tdh.3 $(declared ETWIRE_EXPORT include/etwire/tdh.h))"

result 'each page is installed' "$(for page in man/*.[1-9]; do
    grep -q "'${page#man/}'" man/meson.build || echo "$page"
done)"

echo "1..$count"
exit $failed
