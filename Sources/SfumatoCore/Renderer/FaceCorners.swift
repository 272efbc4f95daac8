/// The corners of a scene's faces as one camera sees them, from which faces on the screen are made.
struct FaceCorners<S: RenderScalar>: Sendable {
  let camera: Camera<S>
  let depth: DepthScale<S>
  /// Corner indices, `[F, 3]`.
  let indices: [Int32]
  /// Vertices in the camera frame, `[V, 3]`.
  let points: [S]
  /// The same on the screen: column, row, perspective weight, depth logit.
  let projected: [SIMD4<S>]
  /// Colours of the corners, `[F, 3, 3]`, or empty.
  let colors: [S]

  /// A camera point on the screen: column, row, perspective weight, depth logit.
  @inline(__always)
  static func project(
    _ point: SIMD3<S>, _ camera: Camera<S>, _ depth: DepthScale<S>
  ) -> SIMD4<S> {
    let pixel = camera.pixel(point)
    return SIMD4(
      pixel.x, pixel.y, camera.projection == .perspective ? 1 / point.z : 1,
      depth.logit(point.z))
  }

  /// What is left of a face in front of the near plane; without corners where nothing is.
  func screenFace(_ f: Int) -> ScreenFace<S> {
    let p = points(ofFace: f)
    let z = SIMD3(p.0.z, p.1.z, p.2.z)
    let mask = NearPlaneClip.frontMask(z, near: depth.near)
    let c = colors(ofFace: f)
    guard mask != NearPlaneClip.uncut else { return wholeFace(f, colors: c) }
    guard mask != 0 else {
      return ScreenFace(
        x: .zero, y: .zero, q: .zero, logit: .zero, red: .zero, green: .zero, blue: .zero,
        cornerCount: 0, source: Int32(f), clip: 0)
    }
    return cutFace(f, [p.0, p.1, p.2], colors: [c.0, c.1, c.2], z, mask: mask)
  }

  /// The camera points of a face.
  @inline(__always)
  func points(ofFace f: Int) -> (SIMD3<S>, SIMD3<S>, SIMD3<S>) {
    (
      points.vector3(Int(indices[3 * f])), points.vector3(Int(indices[3 * f + 1])),
      points.vector3(Int(indices[3 * f + 2]))
    )
  }

  /// The corner colours of a face; black where only alpha is wanted.
  @inline(__always)
  func colors(ofFace f: Int) -> (SIMD3<S>, SIMD3<S>, SIMD3<S>) {
    guard !colors.isEmpty else { return (.zero, .zero, .zero) }
    return (colors.vector3(3 * f), colors.vector3(3 * f + 1), colors.vector3(3 * f + 2))
  }

  /// A face before the near plane.
  @inline(__always)
  private func wholeFace(
    _ f: Int, colors c: (SIMD3<S>, SIMD3<S>, SIMD3<S>)
  ) -> ScreenFace<S> {
    let a = projected[Int(indices[3 * f])]
    let b = projected[Int(indices[3 * f + 1])]
    let d = projected[Int(indices[3 * f + 2])]
    return ScreenFace(
      x: SIMD4(a.x, b.x, d.x, a.x), y: SIMD4(a.y, b.y, d.y, a.y),
      q: SIMD4(a.z, b.z, d.z, a.z), logit: SIMD4(a.w, b.w, d.w, a.w),
      red: SIMD4(c.0.x, c.1.x, c.2.x, c.0.x), green: SIMD4(c.0.y, c.1.y, c.2.y, c.0.y),
      blue: SIMD4(c.0.z, c.1.z, c.2.z, c.0.z), cornerCount: 3, source: Int32(f),
      clip: NearPlaneClip.uncut)
  }

  private func cutFace(
    _ f: Int, _ p: InlineArray<3, SIMD3<S>>, colors c: InlineArray<3, SIMD3<S>>, _ z: SIMD3<S>,
    mask: NearPlaneClip.Code
  ) -> ScreenFace<S> {
    var face = ScreenFace<S>(
      x: .zero, y: .zero, q: .zero, logit: .zero, red: .zero, green: .zero, blue: .zero,
      cornerCount: 3, source: Int32(f), clip: mask)
    let polygon = NearPlaneClip.polygon(z, near: depth.near, mask: mask)
    face.cornerCount = Int32(polygon.count)
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
    let corner = Self.project(point, camera, depth)
    face.x[k] = corner.x
    face.y[k] = corner.y
    face.q[k] = corner.z
    face.logit[k] = corner.w
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
}
