#!/bin/sh
# Bring qemu's user mode, with which tests run models on another processor; they skip without it.
set -eu
command -v qemu-x86_64 >/dev/null 2>&1 && exit 0
as_root=""
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null && as_root="sudo -n"
fi
if command -v apt-get >/dev/null 2>&1 && { [ "$(id -u)" = 0 ] || [ -n "$as_root" ]; }; then
  $as_root apt-get update -qq
  $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends qemu-user >/dev/null && exit 0
fi
echo "no qemu-x86_64, and none could be installed: the tests of another processor will skip" >&2
