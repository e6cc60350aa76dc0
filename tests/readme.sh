#!/usr/bin/env bash
# readme.sh - the commands of README.md (its ```sh blocks) run as they stand there.
set -eu
winnow=$(realpath "${1:-build/winnow}")
[ -e "$(dirname "$winnow")/winnow-small.winnow" ] || {
    echo "readme: skipped: there is no default model"
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
        # `| head` may close the pipe early: that is no fault of the command.
        [ $code -eq 141 ] || {
            echo "readme: exit $code: $line" >&2
            cat errors >&2
            exit 1
        }
    }
    [ -s printed ] || [[ $line == *" run "* ]] || {
        echo "readme: prints nothing: $line" >&2
        exit 1
    }
done <commands
