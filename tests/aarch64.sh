#!/usr/bin/env bash
# aarch64.sh - cross-compiles the kernels for aarch64 and runs prop_kernels with qemu: every kernel table
# must return the bits of the scalar one.
set -eu
cd "$(dirname "$0")/.."
[ "$(uname -m)" = x86_64 ] || exit 77
compiler=aarch64-linux-gnu-gcc
emulator=qemu-aarch64-static
if ! command -v $compiler >/dev/null || ! command -v $emulator >/dev/null; then
    echo "aarch64: needs $compiler and $emulator: script/setup --tests" >&2
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

flags=(-std=gnu17 -O2 -D_GNU_SOURCE -ffp-contract=off -Wall -Wextra -Werror -I. -Itests/aarch64)
compilations=()
for source in inference/kernels/{scalar,packed,cache,select,neon,i8mm}.c base/{memory,error,text}.c \
    tests/property/inference/kernels/prop_kernels.c; do
    march=()
    case $source in
        */neon.c) march=(-march=armv8.2-a+dotprod) ;;
        */i8mm.c) march=(-march=armv8.2-a+dotprod+i8mm) ;;
    esac
    $compiler "${flags[@]}" "${march[@]}" -c "$source" -o "$work/$(basename "$source").o" &
    compilations+=($!)
done
for compilation in "${compilations[@]}"; do
    wait "$compilation"
done
$compiler -static "$work"/*.o -lm -o "$work/prop_kernels"
$emulator -cpu max "$work/prop_kernels" | tee "$work/printed"
grep -qx "table neon" "$work/printed"
grep -qx "table i8mm" "$work/printed"
