public import SfumatoCore

/// `params.json`: the unknowns of a fit that are not in the mesh, as found.
public struct FitParameters: Codable, Equatable, Sendable {
  /// A rigid motion: `x_world = rotation x_mesh + translation`.
  public struct Pose: Codable, Equatable, Sendable {
    /// Three rows of three numbers.
    public var rotation: [[Float]]
    /// World units.
    public var translation: [Float]
    /// The angle of the rotation, degrees.
    public var angleDegrees: Float

    enum CodingKeys: String, CodingKey {
      case rotation, translation
      case angleDegrees = "angle_degrees"
    }
  }

  /// The motion of a part, before the pose.
  public struct Part: Codable, Equatable, Sendable {
    /// The node's name.
    public var name: String
    /// The motion from where the given scene has it.
    public var pose: Pose
  }

  /// The best pose that the search found far from the one that was taken.
  public struct RunnerUp: Codable, Equatable, Sendable {
    /// The motion, as the search left it.
    public var pose: Pose
    /// How many times the other's loss its loss was.
    public var lossRatio: Float
    /// The angle between the two, degrees.
    public var degreesApart: Float

    enum CodingKeys: String, CodingKey {
      case pose
      case lossRatio = "loss_ratio"
      case degreesApart = "degrees_apart"
    }
  }

  /// The light, linear: one ambient and one directional, or nine harmonics.
  public struct Lights: Codable, Equatable, Sendable {
    /// Ambient colour.
    public var ambient: [Float]?
    /// Towards the light, world frame.
    public var direction: [Float]?
    /// Directional colour.
    public var directional: [Float]?
    /// The radiance's coefficients, `[9][3]`, in the order of ``SphericalHarmonics``, world frame.
    public var harmonics: [[Float]]?
  }

  /// What was unknown.
  public var unknowns: [Unknown]
  /// The motion from the given mesh to the result's.
  public var pose: Pose
  /// The parts that moved by themselves, where they were unknown.
  public var parts: [Part]?
  /// The pose after the best, where the search found one.
  public var runnerUp: RunnerUp?
  /// Whether the pictures hardly tell the two; nil without a search.
  public var ambiguous: Bool?
  /// How well the pictures fix all this; nil where the last stage does not go by least squares.
  public var uncertainty: FitUncertainty?
  /// The factor found for all focal lengths.
  public var focalFactor: Float
  /// The shift found for all principal points, x right and y down, focal lengths; nil where none was looked for.
  public var principalShift: [Float]?
  /// The lights, where they were unknown.
  public var light: Lights?
  /// The background, sRGB, where it was unknown.
  public var background: [Float]?
  /// The factors on each view's linear colour, `[V][3]`, where they were unknown.
  public var exposure: [[Float]]?

  enum CodingKeys: String, CodingKey {
    case unknowns, pose, parts
    case runnerUp = "runner_up"
    case ambiguous, uncertainty
    case focalFactor = "focal_factor"
    case principalShift = "principal_shift"
    case light, background, exposure
  }
}

extension FitParameters {
  /// The parameters of a fit's present state.
  init(_ regression: SceneRegression) {
    let state = regression.state
    func list(_ v: SIMD3<Float>) -> [Float] { [v.x, v.y, v.z] }
    func pose(_ motion: RigidTransform<Float>) -> Pose {
      let matrix = motion.rotation.matrix
      return Pose(
        rotation: [list(matrix.row0), list(matrix.row1), list(matrix.row2)],
        translation: list(motion.translation), angleDegrees: motion.rotation.angle * 180 / .pi)
    }
    unknowns = regression.config.unknowns
    self.pose = pose(state.pose)
    if let known = regression.known, unknowns.contains(.parts) {
      parts = zip(known.bodies, state.parts).map { Part(name: $0.name, pose: pose($1)) }
    }
    runnerUp = regression.runnerUp.map {
      let apart = $0.pose.rotation * state.pose.rotation.conjugate
      return RunnerUp(
        pose: pose($0.pose), lossRatio: $0.ratio, degreesApart: apart.angle * 180 / .pi)
    }
    ambiguous = regression.config.trialRounds.isEmpty ? nil : regression.isAmbiguous
    uncertainty = regression.uncertainty
    focalFactor = regression.focalFactor
    let shift = regression.principalShift
    principalShift = unknowns.contains(.principal) ? [shift.x, shift.y] : nil
    if unknowns.contains(.light) {
      light =
        if let harmonics = state.harmonics {
          Lights(harmonics: harmonics.map(list))
        } else {
          Lights(
            ambient: list(state.light.vector3(0)), direction: list(state.light.vector3(1)),
            directional: list(state.light.vector3(2)))
        }
    }
    background = unknowns.contains(.background) ? state.background : nil
    exposure = unknowns.contains(.exposure) ? regression.gains.map(list) : nil
  }

  /// Another picture's camera with what was found of all: the factor on focal lengths and the shift of principal points.
  public func calibrated(_ camera: Camera<Float>) -> Camera<Float> {
    var copy = camera
    copy.focal *= focalFactor
    if let shift = principalShift, shift.count == 2 {
      copy.principal += SIMD2(shift[0], shift[1]) * copy.focal
    }
    return copy
  }

  /// The lights as a scene has them; empty where the light was not unknown.
  public var sceneLights: [Light<Float>] {
    if let harmonics = light?.harmonics, harmonics.count == SphericalHarmonics.count,
      harmonics.allSatisfy({ $0.count == 3 })
    {
      return [.sphericalHarmonics(harmonics.map { $0.vector3(0) })]
    }
    guard let ambient = light?.ambient, let direction = light?.direction,
      let directional = light?.directional,
      [ambient, direction, directional].allSatisfy({ $0.count == 3 })
    else { return [] }
    return [
      .ambient(color: ambient.vector3(0)),
      .directional(direction: direction.vector3(0), color: directional.vector3(0)),
    ]
  }
}
