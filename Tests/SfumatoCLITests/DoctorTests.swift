import Testing

@Suite struct DoctorTests {
  @Test func `the JSON names instruction set, threads and libraries`() throws {
    let run = try CommandRun("doctor", "--json")
    #expect(run.exitCode == 0)
    #expect(run.orderedKeys == ["isa", "threads", "libraries"])
    let json = try run.json()
    #expect(["baseline", "x86-64-v3", "x86-64-v4"].contains(json["isa"] as? String))
    #expect(try #require(json["threads"] as? Int) > 0)
    let libraries = try #require(json["libraries"] as? [[String: String]])
    #expect(libraries.map { $0["name"] } == ["libpng", "TurboJPEG", "tinygltf", "Eigen"])
    for library in libraries {
      // TurboJPEG and tinygltf do not tell theirs.
      let version = try #require(library["version"])
      #expect(version.split(separator: ".").count == 3 || version.hasSuffix(" or later"))
    }
  }

  @Test func `the text has the same names`() throws {
    let run = try CommandRun("doctor")
    #expect(run.exitCode == 0)
    for name in ["isa", "threads", "libraries", "libpng", "Eigen"] {
      #expect(run.output.contains(name))
    }
  }
}
