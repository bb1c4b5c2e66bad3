#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh ETWIRE ASSEMBLE NAME.sh: runs a test of the program and compares what it prints with
# NAME.out, exactly. run.sh --accept ETWIRE ASSEMBLE NAME.sh...: rewrites that file (tests/cli/accept
# finds the programs by itself).
#
# A test is a shell script that has these functions, and an empty folder to work in:
#     trace NAME           makes NAME.etl of tests/cli/NAME.trace
#     copy FILE...         copies files of tests/cli
#     try COMMAND...       prints the command line, its output, its standard error with "! " before
#                          each line, and its exit code if that is not 0
#     try_shell 'LINE'     the same for a line of shell
# One that reads manifests has the line `# Needs XML.`, and is skipped if ETWIRE_XML is "no".
set -eu
export LC_ALL=C
unset NO_COLOR TERM || true
# No store of this machine's user has a say in what is decoded.
unset ETWIRE_SCHEMA_PATH || true

accept=
if [ "$1" = --accept ]; then
    accept=yes
    shift
fi
etwire=$(realpath "$1")
assemble=$(realpath "$2")
shift 2

case $etwire/${1##*/} in
*.exe/unix.sh)
    echo "skipped: links, devices and rights are others on Windows"
    exit 77
    ;;
esac
if [ "${ETWIRE_XML-}" = no ] && grep -qx '# Needs XML.' "$1"; then
    echo "skipped: this build does not read manifests"
    exit 77
fi

try_shell() {
    printf '$ %s\n' "$1"
    code=0
    sh -c "$1" >"$outside/stdout" 2>"$outside/stderr" </dev/null || code=$?
    tr -d '\r' <"$outside/stdout"
    sed 's/^/! /' "$outside/stderr" | tr -d '\r'
    if [ "$code" -ne 0 ]; then
        echo "= $code"
    fi
    echo
}

try() {
    try_shell "$*"
}

# The program as the tests call it, also if it is for another system.
make_etwire() {
    echo '#!/bin/sh'
    echo "exec ${MESON_EXE_WRAPPER-} '$etwire' \"\$@\""
}

trace() {
    ${MESON_EXE_WRAPPER-} "$assemble" "$tests/$1.trace" "$1.etl"
}

copy() {
    for name in "$@"; do
        cp "$tests/$name" .
    done
}

run_test() (
    cd "$inside"
    . "$1"
)

failed=0
for script in "$@"; do
    tests=$(realpath "$(dirname "$script")")
    expected=$tests/$(basename "$script" .sh).out
    folder=$(mktemp -d "${TMPDIR:-/tmp}/etwire.XXXXXX")
    trap 'rm -rf "$folder"' EXIT
    inside=$folder/inside
    outside=$folder/outside
    mkdir "$inside" "$outside" "$folder/bin"
    HOME=$outside/home XDG_DATA_HOME=$outside/data LOCALAPPDATA=$outside/data
    export HOME XDG_DATA_HOME LOCALAPPDATA
    make_etwire >"$folder/bin/etwire"
    chmod +x "$folder/bin/etwire"
    PATH=$folder/bin:$PATH
    run_test "$tests/$(basename "$script")" >"$folder/actual"
    if [ -n "$accept" ]; then
        cp "$folder/actual" "$expected"
        echo "accepted: $expected"
    elif ! diff -u "$expected" "$folder/actual"; then
        failed=1
    fi
    rm -rf "$folder"
done
exit $failed
