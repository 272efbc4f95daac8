internal import RealModule

extension Mesh {
  /// A watertight torus around the Y axis.
  ///
  /// - Parameters:
  ///   - majorRadius: from the axis to the middle of the tube.
  ///   - minorRadius: of the tube.
  ///   - majorSegments: steps around the axis, at least 3.
  ///   - minorSegments: steps around the tube, at least 3.
  /// - Returns: `majorSegments` rings of `minorSegments` vertices.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func torus(
    majorRadius: S = 1, minorRadius: S = 0.4, majorSegments: Int = 48, minorSegments: Int = 24
  ) -> Mesh {
    precondition(
      minorRadius > 0 && majorRadius > minorRadius, "radii \(majorRadius), \(minorRadius)")
    return tube(rings: majorSegments, sides: minorSegments, radius: minorRadius) { t in
      let radial = SIMD3(S.cos(t), 0, S.sin(t))
      return (radial * majorRadius, radial, SIMD3(0, 1, 0))
    }
  }

  /// A watertight tube along the torus knot (p, q) around the Y axis.
  ///
  /// The curve winds `p` times around the axis at distance `radius` and `q` times around the torus of
  /// tube radius `radius / 2`; the caller keeps `tubeRadius` small enough that it does not meet itself.
  /// - Parameters:
  ///   - p: windings around the axis, at least 1.
  ///   - q: windings around the torus's tube, at least 1, without common divisor with `p`.
  ///   - radius: from the axis to the middle of the torus's tube.
  ///   - tubeRadius: of the knot's tube.
  ///   - segments: steps along the curve, at least 3.
  ///   - sides: steps around the tube, at least 3.
  /// - Returns: `segments` rings of `sides` vertices.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func knot(
    p: Int = 2, q: Int = 3, radius: S = 1, tubeRadius: S = 0.2, segments: Int = 192,
    sides: Int = 16
  ) -> Mesh {
    precondition(p > 0 && q > 0 && greatestCommonDivisor(p, q) == 1, "knot (\(p), \(q))")
    precondition(radius > 0 && tubeRadius > 0, "radii \(radius), \(tubeRadius)")
    return tube(rings: segments, sides: sides, radius: tubeRadius) { t in
      let (around, along) = (S(p) * t, S(q) * t)
      let radial = SIMD3(S.cos(around), 0, S.sin(around))
      let turning = SIMD3(-S.sin(around), 0, S.cos(around))
      let up = SIMD3<S>(0, 1, 0)
      let distance = radius * (1 + S.cos(along) / 2)
      // The normal of the torus on which the curve lies: perpendicular to the curve and periodic.
      let outward = radial * S.cos(along) + up * S.sin(along)
      let across = up * S.cos(along) - radial * S.sin(along)
      let tangent = normalize(turning * (S(p) * distance) + across * (S(q) * radius / 2))
      let center = radial * distance + up * (S.sin(along) * radius / 2)
      return (center, outward, cross(tangent, outward))
    }
  }

  /// A closed tube: `frame` gives centre and two axes of the ring at a parameter in [0, 2π).
  ///
  /// `first x second` points along the curve, so that the surface winds counter-clockwise from outside.
  private static func tube(
    rings: Int, sides: Int, radius: S,
    frame: (S) -> (center: SIMD3<S>, first: SIMD3<S>, second: SIMD3<S>)
  ) -> Mesh {
    precondition(rings >= 3 && sides >= 3, "\(rings) rings of \(sides)")
    var positions: [S] = []
    positions.reserveCapacity(3 * rings * sides)
    for ring in 0..<rings {
      let (center, first, second) = frame(2 * .pi * S(ring) / S(rings))
      for side in 0..<sides {
        let angle = 2 * .pi * S(side) / S(sides)
        let v = center + (first * S.cos(angle) + second * S.sin(angle)) * radius
        positions += [v.x, v.y, v.z]
      }
    }
    var faces: [Int32] = []
    faces.reserveCapacity(6 * rings * sides)
    for ring in 0..<rings {
      for side in 0..<sides {
        let (nextRing, nextSide) = ((ring + 1) % rings, (side + 1) % sides)
        let a = Int32(ring * sides + side)
        let b = Int32(ring * sides + nextSide)
        let c = Int32(nextRing * sides + nextSide)
        let d = Int32(nextRing * sides + side)
        faces += [a, b, c, a, c, d]
      }
    }
    return Mesh(positions: positions, faces: faces)
  }
}

/// The greatest common divisor of two positive numbers.
private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
  b == 0 ? a : greatestCommonDivisor(b, a % b)
}
