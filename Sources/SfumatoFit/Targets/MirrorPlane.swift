// An object that is its own mirror image looks the same in a mirror: so each picture of it, mirrored, is a picture of it from the other side.
internal import SfumatoCore

/// A plane that an object is its own mirror image in.
public struct MirrorPlane: Equatable, Sendable {
  /// Its unit normal.
  public var normal: SIMD3<Float>
  /// How far it lies from the origin along the normal, world units.
  public var offset: Float

  /// The plane of the four numbers of `mirror_plane`; nil where there are not four, or they are none of a plane.
  public init?(_ numbers: [Double]) {
    guard numbers.count == 4 else { return nil }
    self.init(numbers[0], numbers[1], numbers[2], numbers[3])
  }

  /// The plane of `a x + b y + c z = d`; nil where a, b and c are all zero or a number is not finite.
  public init?(_ a: Double, _ b: Double, _ c: Double, _ d: Double) {
    let length = (a * a + b * b + c * c).squareRoot()
    guard length > 0, length.isFinite, d.isFinite else { return nil }
    normal = SIMD3(Float(a / length), Float(b / length), Float(c / length))
    offset = Float(d / length)
  }

  /// The mirror image of a place.
  public func image(of place: SIMD3<Float>) -> SIMD3<Float> {
    place - normal * (2 * (dot(normal, place) - offset))
  }

  /// The camera that sees a place where another sees its mirror image, left and right exchanged.
  func image(of camera: Camera<Float>) -> Camera<Float> {
    let from = camera.worldToCamera
    let matrix = from.rotation.matrix
    let turned = matrix * normal
    // Columns of R (I - 2 n nᵀ), the first row turned round.
    func row(_ row: SIMD3<Float>, _ share: Float, _ sign: Float) -> SIMD3<Float> {
      (row - normal * (2 * share)) * sign
    }
    let rotation = Matrix3(
      rows: row(matrix.row0, turned.x, -1), row(matrix.row1, turned.y, 1),
      row(matrix.row2, turned.z, 1))
    var translation = from.translation + turned * (2 * offset)
    translation.x = -translation.x
    var copy = camera
    copy.worldToCamera = RigidTransform(
      rotation: Quaternion(rotation).normalized, translation: translation)
    copy.principal.x = Float(camera.width) - camera.principal.x
    return copy
  }
}

extension TargetView {
  /// The picture of the mirror image, from the other side.
  public func mirrored(in plane: MirrorPlane) -> TargetView {
    var normals = geometry.normals?.flipped
    for p in 0..<(normals?.pixelCount ?? 0) { normals?.values[3 * p] *= -1 }
    return TargetView(
      file: file, camera: plane.image(of: camera), picture: picture.flipped, imagePath: imagePath,
      maskPath: maskPath, ignoreMaskPath: ignoreMaskPath, distortion: distortion,
      ignored: ignored?.flipped,
      geometry: TargetGeometry(normals: normals, depth: geometry.depth?.flipped))
  }
}

extension [TargetView] {
  /// These views and, where there is a plane, their mirror images behind them.
  public func withImages(in plane: MirrorPlane?) -> [TargetView] {
    plane.map { plane in self + map { $0.mirrored(in: plane) } } ?? self
  }
}

extension ImageBuffer<Float> {
  /// The picture with left and right exchanged.
  fileprivate var flipped: ImageBuffer {
    var copy = self
    for y in 0..<height {
      for x in 0..<width {
        let (to, from) = ((y * width + x) * channels, (y * width + width - 1 - x) * channels)
        for c in 0..<channels { copy.values[to + c] = values[from + c] }
      }
    }
    return copy
  }
}

extension FitConfig {
  /// The plane that the object is its own mirror image in; nil where it has none.
  public var mirror: MirrorPlane? { MirrorPlane(mirrorPlane) }
}
