#!/usr/bin/env bash
# install.sh - what `cmake --install` copies into a folder runs from there, and `uninstall` removes all
# of it: once under DESTDIR, as packagers do, and once with another prefix.
#
#   tests/install.sh [WINNOW]
set -eu
cd "$(dirname "$0")/.."
build=$(realpath "$(dirname "${1:-build/winnow}")")
[ -e "$build/winnow-small.winnow" ] || {
    echo "install: there is no default model: skipped"
    exit 77
}
work=$(mktemp -d)
# The list of a real installation, which `uninstall` needs, survives this test.
manifest=$build/install_manifest.txt
[ ! -e "$manifest" ] || mv "$manifest" "$work/manifest"
clean_up() {
    rm -f "$manifest"
    [ ! -e "$work/manifest" ] || mv "$work/manifest" "$manifest"
    rm -rf "$work"
}
trap clean_up EXIT
faults=0

complain() {
    echo "install: $*" >&2
    faults=$((faults + 1))
}

printf 'review\nThe battery broke after a week\nLovely and quick\n' >"$work/reviews.csv"
printf '[source]\npath = reviews.csv\n[output]\npath = out\n' >"$work/job.ini"

# What the program prints about itself is not made with a sanitizer.
generated=(share/man/man1/winnow.1 share/man/man1/winnow-run.1 share/man/man5/winnow-job.5
    share/bash-completion/completions/winnow share/zsh/site-functions/_winnow)
if grep -q '^WINNOW_SANITIZE:[A-Z]*=.' "$build/CMakeCache.txt"; then generated=(); fi

# round ROOT OPTIONS...: installs below ROOT, runs the program from there, uninstalls
round() {
    local root=$1 prefix file left
    shift
    cmake --install "$build" "$@" >"$work/log"
    prefix=$(dirname "$(dirname "$(find "$root" -type f -name winnow -perm -u+x)")")
    for file in share/winnow/winnow-small.winnow share/winnow/topics.csv \
        share/winnow/topic_phrases.csv \
        share/doc/winnow/LICENSE share/doc/winnow/examples/nightly.ini \
        lib/systemd/system/winnow@.service lib/systemd/system/winnow@.timer "${generated[@]}"; do
        [ -s "$prefix/$file" ] || complain "$file is missing after $*"
    done
    # The job names no model: the program finds the installed one.
    "$prefix/bin/winnow" run --quiet "$work/job.ini" || complain "the installed program exits with $?"
    [ "$(wc -l <"$work/out/feedback.csv")" -eq 3 ] || complain "feedback.csv does not have two rows"
    rm -rf "$work/out"

    cmake -P "$build/uninstall.cmake" >>"$work/log" || complain "uninstall exits with $?"
    left=$(find "$root" ! -type d -print -o -name winnow -print)
    [ -z "$left" ] || complain "left after uninstall:" "$left"
}

DESTDIR=$work/root round "$work/root"
round "$work/prefix" --prefix "$work/prefix"
rm "$manifest"
! cmake -P "$build/uninstall.cmake" >"$work/log" 2>&1 ||
    complain "uninstall succeeds without a list of installed files"
[ "$faults" -eq 0 ]
