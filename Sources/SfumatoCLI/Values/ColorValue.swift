public import ArgumentParser
public import SfumatoFit

/// A colour as a picture's file holds it: sRGB, each channel in 0 to 1.
///
/// Written `R,G,B` with each number in 0 to 1, or, where any is above 1, in 0 to 255.
struct ColorValue: Equatable, Sendable {
  var sRGB: SIMD3<Float>

  init(sRGB: SIMD3<Float>) { self.sRGB = sRGB }

  init?(argument: some StringProtocol) {
    guard let channels = unitNumbers(Substring(argument), count: 3) else { return nil }
    sRGB = SIMD3(channels[0], channels[1], channels[2])
  }
}

/// The value of `--background`.
enum Backdrop: Equatable, Sendable, ExpressibleByArgument {
  /// Transparent.
  case none
  /// One colour behind everything.
  case color(ColorValue)
  /// Light grey that falls off downwards.
  case studio
  /// What `--environment` shows.
  case environment

  init?(argument: String) {
    if argument == "none" {
      self = .none
    } else if argument == "studio" {
      self = .studio
    } else if argument == "environment" {
      self = .environment
    } else if let color = ColorValue(argument: argument) {
      self = .color(color)
    } else {
      return nil
    }
  }
}

extension MaskColor: ExpressibleByArgument {
  /// The value of `--mask-color`: `R,G,B[:tolerance]`, colour and tolerance on the same scale.
  public init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 2 else { return nil }
    let all = parts.joined(separator: ",")
    guard let numbers = unitNumbers(all[...], count: parts.count == 2 ? 4 : 3) else { return nil }
    self.init(sRGB: SIMD3(numbers[0], numbers[1], numbers[2]))
    if parts.count == 2 { tolerance = numbers[3] }
  }
}

/// Numbers of 0 to 1, or of 0 to 255 where any is above 1, brought to 0 to 1.
private func unitNumbers(_ text: Substring, count: Int) -> [Float]? {
  guard let numbers = finiteNumbers(text, count: count),
    numbers.allSatisfy({ $0 >= 0 && $0 <= 255 })
  else { return nil }
  return numbers.contains { $0 > 1 } ? numbers.map { $0 / 255 } : numbers
}
