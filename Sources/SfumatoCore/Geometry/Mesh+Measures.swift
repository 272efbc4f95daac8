extension Mesh {
  /// The volume inside a closed mesh, cubic object units; negative where it winds clockwise from outside.
  public var signedVolume: S {
    (0..<faceCount).reduce(0) { sum, face in
      let (i, j, k) = corners(face)
      return sum + dot(position(i), cross(position(j), position(k))) / 6
    }
  }

  /// The area of all faces, square object units.
  public var surfaceArea: S {
    (0..<faceCount).reduce(0) { sum, face in
      let (i, j, k) = corners(face)
      return sum + length(faceCross(position(i), position(j), position(k))) / 2
    }
  }
}
