# tests/portability/roots.sh - Debian systems to build in: made once, kept as layers, entered by chroot; for run.sh
# SPDX-License-Identifier: BSL-1.0
# shellcheck shell=bash disable=SC2154  # run.sh sets $cache, $scratch, $checkout and $tree
#
# A layer is a folder of the cache: `files` (what it adds to the layers below it), `below` (their names, the nearest first,
# one a line), `key` (what it was made from), `made` (the checksum of the checkout that made it). It is made under another
# name and renamed when it is complete. Every entry sees the layers and the checkout through an overlay whose changes are
# thrown away, or kept as the files of a new layer.

# How old the first layer of a system may become, in days: sid moves every day.
declare -A max_days=([trixie]=60 [sid]=7)

# debian_mirror - where this machine gets Debian's packages from, as apt knows it
debian_mirror() {
  local mirror=${MCPAWL_DEBIAN_MIRROR:-}
  if [ -z "$mirror" ] && command -v apt-get > /dev/null; then
    # shellcheck disable=SC2016  # apt-get replaces the names
    mirror=$(apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 'Created-By: Packages' |
      sed -n 's/^Debian Debian //p' | head -n 1)
    if [ -z "$mirror" ]; then
      # before the first `apt-get update` nothing but the address is known
      # shellcheck disable=SC2016
      mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | sed -n '\,/debian/*$,p' | head -n 1)
    fi
  fi
  [ -n "$mirror" ] || fail "portability: apt knows no mirror of Debian: set MCPAWL_DEBIAN_MIRROR to the URL of one"
  printf %s "$mirror"
}

# discard FOLDER... - delete them, unless something is mounted in one: that would be deleted, too
discard() {
  local folder
  for folder; do
    if cut -d ' ' -f 5 /proc/self/mountinfo | grep -q -F "$folder/"; then
      fail "portability: something is mounted in $folder"
    fi
    rm -rf --one-file-system "$folder"
  done
}

# lower_of LAYER - what an overlay is mounted over: the layer and those below it
lower_of() {
  local name out=$cache/$1/files
  while read -r name; do out+=:$cache/$name/files; done < "$cache/$1/below"
  printf %s "$out"
}

# make_devices FOLDER - devices of its own: the machine's /dev is never mounted below a folder that is removed later
make_devices() {
  local device
  mount -t tmpfs -o mode=755,size=64m devices "$1"
  for device in 'null 3' 'zero 5' 'full 7' 'random 8' 'urandom 9'; do
    mknod -m 666 "$1/${device% *}" c 1 "${device#* }"
  done
  mkdir -m 1777 "$1/shm"
  ln -s /proc/self/fd "$1/fd"
  ln -s /proc/self/fd/0 "$1/stdin"
  ln -s /proc/self/fd/1 "$1/stdout"
  ln -s /proc/self/fd/2 "$1/stderr"
}

# enter LAYER CHANGES COMMAND... - run a command in the system made of the layers; what it changes is left in CHANGES/files
#
# It sees neither the devices of this machine nor anything else of it but the checkout, a copy, and the cache of ccache.
enter() {
  local layer=$1 changes=$2 status=0 at
  shift 2
  at=$(mktemp -d "$scratch/at.XXXXXX")
  mkdir -p "$changes/files" "$changes/work" "$cache/ccache"
  mount -t overlay overlay -o "lowerdir=$checkout:$(lower_of "$layer"),upperdir=$changes/files,workdir=$changes/work" "$at" ||
    fail "portability: the file system of $cache can hold no overlay: set MCPAWL_ROOTS to a folder on another"
  mount -t proc proc "$at/proc"
  make_devices "$at/dev"
  mkdir -p "$at/ccache"
  mount --bind "$cache/ccache" "$at/ccache"
  cp -L /etc/resolv.conf "$at/etc/resolv.conf"
  printf '%s\n' '127.0.0.1 localhost' '::1 localhost' > "$at/etc/hosts"
  env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
    CCACHE_DIR=/ccache CCACHE_MAXSIZE=5G MCPAWL_JOBS="$jobs" \
    ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} ${no_proxy:+no_proxy="$no_proxy"} \
    chroot "$at" bash -c 'cd /mcpawl && exec "$@"' bash "$@" < /dev/null || status=$?
  # A process that is left in it would keep it from being unmounted; then it stays as it is until this run ends.
  umount -R "$at" || fail "portability: something still runs in the system that $* was run in"
  return "$status"
}

# base SUITE - the layer SUITE: what debootstrap makes, and ccache
base() {
  local suite=$1 dir=$cache/$1 partial=$cache/$1.partial mirror proxy=''
  if [ -f "$dir/key" ]; then
    [ -n "$(find "$dir/key" -mtime "+${max_days[$suite]}")" ] || return 0
    say "$suite: older than ${max_days[$suite]} days, made anew"
  fi
  mirror=$(debian_mirror)
  discard "$dir" "$partial"
  mkdir -p "$partial/files"
  # the names of suites that debootstrap does not know yet are links to the script of sid
  debootstrap --variant=minbase --include=ca-certificates,ccache \
    --keyring=/usr/share/keyrings/debian-archive-keyring.gpg "$suite" "$partial/files" "$mirror" > "$partial/log" 2>&1 || {
    tail -n 20 "$partial/log" "$partial/files/debootstrap/debootstrap.log"
    fail "portability: debootstrap could not make $suite from $mirror"
  }
  ! command -v apt-config > /dev/null || eval "$(apt-config shell proxy Acquire::http::Proxy)"
  # the release file of sid is valid for a week only, which a mirror that lags exceeds; signatures are checked as ever
  {
    echo 'Acquire::Check-Valid-Until "false";'
    echo 'Acquire::Languages "none";'
    [ -z "$proxy" ] || echo "Acquire::http::Proxy \"$proxy\";"
  } > "$partial/files/etc/apt/apt.conf.d/99portability"
  # a root that is thrown away when it is incomplete need not wait for the disk, nor hold manuals
  printf '%s\n' force-unsafe-io 'path-exclude=/usr/share/doc/*' 'path-exclude=/usr/share/man/*' \
    > "$partial/files/etc/dpkg/dpkg.cfg.d/portability"
  : > "$partial/below"
  date +%s.%N > "$partial/key"
  mv "$partial" "$dir"
}

# layer NAME BELOW KEY COMMAND... - the layer NAME: BELOW, and what the command changes in it
layer() {
  local name=$1 below=$2 key partial=$cache/$1.partial
  key="$(cat "$cache/$2/key") $3"
  shift 3
  if [ -f "$cache/$name/key" ] && [ "$(cat "$cache/$name/key")" = "$key" ]; then return; fi
  discard "$cache/$name" "$partial"
  enter "$below" "$partial" "$@"
  discard "$partial/work" "$partial/files/mcpawl" "$partial/files/ccache"
  { echo "$below"; cat "$cache/$below/below"; } > "$partial/below"
  printf '%s\n' "$tree" > "$partial/made"
  printf '%s\n' "$key" > "$partial/key"
  mv "$partial" "$cache/$name"
}

# within LAYER COMMAND... - run a command and forget what it changed
within() {
  local layer=$1 changes status=0
  shift
  changes=$(mktemp -d "$scratch/changes.XXXXXX")
  enter "$layer" "$changes" "$@" || status=$?
  discard "$changes"
  return "$status"
}
