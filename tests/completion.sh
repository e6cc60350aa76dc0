#!/usr/bin/env bash
# completion.sh - the completion scripts of `winnow completion` complete commands, options, keys, values,
# and the columns and values of the database; every manual page of `winnow manual` is free of roff mistakes.
#
#   tests/completion.sh [WINNOW]
set -euo pipefail
cd "$(dirname "$0")/.."
winnow=$(realpath "${1:-build/winnow}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
    echo "completion: $*" >&2
    exit 1
}
"$winnow" completion bash >"$work/winnow.bash"
# shellcheck source=/dev/null
source "$work/winnow.bash"
compopt() { :; } # works within a completion only

# complete_line WORD...: COMPREPLY for the last word, as bash splits words, one a line
complete_line() {
    COMP_WORDS=("$winnow" "$@")
    COMP_CWORD=$#
    COMPREPLY=()
    _winnow
    printf '%s\n' "${COMPREPLY[@]}"
}
# expect EXPECTED WORD...
expect() {
    local expected=$1 replies
    shift
    replies=$(complete_line "$@" | tr '\n' ' ')
    [ "${replies% }" = "$expected" ] || fail "'$*' gives '$replies', expected '$expected'"
}
expect 'report' rep
expect '--wait' run --wa
expect 'text json' run --log ''
expect 'json' run --log = j
expect 'run.sandbox=' run job.ini --set run.sa
expect 'yes require no' run job.ini --set run.sandbox =
expect 'require' run job.ini --set run.sandbox = r
expect 'source.format=' run job.ini -s source.fo

# Columns and values come from the database. A value with a blank is quoted.
if [ -e "$(dirname "$winnow")/winnow-small.winnow" ]; then
    printf 'date,product,review\n2026-01-02,Kettle,Boils fast and looks good\n2026-01-03,Big toaster,Burns one side\n' \
        >"$work/reviews.csv"
    printf '[source]\npath = reviews.csv\n[output]\npath = out\n' >"$work/job.ini"
    "$winnow" run --quiet "$work/job.ini"
    expect 'product=' report "$work/job.ini" --where pro
    expect 'Big\ toaster Kettle' report "$work/job.ini" --where product =
    expect 'Kettle' report "$work/job.ini" --where product = K
    expect 'source=' report "$work/job.ini" --where so
fi

"$winnow" completion zsh >"$work/_winnow"
if command -v zsh >/dev/null; then
    zsh -n "$work/_winnow" || fail "zsh rejects its script"
    zsh -f -c "fpath=($work \$fpath); autoload -Uz compinit; compinit -u -d $work/dump; autoload +X _winnow" ||
        fail "zsh cannot load its script"
fi

"$winnow" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' >"$work/pages"
echo job >>"$work/pages"
while read -r page; do
    "$winnow" manual "$page" >"$work/page"
    ! command -v man >/dev/null ||
        [ -z "$(MANROFFSEQ='' MANWIDTH=100 man --warnings -E UTF-8 -l -Tutf8 -Z "$work/page" 2>&1 >/dev/null)" ] ||
        fail "manual page of $page: $(man --warnings -E UTF-8 -l -Tutf8 -Z "$work/page" 2>&1 >/dev/null)"
done <"$work/pages"
"$winnow" plan --keys | sed -n 's/^  \([a-z_]*\) = .*/\1/p' | sort -u >"$work/keys"
"$winnow" manual job | sed -n 's/^\.B \([a-z_]*\).*/\1/p' | sort -u | comm -23 "$work/keys" - >"$work/missing"
[ ! -s "$work/missing" ] || fail "winnow-job(5) lacks" "$(cat "$work/missing")"
