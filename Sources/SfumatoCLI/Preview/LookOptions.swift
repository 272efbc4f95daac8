internal import ArgumentParser

extension PreviewLight: ExpressibleByArgument {}

/// How a picture looks besides what it shows.
struct LookOptions: ParsableArguments {
  @Option(
    help: """
      auto: the file's lights, else the studio's; studio: a key, a fill and a rim light that go with the camera, and sky; headlight: \
      from the camera; none: base colours as they are.
      """)
  var light = PreviewLight.auto

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Light everything from this world direction alone, white; 1 lights a white surface to 1.",
      valueName: "X,Y,Z"), transform: explained)
  var sun: Direction?

  @Option(
    help: ArgumentHelp(
      "Light everything from all around by this equirectangular picture, diffuse; its middle lies along -Z, 1 is white.",
      valueName: "FILE"))
  var environment: String?

  @Option(
    help: ArgumentHelp(
      "Show this picture on the mesh by its texture coordinates.", valueName: "FILE"))
  var texture: String?

  @Option(
    help: ArgumentHelp(
      "none (transparent), studio (light grey), environment, or sRGB numbers of 0 to 1, or of 0 to 255 where one is above 1.",
      valueName: "none|studio|environment|R,G,B"))
  var background = Backdrop.none

  @Flag(help: "Put a grid under the object; its steps are 1, 2 or 5 of a power of ten.")
  var ground = false

  @Flag(help: "Draw the edges of the faces.")
  var wireframe = false

  func validate() throws {
    guard [sun != nil, environment != nil, light != .auto].count(where: { $0 }) < 2 else {
      throw ValidationError("--sun, --environment and --light exclude each other.")
    }
    if background == .environment, environment == nil {
      throw ValidationError("--background environment wants --environment FILE.")
    }
  }
}

/// A direction of the world, of any length but zero.
struct Direction: Equatable, Sendable, ExplainedArgument {
  static let form = "three numbers as 1,2,0, not all zero"

  var vector: SIMD3<Float>

  init?(argument: String) {
    guard let numbers = finiteNumbers(argument[...], count: 3) else { return nil }
    vector = SIMD3(numbers[0], numbers[1], numbers[2])
    guard vector != .zero else { return nil }
  }
}
