#!/bin/sh
# SPDX-License-Identifier: MIT
# valid.sh ETWIRE ASSEMBLE: what the program calls JSON, XML and CSV is that to others, too: here to
# Python's readers. Skipped without Python.
set -eu
etwire="${MESON_EXE_WRAPPER-} $1"
assemble="${MESON_EXE_WRAPPER-} $2"
here=$(dirname "$0")
if ! command -v python3 >/dev/null; then
    echo "skipped: there is no python3"
    exit 77
fi
folder=$(mktemp -d "${TMPDIR:-/tmp}/etwire.XXXXXX")
trap 'rm -rf "$folder"' EXIT
HOME=$folder XDG_DATA_HOME=$folder
export HOME XDG_DATA_HOME
unset ETWIRE_SCHEMA_PATH || true

cat >"$folder/read.py" <<'PYTHON'
import csv, json, sys
from xml.etree import ElementTree

def unique(pairs):
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), keys
    return dict(pairs)

def lines(text):
    for line in text.splitlines():
        json.loads(line, object_pairs_hook=unique)

def whole(text):
    json.loads(text, object_pairs_hook=unique)

def table(text):
    rows = list(csv.reader(text.splitlines(True), strict=True))
    assert len({len(row) for row in rows}) == 1, rows

def trace_table(text):
    rows = list(csv.reader(text.splitlines(True), strict=True, skipinitialspace=True))
    assert all(len(row) >= len(rows[0]) - 1 for row in rows)

readers = {'lines': lines, 'whole': whole, 'table': table, 'trace_table': trace_table,
           'xml': ElementTree.fromstring}
failed = 0
for line in open('list'):
    number, how, command = line.rstrip('\n').split(' ', 2)
    try:
        text = open(number, 'rb').read().decode('utf-8')
        assert text
        readers[how](text)
    except Exception as error:
        print('not', how + ':', command, repr(error))
        failed = 1
sys.exit(failed)
PYTHON

# All are read together, at the end.
count=0
read_as() { # HOW COMMAND...
    how=$1
    shift
    count=$((count + 1))
    $etwire "$@" >"$folder/$count" 2>/dev/null || :
    echo "$count $how etwire $*" >>"$folder/list"
}

schemas="--schema $here/decode.tmf --schema $here/decode.mof"
[ "${ETWIRE_XML-}" = no ] || schemas="$schemas --schema $here/maker.man"
for name in decode maker mixed; do
    trace=$folder/$name.etl
    $assemble "$here/$name.trace" "$trace"
    # shellcheck disable=SC2086
    {
        read_as lines dump $schemas -o json "$trace"
        read_as lines dump $schemas -o json --message --payload --maps both "$trace"
        read_as lines dump $schemas -o json --fields 'name,a"b,[x\y],Path,Title,Big,Half' "$trace"
        read_as xml dump $schemas -o xml "$trace"
        read_as trace_table dump $schemas -o csv "$trace"
        read_as table dump $schemas -o csv --fields 'name,a"b,Path,Title,url,peer.host' "$trace"
        read_as whole stats $schemas -o json "$trace"
        read_as table stats $schemas -o csv "$trace"
        read_as whole info -o json "$trace"
        read_as whole dump -o digest "$trace"
    }
done
for file in decode.tmf decode.mof maker.man; do
    [ "$file${ETWIRE_XML-}" != maker.manno ] || continue
    read_as lines schema list -o json "$here/$file"
    read_as lines schema export -o json "$here/$file"
    read_as xml schema export "$here/$file"
done
cd "$folder" && python3 read.py
