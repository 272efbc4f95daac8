public import SfumatoCore
internal import RealModule

/// A coloured cube before nvdiffrast's camera, drawn crisply with antialiased outlines.
///
/// Source: Laine et al. 2020, "Modular Primitives for High-Performance Differentiable Rendering", and its samples: the camera
/// stands 3.5 away, the picture's half side is 0.4 of the depth, the background is black.
public enum CrispCube {
  /// The renderer; one thread, for problems run side by side.
  public static var renderer: Renderer<Float> {
    Renderer(
      settings: RenderSettings(
        mode: .crisp(CrispSettings(edges: .antialiased)), workers: .serial))
  }

  /// The samples' camera for square pictures.
  public static func camera(side: Int) -> Camera<Float> {
    let focal = Float(side) / 0.8
    return Camera(
      focal: SIMD2(focal, focal), principal: SIMD2(repeating: Float(side) / 2),
      worldToCamera: .orbit(azimuthDegrees: 0, elevationDegrees: 0, distance: 3.5), width: side,
      height: side)
  }

  /// The unit cube, a corner's colour its place: black to white along the diagonal.
  public static var withVertexColors: Mesh<Float> {
    var mesh = Mesh<Float>.cube()
    mesh.vertexColors = mesh.positions.map { $0 + 0.5 }
    return mesh
  }

  /// The unit cube, each of its six sides of one colour.
  public static var withFaceColors: Mesh<Float> {
    var mesh = Mesh<Float>.cube()
    let colors: [[Float]] = [
      [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1],
    ]
    mesh.faceColors = (0..<12).flatMap { colors[$0 / 2] }
    return mesh
  }
}

/// Square pictures side by side on a black page, each enlarged to its cell without smoothing.
public struct PicturePage {
  private var cells: [ImageBuffer<Float>] = []
  private let columns: Int
  private let side: Int

  /// A page of so many columns of cells of so many pixels.
  public init(columns: Int, side: Int) {
    self.columns = columns
    self.side = side
  }

  /// Adds a picture at the next place, row by row.
  public mutating func add(_ picture: ImageBuffer<Float>?) {
    if let picture { cells.append(picture) }
  }

  /// The page.
  public var image: ImageBuffer<Float> {
    let rows = (cells.count + columns - 1) / columns
    var page = ImageBuffer<Float>(width: columns * side, height: rows * side, channels: 3)
    for (i, cell) in cells.enumerated() {
      for y in 0..<side {
        for x in 0..<side {
          let from = y * cell.height / side * cell.width + x * cell.width / side
          let to = (i / columns * side + y) * page.width + i % columns * side + x
          for c in 0..<3 { page.values[3 * to + c] = cell.values[3 * from + c] }
        }
      }
    }
    return page
  }
}

/// A mean and a standard deviation in a table's cell.
public func meanAndDeviation(_ values: [Double], digits: Int) -> String {
  let count = Double(max(values.count, 1))
  let mean = values.reduce(0, +) / count
  let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
  return "\(fixed(mean, digits)) ± \(fixed(variance.squareRoot(), digits))"
}
