#!/usr/bin/env bash
# Renders on an emulated x86-64 processor without AVX and FMA, and compares with this processor's own picture.
# An instruction that such a processor lacks ends the run; skipped where there is no qemu-x86_64.
#
#   scripts/check-baseline.sh [BUILD]   the command under BUILD, .build/release if not given
set -euo pipefail
sfumato=${1:-$(cd "$(dirname "$0")/.." && pwd)/.build/release}/sfumato

if [ "$(uname -sm)" != "Linux x86_64" ] || ! command -v qemu-x86_64 >/dev/null; then
  echo "check-baseline: no qemu-x86_64 for this machine; skipped"
  exit 0
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cat >"$scratch/mesh.obj" <<'OBJ'
v 1 1 1 1 0 0
v -1 -1 1 0 1 0
v -1 1 -1 0 0 1
v 1 -1 -1 1 1 0
f 1 3 2
f 1 2 4
f 1 4 3
f 2 3 4
OBJ

emulated=(qemu-x86_64 -cpu Westmere "$sfumato")
case "$("${emulated[@]}" doctor --json)" in
  *'"isa":"baseline"'*) ;;
  *)
    echo "check-baseline: a processor without AVX is not told to use the baseline kernels" >&2
    exit 1
    ;;
esac
for mode in crisp soft; do
  arguments=(render "$scratch/mesh.obj" --mode "$mode" --size 96x64 --quiet --json)
  "${emulated[@]}" "${arguments[@]}" -o "$scratch/$mode-emulated.png" >/dev/null
  "$sfumato" "${arguments[@]}" -o "$scratch/$mode-here.png" >/dev/null
  # The C library's functions may round differently on the two; a code of 8 bits may then differ by one.
  "$sfumato" compare "$scratch/$mode-emulated.png" "$scratch/$mode-here.png" --json |
    sed 's/.*"max_abs":\([0-9.e+-]*\).*/\1/' |
    awk -v mode="$mode" '$1 > 1.5 / 255 { print "check-baseline: " mode " differs by " $1 " without AVX"; exit 1 }'
done
echo "check-baseline: pictures agree on a processor without AVX"
