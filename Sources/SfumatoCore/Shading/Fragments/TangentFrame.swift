/// The frame in which a texture stores normals: along u, along v, and out of the surface.
///
/// From the face's own sides (Lengyel 2011, "Mathematics for 3D Game Programming and Computer Graphics", section 7.8), made
/// orthogonal to the interpolated normal; not averaged at the vertices as MikkTSpace does.
struct TangentFrame<S: RenderScalar> {
  private let normal: SIMD3<S>
  /// Sides of the face from its first corner, and how far texture coordinates go along them.
  private let first: SIMD3<S>
  private let second: SIMD3<S>
  private let firstPlace: SIMD2<S>
  private let secondPlace: SIMD2<S>
  /// -1 where the texture lies mirrored on the face.
  private let hand: S
  private let along: SIMD3<S>
  private let flat: SIMD3<S>
  private let tangent: SIMD3<S>
  private let bitangent: SIMD3<S>

  /// *Differentiable in* all of it, *constant in* the side on which the texture lies.
  init(
    normal: SIMD3<S>, _ first: SIMD3<S>, _ second: SIMD3<S>, _ firstPlace: SIMD2<S>,
    _ secondPlace: SIMD2<S>
  ) {
    self.normal = normal
    self.first = first
    self.second = second
    self.firstPlace = firstPlace
    self.secondPlace = secondPlace
    hand = cross(firstPlace, secondPlace) < 0 ? -1 : 1
    along = (first * secondPlace.y - second * firstPlace.y) * hand
    flat = along - normal * dot(normal, along)
    tangent = normalize(flat)
    bitangent = cross(normal, tangent) * hand
  }

  private func sum(_ n: SIMD3<S>) -> SIMD3<S> {
    (tangent * n.x + bitangent * n.y) + normal * n.z
  }

  private func stored(_ value: SIMD4<S>, scale: S) -> SIMD3<S> {
    SIMD3((2 * value.x - 1) * scale, (2 * value.y - 1) * scale, 2 * value.z - 1)
  }

  /// The unit normal that a texel stands for.
  func mapped(_ value: SIMD4<S>, scale: S) -> SIMD3<S> {
    let mapped = normalize(sum(stored(value, scale: scale)))
    return mapped == .zero ? normal : mapped
  }

  /// What the adjoint returns.
  struct Bars {
    var valueBar = SIMD4<S>.zero
    var scaleBar: S = 0
    var frameNormalBar = SIMD3<S>.zero
    var firstBar = SIMD3<S>.zero
    var secondBar = SIMD3<S>.zero
    var firstPlaceBar = SIMD2<S>.zero
    var secondPlaceBar = SIMD2<S>.zero
  }

  /// The adjoint of ``mapped(_:scale:)``.
  func mappedVJP(_ value: SIMD4<S>, scale: S, normalBar: SIMD3<S>) -> Bars {
    var bars = Bars()
    let n = stored(value, scale: scale)
    let sum = sum(n)
    guard sum != .zero else {
      bars.frameNormalBar = normalBar
      return bars
    }
    let sumBar = normalizeVJP(sum, unitBar: normalBar)
    let storedBar = SIMD3(dot(sumBar, tangent), dot(sumBar, bitangent), dot(sumBar, normal))
    bars.valueBar = SIMD4(storedBar.x * 2 * scale, storedBar.y * 2 * scale, storedBar.z * 2, 0)
    bars.scaleBar = storedBar.x * (2 * value.x - 1) + storedBar.y * (2 * value.y - 1)
    let bitangentBar = sumBar * (n.y * hand)
    let tangentBar = sumBar * n.x + cross(bitangentBar, normal)
    bars.frameNormalBar = sumBar * n.z + cross(tangent, bitangentBar)
    let flatBar = normalizeVJP(flat, unitBar: tangentBar)
    let part = dot(normal, flatBar)
    bars.frameNormalBar -= along * part + flatBar * dot(normal, along)
    let alongBar = (flatBar - normal * part) * hand
    bars.firstBar = alongBar * secondPlace.y
    bars.secondBar = -alongBar * firstPlace.y
    bars.firstPlaceBar = SIMD2(0, -dot(second, alongBar))
    bars.secondPlaceBar = SIMD2(0, dot(first, alongBar))
    return bars
  }
}
