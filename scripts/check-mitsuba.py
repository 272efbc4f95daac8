#!/usr/bin/env python3
"""Judges `sfumato render` by Mitsuba 3: the same mesh, camera, texture and light, foreground PSNR in sRGB.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install mitsuba numpy pillow
    swift build -c release --product sfumato
    /tmp/venv/bin/python scripts/check-mitsuba.py [--size 512] [--samples 256] [--keep DIR]

Skips with a message, exit 0, where Mitsuba is absent; exit 1 where a material stays under 35 dB.
"""
import argparse
import json
import math
import pathlib
import struct
import subprocess
import sys
import tempfile

try:
    import mitsuba as mi
    import numpy as np
    from PIL import Image
except ImportError as missing:
    print(f"skipped: {missing.name} is not installed (pip install mitsuba numpy pillow)")
    sys.exit(0)

ROOT = pathlib.Path(__file__).resolve().parent.parent
SUN = np.array([0.4, 0.7, 0.9])
LEAST = 35.0


def ellipsoid(rings=96, sides=160):
    """Convex, so that nothing casts a shadow: positions, normals, texture coordinates (v up), faces; the seam is doubled."""
    axes = np.array([0.9, 0.6, 0.7])
    u, v = np.meshgrid(np.linspace(0, 1, sides + 1), np.linspace(0, 1, rings + 1))
    polar, around = (1 - v) * math.pi, 2 * math.pi * u
    unit = np.stack(
        [np.sin(polar) * np.sin(around), np.cos(polar), np.sin(polar) * np.cos(around)], -1)
    normal = unit / axes
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    faces = []
    for j in range(rings):
        for i in range(sides):
            k = j * (sides + 1) + i
            # The poles' sides without area are left out.
            if j > 0:
                faces.append([k, k + 1, k + sides + 2])
            if j < rings - 1:
                faces.append([k, k + sides + 2, k + sides + 1])
    uv = np.stack([2 * u, v], -1)
    return (unit * axes).reshape(-1, 3), normal.reshape(-1, 3), uv.reshape(-1, 2), np.array(faces)


def picture():
    """A smooth coloured texture, so that filters of two renderers agree, as 8-bit sRGB."""
    y, x = np.mgrid[0:256, 0:256] / 256 * 2 * math.pi
    red = 0.55 + 0.35 * np.sin(2 * x) * np.cos(y)
    green = 0.5 + 0.3 * np.cos(3 * y + x)
    blue = 0.45 + 0.35 * np.sin(x - 2 * y)
    return (np.stack([red, green, blue], -1).clip(0, 1) * 255).round().astype(np.uint8)


def write_obj(folder, mesh):
    position, normal, uv, faces = mesh
    lines = ["mtllib lambert.mtl", "usemtl lambert"]
    lines += ["v %.9g %.9g %.9g" % tuple(v) for v in position]
    lines += ["vt %.9g %.9g" % tuple(v) for v in uv]
    lines += ["vn %.9g %.9g %.9g" % tuple(v) for v in normal]
    lines += ["f " + " ".join(f"{i + 1}/{i + 1}/{i + 1}" for i in f) for f in faces]
    (folder / "lambert.obj").write_text("\n".join(lines) + "\n")
    (folder / "lambert.mtl").write_text("newmtl lambert\nKd 1 1 1\nillum 1\nmap_Kd texture.png\n")
    return folder / "lambert.obj"


def write_glb(path, mesh, material, texture):
    position, normal, uv, faces = mesh
    parts = [
        position.astype("<f4"), normal.astype("<f4"),
        np.stack([uv[:, 0], 1 - uv[:, 1]], -1).astype("<f4"), faces.astype("<u4"),
    ]
    data, views = b"", []
    for part in parts + ([texture] if texture else []):
        raw = part if isinstance(part, bytes) else part.tobytes()
        views.append({"buffer": 0, "byteOffset": len(data), "byteLength": len(raw)})
        data += raw + b"\0" * (-len(raw) % 4)
    accessor = lambda view, kind, count, component=5126, **more: {
        "bufferView": view, "componentType": component, "count": count, "type": kind, **more}
    tree = {
        "asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{
            "attributes": {"POSITION": 0, "NORMAL": 1, "TEXCOORD_0": 2}, "indices": 3,
            "material": 0}]}],
        "materials": [material], "buffers": [{"byteLength": len(data)}], "bufferViews": views,
        "accessors": [
            accessor(0, "VEC3", len(position), min=parts[0].min(0).tolist(),
                     max=parts[0].max(0).tolist()),
            accessor(1, "VEC3", len(position)), accessor(2, "VEC2", len(position)),
            accessor(3, "SCALAR", faces.size, 5125)],
    }
    if texture:
        tree |= {"images": [{"bufferView": 4, "mimeType": "image/png"}], "textures": [{"source": 0}]}
    if "extensions" in material:
        tree["extensionsUsed"] = list(material["extensions"])
    text = json.dumps(tree).encode()
    text += b" " * (-len(text) % 4)
    body = struct.pack("<II", len(text), 0x4E4F534A) + text
    body += struct.pack("<II", len(data), 0x004E4942) + data
    path.write_bytes(b"glTF" + struct.pack("<II", 2, 12 + len(body)) + body)
    return path


def look_at(eye):
    """Camera to world with OpenGL's camera axes."""
    back = np.array(eye) / np.linalg.norm(eye)
    right = np.cross([0, 1, 0], back)
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(back, right), back], -1)


def ours(sfumato, mesh, folder, name, cameras, arguments):
    out = folder / f"{name}.sfumato.png"
    subprocess.run(
        [sfumato, "render", mesh, "-o", out, "--camera", cameras, "--background", "none", "--force",
         "--quiet", *arguments], check=True, stdout=subprocess.DEVNULL)
    return np.asarray(Image.open(out).convert("RGBA")).astype(float) / 255


def theirs(mesh, bsdf, emitter, eye, fov, size, samples):
    position, normal, uv, faces = mesh
    shape = mi.Mesh("mesh", len(position), len(faces), has_vertex_normals=True,
                    has_vertex_texcoords=True, props=shape_properties(bsdf, emitter))
    parameters = mi.traverse(shape)
    parameters["vertex_positions"] = position.astype(np.float32).ravel()
    parameters["vertex_normals"] = normal.astype(np.float32).ravel()
    # Here v runs down from the top row.
    parameters["vertex_texcoords"] = (uv * [1, -1] + [0, 1]).astype(np.float32).ravel()
    parameters["faces"] = faces.astype(np.uint32).ravel()
    parameters.update()
    scene = {
        "type": "scene", "shape": shape,
        "integrator": {"type": "direct", "bsdf_samples": 0, "emitter_samples": 1,
                       "hide_emitters": emitter is None},
        "sensor": {
            "type": "perspective", "fov": fov, "fov_axis": "x",
            "to_world": mi.ScalarTransform4f().look_at(origin=eye, target=[0, 0, 0], up=[0, 1, 0]),
            "film": {"type": "hdrfilm", "width": size, "height": size, "pixel_format": "rgba",
                     "rfilter": {"type": "box"}},
            "sampler": {"type": "independent", "sample_count": samples}},
    }
    if emitter is None:
        scene["sun"] = {"type": "directional", "direction": (-SUN).tolist(),
                        "irradiance": {"type": "rgb", "value": [math.pi] * 3}}
    else:
        scene["integrator"] = {"type": "direct"}
    image = np.array(mi.render(mi.load_dict(scene)))
    alpha = image[..., 3:].clip(0, 1)
    color = np.where(alpha > 0, image[..., :3] / np.maximum(alpha, 1e-6), 0)
    low = color <= 0.0031308
    encoded = np.where(low, 12.92 * color, 1.055 * np.maximum(color, 1e-9) ** (1 / 2.4) - 0.055)
    return np.concatenate([encoded.clip(0, 1), alpha], -1)


def shape_properties(bsdf, emitter):
    properties = mi.Properties()
    properties["bsdf"] = mi.load_dict(bsdf)
    if emitter is not None:
        properties["emitter"] = mi.load_dict(emitter)
    return properties


def psnr(a, b):
    """Over pixels that both cover, in sRGB."""
    both = (a[..., 3] > 0.99) & (b[..., 3] > 0.99)
    error = ((a[both][:, :3] - b[both][:, :3]) ** 2).mean()
    return -10 * math.log10(error), both.mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--samples", type=int, default=256)
    parser.add_argument("--sfumato", default=str(ROOT / ".build/release/sfumato"))
    parser.add_argument("--keep", help="write all pictures into this folder")
    options = parser.parse_args()
    mi.set_variant("scalar_rgb")
    folder = pathlib.Path(options.keep or tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    mesh = ellipsoid()
    Image.fromarray(picture()).save(folder / "texture.png")
    texture = (folder / "texture.png").read_bytes()
    eye, fov = [1.1, 1.3, 2.0], 38.0
    transform = np.eye(4)
    transform[:3, :3], transform[:3, 3] = look_at(eye), eye
    cameras = folder / "cameras.json"
    cameras.write_text(json.dumps({
        "camera_angle_x": math.radians(fov), "w": options.size, "h": options.size,
        "frames": [{"file_path": "none.png", "transform_matrix": transform.tolist()}]}))
    bitmap = lambda kind: {"type": "bitmap", "filename": str(folder / "texture.png"), "raw": False,
                           "filter_type": "bilinear", "wrap_mode": "repeat"}
    sun = ["--sun", ",".join(map(str, SUN))]
    metal = {"pbrMetallicRoughness": {
        "baseColorFactor": [0.9, 0.6, 0.3, 1], "metallicFactor": 1, "roughnessFactor": 0.5}}
    unlit = {"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}},
             "extensions": {"KHR_materials_unlit": {}}}
    black = {"type": "diffuse", "reflectance": {"type": "rgb", "value": [0, 0, 0]}}
    cases = [
        ("unlit", write_glb(folder / "unlit.glb", mesh, unlit, texture), [], black,
         {"type": "area", "radiance": bitmap("radiance")}),
        ("lambert", write_obj(folder, mesh), sun,
         {"type": "diffuse", "reflectance": bitmap("reflectance")}, None),
        ("rough-metal", write_glb(folder / "metal.glb", mesh, metal, None), sun,
         {"type": "roughconductor", "distribution": "ggx", "alpha": 0.25, "material": "none",
          "specular_reflectance": {"type": "rgb", "value": [0.9, 0.6, 0.3]}}, None),
    ]
    failed = False
    for name, path, arguments, bsdf, emitter in cases:
        a = ours(options.sfumato, path, folder, name, cameras, arguments)
        b = theirs(mesh, bsdf, emitter, eye, fov, options.size, options.samples)
        Image.fromarray((b * 255).round().astype(np.uint8)).save(folder / f"{name}.mitsuba.png")
        value, share = psnr(a, b)
        failed |= value < LEAST
        print(f"{name:12} {value:6.2f} dB over {share:.1%} of the picture")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
