extension Array where Element: Sendable {
  /// Calls `body` with consecutive chunks of at most `grain` elements and the chunks of another array beside them: the index of
  /// the first element and both chunks.
  package mutating func forEachChunk<Other: Sendable>(
    grain: Int, beside other: inout [Other], grain otherGrain: Int, workers: Workers,
    _ body: @Sendable (Int, inout MutableSpan<Element>, inout MutableSpan<Other>) -> Void
  ) {
    precondition(grain > 0 && otherGrain > 0, "grains \(grain), \(otherGrain)")
    let chunks = (count + grain - 1) / grain
    let (total, otherTotal) = (count, other.count)
    precondition(
      (otherTotal + otherGrain - 1) / otherGrain == chunks,
      "\(otherTotal) elements in chunks of \(otherGrain) beside \(chunks) chunks")
    unsafe self.withUnsafeMutableBufferPointer { buffer in
      let cells = unsafe SharedBuffer(buffer)
      unsafe other.withUnsafeMutableBufferPointer { other in
        let besides = unsafe SharedBuffer(other)
        parallelFor(chunks, workers: workers) { chunk in
          let (start, otherStart) = (chunk * grain, chunk * otherGrain)
          let part = unsafe UnsafeMutableBufferPointer(
            rebasing: cells.base[start..<Swift.min(start + grain, total)])
          let otherPart = unsafe UnsafeMutableBufferPointer(
            rebasing: besides.base[
              otherStart..<Swift.min(otherStart + otherGrain, otherTotal)])
          var span = unsafe MutableSpan(_unsafeElements: part)
          var otherSpan = unsafe MutableSpan(_unsafeElements: otherPart)
          body(start, &span, &otherSpan)
        }
      }
    }
  }
}
