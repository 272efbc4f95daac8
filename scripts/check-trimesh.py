#!/usr/bin/env python3
"""Independent software on our files: trimesh (PyPI) loads what `sfumato` writes, and `sfumato` loads what trimesh writes.

usage: scripts/check-trimesh.py SFUMATO [MESHES]

SFUMATO is the built command, MESHES a folder of meshes (cow.glb and the like), where there is one. Exit 0: all agree, or
trimesh is absent (said on standard error); 1: something differs.
"""
import json
import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import trimesh
    from PIL import Image
except ImportError as problem:
    print(f"check-trimesh: skipped: {problem} (pip install trimesh pillow numpy)", file=sys.stderr)
    sys.exit(0)

if len(sys.argv) < 2:
    sys.exit(__doc__)
sfumato = os.path.abspath(sys.argv[1])
meshes = sys.argv[2] if len(sys.argv) > 2 else None
failures = 0
checks = 0


def check(name, holds, detail=""):
    global failures, checks
    checks += 1
    if not holds:
        failures += 1
        print(f"FAILED  {name}  {detail}")


def run(*arguments):
    result = subprocess.run([sfumato, *arguments], capture_output=True, text=True)
    if result.returncode != 0:
        raise RuntimeError(f"sfumato {' '.join(arguments)}: {result.stderr.strip()}")
    return result.stdout


def info(path):
    return json.loads(run("info", path, "--json"))


def convert(source, target):
    run("convert", source, target, "--force", "--quiet", "--json")


def soup(mesh):
    """Triangles as a sorted table, in the numbers that files keep: the same whatever the order of vertices and faces."""
    corners = np.asarray(mesh.vertices).astype(np.float32)[np.asarray(mesh.faces)] + np.float32(0)
    ranks = np.unique(corners.reshape(-1, 3), axis=0, return_inverse=True)[1].reshape(-1, 3)
    first = ranks.argmin(axis=1)
    turned = np.stack([corners[np.arange(len(corners)), (first + k) % 3] for k in range(3)], axis=1)
    flat = turned.reshape(-1, 9)
    return flat[np.lexsort(flat.T)]


def load(path):
    return trimesh.load(path, process=False)


def joined(loaded):
    if isinstance(loaded, trimesh.Scene):
        return loaded.to_geometry() if hasattr(loaded, "to_geometry") else loaded.dump(concatenate=True)
    return loaded


def same_shape(name, a, b):
    """Triangles bit by bit."""
    a, b = soup(a), soup(b)
    if a.shape != b.shape:
        return check(name, False, f"{len(a)} and {len(b)} triangles")
    check(name, (a == b).all(), f"positions differ by {np.abs(a - b).max() if len(a) else 0:g}")


def near_shape(name, a, b):
    """Small meshes: each triangle has one of the other mesh at its place."""
    a, b = soup(a).astype(np.float64), soup(b).astype(np.float64)
    if a.shape != b.shape:
        return check(name, False, f"{len(a)} and {len(b)} triangles")
    nearest = np.min([np.abs(a[:, None] - np.roll(b, 3 * k, axis=1)[None]).max(axis=2) for k in range(3)], axis=0)
    check(name, nearest.min(axis=1).max() < 1e-5 and nearest.min(axis=0).max() < 1e-5, "positions differ")


def textured_box(folder):
    """A box of trimesh's own with a picture and texture coordinates."""
    box = trimesh.creation.box()
    rng = np.random.default_rng(7)
    uv = rng.random((len(box.vertices), 2))
    pixels = rng.integers(0, 256, (8, 16, 3), dtype=np.uint8)
    material = trimesh.visual.material.PBRMaterial(
        name="paint", baseColorTexture=Image.fromarray(pixels), baseColorFactor=[255, 255, 255, 255],
        metallicFactor=0.25, roughnessFactor=0.5)
    box.visual = trimesh.visual.TextureVisuals(uv=uv, material=material)
    return box, uv, pixels


def picture_of(mesh):
    material = mesh.visual.material
    image = getattr(material, "baseColorTexture", None)
    if image is None:
        image = getattr(material, "image", None)
    return None if image is None else np.asarray(image.convert("RGB"))


with tempfile.TemporaryDirectory() as folder:
    def path(name):
        return os.path.join(folder, name)

    # What trimesh writes, we load.
    sphere = trimesh.creation.icosphere(subdivisions=2)
    for name in ["s.obj", "s.ply", "s_ascii.ply", "s.stl", "s_ascii.stl", "s.glb"]:
        kind = name.split(".")[1]
        if name == "s_ascii.ply":
            data = sphere.export(file_type="ply", encoding="ascii")
        elif name == "s_ascii.stl":
            data = sphere.export(file_type="stl_ascii")
        else:
            data = sphere.export(file_type=kind)
        with open(path(name), "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
        found = info(path(name))
        check(f"we read trimesh's {name}", found["faces"] == len(sphere.faces) and found["vertices"] == len(sphere.vertices),
              f"{found['vertices']} vertices, {found['faces']} faces")
        check(f"{name} is closed", found["closed"] and found["genus"] == 0)
        written = joined(load(path(name)))  # to the digits that trimesh writes
        for target in ["obj", "ply", "stl", "glb", "gltf"]:
            out = path(f"t_{name.replace('.', '_')}.{target}")
            convert(path(name), out)
            same_shape(f"trimesh reads {name} as {target}", written, joined(load(out)))

    # Colours of vertices: 8-bit sRGB in PLY and OBJ, linear in glTF.
    colors = np.random.default_rng(3).integers(0, 256, (len(sphere.vertices), 4), dtype=np.uint8)
    colors[:, 3] = 255
    colored = sphere.copy()
    colored.visual = trimesh.visual.ColorVisuals(colored, vertex_colors=colors)
    colored.export(path("c.ply"))
    for target in ["ply", "obj"]:
        convert(path("c.ply"), path(f"c_out.{target}"))
        back = joined(load(path(f"c_out.{target}")))
        difference = np.abs(back.visual.vertex_colors[:, :3].astype(int) - colors[:, :3])
        check(f"vertex colours in {target}", difference.max() <= 1, f"differ by {difference.max()}")
    convert(path("c.ply"), path("c_out.glb"))
    # Beside a material trimesh keeps colours as an attribute, which joining a scene's meshes would lose.
    back = next(iter(load(path("c_out.glb")).geometry.values()))
    share = colors[:, :3] / 255.0
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    found = np.asarray(back.visual.vertex_attributes["color"])[:, :3].astype(np.float64)
    difference = np.abs(found / (255.0 if found.max() > 1.5 else 1.0) - linear)
    check("vertex colours in glb are linear", difference.max() < 0.01, f"differ by {difference.max():.3f}")

    # Pictures and texture coordinates.
    box, uv, pixels = textured_box(folder)
    box.export(path("b.glb"))
    for target in ["glb", "gltf", "obj"]:
        out = path(f"b_out.{target}")
        convert(path("b.glb"), out)
        back = joined(load(out))
        same_shape(f"textured box as {target}", box, back)
        picture = picture_of(back)
        check(f"picture in {target}", picture is not None and picture.shape == pixels.shape and (picture == pixels).all())
        # Each corner has its texture coordinate: compare (position, uv) pairs.
        def pairs(mesh, coordinates):
            rows = np.hstack([np.asarray(mesh.vertices), np.asarray(coordinates)])
            rows = np.unique(np.round(rows[np.unique(np.asarray(mesh.faces))], 5), axis=0)
            return rows
        one, two = pairs(box, uv), pairs(back, back.visual.uv)
        check(f"texture coordinates in {target}", one.shape == two.shape and np.abs(one - two).max() < 1e-4,
              f"{one.shape} and {two.shape}")
        if target != "obj":
            material = back.visual.material
            check(f"material in {target}", material.name == "paint" and abs(material.roughnessFactor - 0.5) < 1e-6
                  and abs(material.metallicFactor - 0.25) < 1e-6)

    # A scene of two nodes.
    scene = trimesh.Scene()
    scene.add_geometry(sphere, node_name="one", transform=trimesh.transformations.translation_matrix([1, 2, 3]))
    turn = trimesh.transformations.rotation_matrix(0.7, [1, 2, 3])
    turn[:3, :3] *= 2
    scene.add_geometry(box, node_name="two", transform=turn)
    scene.export(path("scene.glb"))
    convert(path("scene.glb"), path("scene_out.glb"))
    near_shape("a scene of two nodes", joined(scene), joined(load(path("scene_out.glb"))))
    names = {row["name"] for row in info(path("scene_out.glb"))["instances"]}
    check("names of nodes", {"one", "two"} <= names, str(names))

    # Real files.
    for name in sorted(os.listdir(meshes)) if meshes else []:
        if os.path.splitext(name)[1] not in [".obj", ".glb", ".gltf", ".ply", ".stl"]:
            continue
        source = os.path.join(meshes, name)
        truth = joined(load(source))
        for target in ["obj", "ply", "stl", "glb"]:
            out = path(f"real_{name.replace('.', '_')}.{target}")
            convert(source, out)
            same_shape(f"{name} as {target}", truth, joined(load(out)))

print(f"check-trimesh: {checks - failures} of {checks} agree (trimesh {trimesh.__version__})")
sys.exit(1 if failures else 0)
