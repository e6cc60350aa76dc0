#!/usr/bin/env bash
# layers.sh - the arrows of docs/ARCHITECTURE.md hold: who includes whom, each library known to one
# file, every header complete in itself.
set -eu
faults=0

fault() {
    echo "layers: $*" >&2
    faults=$((faults + 1))
}

# The arrows of docs/ARCHITECTURE.md. FOLDER: what its files may include besides their own folder; a
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
connectors/exports: base pipeline connectors/columns
connectors/table: base pipeline connectors/connectors.h connectors/input connectors/columns connectors/exports
connectors/xlsx: base pipeline connectors/connectors.h connectors/input connectors/table
connectors/json: base connectors/connectors.h connectors/input connectors/columns connectors/exports
connectors/xml: base connectors/connectors.h connectors/input connectors/columns connectors/exports
connectors/mail: base pipeline connectors/connectors.h connectors/input connectors/columns
connectors/output: base connectors/connectors.h
connectors: base pipeline connectors/input
stages/text: base pipeline inference/t5.h
stages/tasks: base pipeline inference/t5.h stages/text
stages/evidence: base pipeline stages/text stages/tasks
stages/stats: base pipeline
stages: base pipeline inference/t5.h stages/text stages/tasks stages/evidence stages/stats
jobs: base pipeline stages/stages.h connectors/connectors.h connectors/input inference/t5.h inference/tokenizer/tokenizer.h
jobs/report: base pipeline jobs/job.h stages/stats
jobs/eval: base pipeline jobs/model_options.h stages/stages.h stages/evidence
jobs/commands: base pipeline jobs jobs/eval jobs/report stages/stages.h connectors/connectors.h
jobs/commands: connectors/input inference/t5.h inference/tokenizer/tokenizer.h
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
        for include in $(sed -n 's/^#include "\(.*\)"$/\1/p' "$file"); do
            case " $folder $folder/data $allowed " in
            *" ${include%/*} "* | *" $include "*) ;;
            *) fault "$file includes $include, which $folder/ may not" ;;
            esac
        done
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

# pipeline/ knows stages and connectors by their interfaces, and a stage no other stage, by name.
if grep -En '\b[a-z]+_(connector|stage|format)\b.*(;|,)$' $(sources pipeline) |
    grep -E '&[a-z]+_(connector|stage|format)\b|extern'; then
    fault "pipeline/ names a stage, a connector or a format"
fi
for file in $(sources stages | grep '\.c$' | grep -v '^stages/stages\.c$'); do
    name=$(basename "$file" .c)
    others=$(grep -Eno '\b[a-z]+_stage\b' "$file" | grep -v ":${name}_stage$" || true)
    [ -z "$others" ] || fault "$file names another stage: $others"
done

# A library's header stands in one file: changing the library changes that file alone.
libc='^(assert|ctype|endian|errno|fcntl|fnmatch|getopt|glob|dirent|float|inttypes|limits|locale|math|poll'
libc="$libc|pthread|sched|setjmp|signal|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|string"
libc="$libc|strings|time|unistd|wchar|immintrin|cpuid|sys/[a-z]+|linux/[a-z]+)\.h$"
grep -Eo '^#include <[^>]+>' $(sources base inference pipeline connectors stages jobs) |
    sed 's/:#include </ /; s/>$//' | sort -u -k2 -k1,1 >"${TMPDIR:-/tmp}/layers.$$"
trap 'rm -f "${TMPDIR:-/tmp}/layers.$$"' EXIT
while read -r header; do
    echo "$header" | grep -Eq "$libc" && continue
    users=$(awk -v header="$header" '$2 == header { print $1 }' "${TMPDIR:-/tmp}/layers.$$")
    [ "$(echo "$users" | wc -l)" -eq 1 ] || fault "<$header> is known to more than one file:" $users
done < <(cut -d' ' -f2 "${TMPDIR:-/tmp}/layers.$$" | sort -u)

# Every header compiles alone, except a body that several files include under their own macros and
# that says so itself.
for header in $(find base inference pipeline connectors stages jobs -name '*.h' | sort); do
    grep -q '^#error "define' "$header" ||
        ${CC:-cc} -std=gnu17 -D_GNU_SOURCE -I. -fsyntax-only -x c "$header" ||
        fault "$header does not compile alone"
done

[ "$faults" -eq 0 ]
