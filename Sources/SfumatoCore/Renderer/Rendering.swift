/// Which pictures a render returns.
public struct RenderOutputs: OptionSet, Sendable {
  /// The bits.
  public let rawValue: Int
  /// Makes a set from its bits.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// Colour over the background.
  public static let color = RenderOutputs(rawValue: 1)
  /// Coverage; always computed.
  public static let alpha = RenderOutputs(rawValue: 2)
  /// Camera depth.
  public static let depth = RenderOutputs(rawValue: 4)
  /// The visible face at each pixel centre.
  public static let face = RenderOutputs(rawValue: 8)
  /// The normal of the visible face; of the crisp renderer only.
  public static let normal = RenderOutputs(rawValue: 16)
  /// The visible point in the world.
  public static let position = RenderOutputs(rawValue: 32)
  /// The visible point's texture coordinates, of the mesh's first set.
  public static let texcoord = RenderOutputs(rawValue: 64)
  /// The weights of the visible face's corners.
  public static let barycentrics = RenderOutputs(rawValue: 128)
  /// The visible instance.
  public static let object = RenderOutputs(rawValue: 256)
  /// The visible material.
  public static let material = RenderOutputs(rawValue: 512)

  /// What is read off the visible face at the pixels' centres, in every mode alike.
  static let surface: RenderOutputs = [.position, .texcoord, .barycentrics, .object, .material]
}

/// The pictures of one view.
public struct Rendering<S: RenderScalar>: Equatable, Sendable {
  /// Colour composited over the scene's background, linear light, `[H, W, 3]`; nil where not asked.
  public var color: ImageBuffer<S>?
  /// Coverage in [0, 1], `[H, W, 1]`.
  public var alpha: ImageBuffer<S>
  /// Camera depth, world units, `[H, W, 1]`, +infinity where empty; nil where not asked.
  ///
  /// Soft: the mean depth under the softmax, differentiable; the harmonic mean where inverse depth is compared. Crisp: the mean
  /// of the pixel's covered samples, differentiable but for visibility. Hard: of the visible face at the pixel's centre.
  public var depth: ImageBuffer<S>?
  /// The world-space unit normal of the visible face, to the side from which it winds counter-clockwise.
  ///
  /// `[H, W, 3]`, zero where empty, the mean of the pixel's covered samples; differentiable but for visibility; nil where not asked and
  /// unless crisp.
  public var normal: ImageBuffer<S>?
  /// The visible face at each pixel's centre, or nil where not asked.
  ///
  /// `[H, W]`, counted over the scene's instances in order, -1 where empty. No gradient.
  public var face: [Int32]?
  /// The visible point at each pixel's centre, world space and units, or nil where not asked.
  ///
  /// `[H, W, 3]`, zero where empty. No gradient.
  public var position: ImageBuffer<S>?
  /// Its texture coordinates of the first set, v up, or nil where not asked.
  ///
  /// `[H, W, 2]`, zero where empty or none. No gradient.
  public var texcoord: ImageBuffer<S>?
  /// The weights of the visible face's corners there, perspective corrected, or nil where not asked.
  ///
  /// `[H, W, 3]`, sum 1, zero where empty. No gradient.
  public var barycentrics: ImageBuffer<S>?
  /// The index of the visible instance there, or nil where not asked.
  ///
  /// `[H, W]`, -1 where empty. No gradient.
  public var object: [Int32]?
  /// The index of its material, or nil where not asked.
  ///
  /// `[H, W]`, -1 where empty. No gradient.
  public var material: [Int32]?
}

/// The cotangents of one view's pictures; nil stands for zero.
public struct RenderingCotangent<S: RenderScalar>: Equatable, Sendable {
  /// Cotangent of the colour, `[H, W, 3]`.
  public var color: ImageBuffer<S>?
  /// Cotangent of the coverage, `[H, W, 1]`.
  public var alpha: ImageBuffer<S>?
  /// Cotangent of the depth, `[H, W, 1]`; ignored where the depth is infinite.
  public var depth: ImageBuffer<S>?
  /// Cotangent of the normals, `[H, W, 3]`; ignored where empty.
  public var normal: ImageBuffer<S>?

  /// Makes a cotangent.
  public init(
    color: ImageBuffer<S>? = nil, alpha: ImageBuffer<S>? = nil, depth: ImageBuffer<S>? = nil,
    normal: ImageBuffer<S>? = nil
  ) {
    self.normal = normal
    self.color = color
    self.alpha = alpha
    self.depth = depth
  }
}

extension RenderingCotangent {
  /// Ends the process where a cotangent has another shape than its picture or belongs to none.
  func check(width: Int, height: Int, hasColor: Bool, hasDepth: Bool, hasNormals: Bool) {
    precondition(
      (hasColor || color == nil) && (hasDepth || depth == nil),
      "a cotangent of colour or depth, which was not rendered")
    precondition(hasNormals || normal == nil, "a cotangent of normals, which were not rendered")
    for (image, channels) in [(color, 3), (alpha, 1), (depth, 1), (normal, 3)] {
      guard let image else { continue }
      precondition(
        image.width == width && image.height == height && image.channels == channels,
        """
        a cotangent of \(image.width) x \(image.height) x \(image.channels) for a picture of \
        \(width) x \(height) x \(channels)
        """)
    }
  }
}

/// How a renderer makes pictures.
public struct RenderSettings<S: RenderScalar>: Equatable, Sendable {
  /// The ways to make a picture.
  public enum Mode: Equatable, Sendable {
    /// Differentiable: faces melt at their edges.
    case soft(SoftSettings<S>)
    /// Differentiable: one visible face a sample, and outlines by choice.
    case crisp(CrispSettings<S>)
    /// One visible face a sample, `samples` x `samples` samples a pixel; no gradient.
    case hard(samples: Int)

    /// By what exact visibility cuts faces at the near plane.
    var visibility: SoftSettings<S> {
      switch self {
      case .soft(let soft): soft
      case .crisp(let crisp): SoftSettings(depthRange: crisp.depthRange)
      case .hard: SoftSettings()
      }
    }

    /// Whether holes of masked and blended surfaces are cut out.
    var seesHoles: Bool {
      if case .soft = self { false } else { true }
    }

    /// Whether each fragment is shaded by itself; else pictures interpolate what corners show.
    var shadesFragments: Bool {
      switch self {
      case .soft(let soft): soft.shadesFragments
      case .crisp, .hard: true
      }
    }
  }

  /// The way.
  public var mode: Mode
  /// How many threads may work; the picture does not depend on it.
  public var workers: Workers
  /// Whether the scalar reference is used where there is a kernel; slow, for checks.
  public var usesReference: Bool

  /// Makes settings.
  public init(
    mode: Mode = .soft(SoftSettings()), workers: Workers = .all, usesReference: Bool = false
  ) {
    if case .hard(let samples) = mode {
      precondition(samples >= 1 && samples <= 16, "\(samples) samples a side")
    }
    self.mode = mode
    self.workers = workers
    self.usesReference = usesReference
  }
}
