#!/usr/bin/env bash
# Fails if a weak function of a wide kernel module holds instructions that an x86-64 baseline lacks.
#
# Generic library code that is specialised in a kernel module becomes a weak symbol. The linker keeps one copy of
# it for the whole program, and it may keep the one compiled for AVX: then a processor without AVX meets it outside the
# kernels. So each weak function in the objects of SfumatoKernelsV3 and V4 must do without VEX and EVEX, unless no
# other module can have it: its mangled name carries the module's own name, and no other object defines it.
#
#   scripts/check-kernels.sh [BUILD]      the objects under BUILD, .build/release if not given
#   scripts/check-kernels.sh --self-test  that the check passes and fails where it should
set -euo pipefail

if [ "$(uname -s)" != Linux ] || [ "$(uname -m)" != x86_64 ]; then
  echo "check-kernels: wide kernels exist on x86-64 Linux only; nothing to check"
  exit 0
fi

# Prints "OBJECT: SYMBOL: INSTRUCTION" for the first such instruction of each weak function of an object that
# some other module may have as well; the object's folder is MODULE.build.
wide_weak_functions() { # OBJECT FILE-OF-SYMBOLS-ELSEWHERE
  local object=$1 elsewhere=$2 module weak
  module=$(basename "$(dirname "$object")" .build)
  weak=$(nm --defined-only "$object" | awk -v own="${#module}$module" '
    FILENAME != "-" { elsewhere[$1] = 1; next }
    $2 ~ /^[WVu]$/ && (!index($3, own) || $3 in elsewhere) { print $3 }' "$elsewhere" -)
  [ -n "$weak" ] || return 0
  objdump -d --no-show-raw-insn "$object" | awk -v object="$object" -v names="$weak" '
    BEGIN { n = split(names, list, "\n"); for (i = 1; i <= n; i++) weak[list[i]] = 1 }
    /^[0-9a-f]+ <.*>:$/ {
      name = $2; sub(/^</, "", name); sub(/>:$/, "", name)
      inside = name in weak
      next
    }
    inside && /^ *[0-9a-f]+:/ {
      # The mask and bit manipulation instructions are VEX too.
      vector = $2 ~ /^v/ && $2 !~ /^ver[rw]$/
      vex = $2 ~ /^(k(mov|and|andn|or|xor|xnor|not|test|ortest|add|shiftl|shiftr|unpck)[a-z]*|andn|bextr|bls(i|r|msk)|bzhi|mulx|pdep|pext|rorx|sarx|shlx|shrx|lzcnt)[lq]?$/
      if (vector || vex || /%[yz]mm[0-9]/) {
        line = $0; sub(/^ *[0-9a-f]+:[ \t]*/, "", line); gsub(/[ \t]+/, " ", line)
        print object ": " name ": " line
        inside = 0
      }
    }'
}

check() { # FILE-OF-SYMBOLS-ELSEWHERE OBJECT...
  local status=0 found object elsewhere=$1
  shift
  for object in "$@"; do
    found=$(wide_weak_functions "$object" "$elsewhere")
    [ -z "$found" ] && continue
    echo "$found"
    status=1
  done
  return $status
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

self_test() {
  # One function an object: binding, name, instruction, and what the check must say of it.
  local failures=0 folder="$scratch/SfumatoKernelsV3.build" binding name instruction verdict said
  mkdir "$folder"
  echo '$s16SfumatoKernelsV36sharedyyF' >"$scratch/elsewhere"
  while IFS='|' read -r binding name instruction verdict; do
    printf '.text\n.%s %s\n.type %s, @function\n%s:\n%s\nret\n' \
      "$binding" "$name" "$name" "$name" "$instruction" | as -o "$folder/$name.o" -
    if check "$scratch/elsewhere" "$folder/$name.o" >/dev/null; then said=clean; else said=wide; fi
    if [ "$said" != "$verdict" ]; then
      echo "check-kernels: self-test: $binding $name '$instruction' is $verdict, called $said" >&2
      failures=$((failures + 1))
    fi
  done <<'CASES'
weak|sse|addps %xmm1, %xmm0|clean
weak|integer|verr %ax|clean
globl|strong_avx|vaddps %ymm1, %ymm0, %ymm0|clean
weak|avx_ymm|vaddps %ymm1, %ymm0, %ymm0|wide
weak|avx_xmm|vmulss %xmm1, %xmm0, %xmm0|wide
weak|avx_move|vmovups %xmm1, %xmm0|wide
weak|avx512|vaddps %zmm1, %zmm0, %zmm0{%k1}|wide
weak|mask|kmovw %eax, %k1|wide
weak|bmi|shlx %eax, %ecx, %edx|wide
weak|$s16SfumatoKernelsV33ownyyF|vaddps %ymm1, %ymm0, %ymm0|clean
weak|$s16SfumatoKernelsV36sharedyyF|vaddps %ymm1, %ymm0, %ymm0|wide
weak|$sSa6appendyyxnFSf_Tg5|vaddps %ymm1, %ymm0, %ymm0|wide
CASES
  [ $failures -eq 0 ] || exit 1
  echo "check-kernels: self-test passed"
}

if [ "${1:-}" = --self-test ]; then
  self_test
  exit 0
fi

build=${1:-$(cd "$(dirname "$0")/.." && pwd)/.build/release}
status=0
count=0
for module in SfumatoKernelsV3 SfumatoKernelsV4; do
  mapfile -t objects < <(find -L "$build/$module.build" -name '*.o' 2>/dev/null)
  if [ ${#objects[@]} -eq 0 ]; then
    echo "check-kernels: no objects of $module under $build; build first" >&2
    exit 2
  fi
  find -L "$build" -name '*.o' -not -path "*/$module.build/*" -exec nm --defined-only {} + 2>/dev/null |
    awk 'NF == 3 { print $3 }' >"$scratch/elsewhere"
  check "$scratch/elsewhere" "${objects[@]}" || status=1
  count=$((count + ${#objects[@]}))
done
if [ $status -ne 0 ]; then
  echo "check-kernels: the weak functions above would bring wide instructions to processors without them" >&2
  exit 1
fi
echo "check-kernels: $count objects, no wide weak function that another module may have"
