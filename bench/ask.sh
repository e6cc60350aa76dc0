#!/usr/bin/env bash
# ask.sh - asks the questions of bench/ask to real feedback, which is not in the repository: rows of
# ../shared/data/train/wide.tsv.zst. Answers are ids of records. The rules and word lists of `ask` were set on the sets in
# tuning/. No rule was set on those in fresh/, nor on those in independent/, unseen/ and later/, which somebody
# wrote who did not know the search. Fails if the answers of the fresh sets get worse.
#
#   bench/ask.sh [WINNOW [SET...]]     SET: tuning/theme-park-en, ...; all without one
#   WINNOW_ASK_LIST=yes bench/ask.sh   also lists every question
set -eu
cd "$(dirname "$0")/.."
winnow=$(realpath "${1:-build/winnow}")
shift $(($# > 0))
rows=../shared/data/train/wide.tsv.zst
{ [ -e "$rows" ] && command -v python3 zstd >/dev/null; } || {
    echo "ask: $rows, python3 or zstd is missing: skipped"
    exit 77
}
[ -e "$(dirname "$winnow")/winnow-small.winnow" ] || {
    echo "ask: there is no default model: skipped"
    exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ $# -eq 0 ]; then
    mapfile -t sets < <(cut -f1 bench/ask/sets.tsv)
    set -- "${sets[@]}"
fi

# The rows of each set: of its kind and language, 40 to 420 bytes, those whose MD5 is the lowest.
zstd -dc "$rows" | python3 -c '
import csv, hashlib, os, sys
work, names = sys.argv[1], sys.argv[2:]
counts = dict(line.rstrip("\n").split("\t") for line in open("bench/ask/sets.tsv"))
sets = {}
for name in names:
    kind, lang = name.split("/")[1].rsplit("-", 1)
    sets[kind, lang] = (name, {})
for line in sys.stdin.buffer:
    row = line.rstrip(b"\n").split(b"\t")
    found = sets.get((row[1].decode(), row[2].decode()))
    if found and 40 <= len(row[6]) <= 420:
        found[1][hashlib.md5(row[6]).hexdigest()[:16]] = row[6].decode()
for name, texts in sets.values():
    folder = os.path.join(work, name)
    os.makedirs(folder)
    with open(folder + "/rows.csv", "w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["id", "text"])
        writer.writerows(sorted(texts.items())[: int(counts[name])])
    with open(folder + "/job.ini", "w") as out:
        out.write("[source]\npath = rows.csv\n\n[output]\npath = out\n")
' "$work" "$@"

printf '%-26s %12s %14s %6s %16s %18s\n' set answerable 'among first 5' BM25 refused recognized
for set; do
    "$winnow" run --quiet "$work/$set/job.ini"
    "$winnow" eval --task ask --job "$work/$set/job.ini" --list "bench/ask/$set.csv" >"$work/printed"
    [ -z "${WINNOW_ASK_LIST:-}" ] || sed -n '/^decision/,/^$/p' "$work/printed"
    sed "s|^|$set |" "$work/printed" | grep -E '^[^ ]+ (answered|REFUSED|refused|ANSWERED) +[0-9]' >>"$work/all"
done
awk '
function add(name) {
    if ($2 == "answered" || $2 == "REFUSED") {
        answerable[name]++
        hits[name] += $3 > 0 && $3 <= 5
        bm25[name] += $4 > 0 && $4 <= 5
        refused[name] += $2 == "REFUSED"
    } else {
        others[name]++
        recognized[name] += $2 == "refused"
    }
}
function print_row(name) {
    printf "%-26s %12d %12.0f %% %4.0f %% %3d %8.0f %% %5d of %d %4.0f %%\n", name, answerable[name],
        100 * hits[name] / answerable[name], 100 * bm25[name] / answerable[name], refused[name],
        100 * refused[name] / answerable[name], recognized[name], others[name],
        100 * recognized[name] / others[name]
}
{
    if (!($1 in seen)) { names[++count] = $1; seen[$1] = 1 }
    group = $1
    sub("/.*", "", group)
    lang = $1
    sub(".*-", "", lang)
    if (!(group in seen)) { groups[++group_count] = group; seen[group] = 1 }
    add($1)
    add(group " " lang)
    add(group)
}
END {
    for (i = 1; i <= count; i++) print_row(names[i])
    for (i = 1; i <= group_count; i++) {
        if ((groups[i] " en") in answerable) print_row(groups[i] " en")
        if ((groups[i] " ko") in answerable) print_row(groups[i] " ko")
        print_row(groups[i])
        if (groups[i] == "fresh" && groups[i] in others)
            worse = hits["fresh"] < 0.85 * answerable["fresh"] || refused["fresh"] > 0.25 * answerable["fresh"] || \
                recognized["fresh"] < 0.75 * others["fresh"]
    }
    if (worse) print "ask: the fresh sets are answered worse than when this was written" > "/dev/stderr"
    exit worse
}' "$work/all"
