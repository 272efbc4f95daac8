internal import Dispatch
internal import Foundation
internal import Synchronization

/// Watches for SIGINT and SIGTERM, so that a fit can stop between steps and leave a valid result.
final class InterruptSignal {
  /// The part that the signal handler touches.
  private final class Flag: Sendable {
    let value = Atomic<Bool>(false)
  }

  private let flag = Flag()
  private var sources: [any DispatchSourceSignal] = []

  init() {
    let flag = flag
    for number in [SIGINT, SIGTERM] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { flag.value.store(true, ordering: .relaxed) }
      source.resume()
      sources.append(source)
    }
  }

  /// Whether one has come.
  var arrived: Bool { flag.value.load(ordering: .relaxed) }
}
