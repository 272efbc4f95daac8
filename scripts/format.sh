#!/usr/bin/env bash
# Formats every Swift file in place; with --check changes nothing and fails on the first rule that is broken.
set -euo pipefail
cd "$(dirname "$0")/.."
paths=(Package.swift Sources Tests examples)
case "${1:-}" in
  "") swift format --in-place --recursive --parallel "${paths[@]}" ;;
  --check) swift format lint --strict --recursive --parallel "${paths[@]}" ;;
  *)
    echo "usage: scripts/format.sh [--check]" >&2
    exit 2
    ;;
esac
