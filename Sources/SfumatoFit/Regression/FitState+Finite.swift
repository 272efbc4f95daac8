// The one guard of a fit against numbers that are not finite: a step whose gradient or outcome is not finite is not
// taken. Positions that overflow, a light of length zero or a kernel's NaN then cost steps, not the run.
internal import RealModule
internal import SfumatoCore
internal import SfumatoSolve

extension SceneGradient<Float> {
  /// Whether every number is finite.
  var isFinite: Bool {
    meshes.allSatisfy { $0.positions.isFinite && $0.vertexColors.isFinite }
      && textures.allSatisfy(\.isFinite)
      && instances.allSatisfy(\.isFinite) && background.isFinite
      && smoothing.edgeWidthPixels.isFinite && smoothing.gamma.isFinite
      && lights.allSatisfy {
        $0.color.isFinite && $0.direction.isFinite && $0.position.isFinite
          && $0.coefficients.allSatisfy(\.isFinite)
      }
      && cameras.allSatisfy {
        $0.twist.isFinite && $0.focal.x.isFinite && $0.focal.y.isFinite
      }
  }
}

extension FitState {
  /// Whether every number is finite, those that the optimisers remember included.
  var isFinite: Bool {
    mesh.positions.isFinite && coordinates.isFinite && colorsSRGB.isFinite && pose.isFinite
      && (texture?.texelsSRGB.isFinite ?? true)
      && (parts + cameras).allSatisfy(\.isFinite) && Float.exp(logFocal).isNormal
      && [principal.x, principal.y].isFinite && light.isFinite
      && background.isFinite && logGains.isFinite && shapeOptimizer.moments.isFinite
      && ([colorOptimizer, poseOptimizer, partsOptimizer, focalOptimizer, lightOptimizer]
        + cameraOptimizers + exposureOptimizers)
        .allSatisfy(\.moments.isFinite)
      && backgroundOptimizer.moments.isFinite && parameterOptimizer.adam.moments.isFinite
  }
}

extension [Float] {
  fileprivate var isFinite: Bool {
    // x - x is 0, or NaN where x is not finite: one sum without branches instead of a test each.
    var sum: Float = 0
    for x in self { sum += x - x }
    return sum == 0
  }
}

extension SIMD3<Float> {
  fileprivate var isFinite: Bool { x.isFinite && y.isFinite && z.isFinite }
}

extension Twist<Float> {
  fileprivate var isFinite: Bool { angular.isFinite && linear.isFinite }
}

extension RigidTransform<Float> {
  fileprivate var isFinite: Bool {
    rotation.w.isFinite && rotation.vector.isFinite && translation.isFinite
  }
}

extension Moments<Float> {
  fileprivate var isFinite: Bool { first.isFinite && second.isFinite }
}
