#!/usr/bin/env python3
"""Writes path-traced pictures of an untextured body with deep hollows, which no silhouette shows, under a fixed sun and sky.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install mitsuba numpy pillow
    /tmp/venv/bin/python scripts/make-hollow-targets.py OUT [--views 24] [--size 256] [--samples 256]

OUT gets transforms.json with its pictures, and mesh.obj, the true surface. `sfumato fit OUT/transforms.json` and
`sfumato compare RUN/result/mesh.obj OUT/mesh.obj` then show what shading adds to outlines.
"""
import argparse
import json
import math
import pathlib
import sys

try:
    import mitsuba as mi
    import numpy as np
    from PIL import Image
except ImportError as missing:
    print(f"skipped: {missing.name} is not installed (pip install mitsuba numpy pillow)")
    sys.exit(0)

# Directions of the hollows, how deep each is and how wide: half the height at so many radians.
HOLLOWS = [
    ((1, 0.35, 0.2), 0.5, 0.42), ((-0.3, 0.2, 1), 0.45, 0.38), ((-1, -0.1, -0.3), 0.4, 0.45),
    ((0.3, 0.1, -1), 0.5, 0.35), ((0.1, 1, -0.1), 0.45, 0.4),
]
ALBEDO = 0.6
SUN = [1.6, 1.5, 1.35]
# Radiance from straight above, from the horizon and from straight below.
SKY = [[0.45, 0.52, 0.62], [0.40, 0.40, 0.40], [0.12, 0.10, 0.08]]
TOWARDS_SUN = np.array([0.4, 1.0, 0.6]) / np.linalg.norm([0.4, 1.0, 0.6])


def sphere(rings=200, sides=400):
    """A sphere of rings and sides with one vertex at each pole: directions and faces."""
    polar = np.arange(1, rings)[:, None] * math.pi / rings
    around = np.arange(sides)[None, :] * 2 * math.pi / sides
    grid = np.stack(
        [np.sin(polar) * np.sin(around), np.cos(polar) + 0 * around, np.sin(polar) * np.cos(around)], -1)
    points = np.concatenate([[[0, 1, 0]], grid.reshape(-1, 3), [[0, -1, 0]]])
    at = lambda j, i: 1 + j * sides + i % sides
    last = len(points) - 1
    faces = []
    for i in range(sides):
        faces.append([0, at(0, i), at(0, i + 1)])
        faces.append([last, at(rings - 2, i + 1), at(rings - 2, i)])
        for j in range(rings - 2):
            faces.append([at(j, i), at(j + 1, i), at(j + 1, i + 1)])
            faces.append([at(j, i), at(j + 1, i + 1), at(j, i + 1)])
    return points, np.array(faces)


def body():
    """The unit sphere with smooth hollows."""
    points, faces = sphere()
    radius = np.ones(len(points))
    for direction, depth, width in HOLLOWS:
        d = np.array(direction) / np.linalg.norm(direction)
        angle = np.arccos((points @ d).clip(-1, 1))
        radius -= depth * np.exp(-math.log(2) * (angle / width) ** 2)
    return points * radius[:, None], faces


def write_obj(path, points, faces):
    lines = ["v %.9g %.9g %.9g" % tuple(v) for v in points]
    lines += ["f %d %d %d" % tuple(f + 1) for f in faces]
    path.write_text("\n".join(lines) + "\n")


def sky():
    """All around as an equirectangular picture, the zenith in its first row."""
    height = np.cos((np.arange(64) + 0.5) * math.pi / 64)
    rows = np.stack([np.interp(height, [-1, 0, 1], np.array(SKY)[::-1, c]) for c in range(3)], -1)
    return mi.Bitmap(np.repeat(rows[:, None], 128, 1).astype(np.float32))


def camera_to_world(eye):
    """OpenGL axes, looking at the origin."""
    z = eye / np.linalg.norm(eye)
    x = np.cross([0, 1, 0], z)
    x /= np.linalg.norm(x)
    matrix = np.eye(4)
    matrix[:3] = np.stack([x, np.cross(z, x), z, eye], -1)
    return matrix


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--views", type=int, default=24)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--samples", type=int, default=256)
    options = parser.parse_args()
    mi.set_variant("scalar_rgb")
    out = options.output
    out.mkdir(parents=True, exist_ok=True)
    points, faces = body()
    write_obj(out / "mesh.obj", points, faces)
    fov = 40.0
    scene = mi.load_dict({
        "type": "scene", "integrator": {"type": "path", "max_depth": 8, "hide_emitters": True},
        "sun": {"type": "directional", "direction": (-TOWARDS_SUN).tolist(),
                "irradiance": {"type": "rgb", "value": SUN}},
        "sky": {"type": "envmap", "bitmap": sky()},
        "body": {"type": "obj", "filename": str(out / "mesh.obj"),
                 "bsdf": {"type": "twosided", "bsdf": {
                     "type": "diffuse", "reflectance": {"type": "rgb", "value": [ALBEDO] * 3}}}},
    })
    frames = []
    for k in range(options.views):
        y = 1 - 2 * (k + 0.5) / options.views
        turn = k * math.pi * (3 - math.sqrt(5))
        ring = math.sqrt(1 - y * y)
        eye = 3.4 * np.array([ring * math.sin(turn), y, ring * math.cos(turn)])
        matrix = camera_to_world(eye)
        to_world = matrix.copy()
        to_world[:, [0, 2]] *= -1
        sensor = mi.load_dict({
            "type": "perspective", "fov": fov, "to_world": mi.ScalarTransform4f(to_world),
            "film": {"type": "hdrfilm", "width": options.size, "height": options.size,
                     "pixel_format": "rgba", "rfilter": {"type": "box"}},
            "sampler": {"type": "independent", "sample_count": options.samples, "seed": k}})
        image = np.array(mi.render(scene, sensor=sensor, seed=k))
        alpha = image[..., 3:].clip(0, 1)
        color = np.where(alpha > 0, image[..., :3] / np.maximum(alpha, 1e-6), 0).clip(0, 1)
        low = color <= 0.0031308
        encoded = np.where(low, 12.92 * color, 1.055 * np.maximum(color, 1e-9) ** (1 / 2.4) - 0.055)
        name = f"{k:03}.png"
        Image.fromarray((np.concatenate([encoded, alpha], -1) * 255).round().astype(np.uint8)).save(out / name)
        frames.append({"file_path": name, "transform_matrix": matrix.tolist()})
    (out / "transforms.json").write_text(json.dumps({
        "camera_angle_x": math.radians(fov), "w": options.size, "h": options.size, "frames": frames}, indent=1))


if __name__ == "__main__":
    main()
