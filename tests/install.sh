#!/usr/bin/env bash
# install.sh - what `cmake --install` puts into a prefix works from there, and `uninstall` leaves nothing.
set -eu
cd "$(dirname "$0")/.."
build=$(realpath "$(dirname "${1:-build/winnow}")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DESTDIR=$work/root

cmake --install "$build" >"$work/log"
winnow=$(find "$DESTDIR" -type f -name winnow -perm -u+x)
prefix=$(dirname "$(dirname "$winnow")")
for file in share/man/man1/winnow.1 share/winnow/topics.csv \
    share/doc/winnow/examples/nightly.ini share/doc/winnow/examples/winnow.timer; do
    [ -s "$prefix/$file" ] || { echo "install: $file is missing" >&2; exit 1; }
done

# The installed program finds its model: no build folder is near.
cp samples/support-survey.csv "$work/"
printf '[source]\npath = support-survey.csv\n[output]\npath = out\n' >"$work/job.ini"
"$winnow" run --quiet "$work/job.ini"
[ -s "$work/out/topics.csv" ]

cmake -P "$build/uninstall.cmake" >>"$work/log"
left=$(find "$DESTDIR" -type f -o -path '*winnow*' -print)
[ -z "$left" ] || { echo "install: left after uninstall:" >&2; echo "$left" >&2; exit 1; }
