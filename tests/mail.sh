#!/usr/bin/env bash
# mail.sh - subject, sender, date and text of the mails in ../shared are those that Python's `email`
# gives, except for the differences listed in docs/FORMATS.md.
set -eu
cd "$(dirname "$0")/.."
winnow=$(realpath "${1:-build/winnow}")
mails=$PWD/../shared/data/formats/email
if [ ! -d "$mails" ] || ! command -v python3 >/dev/null; then
    echo "mail: python3 or ../shared/data/formats/email does not exist: skipped"
    exit 77
fi
python3 tests/parity/mail.py --winnow "$winnow" "$mails"
