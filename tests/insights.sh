#!/usr/bin/env bash
# insights.sh - insights of the samples agree with tests/parity/insights.py, where scipy and the default
# model are there.
set -eu
cd "$(dirname "$0")/.."
winnow=$(realpath "${1:-build/winnow}")
if ! python3 -c 'import scipy' 2>/dev/null || [ ! -e "$(dirname "$winnow")/winnow-small.winnow" ]; then
    echo "insights: there is no scipy or no default model: skipped"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$winnow" run --quiet samples/job.ini --set "output.path=$work"
tests/parity/insights.py "$work/winnow.db"
