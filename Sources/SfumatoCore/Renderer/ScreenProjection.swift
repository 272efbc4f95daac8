// From world-space faces to faces on the screen, and back: extrinsics, near plane, projection, depth logits.

/// World-space faces seen by one camera.
struct ScreenProjection<S: RenderScalar>: Sendable {
  let camera: Camera<S>
  let depth: DepthScale<S>
  /// Vertices in the camera frame, `[V, 3]`.
  let points: [S]
  /// The corners' colours as this camera sees them, `[F, 3, 3]`; empty where only alpha is wanted.
  let cornerColors: [S]
  /// What is left of each face in front of the near plane.
  private(set) var faces: [ScreenFace<S>] = []

  /// *Differentiable in* positions, colours, extrinsics, intrinsics; *constant in* the depth scale.
  ///
  /// Sorted by depth the nearest faces come first, ties in face order, so that the tile kernel can leave out the colour
  /// of what they hide.
  init(
    _ assembly: SceneAssembly<S>, camera: Camera<S>, depth: DepthScale<S>, sortsByDepth: Bool
  ) {
    self.camera = camera
    self.depth = depth
    let rotation = camera.worldToCamera.rotation.matrix
    let translation = camera.worldToCamera.translation
    var points = [S](repeating: 0, count: assembly.positions.count)
    for v in 0..<assembly.vertexCount {
      points.setVector3(v, rotation * assembly.positions.vector3(v) + translation)
    }
    self.points = points
    cornerColors = assembly.cornerColors(seenFrom: camera)
    faces.reserveCapacity(assembly.faceCount)
    for f in 0..<assembly.faceCount {
      if let face = screenFace(f, assembly) { faces.append(face) }
    }
    guard sortsByDepth else { return }
    let keys = faces.enumerated().map { (logit: $1.logit.max(), index: $0) }
    let unsorted = faces
    faces = keys.sorted { $0.logit != $1.logit ? $0.logit > $1.logit : $0.index < $1.index }
      .map { unsorted[$0.index] }
  }

  /// Numbers at a face's corners that order faces by depth, grow towards the camera and are affine on the screen: perspective
  /// weights, or logits where those are constant.
  func nearness(_ face: ScreenFace<S>) -> SIMD4<S> {
    camera.projection == .perspective ? face.q : face.logit
  }

  /// The three camera points of a face.
  @inline(__always)
  private func corners(
    _ f: Int, _ assembly: SceneAssembly<S>
  ) -> (SIMD3<S>, SIMD3<S>, SIMD3<S>) {
    (
      points.vector3(Int(assembly.faces[3 * f])), points.vector3(Int(assembly.faces[3 * f + 1])),
      points.vector3(Int(assembly.faces[3 * f + 2]))
    )
  }

  /// The three corner colours of a face; black where only alpha is wanted.
  @inline(__always)
  private func colors(_ f: Int) -> (SIMD3<S>, SIMD3<S>, SIMD3<S>) {
    guard !cornerColors.isEmpty else { return (.zero, .zero, .zero) }
    return (
      cornerColors.vector3(3 * f), cornerColors.vector3(3 * f + 1),
      cornerColors.vector3(3 * f + 2)
    )
  }

  private func screenFace(_ f: Int, _ assembly: SceneAssembly<S>) -> ScreenFace<S>? {
    let (p0, p1, p2) = corners(f, assembly)
    let z = SIMD3(p0.z, p1.z, p2.z)
    let mask = NearPlaneClip.frontMask(z, near: depth.near)
    guard mask != 0 else { return nil }
    let (c0, c1, c2) = colors(f)
    var face = ScreenFace<S>(
      x: .zero, y: .zero, q: .zero, logit: .zero, red: .zero, green: .zero, blue: .zero,
      cornerCount: 3, source: Int32(f), clip: mask)
    guard mask != NearPlaneClip.uncut else {
      set(&face, 0, p0, c0)
      set(&face, 1, p1, c1)
      set(&face, 2, p2, c2)
      set(&face, 3, p0, c0)
      return face
    }
    let polygon = NearPlaneClip.polygon(z, near: depth.near, mask: mask)
    face.cornerCount = Int32(polygon.count)
    let p: InlineArray<3, SIMD3<S>> = [p0, p1, p2]
    let c: InlineArray<3, SIMD3<S>> = [c0, c1, c2]
    for k in 0..<4 {
      let corner = polygon.corners[k < polygon.count ? k : 0]
      let i = corner.first
      let j = corner.second
      var point = p[i] + (p[j] - p[i]) * corner.parameter
      if i != j { point.z = depth.near }
      set(&face, k, point, c[i] + (c[j] - c[i]) * corner.parameter)
    }
    if polygon.count == 4 { turn(&face) }
    return face
  }

  @inline(__always)
  private func set(_ face: inout ScreenFace<S>, _ k: Int, _ point: SIMD3<S>, _ color: SIMD3<S>) {
    let pixel = camera.pixel(point)
    face.x[k] = pixel.x
    face.y[k] = pixel.y
    face.q[k] = camera.projection == .perspective ? 1 / point.z : 1
    face.logit[k] = depth.logit(point.z)
    face.red[k] = color.x
    face.green[k] = color.y
    face.blue[k] = color.z
  }

  /// Turns a quadrilateral's list of corners so that the first three span the largest triangle, whose barycentric
  /// weights interpolate the whole; notes by how many places.
  private func turn(_ face: inout ScreenFace<S>) {
    var best = 0
    var largest: S = -1
    for r in 0..<4 {
      let a = face.corner(r)
      let area = abs(cross(face.corner((r + 1) & 3) - a, face.corner((r + 2) & 3) - a))
      if area > largest {
        largest = area
        best = r
      }
    }
    guard best > 0 else { return }
    face.clip |= NearPlaneClip.Code(best) << 3
    let copy = face
    for k in 0..<4 {
      let from = (k + best) & 3
      face.x[k] = copy.x[from]
      face.y[k] = copy.y[from]
      face.q[k] = copy.q[from]
      face.logit[k] = copy.logit[from]
      face.red[k] = copy.red[from]
      face.green[k] = copy.green[from]
      face.blue[k] = copy.blue[from]
    }
  }

  /// The adjoint: from cotangents of the screen faces to the camera and the world-space faces.
  ///
  /// Vertices are added to in face order, so the sums do not depend on threads.
  /// - Parameters:
  ///   - gradients: one a screen face.
  ///   - assembly: the same as forward.
  ///   - positionsBar: added to, `[V, 3]`, world space.
  ///   - cornerColorsBar: added to, `[F, 3, 3]`, or empty where colours are not asked.
  /// - Returns: the camera's cotangent.
  func backward(
    _ gradients: [ScreenFaceGradient<S>], assembly: SceneAssembly<S>,
    positionsBar: inout [S], cornerColorsBar: inout [S]
  ) -> CameraGradient<S> {
    var result = CameraGradient<S>()
    var pointsBar = [S](repeating: 0, count: points.count)
    for (face, gradient) in zip(faces, gradients) {
      let f = Int(face.source)
      let (p0, p1, p2) = corners(f, assembly)
      let p: InlineArray<3, SIMD3<S>> = [p0, p1, p2]
      var pBar = InlineArray<3, SIMD3<S>>(repeating: .zero)
      let mask = face.clip & 0b111
      if mask == NearPlaneClip.uncut {
        for k in 0..<3 {
          pBar[k] = cornerVJP(gradient, k, p[k], moves: true, into: &result)
          guard !cornerColorsBar.isEmpty else { continue }
          cornerColorsBar.addVector3(
            3 * f + k, SIMD3(gradient.red[k], gradient.green[k], gradient.blue[k]))
        }
      } else {
        cutVJP(
          face, gradient, mask: mask, p, colors(f), pBar: &pBar,
          cornerColorsBar: &cornerColorsBar, into: &result)
      }
      for k in 0..<3 { pointsBar.addVector3(Int(assembly.faces[3 * f + k]), pBar[k]) }
    }
    let rotation = camera.worldToCamera.rotation.matrix
    for v in 0..<points.count / 3 {
      let bars = RigidTransform.applyVJP(
        rotation: rotation, image: points.vector3(v), imageBar: pointsBar.vector3(v))
      positionsBar.addVector3(v, bars.pointBar)
      result.twist += bars.twistBar
    }
    return result
  }

  /// The cotangent of a corner's camera point; `moves` tells whether its depth can change.
  @inline(__always)
  private func cornerVJP(
    _ gradient: ScreenFaceGradient<S>, _ k: Int, _ point: SIMD3<S>, moves: Bool,
    into camera: inout CameraGradient<S>
  ) -> SIMD3<S> {
    let bars = self.camera.pixelVJP(point, pixelBar: SIMD2(gradient.x[k], gradient.y[k]))
    camera.focal += bars.focalBar
    camera.principal += bars.principalBar
    var bar = bars.pointBar
    if self.camera.projection == .perspective { bar.z -= gradient.q[k] / (point.z * point.z) }
    bar.z += gradient.logit[k] * depth.logitSlope(point.z)
    if !moves { bar.z = 0 }
    return bar
  }

  private func cutVJP(
    _ face: ScreenFace<S>, _ gradient: ScreenFaceGradient<S>, mask: NearPlaneClip.Code,
    _ p: InlineArray<3, SIMD3<S>>, _ colors: (SIMD3<S>, SIMD3<S>, SIMD3<S>),
    pBar: inout InlineArray<3, SIMD3<S>>, cornerColorsBar: inout [S],
    into camera: inout CameraGradient<S>
  ) {
    let z = SIMD3(p[0].z, p[1].z, p[2].z)
    let polygon = NearPlaneClip.polygon(z, near: depth.near, mask: mask)
    let turned = Int(face.clip >> 3)
    let c: InlineArray<3, SIMD3<S>> = [colors.0, colors.1, colors.2]
    let f = Int(face.source)
    var zBar = SIMD3<S>.zero
    for k in 0..<polygon.count {
      let corner = polygon.corners[(k + turned) % polygon.count]
      let i = corner.first
      let j = corner.second
      let t = corner.parameter
      var point = p[i] + (p[j] - p[i]) * t
      if i != j { point.z = depth.near }
      let bar = cornerVJP(gradient, k, point, moves: i == j, into: &camera)
      let colorBar = SIMD3(gradient.red[k], gradient.green[k], gradient.blue[k])
      pBar[i] += bar * (1 - t)
      pBar[j] += bar * t
      if !cornerColorsBar.isEmpty {
        cornerColorsBar.addVector3(3 * f + i, colorBar * (1 - t))
        cornerColorsBar.addVector3(3 * f + j, colorBar * t)
      }
      guard i != j else { continue }
      NearPlaneClip.parameterVJP(
        corner, z, near: depth.near,
        parameterBar: dot(bar, p[j] - p[i]) + dot(colorBar, c[j] - c[i]), into: &zBar)
    }
    for k in 0..<3 { pBar[k].z += zBar[k] }
  }
}
