extension Mesh {
  /// A watertight cube around the origin: 8 shared corners, 12 faces.
  ///
  /// - Precondition: `side` above 0.
  public static func cube(side: S = 1) -> Mesh {
    precondition(side > 0, "side \(side)")
    let h = side / 2
    // Corner number: bit 0 is +x, bit 1 is +y, bit 2 is +z.
    let positions = (0..<8).flatMap { i in [i & 1, i >> 1 & 1, i >> 2].map { $0 == 0 ? -h : h } }
    let quads: [[Int32]] = [
      [1, 3, 7, 5], [0, 4, 6, 2], [2, 6, 7, 3], [0, 1, 5, 4], [4, 5, 7, 6], [0, 2, 3, 1],
    ]
    return Mesh(
      positions: positions, faces: quads.flatMap { [$0[0], $0[1], $0[2], $0[0], $0[2], $0[3]] })
  }

  /// A rectangle of two faces in the plane y = 0 around the origin that looks up, +Y.
  ///
  /// Its texture has u along +X and v along -Z.
  public static func plane(width: S = 1, depth: S = 1) -> Mesh {
    grid(columns: 1, rows: 1, width: width, depth: depth)
  }

  /// A rectangle of `columns` x `rows` cells in the plane y = 0 around the origin that looks up, +Y.
  ///
  /// Vertices run along +X, then +Z. Its texture has u along +X and v along -Z.
  /// - Precondition: counts at least 1, sides above 0.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public static func grid(columns: Int, rows: Int, width: S = 1, depth: S = 1) -> Mesh {
    precondition(columns > 0 && rows > 0, "\(columns) x \(rows) cells")
    precondition(width > 0 && depth > 0, "sides \(width), \(depth)")
    var positions: [S] = []
    var texcoords: [S] = []
    for row in 0...rows {
      let t = S(row) / S(rows)
      for column in 0...columns {
        let s = S(column) / S(columns)
        positions += [(s - 1 / 2) * width, 0, (t - 1 / 2) * depth]
        texcoords += [s, 1 - t]
      }
    }
    var faces: [Int32] = []
    for row in 0..<rows {
      for column in 0..<columns {
        let a = Int32(row * (columns + 1) + column)
        let c = a + Int32(columns + 1)
        faces += [a, c, c + 1, a, c + 1, a + 1]
      }
    }
    return Mesh(
      positions: positions, faces: faces, texcoords: texcoords, texcoordFaces: faces)
  }
}
