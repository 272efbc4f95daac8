internal import ArgumentParser
internal import Foundation
internal import SfumatoCore
internal import SfumatoIO

/// `sfumato render`: pictures of a mesh or a scene.
struct Render: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Render a mesh or a scene.",
    discussion: """
      The object is framed by itself. What has materials or no colours at all is lit: by the lights of its file, else by a \
      studio's; vertex colours without materials are shown as they are, lit where all are alike. With --frames N the camera \
      turns once around: N numbered pictures, an animated PNG under the name of -o, and with --sheet all of them on one picture.
      Extra pictures (--aov) stand beside the first, as out.depth.png: alpha as 8-bit grey; depth as 16-bit grey in thousandths \
      of the world unit, 0 where empty; normal (camera axes: x right, y down, z forward) and world-normal as n = 2 c - 1; uv as \
      16-bit red and green, the fraction; barycentrics as RGB; face, object and material as RGB with the number + 1 in 24 bits, red \
      highest; position as PFM. --float writes alpha, depth, normals, uv and barycentrics as PFM instead, in full. A ground is in \
      the extra pictures too.
      """)

  @Argument(help: "A mesh or scene: OBJ, glTF, GLB, PLY or STL.")
  var input: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The picture to write.", valueName: "FILE"))
  var output = "out.png"

  @OptionGroup(title: "View") var view: ViewOptions

  @Option(help: ArgumentHelp("Turn once around the object in N numbered pictures.", valueName: "N"))
  var frames = 1

  @Option(help: ArgumentHelp("Pictures a second of the animation.", valueName: "N"))
  var framesPerSecond = 25

  @Flag(help: "Put all frames on one picture too, out.sheet.png.")
  var sheet = false

  @Option(help: "crisp: 4 x 4 samples a pixel; soft: what a fit sees.")
  var mode = RenderMode.crisp

  @OptionGroup(title: "Smoothing") var smoothing: SmoothingOptions

  @OptionGroup(title: "Look") var look: LookOptions

  @Option(
    help: ArgumentHelp(
      "Extra pictures: any of \(ExtraPicture.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "NAMES"))
  var aov: ExtraPictures?

  @Flag(help: "Write extra pictures that are numbers as PFM instead of PNG.")
  var float = false

  @OptionGroup var threading: ThreadOptions

  @Flag(help: "Render again whenever the file changes, until interrupted.")
  var watch = false

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard (1...100_000).contains(frames) else {
      throw ValidationError("--frames takes 1 to 100000, not \(frames).")
    }
    guard (1...1000).contains(framesPerSecond) else {
      throw ValidationError("--frames-per-second takes 1 to 1000, not \(framesPerSecond).")
    }
    if view.camera != nil, frames > 1 {
      throw ValidationError("--frames turns an orbit; it does not go with --camera.")
    }
    if sheet, frames == 1 {
      throw ValidationError("--sheet puts several frames on one picture; it wants --frames.")
    }
    try smoothing.require(mode)
    guard output.lowercased().hasSuffix(".png") else {
      throw ValidationError("-o takes a .png file, not \(output).")
    }
  }

  func run() throws {
    try requireFree(allPaths, force: global.force || watch)
    guard watch else { return try renderOnce() }
    let interrupt = InterruptSignal()
    var seen: Date?
    while !interrupt.arrived {
      let changed = changeDate(input)
      if changed != seen, changed != nil {
        seen = changed
        // A file that is being written may be half there: say so and wait for the next change.
        do { try renderOnce() } catch { global.remark("\(error)") }
      }
      Thread.sleep(forTimeInterval: 0.2)
    }
  }

  private func renderOnce() throws {
    let started = ContinuousClock.now
    let subject = try PreviewSubject(input, texture: look.texture, global: global)
    let cameras = try view.cameras(
      frames: frames, around: subject.sphere, global: global)
    let materials = subject.scene.materials
    if mode == .soft,
      subject.scene.instances.contains(where: { materials[$0.material].alphaMode != .opaque })
    {
      global.remark("\(input): soft pictures show surfaces with alpha as opaque")
    }
    let extras = aov?.kinds ?? []
    let surroundings = try look.environment.map { try Surroundings($0, global: global) }
    let studio = PreviewScene(
      light: look.light, sun: look.sun?.vector, sky: surroundings?.coefficients,
      hasGround: look.ground)
    let renderer = Renderer(settings: try settings())
    let plain = extras.filter { $0.output.isSubset(of: [.normal, .depth]) }
    var progress = ProgressLine(quiet: global.quiet)
    var turn: [ImageBuffer<Float>] = []
    for (frame, camera) in cameras.enumerated() {
      let scene = studio.scene(subject, seenFrom: camera)
      var rendering = renderer.render(
        scene, [camera],
        outputs: extras.reduce([.color, .alpha]) { plain.contains($1) ? $0 : $0.union($1.output) }
      )[0]
      if !plain.isEmpty { addPlain(scene, camera, to: &rendering) }
      guard let color = rendering.color else { continue }
      var picture = straight(color, alpha: rendering.alpha)
      if look.wireframe {
        Wireframe.draw(
          Wireframe.coverage(subject.scene, camera, workers: threading.workers), over: &picture)
      }
      let shown = look.background.behind(picture, camera, surroundings)
      let path = picturePath(frame)
      try write(shown, to: path, colorEncoding: .sRGB)
      if frames > 1 { turn.append(shown) }
      for extra in extras {
        try write(
          extra, of: rendering, camera: camera, to: extraPath(path, extra), global: global)
      }
      progress.show("rendered \(path)")
    }
    try writeTurn(turn)
    progress.clear()
    let seconds = (ContinuousClock.now - started) / .seconds(1)
    printResult(
      .object([
        "mode": .string(mode.rawValue), "width": .integer(cameras[0].width),
        "height": .integer(cameras[0].height), "frames": .integer(frames),
        "seconds": .number((seconds * 1000).rounded() / 1000),
        "files": .array(allPaths.map { .string($0) }),
      ]), asJSON: json)
  }

  /// Depth and normals of the visible face at pixel centres.
  private func addPlain(
    _ scene: Scene<Float>, _ camera: Camera<Float>, to rendering: inout Rendering<Float>
  ) {
    let crisp = CrispSettings<Float>(edges: .none)
    let own = Renderer(
      settings: RenderSettings(mode: .crisp(crisp), workers: threading.workers)
    ).render(scene, [camera], outputs: [.alpha, .depth, .normal])[0]
    rendering.depth = own.depth
    rendering.normal = own.normal
  }

  private func writeTurn(_ pictures: [ImageBuffer<Float>]) throws {
    guard frames > 1 else { return }
    do {
      try saveAnimatedPNG(pictures, to: output, framesPerSecond: framesPerSecond)
    } catch { throw CommandFailure.failed("\(error)") }
    if sheet { try write(contactSheet(pictures), to: sheetPath, colorEncoding: .sRGB) }
  }

  private func settings() throws -> RenderSettings<Float> {
    let way: RenderSettings<Float>.Mode
    switch mode {
    case .crisp: way = .hard(samples: 4)
    case .soft: way = .soft(try smoothing.settings(Float.self))
    }
    return RenderSettings(mode: way, workers: threading.workers)
  }

  /// Everything that is written.
  private var allPaths: [String] {
    let pictures = (0..<frames).map(picturePath)
    let extras = aov?.kinds ?? []
    return pictures.flatMap { picture in [picture] + extras.map { extraPath(picture, $0) } }
      + (frames > 1 ? [output] + (sheet ? [sheetPath] : []) : [])
  }

  private var sheetPath: String { path(output, inserting: ".sheet") }

  private func picturePath(_ frame: Int) -> String {
    guard frames > 1 else { return output }
    let number = String(frame)
    let digits = max(3, String(frames - 1).count)
    return path(
      output, inserting: "-" + String(repeating: "0", count: digits - number.count) + number)
  }

  private func extraPath(_ picture: String, _ extra: ExtraPicture) -> String {
    let beside = path(picture, inserting: "." + extra.rawValue)
    let hasNumbers = ![.face, .object, .material].contains(extra)
    guard extra.isFloat || (float && hasNumbers) else { return beside }
    return String(beside.dropLast(3)) + "pfm"
  }

  private func changeDate(_ path: String) -> Date? {
    try? URL(fileURLWithPath: path).resourceValues(forKeys: [.contentModificationDateKey])
      .contentModificationDate
  }
}
