// The cameras of the present state: where each stands, and what all of them share.
internal import RealModule
public import SfumatoCore

extension SceneRegression {
  /// The factor on all focal lengths.
  public var focalFactor: Float { Float.exp(state.logFocal) }

  /// The shift of all principal points, focal lengths.
  public var principalShift: SIMD2<Float> { state.principal }

  /// What a shift of the pictures counts as in a view: in mirror images the other way across.
  func side(of view: Int) -> SIMD2<Float> { SIMD2(view < state.cameras.count ? 1 : -1, 1) }

  /// The object's radius as the given cameras show it, focal lengths; the middle one.
  var shownRadius: Float {
    let shown = problem.targets.map { target -> Float in
      guard target.camera.projection == .perspective else { return radius }
      return radius / Swift.max(target.camera.cameraPoint(givenCenter).z, radius)
    }.sorted()
    return shown[shown.count / 2]
  }

  /// The cameras of the present state, at the size of the targets.
  public var cameras: [Camera<Float>] {
    problem.targets.indices.map { camera($0, from: problem.targets[$0].camera) }
  }

  func camera(_ view: Int, from base: Camera<Float>) -> Camera<Float> {
    var camera = base
    // Mirror images stand where they do: with them no camera is unknown.
    if view < state.cameras.count { camera.worldToCamera = state.cameras[view] }
    camera.focal *= focalFactor
    camera.principal += state.principal * camera.focal * side(of: view)
    return camera
  }
}
