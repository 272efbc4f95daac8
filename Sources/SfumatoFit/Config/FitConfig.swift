internal import RealModule

/// Everything that decides a fit, besides the target files: the resolved form of defaults, file and `--set`.
///
/// Two runs with equal configurations and targets end with the same bits.
public struct FitConfig: Codable, Equatable, Sendable {
  /// Weights of the terms that compare pictures.
  public struct Losses: Codable, Equatable, Sendable {
    /// ``colorLoss`` on sRGB colour, mean over pixels and channels.
    public var color: Double
    /// Where Huber's loss and Charbonnier's turn from squared to absolute, and Geman and McClure's to no pull, sRGB units (0 to 1).
    public var huberDelta: Double
    /// Squared difference of alpha, mean over pixels.
    public var alpha: Double
    /// One minus the soft intersection over union of alpha.
    public var iou: Double
    /// Squared difference of normals, mean over the pixels that have them and components; for an unknown shape.
    public var normal = 0.0
    /// Huber loss on depth in units of the object's radius, turning at 0.02, mean over the pixels that have it.
    public var depth = 0.0
    /// What a difference of colours costs.
    public var colorLoss = ColorLoss.huber
    /// One minus the structural similarity of sRGB colour, mean over the target's mask.
    public var ssim = 0.0
    /// One minus the multi-scale structural similarity of sRGB colour over the target's mask.
    public var multiScaleSSIM = 0.0
    /// The distance of what is covered wrongly from the mask's outline, fraction of the longer side of the images, mean over pixels.
    public var maskDistance = 0.0

    enum CodingKeys: String, CodingKey {
      case color
      case huberDelta = "huber_delta"
      case alpha, iou, normal, depth
      case colorLoss = "color_loss"
      case ssim
      case multiScaleSSIM = "ms_ssim"
      case maskDistance = "mask_distance"
    }

    /// Whether any term looks at colours.
    var comparesColor: Bool { color != 0 || ssim != 0 || multiScaleSSIM != 0 }
  }

  /// Weights of the terms that know only the mesh; lengths in units of the object's radius.
  public struct Regularizers: Codable, Equatable, Sendable {
    /// Uniform Laplacian, squared.
    public var laplacian: Double
    /// Edge lengths against their mean, squared.
    public var edge: Double
    /// One minus the cosine between neighbouring faces.
    public var normal: Double
    /// The uniform Laplacian of the uniform Laplacian, squared: bends evenly.
    public var bilaplacian = 0.0
    /// The Laplacian weighted by cotangents, squared: smooths along the normal alone.
    public var cotangentLaplacian = 0.0
    /// The square of one minus the cosine between neighbouring faces.
    public var flatness = 0.0
    /// How many looks at a texel each of its neighbours counts as.
    public var texture = 1.0

    enum CodingKeys: String, CodingKey {
      case laplacian, edge, normal, bilaplacian
      case cotangentLaplacian = "cotangent_laplacian"
      case flatness, texture
    }
  }

  /// Step sizes of the unknowns, per step at the stage's start.
  public struct LearningRates: Codable, Equatable, Sendable {
    /// Units of the object's radius.
    public var shape: Double
    /// sRGB units.
    public var color: Double
    /// Of texels, the share of the way to the mean of what a step's views show, in (0, 1].
    public var texture = 1.0
    /// Radians, and units of the object's radius.
    public var pose: Double
    /// Radians, and units of the object's radius.
    public var parts: Double
    /// Radians, and units of the object's radius.
    public var cameras: Double
    /// Natural logarithm of the focal length.
    public var focal: Double
    /// Units of the object's radius, as the pictures show it.
    public var principal = 0.001
    /// Linear light units; radians for a direction.
    public var light: Double
    /// sRGB units.
    public var background: Double
    /// Natural logarithm of a view's factors.
    public var exposure = 0.05
  }

  /// One stage of a fit.
  public struct Stage: Codable, Equatable, Sendable {
    /// A name for logs.
    public var name: String
    /// How many steps.
    public var steps: Int
    /// Edge width at the first and last step, pixels of the stage's images; in between geometric, or where the schedule
    /// is adaptive the width at the start and the least.
    public var edgeWidthPixels: [Double]
    /// How coverage falls off across an edge: the name of a law, as `gaussian`, or its squared form, as `logistic-squared`.
    public var edgeProfile: String
    /// How coverages make alpha: the name of an aggregation, its parameter after a colon, as `yager:2`.
    public var coverage = "probabilistic"
    /// How colours are chosen over depth: `softmax`, `softmax-inverse`, `nearest`, `nearest-reach` or `over`.
    public var depth = "softmax"
    /// The coverage at which a face ends; smaller is slower and reaches further.
    public var tailBound: Double
    /// Size of the images against the targets, in (0, 1].
    public var imageScale: Double
    /// How pictures are made.
    public var mode: Mode
    /// How crisp pictures differentiate their outlines.
    public var edges = Edges.antialiased
    /// Samples along each side of a pixel where pictures are crisp or hard, 1 to 16.
    public var samples = 1
    /// How the smoothing narrows.
    public var schedule = Schedule.fixed
    /// Settings of the adaptive schedule.
    public var adaptive = Adaptive()
    /// What moves the unknowns.
    public var optimizer = Optimizer.adam
    /// What Adam divides a vertex's mean gradient by.
    public var shapeScale = ShapeScale.vertex
    /// How far a vertex may move in a step, mean lengths of its edges; 0 sets no limit.
    public var stepLimitEdges = 1.0
    /// The share of the mean gradient, or of the velocity of descent, that a step keeps, in [0, 1).
    public var momentum = 0.9
    /// Settings of L-BFGS.
    public var lbfgs = LBFGSSettings()
    /// Unknowns that rest during the stage.
    public var freeze: [Unknown] = []
    /// Settings of the optimiser that needs no gradient.
    public var parameterSpace = ParameterSpace()
    /// How many views a step sees; 0 is all.
    public var viewsPerStep: Int
    /// How often each face is cut in four before the stage.
    public var subdivide: Int
    /// The edge length to which a mesh of unknown shape is remeshed before the stage, pixels of the stage's images; 0 keeps
    /// its faces.
    ///
    /// A remeshed mesh loses what its vertices and faces carry besides place and colour.
    public var edgeLengthPixels = 0.0
    /// How many times shorter edges are where colours or normals change; 1 makes all alike.
    public var edgeLengthDetail = 1.0
    /// The cells in each of which a known mesh's vertices are made one for the stage's pictures, pixels of these; 0 shows the mesh as it
    /// is.
    public var simplifyPixels = 0.0
    /// Texels of the texture that takes the colours over from the vertices, to a pixel of the stage's images; 0 keeps where colours
    /// are.
    ///
    /// The texture lies on the mesh's own coordinates where these suit, else on charts. From then on faces stay.
    public var texelsPerPixel = 0.0
    /// Steps between further remeshings within the stage; 0 is none.
    public var remeshEvery = 0
    /// Reach of a shape step over the mesh: lambda of (I + lambda L), Nicolet, Jacobson, Jakob 2021.
    public var smoothing: Double
    /// Temperature of the depth softmax, fraction of the depth range.
    public var depthTemperature: Double
    /// Step sizes at the start.
    public var learningRates: LearningRates
    /// Step sizes at the end, as a fraction of those at the start; in between geometric.
    public var learningRateEnd: Double
    /// Picture terms of this stage.
    public var losses: Losses

    enum CodingKeys: String, CodingKey {
      case name, steps
      case edgeWidthPixels = "edge_width_px"
      case edgeProfile = "edge_profile"
      case coverage, depth
      case tailBound = "tail_bound"
      case imageScale = "image_scale"
      case mode, edges, samples, schedule, adaptive, optimizer
      case shapeScale = "shape_scale"
      case stepLimitEdges = "step_limit_edges"
      case momentum, lbfgs, freeze
      case parameterSpace = "parameter_space"
      case viewsPerStep = "views_per_step"
      case subdivide
      case edgeLengthPixels = "edge_length_px"
      case edgeLengthDetail = "edge_length_detail"
      case simplifyPixels = "simplify_px"
      case texelsPerPixel = "texels_per_px"
      case remeshEvery = "remesh_every"
      case smoothing
      case depthTemperature = "depth_temperature"
      case learningRates = "learning_rates"
      case learningRateEnd = "learning_rate_end"
      case losses
    }

    /// This stage with crisp pictures and steps of least squares.
    func leastSquares(steps: Int) -> Stage {
      var own = self
      own.steps = steps
      own.mode = .crisp
      own.optimizer = .leastSquares
      own.schedule = .fixed
      (own.losses.iou, own.losses.ssim, own.losses.multiScaleSSIM) = (0, 0, 0)
      own.losses.maskDistance = 0
      if own.losses.colorLoss != .l2 { own.losses.colorLoss = .huber }
      return own
    }

    /// The value between start and end at a step, geometric.
    func anneal(_ start: Double, _ end: Double, step: Int) -> Double {
      guard steps > 1, start > 0, end > 0 else { return start }
      return start * Double.pow(end / start, Double(step) / Double(steps - 1))
    }
  }

  /// A seeded displacement of the start, to try how far a pose is found from.
  public struct PoseStart: Codable, Equatable, Sendable {
    /// Angle about a random axis through the object's centre, degrees.
    public var rotationDegrees: Double
    /// Length of a shift in a random direction, units of the object's radius.
    public var offsetRadii: Double

    enum CodingKeys: String, CodingKey {
      case rotationDegrees = "rotation_degrees"
      case offsetRadii = "offset_radii"
    }
  }

  /// Settings of the pose.
  public struct Pose: Codable, Equatable, Sendable {
    /// Where it starts.
    public var start: PoseStart
    /// How many starts are looked at, the given one and turns of it; each costs one step.
    public var trialStarts: Int
    /// Steps of the longest trial, before the best start goes on; 0 tries none but the given start.
    public var trialSteps: Int
    /// How far starts may be turned from the given one, degrees; 180 tries all rotations.
    public var trialDegrees: Double

    enum CodingKeys: String, CodingKey {
      case start
      case trialStarts = "trial_starts"
      case trialSteps = "trial_steps"
      case trialDegrees = "trial_degrees"
    }
  }

  /// The version of this form.
  public var version: Int
  /// What the fit changes.
  public var unknowns: [Unknown]
  /// Where the shape starts: `hull`, `sphere` or the path of a mesh.
  public var initial: String
  /// Seed of every random choice.
  public var seed: Int
  /// The longest time, seconds, turned into step counts before step 0; 0 is none.
  public var timeLimitSeconds: Double
  /// Steps between checkpoints.
  public var checkpointEvery: Int
  /// Steps between previews.
  public var previewEvery: Int
  /// The names of the scene's nodes that move by themselves, where `parts` are unknown; empty for all.
  public var parts: [String] = []
  /// The plane that the object is its own mirror image in: a, b, c and d of a x + b y + c z = d, world frame; empty for none.
  public var mirrorPlane: [Double] = []
  /// The form of the light, where it is unknown.
  public var lightModel: LightModel
  /// Settings of the pose.
  public var pose: Pose
  /// Picture terms of all stages; a stage may have its own.
  public var losses: Losses
  /// Mesh terms.
  public var regularizers: Regularizers
  /// The stages, in order.
  public var stages: [Stage]

  enum CodingKeys: String, CodingKey {
    case version, unknowns
    case initial = "init"
    case seed
    case timeLimitSeconds = "time_limit_seconds"
    case checkpointEvery = "checkpoint_every"
    case previewEvery = "preview_every"
    case parts
    case mirrorPlane = "mirror_plane"
    case lightModel = "light_model"
    case pose, losses, regularizers, stages
  }

  /// The number of steps of all stages.
  public var stepCount: Int { stages.reduce(0) { $0 + $1.steps } }

  /// This configuration with its steps cut to a time limit.
  ///
  /// - Parameters:
  ///   - secondsPerStep: measured, one a stage.
  ///   - spent: seconds that measuring took.
  /// - Returns: the same plan with fewer steps, or with as many where they fit.
  func fitted(to secondsPerStep: [Double], spent: Double = 0) -> FitConfig {
    let planned = zip(stages, secondsPerStep).reduce(0) { $0 + Double($1.0.steps) * $1.1 }
    // A fifth is left for preparing stages, previews and results, and for a machine that slows down.
    let secondsPerTrialStep = secondsPerStep.first ?? 0
    let left = max(timeLimitSeconds - spent, 0)
    var copy = self
    // Trials take no more than half of the time; fewer than eight starts are not worth it.
    while copy.trialStepCount > 0, Double(copy.trialStepCount) * secondsPerTrialStep > left / 2 {
      copy.pose.trialStarts -= 1
      if copy.pose.trialStarts < 8 { (copy.pose.trialStarts, copy.pose.trialSteps) = (1, 0) }
    }
    let allowed =
      max(left - Double(copy.trialStepCount) * secondsPerTrialStep, 0) * 0.8
    guard planned > allowed else { return copy }
    for i in copy.stages.indices where stages[i].steps > 0 {
      copy.stages[i].steps = max(1, Int(Double(stages[i].steps) * (allowed / planned)))
    }
    return copy
  }

  /// This configuration with a number of steps in all, shared over the stages as planned.
  public func withSteps(_ total: Int) -> FitConfig {
    precondition((1...Self.mostSteps).contains(total), "\(total) steps")
    var copy = self
    var left = total
    var planned = stepCount
    for i in copy.stages.indices {
      let share =
        planned > 0 ? Int((Double(left) * Double(stages[i].steps) / Double(planned)).rounded()) : 0
      planned -= stages[i].steps
      copy.stages[i].steps = share
      left -= share
    }
    return copy
  }
}
