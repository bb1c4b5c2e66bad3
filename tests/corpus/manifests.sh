#!/bin/sh
# SPDX-License-Identifier: MIT
# manifests.sh MANIFEST_COUNT CORPUS: every manifest is read, with as many events and providers as
# a search of its text finds; what is not as it should be in each of them is as it was.
set -eu
export LC_ALL=C

case $1 in
/*) manifest_count=$1 ;;
*) manifest_count=$PWD/$1 ;;
esac
manifest_count="${MESON_EXE_WRAPPER-} $manifest_count" # which runs programs for another system
corpus=${ETWIRE_CORPUS:-$2}

if [ ! -d "$corpus/metadata/manifests" ]; then
    echo "1..0 # SKIP there is no corpus of manifests beside the project or at \$ETWIRE_CORPUS"
    exit 0
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/manifests.XXXXXX")
trap 'rm -rf "$folder"' EXIT
cd "$corpus/metadata/manifests"
find . -name '*.man' -o -name '*.xml' -o -name '*.manifest' | sort >"$folder/files"
if [ ! -s "$folder/files" ]; then
    echo '1..0 # SKIP the corpus has no manifests'
    exit 0
fi

# The elements of a text, one a line, without comments. UTF-16 loses its zeros.
elements() {
    tr -d '\000' <"$1" | tr '\t\r\n' '   ' | sed 's/<!--/\
<!--/g; s/-->/-->\
/g' | sed '/^<!--/d' | sed 's/</\
</g'
}

tab=$(printf '\t')
while read -r file; do
    elements "$file" >"$folder/elements"
    providers=$(grep -c '^<provider\( .*\)* guid=' "$folder/elements") || :
    # Those of scenarios name their provider.
    events=$(grep '^<event\( .*\)* value=' "$folder/elements" | grep -cv ' provider=') || :
    printf '%s\t%s\t%s\n' "$file" "$providers" "$events"
done <"$folder/files" >"$folder/expected"

# shellcheck disable=SC2046
$manifest_count $(cat "$folder/files") | tr -d '\r' >"$folder/output"
count=0
failed=0
events=0
# shellcheck disable=SC2094
while IFS=$tab read -r file providers total lost unknown other flaw; do
    count=$((count + 1))
    if grep -qxF "$file$tab$providers$tab$((total + lost))" "$folder/expected" &&
        [ "$lost$unknown" = 00 ]; then
        echo "ok $count - $file: $providers providers, $total events"
    else
        echo "not ok $count - $file"
        grep -F "$file" "$folder/expected" "$folder/output" | sed 's/^/# /'
        failed=1
    fi
    [ "$other" = 0 ] || echo "# $file: $other other flaws, first: $flaw"
    events=$((events + total))
done <"$folder/output"

count=$((count + 1))
if [ "$(wc -l <"$folder/output")" -eq "$(wc -l <"$folder/files")" ]; then
    echo "ok $count - $((count - 1)) manifests, $events events"
else
    echo "not ok $count - a line for each manifest"
    failed=1
fi
echo "1..$count"
exit $failed
