# Sourced by the benchmarks: a scratch root, the native binary, a Pebble, and ways to measure whole processes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/requirements.sh
require_sdk
require_native_toolchain
build_native artifacts/native >&2
checkout=$PWD

scratch=$(mktemp -d)
# By a path without spaces: hyperfine takes a command as one text.
native=$scratch/berth
ln -s "$checkout/artifacts/native/berth" "$native"
started=()
clean() {
  local pid
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${started[@]}"; do for _ in $(seq 600); do kill -0 "$pid" 2>/dev/null || break; sleep 0.05; done; done
  rm -rf "$scratch"
}
trap clean EXIT

export DOKKU_ROOT=$scratch/home DOKKU_LIB_ROOT=$scratch/lib
berth() { "$native" "$@"; }

# start_berth [OPTION …]: a daemon on free ports.
start_berth() {
  berth serve --http-port "${http_port:-0}" --https-port 0 --authority-port 0 "$@" --detach >/dev/null
  daemon=$(sed -n 's/^ *"processId": *\([0-9]*\).*/\1/p' "$DOKKU_LIB_ROOT/run/daemon.json")
  started+=("$daemon")
}

free_port() { perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport'; }

# start_pebble VALIDATION-PORT: sets $directory and $trust, one certificate for all of them. Its artificial waits are off, and so are its random nonce
# rejections: chance would decide which client pays for them, and certbot gives up at the second in a row.
start_pebble() {
  local api management dns control
  api=$(free_port) management=$(free_port) dns=$(free_port) control=$(free_port)
  [ -e "$scratch/pebble.crt" ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$scratch/pebble.key" -out "$scratch/pebble.crt" 2>/dev/null
  cat >"$scratch/pebble-$api.json" <<JSON
{"pebble":{"listenAddress":"127.0.0.1:$api","managementListenAddress":"127.0.0.1:$management","certificate":"$scratch/pebble.crt",
"privateKey":"$scratch/pebble.key","httpPort":$1,"tlsPort":1,"ocspResponderURL":"","externalAccountBindingRequired":false}}
JSON
  pebble-challtestsrv -dns01 "127.0.0.1:$dns" -management "127.0.0.1:$control" -http01 "" -https01 "" -tlsalpn01 "" \
    -defaultIPv4 127.0.0.1 -defaultIPv6 "" >"$scratch/dns-$api.log" 2>&1 &
  started+=($!)
  PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0 PEBBLE_AUTHZREUSE=0 pebble -config "$scratch/pebble-$api.json" -dnsserver "127.0.0.1:$dns" >"$scratch/pebble-$api.log" 2>&1 &
  started+=($!)
  directory=https://localhost:$api/dir trust=$scratch/pebble.crt
  until curl -s --cacert "$trust" "$directory" >/dev/null; do sleep 0.05; done
}

median() { sort -n | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
