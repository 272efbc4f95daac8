import SfumatoTestSupport
import Testing

@testable import SfumatoCore

/// Seeded triangles up to 20 pixels wide in and around a picture of 32 x 32, many corners on exact 1/512 of a pixel.
private func triangles<S: RenderScalar>(_: S.Type, seed: UInt64) -> [ScreenFace<S>] {
  var g = SeededGenerator(seed: seed)
  return (0..<400).map { i in
    let middle = SIMD2(g.uniform(-4...36), g.uniform(-4...36))
    let size = i % 2 == 0 ? 10.0 : 1.5
    func corner() -> SIMD2<S> {
      let p = middle + SIMD2(g.uniform(-size...size), g.uniform(-size...size))
      return i % 3 == 0
        ? SIMD2(S((p.x * 512).rounded() / 512), S((p.y * 512).rounded() / 512))
        : SIMD2(S(p.x), S(p.y))
    }
    let (a, b, c) = (corner(), corner(), corner())
    let q = SIMD3(S(g.uniform(0.1...1)), S(g.uniform(0.1...1)), S(g.uniform(0.1...1)))
    return ScreenFace(
      x: SIMD4(a.x, b.x, c.x, a.x), y: SIMD4(a.y, b.y, c.y, a.y),
      q: SIMD4(q.x, q.y, q.z, q.x), logit: .zero, red: .zero, green: .zero, blue: .zero,
      cornerCount: 3, source: Int32(i), clip: NearPlaneClip.uncut)
  }
}

private func smallFaces<S: RenderScalar>(
  _ faces: [ScreenFace<S>], samples: Int
) -> [SmallFace<S>] {
  let side = 32 * samples
  return faces.enumerated().map { i, face in
    let bounds = FaceBounds(face)
    let setup = FaceSetup(
      face, nearness: face.q, bounds: bounds,
      box: bounds.samples(samples, across: side, down: side),
      picture: SIMD2(repeating: S(side)), samples: samples)
    #expect(setup.traits.contains(.small))
    return SmallFace(face, setup, id: Int32(i), samples: samples)
  }
}

@Suite
struct SmallFaceTests {
  private func ownsTheSame<S: RenderScalar>(_: S.Type) {
    for samples in [1, 2] {
      let faces = triangles(S.self, seed: UInt64(samples))
      let side = 32 * samples
      let band = SampleBand(firstRow: 5, lastRow: side - 3, across: side - 1)
      for (face, small) in zip(faces, smallFaces(faces, samples: samples)) {
        var owned: [[Int]] = [[], []]
        small.forEachGroup(in: band) { row, group, mask in
          for lane in 0..<4 where mask[lane] && group * 4 + lane < band.across {
            owned[0].append(row * 1000 + group * 4 + lane)
          }
        }
        let snapped = SnappedFace(face, samples: samples, across: band.across, down: side)
        snapped.forEachGroup(in: band) { row, group, mask in
          for lane in 0..<4 where mask[lane] { owned[1].append(row * 1000 + group * 4 + lane) }
        }
        #expect(owned[0] == owned[1])
        #expect(small.isFront == snapped.isFront)
      }
    }
  }

  @Test(arguments: [Float.self, Double.self] as [any RenderScalar.Type])
  func `a small face owns the samples that it owns as a face of any size`(
    scalar: any RenderScalar.Type
  ) {
    func check<S: RenderScalar>(_: S.Type) { ownsTheSame(S.self) }
    check(scalar)
  }

  @Test func `four samples at once are drawn as one after the other`() {
    let faces = smallFaces(triangles(Float.self, seed: 3), samples: 1)
    let band = SampleBand(firstRow: 0, lastRow: 31, across: 32)
    func drawn(byLane: Bool) -> (keys: [SIMD4<Float>], owners: [SIMD4<Int32>]) {
      var keys = [SIMD4<Float>](repeating: SIMD4(repeating: .infinity), count: band.count)
      var owners = [SIMD4<Int32>](repeating: SIMD4(repeating: -1), count: band.count)
      var key = keys.mutableSpan
      var owner = owners.mutableSpan
      if byLane {
        Float.drawSmallFacesByLane(faces.span, in: band, keys: &key, owners: &owner)
      } else {
        Float.drawSmallFaces(faces.span, in: band, keys: &key, owners: &owner)
      }
      return (keys, owners)
    }
    let (fast, slow) = (drawn(byLane: false), drawn(byLane: true))
    #expect(fast.keys == slow.keys)
    #expect(fast.owners == slow.owners)
    #expect(fast.owners.contains { $0.x >= 0 })
  }
}
