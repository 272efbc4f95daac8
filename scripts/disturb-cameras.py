#!/usr/bin/env python3
"""Writes a transforms.json whose cameras are off, as those of a hurried calibration are: to try what a fit makes of them.

    scripts/disturb-cameras.py assets/duck/transforms_train.json OUT.json [--degrees 2] [--percent 1] [--principal 0,0] [--seed 1]

Each camera is turned about the object by --degrees around a random axis, and shifted by --percent of its distance in a random direction; the object
is where the cameras look, the point nearest to their axes. --principal adds so many pixels to the principal point of all. Needs nothing but Python.
"""
import argparse
import json
import math
import os
import random


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("cameras")
    parser.add_argument("output")
    parser.add_argument("--degrees", type=float, default=2)
    parser.add_argument("--percent", type=float, default=1)
    parser.add_argument("--principal", default="0,0")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    draw = random.Random(asked.seed)
    with open(asked.cameras) as file:
        data = json.load(file)
    frames = data["frames"]
    center = nearest_to_axes([frame["transform_matrix"] for frame in frames])
    shift = [float(part) for part in asked.principal.split(",")]
    folder = os.path.relpath(os.path.dirname(asked.cameras) or ".", os.path.dirname(asked.output) or ".")
    for frame in frames:
        m = frame["transform_matrix"]
        turn = rotation(direction(draw), math.radians(asked.degrees))
        place = [m[i][3] - center[i] for i in range(3)]
        reach = asked.percent / 100 * math.sqrt(sum(p * p for p in place))
        way = direction(draw)
        turned = [[sum(turn[i][k] * m[k][j] for k in range(3)) for j in range(3)] for i in range(3)]
        moved = [sum(turn[i][k] * place[k] for k in range(3)) + center[i] + reach * way[i] for i in range(3)]
        frame["transform_matrix"] = [turned[i] + [moved[i]] for i in range(3)] + [[0, 0, 0, 1]]
        for key in ("file_path", "mask_path", "ignore_mask_path", "depth_file_path", "normal_file_path"):
            if key in frame:
                frame[key] = os.path.normpath(os.path.join(folder, frame[key]))
    for holder in [data] + frames:
        for key, pixels in zip(("cx", "cy"), shift):
            if key in holder:
                holder[key] += pixels
    with open(asked.output, "w") as file:
        json.dump(data, file, indent=1)


def direction(draw):
    """A random unit vector."""
    v = [draw.gauss(0, 1) for _ in range(3)]
    length = math.sqrt(sum(x * x for x in v))
    return [x / length for x in v]


def rotation(axis, angle):
    """The matrix of a turn about a unit axis (Rodrigues)."""
    x, y, z = axis
    c, s = math.cos(angle), math.sin(angle)
    return [
        [c + x * x * (1 - c), x * y * (1 - c) - z * s, x * z * (1 - c) + y * s],
        [y * x * (1 - c) + z * s, c + y * y * (1 - c), y * z * (1 - c) - x * s],
        [z * x * (1 - c) - y * s, z * y * (1 - c) + x * s, c + z * z * (1 - c)],
    ]


def nearest_to_axes(matrices):
    """The point nearest to the cameras' axes: sum (I - d d^T) p = sum (I - d d^T) c, by Cramer's rule."""
    a = [[0.0] * 3 for _ in range(3)]
    b = [0.0] * 3
    for m in matrices:
        d = [m[i][2] for i in range(3)]
        for i in range(3):
            for j in range(3):
                part = (1.0 if i == j else 0.0) - d[i] * d[j]
                a[i][j] += part
                b[i] += part * m[j][3]
    whole = determinant(a)
    if abs(whole) < 1e-12:
        return [0.0] * 3
    point = []
    for k in range(3):
        with_b = [[b[i] if j == k else a[i][j] for j in range(3)] for i in range(3)]
        point.append(determinant(with_b) / whole)
    return point


def determinant(a):
    return (
        a[0][0] * (a[1][1] * a[2][2] - a[1][2] * a[2][1])
        - a[0][1] * (a[1][0] * a[2][2] - a[1][2] * a[2][0])
        + a[0][2] * (a[1][0] * a[2][1] - a[1][1] * a[2][0]))


if __name__ == "__main__":
    main()
