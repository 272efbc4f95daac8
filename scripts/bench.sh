#!/usr/bin/env bash
# Builds the command and runs `sfumato bench`; options go on to it.
#
#   scripts/bench.sh --meshes DIR             a table
#   scripts/bench.sh --meshes DIR --json      one JSON object, as in Benchmarks/baseline.json
set -euo pipefail
cd "$(dirname "$0")/.."

# The meshes: those that --meshes or SFUMATO_MESHES names, else those beside the repository, where they are.
if [ -z "${SFUMATO_MESHES:-}" ] && [ -d ../shared/data/meshes ]; then
  export SFUMATO_MESHES=../shared/data/meshes
fi

swift build -c release --product sfumato >&2
exec "$(swift build -c release --show-bin-path)/sfumato" bench "$@"
