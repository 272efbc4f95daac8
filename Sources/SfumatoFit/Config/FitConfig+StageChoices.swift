// The choices that go by names in a configuration, and the settings of those that have some.
internal import SfumatoCore
internal import Yams

extension FitConfig {
  /// The form of an unknown light.
  public enum LightModel: String, CaseIterable, Codable, Equatable, Sendable {
    /// One ambient and one directional light.
    case directional
    /// From all around, nine spherical harmonics; each stage begins with those of least squares.
    case harmonics

    /// How many numbers it takes.
    var parameterCount: Int {
      switch self {
      case .directional: 9
      case .harmonics: 3 * SphericalHarmonics.count
      }
    }
  }

  /// What a difference of colours costs.
  public enum ColorLoss: String, CaseIterable, Codable, Equatable, Sendable {
    /// Half of its square up to `huber_delta`, then in proportion to it.
    case huber
    /// Its size.
    case l1
    /// Its square.
    case l2
    /// Nearly its size, but smooth within `huber_delta`.
    case charbonnier
    /// Half of its square near 0, at most half of `huber_delta` squared: what nothing explains stops pulling.
    case gemanMcClure = "geman-mcclure"
  }

  /// How a stage makes pictures.
  public enum Mode: String, CaseIterable, Codable, Equatable, Sendable {
    /// Faces melt at their edges; gradients reach what is hidden or missed.
    case soft
    /// Exact visibility with differentiable outlines: no bias by an edge width, and no pull from further than a pixel.
    case crisp
    /// Exact visibility without gradient, for an optimiser that needs none.
    case hard
  }

  /// How a crisp stage differentiates outlines.
  public enum Edges: String, CaseIterable, Codable, Equatable, Sendable {
    /// Outlines are blended by the area that they cut off a pixel.
    case antialiased
    /// The image stays as it is; each pair of samples across an outline moves it by their difference.
    case edgeGradient = "edge-gradient"
  }

  /// How the smoothing narrows over a soft stage.
  public enum Schedule: String, CaseIterable, Codable, Equatable, Sendable {
    /// Along a geometric curve from the first width to the last.
    case fixed
    /// Whenever less smoothing would lower the loss.
    case adaptive
  }

  /// What moves the unknowns of a stage.
  public enum Optimizer: String, CaseIterable, Codable, Equatable, Sendable {
    /// Adam, along the gradient of the pictures.
    case adam
    /// Gradient descent with momentum: the learning rates are units squared of the unknown a unit of loss.
    case sgd
    /// L-BFGS with a search along the line: all unknowns together, where every step sees all views.
    case lbfgs
    /// Adam on losses alone, averaged over a Gaussian around the parameters; not for shape and color.
    case parameterSpace = "parameter-space"
    /// Levenberg-Marquardt on the differences of the pictures: few, far steps near an optimum; not for shape and color.
    case leastSquares = "least-squares"

    /// Whether it goes by the gradient of the pictures, and so moves any unknown.
    var followsGradients: Bool {
      switch self {
      case .adam, .sgd, .lbfgs: true
      case .parameterSpace, .leastSquares: false
      }
    }
  }

  /// Settings of L-BFGS.
  public struct LBFGSSettings: Codable, Equatable, Sendable {
    /// How many steps are remembered.
    public var history = 10
    /// The most pictures with gradient that a step may take to find its length.
    public var evaluations = 10

    /// The defaults.
    public init() {}
  }

  /// What Adam divides a vertex's mean gradient by.
  public enum ShapeScale: String, CaseIterable, Codable, Equatable, Sendable {
    /// By the vertex's own mean size: where pictures say little, they are followed as fast.
    case vertex
    /// By the largest of all vertices: a step keeps the gradient's shape.
    case largest
  }

  /// The slope of the loss that an adaptive schedule watches, each per unit of the parameter's logarithm.
  public enum Watch: String, CaseIterable, Codable, Equatable, Sendable {
    /// With respect to both at once: whether the next narrowing lowers the loss.
    case both
    /// With respect to the temperature of the depth softmax, as in the paper.
    case depthTemperature = "depth-temperature"
    /// With respect to the edge width.
    case edgeWidth = "edge-width"
  }

  /// Settings of the adaptive schedule.
  ///
  /// After Le Lidec, Laptev, Schmid, Carpentier 2021, "Differentiable Rendering with Perturbed Optimizers", section 4.
  public struct Adaptive: Codable, Equatable, Sendable {
    /// Which slope is watched.
    public var watch = Watch.both
    /// The share of the old running mean kept each step, in [0, 1).
    public var beta = 0.9
    /// Steps before the first test.
    public var wait = 20
    /// Steps between tests.
    public var interval = 5
    /// What width and temperature are divided by when the mean slope is positive, above 1.
    public var factor = 1.1
    /// What the learning rates are divided by then, at least 1; `learning_rate_end` is the least.
    public var rateFactor = 1.1
    /// The least temperature of the depth softmax.
    public var depthTemperatureMinimum = 0.001
    /// Whether the stage ends with the state of the lowest loss; only where every step sees all views.
    public var keepsBest = true

    /// The defaults.
    public init() {}

    enum CodingKeys: String, CodingKey {
      case watch, beta, wait, interval, factor
      case rateFactor = "rate_factor"
      case depthTemperatureMinimum = "depth_temperature_min"
      case keepsBest = "keep_best"
    }
  }

  /// Settings of the optimiser in parameter space.
  ///
  /// After Fischer, Ritschel 2023, "Plateau-Reduced Differentiable Path Tracing".
  public struct ParameterSpace: Codable, Equatable, Sendable {
    /// The standard deviations of a motion; the wider of both moves by the learning rate, the other in proportion.
    public struct Motion: Codable, Equatable, Sendable {
      /// About the object's centre, radians.
      public var turn: Double
      /// Units of the object's radius.
      public var shift: Double

      /// A motion.
      public init(turn: Double, shift: Double) {
        self.turn = turn
        self.shift = shift
      }
    }

    /// The Gaussian's standard deviations at the first step.
    public struct Widths: Codable, Equatable, Sendable {
      /// Of the object.
      public var pose = Motion(turn: 0.5, shift: 0.5)
      /// Of each part.
      public var parts = Motion(turn: 0.3, shift: 0.2)
      /// Of each camera.
      public var cameras = Motion(turn: 0.1, shift: 0.1)
      /// Natural logarithm of the focal length.
      public var focal = 0.2
      /// Units of the object's radius, as the pictures show it.
      public var principal = 0.1
      /// Linear light units; radians for the direction.
      public var light = 0.3
      /// sRGB units.
      public var background = 0.3
      /// Natural logarithm of a view's factors.
      public var exposure = 0.2

      /// The defaults.
      public init() {}
    }

    /// The Gaussian's standard deviations at the first step.
    public var sigma = Widths()
    /// The deviations at the last step, as a fraction of those at the first; in between linear.
    public var sigmaEnd = 0.05
    /// Pairs of renders a parameter and step.
    public var pairs = 1

    /// The defaults.
    public init() {}

    enum CodingKeys: String, CodingKey {
      case sigma
      case sigmaEnd = "sigma_end"
      case pairs
    }
  }

  /// The keys of a stage that take a name, with the names.
  private static let stageChoices: [(path: [String], names: [String])] = [
    (["mode"], Mode.allCases.map(\.rawValue)), (["edges"], Edges.allCases.map(\.rawValue)),
    (["shape_scale"], ShapeScale.allCases.map(\.rawValue)),
    (["schedule"], Schedule.allCases.map(\.rawValue)),
    (["optimizer"], Optimizer.allCases.map(\.rawValue)),
    (["adaptive", "watch"], Watch.allCases.map(\.rawValue)),
    (["losses", "color_loss"], ColorLoss.allCases.map(\.rawValue)),
  ]

  /// Throws where a name is one that its key does not know, with the nearest that it knows.
  static func checkChoices(_ tree: Node, origin: String) throws(FitConfigError) {
    func check(
      _ node: Node?, _ key: @autoclosure () -> String, _ names: [String]
    ) throws(FitConfigError) {
      guard let name = node?.string, !names.contains(name),
        let nearest = names.min(by: { editDistance($0, name) < editDistance($1, name) })
      else { return }
      throw FitConfigError(
        origin: origin,
        problem: """
          '\(key())' is '\(name)', none of \(names.joined(separator: ", ")); the nearest is \
          '\(nearest)'
          """)
    }
    try check(tree["light_model"], "light_model", LightModel.allCases.map(\.rawValue))
    try check(
      tree["losses"]?["color_loss"], "losses.color_loss", ColorLoss.allCases.map(\.rawValue))
    for (i, stage) in (tree["stages"]?.sequence.map(Array.init) ?? []).enumerated() {
      for (path, names) in stageChoices {
        try check(
          path.reduce(stage as Node?) { $0?[$1] },
          "stages.\(i).\(path.joined(separator: "."))", names)
      }
    }
  }
}
