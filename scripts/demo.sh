#!/usr/bin/env bash
# Two fits to pictures of a duck that another renderer made, and a table of how well they went:
#   1. its shape and colours from 20 pictures with known cameras;
#   2. the pose of the known mesh from one picture.
set -euo pipefail
cd "$(dirname "$0")/.."
duck=assets/duck
out=demo-out

scripts/setup.sh
echo "== build (the first time takes some minutes)" >&2
swift build -c release --product sfumato >&2
sfumato=$(swift build -c release --show-bin-path)/sfumato

# A number with so many digits after the point.
rounded() { LC_ALL=C awk -v digits="$1" '{ printf "%." digits "f\n", $1 }'; }

# The first number under a key of a one-line JSON object.
number() { # KEY FILE
  grep -o "\"$1\": *-\{0,1\}[0-9][0-9.eE+-]*" "$2" | head -n 1 | sed 's/^.*: *//'
}

# The nine numbers of the first 3 x 3 array under "rotation".
rotation() { # FILE
  tr -d '\n' <"$1" | sed 's/^.*\("rotation" *: *\[.*\)$/\1/; s/"rotation"//' |
    grep -oE -- '-?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?' | head -n 9
}

# The angle between two rotations in degrees, from the distance of their matrices: exact near zero too.
angle_degrees() { # FILE FILE
  paste <(rotation "$1") <(rotation "$2") | awk '
    NF == 2 { d = $1 - $2; sum += d * d; n++ }
    END {
      if (n != 9) { print "no rotation" > "/dev/stderr"; exit 1 }
      s = sqrt(sum / 8); if (s > 1) s = 1
      printf "%.3f\n", 2 * atan2(s, sqrt(1 - s * s)) * 180 / 3.14159265358979
    }'
}

mkdir -p "$out"
echo "== 1. shape and colour from 20 pictures with known cameras (two to four minutes)" >&2
"$sfumato" fit $duck/transforms_train.json -o $out/shape --force --json >$out/shape-fit.json
"$sfumato" eval $out/shape --cameras $duck/transforms_test.json --json >$out/shape-eval.json
"$sfumato" compare $out/shape/result/mesh.obj $duck/mesh.obj --json >$out/shape-compare.json

echo "== 2. pose of the known mesh from one picture (some seconds)" >&2
"$sfumato" fit $duck/pose/transforms.json --init $duck/mesh.obj --solve pose -o $out/pose --force \
  --json >$out/pose-fit.json

printf '\n== how well\n'
row() { printf '%-36s %8s   %s\n' "$@"; }
row "shape: IoU, 5 held-out views" "$(number iou $out/shape-eval.json | rounded 4)" "1 is perfect"
row "shape: PSNR, 5 held-out views" "$(number psnr $out/shape-eval.json | rounded 2)" "dB; more is better"
row "shape: chamfer to the true mesh" "$(number chamfer $out/shape-compare.json | rounded 5)" \
  "of the duck's radius"
row "pose: rotation error" \
  "$(angle_degrees $out/pose/result/params.json $duck/pose/truth.json)" \
  "degrees; it starts 25 degrees off"

printf '\n== what to look at\n'
last() { find "$1" -name '*.png' 2>/dev/null | sort | tail -n 1; }
printf '%-36s %s\n' \
  "recovered mesh (opens in Blender)" "$out/shape/result/mesh.obj" \
  "target | render | difference" "$(last $out/shape/previews)" \
  "the same of the pose" "$(last $out/pose/previews)"
