#!/usr/bin/env bash
# Writes src/Berth.Acme/Limits/public-suffixes.gz, the Public Suffix List that tells registered domains apart. Run by hand when a newer
# list is wanted; nothing fetches it at runtime. Its first line is the list's date; then one rule a line, sorted by bytes.
#   scripts/public-suffixes.sh [FILE]     from FILE, such as /usr/share/publicsuffix/public_suffix_list.dat, or from publicsuffix.org
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
target=src/Berth.Acme/Limits/public-suffixes.gz
list=$(mktemp)
trap 'rm -f "$list" "$target.new"' EXIT
if [ $# -gt 0 ]; then cp -p "$1" "$list"; else curl -sSfR -o "$list" https://publicsuffix.org/list/public_suffix_list.dat; fi

date=$(sed -n 's|^// VERSION: \([0-9-]*\).*|\1|p' "$list" | head -1)
[ -n "$date" ] || date=$(date -u -r "$list" +%Y-%m-%d)
{ echo "// $date (Mozilla Public License 2.0, https://publicsuffix.org/list/, rules only)"; grep -vE '^[[:space:]]*(//|$)' "$list" | sed 's/[[:space:]].*$//' | LC_ALL=C sort -u; } | gzip -9n >"$target.new"
rules=$(gzip -dc "$target.new" | tail -n +2 | wc -l)
[ "$rules" -gt 5000 ] || { echo " !     That is no Public Suffix List: it has $rules rules." >&2; exit 1; }
mv "$target.new" "$target"
echo "-----> $rules rules of $date, $(stat -c %s "$target") bytes"
