# Sourced by run and test: what a machine needs, and the exact command that installs what is missing.

say()  { printf '%s\n' "$*"; }
fail() { printf ' !     %s\n' "$@" >&2; exit 1; }

# Which words install packages here; empty where we do not know.
installer() {
  if   command -v apt-get >/dev/null; then echo "apt-get install -y --no-install-recommends"
  elif command -v dnf     >/dev/null; then echo "dnf install -y"
  elif command -v pacman  >/dev/null; then echo "pacman -S --noconfirm"
  elif command -v zypper  >/dev/null; then echo "zypper install -y"
  fi
}

# The name of a Debian package here. Only what a build needs is translated; the tests' programs are Debian's.
package() {
  if command -v apt-get >/dev/null; then echo "$1"; return; fi
  case $1 in
    zlib1g-dev) if command -v pacman >/dev/null; then echo zlib; else echo zlib-devel; fi ;;
    *)          echo "$1" ;;
  esac
}

require_sdk() {
  if command -v dotnet >/dev/null && dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then return; fi
  local id="" like="" version="" how feed=packages-microsoft-prod.deb
  [ -r /etc/os-release ] && . /etc/os-release && id=${ID:-} like=${ID_LIKE:-} version=${VERSION_ID:-}
  case "$id $like" in
    *ubuntu*)         how=("sudo apt-get update && sudo apt-get install -y dotnet-sdk-10.0") ;;
    "debian ")        how=("sudo apt-get update && sudo apt-get install -y ca-certificates wget"
                           "wget https://packages.microsoft.com/config/debian/${version:-13}/$feed && sudo dpkg -i $feed"
                           "sudo apt-get update && sudo apt-get install -y dotnet-sdk-10.0") ;;
    *fedora*|*rhel*)  how=("sudo dnf install -y dotnet-sdk-10.0") ;;
    *arch*)           how=("sudo pacman -S dotnet-sdk") ;;
    *)                how=("curl -sSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0"
                           "export PATH=\$HOME/.dotnet:\$PATH") ;;
  esac
  fail "Berth is built with the .NET 10 SDK, and there is none here. Install it:" "${how[@]/#/    }" "Then run this again."
}

# need FILE-OR-COMMAND DEBIAN-PACKAGE: notes the package when the thing is missing.
missing=()
need() {
  case $1 in
    /*) [ -e "$1" ] || missing+=("$2") ;;
    *)  command -v "$1" >/dev/null || missing+=("$2") ;;
  esac
}

# Installs what need() noted: by itself as root on Debian and its like, else it says the command.
install_missing() {
  [ ${#missing[@]} -eq 0 ] && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "-----> Installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || fail "Could not install ${missing[*]}."
  else
    local how names=() package
    for package in "${missing[@]}"; do names+=("$(package "$package")"); done
    how=$(installer)
    case $how in apt-get*) how="apt-get update && sudo $how" ;; esac
    fail "Needed and not here: ${names[*]}. Install what is missing:" "    sudo ${how:-<your package manager>} ${names[*]}" "Then run this again."
  fi
  missing=()
}

# What a native build links against; SQLite goes into the binary where its static library is at hand.
require_native_toolchain() {
  command -v gcc >/dev/null || need clang clang
  need /usr/include/zlib.h zlib1g-dev
  if command -v apt-get >/dev/null; then need "/usr/lib/$(uname -m)-linux-gnu/libsqlite3.a" libsqlite3-dev; fi
  install_missing
}

# build_native FOLDER: publishes berth there unless it is newer than every source file. One line of progress.
build_native() {
  local folder=$1 log=$1/build.log started=$SECONDS
  if [ -x "$folder/berth" ] && [ -z "$(find src docs/problems packaging Directory.* global.json -newer "$folder/berth" -type f -not -path '*/bin/*' -not -path '*/obj/*' -print -quit)" ]; then
    say "-----> berth is built already ($(du -m "$folder/berth" | cut -f1) MB)"
    return
  fi
  mkdir -p "$folder"
  dotnet publish src/Berth -c Release -r "linux-$(native_arch)" -o "$folder" --nologo -v quiet >"$log" 2>&1 &
  local builder=$!
  if [ -t 1 ]; then
    while kill -0 $builder 2>/dev/null; do
      printf '\r-----> Building berth as a native binary … %ds' $((SECONDS - started))
      sleep 1
    done
    printf '\r\e[K'
  else
    say "-----> Building berth as a native binary (some minutes on a small machine)"
  fi
  wait $builder || { cat "$log" >&2; fail "The build failed; its output is above."; }
  say "-----> Built berth in $((SECONDS - started)) s ($(du -m "$folder/berth" | cut -f1) MB)"
}

native_arch() { case $(uname -m) in aarch64) echo arm64 ;; *) echo x64 ;; esac; }
