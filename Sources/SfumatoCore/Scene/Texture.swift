/// A picture that colours a surface, or steers its normals or its gloss.
public struct Texture<S: RenderScalar>: Equatable, Sendable {
  /// What lies beyond the border.
  public enum Wrap: String, Equatable, Sendable, Codable {
    /// The picture again.
    case `repeat`
    /// The picture again, mirrored every other time.
    case mirror
    /// The border's texels.
    case clamp
  }

  /// How values between texel centres are made.
  public enum Filter: String, Equatable, Sendable, Codable {
    /// The nearest texel; without gradient to texture coordinates.
    case nearest
    /// Linear between four texels.
    case bilinear
    /// Linear between four texels in each of two levels of a mip chain, chosen by the footprint of a sample.
    case trilinear
  }

  /// What a file calls it.
  public var name: String
  /// Texels across.
  public let width: Int
  /// Texels down.
  public let height: Int
  /// Values a texel: 1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha.
  public let channels: Int
  /// `[H, W, C]`, row 0 on top; colours in linear light with straight alpha, data as they are.
  @inlinable
  public var texels: [S] {
    get { storedTexels }
    // An observer would copy the whole array at each change of a texel.
    _modify {
      yield &storedTexels
      precondition(
        storedTexels.count == width * height * channels,
        "\(storedTexels.count) values for \(width) x \(height) x \(channels)")
    }
  }
  @usableFromInline var storedTexels: [S]
  /// What lies beyond the left and right border.
  public var wrapU: Wrap
  /// What lies beyond the upper and lower border.
  public var wrapV: Wrap
  /// How values between texel centres are made.
  public var filter: Filter
  /// The chain of sizes that was built last; copies share it.
  let chains = MipChainCache<S>()

  /// Makes a texture.
  ///
  /// - Precondition: sides are positive, channels 1 to 4, and there are `width * height * channels` texels.
  public init(
    width: Int, height: Int, channels: Int, texels: [S], name: String = "",
    wrapU: Wrap = .repeat, wrapV: Wrap = .repeat, filter: Filter = .trilinear
  ) {
    precondition(width > 0 && height > 0, "a texture of \(width) x \(height)")
    precondition((1...4).contains(channels), "\(channels) channels")
    precondition(
      texels.count == width * height * channels,
      "\(texels.count) values for \(width) x \(height) x \(channels)")
    self.name = name
    self.width = width
    self.height = height
    self.channels = channels
    storedTexels = texels
    self.wrapU = wrapU
    self.wrapV = wrapV
    self.filter = filter
  }

  /// The same texture in another precision.
  public init<T: RenderScalar>(_ other: Texture<T>) {
    self.init(
      width: other.width, height: other.height, channels: other.channels,
      texels: other.texels.map { S($0) }, name: other.name,
      wrapU: Wrap(rawValue: other.wrapU.rawValue) ?? .repeat,
      wrapV: Wrap(rawValue: other.wrapV.rawValue) ?? .repeat,
      filter: Filter(rawValue: other.filter.rawValue) ?? .trilinear)
  }
}

/// Which texture a material uses, and where on it.
public struct TextureUse<S: RenderScalar>: Equatable, Sendable {
  /// Index into the scene's textures.
  public var texture: Int
  /// Which of the mesh's sets of texture coordinates; a mesh without it shows its first set, or none of the texture.
  public var texcoordSet: Int
  /// The linear part of the map from the mesh's coordinates to the texture's, both v up, row by row: `(u', v') = L (u, v) + offset`.
  public var linear: (SIMD2<S>, SIMD2<S>)
  /// What is added.
  public var offset: SIMD2<S>

  /// Makes a use.
  public init(
    _ texture: Int, texcoordSet: Int = 0,
    linear: (SIMD2<S>, SIMD2<S>) = (SIMD2(1, 0), SIMD2(0, 1)), offset: SIMD2<S> = .zero
  ) {
    self.texture = texture
    self.texcoordSet = texcoordSet
    self.linear = linear
    self.offset = offset
  }

  /// The same use in another precision.
  public init<T: RenderScalar>(_ other: TextureUse<T>) {
    self.init(
      other.texture, texcoordSet: other.texcoordSet,
      linear: (SIMD2<S>(other.linear.0), SIMD2<S>(other.linear.1)), offset: SIMD2<S>(other.offset))
  }

  /// Whether both use the same place of the same texture.
  public static func == (a: Self, b: Self) -> Bool {
    a.texture == b.texture && a.texcoordSet == b.texcoordSet && a.linear == b.linear
      && a.offset == b.offset
  }

  /// Where on the texture a texture coordinate of the mesh lies.
  @inline(__always)
  func place(_ texcoord: SIMD2<S>) -> SIMD2<S> {
    SIMD2(dot(linear.0, texcoord), dot(linear.1, texcoord)) + offset
  }

  /// The adjoint of ``place(_:)``.
  @inline(__always)
  func placeVJP(placeBar: SIMD2<S>) -> SIMD2<S> { linear.0 * placeBar.x + linear.1 * placeBar.y }
}

/// Texture coordinates of a mesh.
public struct TexcoordSet<S: RenderScalar>: Equatable, Sendable {
  /// The coordinates, `[T, 2]`, v up as in OBJ: (0, 0) is the lower left corner of the picture.
  public var values: [S]
  /// The coordinate of each corner, `[F, 3]`, each in `0..<T`.
  public let faces: [Int32]

  /// Makes a set.
  ///
  /// - Precondition: shapes agree and indices are in range.
  public init(values: [S], faces: [Int32]) {
    precondition(values.count % 2 == 0, "texture coordinates are not [T, 2]")
    let count = Int32(values.count / 2)
    precondition(
      faces.allSatisfy { $0 >= 0 && $0 < count }, "a texcoord index is not in 0..<\(count)")
    self.values = values
    self.faces = faces
  }

  /// The same set in another precision.
  public init<T: RenderScalar>(_ other: TexcoordSet<T>) {
    values = other.values.map { S($0) }
    faces = other.faces
  }
}
