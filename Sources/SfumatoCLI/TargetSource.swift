internal import Foundation
internal import SfumatoCore
internal import SfumatoFit
internal import SfumatoIO

/// Where a fit's pictures come from, as the command line names it.
struct TargetSource {
  var path: String
  var maskColor: MaskColor?
  var maxSide: Int
  var fovDegrees: Float?

  /// A problem, where its shape starts, a remark on what was assumed, and how much of the masks their hull covers where it was carved.
  struct Problem {
    var problem: FitProblem
    var initial: String
    var note: String?
    var hull: HullStart?
  }

  /// The fewest masks that make a hull worth starting from.
  private static let fewestHullViews = 4

  /// The problem that targets and start make.
  ///
  /// The start is `hull`, `sphere` or the path of a mesh; nil is the hull where there are masks enough, and else the sphere.
  /// Under a mirror the views' images from the other side carve as well.
  func problem(
    initial: String?, unknowns: [Unknown], mirror: MirrorPlane? = nil, workers: Workers
  ) throws -> Problem {
    let given = initial.flatMap { FitConfig.isOwnStart($0) ? nil : $0 }
    let mesh = try given.map { try loadMesh($0) }
    let scene = try given.flatMap { try knownScene($0, unknowns: unknowns) }
    if let given, mesh?.faceCount == 0 {
      throw CommandFailure.badInput(file: given, cause: "has no faces")
    }
    guard path.lowercased().hasSuffix(".png") else {
      let set = try loadCameras(path)
      let targets = try loadTargets(set, of: path, maskColor: maskColor, maxSide: maxSide)
      try requireForeground(targets)
      var problem = FitProblem(
        targets: targets, bounds: set.bounds, mesh: mesh, scene: scene)
      let views = targets.withImages(in: mirror)
      let wantsHull =
        initial == "hull" || (initial == nil && views.count >= Self.fewestHullViews)
      guard wantsHull else { return Problem(problem: problem, initial: given ?? "sphere") }
      if let hull = visualHull(of: views, bounds: set.bounds, workers: workers) {
        problem.mesh = hull.mesh
        return Problem(problem: problem, initial: "hull", hull: hull)
      }
      let cause = "the masks have no body in common; do the cameras belong to these pictures?"
      guard initial == nil else { throw CommandFailure.badInput(file: path, cause: cause) }
      return Problem(
        problem: problem, initial: "sphere",
        note: "\(path): \(cause) The fit starts from a sphere")
    }
    guard let given, let mesh, unknowns.contains(.pose), !unknowns.contains(.shape) else {
      throw CommandFailure.badInput(
        file: path, cause: "has no camera; a picture alone takes --init MESH and --solve pose")
    }
    var (problem, note) = try lonePicture(mesh)
    problem.scene = scene
    return Problem(problem: problem, initial: given, note: note)
  }

  /// The scene of a start that more than a mesh is known of; nil where the fit takes one mesh.
  private func knownScene(_ path: String, unknowns: [Unknown]) throws -> Scene<Float>? {
    guard !unknowns.contains(where: \.isOfVertices) else { return nil }
    let scene = try loadScene(path, maxSide: maxSide).scene
    return scene.isMoreThanAMesh ? scene : nil
  }

  private func requireForeground(_ targets: [TargetView]) throws {
    let hasForeground = targets.contains { target in
      (0..<target.picture.pixelCount).contains { target.picture.values[4 * $0 + 3] > 0 }
    }
    guard hasForeground else {
      throw CommandFailure.badInput(
        file: path, cause: "no picture shows the object: every mask is empty")
    }
  }

  /// One picture without a camera: one that looks at the mesh along -Z from where the mesh fills half the width.
  private func lonePicture(
    _ mesh: Mesh<Float>
  ) throws -> (problem: FitProblem, note: String?) {
    let fov = fovDegrees ?? 50
    let size = try loadImage(path, maxSide: maxSide, linearColor: false).pixels
    let sphere = mesh.boundingSphere
    let distance = sphere.radius * 2 / Float(tan(Double(fov) * .pi / 360))
    let camera = Camera<Float>(
      fieldOfViewDegrees: fov, axis: .x, width: size.width, height: size.height,
      worldToCamera: .orbit(
        azimuthDegrees: 0, elevationDegrees: 0, distance: max(distance, 1e-6),
        target: sphere.center))
    let set = CameraSet(
      frames: [CameraFrame(filePath: path, imagePath: path, camera: camera)])
    let targets = try loadTargets(set, of: path, maskColor: maskColor, maxSide: maxSide)
    try requireForeground(targets)
    return (
      FitProblem(targets: targets, mesh: mesh),
      fovDegrees == nil ? "\(path): no camera; a field of view of 50 degrees is assumed" : nil
    )
  }
}
