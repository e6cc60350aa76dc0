#!/usr/bin/env bash
# golden.sh - tests/golden/CASE/: `cmd` runs in a copy of the folder, with winnow on the PATH and
# the folder of the tiny models in $data; what it prints must be `expected`, byte for byte.
#
#   tests/golden.sh [WINNOW] [CASE...]            compares (WINNOW: build/winnow)
#   tests/golden.sh --update [WINNOW] [CASE...]   rewrites `expected`, for review in the diff
set -eu
cd "$(dirname "$0")/.."
update=no
if [ "${1:-}" = --update ]; then
    update=yes
    shift
fi
export data=$PWD/tests/unit/data
winnow=$(realpath "${1:-build/winnow}")
[ $# -eq 0 ] || shift
if [ $# -eq 0 ]; then
    mapfile -t cases < <(find tests/golden -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort)
    set -- "${cases[@]}"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
ln -s "$winnow" "$work/bin/winnow"
faults=0
for case in "$@"; do
    golden=tests/golden/$case
    cp -r "$golden" "$work/$case"
    chmod -R u+w "$work/$case"
    (cd "$work/$case" && PATH="$work/bin:$PATH" bash cmd) >"$work/printed" 2>"$work/errors" || {
        echo "golden: $case: cmd ends with $?" >&2
        cat "$work/errors" >&2
        faults=$((faults + 1))
    }
    if [ $update = yes ]; then
        cp "$work/printed" "$golden/expected"
    elif ! diff -u "$golden/expected" "$work/printed" >&2; then
        cat "$work/errors" >&2
        echo "golden: $case differs; when that is right: tests/golden.sh --update" >&2
        faults=$((faults + 1))
    fi
done
[ "$faults" -eq 0 ]
