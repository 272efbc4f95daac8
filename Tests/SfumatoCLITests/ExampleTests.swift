import Foundation
import SfumatoCore
import SfumatoIO
import Testing

@Suite struct ExampleTests {
  /// Runs an example and reads the one picture that it writes.
  private func picture(
    of program: String, _ options: [String] = []
  ) throws -> (ImageBuffer<Float>, output: String) {
    let folder = try TemporaryFolder()
    let run = try CommandRun(
      [folder.path("picture.png")] + options, in: folder.url, program: program)
    #expect(run.exitCode == 0, "\(run.messages)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["picture.png"])
    return (try loadImage(folder.path("picture.png"), linearColor: false).pixels, run.output)
  }

  private func color(_ image: ImageBuffer<Float>, _ x: Int, _ y: Int) -> SIMD3<Float> {
    SIMD3(image[x, y, 0], image[x, y, 1], image[x, y, 2])
  }

  @Test func `the triangle has its three colours at its corners, on white`() throws {
    let (image, _) = try picture(of: "Example01Triangle")
    #expect(image.width == 256 && image.height == 256)
    #expect(color(image, 2, 2).min() > 0.99 && color(image, 253, 2).min() > 0.99)
    // A focal length of 309 pixels, the triangle 3 units away: a unit is 103 pixels.
    let (left, right, top) = (color(image, 45, 202), color(image, 210, 202), color(image, 128, 60))
    #expect(left.x > 0.8 && left.max() == left.x)
    #expect(right.y > 0.8 && right.max() == right.y)
    #expect(top.z > 0.8 && top.max() == top.z)
    // The lower edge runs through the row 128 + 0.8 * 103 = 210 and is soft over several pixels.
    let edge = (204...218).map { color(image, 128, $0).min() }
    #expect(edge == edge.sorted() && edge.filter { $0 > 0.6 && $0 < 0.98 }.count > 4)
  }

  @Test func `the moved corner ends where it belongs`() throws {
    let (image, output) = try picture(of: "Example02Gradient")
    #expect(output.contains("it belongs at 0.6, 0.9"))
    var (target, wrong) = (0, 0)
    for y in 0..<image.height {
      for x in 0..<image.width {
        let (wanted, found) = (image[x, y, 0] > 0.5, image[x, y, 1] > 0.5)
        target += wanted ? 1 : 0
        wrong += wanted != found ? 1 : 0
      }
    }
    #expect(target > 1500 && wrong * 50 < target, "\(wrong) of \(target)")
  }

  @Test func `the family page shows every law and every conorm`() throws {
    let (image, output) = try picture(of: "Example06Family")
    #expect(output.contains("levy-reversed squared") && output.contains("schweizer-sklar"))
    // 36 profiles and 20 conorms, a triangle and a torus each, eight cells of 96 pixels a row.
    #expect(image.width == 768 && image.height == 14 * 96)
    // Each law darkens the middle of its triangle, and the first is a step: black and white alone.
    for cell in stride(from: 0, to: 72, by: 2) {
      #expect(color(image, cell % 8 * 96 + 48, cell / 8 * 96 + 55).x < 0.8, "cell \(cell)")
    }
    let step = (0..<96).flatMap { y in (0..<96).map { x in image[x, y, 0] } }
    #expect(step.allSatisfy { $0 < 0.01 || $0 > 0.99 })
  }

  @Test(arguments: ["Example04GenDRShape", "Example05GenDRCameraPose"])
  func `an experiment prints its table`(program: String) throws {
    let folder = try TemporaryFolder()
    let run = try CommandRun(["--quick"], in: folder.url, program: program)
    #expect(run.exitCode == 0, "\(run.messages)")
    #expect(run.output.contains("| logistic squared |"))
    #expect(try CommandRun(["--quick", "--full"], in: folder.url, program: program).exitCode != 0)
  }

  /// How far two cells of 128 pixels of a page are apart, mean over pixels and channels.
  private func difference(_ image: ImageBuffer<Float>, row: Int, _ a: Int, _ b: Int) -> Float {
    var sum: Float = 0
    for y in 0..<128 {
      for x in 0..<128 {
        let first = color(image, a * 128 + x, row * 128 + y)
        let second = color(image, b * 128 + x, row * 128 + y)
        sum += abs(first.x - second.x) + abs(first.y - second.y) + abs(first.z - second.z)
      }
    }
    return sum / (3 * 128 * 128)
  }

  @Test func `the cube of few pixels comes nearer to the truth`() throws {
    let (image, output) = try picture(of: "Example08NvdiffrastCube", ["--quick"])
    #expect(image.width == 4 * 128 && image.height == 6 * 128)
    let rows = output.split(separator: "\n").filter { $0.contains(" x ") && $0.hasPrefix("| a ") }
    #expect(rows.count == 6)
    for row in rows {
      let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      let numbers = cells[2...3].compactMap { Double($0.split(separator: " ")[0]) }
      #expect(numbers.count == 2 && numbers[1] < numbers[0], "\(row)")
    }
    // The truth in few pixels is the truth, blurred.
    for row in 0..<6 { #expect(difference(image, row: row, 0, 3) < 0.12, "row \(row)") }
  }

  @Test func `the turn of the cube comes nearer to the truth`() throws {
    let (image, output) = try picture(of: "Example09NvdiffrastPose", ["--quick"])
    #expect(image.width == 4 * 128 && image.height == 2 * 128)
    #expect(output.contains("| after the search |"))
    for row in 0..<2 {
      #expect(
        difference(image, row: row, 0, 3) < difference(image, row: row, 0, 1), "row \(row)")
    }
  }

  @Test func `the search of poses prints how often it finds them`() throws {
    let folder = try TemporaryFolder()
    let run = try CommandRun(["--quick"], in: folder.url, program: "Example10PoseSearch")
    #expect(run.exitCode == 0, "\(run.messages)")
    let rows = run.output.split(separator: "\n").filter { $0.hasPrefix("| knot") }
    #expect(rows.count == 2 && rows[0].contains("100 %"), "\(run.output)")
  }

  @Test func `the colour cube's table counts every render`() throws {
    let folder = try TemporaryFolder()
    let run = try CommandRun(["--quick"], in: folder.url, program: "Example07ColorCubePose")
    #expect(run.exitCode == 0, "\(run.messages)")
    let rows = run.output.split(separator: "\n").filter { $0.hasPrefix("| SoftRas, ") }
    #expect(rows.count == 3 && rows.allSatisfy { $0.filter { $0 == "%" }.count == 3 })
    // Six looks; 11 steps, 36 more and 8 of least squares by 14 renders, of a trial and of the given start; then the plan's.
    let own = try #require(run.output.split(separator: "\n").first { $0.hasPrefix("| default") })
    #expect(own.contains("| 369 "), "\(own)")
  }

  @Test func `the fit shows the cube beside itself`() throws {
    let (image, output) = try picture(of: "Example03Fit")
    #expect(image.width == 3 * 96 && image.height == 4 * 96)
    let line = try #require(output.split(separator: "\n").first { $0.hasPrefix("intersection") })
    let iou = try #require(
      line.split(separator: " ").compactMap { Double($0.filter { $0 != "," }) }.first)
    #expect(iou > 0.95, "\(line)")
    // The right third is the difference.
    var sums = [Float](repeating: 0, count: 3)
    for y in 0..<image.height {
      for x in 0..<image.width { sums[x / 96] += color(image, x, y).sum() / 3 }
    }
    #expect(sums[2] < 0.2 * sums[0], "\(sums)")
  }

  @Test func `the program of the README is that of the second example`() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let example = try String(
      contentsOf: root.appendingPathComponent("examples/02-gradient/main.swift"), encoding: .utf8)
    let readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
    let part = try #require(
      example.components(separatedBy: "// README: from here\n").last?
        .components(separatedBy: "// README: to here").first)
    #expect(part.split(separator: "\n").count > 8)
    #expect(readme.contains(part), "README.md shows another text than examples/02-gradient")
  }
}
