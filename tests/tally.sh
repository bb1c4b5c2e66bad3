#!/bin/sh
# SPDX-License-Identifier: MIT
# tally.sh TESTLOG.json...: says which tests, or parts of them, were skipped and why, and ends with
# "N passed, N failed". The files are those of Meson: a line of JSON for each test.
set -eu
exec awk '
    function value(key,    at) {
        if (!match($0, "\"" key "\": \"[^\"]*\""))
            return ""
        at = RSTART + length(key) + 5
        return substr($0, at, RSTART + RLENGTH - 1 - at)
    }
    {
        name = value("name")
        result = value("result")
        if (result == "SKIP") {
            skipped++
            print "skipped: " name
        } else if (result == "OK" || result == "EXPECTEDFAIL") {
            passed++
        } else {
            failed++
            print "failed: " name " (" result ")"
        }
        # Output is one JSON string, its newlines written as \n.
        lines = split($0, line, /\\n/)
        for (i = 1; i <= lines; i++) {
            if (line[i] ~ /ok [0-9]+ .*# SKIP/) {
                sub(/^.*ok [0-9]+ (- )?/, "", line[i])
                sub(/".*/, "", line[i])
                print "skipped in part: " name ": " line[i]
            }
        }
    }
    END { print passed + 0 " passed, " failed + 0 " failed" }
' "$@"
