#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh PROGRAM TRACE EXPECTED: an example prints what is expected.
${MESON_EXE_WRAPPER-} "$1" "$2" | tr -d '\r' | diff -u "$3" -
