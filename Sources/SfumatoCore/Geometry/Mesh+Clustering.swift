extension Mesh {
  /// The mesh with all vertices of a cell of a grid made one, at their mean; nil where hardly any vertex falls away.
  ///
  /// For small pictures: nothing is kept of the topology, and where a cell is about a pixel nothing is seen of it. Vertex and face
  /// colours and the corners' texture coordinates go along; normals do not. Source: Rossignac, Borrel 1993, "Multi-resolution 3D Approximations
  /// for Rendering Complex Scenes".
  /// - Parameter cellSide: of the grid's cells, object units, above 0.
  /// - Returns: a mesh of at most 7 tenths of the vertices, faces wound as before, each once.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func clustered(cellSide: S) -> Mesh? {
    precondition(cellSide > 0, "cells of \(cellSide)")
    guard let box = bounds else { return nil }
    var numbers: [SIMD3<Int32>: Int32] = [:]
    var cellOfVertex: [Int32] = []
    cellOfVertex.reserveCapacity(vertexCount)
    var counts: [S] = []
    var sums: [S] = []
    var colors: [S] = []
    for v in 0..<vertexCount {
      let p = position(v)
      let place = (p - box.lower) / cellSide
      guard place.max() < 1e6 else { return nil }
      let key = SIMD3(Int32(place.x), Int32(place.y), Int32(place.z))
      let next = Int32(truncatingIfNeeded: counts.count)
      let cell = numbers[key] ?? next
      if cell == next {
        numbers[key] = next
        counts.append(0)
        sums += [0, 0, 0]
        if vertexColors != nil { colors += [0, 0, 0] }
      }
      cellOfVertex.append(cell)
      counts[Int(cell)] += 1
      sums.addVector3(Int(cell), p)
      if let own = vertexColors { colors.addVector3(Int(cell), own.vector3(v)) }
    }
    guard counts.count * 10 <= vertexCount * 7 else { return nil }
    for cell in counts.indices {
      sums.setVector3(cell, sums.vector3(cell) / counts[cell])
      if !colors.isEmpty { colors.setVector3(cell, colors.vector3(cell) / counts[cell]) }
    }
    var kept: Set<SIMD3<Int32>> = []
    var corners: [Int32] = []
    var newFaceColors: [S] = []
    var coordinates = [[Int32]](repeating: [], count: texcoordSets.count)
    for f in 0..<faceCount {
      let (a, b, c) = self.corners(f)
      let face = SIMD3(cellOfVertex[a], cellOfVertex[b], cellOfVertex[c])
      guard face.x != face.y, face.y != face.z, face.z != face.x else { continue }
      // The same face however it is turned: its least corner first.
      let least = face.min()
      let first = least == face.x ? 0 : least == face.y ? 1 : 2
      let turned = SIMD3(face[first], face[(first + 1) % 3], face[(first + 2) % 3])
      guard kept.insert(turned).inserted else { continue }
      corners += [turned.x, turned.y, turned.z]
      for (s, set) in texcoordSets.enumerated() {
        for c in 0..<3 { coordinates[s].append(set.faces[3 * f + (first + c) % 3]) }
      }
      if let own = faceColors {
        let color = own.vector3(f)
        newFaceColors += [color.x, color.y, color.z]
      }
    }
    let sets = zip(texcoordSets, coordinates).map { TexcoordSet(values: $0.values, faces: $1) }
    return Mesh(
      positions: sums, faces: corners, moreTexcoords: sets,
      vertexColors: vertexColors == nil ? nil : colors,
      faceColors: faceColors == nil ? nil : newFaceColors)
  }
}
