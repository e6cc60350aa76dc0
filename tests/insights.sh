#!/usr/bin/env bash
# insights.sh - insights of the samples agree with tests/parity/insights.py, where scipy and the default
# model are there.
set -eu
cd "$(dirname "$0")/.."
winnow=$(realpath "${1:-build/winnow}")
# Debian's python3-scipy is a module of Debian's Python, which need not be the first one in PATH.
for python in python3 /usr/bin/python3 ""; do
    [ -z "$python" ] || ! "$python" -c 'import scipy' 2>/dev/null || break
done
if [ -z "$python" ] || [ ! -e "$(dirname "$winnow")/winnow-small.winnow" ]; then
    echo "insights: there is no scipy or no default model: skipped"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$winnow" run --quiet samples/job.ini --set "output.path=$work"
"$python" tests/parity/insights.py "$work/winnow.db"
