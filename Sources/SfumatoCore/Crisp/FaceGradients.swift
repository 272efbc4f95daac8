/// Cotangents of some faces on the screen and of the background, in the order in which they were found.
struct FaceGradients<S: RenderScalar>: Sendable {
  /// The faces, some more than once.
  private(set) var faces: [Int32] = []
  /// A cotangent each.
  private(set) var gradients: [ScreenFaceGradient<S>] = []
  /// Of the background.
  var background = SIMD3<S>.zero
  /// Of what fragments are made of, where they are shaded one by one.
  var fragments: FragmentGradients<S>?

  /// Starts without faces.
  init(fragments: FragmentGradients<S>? = nil) { self.fragments = fragments }

  /// Adds the cotangent of a face.
  mutating func append(_ face: Int32, _ gradient: ScreenFaceGradient<S>) {
    faces.append(face)
    gradients.append(gradient)
  }

  /// Adds what another one found.
  mutating func append(_ other: Self) {
    faces += other.faces
    gradients += other.gradients
    background += other.background
    if let own = other.fragments {
      if fragments == nil { fragments = own } else { fragments? += own }
    }
  }

  /// Adds all of it to one cotangent a face on the screen.
  func add(to sums: inout [ScreenFaceGradient<S>]) {
    for (face, gradient) in zip(faces, gradients) { sums[Int(face)] += gradient }
  }
}
