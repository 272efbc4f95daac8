/// An indexed triangle mesh: packed scalars of stated shape, indices checked on the way in.
///
/// Front faces wind counter-clockwise seen from outside. Colours are linear light.
public struct Mesh<S: RenderScalar>: Equatable, Sendable {
  /// Vertex positions, `[V, 3]`, object units; they change in place, their number does not.
  @inlinable
  public var positions: [S] {
    get { storedPositions }
    // An observer would copy the whole array at each change of a scalar.
    _modify {
      yield &storedPositions
      precondition(
        storedPositions.count == 3 * vertexCount,
        "\(storedPositions.count) scalars, V \(vertexCount)")
    }
  }
  @usableFromInline var storedPositions: [S]
  /// The number of vertices, V.
  public let vertexCount: Int
  /// Corner indices, `[F, 3]`, each in `0..<V`.
  public private(set) var faces: [Int32]
  /// What a file calls it.
  public var name = ""
  /// Unit normals, `[V, 3]`, or `[N, 3]` where ``normalFaces`` says which a corner has; nil: they are computed from the faces.
  public var normals: [S]?
  /// The normal of each corner, `[F, 3]`, each in `0..<N`, or nil: a normal a vertex.
  public private(set) var normalFaces: [Int32]?
  /// Sets of texture coordinates.
  public private(set) var texcoordSets: [TexcoordSet<S>]
  /// The first set's texture coordinates, `[T, 2]`, v up as in OBJ.
  public var texcoords: [S]? { texcoordSets.first?.values }
  /// The first set's texture coordinate of each corner, `[F, 3]`, each in `0..<T`.
  public var texcoordFaces: [Int32]? { texcoordSets.first?.faces }
  /// Vertex colours, `[V, 3]`, linear light.
  public var vertexColors: [S]?
  /// Face colours, `[F, 3]`, linear light.
  public var faceColors: [S]?
  /// How the last scene that starts with this mesh was welded; copies share it.
  let weldings = WeldingCache<S>()

  /// Makes a mesh.
  ///
  /// - Precondition: shapes agree and indices are in range; readers check files before.
  public init(
    positions: [S], faces: [Int32], normals: [S]? = nil, normalFaces: [Int32]? = nil,
    texcoords: [S]? = nil, texcoordFaces: [Int32]? = nil, moreTexcoords: [TexcoordSet<S>] = [],
    vertexColors: [S]? = nil, faceColors: [S]? = nil
  ) {
    precondition(positions.count % 3 == 0, "positions: \(positions.count) scalars, not [V, 3]")
    precondition(faces.count % 3 == 0, "faces: \(faces.count) indices, not [F, 3]")
    let vertexCount = Int32(positions.count / 3)
    precondition(
      faces.allSatisfy { $0 >= 0 && $0 < vertexCount }, "a face index is not in 0..<\(vertexCount)")
    let normalCount = Int32((normals?.count ?? 0) / 3)
    precondition(
      normals.map { normalFaces == nil ? $0.count == positions.count : $0.count % 3 == 0 } ?? true,
      "normals are not [V, 3]")
    precondition(
      normalFaces?.allSatisfy { $0 >= 0 && $0 < normalCount } ?? true,
      "a normal index is not in 0..<\(normalCount)")
    precondition(
      normalFaces.map { $0.count == faces.count } ?? true, "normal indices are not [F, 3]")
    precondition(
      vertexColors.map { $0.count == positions.count } ?? true, "vertex colours are not [V, 3]")
    precondition(faceColors.map { $0.count == faces.count } ?? true, "face colours are not [F, 3]")
    precondition(
      texcoordFaces.map { $0.count == faces.count } ?? true, "texcoord indices are not [F, 3]")
    precondition((texcoords?.count ?? 0) % 2 == 0, "texture coordinates are not [T, 2]")
    precondition(
      moreTexcoords.allSatisfy { $0.faces.count == faces.count }, "texcoord indices are not [F, 3]")
    var sets: [TexcoordSet<S>] = []
    if let texcoords, let texcoordFaces {
      sets.append(TexcoordSet(values: texcoords, faces: texcoordFaces))
    }
    texcoordSets = sets + moreTexcoords
    storedPositions = positions
    self.vertexCount = positions.count / 3
    self.faces = faces
    self.normals = normals
    self.normalFaces = normals == nil ? nil : normalFaces
    self.vertexColors = vertexColors
    self.faceColors = faceColors
  }

  /// The same mesh in another precision.
  public init<T: RenderScalar>(_ other: Mesh<T>) {
    self.init(
      positions: other.positions.map { S($0) }, faces: other.faces,
      normals: other.normals?.map { S($0) }, normalFaces: other.normalFaces,
      moreTexcoords: other.texcoordSets.map { TexcoordSet($0) },
      vertexColors: other.vertexColors?.map { S($0) },
      faceColors: other.faceColors?.map { S($0) })
    name = other.name
  }

  /// Replaces the coordinates of a set; their number stays.
  public mutating func setTexcoords(_ values: [S], ofSet set: Int = 0) {
    precondition(
      values.count == texcoordSets[set].values.count,
      "\(values.count) of \(texcoordSets[set].values.count) texture coordinates")
    texcoordSets[set].values = values
  }

  /// The number of faces, F.
  public var faceCount: Int { faces.count / 3 }

  /// The position of a vertex.
  public func position(_ vertex: Int) -> SIMD3<S> { positions.vector3(vertex) }

  /// The three vertex indices of a face.
  public func corners(_ face: Int) -> (Int, Int, Int) {
    (Int(faces[3 * face]), Int(faces[3 * face + 1]), Int(faces[3 * face + 2]))
  }

  /// The smallest axis-aligned box around the vertices, or nil where there are none.
  public var bounds: (lower: SIMD3<S>, upper: SIMD3<S>)? {
    @specialized(where S == Float)
    @specialized(where S == Double)
    get {
      guard vertexCount > 0 else { return nil }
      var lower = position(0)
      var upper = lower
      for v in 1..<max(vertexCount, 1) {
        let p = position(v)
        lower.replace(with: p, where: p .< lower)
        upper.replace(with: p, where: p .> upper)
      }
      return (lower, upper)
    }
  }

  /// A sphere around the vertices: the centre of the box and the largest distance from it.
  ///
  /// Centre zero, radius zero where there are no vertices.
  public var boundingSphere: (center: SIMD3<S>, radius: S) {
    @specialized(where S == Float)
    @specialized(where S == Double)
    get {
      guard let box = bounds else { return (.zero, 0) }
      let center = (box.lower + box.upper) / 2
      var radiusSquared: S = 0
      for v in 0..<vertexCount {
        let d = position(v) - center
        radiusSquared = max(radiusSquared, dot(d, d))
      }
      return (center, radiusSquared.squareRoot())
    }
  }
}
