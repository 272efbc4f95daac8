internal import SfumatoCore
internal import SfumatoIO

/// A picture of all that is around.
struct Surroundings {
  private let picture: Texture<Float>
  /// Its diffuse light.
  let coefficients: [SIMD3<Float>]

  /// Reads an equirectangular picture.
  init(_ path: String, global: GlobalOptions) throws {
    picture = try loadTexture(path, maxSide: global.maxImageSide)
    coefficients = Environment.coefficients(picture)
  }

  /// What a camera sees of it in a row, linear light.
  func colors(row: Int, _ camera: Camera<Float>) -> [SIMD3<Float>] {
    let toWorld = camera.worldToCamera.rotation.conjugate.matrix
    let directions = (0..<camera.width).map { column -> SIMD3<Float> in
      guard camera.projection == .perspective else { return toWorld * SIMD3(0, 0, 1) }
      let ray = (SIMD2(Float(column) + 0.5, Float(row) + 0.5) - camera.principal) / camera.focal
      return toWorld * SIMD3(ray.x, ray.y, 1)
    }
    return Environment.radiance(picture, towards: directions)
  }
}

extension Backdrop {
  /// A picture with straight alpha in front of it: four channels where it is none, else three; linear light.
  ///
  /// Surroundings are seen through a camera of the picture's size.
  func behind(
    _ picture: ImageBuffer<Float>, _ camera: Camera<Float>? = nil,
    _ surroundings: Surroundings? = nil
  ) -> ImageBuffer<Float> {
    if case .none = self { return picture }
    var result = ImageBuffer<Float>(width: picture.width, height: picture.height, channels: 3)
    var seen: [SIMD3<Float>] = []
    for y in 0..<picture.height {
      var own = color(row: y, of: picture.height)
      if self == .environment, let camera, let surroundings {
        seen = surroundings.colors(row: y, camera)
      }
      for x in 0..<picture.width {
        let i = y * picture.width + x
        let alpha = picture.values[4 * i + 3]
        if !seen.isEmpty { own = seen[x] }
        for c in 0..<3 {
          result.values[3 * i + c] = picture.values[4 * i + c] * alpha + own[c] * (1 - alpha)
        }
      }
    }
    return result
  }

  /// Its colour in a row, linear light.
  private func color(row: Int, of height: Int) -> SIMD3<Float> {
    switch self {
    case .none, .environment: return .zero
    case .color(let value): return linearLight(value)
    case .studio:
      // Bright above a soft horizon, as paper that bends from the table to the wall.
      let t = (Float(row) + 0.5) / Float(height)
      let blend = t * t * (3 - 2 * t)
      let (top, bottom) = (SIMD3<Float>(0.62, 0.64, 0.67), SIMD3<Float>(0.36, 0.37, 0.39))
      return top + (bottom - top) * blend
    }
  }
}

/// Pictures of one size side by side, as nearly square as they fit.
func contactSheet(_ pictures: [ImageBuffer<Float>]) -> ImageBuffer<Float> {
  guard let first = pictures.first else { preconditionFailure("a sheet of no pictures") }
  var columns = 1
  while columns * columns * first.width < pictures.count * first.height { columns += 1 }
  let rows = (pictures.count + columns - 1) / columns
  var sheet = ImageBuffer<Float>(
    width: columns * first.width, height: rows * first.height, channels: first.channels)
  // What no picture fills looks like the first one's corner.
  for i in sheet.values.indices { sheet.values[i] = first.values[i % first.channels] }
  for (k, picture) in pictures.enumerated() {
    let (left, top) = (k % columns * first.width, k / columns * first.height)
    for y in 0..<first.height {
      let from = y * first.width * first.channels
      let to = ((top + y) * sheet.width + left) * first.channels
      for i in 0..<first.width * first.channels { sheet.values[to + i] = picture.values[from + i] }
    }
  }
  return sheet
}
