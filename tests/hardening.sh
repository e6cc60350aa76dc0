#!/usr/bin/env bash
# hardening.sh - a Release build has the protections that SECURITY.md lists. Other builds have no need of
# them: sanitizers check more.
#
#   tests/hardening.sh [WINNOW]
set -euo pipefail
cd "$(dirname "$0")/.."
winnow=$(realpath "${1:-build/winnow}")
cache=$(dirname "$winnow")/CMakeCache.txt
if ! grep -q '^CMAKE_BUILD_TYPE:.*=Rel' "$cache" || ! grep -q '^WINNOW_SANITIZE:.*=$' "$cache"; then
    echo "hardening: not a Release build: nothing to check"
    exit
fi
faults=0

# expect NAME PATTERN TEXT
expect() {
    grep -qE -e "$2" <<<"$3" || {
        echo "hardening: $1 is missing" >&2
        faults=$((faults + 1))
    }
}

headers=$(readelf --wide --file-header --program-headers --dynamic --notes "$winnow")
symbols=$(nm --dynamic --undefined-only "$winnow")
expect "position-independent code (PIE)" 'Type: +DYN' "$headers"
expect "read-only relocations (relro)" 'GNU_RELRO' "$headers"
expect "binding at start (now)" 'Flags: .*NOW' "$headers"
expect "a stack that is not executable" 'GNU_STACK .* RW ' "$headers"
expect "the stack protector" ' __stack_chk_fail' "$symbols"
commands=$(cat "$(dirname "$winnow")/build.ninja")
expect "-D_FORTIFY_SOURCE=3" '-D_FORTIFY_SOURCE=3' "$commands"
expect "stack clash protection" '-fstack-clash-protection' "$commands"
[ "$(uname -m)" != x86_64 ] || expect "control-flow protection" '-fcf-protection' "$commands"
expect "fortified functions" ' __(mem|str|s?n?v?printf|f|v|read)[a-z]*_chk' "$symbols"
[ "$faults" -eq 0 ]
