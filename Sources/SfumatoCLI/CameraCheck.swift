internal import ArgumentParser
internal import Foundation
internal import SfumatoCore
internal import SfumatoFit
internal import SfumatoIO

/// `sfumato camera-check`: which convention a camera file is in.
struct CameraCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "camera-check",
    abstract: "Find out which convention a camera file is in, from the masks of its pictures.",
    discussion: """
      Reads the cameras in every way that is met in practice: matrices as camera to world or world to camera, rotations \
      plain or transposed, each of the camera's axes either way, focal lengths in pixels or other units, principal points half a pixel \
      off. Each reading is scored by the intersection over union (IoU) of the masks with the outline of MESH, or, without one, \
      with the outline of the body that the masks carve: only right cameras make the masks agree. The table has the best first; below it \
      stands what to change in the file.

      Without a mesh nothing tells how the world as a whole is turned or mirrored; readings that differ by that alone are marked \
      "same as", and focal lengths hardly show. Half pixels need exact masks.

      Exit codes: 0 a reading fits, 1 none does (IoU below 0.5), 2 bad usage, 3 bad input data.
      """)

  @Argument(
    help:
      "A camera file or folder: transforms.json, NeRF or COLMAP folder, _par.txt, camera list; with PNG pictures."
  )
  var targets: String

  @Argument(help: "The object as an OBJ mesh in the cameras' world, where there is one.")
  var mesh: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Write each picture with the best reading's outline in red, and transforms.json with its cameras.",
      valueName: "DIR"))
  var output: String?

  @OptionGroup var mask: MaskOptions

  @OptionGroup var threading: ThreadOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var global: GlobalOptions

  /// Rows of the table for people.
  private static let rowCount = 10

  func run() throws {
    let started = ContinuousClock.now
    let unread = try loadUnreadCameras(targets)
    let body = try mesh.map { try loadMesh($0) }
    if let mesh, body?.faceCount == 0 {
      throw CommandFailure.badInput(file: mesh, cause: "has no faces")
    }
    let views = try loadTargets(
      unread.set, of: targets, maskColor: mask.maskColor, maxSide: global.maxImageSide)
    let check = try CameraCheck(unread, targets: views, mesh: body, workers: threading.workers)
    guard !check.ranking.isEmpty else {
      throw CommandFailure.badInput(
        file: targets, cause: "no picture shows the object: every mask is empty")
    }
    let files =
      try output.map { try write(check, check.body(body), unread.set, into: $0) } ?? []
    let seconds = Double((ContinuousClock.now - started) / .milliseconds(1)) / 1000
    if json {
      printResult(result(check, unread, rows: check.ranking.count, files, seconds), asJSON: true)
    } else {
      print(text(check, unread, seconds))
    }
    if (check.ranking.first?.iou ?? 0) < CameraCheck.leastIoU {
      throw CommandFailure.failed(
        "\(targets): no reading of the cameras agrees with the masks; best IoU "
          + String(format: "%.3f", check.ranking.first?.iou ?? 0))
    }
  }

  private func result(
    _ check: CameraCheck, _ unread: UnreadCameras, rows: Int, _ files: [String], _ seconds: Double
  ) -> JSONValue {
    let best = check.ranking.first
    return .object([
      "file": .string(unread.file), "format": .string(unread.format.rawValue),
      "views": .integer(check.targets.count), "mesh": mesh.map { .string($0) } ?? .null,
      "winner": best.map { .string($0.name) } ?? .null,
      "iou": best.map { .number($0.iou) } ?? .null, "decided": .bool(check.isDecided),
      "half_pixel_decided": .bool(!check.isShiftUndecided), "as_read": .bool(check.isAsRead),
      "mirrored_world": .bool(check.isMirrored),
      "mesh_axes": check.meshAxes.map { .string($0.words) } ?? .null,
      "changes": .array(check.changes.map { .string($0) }),
      "hypotheses": .array(check.ranking.prefix(rows).enumerated().map { row($1, $0) }),
      "files": .array(files.map { .string($0) }), "seconds": .number(seconds),
    ])
  }

  private func row(_ reading: CameraHypothesis, _ index: Int) -> JSONValue {
    .object([
      "rank": .integer(index + 1), "name": .string(reading.name),
      "matrix": .string(reading.matrix), "axes": .string(reading.axes),
      "transposed": .bool(reading.isTransposed), "focal": .string(reading.focal.rawValue),
      "shift_px": .number(reading.shift), "iou": .number(reading.iou),
      "refined": .bool(reading.isRefined),
      "same_as": reading.sameAs.map { .integer($0 + 1) } ?? .null,
    ])
  }

  /// The verdict, the table, and what to change.
  private func text(_ check: CameraCheck, _ unread: UnreadCameras, _ seconds: Double) -> String {
    guard let best = check.ranking.first else { return "" }
    let rows = JSONValue.object([
      "readings": .array(
        check.ranking.prefix(Self.rowCount).enumerated().map { index, reading in
          .object([
            "rank": .integer(index + 1), "name": .string(reading.name),
            "matrix": .string(reading.matrix + (reading.isTransposed ? ", transposed" : "")),
            "axes": .string(reading.axes), "focal": .string(reading.focal.rawValue),
            "shift_px": .string(reading.shift == 0 ? "0" : String(format: "%+.1f", reading.shift)),
            "iou": .string(String(format: "%.4f", reading.iou)),
            "same_as": reading.sameAs.map { .integer($0 + 1) } ?? .null,
          ])
        })
    ])
    let against = mesh.map { "the outline of \($0)" } ?? "the hull that they carve"
    var lines = [
      "\(unread.file): \(check.targets.count) views, masks against \(against), "
        + String(format: "%.1f s", seconds),
      readable(rows), "",
    ]
    guard best.iou >= CameraCheck.leastIoU else { return lines.joined(separator: "\n") }
    let users = best.pose.users.map { " (\($0))" } ?? ""
    lines.append(
      "best      \(best.name)\(users): \(best.matrix), \(best.axes), IoU "
        + String(format: "%.4f", best.iou))
    if !check.isDecided {
      lines.append(
        "undecided another reading fits as well, to \(CameraCheck.margin); see the table")
    }
    if check.isShiftUndecided {
      lines.append(
        "note      shifted principal points fit a little better, and not best at half a pixel: masks or calibration are that loose"
      )
    }
    if let axes = check.meshAxes {
      lines.append(
        "mesh      stands otherwise than the cameras' world: its axes become (\(axes.words)), IoU "
          + String(format: "%.4f", axes.iou))
    }
    if check.isAsRead {
      lines.append("change    nothing: the file is read as it is meant")
    } else {
      for (i, step) in check.changes.enumerated() {
        lines.append((i == 0 ? "change    " : "          ") + "\(i + 1). \(step)")
      }
    }
    return lines.joined(separator: "\n")
  }

  /// Writes overlays and, where the world is not mirrored, the corrected cameras; returns the paths.
  private func write(
    _ check: CameraCheck, _ body: Mesh<Float>?, _ set: CameraSet, into folder: String
  ) throws -> [String] {
    var pictures: [(path: String, view: Int)] = []
    for (k, target) in check.targets.enumerated() where body != nil {
      let name = URL(fileURLWithPath: target.file).deletingPathExtension().lastPathComponent
      pictures.append(("\(folder)/\(String(format: "%03d", k))-\(name).png", k))
    }
    let cameras = "\(folder)/transforms.json"
    let corrected = check.corrected(set)
    try requireFree(
      pictures.map(\.path) + (corrected == nil ? [] : [cameras]), force: global.force)
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch { throw CommandFailure.failed("\(folder): the folder cannot be made") }
    var written: [String] = []
    for (path, view) in pictures {
      guard let body, let overlay = check.overlay(of: view, body: body) else { continue }
      try SfumatoCLI.write(overlay, to: path, colorEncoding: .raw)
      written.append(path)
    }
    if let corrected {
      do { try saveCameras(corrected, to: cameras) } catch {
        throw CommandFailure.failed("\(error)")
      }
      written.append(cameras)
    }
    return written
  }
}
