// From world-space faces to faces on the screen, and back: extrinsics, near plane, projection, depth logits.

/// World-space faces seen by one camera.
struct ScreenProjection<S: RenderScalar>: Sendable {
  let camera: Camera<S>
  let depth: DepthScale<S>
  /// Vertices and corner colours as this camera sees them.
  let corners: FaceCorners<S>
  /// What is left of each face in front of the near plane.
  let faces: [ScreenFace<S>]

  /// Vertices in the camera frame, `[V, 3]`.
  var points: [S] { corners.points }

  /// Vertices or faces that one thread takes at a time: fewer are not worth waking another.
  private static var grain: Int { 8192 }

  /// *Differentiable in* positions, colours, extrinsics, intrinsics; *constant in* the depth scale.
  ///
  /// Sorted by depth the nearest faces come first, ties in face order, so that the tile kernel can leave out the colour
  /// of what they hide.
  init(
    _ assembly: SceneAssembly<S>, camera: Camera<S>, depth: DepthScale<S>, sortsByDepth: Bool,
    workers: Workers = .serial
  ) {
    self.camera = camera
    self.depth = depth
    let rotation = camera.worldToCamera.rotation.matrix
    let translation = camera.worldToCamera.translation
    var points = [S](unstored: assembly.positions.count)
    points.forEachChunk(grain: 3 * Self.grain, workers: workers) { start, chunk in
      for i in stride(from: 0, to: chunk.count, by: 3) {
        let point = rotation * assembly.positions.vector3((start + i) / 3) + translation
        chunk[i] = point.x
        chunk[i + 1] = point.y
        chunk[i + 2] = point.z
      }
    }
    let seen = points
    let corners = FaceCorners(
      camera: camera, depth: depth, indices: assembly.faces, points: points,
      projected: parallelArray(assembly.vertexCount, grain: Self.grain, workers: workers) {
        FaceCorners.project(seen.vector3($0), camera, depth)
      },
      colors: assembly.cornerColors(seenFrom: camera))
    self.corners = corners
    var faces = parallelArray(assembly.faceCount, grain: Self.grain, workers: workers) {
      corners.screenFace($0)
    }
    if faces.contains(where: { $0.cornerCount == 0 }) {
      faces.removeAll { $0.cornerCount == 0 }
    }
    self.faces = sortsByDepth ? Self.nearestFirst(faces, workers: workers) : faces
  }

  /// The faces ordered by their nearest corner, ties in their order.
  private static func nearestFirst(_ faces: [ScreenFace<S>], workers: Workers) -> [ScreenFace<S>] {
    let keys = parallelArray(faces.count, grain: Self.grain, workers: workers) {
      DepthKey(largest(faces[$0].logit), index: $0)
    }
    let order = keys.sorted()
    return parallelArray(faces.count, grain: Self.grain, workers: workers) {
      faces[order[$0].index]
    }
  }

  /// Numbers at a face's corners that order faces by depth, grow towards the camera and are affine on the screen: perspective
  /// weights, or logits where those are constant.
  func nearness(_ face: ScreenFace<S>) -> SIMD4<S> {
    camera.projection == .perspective ? face.q : face.logit
  }

  /// The adjoint: from cotangents of the screen faces to the camera and the world-space faces.
  ///
  /// Vertices are added to in face order and cameras in vertex order, so the sums do not depend on threads.
  /// - Parameters:
  ///   - gradients: one a screen face.
  ///   - assembly: the same as forward.
  ///   - positionsBar: added to, `[V, 3]`, world space.
  ///   - cornerColorsBar: added to, `[F, 3, 3]`, or empty where colours are not asked.
  ///   - workers: the threads.
  /// - Returns: the camera's cotangent.
  func backward(
    _ gradients: [ScreenFaceGradient<S>], assembly: SceneAssembly<S>,
    positionsBar: inout [S], cornerColorsBar: inout [S], workers: Workers = .serial
  ) -> CameraGradient<S> {
    backward(
      assembly, positionsBar: &positionsBar, cornerColorsBar: &cornerColorsBar,
      workers: workers
    ) { gradients[$0] }
  }

  /// The same from vectors of the faces one after the other, `rows` each, of which seven are a ``ScreenFaceGradient`` and two
  /// its columns and rows.
  func backward(
    _ vectors: [SIMD4<S>], rows: Int, assembly: SceneAssembly<S>, positionsBar: inout [S],
    cornerColorsBar: inout [S], workers: Workers
  ) -> CameraGradient<S> {
    backward(
      assembly, positionsBar: &positionsBar, cornerColorsBar: &cornerColorsBar,
      workers: workers
    ) { ScreenFaceGradient(rows: rows, at: $0 * rows, of: vectors) }
  }

  @inline(__always)
  private func backward(
    _ assembly: SceneAssembly<S>, positionsBar: inout [S], cornerColorsBar: inout [S],
    workers: Workers, gradient: (Int) -> ScreenFaceGradient<S>
  ) -> CameraGradient<S> {
    var result = CameraGradient<S>()
    // What reaches whole corners adds up on the screen, what reaches cut ones in the camera frame.
    var screenBar = [SIMD4<S>](repeating: .zero, count: corners.projected.count)
    var cutBar: [S] = []
    for (f, face) in faces.enumerated() {
      let own = gradient(f)
      let source = Int(face.source)
      let mask = face.clip & 0b111
      guard mask != NearPlaneClip.uncut else {
        for k in 0..<3 {
          screenBar[Int(assembly.faces[3 * source + k])] +=
            SIMD4(own.x[k], own.y[k], own.q[k], own.logit[k])
          guard !cornerColorsBar.isEmpty else { continue }
          cornerColorsBar.addVector3(
            3 * source + k, SIMD3(own.red[k], own.green[k], own.blue[k]))
        }
        continue
      }
      if cutBar.isEmpty { cutBar = [S](repeating: 0, count: corners.points.count) }
      let (p0, p1, p2) = corners.points(ofFace: source)
      var pBar = InlineArray<3, SIMD3<S>>(repeating: .zero)
      cutVJP(
        face, own, mask: mask, [p0, p1, p2], corners.colors(ofFace: source), pBar: &pBar,
        cornerColorsBar: &cornerColorsBar, into: &result)
      for k in 0..<3 { cutBar.addVector3(Int(assembly.faces[3 * source + k]), pBar[k]) }
    }
    result += verticesBackward(screenBar, cutBar, positionsBar: &positionsBar, workers: workers)
    return result
  }

  /// From cotangents of the vertices, on the screen and in the camera frame (or none), to the world and the camera.
  private func verticesBackward(
    _ screenBar: [SIMD4<S>], _ cutBar: [S], positionsBar: inout [S], workers: Workers
  ) -> CameraGradient<S> {
    let rotation = camera.worldToCamera.rotation.matrix
    let grain = 3 * Self.grain
    let count = positionsBar.count
    var parts = [CameraGradient<S>](
      repeating: CameraGradient(), count: (count + grain - 1) / grain)
    positionsBar.forEachSlice(
      startingAt: { min($0 * grain, count) }, alongside: &parts, workers: workers
    ) { chunk, worldBar, part in
      for i in 0..<worldBar.count / 3 {
        let v = chunk * Self.grain + i
        let point = corners.points.vector3(v)
        var bar = cutBar.isEmpty ? .zero : cutBar.vector3(v)
        if screenBar[v] != .zero { bar += vertexVJP(screenBar[v], point, into: &part) }
        let bars = RigidTransform.applyVJP(rotation: rotation, image: point, imageBar: bar)
        worldBar[3 * i] += bars.pointBar.x
        worldBar[3 * i + 1] += bars.pointBar.y
        worldBar[3 * i + 2] += bars.pointBar.z
        part.twist += bars.twistBar
      }
    }
    return parts.reduce(into: CameraGradient()) { $0 += $1 }
  }

  /// The cotangent of a camera point from that of its column, row, perspective weight and logit.
  @inline(__always)
  private func vertexVJP(
    _ screenBar: SIMD4<S>, _ point: SIMD3<S>, into camera: inout CameraGradient<S>
  ) -> SIMD3<S> {
    let bars = self.camera.pixelVJP(point, pixelBar: SIMD2(screenBar.x, screenBar.y))
    camera.focal += bars.focalBar
    camera.principal += bars.principalBar
    var bar = bars.pointBar
    if self.camera.projection == .perspective { bar.z -= screenBar.z / (point.z * point.z) }
    bar.z += screenBar.w * depth.logitSlope(point.z)
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
      var bar = vertexVJP(
        SIMD4(gradient.x[k], gradient.y[k], gradient.q[k], gradient.logit[k]), point,
        into: &camera)
      if i != j { bar.z = 0 }
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

/// A face's place in the order of depth.
private struct DepthKey<S: RenderScalar>: Comparable {
  let nearness: S
  let index: Int

  init(_ nearness: S, index: Int) {
    self.nearness = nearness
    self.index = index
  }

  static func < (a: Self, b: Self) -> Bool {
    a.nearness != b.nearness ? a.nearness > b.nearness : a.index < b.index
  }
}
