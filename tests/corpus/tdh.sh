#!/bin/sh
# SPDX-License-Identifier: MIT
# tdh.sh PRINT TEST CORPUS: a program as written for Windows prints every property of every event,
# as many as the native decoder gives; and TEST compares manifests with what Windows wrote of them.
print=$(realpath "$1")
test=$(realpath "$2")
corpus=${ETWIRE_CORPUS:-$3}
count=0
failed=0
if [ ! -e "$corpus/EXPECTED.md" ]; then
    echo '1..0 # SKIP there is no corpus of real traces beside the project or at $ETWIRE_CORPUS'
    exit 0
fi
for trace in perfview/net.4.5.2.x64.etl demikernel/PktMon.etl; do
    count=$((count + 1))
    printed=$("$print" "$corpus/traces/$trace" | tail -n 1)
    native=$("$test" count "$corpus/traces/$trace")
    if [ -n "$native" ] && [ "$printed" = "$native" ]; then
        echo "ok $count - $trace: $native"
    else
        echo "not ok $count - $trace: $printed, not $native"
        failed=1
    fi
done
cd "$corpus" || exit 1
result=$("$test" "$corpus" $(find metadata/manifests -type f | sort))
code=$?
printf '%s\n' "$result" | grep '^#'
count=$((count + 1))
if [ $code -eq 0 ]; then
    echo "ok $count - manifests and what Windows wrote agree"
else
    printf '%s\n' "$result" | sed -n 's/^not ok/# not ok/p'
    echo "not ok $count - manifests and what Windows wrote agree"
    failed=1
fi
echo "1..$count"
exit $failed
