#!/usr/bin/env bash
# lines.sh - `winnow generate` and `winnow score` with a tiny model: order, equal output, errors.
#
#   tests/lines.sh [WINNOW]
set -euo pipefail
cd "$(dirname "$0")/.."
winnow=$(realpath "${1:-build/winnow}")
model=tests/unit/data/tiny-gated
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "lines.sh: $*" >&2; exit 1; }

# refused CODE MESSAGE COMMAND...: COMMAND, reading $work/in, exits with CODE and prints MESSAGE
refused() {
    local code=$1 message=$2 got=0
    shift 2
    "$@" < "$work/in" > "$work/out" 2> "$work/err" || got=$?
    [ "$got" = "$code" ] || fail "$*: exit $got, expected $code: $(cat "$work/err")"
    grep -qF -- "$message" "$work/err" || fail "$*: no '$message' in: $(cat "$work/err")"
}

printf '%s\n' 'the soup is cold' '' 'fits well again' 'the soup is cold' '배송 가격' > "$work/texts"
for options in '--batch 1 --threads 1' '--batch 2 --threads 2' '--kernels scalar' '--threads 3'; do
    # shellcheck disable=SC2086 # several options
    "$winnow" generate --model "$model" --max-tokens 8 $options < "$work/texts" > "$work/out"
    [ -e "$work/first" ] || cp "$work/out" "$work/first"
    cmp "$work/first" "$work/out" || fail "generate $options differs"
done
[ "$(wc -l < "$work/first")" = 5 ] || fail "five lines in, $(wc -l < "$work/first") out"
[ "$(sed -n 1p "$work/first")" = "$(sed -n 4p "$work/first")" ] || fail "equal lines, unequal outputs"

"$winnow" generate --model "$model" --max-tokens 8 --beam 3 --prefix '<task>' --precision f32 \
    < "$work/texts" > "$work/out"
[ "$(wc -l < "$work/out")" = 5 ] || fail "beam: five lines in, $(wc -l < "$work/out") out"
[ -z "$("$winnow" generate --model "$model" < /dev/null)" ] || fail "no lines in, some out"

printf 'soup\tcold\nsoup\twarm\nroom\tcold\r\n' > "$work/in"
"$winnow" score --model "$model" < "$work/in" > "$work/scores"
[ "$(wc -l < "$work/scores")" = 3 ] || fail "three pairs in, $(wc -l < "$work/scores") out"
grep -qvE '^-[0-9]+\.[0-9]{6}$' "$work/scores" && fail "not numbers: $(cat "$work/scores")"
"$winnow" score --model "$model" --batch 1 --threads 1 < "$work/in" | cmp - "$work/scores" ||
    fail "score --batch 1 differs"
"$winnow" score --model "$model" --each < "$work/in" > "$work/each"
awk '{ sum = 0; for (i = 1; i <= NF; i++) sum += $i; getline total < "'"$work/scores"'"
       if (NF < 2 || (sum - total) ^ 2 > 1e-9) exit 1 }' "$work/each" ||
    fail "score --each: the parts do not add up to the sum: $(cat "$work/each" "$work/scores")"

printf 'soup\tcold\nsoup and bread\n' > "$work/in"
refused 3 'line 2 has no tab' "$winnow" score --model "$model"
printf 'soup\nroom room room room room\n' > "$work/in"
refused 3 'line 2 has' "$winnow" generate --model "$model" --input-tokens 4
refused 2 '--kernels' "$winnow" generate --model "$model" --kernels abacus
refused 4 'no-such-model' "$winnow" score --model no-such-model
refused 2 '--precision' "$winnow" generate --model "$model" --precision f16
echo "lines: all as expected"
