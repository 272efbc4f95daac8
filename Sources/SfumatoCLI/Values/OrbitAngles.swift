internal import ArgumentParser

/// The value of `--orbit`: `AZ,EL`, degrees.
struct OrbitAngles: Equatable, Sendable, ExplainedArgument {
  static let form = "two numbers as 30,20; the second, the elevation, from -90 to 90"

  /// From +Z towards +X.
  var azimuthDegrees: Float
  /// From the horizon towards +Y, in [-90, 90].
  var elevationDegrees: Float

  init(azimuthDegrees: Float, elevationDegrees: Float) {
    self.azimuthDegrees = azimuthDegrees
    self.elevationDegrees = elevationDegrees
  }

  init?(argument: String) {
    guard let numbers = finiteNumbers(argument[...], count: 2), abs(numbers[1]) <= 90 else {
      return nil
    }
    self.init(azimuthDegrees: numbers[0], elevationDegrees: numbers[1])
  }
}
