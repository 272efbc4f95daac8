internal import ArgumentParser
internal import Foundation
internal import SfumatoCore
internal import SfumatoIO

/// `sfumato render`: pictures of a mesh.
struct Render: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Render a mesh to PNG.",
    discussion: """
      Vertex colours are shown as they are; a mesh without colours is grey under a light beside the camera.
      Extra pictures (--aov) stand beside the first, as out.depth.png: alpha as 8-bit grey; depth as 16-bit grey \
      in thousandths of the world unit, 0 where empty; face as RGB with the face's number + 1 in 24 bits, red highest.
      """)

  @Argument(help: "An OBJ mesh.")
  var input: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The picture to write.", valueName: "FILE"))
  var output = "out.png"

  @OptionGroup(title: "View") var view: ViewOptions

  @Option(help: ArgumentHelp("Turn once around the mesh in N numbered pictures.", valueName: "N"))
  var frames = 1

  @Option(help: "crisp: 4 x 4 samples a pixel; soft: what a fit sees.")
  var mode = RenderMode.crisp

  @OptionGroup(title: "Smoothing") var smoothing: SmoothingOptions

  @Option(
    help: ArgumentHelp("Extra pictures: any of alpha, depth, face.", valueName: "NAMES"))
  var aov: ExtraPictures?

  @Option(
    help: ArgumentHelp(
      "none (transparent), or sRGB numbers of 0 to 1, or of 0 to 255 where one is above 1.",
      valueName: "none|R,G,B"))
  var background = Backdrop.none

  @OptionGroup var threading: ThreadOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard (1...100_000).contains(frames) else {
      throw ValidationError("--frames takes 1 to 100000, not \(frames).")
    }
    if view.camera != nil, frames > 1 {
      throw ValidationError("--frames turns an orbit; it does not go with --camera.")
    }
    try smoothing.require(mode)
    guard FileKind(path: output) == .image else {
      throw ValidationError("-o takes a .png file, not \(output).")
    }
  }

  func run() throws {
    let started = ContinuousClock.now
    let mesh = try loadMesh(input)
    let cameras = try view.cameras(
      frames: frames, around: mesh.boundingSphere, maxImageSide: global.maxImageSide)
    let extras = aov?.kinds ?? []
    let paths = (0..<frames).map(picturePath)
    let all = paths.flatMap { picture in [picture] + extras.map { extraPath(picture, $0) } }
    try requireFree(all, force: global.force)

    let renderer = Renderer(settings: try settings())
    var progress = ProgressLine(quiet: global.quiet)
    for (camera, picture) in zip(cameras, paths) {
      let rendering = renderer.render(
        scene(mesh, camera), [camera],
        outputs: extras.reduce([.color, .alpha]) { $0.union($1.output) })[0]
      try save(rendering, to: picture)
      for extra in extras {
        try write(extra, of: rendering, to: extraPath(picture, extra))
      }
      progress.show("rendered \(picture)")
    }
    progress.clear()
    let seconds = (ContinuousClock.now - started) / .seconds(1)
    printResult(
      .object([
        "mode": .string(mode.rawValue), "width": .integer(cameras[0].width),
        "height": .integer(cameras[0].height), "frames": .integer(frames),
        "seconds": .number((seconds * 1000).rounded() / 1000),
        "files": .array(all.map { .string($0) }),
      ]), asJSON: json)
  }

  private func settings() throws -> RenderSettings<Float> {
    let way: RenderSettings<Float>.Mode
    switch mode {
    case .crisp: way = .hard(samples: 4)
    case .soft: way = .soft(try smoothing.settings(Float.self))
    }
    return RenderSettings(mode: way, workers: threading.workers)
  }

  /// The mesh in its colours, or grey in a light from over the camera's shoulder.
  private func scene(_ mesh: Mesh<Float>, _ camera: Camera<Float>) -> Scene<Float> {
    let behind: SIMD3<Float>
    switch background {
    case .none: behind = .zero
    case .color(let color): behind = linearLight(color)
    }
    guard mesh.vertexColors == nil && mesh.faceColors == nil else {
      return Scene(mesh, background: behind)
    }
    // Camera axes: x right, y down, z forward.
    let shoulder = SIMD3<Float>(0.4, -0.6, -1)
    let toWorld = camera.worldToCamera.rotation.conjugate.matrix
    return Scene(
      mesh, shading: .lambert,
      lights: [
        .ambient(color: SIMD3(repeating: 0.3)),
        .directional(direction: toWorld * shoulder, color: SIMD3(repeating: 1)),
      ], background: behind)
  }

  private func save(_ rendering: Rendering<Float>, to path: String) throws {
    guard let color = rendering.color else { return }
    let picture: ImageBuffer<Float>
    switch background {
    case .none: picture = straight(color, alpha: rendering.alpha)
    case .color: picture = color
    }
    try write(picture, to: path, colorEncoding: .sRGB)
  }

  private func picturePath(_ frame: Int) -> String {
    guard frames > 1 else { return output }
    let number = String(frame)
    let digits = max(3, String(frames - 1).count)
    return path(
      output, inserting: "-" + String(repeating: "0", count: digits - number.count) + number)
  }

  private func extraPath(_ picture: String, _ extra: ExtraPicture) -> String {
    path(picture, inserting: "." + extra.rawValue)
  }
}
