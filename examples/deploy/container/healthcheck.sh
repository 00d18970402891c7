#!/bin/bash
# examples/deploy/container/healthcheck.sh - asks the admin listener whether the server is alive; an image has bash, and no curl
# SPDX-License-Identifier: BSL-1.0
#
# usage: healthcheck.sh [ADDRESS [PORT]]        exits 0 if /livez says 200 within 3 seconds
set -u
address=${1:-127.0.0.1}
port=${2:-9090}
{ exec 3<> "/dev/tcp/$address/$port"; } 2> /dev/null || { echo "nobody listens at $address:$port"; exit 1; }
printf 'GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
read -r -t 3 _ status _ <&3 || status='no answer'
echo "livez: $status"
[ "$status" = 200 ]
