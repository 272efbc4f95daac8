// The edges of a view's faces at which the picture can jump: where a surface ends or folds back, and where faces that meet
// differ in colour.

/// An edge of the mesh on the screen, from one end to the other, and what it bounds.
struct OutlineEdge<S: RenderScalar>: Equatable, Sendable {
  /// A face on the screen that has the edge, and which of its corners are the ends.
  var face: Int32
  var first: Int8
  var second: Int8
  /// The face seen just left of the way from end to end, y up (`cross(b - a, p - a) > 0`, y down), -1 where the surface does not
  /// go on there.
  var positive: Int32
  /// The face seen on the other side, or -1.
  var negative: Int32
  /// The edge's number in the welding.
  var weld: Int32
}

extension OutlineEdge {
  /// Finds the edges of a view.
  ///
  /// - Parameters:
  ///   - assembly: the scene.
  ///   - visibility: its faces on the screen.
  ///   - welding: its edges.
  ///   - hasColor: whether faces have colours, by which edges between faces count.
  ///   - workers: how many threads may work.
  /// - Returns: the edges, in the welding's order.
  static func all(
    _ assembly: SceneAssembly<S>, _ visibility: HardView<S>, _ welding: Welding,
    hasColor: Bool, workers: Workers
  ) -> [OutlineEdge] {
    let projection = visibility.projection
    let faces = ScreenPlaces(visibility, faceCount: welding.corners.count / 3)
    let isSeamless = !hasColor || assembly.hasSeamlessColors
    let grain = 4096
    return parallelMap((welding.edgeCount + grain - 1) / grain, workers: workers) { chunk in
      var found: [OutlineEdge] = []
      for e in chunk * grain..<min((chunk + 1) * grain, welding.edgeCount) {
        if isSeamless, faces.areSmooth(welding.pairs[e], visibility),
          !assembly.isSeam(welding.pairs[e])
        {
          continue
        }
        var sides = EdgeSides<S>()
        let uses = welding.uses(ofEdge: e)
        for use in uses {
          let face = faces[use / 3]
          guard face >= 0, !visibility.setups[Int(face)].traits.isDisjoint(with: .visible),
            let lanes = projection.lanes(ofCorner: Int(use % 3), face: face, assembly)
          else { continue }
          // In the direction of the edge's first face, whatever its vertices are called.
          let isTurned =
            uses.first.map { welding.isForward($0) != welding.isForward(use) } ?? false
          sides.add(face, projection, isTurned ? SIMD2(lanes.y, lanes.x) : lanes)
        }
        if let edge = sides.edge(Int32(e), visibility, hasColor: hasColor) { found.append(edge) }
      }
      return found
    }.flatMap { $0 }
  }
}

extension SceneAssembly {
  /// Whether faces that share vertices, not only places, have the same colours there.
  fileprivate var hasSeamlessColors: Bool {
    scene.instances.allSatisfy { instance in
      let material = scene.materials[instance.material]
      return material.baseColor != .face && !material.usesFaceNormals
        && material.normalTexture == nil
    }
  }

  /// Whether two faces that share vertices differ there in texture coordinates, normals or material.
  fileprivate func isSeam(_ pair: SIMD2<Int32>) -> Bool {
    guard coloring == .fragments, pair.x >= 0 else { return false }
    let (f, g) = (Int(pair.x), Int(pair.y))
    let index = instance(ofFace: f)
    guard index == instance(ofFace: g) else { return true }
    let mesh = scene.meshes[scene.instances[index].mesh]
    guard !mesh.texcoordSets.isEmpty || mesh.normalFaces != nil else { return false }
    let first = parts[index].firstFace
    for i in 3 * (f - first)..<3 * (f - first) + 3 {
      for j in 3 * (g - first)..<3 * (g - first) + 3 where mesh.faces[i] == mesh.faces[j] {
        if let normals = mesh.normalFaces, normals[i] != normals[j] { return true }
        for set in mesh.texcoordSets where set.faces[i] != set.faces[j] { return true }
      }
    }
    return false
  }
}

/// Where the scene's faces stand among those on the screen.
private struct ScreenPlaces: Sendable {
  /// The face on the screen of each face, -1 where none; nil where all stand in their own places.
  private var places: [Int32]?

  init<S: RenderScalar>(_ visibility: HardView<S>, faceCount: Int) {
    let faces = visibility.projection.faces
    guard faces.count != faceCount else { return }
    var places = [Int32](repeating: -1, count: faceCount)
    for (i, face) in faces.enumerated() { places[Int(face.source)] = Int32(i) }
    self.places = places
  }

  subscript(face: Int32) -> Int32 {
    @inline(__always) get { places.map { $0[Int(face)] } ?? face }
  }

  /// Whether the two faces of an edge are whole and show the same side, so that the surface goes on behind the edge.
  @inline(__always)
  func areSmooth<S: RenderScalar>(_ pair: SIMD2<Int32>, _ visibility: HardView<S>) -> Bool {
    guard pair.x >= 0 else { return false }
    let (i, j) = (self[pair.x], self[pair.y])
    guard i >= 0, j >= 0 else { return false }
    let both = visibility.setups[Int(i)].traits.intersection(visibility.setups[Int(j)].traits)
    return both.contains(.uncut) && !both.isDisjoint(with: .visible)
  }
}

/// The faces of one edge, sorted by side.
private struct EdgeSides<S: RenderScalar> {
  private var lanes: SIMD2<Int> = .zero
  private var face: Int32 = -1
  /// Which corners of the seen faces are the ends.
  private var positiveLanes: SIMD2<Int> = .zero
  private var negativeLanes: SIMD2<Int> = .zero
  private var positive: Int32 = -1
  private var negative: Int32 = -1

  /// Takes in a face whose corners `lanes` are the edge's ends.
  mutating func add(_ i: Int32, _ projection: ScreenProjection<S>, _ lanes: SIMD2<Int>) {
    let face = projection.faces[Int(i)]
    let a = face.corner(lanes.x)
    let e = face.corner(lanes.y) - a
    var turn: S = 0
    for k in 0..<Int(face.cornerCount) {
      let other = cross(e, face.corner(k) - a)
      if abs(other) > abs(turn) { turn = other }
    }
    guard turn != 0 else { return }
    if self.face < 0 { (self.face, self.lanes) = (i, lanes) }
    // Of several faces on a side the one that comes nearer away from the edge hides the others.
    let way = SIMD2(-e.y, e.x) * (turn > 0 ? 1 : -1)
    func hides(_ other: Int32) -> Bool {
      other < 0
        || projection.nearnessSlope(face, along: way)
          > projection.nearnessSlope(projection.faces[Int(other)], along: way)
    }
    if turn > 0, hides(positive) { (positive, positiveLanes) = (i, lanes) }
    if turn < 0, hides(negative) { (negative, negativeLanes) = (i, lanes) }
  }

  /// The edge, if the picture can jump at it.
  func edge(
    _ weld: Int32, _ visibility: HardView<S>, hasColor: Bool
  ) -> OutlineEdge<S>? {
    guard positive >= 0 || negative >= 0 else { return nil }
    if positive >= 0, negative >= 0 {
      guard hasColor else { return nil }
      let faces = visibility.projection.faces
      let (p, n) = (faces[Int(positive)], faces[Int(negative)])
      guard
        visibility.shader == nil
          ? Self.differ(p, positiveLanes.x, n, negativeLanes.x)
            || Self.differ(p, positiveLanes.y, n, negativeLanes.y)
          : differ(p, n, visibility)
      else { return nil }
    }
    return OutlineEdge(
      face: face, first: Int8(lanes.x), second: Int8(lanes.y), positive: positive,
      negative: negative, weld: weld)
  }

  /// Whether two faces' colours at a corner are further apart than a picture shows.
  private static func differ(_ p: ScreenFace<S>, _ i: Int, _ n: ScreenFace<S>, _ j: Int) -> Bool {
    let jump = max(
      abs(p.red[i] - n.red[j]), max(abs(p.green[i] - n.green[j]), abs(p.blue[i] - n.blue[j])))
    return jump > 1e-5
  }

  /// The same of shaded fragments, at the ends of the edge and between; a quarter of a step of 8 bits is no jump.
  private func differ(_ p: ScreenFace<S>, _ n: ScreenFace<S>, _ visibility: HardView<S>) -> Bool {
    let (a, b) = (p.corner(positiveLanes.x), p.corner(positiveLanes.y))
    for part: S in [0, 1 / 2, 1] {
      let point = a + (b - a) * part
      let jump = visibility.shaded(p, at: point) - visibility.shaded(n, at: point)
      if max(abs(jump.x), max(abs(jump.y), abs(jump.z))) > 1e-3 { return true }
    }
    return false
  }
}

extension ScreenProjection {
  /// The corners on the screen that the edge from a face's corner `k` to the next runs between; nil where the near plane took
  /// all of it.
  func lanes(
    ofCorner k: Int, face i: Int32, _ assembly: SceneAssembly<S>
  ) -> SIMD2<Int>? {
    let face = faces[Int(i)]
    let next = k == 2 ? 0 : k + 1
    let mask = face.clip & 0b111
    guard mask != NearPlaneClip.uncut else { return SIMD2(k, next) }
    let f = 3 * Int(face.source)
    let z = SIMD3(
      points[3 * Int(assembly.faces[f]) + 2], points[3 * Int(assembly.faces[f + 1]) + 2],
      points[3 * Int(assembly.faces[f + 2]) + 2])
    let polygon = NearPlaneClip.polygon(z, near: depth.near, mask: mask)
    let turned = Int(face.clip >> 3)
    func isOnEdge(_ lane: Int) -> Bool {
      let corner = polygon.corners[(lane + turned) % polygon.count]
      return (corner.first == k || corner.first == next)
        && (corner.second == k || corner.second == next)
    }
    for lane in 0..<polygon.count {
      let after = lane + 1 == polygon.count ? 0 : lane + 1
      if isOnEdge(lane), isOnEdge(after) { return SIMD2(lane, after) }
    }
    return nil
  }

  /// The order by depth of a face at a point of the screen, which grows towards the camera and is affine.
  func nearness(_ face: ScreenFace<S>, at point: SIMD2<S>) -> S {
    (face.barycentrics(of: point) * nearness(face)).sum()
  }

  /// The change of a face's nearness along a way on the screen.
  func nearnessSlope(_ face: ScreenFace<S>, along way: SIMD2<S>) -> S {
    let values = nearness(face)
    let (a, b) = (face.corner(1) - face.corner(0), face.corner(2) - face.corner(0))
    return ((values[1] - values[0]) * cross(way, b) + (values[2] - values[0]) * cross(a, way))
      / cross(a, b)
  }
}
