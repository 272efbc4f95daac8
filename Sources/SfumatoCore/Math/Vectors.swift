internal import RealModule

// Small vector helpers on SIMD2/SIMD3: the standard library has the arithmetic, not the geometry.

/// The inner product of two plane vectors.
@inlinable @_transparent
public func dot<S: RenderScalar>(_ a: SIMD2<S>, _ b: SIMD2<S>) -> S { a.x * b.x + a.y * b.y }

/// The inner product of two space vectors.
@inlinable @_transparent
public func dot<S: RenderScalar>(_ a: SIMD3<S>, _ b: SIMD3<S>) -> S {
  a.x * b.x + a.y * b.y + a.z * b.z
}

/// The z component of the cross product of two plane vectors: `a.x b.y - a.y b.x`.
@inlinable @_transparent
public func cross<S: RenderScalar>(_ a: SIMD2<S>, _ b: SIMD2<S>) -> S { a.x * b.y - a.y * b.x }

/// The cross product of two space vectors.
@inlinable @_transparent
public func cross<S: RenderScalar>(_ a: SIMD3<S>, _ b: SIMD3<S>) -> SIMD3<S> {
  SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
}

/// The Euclidean length of a plane vector.
@inlinable @_transparent
public func length<S: RenderScalar>(_ a: SIMD2<S>) -> S { dot(a, a).squareRoot() }

/// The Euclidean length of a space vector.
@inlinable @_transparent
public func length<S: RenderScalar>(_ a: SIMD3<S>) -> S { dot(a, a).squareRoot() }

/// The unit vector along `a`; the zero vector stays zero.
@inlinable
public func normalize<S: RenderScalar>(_ a: SIMD3<S>) -> SIMD3<S> {
  let norm = length(a)
  guard norm > 0 else { return .zero }
  return a / norm
}

/// The adjoint of ``normalize(_:)``; zero where the input is zero.
@inlinable
public func normalizeVJP<S: RenderScalar>(_ a: SIMD3<S>, unitBar: SIMD3<S>) -> SIMD3<S> {
  let norm = length(a)
  guard norm > 0 else { return .zero }
  let unit = a / norm
  return (unitBar - unit * dot(unit, unitBar)) / norm
}

/// The smallest of four numbers.
@inlinable @_transparent
func smallest<S: RenderScalar>(_ a: SIMD4<S>) -> S {
  let (b, c) = (a.x < a.y ? a.x : a.y, a.z < a.w ? a.z : a.w)
  return b < c ? b : c
}

/// The largest of four numbers.
@inlinable @_transparent
func largest<S: RenderScalar>(_ a: SIMD4<S>) -> S {
  let (b, c) = (a.x > a.y ? a.x : a.y, a.z > a.w ? a.z : a.w)
  return b > c ? b : c
}

extension Array where Element: RenderScalar {
  /// The space vector stored as three packed scalars at row `i` of a `[N, 3]` array.
  @inlinable
  public func vector3(_ i: Int) -> SIMD3<Element> {
    SIMD3(self[3 * i], self[3 * i + 1], self[3 * i + 2])
  }

  /// Stores a space vector at row `i` of a `[N, 3]` array.
  @inlinable
  public mutating func setVector3(_ i: Int, _ v: SIMD3<Element>) {
    self[3 * i] = v.x
    self[3 * i + 1] = v.y
    self[3 * i + 2] = v.z
  }

  /// Adds a space vector to row `i` of a `[N, 3]` array.
  @inlinable
  public mutating func addVector3(_ i: Int, _ v: SIMD3<Element>) {
    self[3 * i] += v.x
    self[3 * i + 1] += v.y
    self[3 * i + 2] += v.z
  }
}
