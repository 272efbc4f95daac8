public import SfumatoCore
internal import RealModule

/// SoftRas' and GenDR's deformation of a template: every coordinate keeps its sign, then the centre moves.
///
/// With l(x) = log(x / (1 - x)): `u = sigmoid(l(|v0|) + displacement) sign(v0)`, `c = tanh(centre)`, and
/// `v = relu(u) (1 - c) - relu(-u) (1 + c) + c`. Source: Liu et al. 2019, "Soft Rasterizer", its demo of deformation.
public struct SphereDeformation: Sendable {
  /// l(|v0|), `[V, 3]`; unused where the coordinate is 0.
  private let logits: [Float]
  /// -1, 0 or 1.
  private let signs: [Float]

  /// The number of parameters: three a vertex, then the centre.
  public var parameterCount: Int { logits.count + 3 }

  /// Of template positions, `[V, 3]`, each coordinate inside (-1, 1).
  public init(template: [Float]) {
    precondition(template.allSatisfy { abs($0) < 1 }, "a template reaches out of (-1, 1)")
    logits = template.map { $0 == 0 ? 0 : Float.log(abs($0) / (1 - abs($0))) }
    signs = template.map { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }
  }

  private func magnitude(_ i: Int, _ parameters: [Float]) -> Float {
    signs[i] == 0 ? 0 : 1 / (1 + Float.exp(-(logits[i] + parameters[i])))
  }

  /// The positions, `[V, 3]`.
  public func positions(_ parameters: [Float]) -> [Float] {
    precondition(parameters.count == parameterCount, "\(parameters.count) of \(parameterCount)")
    let centers = parameters.suffix(3).map { Float.tanh($0) }
    return signs.indices.map { i in
      let c = centers[i % 3]
      return signs[i] * magnitude(i, parameters) * (1 - signs[i] * c) + c
    }
  }

  /// The adjoint: the cotangent of the parameters.
  public func parametersBar(_ parameters: [Float], positionsBar: [Float]) -> [Float] {
    var bar = [Float](repeating: 0, count: parameterCount)
    let centers = parameters.suffix(3).map { Float.tanh($0) }
    for i in signs.indices {
      let c = centers[i % 3]
      let m = magnitude(i, parameters)
      bar[i] = positionsBar[i] * signs[i] * (1 - signs[i] * c) * m * (1 - m)
      bar[signs.count + i % 3] += positionsBar[i] * (1 - signs[i] * signs[i] * m) * (1 - c * c)
    }
    return bar
  }
}

/// SoftRas' flattening loss: `Σ (1 - cos)²` over the edges with two faces, cos between their normals.
///
/// Source: Liu et al. 2019, "Soft Rasterizer", eq. 15, a sum over edges. Edges whose faces have no area add nothing.
public enum FlattenLoss {
  /// The loss; adds `weight` times its gradient to the positions' cotangent, `[V, 3]`.
  public static func addGradient(
    positions: [Float], topology: MeshTopology, weight: Float, into positionsBar: inout [Float]
  ) -> Float {
    var sum: Float = 0
    for edge in topology.interiorEdges.map(Int.init) {
      let (a, b) = topology.ends(edge)
      let p = opposite(topology.edgeFaces[2 * edge], a, b, topology)
      let q = opposite(topology.edgeFaces[2 * edge + 1], a, b, topology)
      let origin = positions.vector3(a)
      let side = positions.vector3(b) - origin
      let first = positions.vector3(p) - origin
      let second = positions.vector3(q) - origin
      let (n, m) = (cross(side, first), cross(second, side))
      let (nUnit, mUnit) = (normalize(n), normalize(m))
      guard nUnit != .zero, mUnit != .zero else { continue }
      let excess = 1 - dot(nUnit, mUnit)
      sum += excess * excess
      let nBar = normalizeVJP(n, unitBar: mUnit * (-2 * weight * excess))
      let mBar = normalizeVJP(m, unitBar: nUnit * (-2 * weight * excess))
      let sideBar = cross(first, nBar) + cross(mBar, second)
      let firstBar = cross(nBar, side)
      let secondBar = cross(side, mBar)
      positionsBar.addVector3(b, sideBar)
      positionsBar.addVector3(p, firstBar)
      positionsBar.addVector3(q, secondBar)
      positionsBar.addVector3(a, -(sideBar + firstBar + secondBar))
    }
    return sum * weight
  }

  private static func opposite(_ face: Int32, _ a: Int, _ b: Int, _ topology: MeshTopology) -> Int {
    let f = 3 * Int(face)
    return topology.faces[f..<f + 3].reduce(-a - b) { $0 + Int($1) }
  }
}
