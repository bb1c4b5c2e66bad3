#!/bin/sh
# SPDX-License-Identifier: MIT
# exports.sh SOURCE_ROOT LIBRARY: the shared library exports what the public headers declare, and
# nothing else; and each function there has a comment, above it or above the lines that it stands
# with.
headers=$1/include/etwire
library=$2
folder=$(mktemp -d "${TMPDIR:-/tmp}/exports.XXXXXX")
trap 'rm -rf "$folder"' EXIT
count=0
failed=0

result() { # TEXT FAULTS
    count=$((count + 1))
    if [ -z "$2" ]; then
        echo "ok $count - $1"
    else
        echo "not ok $count - $1"
        printf '%s\n' "$2" | sed 's/^/# /'
        failed=1
    fi
}

# Lines "name documented|bare" of what the headers export. A paragraph ends with an empty line.
declared() {
    awk '
        /^$/ { documented = 0; next }
        /\*\/ *$/ { documented = 1 }
        /^(ETWIRE_EXPORT|ETW_API|DEFINE_GUID)/ {
            line = $0
            while (line !~ /;/ && (getline more) > 0)
                line = line " " more
            sub(/^DEFINE_GUID\(/, "", line)
            sub(/[(,].*/, "", line)
            sub(/.*[ *]/, "", line)
            print line, documented ? "documented" : "bare"
        }' "$headers"/*.h
}

declared >"$folder/all"
cut -d ' ' -f 1 "$folder/all" | sort >"$folder/declared"
# Names with an underscore in front are of the linker, or of a sanitizer.
nm -D --defined-only "$library" | awk '$NF !~ /^_/ { print $NF }' | sort >"$folder/exported"

result 'the headers declare something' "$(test -s "$folder/declared" || echo 'nothing was found')"
result 'what is declared is exported' "$(comm -23 "$folder/declared" "$folder/exported")"
result 'what is exported is declared' "$(comm -13 "$folder/declared" "$folder/exported")"
result 'each has a comment' "$(sed -n 's/ bare$//p' "$folder/all")"
echo "1..$count"
exit $failed
