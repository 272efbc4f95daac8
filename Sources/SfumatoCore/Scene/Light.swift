/// A source of light, in linear units where 1 lights a white diffuse surface to 1.
///
/// That is glTF's lux, or candela at a distance of one unit, divided by π.
public enum Light<S: RenderScalar>: Equatable, Sendable {
  /// From everywhere alike.
  case ambient(color: SIMD3<S>)
  /// From far away; `direction` points *towards* the light, world frame, and is normalised on use.
  case directional(direction: SIMD3<S>, color: SIMD3<S>)
  /// From a place, world frame; as strong at any distance.
  case point(position: SIMD3<S>, color: SIMD3<S>)
  /// From a place, world frame; `color` at a distance of 1, and weaker with its square.
  case inverseSquare(position: SIMD3<S>, color: SIMD3<S>)
  /// As `inverseSquare`, within a cone around `direction`, along which the light goes; full up to the inner half angle, none
  /// from the outer one on, squared in the cosine between (glTF's KHR_lights_punctual).
  case spot(
    position: SIMD3<S>, direction: SIMD3<S>, color: SIMD3<S>, innerDegrees: S, outerDegrees: S)
  /// From all around: the radiance's nine coefficients in ``SphericalHarmonics``, world frame; constant radiance 1 is ambient 1.
  case sphericalHarmonics([SIMD3<S>])

  /// The same light in another precision.
  public init<T: RenderScalar>(_ other: Light<T>) {
    switch other {
    case .ambient(let color): self = .ambient(color: SIMD3<S>(color))
    case .directional(let direction, let color):
      self = .directional(direction: SIMD3<S>(direction), color: SIMD3<S>(color))
    case .point(let position, let color):
      self = .point(position: SIMD3<S>(position), color: SIMD3<S>(color))
    case .inverseSquare(let position, let color):
      self = .inverseSquare(position: SIMD3<S>(position), color: SIMD3<S>(color))
    case .spot(let position, let direction, let color, let inner, let outer):
      self = .spot(
        position: SIMD3<S>(position), direction: SIMD3<S>(direction), color: SIMD3<S>(color),
        innerDegrees: S(inner), outerDegrees: S(outer))
    case .sphericalHarmonics(let coefficients):
      self = .sphericalHarmonics(coefficients.map { SIMD3<S>($0) })
    }
  }
}
