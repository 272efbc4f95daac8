internal import RealModule

/// A light that meets each point from one direction, with what does not depend on the point worked out.
struct RaySource<S: RenderScalar>: Sendable {
  private enum Kind {
    case directional
    case point
    case inverseSquare
    case spot
  }

  private let kind: Kind
  private let place: SIMD3<S>
  /// Unit: towards a directional light, or along a spot's.
  private let axis: SIMD3<S>
  private let color: SIMD3<S>
  /// Of a spot.
  private let cone: SpotCone<S>?

  /// Nil for light from all around.
  @inline(__always)
  init?(_ light: Light<S>) {
    var (place, axis) = (SIMD3<S>.zero, SIMD3<S>.zero)
    var cone: SpotCone<S>?
    switch light {
    case .ambient, .sphericalHarmonics: return nil
    case .directional(let direction, let own):
      (kind, axis, color) = (.directional, normalize(direction), own)
    case .point(let position, let own): (kind, place, color) = (.point, position, own)
    case .inverseSquare(let position, let own):
      (kind, place, color) = (.inverseSquare, position, own)
    case .spot(let position, let direction, let own, let inner, let outer):
      (kind, place, axis, color) = (.spot, position, normalize(direction), own)
      cone = SpotCone(innerDegrees: inner, outerDegrees: outer)
    }
    (self.place, self.axis, self.cone) = (place, axis, cone)
  }

  /// What arrives at a point.
  @inline(__always)
  func ray(at position: SIMD3<S>) -> Lighting.Ray<S> {
    guard kind != .directional else { return Lighting.Ray(unit: axis, color: color) }
    let way = place - position
    let unit = normalize(way)
    switch kind {
    case .directional, .point: return Lighting.Ray(unit: unit, color: color)
    case .inverseSquare:
      return Lighting.Ray(unit: unit, color: color * Self.weakened(dot(way, way)))
    case .spot:
      let share = cone?.share(cosine: -dot(unit, axis)) ?? 0
      return Lighting.Ray(
        unit: unit, color: color * (Self.weakened(dot(way, way)) * share * share))
    }
  }

  /// The inverse of a squared distance; 0 at the light itself.
  @inline(__always)
  static func weakened(_ squared: S) -> S { squared > 0 ? 1 / squared : 0 }
}

/// How a spot fades between its half angles, linear in the cosine; the light takes the square of it.
struct SpotCone<S: RenderScalar>: Sendable {
  private let outerCosine: S
  private let span: S
  private let isWide: Bool
  private let radians: SIMD2<S>

  init(innerDegrees: S, outerDegrees: S) {
    radians = SIMD2(innerDegrees, outerDegrees) * (.pi / 180)
    outerCosine = S.cos(radians.y)
    let difference = S.cos(radians.x) - outerCosine
    isWide = difference > 1e-3
    span = isWide ? difference : 1e-3
  }

  func share(cosine: S) -> S { min(max((cosine - outerCosine) / span, 0), 1) }

  /// The adjoint of ``share(cosine:)``.
  func slopes(cosine: S, shareBar: S) -> (cosineBar: S, degreesBar: SIMD2<S>) {
    let share = (cosine - outerCosine) / span
    guard share > 0, share < 1 else { return (0, .zero) }
    let cosineBar = shareBar / span
    // d share / d cos(inner) = -share / span; d share / d cos(outer) = (share - 1) / span.
    let inner = isWide ? -share * cosineBar : 0
    let outer = isWide ? (share - 1) * cosineBar : -cosineBar
    return (
      cosineBar,
      SIMD2(-S.sin(radians.x) * inner, -S.sin(radians.y) * outer) * (.pi / 180)
    )
  }
}
