internal import RealModule

/// A separable Gaussian of sigma 1.5 over 11 x 11 pixels, the picture mirrored at its border.
struct GaussianWindow<S: RenderScalar>: Sendable {
  let width: Int
  let height: Int
  /// Pixels from the middle to the last that counts.
  static var radius: Int { 5 }
  private let taps: [S]

  /// The window for one channel of so many pixels.
  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    let raw = (-5...5).map { Double.exp(-Double($0 * $0) / (2 * 1.5 * 1.5)) }
    let sum = raw.reduce(0, +)
    taps = raw.map { S($0 / sum) }
  }

  /// Pixels at each side whose windows leave the picture; 0 where all do.
  var margin: Int { min(width, height) > 2 * Self.radius ? Self.radius : 0 }

  /// The weighted mean around each pixel of `[H, W]`.
  func callAsFunction(_ image: [S]) -> [S] {
    var rows = image
    var line = [S](repeating: 0, count: width + 2 * Self.radius)
    for y in 0..<height {
      for i in line.indices {
        line[i] = image[y * width + Self.mirrored(i - Self.radius, width)]
      }
      for x in 0..<width {
        var sum: S = 0
        for tap in 0..<11 { sum += taps[tap] * line[x + tap] }
        rows[y * width + x] = sum
      }
    }
    var result = [S](repeating: 0, count: image.count)
    for y in 0..<height {
      for tap in 0..<11 {
        let from = Self.mirrored(y + tap - Self.radius, height) * width
        let weight = taps[tap]
        for x in 0..<width { result[y * width + x] += weight * rows[from + x] }
      }
    }
    return result
  }

  /// The adjoint of ``callAsFunction(_:)``: the cotangent of the image from that of the means, `[H, W]`.
  func transposed(_ meansBar: [S]) -> [S] {
    var rowsBar = [S](repeating: 0, count: meansBar.count)
    for y in 0..<height {
      for tap in 0..<11 {
        let to = Self.mirrored(y + tap - Self.radius, height) * width
        let weight = taps[tap]
        for x in 0..<width { rowsBar[to + x] += weight * meansBar[y * width + x] }
      }
    }
    var imageBar = [S](repeating: 0, count: meansBar.count)
    var line = [S](repeating: 0, count: width + 2 * Self.radius)
    for y in 0..<height {
      for i in line.indices { line[i] = 0 }
      for x in 0..<width {
        let bar = rowsBar[y * width + x]
        for tap in 0..<11 { line[x + tap] += taps[tap] * bar }
      }
      for i in line.indices {
        imageBar[y * width + Self.mirrored(i - Self.radius, width)] += line[i]
      }
    }
    return imageBar
  }

  /// The place that an index outside stands for: edges repeat (d c b a | a b c d | d c b a).
  private static func mirrored(_ i: Int, _ count: Int) -> Int {
    let period = 2 * count
    let within = ((i % period) + period) % period
    return within < count ? within : period - 1 - within
  }
}
