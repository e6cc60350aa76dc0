#!/usr/bin/env bash
# prune.sh - `winnow model prune`: what it writes, reports and refuses.
#
#   tests/prune.sh [WINNOW]
set -euo pipefail
cd "$(dirname "$0")/.."
winnow=$(realpath "${1:-build/winnow}")
model=tests/unit/data/tiny-gated
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "prune.sh: $*" >&2; exit 1; }

# refused CODE MESSAGE ARGUMENT...: `winnow model prune ARGUMENT...` exits with CODE and prints MESSAGE
refused() {
    local code=$1 message=$2 got=0
    shift 2
    "$winnow" model prune "$@" > "$work/out" 2> "$work/err" || got=$?
    [ "$got" = "$code" ] || fail "$*: exit $got, expected $code: $(cat "$work/err")"
    grep -qF -- "$message" "$work/err" || fail "$*: no '$message' in: $(cat "$work/err")"
}
# reported PATTERN: the last output has a line that matches
reported() { grep -qE -- "$1" "$work/out" || fail "no '$1' in: $(cat "$work/out")"; }

printf 'the soup is cold\tcold soup\nthe room\n\nstaff slow\tslow\n' > "$work/texts"
"$winnow" model prune "$model" "$work/small.winnow" --drop-decoder 0,2 --drop-encoder=1-1 \
    --text "$work/texts" > "$work/out"
reported '^encoder layers +2 +1$'
reported '^decoder layers +3 +1$'
reported '^parameters +[0-9]+ +[0-9]+  x 0\.[0-9]+$'
reported '^log-probability per token +-[0-9.]+ +-[0-9.]+  [-+][0-9.]+$'
reported '^encoder, tokens per second '
reported '^decoder, ms per step '
reported '^texts: 4, 2 of them scored on the original'
"$winnow" model verify "$work/small.winnow" > /dev/null
"$winnow" model info "$work/small.winnow" > "$work/out"
reported '^encoder_layers 1$'
reported '^decoder_layers 1$'

# Without --drop options it measures each layer: the same change as dropping that layer.
"$winnow" model prune "$model" --text "$work/texts" > "$work/survey"
[ "$(grep -cE '^(encoder|decoder) [0-9]' "$work/survey")" = 5 ] || fail "five layers, other lines"
"$winnow" model prune "$model" --drop-decoder 1 --text "$work/texts" > "$work/out"
change=$(awk '/^log-probability/ { print $NF }' "$work/out")
grep -qE "^decoder 1 .*[+]?${change#+}\$" "$work/survey" || fail "$change: $(cat "$work/survey")"

refused 2 'nothing to do' "$model"
refused 2 'nothing to do' "$model" "$work/none.winnow"
refused 2 'nothing to do' "$model" --drop-encoder 1
refused 2 "--drop-encoder '2': expected layers from 0 to 1" "$model" "$work/x" --drop-encoder 2
refused 2 "--drop-decoder '2-1'" "$model" "$work/x" --drop-decoder 2-1
refused 2 "--drop-decoder '0,,1'" "$model" "$work/x" --drop-decoder 0,,1
refused 2 'the decoder needs at least one layer' "$model" "$work/x" --drop-decoder 0-2
refused 3 'none.txt' "$model" --text "$work/none.txt"
refused 3 'line 1 has' "$model" --text "$work/texts" --input-tokens 3
: > "$work/empty"
refused 3 'no lines' "$model" --text "$work/empty"
[ ! -e "$work/x" ] || fail "a refused model was written"
echo "prune: all as expected"
