// What two runs of the same pictures differ in: what they were told, what they reached, and what they left.
public import SfumatoCore
internal import Foundation
internal import SfumatoIO
internal import Yams

/// How two runs, A and B, differ, as far as their folders tell.
public struct RunComparison {
  /// A value of the configuration that is not the same in both; nil where one has none.
  public struct Setting: Equatable, Sendable {
    /// The path of keys, as `--set` takes it.
    public var key: String
    /// In A.
    public var a: String?
    /// In B.
    public var b: String?
  }

  /// A number of each run; nil where a folder does not tell.
  public struct Quantity: Equatable, Sendable {
    /// What it is.
    public var name: String
    /// In A.
    public var a: Double?
    /// In B.
    public var b: Double?

    /// B minus A.
    public var difference: Double? {
      guard let a, let b else { return nil }
      return b - a
    }
  }

  /// A view's numbers in both runs.
  public struct View: Equatable, Sendable {
    /// The picture's path as its camera file writes it.
    public var file: String
    /// Peak signal-to-noise ratio over the object, dB.
    public var psnr: Quantity
    /// Structural similarity.
    public var ssim: Quantity
    /// Intersection over union of the masks.
    public var iou: Quantity
  }

  /// A stage in both runs.
  public struct Stage: Equatable, Sendable {
    /// Its name.
    public var name: String
    /// Steps that are logged.
    public var steps: Quantity
    /// The loss of the last one.
    public var loss: Quantity
  }

  /// How far a pose or a camera of B is from A's.
  public struct Motion: Equatable, Sendable {
    /// `pose`, `part NAME`, or the picture of a camera.
    public var name: String
    /// The angle between the two.
    public var degrees: Double
    /// The distance between the two places, world units.
    public var units: Double
    /// The focal length of B over that of A; 1 for a pose.
    public var focalRatio = 1.0

    /// Whether the two are not the same.
    public var differs: Bool { degrees > 0 || units > 0 || focalRatio != 1 }
  }

  /// The folders.
  public var a: String
  /// See ``a``.
  public var b: String
  /// What they were told otherwise.
  public var settings: [Setting] = []
  /// Seconds and steps.
  public var effort: [Quantity] = []
  /// Why each ended: `plan`, `time_limit` or `signal`; nil where a folder does not tell.
  public var stoppedBy: (a: String?, b: String?)
  /// Against the targets, on average.
  public var metrics: [Quantity] = []
  /// Against each target that both have, first the one that is worst in B compared with A.
  public var views: [View] = []
  /// The stages by name.
  public var stages: [Stage] = []
  /// Sizes and bad faces of the recovered meshes.
  public var mesh: [Quantity] = []
  /// Whether the meshes' files are the same; nil where one is missing.
  public var isIdentical: Bool?
  /// How far A's mesh is from B's, which is the reference; nil where one is missing.
  public var distance: MeshComparison?
  /// The object's poses and those of its parts, where they were unknown.
  public var poses: [Motion] = []
  /// The cameras of the views that both have.
  public var cameras: [Motion] = []
  /// Focal factor, light and background, where they differ.
  public var parameters: [Quantity] = []
  /// What could not be compared, and why.
  public var remarks: [String] = []

  let records: (a: RunRecord, b: RunRecord)
  /// The views that both have.
  private(set) var pairs: [(a: RunRecord.View, b: RunRecord.View)] = []

  /// Reads and compares the folders of two runs.
  ///
  /// - Throws: ``RunFolderError`` where a folder holds no run.
  public init(_ a: String, _ b: String, workers: Workers = .all) throws {
    let first = try RunRecord(a)
    let second = try RunRecord(b)
    self.a = a
    self.b = b
    records = (first, second)
    remarks = first.remarks + second.remarks
    settings = Self.settings(first.settings, second.settings, at: "")
    stoppedBy = (first.metrics?.stopped_by, second.metrics?.stopped_by)
    func both(_ name: String, _ value: (RunRecord) -> Double?) -> Quantity {
      Quantity(name: name, a: value(first), b: value(second))
    }
    func told(_ quantities: [Quantity]) -> [Quantity] {
      quantities.filter { $0.a != nil || $0.b != nil }
    }
    effort = told([
      both("seconds", \.seconds),
      both("steps") {
        $0.metrics?.steps.map(Double.init) ?? $0.losses.last.map { Double($0.step) }
      },
    ])
    metrics = told([
      both("psnr") { $0.metrics?.psnr }, both("psnr_full") { $0.metrics?.psnr_full },
      both("ssim") { $0.metrics?.ssim }, both("iou") { $0.metrics?.iou },
    ])
    var names: [String] = []
    for entry in first.losses + second.losses where !names.contains(entry.stage) {
      names.append(entry.stage)
    }
    stages = names.map { name in
      Stage(
        name: name, steps: both("steps") { $0.stage(name).map { Double($0.steps) } },
        loss: both("loss") { $0.stage(name)?.loss })
    }
    mesh = told([
      both("vertices") { $0.mesh.map { Double($0.vertexCount) } },
      both("faces") { $0.mesh.map { Double($0.faceCount) } },
      both("flipped") { $0.metrics?.mesh.map { Double($0.flipped) } },
      both("degenerate") { $0.metrics?.mesh.map { Double($0.degenerate) } },
      both("self_intersecting") { $0.metrics?.mesh.map { Double($0.selfIntersecting) } },
      both("unseen_vertices") { $0.metrics?.unseen_vertices.map(Double.init) },
    ])
    if let one = first.mesh, let other = second.mesh {
      isIdentical = FileManager.default.contentsEqual(
        atPath: first.meshPath, andPath: second.meshPath)
      distance = MeshDistance.compare(one, reference: other, workers: workers)
    }
    compareViews(workers)
    compareMotions()
  }

  /// The views that both have; numbers that a folder has not are made anew where the pictures are still there.
  private mutating func compareViews(_ workers: Workers) {
    var both = [records.a.views, records.b.views]
    for (i, record) in [records.a, records.b].enumerated() {
      guard both[i].contains(where: { $0.numbers == nil }), let set = record.cameras else {
        continue
      }
      do {
        let targets = try loadTargets(set, of: record.path)
        let evaluation = Evaluation(
          of: try loadRunScene(record.path), on: targets, workers: workers)
        for (k, view) in (RunMetrics(evaluation).views ?? []).enumerated() {
          both[i][k].numbers = view
        }
      } catch {
        remarks.append("\(record.path): no numbers of single views; \(error)")
      }
    }
    for view in both[0] {
      if let other = both[1].first(where: { view.isSame(as: $0) }) { pairs.append((view, other)) }
    }
    let (count, most) = (pairs.count, max(both[0].count, both[1].count))
    if count < most {
      remarks.append(
        "\(count) views are in both runs, of \(both[0].count) and \(both[1].count)")
    }
    let known: [View] = pairs.compactMap { first, second in
      guard let one = first.numbers, let other = second.numbers else { return nil }
      return View(
        file: first.name, psnr: Quantity(name: "psnr", a: one.psnr, b: other.psnr),
        ssim: Quantity(name: "ssim", a: one.ssim, b: other.ssim),
        iou: Quantity(name: "iou", a: one.iou, b: other.iou))
    }
    views = known.enumerated().sorted { first, second in
      let (one, other) = (first.element.psnr.difference, second.element.psnr.difference)
      return (one ?? .infinity, first.offset) < (other ?? .infinity, second.offset)
    }.map(\.element)
  }

  private mutating func compareMotions() {
    if let one = records.a.parameters, let other = records.b.parameters {
      if (one.unknowns + other.unknowns).contains(.pose) {
        poses += Self.motion("pose", one.pose, other.pose)
      }
      for part in one.parts ?? [] {
        guard let own = other.parts?.first(where: { $0.name == part.name }) else { continue }
        poses += Self.motion("part \(part.name)", part.pose, own.pose)
      }
      parameters = Self.numbers(one, other).filter { $0.a != $0.b }
    }
    cameras = pairs.compactMap { first, second in
      guard let own = first.frame?.camera, let its = second.frame?.camera else { return nil }
      // In Double: the angle of two equal rotations shall be zero.
      let (from, to) = (Camera<Double>(own), Camera<Double>(its))
      let turn = to.worldToCamera.rotation * from.worldToCamera.rotation.conjugate
      let scale = Double(own.width) / Double(its.width)
      return Motion(
        name: first.name, degrees: turn.angle * 180 / .pi,
        units: length(to.center - from.center),
        focalRatio: to.focal.x / from.focal.x * scale)
    }
  }

  /// The values that differ, by the path of their keys.
  static func settings(_ a: Node?, _ b: Node?, at path: String) -> [Setting] {
    func below(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
    if let one = a?.mapping, let other = b?.mapping {
      let own: [String] = one.keys.compactMap(\.string)
      let keys = own + other.keys.compactMap(\.string).filter { !own.contains($0) }
      return keys.flatMap { settings(one[Node($0)], other[Node($0)], at: below($0)) }
    }
    if let one = a?.sequence, let other = b?.sequence,
      (Array(one) + Array(other)).contains(where: { $0.mapping != nil })
    {
      return (0..<max(one.count, other.count)).flatMap { i in
        settings(
          i < one.count ? one[i] : nil, i < other.count ? other[i] : nil, at: below("\(i)"))
      }
    }
    let (own, its) = (a.map(text), b.map(text))
    if own == its { return [] }
    if let x = own.flatMap(Double.init), let y = its.flatMap(Double.init), x == y { return [] }
    return [Setting(key: path, a: own, b: its)]
  }

  /// A value in few words; a stage by its name.
  private static func text(_ node: Node) -> String {
    if let items = node.sequence { return "[" + items.map(text).joined(separator: ", ") + "]" }
    if let mapping = node.mapping { return mapping[Node("name")]?.string ?? "{...}" }
    let written = node.string ?? ""
    // An encoder writes 20 as 2e+1.
    guard written.contains("e"), let number = Double(written), number.isFinite else {
      return written
    }
    return String(format: "%.9g", number)
  }

  private static func motion(
    _ name: String, _ a: FitParameters.Pose, _ b: FitParameters.Pose
  ) -> [Motion] {
    let poses = [a, b]
    guard
      poses.allSatisfy({
        $0.translation.count == 3 && $0.rotation.count == 3
          && $0.rotation.allSatisfy { $0.count == 3 }
      })
    else { return [] }
    let rows = poses.map { $0.rotation.map { SIMD3<Double>($0.vector3(0)) } }
    // Of the two rotations' quotient: the axis by its antisymmetric part, which is exact near zero, the cosine by its trace.
    let quotient = (0..<3).map { i in
      (0..<3).map { j in (0..<3).reduce(0.0) { $0 + rows[1][i][$1] * rows[0][j][$1] } }
    }
    let axis = SIMD3(
      quotient[2][1] - quotient[1][2], quotient[0][2] - quotient[2][0],
      quotient[1][0] - quotient[0][1])
    let trace = quotient[0][0] + quotient[1][1] + quotient[2][2]
    let way = SIMD3<Double>(b.translation.vector3(0)) - SIMD3<Double>(a.translation.vector3(0))
    return [
      Motion(
        name: name, degrees: atan2(length(axis), trace - 1) * 180 / .pi, units: length(way))
    ]
  }

  /// The parameters that are plain numbers.
  private static func numbers(_ a: FitParameters, _ b: FitParameters) -> [Quantity] {
    func list(_ name: String, _ components: [String], _ a: [Float]?, _ b: [Float]?) -> [Quantity] {
      components.enumerated().compactMap { i, component in
        let values = [a, b].map { $0.flatMap { i < $0.count ? Double($0[i]) : nil } }
        guard values[0] != nil || values[1] != nil else { return nil }
        return Quantity(name: "\(name).\(component)", a: values[0], b: values[1])
      }
    }
    let channels = ["r", "g", "b"]
    let harmonics = SphericalHarmonics.names.enumerated().flatMap { i, name in
      list(
        "light.\(name)", channels, a.light?.harmonics?.dropFirst(i).first,
        b.light?.harmonics?.dropFirst(i).first)
    }
    var all = [
      Quantity(name: "focal_factor", a: Double(a.focalFactor), b: Double(b.focalFactor))
    ]
    all += list("principal_shift", ["x", "y"], a.principalShift, b.principalShift)
    all += list("light.ambient", channels, a.light?.ambient, b.light?.ambient)
    all += list("light.direction", ["x", "y", "z"], a.light?.direction, b.light?.direction)
    all += list("light.directional", channels, a.light?.directional, b.light?.directional)
    all += harmonics
    all += list("background", channels, a.background, b.background)
    return all
  }
}
