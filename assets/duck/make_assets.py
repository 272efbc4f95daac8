# Winter duck: the demo object of Sfumato, modelled, coloured and photographed by this script alone.
# Idea: signed-distance primitives joined by smooth unions -> marching cubes -> tangential relaxation on the zero set;
# colours painted per vertex by part and pattern; pictures path-traced with Mitsuba (diffuse, constant sky + one sun).
# Writes under --out: mesh.obj, light.json, train/NNN.png (20), test/NNN.png (5), transforms_train.json,
# transforms_test.json, pose/target.png, pose/transforms.json, pose/truth.json. PNG: 256 x 256, sRGB, straight alpha.
# Cameras: nerfstudio keys, camera to world, OpenGL axes (X right, Y up, looks along -Z), first pixel centre (0.5, 0.5).
# Install (Python 3.11): pip install mitsuba==3.9.1 numpy==2.4.6 scikit-image==0.26.0 pillow==13.0.0 trimesh==5.2.0
# Run: python make_assets.py --out .          (everything; variant scalar_rgb)
#      python make_assets.py --out . --mesh   (object only)      python make_assets.py --out . --check  (verify only)
# Nothing is random but Mitsuba's sampler, which is seeded per view; two runs on one machine write the same bytes.

import argparse
import json
import math
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin

SIZE, FOV_DEGREES, DISTANCE = 256, 40.0, 3.25
FOCAL = 0.5 * SIZE / math.tan(math.radians(FOV_DEGREES) / 2)
CELL = 0.0425                                         # marching cubes cell, in modelling units
PULL = 2.5                                            # how strongly vertices gather where the colour jumps
SKY = 0.60                                            # radiance of the constant sky, linear
SUN = 1.15                                            # irradiance of the sun on a facing plane, linear
TO_SUN = np.array([0.45, 0.75, 0.48]) / np.linalg.norm([0.45, 0.75, 0.48])


# ---------------------------------------------------------------- the object: signed distances (modelling units)

def sphere(p, c, r):
    return np.linalg.norm(p - c, axis=-1) - r


def rotation(axis, degrees):
    a = np.asarray(axis, float) / np.linalg.norm(axis)
    k = np.array([[0, -a[2], a[1]], [a[2], 0, -a[0]], [-a[1], a[0], 0]])
    t = math.radians(degrees)
    return np.eye(3) + math.sin(t) * k + (1 - math.cos(t)) * (k @ k)


def local(p, c, turn=None):
    q = p - np.asarray(c, float)
    return q if turn is None else q @ turn            # columns of `turn` are the local axes in the world


def ellipsoid(p, c, r, turn=None):
    q, r = local(p, c, turn), np.asarray(r, float)
    k0 = np.linalg.norm(q / r, axis=-1)
    k1 = np.linalg.norm(q / r**2, axis=-1)
    return np.where(k1 > 1e-9, k0 * (k0 - 1) / np.maximum(k1, 1e-9), -r.min())


def cone(p, a, b, ra, rb):
    """Capsule from a to b whose radius goes linearly from ra to rb (a good bound of the distance)."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    h = np.clip((p - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1)
    return np.linalg.norm(p - a - h[..., None] * (b - a), axis=-1) - (ra + h * (rb - ra))


def torus(p, c, big, small, turn=None):
    q = local(p, c, turn)
    ring = np.hypot(q[..., 0], q[..., 2]) - big
    return np.hypot(ring, q[..., 1]) - small


def join(a, b, k):
    """Polynomial smooth minimum: equals min(a, b) where they differ by more than k."""
    h = np.maximum(k - np.abs(a - b), 0) / k
    return np.minimum(a, b) - h * h * k / 4


def smooth_max(a, b, k):
    return -join(-a, -b, k)


HEAD = np.array([0.0, 0.80, 0.40])
HAT_TURN = rotation([0, 0, 1], 14) @ rotation([1, 0, 0], -14)         # tilted to the duck's right (-X) and back
HAT = HEAD + HAT_TURN @ np.array([0, 0.20, 0])
SCARF_TURN = rotation([1, 0, 0], 14)
SCARF = np.array([0.0, 0.40, 0.30])
EYES = [np.array([s * 0.205, 0.865, 0.725]) for s in (-1, 1)]


def wing_frame(s):
    turn = rotation([0, 1, 0], s * -20) @ rotation([0, 0, 1], s * -14) @ rotation([1, 0, 0], 16)
    return np.array([s * 0.66, 0.10, -0.13]), turn


def parts(p):
    """Distance to every part; the order is the order of the colours."""
    body = ellipsoid(p, [0, 0, -0.04], [0.60, 0.50, 0.80])
    body = join(body, sphere(p, [0, 0.06, 0.30], 0.48), 0.2)
    body = smooth_max(body, -0.40 - p[..., 1], 0.18)                   # flat enough to stand
    body = join(body, cone(p, [0, 0.12, -0.55], [0, 0.56, -1.02], 0.30, 0.07), 0.22)
    head = sphere(p, HEAD, 0.42)
    upper = ellipsoid(p, [0, 0.785, 0.90], [0.215, 0.085, 0.26], rotation([1, 0, 0], -15))
    lower = ellipsoid(p, [0, 0.610, 0.80], [0.165, 0.080, 0.22], rotation([1, 0, 0], 24))
    eyes = np.minimum(*[sphere(p, c * [0.93, 1, 1] - [0, 0, 0.03], 0.132) for c in EYES])
    wings = np.minimum(*[ellipsoid(p, c, [0.115, 0.27, 0.47], t) for c, t in map(wing_frame, (-1, 1))])
    q = local(p, HAT, HAT_TURN)
    hat = smooth_max(ellipsoid(q, [0, 0, 0], [0.36, 0.36, 0.36]), -q[..., 1], 0.05)
    brim = torus(p, HAT, 0.335, 0.075, HAT_TURN)
    pompom = sphere(q, [0, 0.41, 0], 0.125)
    scarf = torus(p, SCARF, 0.335, 0.115, SCARF_TURN)
    end = ellipsoid(p, [0.27, 0.16, 0.66], [0.115, 0.24, 0.075], rotation([0, 0, 1], 12) @ rotation([1, 0, 0], -8))
    feet = np.minimum(*[ellipsoid(p, [s * 0.25, -0.42, 0.30], [0.17, 0.085, 0.27], rotation([0, 1, 0], s * 14)) for s in (-1, 1)])
    return dict(body=body, head=head, beak=np.minimum(upper, lower), eyes=eyes, wings=wings, hat=hat, brim=brim,
                pompom=pompom, scarf=scarf, end=end, feet=feet)


def distance(p):
    d = parts(p)
    f = join(d["body"], d["head"], 0.16)
    f = join(f, d["wings"], 0.09)
    f = join(f, d["feet"], 0.06)
    f = join(f, d["beak"], 0.09)
    f = join(f, d["eyes"], 0.04)
    f = join(f, join(d["scarf"], d["end"], 0.08), 0.04)
    f = join(f, join(join(d["hat"], d["brim"], 0.04), d["pompom"], 0.05), 0.04)
    return f


def gradient(p, e=1e-4):
    return np.stack([(distance(p + e * u) - distance(p - e * u)) / (2 * e) for u in np.eye(3)], axis=-1)


# ---------------------------------------------------------------- colours (sRGB 0..1)

def srgb(text):
    return np.array([int(text[i:i + 2], 16) for i in (0, 2, 4)]) / 255


YELLOW, GOLD, ORANGE, DEEP = srgb("FFCB1A"), srgb("F7A714"), srgb("F4741B"), srgb("D9501A")
INK, WHITE, RED, CREAM = srgb("1A1C28"), srgb("F7F7F2"), srgb("D92F3A"), srgb("FBF0D5")
BLUE, NAVY, TEAL, PINK, VIOLET = srgb("2A6BD8"), srgb("1C3F94"), srgb("12A594"), srgb("F06FA0"), srgb("7A3FB5")


def paint(base, colour, weight):
    w = np.clip(weight, 0, 1)[:, None]
    return base * (1 - w) + colour * w


def inside(d, soft=0.015):
    """1 where d < 0, 0 where d > 0, with a ramp of +-soft."""
    return np.clip(0.5 - d / (2 * soft), 0, 1)


def colours(p):
    d = parts(p)
    names = list(d)
    x, y, z = p.T
    plain = lambda colour: np.tile(colour, (len(p), 1))
    paints = {}

    # body: pale belly, golden tail with teal tip, violet and pink spots on the back
    c = plain(YELLOW)
    c = paint(c, CREAM, inside(y + 0.22 + 0.10 * np.cos(3 * np.arctan2(x, z)), 0.03))
    tail = (p - [0, 0.12, -0.55]) @ (np.array([0, 0.44, -0.47]) / 0.6438)
    c = paint(c, GOLD, inside(0.30 - tail, 0.02))
    c = paint(c, TEAL, inside(0.47 - tail, 0.02))
    for k, s in enumerate([(0, 0.50, -0.22, .085), (0.24, 0.42, -0.34, .075), (-0.25, 0.41, -0.30, .075),
                           (0.12, 0.42, -0.52, .060), (-0.14, 0.42, -0.54, .065), (0.27, 0.43, -0.08, .060), (-0.27, 0.43, -0.06, .060)]):
        c = paint(c, (VIOLET, PINK)[k % 2], inside(sphere(p, np.array(s[:3]), s[3])))
    paints["body"] = c

    # head: pink cheeks
    c = plain(YELLOW)
    for s in (-1, 1):
        c = paint(c, PINK, inside(sphere(p, np.array([s * 0.33, 0.68, 0.62]), 0.095), 0.025))
    paints["head"] = c

    # beak: orange, deep red-orange inside the open mouth
    c = plain(ORANGE)
    up = gradient(p)[:, 1] * np.where(y > 0.69, -1, 1)                  # of the face that looks into the mouth
    c = paint(c, RED * 0.8, np.clip((up - 0.35) / 0.3, 0, 1) * np.clip((z - 0.69) / 0.05, 0, 1))
    paints["beak"] = c

    # eyes: white ring, dark pupil
    c = plain(WHITE)
    for e in EYES:
        c = paint(c, INK, inside(sphere(p, e + [0, 0.005, 0.040], 0.080)))
    paints["eyes"] = c

    # wings: bands along the feather, white / teal / navy / orange
    c = plain(YELLOW)
    for s in (-1, 1):
        q = local(p, *wing_frame(s))
        u = -q[:, 2] + 0.9 * q[:, 1]**2                                # grows to the tip, arcs across the wing
        w = c.copy()
        for start, col in ((-0.16, TEAL), (-0.02, WHITE), (0.10, NAVY), (0.22, WHITE), (0.33, ORANGE)):
            w = paint(w, col, inside(start - u))
        c = np.where((s * x > 0)[:, None], w, c)
    paints["wings"] = c

    # hat: blue with white spots; brim and pompom
    q = local(p, HAT, HAT_TURN)
    c = plain(BLUE)
    for ring, count, height in ((0.30, 7, 0.20),):
        for k in range(count):
            t = 2 * math.pi * k / count
            c = paint(c, WHITE, inside(sphere(q, np.array([ring * math.sin(t), height, ring * math.cos(t)]), 0.066)))
    paints["hat"] = c
    paints["brim"], paints["pompom"] = plain(NAVY), plain(WHITE)

    # scarf: red and cream stripes round the neck and down the loose end
    q = local(p, SCARF, SCARF_TURN)
    turn = np.arctan2(q[:, 0], q[:, 2]) / (2 * math.pi) * 9
    c = paint(plain(RED), CREAM, inside(np.abs((turn % 1) - 0.5) * 0.26 - 0.045))
    paints["scarf"] = c
    c = plain(RED)
    for centre in (0.20, 0.03):
        c = paint(c, CREAM, inside(np.abs(y + 0.2 * (x - 0.27) - centre) - 0.038))
    paints["end"] = c

    paints["feet"] = paint(plain(ORANGE), DEEP, inside(0.40 - z, 0.02))

    # the nearest part wins, with a narrow ramp between neighbours
    away = np.stack([d[n] for n in names])
    share = np.clip(1 - (away - away.min(axis=0)) / 0.022, 0, 1)
    return np.einsum("ij,ijk->jk", share / share.sum(axis=0), np.stack([paints[n] for n in names]))


# ---------------------------------------------------------------- the mesh

def make_mesh():
    from skimage.measure import marching_cubes
    low, high = np.array([-1.0, -0.7, -1.3]), np.array([1.0, 1.75, 1.35])
    counts = np.ceil((high - low) / CELL).astype(int) + 1
    axes = [low[i] + CELL * np.arange(counts[i]) for i in range(3)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    v, f, _, _ = marching_cubes(distance(grid), 0.0, spacing=(CELL,) * 3)
    v = v.astype(float) + low
    f = f.astype(np.int64)

    # equalise the triangles: umbrella smoothing within the tangent plane (stiffer where the colour jumps), flips to even valence, back onto the zero set
    for step in range(60):
        if step % 3 == 0 and step < 45:
            f = flip_edges(v, f)
        e = np.unique(np.sort(np.concatenate([f[:, [0, 1]], f[:, [1, 2]], f[:, [2, 0]]]), axis=1), axis=0)
        if step >= 20 and step % 4 == 0:
            colour = colours(v)
        weight = 1 + PULL * np.linalg.norm(colour[e[:, 0]] - colour[e[:, 1]], axis=1) if step >= 20 else np.ones(len(e))
        total, degree = np.zeros_like(v), np.zeros(len(v))
        for a, b in ((0, 1), (1, 0)):
            np.add.at(total, e[:, a], weight[:, None] * v[e[:, b]])
            np.add.at(degree, e[:, a], weight)
        move = total / degree[:, None] - v
        g = gradient(v)
        n = g / np.maximum(np.linalg.norm(g, axis=1, keepdims=True), 1e-9)
        v = v + 0.5 * (move - np.sum(move * n, axis=1, keepdims=True) * n)
        for _ in range(2):
            g = gradient(v)
            d = distance(v) / np.maximum(np.sum(g * g, axis=1), 0.05)
            v = v - np.clip(d, -0.3 * CELL, 0.3 * CELL)[:, None] * g
    colour = colours(v)

    if np.einsum("ij,ij->", v[f[:, 0]], np.cross(v[f[:, 1]], v[f[:, 2]])) < 0:   # signed volume: outward = positive
        f = f[:, ::-1]
    v = v - (v.max(0) + v.min(0)) / 2
    v = v / np.linalg.norm(v, axis=1).max()
    return v, f, colour


def flip_edges(v, f):
    """One greedy pass of edge flips towards valence 6; keeps the surface closed and manifold, never folds a pair."""
    f = f.copy()
    valence = np.bincount(f.ravel(), minlength=len(v))
    owner = {}
    for t, (a, b, c) in enumerate(f.tolist()):
        owner[a, b] = owner[b, c] = owner[c, a] = t
    normal = lambda a, b, c: np.cross(v[b] - v[a], v[c] - v[a])
    for a, b in sorted(k for k in owner if k[0] < k[1]):
        if (a, b) not in owner or (b, a) not in owner:
            continue
        t, s = owner[a, b], owner[b, a]
        c = next(k for k in f[t].tolist() if k != a and k != b)
        d = next(k for k in f[s].tolist() if k != a and k != b)
        if c == d or (c, d) in owner or (d, c) in owner or valence[a] < 5 or valence[b] < 5:
            continue
        cost = lambda i: sum((valence[[a, b, c, d]] + i - 6) ** 2)
        if cost(np.array([-1, -1, 1, 1])) >= cost(np.zeros(4, int)):
            continue
        n0, n1 = normal(a, b, c), normal(b, a, d)
        m0, m1 = normal(c, d, b), normal(d, c, a)
        unit = lambda n: n / max(np.linalg.norm(n), 1e-12)
        mean = unit(n0 + n1)
        if min(unit(m0) @ mean, unit(m1) @ mean) < 0.8:
            continue
        if min(np.linalg.norm(m0), np.linalg.norm(m1)) < 0.3 * min(np.linalg.norm(n0), np.linalg.norm(n1)):
            continue
        del owner[a, b], owner[b, a]
        f[t], f[s] = (c, d, b), (d, c, a)
        for tri, (i, j, k) in ((t, (c, d, b)), (s, (d, c, a))):
            owner[i, j] = owner[j, k] = owner[k, i] = tri
        valence[[a, b]] -= 1
        valence[[c, d]] += 1
    return f


def write_obj(path, v, f, c):
    with open(path, "w") as o:
        o.write("# Winter duck, vertex colours sRGB; made by make_assets.py (Sfumato, Apache-2.0)\n")
        for p, q in zip(v, c):
            o.write("v %.6f %.6f %.6f %.6g %.6g %.6g\n" % (*p, *q))
        for t in f + 1:
            o.write("f %d %d %d\n" % tuple(t))


def read_obj(path):
    v, f = [], []
    for line in open(path):
        w = line.split()
        if w and w[0] == "v":
            v.append([float(k) for k in w[1:7]])
        elif w and w[0] == "f":
            f.append([int(k) - 1 for k in w[1:4]])
    v = np.array(v)
    return v[:, :3], np.array(f), v[:, 3:]


# ---------------------------------------------------------------- cameras

def look_at(eye, target=(0, 0, 0)):
    """Camera to world, OpenGL axes: columns right, up, back, position."""
    eye = np.asarray(eye, float)
    back = eye - target
    back /= np.linalg.norm(back)
    right = np.cross([0, 1, 0], back)
    right /= np.linalg.norm(right)
    m = np.eye(4)
    m[:3, 0], m[:3, 1], m[:3, 2], m[:3, 3] = right, np.cross(back, right), back, eye
    return m


def ring_of_cameras(count, low, high, start_degrees):
    """Fibonacci spiral: equal steps in sin(elevation) within [low, high] degrees, golden-angle steps in azimuth."""
    s = math.sin(math.radians(low)) + (np.arange(count) + 0.5) / count * (math.sin(math.radians(high)) - math.sin(math.radians(low)))
    a = math.radians(start_degrees) + np.arange(count) * math.pi * (3 - math.sqrt(5))
    return [look_at(DISTANCE * np.array([math.sqrt(1 - y * y) * math.sin(t), y, math.sqrt(1 - y * y) * math.cos(t)])) for y, t in zip(s, a)]


def write_transforms(path, names, matrices):
    frames = [dict(file_path=n, transform_matrix=m.tolist()) for n, m in zip(names, matrices)]
    head = dict(camera_angle_x=math.radians(FOV_DEGREES), fl_x=FOCAL, fl_y=FOCAL, cx=SIZE / 2, cy=SIZE / 2, w=SIZE, h=SIZE)
    path.write_text(json.dumps(dict(head, frames=frames), indent=1) + "\n")


VIEWS = {"train": (20, -50, 79, 20.0), "test": (5, -45, 75, 193.0)}
POSE_CAMERA = look_at(DISTANCE * np.array([math.sin(0.6) * math.cos(0.35), math.sin(0.35), math.cos(0.6) * math.cos(0.35)]))
POSE_AXIS, POSE_DEGREES = np.array([0.48, 0.80, -0.36]), 25.0            # unit axis
POSE_SHIFT = np.array([0.10, -0.07, 0.09])


# ---------------------------------------------------------------- rendering

def vertex_normals(v, f):
    """Angle-weighted."""
    n = np.zeros_like(v)
    a, b, c = v[f[:, 0]], v[f[:, 1]], v[f[:, 2]]
    face = np.cross(b - a, c - a)
    face /= np.maximum(np.linalg.norm(face, axis=1, keepdims=True), 1e-20)
    unit = lambda w: w / np.linalg.norm(w, axis=1, keepdims=True)
    for k, (p, q, r) in enumerate(((a, b, c), (b, c, a), (c, a, b))):
        angle = np.arccos(np.clip(np.sum(unit(q - p) * unit(r - p), axis=1), -1, 1))
        np.add.at(n, f[:, k], face * angle[:, None])
    return n / np.linalg.norm(n, axis=1, keepdims=True)


def to_linear(c):
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def to_srgb(c):
    c = np.clip(c, 0, 1)
    return np.where(c <= 0.0031308, 12.92 * c, 1.055 * c ** (1 / 2.4) - 0.055)


class Studio:
    """Mesh in Mitsuba, smooth normals, diffuse vertex colours, sky and sun; renders one camera at a time."""

    def __init__(self, v, f, c, samples):
        import mitsuba as mi
        mi.set_variant("scalar_rgb")
        self.mi, self.samples = mi, samples
        props = mi.Properties()
        props["bsdf"] = mi.load_dict({"type": "diffuse", "reflectance": {"type": "mesh_attribute", "name": "vertex_color"}})
        mesh = mi.Mesh("duck", len(v), len(f), has_vertex_normals=True, props=props)
        mesh.add_attribute("vertex_color", 3, to_linear(c).astype(np.float32).ravel())
        params = mi.traverse(mesh)
        params["vertex_positions"] = v.astype(np.float32).ravel()
        params["vertex_normals"] = vertex_normals(v, f).astype(np.float32).ravel()
        params["faces"] = f.astype(np.uint32).ravel()
        params.update()
        self.scene = mi.load_dict({
            "type": "scene", "duck": mesh,
            "integrator": {"type": "path", "max_depth": 6, "hide_emitters": True},
            "sky": {"type": "constant", "radiance": {"type": "rgb", "value": SKY}},
            "sun": {"type": "directional", "direction": (-TO_SUN).tolist(), "irradiance": {"type": "rgb", "value": SUN}},
        })

    def shoot(self, camera, path, seed):
        mi = self.mi
        sensor = mi.load_dict({
            "type": "perspective", "fov": FOV_DEGREES, "fov_axis": "x", "near_clip": 0.1, "far_clip": 100.0,
            "to_world": mi.ScalarTransform4f((camera @ np.diag([-1.0, 1, -1, 1])).tolist()),   # Mitsuba: left, up, forward
            "film": {"type": "hdrfilm", "width": SIZE, "height": SIZE, "pixel_format": "rgba", "component_format": "float32",
                     "rfilter": {"type": "box"}},
            "sampler": {"type": "multijitter", "sample_count": self.samples},
        })
        picture = np.array(mi.render(self.scene, sensor=sensor, seed=seed, spp=self.samples), dtype=float)
        alpha = np.clip(picture[..., 3:], 0, 1)
        alpha8 = np.round(alpha * 255)
        colour = np.where(alpha8 > 0, picture[..., :3] / np.maximum(alpha, 1e-6), 0)              # straight alpha
        clipped = float(np.mean((colour > 1).any(-1)[alpha8[..., 0] > 0]))
        data = np.concatenate([np.round(to_srgb(colour) * 255), alpha8], axis=-1).astype(np.uint8)
        info = PngImagePlugin.PngInfo()
        info.add(b"sRGB", b"\x00")
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(data, "RGBA").save(path, optimize=True, pnginfo=info)
        print(f"{path}  {path.stat().st_size} bytes, coloured pixels clipped {100 * clipped:.2f} %", flush=True)


# ---------------------------------------------------------------- check: do the written cameras match the pictures?

def coverage(v, f, head, matrix, sub=4):
    """Silhouette by brute force: sub x sub point samples a pixel, pinhole in OpenCV axes, u = fx X/Z + cx."""
    world_to_camera = np.linalg.inv(np.array(matrix) @ np.diag([1.0, -1, -1, 1]))
    p = v @ world_to_camera[:3, :3].T + world_to_camera[:3, 3]
    uv = np.stack([head["fl_x"] * p[:, 0] / p[:, 2] + head["cx"], head["fl_y"] * p[:, 1] / p[:, 2] + head["cy"]], -1) * sub
    w, h = head["w"] * sub, head["h"] * sub
    hit = np.zeros((h, w), bool)
    for a, b, c in uv[f]:
        area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
        if area >= 0:                                  # y down: faces that wind counter-clockwise outside have area < 0
            continue
        x0, x1 = max(int(min(a[0], b[0], c[0])), 0), min(int(max(a[0], b[0], c[0])) + 1, w)
        y0, y1 = max(int(min(a[1], b[1], c[1])), 0), min(int(max(a[1], b[1], c[1])) + 1, h)
        x, y = np.arange(x0, x1)[None] + 0.5, np.arange(y0, y1)[:, None] + 0.5
        e = [(q[0] - o[0]) * (y - o[1]) - (q[1] - o[1]) * (x - o[0]) <= 0 for o, q in ((a, b), (b, c), (c, a))]
        hit[y0:y1, x0:x1] |= e[0] & e[1] & e[2]
    return hit.reshape(head["h"], sub, head["w"], sub).mean((1, 3))


def centroid(a):
    return np.array([(a * (np.arange(a.shape[1]) + 0.5)).sum(), (a * (np.arange(a.shape[0])[:, None] + 0.5)).sum()]) / a.sum()


def check(out):
    v, f, c = read_obj(out / "mesh.obj")
    import trimesh
    t = trimesh.Trimesh(v, f, process=False)
    edges = np.linalg.norm(v[t.edges_unique[:, 0]] - v[t.edges_unique[:, 1]], axis=1)
    angle = np.degrees(t.face_angles.min(axis=1))
    print(f"mesh: {len(v)} vertices, {len(f)} faces, watertight {t.is_watertight}, winding {t.is_winding_consistent}, volume {t.volume:.4f} "
          f"of hull {t.convex_hull.volume:.4f}, euler {t.euler_number}, components {t.body_count}, box centre {np.abs(v.max(0) + v.min(0)).max() / 2:.1e}, "
          f"largest distance {np.linalg.norm(v - (v.max(0) + v.min(0)) / 2, axis=1).max():.6f}, edges {edges.min():.4f} to {edges.max():.4f}, "
          f"smallest angle {angle.min():.1f}, 1 % quantile {np.quantile(angle, 0.01):.1f} degrees")
    assert t.is_watertight and t.is_winding_consistent and t.euler_number == 2 and t.body_count == 1 and t.volume > 0
    assert c.min() >= 0 and c.max() <= 1
    truth = json.loads((out / "pose/truth.json").read_text())
    moved = v @ np.array(truth["rotation"]).T + truth["translation"]
    worst = 1.0
    for name, folder, points in (("transforms_train.json", out, v), ("transforms_test.json", out, v), ("transforms.json", out / "pose", moved)):
        head = json.loads((folder / name).read_text())
        for frame in head["frames"]:
            picture = np.asarray(Image.open(folder / frame["file_path"]))
            assert picture.shape == (head["h"], head["w"], 4) and picture.dtype == np.uint8
            alpha, mine = picture[..., 3] / 255, coverage(points, f, head, frame["transform_matrix"])
            a, b = alpha >= 0.5, mine >= 0.5
            iou = (a & b).sum() / (a | b).sum()
            ys, xs = np.nonzero(alpha > 0)
            fill = max(np.ptp(xs) + 1, np.ptp(ys) + 1) / head["w"]
            assert 0 < xs.min() and xs.max() < head["w"] - 1 and 0 < ys.min() and ys.max() < head["h"] - 1, "touches the border"
            shift = centroid(mine) - centroid(alpha)
            print(f"{folder.name}/{frame['file_path']}: iou {iou:.5f}, mean |coverage - alpha| {np.abs(mine - alpha).mean():.5f}, "
                  f"centroid shift {shift[0]:+.4f} {shift[1]:+.4f} px, fills {100 * fill:.0f} % of the frame's side")
            assert iou > 0.99 and np.abs(shift).max() < 0.05
            worst = min(worst, iou)
    print(f"all views agree, smallest iou {worst:.5f}")


# ---------------------------------------------------------------- main

def main():
    a = argparse.ArgumentParser()
    a.add_argument("--out", type=Path, default=Path(__file__).parent)
    a.add_argument("--samples", type=int, default=1024, help="samples a pixel")
    a.add_argument("--mesh", action="store_true", help="write mesh.obj only")
    a.add_argument("--check", action="store_true", help="verify the files under --out, write nothing")
    a = a.parse_args()
    out = a.out
    if a.check:
        return check(out)
    out.mkdir(parents=True, exist_ok=True)
    write_obj(out / "mesh.obj", *make_mesh())
    v, f, c = read_obj(out / "mesh.obj")               # render exactly what the file says
    print(f"{len(v)} vertices, {len(f)} faces, {(out / 'mesh.obj').stat().st_size} bytes", flush=True)
    if a.mesh:
        return
    (out / "light.json").write_text(json.dumps(dict(
        comment="linear, world axes, fixed to the object in train and test; diffuse surface, shadows and interreflection included",
        sky_radiance=[SKY] * 3, sun_irradiance=[SUN] * 3, direction_to_sun=TO_SUN.tolist()), indent=1) + "\n")
    studio = Studio(v, f, c, a.samples)
    for k, (kind, (count, low, high, start)) in enumerate(VIEWS.items()):
        names, cameras = [f"{kind}/{i:03d}.png" for i in range(count)], ring_of_cameras(count, low, high, start)
        write_transforms(out / f"transforms_{kind}.json", names, cameras)
        for i, (name, camera) in enumerate(zip(names, cameras)):
            studio.shoot(camera, out / name, seed=1000 * (k + 1) + i)
    r = rotation(POSE_AXIS, POSE_DEGREES)
    (out / "pose").mkdir(exist_ok=True)
    Studio(v @ r.T + POSE_SHIFT, f, c, a.samples).shoot(POSE_CAMERA, out / "pose/target.png", seed=3000)
    write_transforms(out / "pose/transforms.json", ["target.png"], [POSE_CAMERA])
    (out / "pose/truth.json").write_text(json.dumps(dict(
        comment="x_world = rotation x_mesh + translation, column vectors, mesh.obj's coordinates; camera and light stay in the world",
        rotation=r.tolist(), translation=POSE_SHIFT.tolist(), angle_degrees=POSE_DEGREES,
        axis=(POSE_AXIS / np.linalg.norm(POSE_AXIS)).tolist(), translation_length=float(np.linalg.norm(POSE_SHIFT))), indent=1) + "\n")
    check(out)


if __name__ == "__main__":
    main()
