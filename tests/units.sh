#!/usr/bin/env bash
# units.sh - systemd rates the exposure of winnow@.service at most 1.0 of 10, and its filter of system calls
# still lets the program set up its own sandbox.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v systemd-analyze >/dev/null || {
    echo "units: systemd-analyze is not on this machine: skipped"
    exit 77
}
unit=jobs/examples/winnow@.service
rating=$(systemd-analyze security --offline=true --threshold=10 "$unit") || {
    tail -n 1 <<<"$rating" >&2
    exit 1
}
tail -n 1 <<<"$rating"
for call in seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self; do
    grep -q "^SystemCallFilter=.*\<$call\>" "$unit" || {
        echo "units: $unit does not allow $call" >&2
        exit 1
    }
done
