/// A picture: row-major, row 0 on top, channels last, `[H, W, C]`.
public struct ImageBuffer<S: RenderScalar>: Equatable, Sendable {
  /// Pixels across.
  public let width: Int
  /// Pixels down.
  public let height: Int
  /// Scalars a pixel.
  public let channels: Int
  /// The scalars, `[H, W, C]`; they change in place, their number does not.
  @inlinable
  public var values: [S] {
    get { storage }
    // An observer would copy the whole array at each change of a scalar.
    _modify {
      yield &storage
      precondition(storage.count == width * height * channels, "a picture keeps its size")
    }
  }

  @usableFromInline var storage: [S]

  /// A picture of one value.
  public init(width: Int, height: Int, channels: Int, fill: S = 0) {
    precondition(width >= 0 && height >= 0 && channels > 0, "\(width) x \(height) x \(channels)")
    self.width = width
    self.height = height
    self.channels = channels
    storage = [S](repeating: fill, count: width * height * channels)
  }

  /// A picture from its scalars.
  public init(width: Int, height: Int, channels: Int, values: [S]) {
    precondition(
      values.count == width * height * channels,
      "\(values.count) scalars for \(width) x \(height) x \(channels)")
    self.width = width
    self.height = height
    self.channels = channels
    storage = values
  }

  /// The same picture in another precision.
  public init<T: RenderScalar>(_ other: ImageBuffer<T>) {
    self.init(
      width: other.width, height: other.height, channels: other.channels,
      values: other.values.map { S($0) })
  }

  /// One scalar: column, row, channel.
  @inlinable
  public subscript(x: Int, y: Int, c: Int) -> S {
    get { values[(y * width + x) * channels + c] }
    set { values[(y * width + x) * channels + c] = newValue }
  }

  /// The number of pixels.
  public var pixelCount: Int { width * height }
}
