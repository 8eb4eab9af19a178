#!/usr/bin/env bash
# Unpacks programs from Debian sid into artifacts/sid, installing nothing: tests use them where the stable release is too old
# (pebble 2.10 has renewal information, profiles, dns-account-01 and dns-persist-01). Where there is no apt, or no network, it
# says so and the tests that need them are skipped.
#   scripts/debian-sid.sh PACKAGE …
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
target=$PWD/artifacts/sid
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
skip() { echo "-----> Without $*: $reason" >&2; exit 0; }

reason="this machine has no apt-get"
command -v apt-get >/dev/null || skip "$@"
reason="$keyring is not there"
[ -r "$keyring" ] || skip "$@"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial"
echo "deb [signed-by=$keyring] http://deb.debian.org/debian sid main" >"$work/sources.list"
apt=(apt-get -qq -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State="$work/state"
  -o Dir::State::status=/var/lib/dpkg/status -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root)
reason="Debian's archive was not reached"
cd "$work"
{ "${apt[@]}" update && "${apt[@]}" download "$@"; } >"$work/log" 2>&1 || skip "$@"
mkdir -p "$target"
for package in ./*.deb; do dpkg -x "$package" "$target"; done
echo "-----> Unpacked $* into artifacts/sid"
