// Gradients of outlines on an unchanged image (math.md 4.2): a sample stands for the area around it, and where the picture jumps in
// that area, moving the jump by a length hands as much of it from one side's colour to the other's. After Pidhorskyi et al.
// 2024, but for three things: the jump is moved where it is, not between centres; its height is that of the colours at the jump;
// and it moves by its own edge's corners, not with the point that the nearer sample sees, which on a surface that turns
// away lies far behind the outline.

extension CrispView {
  /// Adds the gradient of every jump to the corners of the faces that move it.
  ///
  /// - Parameters:
  ///   - cotangent: of the pictures.
  ///   - sums: added to.
  func edgesBackward(
    _ cotangent: RenderingCotangent<S>, into sums: inout FaceGradients<S>
  ) {
    for crossing in crossings {
      let bar = bar(ofSample: sample(of: crossing), cotangent)
      guard bar != .zero else { continue }
      let point = point(of: crossing)
      let jump = shade(crossing.before, at: point) - shade(crossing.after, at: point)
      addPlace(crossing, placeBar: (bar * jump).sum() * S(samples), into: &sums)
    }
  }
}
