#!/bin/sh
# SPDX-License-Identifier: MIT
# export.sh ETWIRE CORPUS: `etwire schema export` loses nothing. Each real manifest is exported, and what is
# read from the export is the same as what was read from the manifest.
set -eu
etwire="${MESON_EXE_WRAPPER-} $1" # which runs programs for another system
corpus=${ETWIRE_CORPUS:-$2}

if [ ! -d "$corpus/metadata/manifests" ]; then
    echo "1..0 # SKIP there is no corpus of manifests beside the project or at \$ETWIRE_CORPUS"
    exit 0
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/etwire.XXXXXX")
trap 'rm -rf "$folder"' EXIT

# The file that a provider is from is another.
content() {
    $etwire schema export -o json "$1" | sed 's/"origin":"[^"]*",//'
}

count=0
failed=0
find "$corpus/metadata/manifests" -type f | sort >"$folder/files"
while read -r file; do
    content "$file" >"$folder/before" 2>"$folder/errors" || :
    test -s "$folder/before" || continue
    count=$((count + 1))
    $etwire schema export "$file" >"$folder/export.man" 2>>"$folder/errors" || :
    content "$folder/export.man" >"$folder/after" 2>>"$folder/errors" || :
    if cmp -s "$folder/before" "$folder/after"; then
        echo "ok $count - ${file#"$corpus"/}"
    else
        echo "not ok $count - ${file#"$corpus"/}"
        sed 's/^/# /' "$folder/errors"
        failed=1
    fi
done <"$folder/files"
echo "1..$count"
exit $failed
