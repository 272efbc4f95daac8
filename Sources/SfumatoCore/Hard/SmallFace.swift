// Most faces of a large mesh cover a few samples. Their corners are snapped like all others when the view is set up and lie band
// by band in memory; taken from a corner of the face's box, edge functions fit into 32 bits, and four samples of a row are asked
// at once, without divisions.

/// A triangle of at most ``widest`` samples along each side, snapped, with the plane of its depth.
public struct SmallFace<S: RenderScalar>: Sendable {
  /// Corners in 1/256 of a sample, one a lane; lane 3 is the face's place on the screen, and unused.
  private var x: SIMD4<Int32>
  private var y: SIMD4<Int32>
  /// The plane.
  let plane: DepthPlane<S>

  /// Edge functions of as many samples, squared in 1/256, stay below 2^30.
  static var widest: Int { 60 }
  /// Samples up to which a coordinate in 1/256 is exact when ``integerShift()`` is added in Float.
  static var farthest: S { 16_000 }

  /// The face's place on the screen.
  var id: Int32 { x.w }

  /// Snaps a face whose setup says that it is small.
  @inline(__always)
  init(_ face: ScreenFace<S>, _ setup: FaceSetup<S>, id: Int32, samples: Int) {
    let scale = S(samples)
    func snap(_ v: S) -> Int32 {
      let scaled = v * scale * 256
      let shift: S = integerShift()
      var whole = (scaled + shift) - shift
      // Halves came out even and go away from zero; the difference is exact.
      let rest = scaled - whole
      if abs(rest) == 1 / 2, (rest > 0) == (scaled > 0) { whole += 2 * rest }
      return nearestInteger(whole)
    }
    x = SIMD4(snap(face.x.x), snap(face.x.y), snap(face.x.z), id)
    y = SIMD4(snap(face.y.x), snap(face.y.y), snap(face.y.z), 0)
    plane = setup.plane
  }

  /// Whether it is a front face: counter-clockwise on the screen.
  var isFront: Bool { area < 0 }

  /// Twice the area, positive when clockwise on the screen.
  private var area: Int32 {
    (x.y &- x.x) &* (y.z &- y.x) &- (y.y &- y.x) &* (x.z &- x.x)
  }

  /// Calls `body` with rows, groups of four columns and the samples of each that the triangle owns.
  ///
  /// Samples past the picture's last column may be among them.
  @inline(__always)
  func forEachGroup(
    in band: SampleBand, _ body: (Int, Int, SIMDMask<SIMD4<Int32>>) -> Void
  ) {
    // Sample i has its centre at 256 i + 128.
    let left = max((min(x.x, min(x.y, x.z)) &+ 127) >> 8, 0)
    let right = min(
      (max(x.x, max(x.y, x.z)) &- 128) >> 8, Int32(truncatingIfNeeded: band.across &- 1))
    let top = max((min(y.x, min(y.y, y.z)) &+ 127) >> 8, Int32(truncatingIfNeeded: band.firstRow))
    let bottom = min(
      (max(y.x, max(y.y, y.z)) &- 128) >> 8, Int32(truncatingIfNeeded: band.lastRow))
    let area = area
    guard left <= right, top <= bottom, area != 0 else { return }
    let firstGroup = left >> 2
    let lastGroup = right >> 2
    // From the centre of the first sample of the first group, wound so that the area is positive.
    let (originX, originY) = (firstGroup << 10 &+ 128, top << 8 &+ 128)
    let (ax, ay) = (x.x &- originX, y.x &- originY)
    var (bx, by) = (x.y &- originX, y.y &- originY)
    var (cx, cy) = (x.z &- originX, y.z &- originY)
    if area < 0 { (bx, by, cx, cy) = (cx, cy, bx, by) }
    var (e0, right0, down0) = Self.edge(ax, ay, bx, by)
    var (e1, right1, down1) = Self.edge(bx, by, cx, cy)
    var (e2, right2, down2) = Self.edge(cx, cy, ax, ay)
    // At the end of a row back to the first group.
    let count = lastGroup &- firstGroup &+ 1
    down0 = down0 &- right0 &* count
    down1 = down1 &- right1 &* count
    down2 = down2 &- right2 &* count
    var row = top
    repeat {
      var group = firstGroup
      repeat {
        body(
          Int(truncatingIfNeeded: row), Int(truncatingIfNeeded: group), (e0 | e1 | e2) .>= 0)
        e0 = e0 &+ SIMD4(repeating: right0)
        e1 = e1 &+ SIMD4(repeating: right1)
        e2 = e2 &+ SIMD4(repeating: right2)
        group = group &+ 1
      } while group <= lastGroup
      e0 = e0 &+ SIMD4(repeating: down0)
      e1 = e1 &+ SIMD4(repeating: down1)
      e2 = e2 &+ SIMD4(repeating: down2)
      row = row &+ 1
    } while row <= bottom
  }

  /// An edge's function at the first four samples, not negative where it owns them, and its change by four samples and by a row.
  @inline(__always)
  private static func edge(
    _ ax: Int32, _ ay: Int32, _ bx: Int32, _ by: Int32
  ) -> (start: SIMD4<Int32>, right: Int32, down: Int32) {
    let (ex, ey) = (bx &- ax, by &- ay)
    // Inside: ex (cy - y) - ey (cx - x) > 0, or = 0 on a top edge (ey = 0, ex > 0) or a left edge (ey < 0).
    let owns = ey < 0 || (ey == 0 && ex > 0)
    let constant = ey &* ax &- ex &* ay &- (owns ? 0 : 1)
    let step = 0 &- (ey << 8)
    return (
      SIMD4(constant, constant &+ step, constant &+ 2 &* step, constant &+ 3 &* step),
      step << 2, ex << 8
    )
  }
}

/// Some rows of samples, drawn together, four samples of a row a group.
public struct SampleBand: Sendable {
  var firstRow: Int
  var lastRow: Int
  /// Samples a row.
  var across: Int

  /// Groups a row.
  var groups: Int { (across + 3) / 4 }
  /// Groups in all rows.
  var count: Int { groups * (lastRow + 1 - firstRow) }
}

extension RenderScalar {
  /// The scalar reference.
  public static func drawSmallFaces(
    _ faces: Span<SmallFace<Self>>, in band: SampleBand, keys: inout MutableSpan<SIMD4<Self>>,
    owners: inout MutableSpan<SIMD4<Int32>>
  ) {
    drawSmallFacesByLane(faces, in: band, keys: &keys, owners: &owners)
  }

  /// Sets the nearest key and face of each sample, one after the other.
  static func drawSmallFacesByLane(
    _ faces: Span<SmallFace<Self>>, in band: SampleBand, keys: inout MutableSpan<SIMD4<Self>>,
    owners: inout MutableSpan<SIMD4<Int32>>
  ) {
    let groups = band.groups
    for k in faces.indices {
      let face = faces[k]
      face.forEachGroup(in: band) { row, group, isOwned in
        let place = (row - band.firstRow) * groups + group
        for lane in 0..<4 where isOwned[lane] {
          let key = face.plane.key(column: group * 4 + lane, row: row)
          if key < keys[place][lane] {
            keys[place][lane] = key
            owners[place][lane] = face.id
          }
        }
      }
    }
  }
}

extension Float {
  /// Four samples at once: comparisons of vectors are single instructions only where the scalar is known.
  public static func drawSmallFaces(
    _ faces: Span<SmallFace<Float>>, in band: SampleBand,
    keys: inout MutableSpan<SIMD4<Float>>, owners: inout MutableSpan<SIMD4<Int32>>
  ) {
    let groups = band.groups
    let firstRow = band.firstRow
    precondition(keys.count == band.count && owners.count == band.count)
    for k in faces.indices {
      let face = unsafe faces[unchecked: k]
      let (plane, own) = (face.plane, SIMD4(repeating: face.id))
      face.forEachGroup(in: band) { row, group, isOwned in
        // Rows and groups lie in the band: faces are cut to it.
        let place = (row &- firstRow) &* groups &+ group
        let first = Float(group &* 4)
        let columns = SIMD4<Float>(first, first + 1, first + 2, first + 3)
        let near = plane.atOrigin + plane.slopeX * columns + plane.slopeY * Float(row)
        let old = unsafe keys[unchecked: place]
        let isNearer = (near .< old) .& isOwned
        unsafe keys[unchecked: place] = old.replacing(with: near, where: isNearer)
        unsafe owners[unchecked: place] = owners[unchecked: place].replacing(
          with: own, where: isNearer)
      }
    }
  }
}
