internal import SfumatoCore

/// The surface that a remeshing starts from: where a point of it is nearest, and what the vertices there carry.
struct SurfaceSamples: Sendable {
  /// A point of the surface: a face and its weights.
  struct Foot: Sendable {
    var face: Int32
    var weights: SIMD3<Double>
  }

  /// Vertex positions.
  let positions: [SIMD3<Double>]
  /// A face at each vertex, the vertex as a point of it.
  let vertexFeet: [Foot]
  private let faces: [Int32]
  private let lengths: [Float]
  private let attributes: [Float]
  private let channels: Int
  private let tree: TriangleTree

  init(_ mesh: Mesh<Float>, lengths: [Float], attributes: [Float], channels: Int) {
    positions = (0..<mesh.vertexCount).map { SIMD3<Double>(mesh.position($0)) }
    faces = mesh.faces
    self.lengths = lengths
    self.attributes = attributes
    self.channels = channels
    tree = TriangleTree(positions: mesh.positions.map(Double.init), faces: mesh.faces)
    var feet = [Foot](repeating: Foot(face: 0, weights: .zero), count: mesh.vertexCount)
    for corner in mesh.faces.indices {
      var weights = SIMD3<Double>.zero
      weights[corner % 3] = 1
      feet[Int(mesh.faces[corner])] = Foot(face: Int32(corner / 3), weights: weights)
    }
    vertexFeet = feet
  }

  private func corners(_ face: Int32) -> (Int, Int, Int) {
    faceCorners(faces, Int(face))
  }

  /// The nearest point of the surface.
  func foot(of point: SIMD3<Double>, guess: Int32, stack: inout [TriangleTree.Visit]) -> Foot {
    let face = Int32(tree.nearest(to: point, guess: Int(guess), stack: &stack).face)
    let (a, b, c) = corners(face)
    return Foot(
      face: face,
      weights: nearestWeights(point, triangle: positions[a], positions[b], positions[c]))
  }

  /// Where a foot stands.
  func position(_ foot: Foot) -> SIMD3<Double> {
    let (a, b, c) = corners(foot.face)
    return positions[a] * foot.weights.x + positions[b] * foot.weights.y
      + positions[c] * foot.weights.z
  }

  /// The direction of the surface there, twice the face's area long.
  func areaVector(_ foot: Foot) -> SIMD3<Double> {
    let (a, b, c) = corners(foot.face)
    return faceCross(positions[a], positions[b], positions[c])
  }

  /// The wanted edge length there.
  func length(_ foot: Foot) -> Double {
    let (a, b, c) = corners(foot.face)
    return Double(lengths[a]) * foot.weights.x + Double(lengths[b]) * foot.weights.y
      + Double(lengths[c]) * foot.weights.z
  }

  /// Appends what vertices carry there.
  func appendAttributes(_ foot: Foot, to values: inout [Float]) {
    let (a, b, c) = corners(foot.face)
    let w = SIMD3<Float>(foot.weights)
    for k in 0..<channels {
      values.append(
        attributes[a * channels + k] * w.x + attributes[b * channels + k] * w.y
          + attributes[c * channels + k] * w.z)
    }
  }
}
