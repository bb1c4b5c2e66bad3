#!/bin/sh
# SPDX-License-Identifier: MIT
# Each public header compiles alone and first, in C99, C11 and C++11, without a warning; so do
# variants that programs choose.
# usage: headers_alone.sh SOURCE_ROOT CC [CC_ARG...]
# The C++ compiler is looked for when the test runs: it may have come after the build was set up.
include=$1/include/etwire
abi=$1/tests/abi
shift
for cxx in "${CXX-}" c++ g++ clang++ ''; do
    ! command -v "$cxx" >/dev/null || break
done

headers='windows.h wmistr.h evntprov.h evntrace.h evntcons.h tdh.h etw.h etw_decode.h'
strict='-pedantic -Wall -Wextra -Wshadow -Wundef -Werror -fsyntax-only'
count=0
failed=0

result() { # STATUS TEXT
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $count - $2"
    else
        echo "not ok $count - $2"
        failed=1
    fi
}

skip() { # TEXT
    count=$((count + 1))
    echo "ok $count - $1 # SKIP no C++ compiler"
}

# compile LANGUAGE ARGS... < SOURCE, with the compiler for that language
c() {
    "$cc_program" $cc_args "$@" $strict -I"$include" -x c - 2>&1 | sed 's/^/# /' | tee "$log" >&2
    [ ! -s "$log" ]
}
cpp() {
    $cxx "$@" $strict -I"$include" -x c++ - 2>&1 | sed 's/^/# /' | tee "$log" >&2
    [ ! -s "$log" ]
}

cc_program=$1
shift
cc_args=$*
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT

alone() { # HEADER: a program of that header and, after it, all others
    echo "#include \"$1\""
    for other in $headers; do
        echo "#include \"$other\""
    done
    echo 'int only_so_that_it_is_not_empty;'
}

for header in $headers; do
    for arguments in -std=c99 -std=gnu11 '-std=c99 -DUNICODE' '-std=c99 -DNONAMELESSUNION' \
        '-std=c99 -DINITGUID' '-std=c99 -fshort-wchar'; do
        alone $header | c $arguments
        result $? "$header in C: $arguments"
    done
    for arguments in -std=c++11 -std=c++17 '-std=c++11 -DUNICODE' '-std=c++11 -DNONAMELESSUNION' \
        '-std=c++11 -DINITGUID' '-std=c++11 -fshort-wchar'; do
        if [ -n "$cxx" ]; then
            alone $header | cpp $arguments
            result $? "$header in C++: $arguments"
        else
            skip "$header in C++: $arguments"
        fi
    done
done

c -std=c11 -I"$abi" < "$abi/layout_static.c"
result $? 'layout in C11'
if [ -n "$cxx" ]; then
    cpp -std=c++11 -Wno-invalid-offsetof -I"$abi" < "$abi/layout_static.c"
    result $? 'layout in C++11'
    printf '%s\n' '#include "evntcons.h"' 'bool f(const GUID &a, const GUID &b)' \
        '{ return IsEqualGUID(a, b) && a == b && !(a != b); }' \
        'LPCWSTR name = KERNEL_LOGGER_NAMEW;' | cpp -std=c++11
    result $? 'GUIDs and names in C++11'
    printf '%s\n' 'extern "C" {' '#include "evntcons.h"' '}' 'int x;' | cpp -std=c++11
    result $? 'inside extern "C"'
else
    skip 'layout in C++11'
    skip 'GUIDs and names in C++11'
    skip 'inside extern "C"'
fi

printf '%s\n' '#include "evntcons.h"' 'LPCWSTR name = KERNEL_LOGGER_NAMEW;' \
    'LPCWSTR other = L"x";' | c -std=c99 -fshort-wchar
result $? 'L"" with -fshort-wchar'

echo "1..$count"
exit $failed
