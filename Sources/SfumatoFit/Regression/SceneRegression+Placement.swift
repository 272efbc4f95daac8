// Where trials of a pose begin in one picture: steps are too short to fetch an object from several radii away.
internal import RealModule
internal import SfumatoCore

extension SceneRegression {
  /// The present pose, moved to where the mask is if the only target shows the object elsewhere or in another size.
  ///
  /// The boxes around mask and projected vertices are compared. A turn alone changes a box too, so that the pose stays
  /// as given where sizes differ by less than 1.6 times and places by less than half of the mask's box.
  var placedPose: RigidTransform<Float> { placed(state.pose, in: maskBox, evenIfNear: false) }

  /// The box around the only target's mask; none of several targets, nor of a mask that the picture cuts off where `isWhole` is
  /// asked.
  func maskBox(isWhole: Bool) -> ImageBox? {
    let box = maskBox
    guard isWhole, let size = problem.targets.first?.picture else { return box }
    guard let own = box, own.isWithin(width: Float(size.width), height: Float(size.height)) else {
      return nil
    }
    return own
  }

  private var maskBox: ImageBox? {
    guard problem.targets.count == 1, let target = problem.targets.first else { return nil }
    var seen = ImageBox()
    for y in 0..<target.picture.height {
      for x in 0..<target.picture.width
      where target.knownAlpha(y * target.picture.width + x) > 0.5 {
        seen.add(SIMD2(Float(x), Float(y)))
        seen.add(SIMD2(Float(x + 1), Float(y + 1)))
      }
    }
    return seen.size > 0 ? seen : nil
  }

  /// A pose, shifted so that the object's box on the screen is about a mask's; as given where there is no mask, where the object is not all
  /// in front of the camera, or where it is near and `evenIfNear` is not said.
  func placed(
    _ given: RigidTransform<Float>, in mask: ImageBox?, evenIfNear: Bool
  ) -> RigidTransform<Float> {
    guard let mask else { return given }
    let camera = cameras[0]
    let isPerspective = camera.projection == .perspective
    func image(_ p: SIMD3<Float>) -> SIMD2<Float> {
      camera.focal * SIMD2(p.x, p.y) / (isPerspective ? p.z : 1) + camera.principal
    }
    var pose = given
    let mesh = state.mesh
    // A few thousand vertices span the box of all but for a hair.
    let stride = Swift.max(mesh.vertexCount / 3000, 1)
    let center = objectCenter
    // Perspective makes boxes of near objects larger than in proportion; a few times are enough.
    for pass in 0..<4 {
      var own = ImageBox()
      let seen = camera.worldToCamera * pose
      let (turn, shift) = (seen.rotation.matrix, seen.translation)
      for v in Swift.stride(from: 0, to: mesh.vertexCount, by: stride) {
        let p = mesh.positions.vector3(v)
        let z = dot(turn.row2, p) + shift.z
        guard z > 0 else { return given }
        own.add(image(SIMD3(dot(turn.row0, p) + shift.x, dot(turn.row1, p) + shift.y, z)))
      }
      let middle = camera.cameraPoint(pose * center)
      guard own.size > 0, middle.z > 0 else { return given }
      let ratio = own.size / mask.size
      let apart = own.center - mask.center
      let isNear = (apart * apart).sum().squareRoot() < mask.size / 2
      if pass == 0, !evenIfNear, isNear, ratio < 1.6, ratio > 1 / 1.6 { return given }
      let depth = isPerspective ? middle.z * ratio : middle.z
      let offset = (image(middle) - own.center) / (isPerspective ? ratio : 1)
      let place =
        (mask.center + offset - camera.principal) / camera.focal * (isPerspective ? depth : 1)
      pose.translation +=
        camera.worldToCamera.rotation.conjugate.matrix
        * (SIMD3(place.x, place.y, depth) - middle)
    }
    return pose
  }
}

/// The smallest box around points of an image, pixels.
struct ImageBox {
  private var lower = SIMD2<Float>(repeating: .infinity)
  private var upper = SIMD2<Float>(repeating: -.infinity)

  mutating func add(_ p: SIMD2<Float>) {
    lower.replace(with: p, where: p .< lower)
    upper.replace(with: p, where: p .> upper)
  }

  var center: SIMD2<Float> { (lower + upper) / 2 }

  /// Whether a picture of such a size does not cut it off.
  func isWithin(width: Float, height: Float) -> Bool {
    lower.x > 0 && lower.y > 0 && upper.x < width && upper.y < height
  }

  /// The diagonal; not positive where there is no point.
  var size: Float {
    guard lower.x <= upper.x else { return 0 }
    let sides = upper - lower
    return (sides * sides).sum().squareRoot()
  }
}
