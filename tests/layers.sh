#!/usr/bin/env bash
# layers.sh - checks the arrows of docs/ARCHITECTURE.md: which folder may include which, one file for
# each library, headers that compile on their own.
set -eu
generated=$(dirname "$(realpath "${1:-build/winnow}")")/generated # word lists that headers include
cd "$(dirname "$0")/.."
faults=0

fault() {
    echo "layers: $*" >&2
    faults=$((faults + 1))
}

# The arrows of docs/ARCHITECTURE.md. FOLDER: what its files may include in addition to their own folder; a
# folder allows all its headers, a path of a header that header alone. A folder's word lists
# (FOLDER/data) are its own.
arrows='
base:
inference/formats: base
inference/kernels: base
inference/tokenizer: base inference/formats
inference/model: base inference/t5.h inference/formats inference/kernels inference/tokenizer
inference/import: base inference/formats inference/kernels inference/model inference/tokenizer
inference/engine: base inference/t5.h inference/kernels inference/model
inference: base inference/model
pipeline: base
connectors/input: base
connectors/columns: base pipeline
connectors/exports: base connectors/columns
connectors/table: base pipeline connectors/connectors.h connectors/input connectors/columns connectors/exports
connectors/xlsx: base pipeline connectors/connectors.h connectors/input connectors/table
connectors/json: base connectors/connectors.h connectors/input connectors/columns connectors/exports
connectors/xml: base connectors/connectors.h connectors/input connectors/columns connectors/exports
connectors/mail: base pipeline connectors/connectors.h connectors/input connectors/columns
connectors/chat: base connectors/connectors.h connectors/input connectors/columns
connectors/output: base pipeline connectors/connectors.h
connectors: base pipeline connectors/input
stages/text: base pipeline inference/t5.h
stages/tasks: base pipeline inference/t5.h stages/text stages/search
stages/evidence: base pipeline stages/text stages/tasks
stages/stats: base pipeline
stages/search: base inference/t5.h
stages: base pipeline stages/text stages/tasks stages/evidence stages/stats stages/search
jobs: base pipeline stages/stages.h connectors/connectors.h connectors/input inference/t5.h
jobs/report: base pipeline jobs/job.h jobs/log.h
jobs/ask: base pipeline jobs/job.h jobs/model_options.h inference/t5.h stages/search stages/stats
jobs/ask: stages/evidence stages/tasks stages/text
jobs/eval: base pipeline jobs/ask jobs/model_options.h stages/stages.h stages/search
jobs/commands: base pipeline jobs jobs/ask jobs/eval jobs/report stages/stages.h connectors/connectors.h
jobs/commands: connectors/input inference/t5.h stages/tasks/taxonomy.h
'

sources() {
    find "$@" -name '*.[ch]' -o -name '*.cc' | sort
}

# Files that lie in a folder itself, not below it.
own_sources() {
    find "$1" -maxdepth 1 \( -name '*.[ch]' -o -name '*.cc' \) | sort
}

for folder in $(find base inference pipeline connectors stages jobs -type d | sort); do
    [ -n "$(own_sources "$folder")" ] || continue
    allowed=$(echo "$arrows" | sed -n "s|^$folder:||p" | tr '\n' ' ')
    echo "$arrows" | grep -q "^$folder:" || fault "$folder/ has no row in the table of arrows"
    for file in $(own_sources "$folder"); do
        while read -r include; do
            case " $folder $folder/data $allowed " in
            *" ${include%/*} "* | *" $include "*) ;;
            *) fault "$file includes $include, which $folder/ may not" ;;
            esac
        done < <(sed -n 's/^#include "\(.*\)"$/\1/p' "$file")
    done
done

# No two folders point at each other, however long the way round.
echo "$arrows" | while read -r folder allowed; do
    for other in $allowed; do
        case $other in *.h) ;; *) echo "${folder%:} $other" ;; esac
    done
done | tsort >/dev/null || fault "the arrows go in a circle"

# A file in stages/ itself is a stage, under its own name.
for file in stages/*.c; do
    name=$(basename "$file" .c)
    [ "$name" = stages ] || grep -q "^const struct stage ${name}_stage = {" "$file" ||
        fault "$file is no stage: a helper belongs in a folder below stages/"
done
for file in stages/*.h; do
    [ "$file" = stages/stages.h ] || fault "$file: a stage has no header; a helper belongs in a folder below stages/"
done

# pipeline/ knows stages and connectors only by their interfaces.
mapfile -t pipeline_files < <(sources pipeline)
if grep -EHn '&[a-z]+_(connector|stage|format)\b|extern .*_(connector|stage|format)\b' "${pipeline_files[@]}" >&2; then
    fault "pipeline/ names a stage, a connector or a format"
fi

# A stage names no other stage.
for file in stages/*.c; do
    name=$(basename "$file" .c)
    [ "$name" != stages ] || continue
    others=$(grep -Eno '\b[a-z]+_stage\b' "$file" | grep -v ":${name}_stage$" || true)
    [ -z "$others" ] || fault "$file names another stage: $others"
done

# Only one file includes a library's header, so that only that file changes when the library does.
libc='^(assert|ctype|endian|errno|fcntl|fnmatch|getopt|glob|dirent|float|inttypes|limits|locale|math|poll'
libc="$libc|pthread|sched|setjmp|signal|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|string"
libc="$libc|strings|time|unistd|wchar|immintrin|cpuid|sys/[a-z]+|linux/[a-z]+)\.h$"
# Libraries with two unrelated interfaces under one header: gzip files and raw streams.
declare -A two_interfaces=([zlib.h]="connectors/input/input.c connectors/output/html_pack.c")
mapfile -t all_files < <(sources base inference pipeline connectors stages jobs)
work=$(mktemp)
trap 'rm -f "$work"' EXIT
grep -Eo '^#include <[^>]+>' "${all_files[@]}" | sed 's/:#include </ /; s/>$//' | sort -u >"$work"
while read -r header; do
    mapfile -t users < <(awk -v header="$header" '$2 == header { print $1 }' "$work")
    [[ $header =~ $libc ]] || [ "${#users[@]}" -eq 1 ] || [ "${users[*]}" = "${two_interfaces[$header]:-}" ] ||
        fault "<$header> is included by more than one file: ${users[*]}"
done < <(cut -d' ' -f2 "$work" | sort -u)

# Every header compiles on its own, except a body that several files include under their own macros;
# such a body says so with #error.
for header in "${all_files[@]}"; do
    [[ $header == *.h ]] || continue
    grep -q '^#error "define' "$header" ||
        ${CC:-cc} -std=gnu17 -D_GNU_SOURCE -I. -I"$generated" -fsyntax-only -x c "$header" ||
        fault "$header does not compile on its own"
done

[ "$faults" -eq 0 ]
