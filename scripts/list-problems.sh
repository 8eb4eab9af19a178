#!/usr/bin/env bash
# Writes the two lists of all problems, after one was added or removed: src/Berth/Commands/ProblemTable.cs from the sources (native
# code keeps no reflection to find them with; a test compares the table with the assemblies), and the table in docs/problems/README.md
# from the first paragraph of each page.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
files=$(grep -rlE --include='*.cs' --exclude-dir=obj --exclude-dir=bin 'static readonly ProblemCode ' src | LC_ALL=C sort)
table=src/Berth/Commands/ProblemTable.cs
{
  { for file in $files; do sed -n 's/^namespace \(.*\);/using \1;/p' "$file"; done; echo "using Berth.Kernel;"; } \
    | grep -v 'using Berth.Commands;' | sed 's/;$//' | LC_ALL=C sort -u | sed 's/$/;/'
  cat <<'HEAD'

namespace Berth.Commands;

/// <summary>Every problem there is: its code, and with it the exit status and the page in <c>docs/problems</c>.</summary>
internal static class ProblemTable
{
    public static IReadOnlyList<ProblemCode> All { get; } =
    [
HEAD
  for file in $files; do
    class=$(basename "$file" .cs)
    sed -n 's/.*static readonly ProblemCode \([A-Za-z]*\) .*/'"$class"'.\1,/p' "$file"
  done | awk '{ if (length(line) + length($0) > 118) { print "        " line; line = $0 } else line = line == "" ? $0 : line " " $0 } END { print "        " line }'
  printf '    ];\n}\n'
} >"$table.new"
mv "$table.new" "$table"

pages=docs/problems/README.md
{
  sed '/^| Code | Meaning |$/q' "$pages"
  echo '| --- | --- |'
  for page in $(ls docs/problems/*.md | grep -v README | LC_ALL=C sort); do
    code=$(basename "$page" .md)
    meaning=$(awk 'NR > 2 && /^$/ { exit } NR > 2 { printf "%s%s", (NR > 3 ? " " : ""), $0 }' "$page")
    echo "| [$code]($code.md) | $meaning |"
  done
} >"$pages.new"
mv "$pages.new" "$pages"
