#!/usr/bin/env bash
# Installs what the build needs, through apt-get or brew. Idempotent, and quiet where nothing is missing.
#
#   scripts/setup.sh          what the package builds with
#   scripts/setup.sh --test   and what scripts/test.sh looks with
set -euo pipefail
for_tests=false
[ "${1:-}" = "--test" ] && for_tests=true

say() { echo "setup: $*" >&2; }

# What is missing, as "what|Debian package|brew formula"; each is tried for what it does, not for its name.
missing=()
need() { missing+=("$1|$2|$3"); }

compiles_cxx() {
  local compiler
  compiler=$(command -v clang++ || command -v g++ || command -v c++) || return 1
  printf '#include <vector>\nint main() {}\n' | "$compiler" -x c++ -fsyntax-only - 2>/dev/null
}

look() {
  missing=()
  command -v git >/dev/null || need "git" git git
  command -v pkg-config >/dev/null || need "pkg-config" pkg-config pkgconf
  compiles_cxx || need "the C++ standard library's headers" g++ gcc
  pkg-config --exists libpng 2>/dev/null || need "libpng's headers" libpng-dev libpng
  pkg-config --exists libturbojpeg 2>/dev/null || need "TurboJPEG's headers" libturbojpeg0-dev jpeg-turbo
  pkg-config --exists tinygltf 2>/dev/null || need "tinygltf's headers" libtinygltf-dev tinygltf
  pkg-config --exists eigen3 2>/dev/null || need "Eigen's headers" libeigen3-dev eigen
  if [ "$(uname -s)" = Linux ]; then
    command -v ld >/dev/null || need "the linker" binutils binutils
    # Shared libraries that the Swift tools themselves load.
    if command -v swift >/dev/null && ! swift --version >/dev/null 2>&1; then
      need "libraries that swift loads" "libcurl4-openssl-dev libxml2-dev libncurses-dev libsqlite3-dev" -
    fi
    if $for_tests && [ "$(uname -m)" = x86_64 ]; then
      { command -v objdump && command -v nm; } >/dev/null || need "objdump and nm" binutils binutils
    fi
  fi
}

install() {
  local debian=() brew=() entry what package formula
  for entry in "${missing[@]}"; do
    IFS='|' read -r what package formula <<<"$entry"
    say "missing: $what"
    # shellcheck disable=SC2206  # one entry may name several packages
    debian+=($package)
    [ "$formula" = - ] || brew+=("$formula")
  done
  if command -v apt-get >/dev/null; then
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
      if ! command -v sudo >/dev/null; then
        say "not root and no sudo here; as root, run: apt-get install ${debian[*]}"
        exit 1
      fi
      as_root=(sudo)
    fi
    say "installing ${debian[*]}"
    local quiet=(env DEBIAN_FRONTEND=noninteractive)
    "${as_root[@]}" apt-get update -qq ||
      say "apt-get update failed; going on with the package lists that are there"
    "${as_root[@]}" "${quiet[@]}" apt-get install -y -qq --no-install-recommends "${debian[@]}" >&2 || {
      say "apt-get could not install: ${debian[*]}"
      exit 1
    }
  elif command -v brew >/dev/null; then
    say "installing ${brew[*]}"
    brew install "${brew[@]}" >&2 || {
      say "brew could not install: ${brew[*]}"
      exit 1
    }
  else
    say "neither apt-get nor brew here; install by hand what is named above"
    exit 1
  fi
}

look
if [ ${#missing[@]} -gt 0 ]; then
  install
  look
  if [ ${#missing[@]} -gt 0 ]; then
    for entry in "${missing[@]}"; do say "still missing: ${entry%%|*}"; done
    exit 1
  fi
fi

# Wished for, not needed: the tests run a render on an emulated processor without AVX.
if $for_tests && [ "$(uname -sm)" = "Linux x86_64" ] && ! command -v qemu-x86_64 >/dev/null &&
  command -v apt-get >/dev/null; then
  missing=("qemu-x86_64, for one test|qemu-user|-")
  (install) || say "going on without qemu-x86_64; the test that wants it is skipped"
fi

if ! command -v swift >/dev/null; then
  say "no swift on the PATH. Sfumato needs Swift 6.2 or later: install the toolchain for this system from"
  say "swift.org/install (or with swiftly: 'swiftly install latest') and run this script again."
  exit 1
fi
version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9]*\.[0-9][0-9]*\).*/\1/p' | head -n 1)
if [ -z "$version" ]; then
  say "'swift --version' tells no version; is the toolchain at $(command -v swift) whole?"
  exit 1
fi
if [ "${version%%.*}" -lt 6 ] || { [ "${version%%.*}" -eq 6 ] && [ "${version#*.}" -lt 2 ]; }; then
  say "Swift $version at $(command -v swift) is too old: Sfumato needs 6.2 or later (swift.org/install)."
  exit 1
fi
