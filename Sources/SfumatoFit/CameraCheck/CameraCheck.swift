// Which convention is a camera file in? Every reading of it makes cameras; the right one makes the masks agree, with a mesh where there
// is one, else with each other: the hull that they carve must fill them. 32 readings of the matrices are compared at a low
// resolution, the focal length's for the best of them, and what is left is told apart at a finer one, half pixels last.
internal import RealModule
public import SfumatoCore
public import SfumatoIO

/// The readings of a camera file, ranked by how well the masks agree with each.
public struct CameraCheck: Sendable {
  /// The file's views whose masks show the object, as they were compared.
  public private(set) var targets: [TargetView]
  /// The readings, best first: the finer compared before the others.
  public private(set) var ranking: [CameraHypothesis] = []
  /// The cameras of the best reading, in a mirrored world where ``isMirrored``.
  public private(set) var cameras: [Camera<Float>] = []
  /// Whether the best reading has a left-handed world.
  public private(set) var isMirrored = false
  /// Whether principal points fit better half a pixel off, but a whole pixel off better still: no convention, but masks or calibration.
  public private(set) var isShiftUndecided = false
  /// Whether whole matrices are stored transposed, with the translation in the last row.
  public private(set) var isStoredByColumns: Bool
  /// How the mesh's axes must be exchanged to fit the cameras' world; nil where they fit or nothing does.
  public private(set) var meshAxes: (words: String, iou: Double)?
  /// How the file is read without a check.
  package private(set) var asRead: PoseConvention

  /// Of the targets.
  private var matrices: [[[Double]]]
  /// Of all views of the file.
  private var allMatrices: [[[Double]]]
  private var workers: Workers

  /// An agreement that differs by less than this is none.
  public static let margin = 0.005
  /// Views that are enough to tell most readings apart.
  private static let coarseViews = 12
  /// Nodes along the longest side of a hull at the finer resolution.
  private static let fineNodes: Float = 96
  /// A half pixel is believed where it makes the agreement better by this.
  static let shiftMargin = 0.0005
  /// A mesh that fits worse than this may stand otherwise in the world.
  private static let poorMeshIoU = 0.9
  /// Below this nothing fits.
  public static let leastIoU = 0.5
  /// More views than these are not looked at: they are spread over all.
  private static let mostViews = 32

  /// Compares the readings of a file.
  ///
  /// - Parameters:
  ///   - unread: the file's views and matrices.
  ///   - targets: the views' pictures with their masks, in the same order.
  ///   - mesh: the object in the cameras' world; nil lets the masks speak for themselves.
  ///   - workers: how many threads may work; the result does not depend on it.
  /// - Throws: `CameraFileError` where a matrix is no rotation in any reading.
  package init(
    _ unread: UnreadCameras, targets: [TargetView], mesh: Mesh<Float>?, workers: Workers = .all
  ) throws {
    let stored = try checkedMatrices(unread)
    isStoredByColumns = stored.isTransposed
    asRead = PoseConvention(of: unread.format)
    let shown = targets.indices.filter { i in
      (0..<targets[i].picture.pixelCount).contains { targets[i].knownAlpha($0) >= 0.5 }
    }
    let count = min(shown.count, Self.mostViews)
    let chosen = (0..<count).map { shown[$0 * shown.count / count] }
    self.targets = chosen.map { targets[$0] }
    matrices = chosen.map { stored.matrices[$0] }
    allMatrices = stored.matrices
    self.workers = workers
    guard !chosen.isEmpty else { return }
    rank(mesh)
    guard let mesh, (ranking.first?.iou ?? 0) < Self.poorMeshIoU else { return }
    // Perhaps only the mesh stands otherwise in the world: the masks alone tell the cameras then.
    let failed = self
    let reached = failed.ranking.first?.iou ?? 0
    rank(nil)
    guard (ranking.first?.iou ?? 0) >= Self.leastIoU, let found = exchangedAxes(of: mesh),
      found.iou > reached + 0.05
    else {
      self = failed
      return
    }
    meshAxes = found
  }

  /// Whether the best reading stands out: no other of another pose or focal length is within the margin.
  public var isDecided: Bool {
    guard let best = ranking.first, best.iou >= Self.leastIoU else { return false }
    return !ranking.dropFirst().contains {
      ($0.pose != best.pose || $0.focal != best.focal) && $0.sameAs == nil && $0.isRefined
        && $0.iou > best.iou - Self.margin
    }
  }

  /// Whether the file means what it is read as.
  public var isAsRead: Bool {
    guard let best = ranking.first else { return false }
    return best.pose == asRead && best.focal == .asRead && best.shift == 0 && !isStoredByColumns
  }

  /// What to do to the file so that it is read aright, a step a line; empty where nothing is.
  public var changes: [String] {
    guard let best = ranking.first else { return [] }
    var steps = best.pose.changes(to: asRead)
    if isStoredByColumns { steps.insert("transpose each 4 x 4 matrix", at: 0) }
    if isMirrored {
      let part = asRead.isWorldToCamera ? "column 3 of each rotation" : "row 3 of each matrix"
      steps.append("mirror the world, which is left-handed: negate z of the mesh and \(part)")
    }
    switch best.focal {
    case .asRead: break
    case .halfShortSides: steps.append("multiply focal lengths by half the shorter side")
    case .halfWidths: steps.append("multiply focal lengths by half the width")
    case .widths: steps.append("multiply focal lengths by the width")
    case .halfAngle: steps.append("double the angle of view: the file has half of it")
    case .doubleAngle: steps.append("halve the angle of view: the file has twice of it")
    case .acrossHeight:
      steps.append("the angle of view spans the height: write it as camera_angle_y")
    }
    if best.shift != 0 {
      steps.append("add \(best.shift) to cx and cy")
    }
    return steps
  }

  /// What the best reading has before its cameras: the mesh, mirrored where the world is, or the hull that the masks carve.
  public func body(_ mesh: Mesh<Float>?) -> Mesh<Float>? {
    if let mesh { return isMirrored ? mesh.mirrored : mesh }
    guard let best = ranking.first, !cameras.isEmpty else { return nil }
    let level = MaskLevel(
      targets, mostPixels: 512, samples: 4, nodes: VisualHull.mostNodes, carves: true,
      workers: workers)
    return level.hull(
      level.cameras(best, matrices, factors: factors(best.focal) ?? []), workers: workers)
  }

  /// The file's views with the cameras of the best reading; nil where nothing fits or the world is left-handed.
  public func corrected(_ set: CameraSet) -> CameraSet? {
    guard !isMirrored, let best = ranking.first, best.iou >= Self.leastIoU,
      set.frames.count == allMatrices.count
    else { return nil }
    var result = set
    for i in result.frames.indices {
      let camera = result.frames[i].camera
      let factor = best.focal.factor(
        focal: Double(camera.focal.x), width: Double(camera.width), height: Double(camera.height))
      result.frames[i].camera = best.camera(camera, allMatrices[i], factor: factor ?? 1)
    }
    return result
  }
}

extension CameraCheck {
  /// Fills the ranking, the body and the cameras.
  private mutating func rank(_ mesh: Mesh<Float>?) {
    ranking = []
    isShiftUndecided = false
    let coarse = MaskLevel(
      targets, mostPixels: 96, mostViews: Self.coarseViews, samples: mesh == nil ? 1 : 2, nodes: 32,
      carves: mesh == nil, workers: workers)
    let plain = targets.map { factor(.asRead, $0) }
    let focals: [CameraHypothesis.Focal] =
      plain.allSatisfy { $0 != nil }
      ? [.asRead] : CameraHypothesis.Focal.allCases.filter { $0 != .asRead }
    var readings: [CameraHypothesis] = []
    for focal in focals {
      for pose in PoseConvention.all {
        readings.append(
          CameraHypothesis(pose: pose, focal: focal, shift: 0, iou: 0, isRefined: false))
      }
    }
    readings = ordered(measured(readings, coarse, mesh))
    // Other focal lengths for the best poses alone. Without a mesh they hardly show: the hull is smaller or larger, that is all.
    if focals == [.asRead] {
      let best = readings.prefix(3).filter { $0.iou > 0.1 }
      let others = CameraHypothesis.Focal.allCases.filter { $0 != .asRead }
      let more = best.flatMap { reading in
        others.map { focal in
          var other = reading
          other.focal = focal
          return other
        }
      }
      readings = ordered(readings + measured(more, coarse, mesh))
    }
    guard let top = readings.first, top.iou > 0.1 else {
      ranking = readings
      return
    }
    let fine = MaskLevel(
      targets, mostPixels: 512, samples: 4, nodes: Self.fineNodes, carves: mesh == nil,
      workers: workers)
    let left = readings.prefix(4).filter { $0.iou > top.iou - 0.1 }
    var refined = ordered(measured(Array(left), fine, mesh, isRefined: true))
    if let best = refined.first {
      refined = ordered(
        refined + measured(best.shifted(by: [0.5, -0.5]), fine, mesh, isRefined: true))
      // Half a pixel is a convention where half a pixel is best. Where a whole one is better still, it is the masks or the calibration.
      if let first = refined.first, first.shift != 0,
        let further = measured(first.shifted(by: [2 * first.shift]), fine, mesh, isRefined: true)
          .first, further.iou >= first.iou
      {
        isShiftUndecided = true
        let plain = refined.filter {
          $0.shift == 0 && $0.pose == best.pose && $0.focal == best.focal
        }
        refined = plain + ordered([further] + refined.filter { !plain.contains($0) })
      }
    }
    ranking = refined + readings.dropFirst(left.count)
    guard let best = ranking.first else { return }
    isMirrored = best.pose.extrinsics(matrices[0]).rotation.determinant < 0
    let scales = factors(best.focal) ?? []
    cameras = targets.indices.map {
      best.camera(targets[$0].camera, matrices[$0], factor: scales[$0])
    }
    if mesh == nil { markEqualWorlds() }
  }

  /// Agreement of readings; those whose focal length makes no sense are left out.
  private func measured(
    _ readings: [CameraHypothesis], _ level: MaskLevel, _ mesh: Mesh<Float>?,
    isRefined: Bool = false
  ) -> [CameraHypothesis] {
    let possible = readings.filter { factors($0.focal) != nil }
    let mirrored = mesh?.mirrored
    // Many coarse readings side by side, few fine ones one after another with all threads.
    let outer = isRefined ? Workers.serial : workers
    let inner = isRefined ? workers : Workers.serial
    return parallelMap(possible.count, workers: outer) { i in
      var reading = possible[i]
      let cameras = level.cameras(reading, matrices, factors: factors(reading.focal) ?? [])
      let isMirrored = reading.pose.extrinsics(matrices[0]).rotation.determinant < 0
      let body =
        mesh == nil ? level.hull(cameras, workers: inner) : isMirrored ? mirrored : mesh
      reading.iou = body.map { level.iou($0, cameras, workers: inner) } ?? 0
      reading.isRefined = isRefined
      return reading
    }
  }

  /// Best first; what is read without a check goes before its equals.
  private func ordered(_ readings: [CameraHypothesis]) -> [CameraHypothesis] {
    func value(_ reading: CameraHypothesis) -> Double {
      reading.iou + (reading.shift == 0 ? Self.shiftMargin : 0)
        + (reading.focal == .asRead ? Self.margin : 0) + (reading.pose == asRead ? 1e-4 : 0)
    }
    return readings.enumerated().sorted {
      let (a, b) = (value($0.element), value($1.element))
      return a == b ? $0.offset < $1.offset : a > b
    }.map(\.element)
  }

  private func factor(_ focal: CameraHypothesis.Focal, _ target: TargetView) -> Double? {
    focal.factor(
      focal: Double(target.camera.focal.x), width: Double(target.camera.width),
      height: Double(target.camera.height))
  }

  private func factors(_ focal: CameraHypothesis.Focal) -> [Double]? {
    let all = targets.compactMap { factor(focal, $0) }
    return all.count == targets.count ? all : nil
  }

  /// Marks readings that a motion or a mirroring of the world turns into a better one: without a mesh nothing tells them apart.
  private mutating func markEqualWorlds() {
    for i in ranking.indices.dropFirst().prefix(8) {
      ranking[i].sameAs = (0..<i).first { k in
        ranking[k].focal == ranking[i].focal && ranking[k].shift == ranking[i].shift
          && ranking[k].sameAs == nil && isSameWorld(ranking[k].pose, ranking[i].pose)
      }
    }
  }

  /// Whether one isometry of the world turns all cameras of a reading into those of another.
  private func isSameWorld(_ a: PoseConvention, _ b: PoseConvention) -> Bool {
    let first = (a.extrinsics(matrices[0]), b.extrinsics(matrices[0]))
    let back = first.0.rotation.transpose
    let g = back * first.1.rotation
    let h = back * (first.1.translation - first.0.translation)
    let size = max(length(first.0.translation), 1e-9)
    return matrices.allSatisfy { matrix in
      let (one, other) = (a.extrinsics(matrix), b.extrinsics(matrix))
      let r = one.rotation * g
      let t = one.rotation * h + one.translation
      let off = max(
        length(r.row0 - other.rotation.row0), length(r.row1 - other.rotation.row1),
        length(r.row2 - other.rotation.row2))
      return off < 1e-3 && length(t - other.translation) < 1e-3 * size
    }
  }

  /// The exchange of the mesh's axes with which it fits the best reading.
  private func exchangedAxes(of mesh: Mesh<Float>) -> (words: String, iou: Double)? {
    guard let best = ranking.first, let factors = factors(best.focal) else { return nil }
    let level = MaskLevel(
      targets, mostPixels: 96, samples: 2, nodes: 40, carves: false, workers: workers)
    let cameras = level.cameras(best, matrices, factors: factors)
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
    let found = parallelMap(48, workers: workers) { k in
      let order = orders[k / 8]
      var turned = mesh
      for v in 0..<mesh.vertexCount {
        let p = mesh.position(v)
        var q = SIMD3<Float>.zero
        for axis in 0..<3 { q[axis] = k >> axis & 1 == 0 ? p[order[axis]] : -p[order[axis]] }
        turned.positions.setVector3(v, isMirrored ? q * SIMD3(1, 1, -1) : q)
      }
      let names = ["x", "y", "z"]
      let words = (0..<3).map { (k >> $0 & 1 == 0 ? "" : "-") + names[order[$0]] }
      return (words.joined(separator: ", "), level.iou(turned, cameras, workers: .serial))
    }
    // An object that is its own mirror image fits both ways: a turn goes before a mirroring.
    let isOdd = [false, true, true, false, false, true]
    func value(_ k: Int) -> Double {
      let isMirroring = isOdd[k / 8] != ((k % 8).nonzeroBitCount % 2 == 1)
      return found[k].1 + (isMirroring ? 0 : 0.01)
    }
    guard let winner = found.indices.max(by: { value($0) < value($1) }),
      found[winner].1 >= Self.leastIoU
    else { return nil }
    return found[winner]
  }
}

/// The matrices by rows with the translation in the last column, their scale taken out.
private func checkedMatrices(
  _ unread: UnreadCameras
) throws(CameraFileError) -> (matrices: [[[Double]]], isTransposed: Bool) {
  func isUnit(_ v: [Double]) -> Bool {
    zip(v, [0, 0, 0, 1]).allSatisfy { abs($0 - $1) < 1e-6 }
  }
  func columns(_ m: [[Double]]) -> [[Double]] { (0..<4).map { i in m.map { $0[i] } } }
  let isTransposed =
    unread.matrices.contains { !isUnit($0[3]) }
    && unread.matrices.allSatisfy { isUnit(columns($0)[3]) }
  var sign = 0.0
  var result: [[[Double]]] = []
  for (i, given) in unread.matrices.enumerated() {
    var m = isTransposed ? columns(given) : given
    func fail(_ reason: CameraFileError.Reason) -> CameraFileError {
      CameraFileError(path: unread.file, frame: i, key: "transform_matrix", reason: reason)
    }
    guard isUnit(m[3]) else {
      throw fail(
        .wrongValue(found: "not affine: its last row is \(m[3])", expected: "[0, 0, 0, 1]"))
    }
    let r = (0..<3).map { SIMD3(m[$0][0], m[$0][1], m[$0][2]) }
    let squares: [Double] = r.map { dot($0, $0) }
    let scale = (squares.reduce(0, +) / 3).squareRoot()
    guard scale > 0, scale.isFinite else { throw fail(.notARotation) }
    let unit = Matrix3(rows: r[0] / scale, r[1] / scale, r[2] / scale)
    let square = unit * unit.transpose
    let off: Double = max(
      length(square.row0 - SIMD3(1, 0, 0)), length(square.row1 - SIMD3(0, 1, 0)),
      length(square.row2 - SIMD3(0, 0, 1)))
    guard off < 1e-2 else { throw fail(.notARotation) }
    let ownSign = unit.determinant < 0 ? -1.0 : 1
    guard sign == 0 || sign == ownSign else { throw fail(.mirrored) }
    sign = ownSign
    for (row, v) in zip(0..<3, [unit.row0, unit.row1, unit.row2]) {
      (m[row][0], m[row][1], m[row][2]) = (v.x, v.y, v.z)
    }
    result.append(m)
  }
  return (result, isTransposed)
}

extension Mesh<Float> {
  /// The mesh with z negated, faces turned so that they wind as before.
  fileprivate var mirrored: Mesh {
    var positions = positions
    for v in 0..<vertexCount { positions[3 * v + 2] = -positions[3 * v + 2] }
    var faces = faces
    for f in 0..<faceCount { faces.swapAt(3 * f + 1, 3 * f + 2) }
    return Mesh(positions: positions, faces: faces)
  }
}

extension CameraHypothesis {
  /// The same reading with other shifts of the principal point.
  fileprivate func shifted(by shifts: [Double]) -> [CameraHypothesis] {
    shifts.map { shift in
      var other = self
      other.shift = shift
      return other
    }
  }
}
