internal import ArgumentParser
internal import RealModule
internal import SfumatoCore
internal import SfumatoIO

/// From where a mesh is looked at: a camera of a file, or an orbit around its bounding sphere.
struct ViewOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Look through a camera of this file, the first or the k-th from 0; of a scene too.",
      valueName: "FILE[#k]"))
  var camera: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Look from this side, degrees: azimuth from +Z towards +X, elevation towards +Y. (default: 30,20)",
      valueName: "AZ,EL"), transform: explained)
  var orbit: OrbitAngles?

  @Option(
    help: ArgumentHelp(
      "Look from this far from the centre, world units. (default: all of the mesh shows)",
      valueName: "D"))
  var distance: Float?

  @Option(
    help: ArgumentHelp(
      "The field of view across the image's width, degrees. (default: 40)", valueName: "F"))
  var fovDegrees: Float?

  @Option(
    help: ArgumentHelp(
      "The image's size, pixels. (default: the camera's, else 512x512; gradcheck: no side over 48)",
      valueName: "WxH"), transform: explained)
  var size: ImageSize?

  func validate() throws {
    if camera != nil {
      guard orbit == nil, distance == nil, fovDegrees == nil else {
        throw ValidationError(
          "--camera stands alone: --orbit, --distance and --fov-degrees place a camera of their own."
        )
      }
    }
    // Squares have to fit Float.
    if let distance, !(distance > 1e-15 && distance < 1e15) {
      throw ValidationError("--distance takes a number between 1e-15 and 1e15, not \(distance).")
    }
    if let fovDegrees, !(fovDegrees >= 1e-3 && fovDegrees < 180) {
      throw ValidationError(
        "--fov-degrees takes a number from 0.001 to under 180, not \(fovDegrees).")
    }
  }

  /// The cameras of a number of frames: one turn around the mesh, or the one camera of the file.
  ///
  /// `around` is the sphere to look at; `defaultSize` the size of a picture that no file and no option gives one.
  func cameras(
    frames: Int, around sphere: (center: SIMD3<Float>, radius: Float), global: GlobalOptions,
    defaultSize: ImageSize = ImageSize(width: 512, height: 512)
  ) throws -> [Camera<Float>] {
    if let size, max(size.width, size.height) > global.maxImageSide {
      throw ValidationError(
        "--size \(size.width)x\(size.height) is over --max-image-side \(global.maxImageSide).")
    }
    if let camera {
      let scene = camera.split(separator: "#", maxSplits: 1).first.map(String.init) ?? camera
      if FileKind(path: scene) == .mesh {
        return [try sceneCameras(camera, size: size, global: global).frames[0].camera]
      }
      let set = try loadCameras(camera)
      guard let first = set.frames.first?.camera else {
        throw CommandFailure.badInput(file: camera, cause: "has no cameras")
      }
      return [size.map { first.resized(width: $0.width, height: $0.height) } ?? first]
    }
    let size = size ?? defaultSize
    let start = orbit ?? OrbitAngles(azimuthDegrees: 30, elevationDegrees: 20)
    let fov = fovDegrees ?? 40
    // The narrower side decides from where the whole sphere shows, with a margin of a tenth.
    let tangent = Float.tan(fov * .pi / 360)
    let narrow = Float.atan(tangent * Float(min(size.width, size.height)) / Float(size.width))
    let radius = sphere.radius > 0 ? sphere.radius : 1
    let distance = distance ?? 1.1 * radius / Float.sin(narrow)
    return (0..<frames).map { frame in
      let turn = 360 * Float(frame) / Float(frames)
      return Camera(
        fieldOfViewDegrees: fov, axis: .x, width: size.width, height: size.height,
        worldToCamera: .orbit(
          azimuthDegrees: start.azimuthDegrees + turn, elevationDegrees: start.elevationDegrees,
          distance: distance, target: sphere.center))
    }
  }
}
