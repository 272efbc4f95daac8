// Where trials of a pose begin in one picture: steps are too short to fetch an object from several radii away.
internal import RealModule
internal import SfumatoCore

extension SceneRegression {
  /// The present pose, moved to where the mask is if the only target shows the object elsewhere or in another size.
  ///
  /// The boxes around mask and projected vertices are compared. A turn alone changes a box too, so that the pose stays
  /// as given where sizes differ by less than 1.6 times and places by less than half of the mask's box.
  var placedPose: RigidTransform<Float> {
    guard problem.targets.count == 1, let target = problem.targets.first else { return state.pose }
    let camera = cameras[0]
    var seen = ImageBox()
    for y in 0..<target.picture.height {
      for x in 0..<target.picture.width where target.picture[x, y, 3] > 0.5 {
        seen.add(SIMD2(Float(x), Float(y)))
        seen.add(SIMD2(Float(x + 1), Float(y + 1)))
      }
    }
    guard seen.size > 0 else { return state.pose }
    let isPerspective = camera.projection == .perspective
    func image(_ p: SIMD3<Float>) -> SIMD2<Float> {
      camera.focal * SIMD2(p.x, p.y) / (isPerspective ? p.z : 1) + camera.principal
    }
    var pose = state.pose
    // Perspective makes boxes of near objects larger than in proportion; a few times are enough.
    for pass in 0..<4 {
      var own = ImageBox()
      for v in 0..<state.mesh.vertexCount {
        let p = camera.cameraPoint(pose * state.mesh.position(v))
        guard p.z > 0 else { return state.pose }
        own.add(image(p))
      }
      let middle = camera.cameraPoint(pose * state.mesh.boundingSphere.center)
      guard own.size > 0, middle.z > 0 else { return state.pose }
      let ratio = own.size / seen.size
      let apart = own.center - seen.center
      let isNear = (apart * apart).sum().squareRoot() < seen.size / 2
      if pass == 0, isNear, ratio < 1.6, ratio > 1 / 1.6 { return state.pose }
      let depth = isPerspective ? middle.z * ratio : middle.z
      let offset = (image(middle) - own.center) / (isPerspective ? ratio : 1)
      let place =
        (seen.center + offset - camera.principal) / camera.focal * (isPerspective ? depth : 1)
      pose.translation +=
        camera.worldToCamera.rotation.conjugate.matrix
        * (SIMD3(place.x, place.y, depth) - middle)
    }
    return pose
  }
}

/// The smallest box around points of an image, pixels.
private struct ImageBox {
  private var lower = SIMD2<Float>(repeating: .infinity)
  private var upper = SIMD2<Float>(repeating: -.infinity)

  mutating func add(_ p: SIMD2<Float>) {
    lower.replace(with: p, where: p .< lower)
    upper.replace(with: p, where: p .> upper)
  }

  var center: SIMD2<Float> { (lower + upper) / 2 }

  /// The diagonal; not positive where there is no point.
  var size: Float {
    guard lower.x <= upper.x else { return 0 }
    let sides = upper - lower
    return (sides * sides).sum().squareRoot()
  }
}
