#!/bin/sh
# Runs a command from .venv if it is there (Linux, macOS, Windows), else from PATH.
set -eu
cd "$(dirname "$0")/../.."
for folder in .venv/bin .venv/Scripts; do
    [ -d "$folder" ] && PATH="$PWD/$folder:$PATH"
done
export PATH
exec "$@"
