// Parallelism of the whole package: Dispatch, work cut by size and grain only, so that results do not depend on
// the number of threads. The one folder with raw pointers outside the kernels and the C wrappers.
import Dispatch
import Synchronization

/// How many threads a pass may use; results never depend on it.
public struct Workers: Equatable, Sendable {
  /// The largest number of threads.
  public var count: Int

  /// At most `count` threads.
  public init(count: Int) {
    precondition(count > 0, "\(count) workers")
    self.count = count
  }

  /// One thread.
  public static let serial = Workers(count: 1)
  /// As many as Dispatch has cores for.
  public static let all = Workers(count: .max)
}

/// Calls `body` for each index below `count`, on several threads where allowed.
///
/// Indices are handed out in order, one by one; `body` must write only what belongs to its index.
package func parallelFor(_ count: Int, workers: Workers, _ body: @Sendable (Int) -> Void) {
  guard count > 1, workers.count > 1 else {
    for i in 0..<count { body(i) }
    return
  }
  if workers.count == .max {
    DispatchQueue.concurrentPerform(iterations: count, execute: body)
    return
  }
  let next = Atomic<Int>(0)
  DispatchQueue.concurrentPerform(iterations: min(workers.count, count)) { _ in
    while true {
      let i = next.wrappingAdd(1, ordering: .relaxed).oldValue
      if i >= count { return }
      body(i)
    }
  }
}

/// Computes one value an index, on several threads where allowed, in index order.
package func parallelMap<T: Sendable>(
  _ count: Int, workers: Workers, _ body: @Sendable (Int) -> T
) -> [T] {
  unsafe [T](unsafeUninitializedCapacity: count) { buffer, initialized in
    let cells = unsafe SharedBuffer(buffer)
    parallelFor(count, workers: workers) { i in unsafe cells.initialize(i, to: body(i)) }
    initialized = count
  }
}

/// Computes one value an index in chunks of `grain`, on several threads where allowed, in index order.
package func parallelArray<T: Sendable>(
  _ count: Int, grain: Int, workers: Workers, _ body: @Sendable (Int) -> T
) -> [T] {
  unsafe [T](unsafeUninitializedCapacity: count) { buffer, initialized in
    let cells = unsafe SharedBuffer(buffer)
    parallelFor((count + grain - 1) / grain, workers: workers) { chunk in
      for i in chunk * grain..<min((chunk + 1) * grain, count) {
        unsafe cells.initialize(i, to: body(i))
      }
    }
    initialized = count
  }
}

/// A mutable buffer that several threads write at different indices.
///
/// Unchecked: `parallelMap` and `forEachChunk` hand each index or chunk to exactly one thread, and both join
/// before the buffer's owner goes on.
@unsafe package struct SharedBuffer<T>: @unchecked Sendable {
  package let base: UnsafeMutableBufferPointer<T>
  package init(_ base: UnsafeMutableBufferPointer<T>) { unsafe self.base = base }
  func initialize(_ i: Int, to value: T) {
    unsafe base.baseAddress.unsafelyUnwrapped.advanced(by: i).initialize(to: value)
  }
}

extension Array where Element: Sendable {
  /// Calls `body` with consecutive chunks of at most `grain` elements: the index of the first and the chunk.
  package mutating func forEachChunk(
    grain: Int, workers: Workers,
    _ body: @Sendable (Int, inout MutableSpan<Element>) -> Void
  ) {
    precondition(grain > 0, "grain \(grain)")
    let total = count
    unsafe self.withUnsafeMutableBufferPointer { buffer in
      let cells = unsafe SharedBuffer(buffer)
      parallelFor((total + grain - 1) / grain, workers: workers) { chunk in
        let start = chunk * grain
        let part = unsafe UnsafeMutableBufferPointer(
          rebasing: cells.base[start..<Swift.min(start + grain, total)])
        var span = unsafe MutableSpan(_unsafeElements: part)
        body(start, &span)
      }
    }
  }

  /// Calls `body` with consecutive slices: slice i holds the elements `offsets[i]..<offsets[i + 1]`; and with element i
  /// of another array, one a slice.
  package mutating func forEachSlice<Other: Sendable>(
    offsets: [Int32], alongside others: inout [Other], workers: Workers,
    _ body: @Sendable (Int, inout MutableSpan<Element>, inout Other) -> Void
  ) {
    forEachSlice(
      startingAt: { Int(offsets[$0]) }, alongside: &others, workers: workers, body)
  }

  /// Calls `body` with consecutive slices, from `start(i)` to `start(i + 1)`, and with element i of another array, one a
  /// slice.
  package mutating func forEachSlice<Other: Sendable>(
    startingAt start: @Sendable (Int) -> Int, alongside others: inout [Other], workers: Workers,
    _ body: @Sendable (Int, inout MutableSpan<Element>, inout Other) -> Void
  ) {
    let slices = others.count
    precondition(start(0) == 0 && start(slices) == count, "slices do not cover \(count)")
    unsafe self.withUnsafeMutableBufferPointer { buffer in
      let cells = unsafe SharedBuffer(buffer)
      unsafe others.withUnsafeMutableBufferPointer { others in
        let besides = unsafe SharedBuffer(others)
        parallelFor(slices, workers: workers) { i in
          let part = unsafe UnsafeMutableBufferPointer(
            rebasing: cells.base[start(i)..<start(i + 1)])
          var span = unsafe MutableSpan(_unsafeElements: part)
          unsafe body(i, &span, &besides.base[i])
        }
      }
    }
  }
}

extension Array where Element: BitwiseCopyable {
  /// An array whose elements are what the memory held: each must be stored before it is read.
  package init(unstored count: Int) {
    unsafe self.init(unsafeUninitializedCapacity: count) { _, initialized in
      initialized = count
    }
  }
}
