#!/bin/sh
# SPDX-License-Identifier: MIT
# layers.sh SOURCE_ROOT: the layers keep their order, which is that of src/meson.build. A layer
# includes headers of its own and of earlier layers; the public headers are for all. The program in
# tools/ and the examples include the public headers only, as anybody would.
cd "$1" || exit 1
layers=$(sed -n "s|^ *'\([a-z]*\)/[a-z0-9_]*\.c',|\1|p" src/meson.build | uniq)
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

# Lines "file: header" of what the files include by a name in quotes.
includes() {
    grep -Ho '^ *# *include *"[^"]*"' "$@" | sed 's|:.*"\([^"]*\)"|: \1|'
}

# Those of them that are in none of the folders given, nor public.
foreign() {
    while read -r file header; do
        case " $* " in
        *" ${header%%/*} "*) test -e "src/$header" && continue ;;
        esac
        case $header in
        */*) ;;
        *) test -e "include/etwire/$header" && continue ;;
        esac
        echo "$file includes $header"
    done
}

repeated=$(printf '%s\n' "$layers" | sort | uniq -d)
result 'each layer is listed in one place' "$repeated"

unlisted=$(for file in src/*/*.c; do
    grep -q "'${file#src/}'," src/meson.build || echo "$file"
done)
result 'each source file is listed' "$unlisted"

earlier=
for layer in $layers; do
    earlier="$earlier $layer"
    # shellcheck disable=SC2086
    result "$layer includes what is above it" "$(includes src/$layer/*.[ch] | foreign $earlier)"
done

own=$(includes tools/etwire/*.[ch] | while read -r file header; do
    test -e "tools/etwire/$header" || echo "$file $header"
done | foreign)
result 'the program includes public headers' "$own"
result 'the examples include public headers' "$(includes examples/*.c | foreign)"

echo "1..$count"
exit $failed
