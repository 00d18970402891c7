# cmake/setup.sh - what the scripts of examples, tests and benchmarks share: messages, packages, compilers; they source it
# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash
#
# Packages go by the names that Debian and Ubuntu give them. Two kinds have a version in their name, so they are chosen:
#   boost-json, boost-url, boost-test    these libraries of Boost, of the newest version that is offered with all of them
#   clang, clang-tidy                    version 19 where it is offered, else the newest
# A Boost or a Clang that is there already, from wherever, is taken as it is.

if [ -z "${BASH_VERSINFO:-}" ] || [ "${BASH_VERSINFO[0]}${BASH_VERSINFO[1]}" -lt 44 ]; then
  echo 'this needs bash 4.4 or newer; on macOS: brew install bash' >&2
  exit 1
fi

least_boost=1.81
least_clang=16
preferred_clang=19

# ---------------------------------------------------------------------------------------------- messages

# With $say_as set, messages begin with it, else with the seconds since the start.
say() {
  if [ -n "${say_as:-}" ]; then printf '%s: %s\n' "$say_as" "$*"; else printf '[%4d s] %s\n' "$SECONDS" "$*"; fi
}

fail() {
  say "FAILED: $*" >&2
  exit 1
}

# quietly COMMAND... - what it prints is shown only when it fails
quietly() {
  local log status=0
  log=$(mktemp)
  "$@" > "$log" 2>&1 || status=$?
  [ "$status" = 0 ] || cat "$log" >&2
  rm -f "$log"
  return "$status"
}

# copy_checkout FROM TO - its files as they are now, committed or not, and nothing that was built there
copy_checkout() {
  mkdir -p "$2"
  if git -C "$1" rev-parse --git-dir > /dev/null 2>&1; then
    (cd "$1" && git ls-files -z --cached --others --exclude-standard)
  else
    (cd "$1" && find . -path ./build -prune -o -type f -print0)
  fi | tar -c -C "$1" --null --ignore-failed-read -T - -f - | tar -x --no-same-owner -C "$2" -f -
}

cores() { nproc 2> /dev/null || getconf _NPROCESSORS_ONLN; }

# note_cpu - leave in $cpu the seconds of processor time of what this shell has waited for; by a file, since a subshell would
# tell of its own children
note_cpu() {
  local file
  file=$(mktemp)
  times > "$file"
  # the second line: user and system, each as 1m2.345s
  cpu=$(awk 'NR == 2 { gsub(/[ms]/, " "); $0 = $0; printf "%d\n", $1 * 60 + $2 + $3 * 60 + $4 }' "$file")
  rm -f "$file"
}

# ---------------------------------------------------------------------------------------------- what is there

is_installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2> /dev/null)" = installed ]
}

# is_there PACKAGE - installed as a package, or its command has come from elsewhere
is_there() {
  local command
  case $1 in
    g++ | cmake | curl | meson | npm | chromium | openssl | valgrind | wrk | clang-*) command=$1 ;;
    pkg-config) command=pkg-config ;;
    ninja-build) command=ninja ;;
    nodejs) command=node ;;
    *) command= ;;
  esac
  { [ -n "$command" ] && command -v "$command" > /dev/null; } || is_installed "$1"
}

# The Boost packages that are installed, one a line.
installed_boost() {
  dpkg-query -W -f='${db:Status-Status} ${Package}\n' 'libboost*-dev' 2> /dev/null | sed -n 's/^installed //p' || true
}

# The packages of Boost and Clang that the system offers, as apt-cache search prints them.
offered_packages() {
  apt-cache search --names-only \
    '^(libboost(-json|-url|-test)?[0-9.]+-dev|clang-[0-9]+|libclang-rt-[0-9]+-dev)$'
}

# compiler_has_boost LIBRARY... - whether the compiler finds a Boost that is new enough and has these libraries
compiler_has_boost() {
  local compiler program status=0 library options=()
  compiler=$(command -v g++ || command -v c++) || return 1
  [ -z "${Boost_ROOT:-}" ] || options+=("-I$Boost_ROOT/include" "-L$Boost_ROOT/lib")
  for library in "$@"; do
    [ "$library" != test ] || library=unit_test_framework
    options+=("-lboost_$library")
  done
  program=$(mktemp)
  "$compiler" -x c++ -o "$program" - "${options[@]}" > /dev/null 2>&1 << END || status=1
#include <boost/version.hpp>
static_assert(BOOST_VERSION >= ${least_boost%.*} * 100000 + ${least_boost#*.} * 100, "too old");
int main() {}
END
  rm -f "$program"
  return "$status"
}

# find_clang - prints the command of the Clang to use, as clang++-19; fails if there is none that has its sanitizers
find_clang() {
  local names=("clang++-$preferred_clang") version name program
  for version in $(seq 40 -1 $least_clang); do names+=("clang++-$version"); done
  names+=(clang++)
  program=$(mktemp)
  for name in "${names[@]}"; do
    command -v "$name" > /dev/null || continue
    version=$("$name" -dumpversion)
    [ "${version%%.*}" -ge $least_clang ] || continue
    if "$name" -fsanitize=address,undefined -x c++ -o "$program" - 2> /dev/null <<< 'int main() {}'; then
      rm -f "$program"
      printf '%s\n' "$name"
      return 0
    fi
  done
  rm -f "$program"
  return 1
}

# ---------------------------------------------------------------------------------------------- what to choose

# newest_boost LIBRARY... - of the packages on standard input, the version of the newest Boost that is new enough and has
# all these libraries; prints nothing if there is none
newest_boost() {
  awk -v libraries="$*" -v least=$least_boost '
    function number(version,   part) { split(version, part, "."); return part[1] * 1000 + part[2] }
    { offered[$1] = 1 }
    END {
      count = split(libraries, library, " ")
      for (package in offered) {
        if (package !~ /^libboost[0-9]+\.[0-9]+-dev$/) continue
        version = substr(package, 9, length(package) - 12)
        complete = number(version) >= number(least)
        for (i = 1; i <= count; i++) if (!(("libboost-" library[i] version "-dev") in offered)) complete = 0
        if (complete && number(version) > number(newest)) newest = version
      }
      if (newest != "") print newest
    }'
}

# choose_clang - of the packages on standard input, the version of Clang to install; prints nothing if there is none
choose_clang() {
  awk -v least=$least_clang -v preferred=$preferred_clang '
    { offered[$1] = 1 }
    END {
      for (package in offered) {
        if (package !~ /^clang-[0-9]+$/) continue
        version = substr(package, 7) + 0
        if (version < least || !(("libclang-rt-" version "-dev") in offered)) continue
        if (version == preferred || (newest != preferred && version > newest)) newest = version
      }
      if (newest) print newest
    }'
}

# choose_boost LIBRARY... - leaves the packages that are missing in $chosen and why in $reason; fails with advice
choose_boost() {
  local version library package
  chosen=()
  reason=
  version=$(installed_boost | newest_boost)
  if [ -n "$version" ]; then
    reason="Boost $version is installed"
  elif compiler_has_boost "$@"; then
    reason='the compiler finds a Boost'
    return 0
  else
    version=$(offered_packages | newest_boost "$@")
    if [ -z "$version" ]; then
      reason="this system offers no Boost of version $least_boost or newer with: $*. Install one from its source, and say where by Boost_ROOT=FOLDER"
      return 1
    fi
    package=$(installed_boost | grep -E -m 1 '^libboost[0-9.]+-dev$' || true)
    if [ -n "$package" ]; then
      reason="$package, which libboost-dev may have brought, is older than $least_boost and conflicts with libboost$version-dev; remove it first: apt-get remove $package"
      return 1
    fi
    reason="Boost $version is the newest that is offered"
  fi
  for package in "libboost$version-dev" $(for library in "$@"; do echo "libboost-$library$version-dev"; done); do
    is_there "$package" || chosen+=("$package")
  done
}

# ---------------------------------------------------------------------------------------------- other systems

# names_on SYSTEM PACKAGE... - what the packages are called there, each once; SYSTEM: fedora, arch or homebrew
names_on() {
  local system=$1
  shift
  printf '%s\n' "$@" | awk -v system_name="$system" '
    BEGIN {
      column["fedora"] = 2; column["arch"] = 3; column["homebrew"] = 4
      rows = "g++ gcc-c++ gcc -|cmake cmake cmake cmake|ninja-build ninja-build ninja ninja|" \
        "pkg-config pkgconf-pkg-config pkgconf pkgconf|boost-json boost-devel boost boost|boost-url boost-devel boost boost|" \
        "boost-test boost-devel boost boost|libssl-dev openssl-devel openssl openssl@3|libgd-dev gd-devel gd gd|" \
        "libsqlite3-dev sqlite-devel sqlite sqlite|libpq-dev libpq-devel postgresql-libs libpq|libhiredis-dev hiredis-devel hiredis hiredis|redis-tools redis redis redis|" \
        "curl curl curl curl|meson meson meson meson|" \
        "libbenchmark-dev google-benchmark-devel benchmark google-benchmark|clang clang,compiler-rt clang,compiler-rt llvm|" \
        "clang-tidy clang-tools-extra clang llvm|clang-format-19 clang-tools-extra clang clang-format|nodejs nodejs nodejs node|npm nodejs-npm npm node|" \
        "chromium chromium chromium chromium|openssl openssl openssl openssl@3"
      count = split(rows, row, "|")
      for (i = 1; i <= count; i++) { split(row[i], name, " "); there[name[1]] = name[column[system_name]] }
    }
    {
      count = split($1 in there ? there[$1] : $1, part, ",")
      for (i = 1; i <= count; i++) if (part[i] != "-" && !seen[part[i]]++) printf "%s%s", (printed++ ? " " : ""), part[i]
    }
    END { print "" }'
}

# system_family [FILE] - fedora, arch, homebrew or other; FILE: instead of /etc/os-release
# shellcheck disable=SC2120  # its test names a file
system_family() {
  local ids
  if [ "$(uname -s)" = Darwin ]; then echo homebrew; return; fi
  ids=$(sed -n 's/^ID\(_LIKE\)\{0,1\}=//p' "${1:-/etc/os-release}" 2> /dev/null | tr -d '"' | tr '\n' ' ' || true)
  case " $ids" in
    *' fedora '*) echo fedora ;;
    *' arch '*) echo arch ;;
    *) echo other ;;
  esac
}

# advise PACKAGE... - where there is no apt-get: say what to install unless all that can be seen is there, and go on
advise() {
  local package libraries=() unseen=
  for package in "$@"; do
    case $package in
      boost-*) libraries+=("${package#boost-}") ;;
      clang) find_clang > /dev/null || unseen=yes ;;
      # what a system calls its libraries says nothing about another: CMake looks for them
      lib*-dev) ;;
      *) is_there "$package" || unseen=yes ;;
    esac
  done
  [ ${#libraries[@]} = 0 ] || compiler_has_boost "${libraries[@]}" || unseen=yes
  if [ -z "$unseen" ]; then
    say 'packages: the tools and Boost are there'
    return
  fi
  say 'packages: this is neither Debian nor Ubuntu, so nothing is installed. What is needed:'
  # shellcheck disable=SC2119  # these arguments are packages
  case $(system_family) in
    fedora) echo "  sudo dnf install $(names_on fedora "$@")" ;;
    arch) echo "  sudo pacman -S --needed $(names_on arch "$@")" ;;
    homebrew) echo "  xcode-select --install; brew install $(names_on homebrew "$@")" ;;
    *)
      echo "  Fedora:    $(names_on fedora "$@")"
      echo "  Arch:      $(names_on arch "$@")"
      echo "  Homebrew:  $(names_on homebrew "$@")"
      ;;
  esac
}

# ---------------------------------------------------------------------------------------------- packages

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

apt=(apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)

# list_missing PACKAGE... - leaves what has to be installed in $missing and what was chosen in $choices
list_missing() {
  local package version libraries=() wants_clang='' clang
  missing=()
  choices=
  for package in "$@"; do
    case $package in
      boost-*) libraries+=("${package#boost-}") ;;
      clang | clang-tidy) wants_clang="$wants_clang $package" ;;
      *) is_there "$package" || missing+=("$package") ;;
    esac
  done
  if [ ${#libraries[@]} != 0 ]; then
    choose_boost "${libraries[@]}" || return 1
    if [ ${#chosen[@]} != 0 ]; then
      missing+=("${chosen[@]}")
      choices="$choices; $reason"
    fi
  fi
  [ -n "$wants_clang" ] || return 0
  if clang=$(find_clang); then
    version=${clang#clang++}
    version=${version#-}
  else
    version=$(offered_packages | choose_clang)
    if [ -z "$version" ]; then
      reason="this system offers no Clang of version $least_clang or newer with its sanitizers"
      return 1
    fi
    for package in "clang-$version" "libclang-rt-$version-dev"; do
      is_installed "$package" || missing+=("$package")
    done
    choices="$choices; Clang $version"
  fi
  case $wants_clang in
    *clang-tidy*) is_there "clang-tidy${version:+-$version}" || missing+=("clang-tidy${version:+-$version}") ;;
  esac
}

# install_missing PACKAGE... - by apt-get, only these, and only if something is missing; elsewhere it says what is needed
install_missing() {
  local problem=
  if ! command -v dpkg-query > /dev/null || ! command -v apt-get > /dev/null; then
    advise "$@"
    return
  fi
  # The lists may be old or, on a fresh system, empty: what is missing decides whether they are read again.
  if ! list_missing "$@"; then
    problem=$reason
  elif [ ${#missing[@]} = 0 ]; then
    say 'packages: nothing is missing'
    return
  fi
  if [ -n "${MCPAWL_NO_INSTALL:-}" ]; then
    fail "packages: MCPAWL_NO_INSTALL is set, and this is missing: ${missing[*]}${problem:+; $problem}"
  fi
  if [ "$(id -u)" != 0 ] && ! command -v sudo > /dev/null; then
    fail "packages: something is missing; run this as root: $0"
  fi
  say "packages: reading what is offered$([ "$(id -u)" = 0 ] || echo ' (with sudo)')"
  as_root "${apt[@]}" update || fail 'packages: apt-get update failed'
  list_missing "$@" || fail "packages: $reason"
  say "packages: installing ${missing[*]}${choices:+ (${choices#; })}"
  as_root env DEBIAN_FRONTEND=noninteractive "${apt[@]}" -y --no-install-recommends install "${missing[@]}" ||
    fail 'packages: apt-get install failed'
}

# ---------------------------------------------------------------------------------------------- examples

# build_examples PROGRAM... - unless MCPAWL_BIN_DIR names a folder that has them
build_examples() {
  local program root
  root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
  if [ -z "${MCPAWL_BIN_DIR:-}" ]; then
    export MCPAWL_BIN_DIR=$root/build/release/examples
    say 'building the examples (g++ -O2; nothing to do if they are up to date)'
    (cd "$root" && quietly cmake --preset release && cmake --build --preset release --target "$@")
  fi
  for program in "$@"; do
    [ -x "$MCPAWL_BIN_DIR/$program" ] || fail "there is no $MCPAWL_BIN_DIR/$program"
  done
}

# install_stopped PACKAGE... - as install_missing, for servers that are not to start by themselves
install_stopped() {
  local rule=/usr/sbin/policy-rc.d made=
  if [ "$(id -u)" = 0 ] && [ -d /usr/sbin ] && [ ! -e "$rule" ]; then
    printf '#!/bin/sh\nexit 101\n' > "$rule"
    chmod 755 "$rule"
    made=yes
  fi
  install_missing "$@"
  [ -z "$made" ] || rm -f "$rule"
}

# ---------------------------------------------------------------------------------------------- programs in front of servers

# replaced FILE (FROM TO)... - the file with each FROM replaced; one that is not in it is an error
replaced() {
  local text
  text=$(cat "$1")
  shift
  while [ $# != 0 ]; do
    case $text in
      *"$1"*) text=${text//"$1"/"$2"} ;;
      *) fail "there is no \"$1\" to be replaced" ;;
    esac
    shift 2
  done
  printf '%s\n' "$text"
}

# unpacked NAME FILE - leave in $program where it is: here, or from a package of this name, unpacked below build/deploy, since the
# package itself would start a server for everybody; fails if neither. Needs $repository, and $scratch, a folder for what is in between
unpacked() {
  program=$(PATH=$PATH:/usr/sbin command -v "$1" || true)
  [ -z "$program" ] || return 0
  program=$repository/build/deploy$2
  [ ! -x "$program" ] || return 0
  if [ -n "${MCPAWL_NO_INSTALL:-}" ] || ! command -v apt-get > /dev/null; then return 1; fi
  say "unpacking $1"
  mkdir -p "$scratch/package-$1"
  (
    cd "$scratch/package-$1"
    apt-get -q download "$1" || { as_root "${apt[@]}" update && apt-get -q download "$1"; }
  ) > "$scratch/apt.log" 2>&1 || fail "the package $1 is not to be had"
  dpkg -x "$scratch/package-$1"/*.deb "$repository/build/deploy"
}

# nginx_conf FILE [FROM TO]... - write $scratch/nginx/nginx.conf with a file of ours in it, changed as `replaced` does
nginx_conf() {
  mkdir -p "$scratch/nginx"
  replaced "$@" > "$scratch/nginx/mcpawl.conf"
  cat > "$scratch/nginx/nginx.conf" << CONF
daemon off;
worker_processes 1;
pid $scratch/nginx/pid;
error_log stderr;
$([ "$(id -u)" != 0 ] || echo 'user root;')
events {}
http {
  access_log off;
  client_body_temp_path $scratch/nginx/body;
  proxy_temp_path $scratch/nginx/proxy;
  fastcgi_temp_path $scratch/nginx/fastcgi;
  uwsgi_temp_path $scratch/nginx/uwsgi;
  scgi_temp_path $scratch/nginx/scgi;
  include $scratch/nginx/mcpawl.conf;
}
CONF
}
