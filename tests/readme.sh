#!/usr/bin/env bash
# readme.sh - runs the commands of README.md (its ```sh blocks) as they are written there.
set -eu
cd "$(dirname "$0")/.."
winnow=$(realpath "${1:-build/winnow}")
[ -e "$(dirname "$winnow")/winnow-small.winnow" ] || {
    echo "readme: there is no default model: skipped"
    exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck disable=SC2016 # backquotes of Markdown
sed -n '/^```sh$/,/^```$/p' README.md | grep -v '^```' >"$work/commands"
cp -r samples "$work/samples"
mkdir "$work/build"
ln -s "$winnow" "$work/build/winnow"
cd "$work"
while read -r line; do
    bash -eo pipefail -c "$line" >printed 2>errors </dev/null || {
        code=$?
        # `| head` may close the pipe early, which is not an error of the command.
        [ $code -eq 141 ] || {
            echo "readme: exits with $code: $line" >&2
            cat errors >&2
            exit 1
        }
    }
    [ -s printed ] || [[ $line == *" run "* ]] || {
        echo "readme: prints nothing: $line" >&2
        exit 1
    }
done <commands
