#!/usr/bin/env bash
# Everything that has to hold before a change lands: house rules, quick suites in debug, all suites in release.
# Ends with the test runner's own closing line; any failure ends it at once.
set -euo pipefail
cd "$(dirname "$0")/.."

# What runs in debug as well, where overflow and bounds checks are on: a regular expression over suite names.
quick_suites='SfumatoIOTests\.|SfumatoCoreTests\.[A-Za-z]*(Math|Camera|Geometry|Mesh|Quaternion|Rigid)'

step() { printf '\n== %s\n' "$*"; }

scripts/setup.sh --test

# Reference data that some tests read; they skip, with a message, where it is not there.
[ -d ../shared/golden ] && export SFUMATO_GOLDEN="${SFUMATO_GOLDEN:-$(cd ../shared/golden && pwd)}"
[ -d ../shared/data ] && export SFUMATO_DATA="${SFUMATO_DATA:-$(cd ../shared/data && pwd)}"

step "house rules"
scripts/format.sh --check
folders=(Sources Tests examples)
broken=false
if grep -rnE --include='*.swift' '\btry!|[^A-Za-z_]as!' "${folders[@]}"; then
  echo "test: 'try!' and 'as!' may not land (above)" >&2
  broken=true
fi
long=$(find "${folders[@]}" -name '*.swift' -type f -not -path '*/Tables/*' -exec wc -l {} + |
  awk '$2 != "total" && $1 > 600 { print $2 ": " $1 " lines" }')
if [ -n "$long" ]; then
  echo "$long"
  echo "test: no file over 600 lines may land, tables excepted (above)" >&2
  broken=true
fi
$broken && exit 1
scripts/check-kernels.sh --self-test

step "quick suites, debug"
swift test --disable-xctest --filter "$quick_suites"

step "all suites, release"
swift build -c release --build-tests -Xswiftc -enable-testing
scripts/check-kernels.sh
scripts/check-baseline.sh
swift test -c release --skip-build --disable-xctest -Xswiftc -enable-testing
